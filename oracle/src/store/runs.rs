use primitives::feeds::{Report, Signature};
use primitives::{Subject, Timestamp};
use scale::DecodeAll;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row};

use super::group::Change;
use super::{bytes32, integer, Commit, Registration, Seen, Store, StoreError};
use crate::inputs::Pushed;
use crate::report::SignedReport;
use crate::subject::Salt;

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// To be computed.
    Queued,
    /// To be computed once someone has acted: its reason says how.
    Waiting,
    /// Its signed report is stored, and may have been sent.
    Submitted,
    /// Its report is on chain, in a finalised block.
    Finalised,
    /// It has failed permanently: its reason says why.
    Failed,
    /// The model abstained: nothing goes on chain, and its reason says why.
    Abstained,
}

impl State {
    /// Every state, in the order of a run's life.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Waiting, Self::Submitted, Self::Finalised, Self::Failed, Self::Abstained];

    /// Its name in the store, logs and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Submitted => "submitted",
            Self::Finalised => "finalised",
            Self::Failed => "failed",
            Self::Abstained => "abstained",
        }
    }

    /// Whether it is final.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Finalised | Self::Failed | Self::Abstained)
    }
}

/// A new run.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRun {
    /// Stable: the same trigger always gives the same id.
    pub id: String,
    /// The job.
    pub job: String,
    /// The request on chain that it answers.
    pub request: Option<u64>,
    /// The subject.
    pub subject: Subject,
    /// Its deadline.
    pub deadline: Timestamp,
    /// The pushed data.
    pub pushed: Pushed,
}

/// A run in the store.
#[derive(Clone, Debug)]
pub struct Run {
    /// Stable: the same trigger always gives the same id.
    pub id: String,
    /// The job.
    pub job: String,
    /// The request on chain that it answers.
    pub request: Option<u64>,
    /// The subject.
    pub subject: Subject,
    /// Its deadline.
    pub deadline: Timestamp,
    /// Its state.
    pub state: State,
    /// Why it waits, is delayed, or failed.
    pub reason: Option<String>,
    /// The number of postponed attempts.
    pub attempts: u32,
    /// The report.
    pub report: Option<SignedReport>,
    /// The finalised block with its report.
    pub block: Option<u64>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The pushed data, until its end.
    pub pushed: Pushed,
}

/// A run that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The run.
    pub id: String,
    /// The subject.
    pub subject: Subject,
}

/// The result of a push.
#[derive(Clone, Debug)]
pub enum Taken {
    /// A new run.
    New,
    /// The same push was stored before.
    Known(Box<Run>),
}

impl Store {
    /// Stores a pushed run with its subject, if it has its own, unless the same push is there already.
    pub async fn push(
        &self,
        run: &NewRun,
        who: Option<&Registration>,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        if self.change(Change::Push(run.clone(), who.cloned()), now).await? {
            return Ok(Taken::New);
        }
        let known = self.run(&run.id).await?.ok_or(StoreError::Damaged("run"))?;
        Ok(Taken::Known(Box::new(known)))
    }

    /// The report of a run is signed: stored before it is sent, with the row for drift.
    pub async fn submitted(
        &self,
        id: &str,
        signed: &SignedReport,
        inputs_salt: &Salt,
        seen: Option<Seen>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, signed, inputs_salt) = (id.to_owned(), signed.clone(), *inputs_salt);
        self.change(Change::Submitted { id, signed, inputs_salt, seen }, now).await.map(drop)
    }

    /// The model of a run abstains.
    pub async fn abstained(
        &self,
        id: &str,
        reason: &str,
        seen: Option<Seen>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, reason) = (id.to_owned(), reason.to_owned());
        self.change(Change::Abstained { id, reason, seen }, now).await.map(drop)
    }

    /// The report of a run is on chain; the block is unknown if the report was found there after a restart.
    pub async fn finalised(&self, id: &str, block: Option<u64>, now: Timestamp) -> Result<(), StoreError> {
        self.change(Change::Finalised { id: id.to_owned(), block }, now).await.map(drop)
    }

    /// A run has failed permanently.
    pub async fn failed(&self, id: &str, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.change(Change::Failed { id: id.to_owned(), reason: reason.to_owned() }, now).await.map(drop)
    }

    /// A run is tried again later from `state`. Its report is kept if the state needs it.
    pub async fn put_off(
        &self,
        id: &str,
        state: State,
        reason: &str,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, reason) = (id.to_owned(), reason.to_owned());
        self.change(Change::PutOff { id, state, reason, next_at }, now).await.map(drop)
    }

    /// Stores the requests of all blocks up to `cursor`, each once, and the cursor with them.
    pub async fn record(&self, cursor: u64, runs: &[NewRun], now: Timestamp) -> Result<(), StoreError> {
        let commit = if runs.is_empty() { Commit::Soon } else { Commit::Durable };
        let mut connection = self.connection(commit).await?;
        let mut transaction = connection.begin().await?;
        let mut new = 0_u64;
        for run in runs {
            new = new.saturating_add(insert(&mut transaction, run, now).await?.into());
        }
        sqlx::query("UPDATE deployment SET cursor = max(ifnull(cursor, 0), ?)")
            .bind(integer(cursor))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.count(new, 0);
        Ok(())
    }

    /// The run.
    pub async fn run(&self, id: &str) -> Result<Option<Run>, StoreError> {
        let row = sqlx::query("SELECT * FROM runs WHERE id = ?").bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// Runs that are due, the longest due first.
    ///
    /// A run whose report may have been sent comes before all others about its subject: otherwise the chain's last
    /// reading could not show whether it arrived.
    pub async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, subject FROM runs WHERE state NOT IN ('finalised', 'failed', 'abstained') AND next_at <= ? \
             AND NOT EXISTS (SELECT 1 FROM runs AS sent WHERE sent.subject = runs.subject \
             AND sent.state = 'submitted' AND sent.id <> runs.id) \
             ORDER BY next_at, created_at LIMIT ?",
        )
        .bind(integer(now))
        .bind(integer(limit.try_into().unwrap_or(u64::MAX)))
        .fetch_all(&self.pool)
        .await?;
        let due = |row: &SqliteRow| {
            let subject = Subject(bytes32(row.try_get("subject")?, "subject")?);
            Ok(Due { id: row.try_get("id")?, subject })
        };
        rows.iter().map(due).collect()
    }

    /// Deletes runs that ended before `before`: their results are on chain.
    pub async fn purge(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut connection = self.connection(Commit::Soon).await?;
        let done = sqlx::query(
            "DELETE FROM runs WHERE state IN ('finalised', 'failed', 'abstained') AND updated_at < ?",
        )
        .bind(integer(before))
        .execute(&mut *connection)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Returns whether the run is new.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    run: &NewRun,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let is_empty = run.pushed == Pushed::default();
    let pushed = (!is_empty).then(|| serde_json::to_string(&run.pushed)).transpose();
    let pushed = pushed.map_err(|_| StoreError::Damaged("push"))?;
    let done = sqlx::query(
        "INSERT INTO runs (id, job, request, subject, state, next_at, deadline, created_at, updated_at, pushed) \
         VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6, ?5, ?5, ?7) ON CONFLICT DO NOTHING",
    )
    .bind(&run.id)
    .bind(&run.job)
    .bind(run.request.map(integer))
    .bind(run.subject.0.as_slice())
    .bind(integer(now))
    .bind(integer(run.deadline))
    .bind(pushed)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn read(row: &SqliteRow) -> Result<Run, StoreError> {
    let number = |column: &str| -> Result<Option<u64>, StoreError> {
        let value: Option<i64> = row.try_get(column)?;
        value.map(|value| u64::try_from(value).map_err(|_| StoreError::Damaged("number"))).transpose()
    };
    let name: &str = row.try_get("state")?;
    let report: Option<&[u8]> = row.try_get("report")?;
    let signature: Option<&[u8]> = row.try_get("signature")?;
    let signed = |(mut report, signature): (&[u8], &[u8])| -> Result<SignedReport, StoreError> {
        let report = Report::decode_all(&mut report).map_err(|_| StoreError::Damaged("report"))?;
        let signature: Signature = signature.try_into().map_err(|_| StoreError::Damaged("signature"))?;
        Ok(SignedReport { report, signature })
    };
    let pushed: Option<&str> = row.try_get("pushed")?;
    let pushed = pushed.map(serde_json::from_str).transpose().map_err(|_| StoreError::Damaged("push"))?;
    Ok(Run {
        id: row.try_get("id")?,
        job: row.try_get("job")?,
        request: number("request")?,
        subject: Subject(bytes32(row.try_get("subject")?, "subject")?),
        deadline: number("deadline")?.ok_or(StoreError::Damaged("deadline"))?,
        state: State::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or(StoreError::Damaged("state"))?,
        reason: row.try_get("reason")?,
        attempts: row.try_get("attempts")?,
        report: report.zip(signature).map(signed).transpose()?,
        block: number("block")?,
        created_at: number("created_at")?.ok_or(StoreError::Damaged("time"))?,
        pushed: pushed.unwrap_or_default(),
    })
}
