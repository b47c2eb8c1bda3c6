use primitives::{Subject, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::Row;

use super::writer::Change;
use super::{bytes32, integer, Store, StoreError};
use crate::subject::{PatientId, Salt};

/// The patient behind a subject, and the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name on chain.
    pub subject: Subject,
    /// The job that it was registered for, and no other.
    pub job: String,
    /// The salt, which keeps the subject from being guessed.
    pub salt: Salt,
    /// The patient.
    pub patient: PatientId,
    /// How many requests on chain about it may be answered. None where a push made it: after its report, everybody
    /// knows its name.
    pub uses: u32,
}

impl Store {
    /// Stores a subject, and wakes the runs that wait for it.
    pub async fn register(&self, registration: &Registration, now: Timestamp) -> Result<(), StoreError> {
        self.change(Change::Register(registration.clone()), now).await.map(drop)
    }

    /// The patient behind a subject.
    pub async fn registration(&self, subject: Subject) -> Result<Option<Registration>, StoreError> {
        let row = sqlx::query("SELECT job, salt, patient, uses FROM subjects WHERE subject = ?")
            .bind(subject.0.as_slice())
            .fetch_optional(&self.reads)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let patient = PatientId::new(row.try_get(2)?).map_err(|_| StoreError::Damaged("patient"))?;
        Ok(Some(Registration {
            subject,
            job: row.try_get(0)?,
            salt: bytes32(row.try_get(1)?, "salt")?,
            patient,
            uses: row.try_get(3)?,
        }))
    }

    /// Deletes the patient behind a subject, and the data pushed about it. Its entries on chain then cannot be linked
    /// to anybody. Returns whether it was known.
    pub async fn forget(&self, subject: Subject) -> Result<bool, StoreError> {
        Ok(self.change(Change::Forget(subject), 0).await? > 0)
    }
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    registration: &Registration,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO subjects (subject, job, salt, patient, created_at, uses) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(registration.subject.0.as_slice())
    .bind(&registration.job)
    .bind(registration.salt.as_slice())
    .bind(registration.patient.as_str())
    .bind(integer(now))
    .bind(registration.uses)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes a subject, and the data that were pushed about it. Returns the number of deleted subjects.
pub(super) async fn delete(connection: &mut SqliteConnection, subject: Subject) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM subjects WHERE subject = ?")
        .bind(subject.0.as_slice())
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE runs SET pushed = NULL, result = NULL WHERE subject = ? AND (pushed IS NOT NULL OR result IS NOT NULL)")
        .bind(subject.0.as_slice())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// Deletes subjects that are older than this and have no run.
pub(super) async fn purge(connection: &mut SqliteConnection, before: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM subjects WHERE created_at < ? \
         AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.subject = subjects.subject)",
    )
    .bind(integer(before))
    .execute(connection)
    .await?;
    Ok(())
}
