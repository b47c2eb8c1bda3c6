//! Changes of many runs in one transaction, so that they wait for the disk only once.
//!
//! A caller puts its change into a queue and waits for the connection. The first to get it makes all queued changes;
//! the other callers receive the result of theirs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use primitives::Timestamp;
use scale::Encode;
use sqlx::sqlite::SqliteConnection;
use sqlx::Connection;
use tokio::sync::oneshot;

use super::{drift, integer, runs, subjects, Commit, NewRun, Registration, Seen, State, Store, StoreError};
use crate::report::SignedReport;
use crate::subject::Salt;

/// A change of one run.
pub(super) enum Change {
    /// A new run, with its subject if it has its own.
    Push(NewRun, Option<Registration>),
    /// Its report is signed, and will be sent after this.
    Submitted { id: String, signed: SignedReport, inputs_salt: Salt, seen: Option<Seen> },
    /// Its report is on chain.
    Finalised { id: String, block: Option<u64> },
    /// It has failed.
    Failed { id: String, reason: String },
    /// Its model abstained.
    Abstained { id: String, reason: String, seen: Option<Seen> },
    /// It is tried again later.
    PutOff { id: String, state: State, reason: String, next_at: Timestamp },
}

/// Changes that are not started.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Mutex<VecDeque<Waiting>>>);

struct Waiting {
    change: Arc<(Change, Timestamp)>,
    reply: oneshot::Sender<Result<bool, StoreError>>,
}

impl Queue {
    fn push(&self, waiting: Waiting) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(waiting);
    }

    /// All changes that still have a caller.
    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.drain(..).filter(|waiting| !waiting.reply.is_closed()).collect()
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue(…)")
    }
}

impl Store {
    /// Makes a change, together with all others in the queue. Returns whether it changed anything.
    pub(super) async fn change(&self, change: Change, now: Timestamp) -> Result<bool, StoreError> {
        let change = Arc::new((change, now));
        loop {
            let (reply, mut outcome) = oneshot::channel();
            self.queue.push(Waiting { change: Arc::clone(&change), reply });
            let mut connection = tokio::select! {
                biased;
                Ok(done) = &mut outcome => return done,
                connection = self.pool.acquire() => connection?,
            };
            let group = self.queue.take();
            if !group.is_empty() {
                self.make(&mut connection, group).await;
            }
            drop(connection);
            // An error means that the task making it was cancelled. A repeated change has no effect.
            if let Ok(done) = outcome.await {
                return done;
            }
        }
    }

    async fn make(&self, connection: &mut SqliteConnection, group: Vec<Waiting>) {
        match self.try_make(connection, &group).await {
            Ok(changed) => {
                for (waiting, changed) in group.into_iter().zip(changed) {
                    // Its caller is gone: the change stays.
                    let _ = waiting.reply.send(Ok(changed));
                }
            }
            // A failed change does not affect the others.
            Err(_) if group.len() > 1 => {
                for waiting in group {
                    let alone = self.try_make(connection, std::slice::from_ref(&waiting)).await;
                    let _ = waiting.reply.send(alone.map(|changed| changed.contains(&true)));
                }
            }
            Err(error) => {
                if let Some(waiting) = group.into_iter().next() {
                    let _ = waiting.reply.send(Err(error));
                }
            }
        }
    }

    async fn try_make(
        &self,
        connection: &mut SqliteConnection,
        group: &[Waiting],
    ) -> Result<Vec<bool>, StoreError> {
        let durable = group.iter().any(|waiting| waiting.change.0.commit() == Commit::Durable);
        self.wait_for(connection, if durable { Commit::Durable } else { Commit::Soon }).await?;
        let mut transaction = connection.begin().await?;
        let (mut changed, mut new, mut ended) = (Vec::new(), 0_u64, 0_u64);
        for waiting in group {
            let (change, now) = &*waiting.change;
            let done = change.make(&mut transaction, *now).await?;
            match change {
                Change::Push(..) => new = new.saturating_add(done.into()),
                Change::Finalised { .. } | Change::Failed { .. } | Change::Abstained { .. } => {
                    ended = ended.saturating_add(done.into())
                }
                Change::Submitted { .. } | Change::PutOff { .. } => {}
            }
            changed.push(done);
        }
        transaction.commit().await?;
        self.count(new, ended);
        Ok(changed)
    }
}

impl Change {
    /// Confirmations to callers, and reports before they are sent, survive a power failure.
    fn commit(&self) -> Commit {
        match self {
            Self::Push(..) | Self::Submitted { .. } => Commit::Durable,
            Self::Finalised { .. } | Self::Failed { .. } | Self::Abstained { .. } | Self::PutOff { .. } => {
                Commit::Soon
            }
        }
    }

    /// Returns whether anything changed.
    async fn make(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<bool, StoreError> {
        let change = match self {
            Self::Push(run, who) => {
                let new = runs::insert(connection, run, now).await?;
                if let (true, Some(who)) = (new, who) {
                    subjects::insert(connection, who, now).await?;
                }
                return Ok(new);
            }
            Self::Submitted { id, signed, inputs_salt, .. } => sqlx::query(
                "UPDATE runs SET state = 'submitted', reason = NULL, report = ?1, signature = ?2, \
                 inputs_salt = ?3, updated_at = ?4 WHERE id = ?5 AND state IN ('queued', 'waiting')",
            )
            .bind(signed.report.encode())
            .bind(signed.signature.as_slice())
            .bind(inputs_salt.as_slice())
            .bind(integer(now))
            .bind(id),
            Self::Finalised { id, block } => sqlx::query(
                "UPDATE runs SET state = 'finalised', reason = NULL, pushed = NULL, block = ?1, updated_at = ?2 \
                 WHERE id = ?3 AND state NOT IN ('finalised', 'failed', 'abstained')",
            )
            .bind(block.map(integer))
            .bind(integer(now))
            .bind(id),
            Self::Failed { id, reason } => sqlx::query(
                "UPDATE runs SET state = 'failed', reason = ?1, pushed = NULL, updated_at = ?2 \
                 WHERE id = ?3 AND state NOT IN ('finalised', 'failed', 'abstained')",
            )
            .bind(reason)
            .bind(integer(now))
            .bind(id),
            Self::Abstained { id, reason, .. } => sqlx::query(
                "UPDATE runs SET state = 'abstained', reason = ?1, pushed = NULL, updated_at = ?2 \
                 WHERE id = ?3 AND state IN ('queued', 'waiting')",
            )
            .bind(reason)
            .bind(integer(now))
            .bind(id),
            Self::PutOff { id, state, reason, next_at } => sqlx::query(
                "UPDATE runs SET state = ?1, reason = ?2, next_at = ?3, updated_at = ?4, \
                 attempts = attempts + 1, report = iif(?5, report, NULL), \
                 signature = iif(?5, signature, NULL), inputs_salt = iif(?5, inputs_salt, NULL) \
                 WHERE id = ?6 AND state NOT IN ('finalised', 'failed', 'abstained')",
            )
            .bind(state.name())
            .bind(reason)
            .bind(integer(*next_at))
            .bind(integer(now))
            .bind(*state == State::Submitted)
            .bind(id),
        };
        let changed = change.execute(&mut *connection).await?.rows_affected() > 0;
        if let (true, Self::Submitted { seen: Some(seen), .. } | Self::Abstained { seen: Some(seen), .. }) =
            (changed, self)
        {
            drift::insert(connection, seen).await?;
        }
        Ok(changed)
    }
}
