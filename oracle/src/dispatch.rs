//! Drives runs that are due, several at once, but never two on the same feed about the same subject.
//!
//! Every run comes out of the store: see [`Store::due`](crate::store::Store::due), which decides what comes first. Each
//! feed has places of its own, so that a feed whose source or model is slow does not hold up the others; and its
//! requests on chain and its pushes take turns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use primitives::{FeedId, Subject};
use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::run::Runner;
use crate::store::{now, Origin, StoreError};

/// Maximum number of runs of a feed that are driven at once: while some wait for the source, others wait for the chain.
const MAX_IN_FLIGHT: usize = 64;
/// Interval between look-ups of runs whose pause is over.
const TICK: Duration = Duration::from_millis(250);
/// The pause after the store failed: the disk may be full for a while.
const STORE_PAUSE: Duration = Duration::from_secs(2);
/// Time limit for runs in flight to end.
const GRACE: Duration = Duration::from_secs(15);
/// Interval between deletions of old runs.
const PURGE: Duration = Duration::from_secs(3600);
const MILLISECONDS_PER_DAY: u64 = 86_400_000;

/// Messages to the dispatcher.
#[derive(Debug, Default)]
pub struct Work {
    feeds: Mutex<BTreeSet<FeedId>>,
    news: Notify,
}

impl Work {
    /// Some run on this feed in the store may be due. If this message is lost, the run is found there.
    pub fn look(&self, feed: FeedId) {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner).insert(feed);
        self.news.notify_one();
    }

    fn take(&self) -> BTreeSet<FeedId> {
        std::mem::take(&mut self.feeds.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A run in flight.
struct Flight {
    run: String,
    feed: FeedId,
    subject: Subject,
}

/// Runs in flight.
struct InFlight<L> {
    runner: Arc<Runner<L>>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    flights: BTreeMap<Id, Flight>,
}

impl<L: Ledger> InFlight<L> {
    fn room(&self, feed: FeedId) -> usize {
        let flying = self.flights.values().filter(|flight| flight.feed == feed).count();
        MAX_IN_FLIGHT.saturating_sub(flying)
    }

    /// Fills the places of a feed with runs that are due.
    async fn fill(&mut self, feed: FeedId) -> Result<(), StoreError> {
        let mut room = self.room(feed);
        if room == 0 {
            return Ok(());
        }
        // Those in flight are due as well: look beyond them.
        let (at, limit) = (now(), MAX_IN_FLIGHT.saturating_mul(2));
        let requests = self.runner.store.due(feed, Origin::Request, at, limit).await?;
        let pushes = self.runner.store.due(feed, Origin::Push, at, limit).await?;
        let (mut requests, mut pushes) = (requests.into_iter(), pushes.into_iter());
        loop {
            let turn = [requests.next(), pushes.next()];
            if turn.iter().all(Option::is_none) {
                return Ok(());
            }
            for due in turn.into_iter().flatten() {
                if room == 0 {
                    return Ok(());
                }
                // An older run may have become due while a younger one is in flight.
                if !self.flights.values().any(|flight| flight.feed == feed && flight.subject == due.subject) {
                    self.drive(Flight { run: due.id, feed, subject: due.subject });
                    room = room.saturating_sub(1);
                }
            }
        }
    }

    fn drive(&mut self, flight: Flight) {
        let (runner, stop, run) = (Arc::clone(&self.runner), self.stop.clone(), flight.run.clone());
        let task = self.tasks.spawn(async move {
            if let Err(error) = runner.drive(&run, || stop.is_cancelled()).await {
                runner.metrics.store_failed();
                tracing::error!(run, "the run goes on when the store works again: {error}");
                // It keeps its place meanwhile.
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(STORE_PAUSE) => {}
                }
            }
        });
        self.flights.insert(task.id(), flight);
    }

    /// Frees the place of a run. Returns its feed.
    async fn ended(&mut self, ended: Result<(Id, ()), JoinError>) -> Result<Option<FeedId>, StoreError> {
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        let Some(flight) = self.flights.remove(&id) else { return Ok(None) };
        if ended.is_err() {
            // The panic itself is in the log already.
            self.runner.panicked(&flight.run).await?;
        }
        Ok(Some(flight.feed))
    }
}

/// Drives runs until it is stopped, and then lets those in flight end within a grace period. Where the store fails,
/// runs wait until it works again; an error is returned only if it is closed.
pub async fn dispatch<L: Ledger>(
    runner: Arc<Runner<L>>,
    work: &Work,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut in_flight =
        InFlight { runner, stop: stop.clone(), tasks: JoinSet::new(), flights: BTreeMap::new() };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut purge = tokio::time::interval(PURGE);
    while !stop.is_cancelled() {
        let looked = tokio::select! {
            () = stop.cancelled() => Ok(()),
            () = work.news.notified() => look(&mut in_flight, work.take()).await,
            _ = tick.tick() => look_at_all(&mut in_flight).await,
            _ = purge.tick() => delete_old(&in_flight.runner).await,
            Some(ended) = in_flight.tasks.join_next_with_id() => end(&mut in_flight, ended).await,
        };
        match looked {
            Ok(()) => {}
            Err(StoreError::Closed) => return Err(StoreError::Closed),
            Err(error) => {
                in_flight.runner.metrics.store_failed();
                tracing::error!("runs wait until the store works again: {error}");
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(STORE_PAUSE) => {}
                }
            }
        }
    }
    let rest = async { while in_flight.tasks.join_next().await.is_some() {} };
    // Runs that have not ended by then continue after the restart: all their steps are in the store.
    if tokio::time::timeout(GRACE, rest).await.is_err() {
        tracing::warn!(
            "some runs were still waiting for the chain or a source; they continue after the restart"
        );
    }
    Ok(())
}

async fn look<L: Ledger>(in_flight: &mut InFlight<L>, feeds: BTreeSet<FeedId>) -> Result<(), StoreError> {
    for feed in feeds {
        in_flight.fill(feed).await?;
    }
    Ok(())
}

/// Looks at every feed, also at those of jobs that the configuration has no more.
async fn look_at_all<L: Ledger>(in_flight: &mut InFlight<L>) -> Result<(), StoreError> {
    let feeds = in_flight.runner.store.due_feeds(now()).await?;
    look(in_flight, feeds.into_iter().collect()).await
}

/// A place is free: others of the feed may take it, above all those about the same subject.
async fn end<L: Ledger>(
    in_flight: &mut InFlight<L>,
    first: Result<(Id, ()), JoinError>,
) -> Result<(), StoreError> {
    let mut feeds = BTreeSet::new();
    let mut next = Some(first);
    while let Some(ended) = next {
        feeds.extend(in_flight.ended(ended).await?);
        next = in_flight.tasks.try_join_next_with_id();
    }
    look(in_flight, feeds).await
}

async fn delete_old<L>(runner: &Runner<L>) -> Result<(), StoreError> {
    let kept = runner.keep_days.saturating_mul(MILLISECONDS_PER_DAY);
    runner.store.purge(now().saturating_sub(kept)).await.map(drop)
}

#[cfg(test)]
mod tests;
