//! The one task that writes.
//!
//! It alone has the connection for changes, and nobody cancels it: a transaction that was begun always ends, and what
//! was committed is always counted. A caller that goes away while it waits only does not learn what became of its
//! change. Changes that wait at the same time share one transaction, so that they wait for the disk only once.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use primitives::{FeedId, Subject, Timestamp};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};
use tokio::sync::{mpsc, oneshot};

use super::{drift, integer, runs, subjects, NewRun, Registration, Seen, State, StoreError, Submission};

/// Maximum number of changes in a transaction, and of those that wait.
const MAX_GROUP: usize = 256;

/// A change.
pub(super) enum Change {
    /// A new run, with its subject if it has its own.
    Push(NewRun, Option<Registration>),
    /// The requests of these feeds before number `next` have been looked at: these are open.
    Requests { feeds: Vec<FeedId>, next: u64, runs: Vec<NewRun> },
    /// A report is signed, and will be sent after this.
    Submitted { id: String, submission: Submission },
    /// A report is on chain.
    Finalised { id: String, block: Option<u64> },
    /// A run has failed.
    Failed { id: String, reason: String },
    /// A model abstained.
    Abstained { id: String, reason: String, seen: Option<Seen> },
    /// A run is tried again later.
    PutOff { id: String, state: State, reason: String, next_at: Timestamp },
    /// The result of a run was written to its server, or never will be.
    ResultEnded(String),
    /// The result of a run is written later.
    ResultPutOff { id: String, next_at: Timestamp },
    /// A new subject.
    Register(Registration),
    /// The patient behind a subject is deleted.
    Forget(Subject),
    /// Runs that ended before, and subjects that nobody used since, are deleted.
    Purge(Timestamp),
    /// Runs of an older schema get the feed of their job.
    Adopt { job: String, feed: FeedId },
    /// The file may have so many pages and no more: a full disk.
    #[cfg(test)]
    LimitPages(u32),
}

/// The failure that a change must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commit {
    /// A power failure: for confirmations to callers, and for reports before they are sent. Waits for the disk.
    Durable,
    /// A crash of this process. After a power failure, requests are read again from the chain, and the chain is asked
    /// for reports.
    Soon,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// It changed so many rows.
    Rows(u64),
    /// There is no room for another pushed run.
    Full,
}

/// Runs that have not ended, and how much data they brought.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub requested: AtomicU64,
    pub pushed: AtomicU64,
    pub pushed_bytes: AtomicU64,
}

/// Changes of the counts in a transaction: made known once it is committed.
#[derive(Clone, Copy, Default)]
struct Delta {
    requested: i64,
    pushed: i64,
    pushed_bytes: i64,
}

impl Delta {
    fn add(&mut self, is_requested: bool, bytes: i64, sign: i64) {
        let runs = if is_requested { &mut self.requested } else { &mut self.pushed };
        *runs = runs.saturating_add(sign);
        self.pushed_bytes = self.pushed_bytes.saturating_add(bytes.saturating_mul(sign));
    }
}

impl Counts {
    pub(super) async fn of(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let row = sqlx::query(
            "SELECT count(request), count(*) - count(request), ifnull(sum(pushed_bytes), 0) FROM runs \
             WHERE state NOT IN ('finalised', 'failed', 'abstained')",
        )
        .fetch_one(connection)
        .await?;
        let count = |at: usize| -> Result<AtomicU64, StoreError> {
            let count: i64 = row.try_get(at)?;
            Ok(AtomicU64::new(u64::try_from(count).map_err(|_| StoreError::Damaged("count"))?))
        };
        Ok(Self { requested: count(0)?, pushed: count(1)?, pushed_bytes: count(2)? })
    }

    /// Only the writer calls it, so a load and a store are one step.
    fn change(&self, delta: Delta) {
        let counts = [
            (&self.requested, delta.requested),
            (&self.pushed, delta.pushed),
            (&self.pushed_bytes, delta.pushed_bytes),
        ];
        for (count, change) in counts {
            count.store(count.load(Ordering::Relaxed).saturating_add_signed(change), Ordering::Relaxed);
        }
    }

    fn has_room(&self, delta: Delta, run_bytes: u64) -> bool {
        let runs = self.pushed.load(Ordering::Relaxed).saturating_add_signed(delta.pushed);
        let bytes = self.pushed_bytes.load(Ordering::Relaxed).saturating_add_signed(delta.pushed_bytes);
        runs < super::MAX_PUSHED && bytes.saturating_add(run_bytes) <= super::MAX_PUSHED_BYTES
    }
}

enum Order {
    Change(Box<Waiting>),
    Close(oneshot::Sender<()>),
}

/// The way to the task that writes. It ends, and closes the file, when the last of these is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer(mpsc::Sender<Order>);

impl Writer {
    /// `lock` keeps other processes from writing, until the connection is closed.
    pub(super) fn start(connection: SqliteConnection, lock: File, counts: Arc<Counts>) -> Self {
        let (orders, taken) = mpsc::channel(MAX_GROUP);
        tokio::spawn(Task { connection, counts, waits_for_disk: None }.work(taken, lock));
        Self(orders)
    }

    /// Makes a change. It is made even if the caller does not wait for it.
    pub(super) async fn change(&self, change: Change, now: Timestamp) -> Result<Done, StoreError> {
        let (reply, done) = oneshot::channel();
        let waiting = Box::new(Waiting { change, now, reply });
        self.0.send(Order::Change(waiting)).await.map_err(|_| StoreError::Closed)?;
        done.await.map_err(|_| StoreError::Closed)?
    }

    /// Ends after all changes before it.
    pub(super) async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.0.send(Order::Close(reply)).await.is_ok() {
            let _ = done.await;
        }
    }
}

struct Waiting {
    change: Change,
    now: Timestamp,
    reply: oneshot::Sender<Result<Done, StoreError>>,
}

struct Task {
    connection: SqliteConnection,
    counts: Arc<Counts>,
    /// Whether commits wait for the disk; nothing where that is not certain.
    waits_for_disk: Option<bool>,
}

impl Task {
    async fn work(mut self, mut taken: mpsc::Receiver<Order>, lock: File) {
        let mut orders = Vec::with_capacity(MAX_GROUP);
        let mut closing = None;
        while closing.is_none() && taken.recv_many(&mut orders, MAX_GROUP).await > 0 {
            let mut group = Vec::with_capacity(orders.len());
            for order in orders.drain(..) {
                match order {
                    Order::Change(waiting) => group.push(*waiting),
                    Order::Close(reply) => closing = Some(reply),
                }
            }
            if !group.is_empty() {
                self.make(group).await;
            }
        }
        // The connection first: whoever gets the lock then finds the file closed.
        if let Err(error) = self.connection.close().await {
            tracing::warn!("the store was not closed: {error}");
        }
        drop(lock);
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }

    async fn make(&mut self, group: Vec<Waiting>) {
        match self.try_make(&group).await {
            Ok(done) => {
                self.clean(&group).await;
                for (waiting, done) in group.into_iter().zip(done) {
                    let _ = waiting.reply.send(Ok(done));
                }
            }
            // A failed change does not affect the others.
            Err(_) if group.len() > 1 => {
                for waiting in group {
                    let alone = self.try_make(std::slice::from_ref(&waiting)).await;
                    let done = alone.map(|done| done.first().copied().unwrap_or(Done::Rows(0)));
                    self.clean(std::slice::from_ref(&waiting)).await;
                    let _ = waiting.reply.send(done);
                }
            }
            Err(error) => {
                if let Some(waiting) = group.into_iter().next() {
                    let _ = waiting.reply.send(Err(error));
                }
            }
        }
    }

    async fn try_make(&mut self, group: &[Waiting]) -> Result<Vec<Done>, StoreError> {
        let is_durable = group.iter().any(|waiting| waiting.change.commit() == Commit::Durable);
        if self.waits_for_disk != Some(is_durable) {
            self.waits_for_disk = None;
            let pragma = if is_durable { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" };
            sqlx::query(pragma).execute(&mut self.connection).await?;
            self.waits_for_disk = Some(is_durable);
        }
        let (counts, mut delta) = (Arc::clone(&self.counts), Delta::default());
        let mut transaction = self.connection.begin().await?;
        let mut done = Vec::with_capacity(group.len());
        for waiting in group {
            done.push(waiting.change.make(&mut transaction, waiting.now, &counts, &mut delta).await?);
        }
        transaction.commit().await?;
        counts.change(delta);
        Ok(done)
    }

    /// Deleted rows stay readable in the log until it is written back.
    async fn clean(&mut self, group: &[Waiting]) {
        if !group.iter().any(|waiting| matches!(waiting.change, Change::Forget(_) | Change::Purge(_))) {
            return;
        }
        let cleaned = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut self.connection).await;
        let is_busy = cleaned.and_then(|row| row.try_get::<i64, _>(0));
        if !matches!(is_busy, Ok(0)) {
            tracing::warn!(
                "the store's log could not be cut; deleted data stay in it until the next deletion"
            );
        }
    }
}

impl Change {
    /// Confirmations to callers, and reports before they are sent, survive a power failure.
    fn commit(&self) -> Commit {
        match self {
            Self::Push(..) | Self::Submitted { .. } | Self::Register(_) | Self::Forget(_) => Commit::Durable,
            Self::Requests { .. }
            | Self::Finalised { .. }
            | Self::Failed { .. }
            | Self::Abstained { .. }
            | Self::PutOff { .. }
            | Self::ResultEnded(_)
            | Self::ResultPutOff { .. }
            | Self::Purge(_)
            | Self::Adopt { .. } => Commit::Soon,
            #[cfg(test)]
            Self::LimitPages(_) => Commit::Soon,
        }
    }

    async fn make(
        &self,
        connection: &mut SqliteConnection,
        now: Timestamp,
        counts: &Counts,
        delta: &mut Delta,
    ) -> Result<Done, StoreError> {
        let rows = match self {
            Self::Push(run, who) => {
                let pushed = runs::PushedText::of(run)?;
                if !counts.has_room(*delta, pushed.bytes()) && !runs::exists(connection, &run.id).await? {
                    return Ok(Done::Full);
                }
                let is_new = runs::insert(connection, run, &pushed, now).await?;
                if is_new {
                    delta.add(false, integer(pushed.bytes()), 1);
                    if let Some(who) = who {
                        subjects::insert(connection, who, now).await?;
                    }
                }
                is_new.into()
            }
            Self::Requests { feeds, next, runs } => {
                let mut new = 0_u64;
                for run in runs {
                    let pushed = runs::PushedText::of(run)?;
                    if runs::insert(connection, run, &pushed, now).await? {
                        delta.add(true, integer(pushed.bytes()), 1);
                        new = new.saturating_add(1);
                    }
                }
                for feed in feeds {
                    runs::set_next_request(connection, *feed, *next).await?;
                }
                new
            }
            Self::Finalised { id, block } => {
                let end = sqlx::query(
                    "UPDATE runs SET state = 'finalised', reason = NULL, pushed = NULL, block = ?1, updated_at = ?2, \
                     result_at = ?2 \
                     WHERE id = ?3 AND state NOT IN ('finalised', 'failed', 'abstained') \
                     RETURNING request IS NOT NULL, pushed_bytes",
                )
                .bind(block.map(integer))
                .bind(integer(now))
                .bind(id);
                ended(end.fetch_optional(connection).await?, delta)?
            }
            Self::Failed { id, reason } => {
                let end = sqlx::query(
                    "UPDATE runs SET state = 'failed', reason = ?1, pushed = NULL, result = NULL, updated_at = ?2 \
                     WHERE id = ?3 AND state NOT IN ('finalised', 'failed', 'abstained') \
                     RETURNING request IS NOT NULL, pushed_bytes",
                )
                .bind(reason)
                .bind(integer(now))
                .bind(id);
                ended(end.fetch_optional(connection).await?, delta)?
            }
            Self::Abstained { id, reason, seen } => {
                let end = sqlx::query(
                    "UPDATE runs SET state = 'abstained', reason = ?1, pushed = NULL, updated_at = ?2 \
                     WHERE id = ?3 AND state IN ('queued', 'waiting') RETURNING request IS NOT NULL, pushed_bytes",
                )
                .bind(reason)
                .bind(integer(now))
                .bind(id);
                let rows = ended(end.fetch_optional(&mut *connection).await?, delta)?;
                if let (1, Some(seen)) = (rows, seen) {
                    drift::insert(connection, seen).await?;
                }
                rows
            }
            Self::Submitted { id, submission } => {
                let rows = runs::submit(connection, id, submission, now).await?;
                if let (1, Some(seen)) = (rows, &submission.seen) {
                    drift::insert(connection, seen).await?;
                }
                rows
            }
            Self::PutOff { id, state, reason, next_at } => {
                runs::put_off(connection, id, *state, reason, *next_at, now).await?
            }
            Self::ResultEnded(id) => runs::end_result(connection, id).await?,
            Self::ResultPutOff { id, next_at } => runs::put_off_result(connection, id, *next_at).await?,
            Self::Register(registration) => {
                subjects::insert(connection, registration, now).await?;
                runs::wake(connection, registration.subject, now).await?
            }
            Self::Forget(subject) => subjects::delete(connection, *subject).await?,
            Self::Purge(before) => {
                let runs = runs::purge(connection, *before).await?;
                subjects::purge(connection, *before).await?;
                runs
            }
            Self::Adopt { job, feed } => runs::adopt(connection, job, *feed).await?,
            #[cfg(test)]
            Self::LimitPages(pages) => {
                let pragma = format!("PRAGMA max_page_count = {pages}");
                sqlx::query(sqlx::AssertSqlSafe(pragma)).execute(connection).await?.rows_affected()
            }
        };
        Ok(Done::Rows(rows))
    }
}

/// Counts the run that this statement ended, if it did.
fn ended(row: Option<sqlx::sqlite::SqliteRow>, delta: &mut Delta) -> Result<u64, StoreError> {
    let Some(row) = row else { return Ok(0) };
    delta.add(row.try_get(0)?, row.try_get(1)?, -1);
    Ok(1)
}
