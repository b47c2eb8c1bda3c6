use sqlx::sqlite::SqliteConnection;
use sqlx::Row;

use super::{Store, StoreError};
use crate::drift::WINDOW;

/// What the drift watch keeps of a row of inputs: no value, and nothing that leads to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The job.
    pub job: String,
    /// The hash of its model's manifest, whose buckets these are.
    pub manifest: [u8; 32],
    /// Of each watched input the number of its bucket. See [`inference::Drift::buckets`].
    pub buckets: Vec<u8>,
}

impl Store {
    /// The rows that a job saw last under a manifest, the oldest first: at most [`WINDOW`].
    pub async fn seen(&self, job: &str, manifest: [u8; 32]) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = sqlx::query("SELECT buckets FROM drift WHERE job = ? AND manifest = ? ORDER BY number")
            .bind(job)
            .bind(manifest.as_slice())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// Adds a row, and deletes what is not among the last [`WINDOW`] of its job, or of another manifest.
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
