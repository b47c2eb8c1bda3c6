use sqlx::sqlite::SqliteConnection;
use sqlx::Row;

use super::{Store, StoreError};
use crate::drift::WINDOW;

/// A row of inputs as drift monitoring stores it: without values, and without any link to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The job.
    pub job: String,
    /// The hash of its model's manifest, whose buckets these are.
    pub manifest: [u8; 32],
    /// The bucket of each monitored input. See [`inference::Drift::buckets`].
    pub buckets: Vec<u8>,
}

impl Store {
    /// The rows that a job saw last under a manifest, the oldest first: at most [`WINDOW`].
    pub async fn seen(&self, job: &str, manifest: [u8; 32]) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = sqlx::query("SELECT buckets FROM drift WHERE job = ? AND manifest = ? ORDER BY number")
            .bind(job)
            .bind(manifest.as_slice())
            .fetch_all(&self.reads)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// Adds a row, and deletes the job's rows of other manifests and those before the last [`WINDOW`].
pub(super) async fn insert(connection: &mut SqliteConnection, seen: &Seen) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO drift (job, manifest, buckets) VALUES (?, ?, ?)")
        .bind(&seen.job)
        .bind(seen.manifest.as_slice())
        .bind(seen.buckets.as_slice())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM drift WHERE job = ?1 AND (manifest <> ?2 OR number <= \
         (SELECT number FROM drift WHERE job = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?3))",
    )
    .bind(&seen.job)
    .bind(seen.manifest.as_slice())
    .bind(i64::try_from(WINDOW).unwrap_or(i64::MAX))
    .execute(connection)
    .await?;
    Ok(())
}
