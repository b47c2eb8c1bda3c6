use primitives::feeds::{Report, Signature};
use primitives::{FeedId, Subject, Timestamp};
use scale::{DecodeAll, Encode};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::Row;

use super::writer::{Change, Done};
use super::{bytes32, integer, Registration, Seen, Store, StoreError};
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
    /// The feed that it reports to.
    pub feed: FeedId,
    /// The request on chain that it answers.
    pub request: Option<u64>,
    /// The subject.
    pub subject: Subject,
    /// Its deadline.
    pub deadline: Timestamp,
    /// The pushed data.
    pub pushed: Pushed,
    /// [`Store::body`] of the push.
    pub body: Option<[u8; 32]>,
}

/// A run in the store.
#[derive(Clone, Debug)]
pub struct Run {
    /// Stable: the same trigger always gives the same id.
    pub id: String,
    /// The job.
    pub job: String,
    /// The feed that it reports to.
    pub feed: FeedId,
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
    /// The last finalised block when its report was signed: the report can only be in a later one.
    pub signed_at: Option<u64>,
    /// The finalised block with its report.
    pub block: Option<u64>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The pushed data, until its end.
    pub pushed: Pushed,
    /// [`Store::body`] of the push; nothing in a store of an older release.
    pub body: Option<[u8; 32]>,
}

/// A signed report that will be sent.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The report.
    pub signed: SignedReport,
    /// The salt of its commitment to the inputs.
    pub inputs_salt: Salt,
    /// The last finalised block when it was signed.
    pub signed_at: u64,
    /// The row for drift.
    pub seen: Option<Seen>,
    /// What is written to the job's FHIR server when it is final.
    pub result: Option<String>,
}

/// A run that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The run.
    pub id: String,
    /// The subject.
    pub subject: Subject,
}

/// A result that is to be written to the server that its job names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultDue {
    /// The run.
    pub id: String,
    /// The job.
    pub job: String,
    /// The resource in JSON.
    pub result: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// What started a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A request on chain.
    Request,
    /// A push.
    Push,
}

/// The result of a push.
#[derive(Clone, Debug)]
pub enum Taken {
    /// A new run.
    New,
    /// The same push was stored before.
    Known(Box<Run>),
    /// As many pushed runs as the store takes have not ended.
    Full,
}

/// The index of the runs of one origin on one feed is used only if the condition is written as in the index.
macro_rules! due_on_feed {
    () => {
        "SELECT id, subject FROM runs \
         WHERE feed = ?1 AND next_at <= ?2 AND state NOT IN ('finalised', 'failed', 'abstained') \
         AND NOT EXISTS (SELECT 1 FROM runs AS other \
             WHERE other.feed = runs.feed AND other.subject = runs.subject AND other.id <> runs.id \
             AND other.state NOT IN ('finalised', 'failed', 'abstained') \
             AND CASE WHEN other.state = 'submitted' AND runs.state = 'submitted' \
                          THEN (other.created_at, other.id) < (runs.created_at, runs.id) \
                      WHEN other.state = 'submitted' THEN 1 \
                      WHEN runs.state = 'submitted' THEN 0 \
                      ELSE other.next_at <= ?2 AND (other.created_at, other.id) < (runs.created_at, runs.id) END) \
         AND "
    };
}
macro_rules! due_order {
    () => {
        " ORDER BY next_at, created_at LIMIT ?3"
    };
}
impl Store {
    /// Stores a pushed run with its subject, if it has its own, unless the same push is there already.
    pub async fn push(
        &self,
        run: &NewRun,
        who: Option<&Registration>,
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        match self.writer.change(Change::Push(run.clone(), who.cloned()), now).await? {
            Done::Full => Ok(Taken::Full),
            Done::Rows(1..) => Ok(Taken::New),
            Done::Rows(0) => {
                let known = self.run(&run.id).await?.ok_or(StoreError::Damaged("run"))?;
                Ok(Taken::Known(Box::new(known)))
            }
        }
    }

    /// The report of a run is signed: stored before it is sent, with the last finalised block and the row for drift.
    pub async fn submitted(
        &self,
        id: &str,
        submission: Submission,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(Change::Submitted { id: id.to_owned(), submission }, now).await.map(drop)
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

    /// Stores the open requests on these feeds before number `next`, each once, and that they have been looked at.
    pub async fn requests(
        &self,
        feeds: &[FeedId],
        next: u64,
        runs: &[NewRun],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (feeds, runs) = (feeds.to_vec(), runs.to_vec());
        self.change(Change::Requests { feeds, next, runs }, now).await.map(drop)
    }

    /// The number of the first request that was not looked at for each of these feeds: 0 for a feed that is new here.
    pub async fn next_request(&self, feeds: &[FeedId]) -> Result<u64, StoreError> {
        let mut next = u64::MAX;
        for feed in feeds {
            let seen: Option<i64> = sqlx::query_scalar("SELECT next FROM seen_requests WHERE feed = ?")
                .bind(feed.0.as_slice())
                .fetch_optional(&self.reads)
                .await?;
            let seen = seen.map(u64::try_from).transpose().map_err(|_| StoreError::Damaged("number"))?;
            next = next.min(seen.unwrap_or(0));
        }
        Ok(next)
    }

    /// Gives runs of an older schema the feed of their job.
    pub async fn adopt(&self, job: &str, feed: FeedId) -> Result<(), StoreError> {
        self.change(Change::Adopt { job: job.to_owned(), feed }, 0).await.map(drop)
    }

    /// The run.
    pub async fn run(&self, id: &str) -> Result<Option<Run>, StoreError> {
        let row = sqlx::query("SELECT * FROM runs WHERE id = ?").bind(id).fetch_optional(&self.reads).await?;
        row.as_ref().map(read).transpose()
    }

    /// The feeds that have runs which are due.
    pub async fn due_feeds(&self, now: Timestamp) -> Result<Vec<FeedId>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT feed FROM runs \
             WHERE state NOT IN ('finalised', 'failed', 'abstained') AND next_at <= ?",
        )
        .bind(integer(now))
        .fetch_all(&self.reads)
        .await?;
        rows.iter().map(|row| Ok(FeedId(bytes32(row.try_get(0)?, "feed")?))).collect()
    }

    /// Runs on a feed that are due, the longest due first: of all runs about the same subject only the first.
    ///
    /// This is the one place that decides which of them that is. A run whose report may have been sent comes before
    /// all others: otherwise the chain's last reading could not show whether it arrived. Then the oldest that is due.
    pub async fn due(
        &self,
        feed: FeedId,
        origin: Origin,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let rows = sqlx::query(match origin {
            Origin::Push => concat!(due_on_feed!(), "runs.request IS NULL", due_order!()),
            Origin::Request => concat!(due_on_feed!(), "runs.request IS NOT NULL", due_order!()),
        })
        .bind(feed.0.as_slice())
        .bind(integer(now))
        .bind(integer(limit.try_into().unwrap_or(u64::MAX)))
        .fetch_all(&self.reads)
        .await?;
        let due = |row: &SqliteRow| {
            let subject = Subject(bytes32(row.try_get("subject")?, "subject")?);
            Ok(Due { id: row.try_get("id")?, subject })
        };
        rows.iter().map(due).collect()
    }

    /// Results of final reports that are to be written to their servers now, the longest due first.
    pub async fn results_due(&self, now: Timestamp, limit: usize) -> Result<Vec<ResultDue>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, job, result, result_attempts FROM runs \
             WHERE result IS NOT NULL AND state = 'finalised' AND result_at <= ? ORDER BY result_at LIMIT ?",
        )
        .bind(integer(now))
        .bind(integer(limit.try_into().unwrap_or(u64::MAX)))
        .fetch_all(&self.reads)
        .await?;
        let due = |row: &SqliteRow| {
            Ok(ResultDue {
                id: row.try_get(0)?,
                job: row.try_get(1)?,
                result: row.try_get(2)?,
                attempts: row.try_get(3)?,
            })
        };
        rows.iter().map(due).collect()
    }

    /// The number of results that are not written yet.
    pub async fn results_waiting(&self) -> Result<u64, StoreError> {
        let waiting: i64 =
            sqlx::query_scalar("SELECT count(*) FROM runs WHERE result IS NOT NULL AND state = 'finalised'")
                .fetch_one(&self.reads)
                .await?;
        u64::try_from(waiting).map_err(|_| StoreError::Damaged("count"))
    }

    /// The result of a run was written, or never will be.
    pub async fn result_ended(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.change(Change::ResultEnded(id.to_owned()), now).await.map(drop)
    }

    /// The result of a run is tried again at `next_at`.
    pub async fn result_put_off(
        &self,
        id: &str,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.change(Change::ResultPutOff { id: id.to_owned(), next_at }, now).await.map(drop)
    }

    /// When the oldest run that has not ended was created.
    pub async fn oldest_pending(&self) -> Result<Option<Timestamp>, StoreError> {
        let oldest: Option<i64> = sqlx::query_scalar(
            "SELECT min(created_at) FROM runs WHERE state NOT IN ('finalised', 'failed', 'abstained')",
        )
        .fetch_one(&self.reads)
        .await?;
        oldest.map(|at| u64::try_from(at).map_err(|_| StoreError::Damaged("time"))).transpose()
    }

    /// The number of requests before this one about the subject that were answered, or may be.
    pub async fn answered_before(&self, subject: Subject, request: u64) -> Result<u64, StoreError> {
        let runs: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM runs WHERE subject = ? AND request < ? AND state <> 'failed'",
        )
        .bind(subject.0.as_slice())
        .bind(integer(request))
        .fetch_one(&self.reads)
        .await?;
        u64::try_from(runs).map_err(|_| StoreError::Damaged("count"))
    }

    /// Deletes runs that ended before `before`, whose results are on chain, and subjects that have no run and are
    /// older. Returns the number of deleted runs.
    pub async fn purge(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.change(Change::Purge(before), 0).await
    }
}

/// The pushed data as they are stored; nothing where there are none.
pub(super) struct PushedText(Option<String>);

impl PushedText {
    pub(super) fn of(run: &NewRun) -> Result<Self, StoreError> {
        let is_empty = run.pushed == Pushed::default();
        let text = (!is_empty).then(|| serde_json::to_string(&run.pushed)).transpose();
        text.map(Self).map_err(|_| StoreError::Damaged("push"))
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.as_ref().map_or(0, |text| u64::try_from(text.len()).unwrap_or(u64::MAX))
    }
}

pub(super) async fn exists(connection: &mut SqliteConnection, id: &str) -> Result<bool, StoreError> {
    let found = sqlx::query("SELECT 1 FROM runs WHERE id = ?").bind(id).fetch_optional(connection).await?;
    Ok(found.is_some())
}

/// Returns whether the run is new.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    run: &NewRun,
    pushed: &PushedText,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO runs (id, job, request, subject, state, next_at, deadline, created_at, updated_at, pushed, \
         feed, body, pushed_bytes) \
         VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6, ?5, ?5, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
    )
    .bind(&run.id)
    .bind(&run.job)
    .bind(run.request.map(integer))
    .bind(run.subject.0.as_slice())
    .bind(integer(now))
    .bind(integer(run.deadline))
    .bind(pushed.0.as_deref())
    .bind(run.feed.0.as_slice())
    .bind(run.body.as_ref().map(<[u8; 32]>::as_slice))
    .bind(integer(pushed.bytes()))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The number never goes back.
pub(super) async fn set_next_request(
    connection: &mut SqliteConnection,
    feed: FeedId,
    next: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO seen_requests (feed, next) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET next = max(next, ?2)",
    )
    .bind(feed.0.as_slice())
    .bind(integer(next))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn submit(
    connection: &mut SqliteConnection,
    id: &str,
    submission: &Submission,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE runs SET state = 'submitted', reason = NULL, report = ?1, signature = ?2, inputs_salt = ?3, \
         updated_at = ?4, signed_at = ?5, result = ?7 WHERE id = ?6 AND state IN ('queued', 'waiting')",
    )
    .bind(submission.signed.report.encode())
    .bind(submission.signed.signature.as_slice())
    .bind(submission.inputs_salt.as_slice())
    .bind(integer(now))
    .bind(integer(submission.signed_at))
    .bind(id)
    .bind(submission.result.as_deref())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn put_off(
    connection: &mut SqliteConnection,
    id: &str,
    state: State,
    reason: &str,
    next_at: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE runs SET state = ?1, reason = ?2, next_at = ?3, updated_at = ?4, \
         attempts = attempts + 1, report = iif(?5, report, NULL), \
         signature = iif(?5, signature, NULL), inputs_salt = iif(?5, inputs_salt, NULL), \
         result = iif(?5, result, NULL) \
         WHERE id = ?6 AND state NOT IN ('finalised', 'failed', 'abstained')",
    )
    .bind(state.name())
    .bind(reason)
    .bind(integer(next_at))
    .bind(integer(now))
    .bind(state == State::Submitted)
    .bind(id)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn end_result(connection: &mut SqliteConnection, id: &str) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE runs SET result = NULL WHERE id = ?").bind(id).execute(connection).await?;
    Ok(done.rows_affected())
}

pub(super) async fn put_off_result(
    connection: &mut SqliteConnection,
    id: &str,
    next_at: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE runs SET result_at = ?, result_attempts = result_attempts + 1 WHERE id = ? AND result IS NOT NULL",
    )
    .bind(integer(next_at))
    .bind(id)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Runs that wait for their subject are due at once.
pub(super) async fn wake(
    connection: &mut SqliteConnection,
    subject: Subject,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done =
        sqlx::query("UPDATE runs SET next_at = ?1, updated_at = ?1 WHERE subject = ?2 AND state = 'waiting'")
            .bind(integer(now))
            .bind(subject.0.as_slice())
            .execute(connection)
            .await?;
    Ok(done.rows_affected())
}

pub(super) async fn purge(connection: &mut SqliteConnection, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "DELETE FROM runs WHERE state IN ('finalised', 'failed', 'abstained') AND updated_at < ?",
    )
    .bind(integer(before))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn adopt(
    connection: &mut SqliteConnection,
    job: &str,
    feed: FeedId,
) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE runs SET feed = ? WHERE job = ? AND feed = zeroblob(32)")
        .bind(feed.0.as_slice())
        .bind(job)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
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
        feed: FeedId(bytes32(row.try_get("feed")?, "feed")?),
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
        signed_at: number("signed_at")?,
        block: number("block")?,
        created_at: number("created_at")?.ok_or(StoreError::Damaged("time"))?,
        pushed: pushed.unwrap_or_default(),
        body: row.try_get::<Option<&[u8]>, _>("body")?.map(|body| bytes32(body, "hash")).transpose()?,
    })
}
