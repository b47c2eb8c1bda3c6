use primitives::{Subject, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use super::{bytes32, integer, Commit, Store, StoreError};
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
}

impl Store {
    /// Stores a subject, and wakes the runs that wait for it.
    pub async fn register(&self, registration: &Registration, now: Timestamp) -> Result<(), StoreError> {
        let mut connection = self.connection(Commit::Durable).await?;
        let mut transaction = connection.begin().await?;
        insert(&mut transaction, registration, now).await?;
        sqlx::query("UPDATE runs SET next_at = ?1, updated_at = ?1 WHERE subject = ?2 AND state = 'waiting'")
            .bind(integer(now))
            .bind(registration.subject.0.as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The patient behind a subject.
    pub async fn registration(&self, subject: Subject) -> Result<Option<Registration>, StoreError> {
        let row = sqlx::query("SELECT job, salt, patient FROM subjects WHERE subject = ?")
            .bind(subject.0.as_slice())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let patient = PatientId::new(row.try_get(2)?).map_err(|_| StoreError::Damaged("patient"))?;
        Ok(Some(Registration {
            subject,
            job: row.try_get(0)?,
            salt: bytes32(row.try_get(1)?, "salt")?,
            patient,
        }))
    }

    /// Deletes the patient behind a subject, and the data pushed about it. Its entries on chain then cannot be linked
    /// to anybody. Returns whether it was known.
    pub async fn forget(&self, subject: Subject) -> Result<bool, StoreError> {
        let mut connection = self.connection(Commit::Durable).await?;
        let mut transaction = connection.begin().await?;
        let done = sqlx::query("DELETE FROM subjects WHERE subject = ?")
            .bind(subject.0.as_slice())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE runs SET pushed = NULL WHERE subject = ? AND pushed IS NOT NULL")
            .bind(subject.0.as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        // Deleted rows stay readable in the log until it is written back.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    registration: &Registration,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO subjects (subject, job, salt, patient, created_at) VALUES (?, ?, ?, ?, ?)")
        .bind(registration.subject.0.as_slice())
        .bind(&registration.job)
        .bind(registration.salt.as_slice())
        .bind(registration.patient.as_str())
        .bind(integer(now))
        .execute(connection)
        .await?;
    Ok(())
}
