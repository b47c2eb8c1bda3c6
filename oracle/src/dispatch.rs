//! Drives runs that are due, several at once, but never two about the same subject.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use primitives::Subject;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::run::Runner;
use crate::store::{now, Due, State, StoreError};

/// Maximum number of runs that are driven at once: while some wait for the source, others wait for the chain.
const MAX_IN_FLIGHT: usize = 64;
/// Interval between look-ups of runs whose pause is over.
const TICK: Duration = Duration::from_millis(250);
/// Time limit for runs in flight to end.
const GRACE: Duration = Duration::from_secs(15);
/// Retention of ended runs, in milliseconds: 90 days.
const KEEP: u64 = 90 * 86_400_000;
/// Interval between deletions of older ones.
const PURGE: Duration = Duration::from_secs(3600);

/// Messages to the dispatcher.
#[derive(Debug, Default)]
pub struct Work {
    pushed: Mutex<VecDeque<Due>>,
    in_store: AtomicBool,
    news: Notify,
}

impl Work {
    /// A new run about a subject that has no other run. It is already in the store: if this message is lost, the run is
    /// found there.
    pub fn begin(&self, run: Due) {
        self.pushed.lock().unwrap_or_else(PoisonError::into_inner).push_back(run);
        self.news.notify_one();
    }

    /// Some run in the store may be due.
    pub fn look(&self) {
        self.in_store.store(true, Ordering::Relaxed);
        self.news.notify_one();
    }

    fn pushed(&self) -> Option<Due> {
        self.pushed.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Runs in flight.
struct InFlight<L> {
    runner: Arc<Runner<L>>,
    stop: CancellationToken,
    tasks: JoinSet<Result<Option<State>, StoreError>>,
    subjects: BTreeMap<Id, Subject>,
}

impl<L: Ledger> InFlight<L> {
    fn is_full(&self) -> bool {
        self.tasks.len() >= MAX_IN_FLIGHT
    }

    /// Drives a run, unless another one about its subject is in flight.
    fn drive(&mut self, run: Due) {
        if self.subjects.values().any(|subject| *subject == run.subject) {
            return;
        }
        let (runner, stop) = (Arc::clone(&self.runner), self.stop.clone());
        let task = self.tasks.spawn(async move { runner.drive(&run.id, || stop.is_cancelled()).await });
        self.subjects.insert(task.id(), run.subject);
    }

    /// Fills up with pushed runs, and with due runs from the store if a look-up was requested.
    async fn fill(&mut self, work: &Work) -> Result<(), StoreError> {
        while !self.is_full() {
            let Some(run) = work.pushed() else { break };
            self.drive(run);
        }
        if self.is_full() || !work.in_store.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        // Those in flight are due as well: look beyond them.
        let due = self.runner.store.due(now(), MAX_IN_FLIGHT.saturating_mul(2)).await?;
        for run in due {
            if self.is_full() {
                work.in_store.store(true, Ordering::Relaxed);
                break;
            }
            self.drive(run);
        }
        Ok(())
    }

    fn ended(&mut self, ended: Ended) -> Result<(), StoreError> {
        match ended {
            Ok((id, result)) => {
                self.subjects.remove(&id);
                result.map(drop)
            }
            Err(error) => {
                self.subjects.remove(&error.id());
                tracing::error!("a run stopped unexpectedly and is tried again; please report this");
                Ok(())
            }
        }
    }
}

/// Drives runs until it is stopped, and then lets those in flight end within a grace period. Returns an error only if
/// the store fails.
pub async fn dispatch<L: Ledger>(
    runner: Arc<Runner<L>>,
    work: &Work,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut in_flight =
        InFlight { runner, stop: stop.clone(), tasks: JoinSet::new(), subjects: BTreeMap::new() };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut purge = tokio::time::interval(PURGE);
    while !stop.is_cancelled() {
        in_flight.fill(work).await?;
        tokio::select! {
            () = stop.cancelled() => {}
            () = work.news.notified() => {}
            _ = tick.tick() => work.in_store.store(true, Ordering::Relaxed),
            _ = purge.tick() => { in_flight.runner.store.purge(now().saturating_sub(KEEP)).await?; }
            Some(ended) = in_flight.tasks.join_next_with_id() => in_flight.ended(ended)?,
        }
    }
    let rest = async {
        while let Some(ended) = in_flight.tasks.join_next_with_id().await {
            in_flight.ended(ended)?;
        }
        Ok(())
    };
    // Runs that have not ended by then continue after the restart: all their steps are in the store.
    tokio::time::timeout(GRACE, rest).await.unwrap_or_else(|_| {
        tracing::warn!(
            "some runs were still waiting for the chain or a source; they continue after the restart"
        );
        Ok(())
    })
}

type Ended = Result<(Id, Result<Option<State>, StoreError>), tokio::task::JoinError>;

#[cfg(test)]
mod tests;
