//! Open requests on chain become runs in the store, each once.
//!
//! Requests have numbers in order. The store knows the first number that was not looked at, for each feed, and the
//! contract says how many there are and which of them are open, at the last finalised block. So nothing is read from
//! the past: a start, a gap of any length, and a job that is new in the configuration are all the same.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use primitives::feeds::Request;
use primitives::{FeedId, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::config::Trigger;
use crate::dispatch::Work;
use crate::inputs::Pushed;
use crate::ledger::{Ledger, LedgerError, Requests, REQUESTS_PAGE};
use crate::metrics::Metrics;
use crate::retry::{luck, Decision};
use crate::run::Runner;
use crate::store::{now, NewRun, StoreError};

/// Maximum number of runs for requests that have not ended; above it, later requests wait on chain.
pub const MAX_REQUESTED: u64 = 10_000;
/// Maximum time that a request waits for its subject, in milliseconds: a week.
pub const MAX_WAIT: Timestamp = 7 * 86_400_000;
/// The pause while the store is full.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// How far this machine's clock may be behind the chain's, in milliseconds: what the contract forgives a report.
const MAX_BEHIND: Timestamp = primitives::feeds::MAX_CLOCK_SKEW;
/// How far it may be ahead of the time of a block that is new, in milliseconds: finality takes a while.
const MAX_AHEAD: Timestamp = 600_000;

/// What the watcher found last.
#[derive(Debug, Default)]
pub struct Watched(Mutex<Found>);

#[derive(Clone, Debug, Default)]
struct Found {
    /// Why requests cannot be read.
    failure: Option<String>,
    is_clock_off: bool,
}

impl Watched {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, reason: String) {
        self.found().failure = Some(reason);
    }

    fn succeeded(&self) {
        self.found().failure = None;
    }

    /// Compares this machine's clock with the time of a block that is new.
    fn clock(&self, now: Timestamp, chain: Timestamp, metrics: &Metrics) {
        let is_off = chain.saturating_sub(now) > MAX_BEHIND || now.saturating_sub(chain) > MAX_AHEAD;
        let offset = jiff::SignedDuration::from_millis(
            i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(i64::try_from(chain).unwrap_or(i64::MAX)),
        );
        metrics.clock_offset(offset.as_secs_f64());
        let was_off = std::mem::replace(&mut self.found().is_clock_off, is_off);
        if is_off && !was_off {
            tracing::warn!(
                seconds = offset.as_secs(),
                "this machine's clock and the chain's differ: correct it"
            );
        }
    }

    /// Why requests cannot be read, if so.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.found().failure.clone()
    }

    /// Whether this machine's clock and the chain's differ by more than reports can bear.
    #[must_use]
    pub fn is_clock_off(&self) -> bool {
        self.found().is_clock_off
    }
}

/// Why requests could not be read.
#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads requests until it is stopped. Where the store fails, it waits; an error is returned only if it is closed.
pub async fn watch<L: Ledger>(
    runner: &Runner<L>,
    work: &Work,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let feeds = requested_feeds(runner);
    if feeds.is_empty() {
        stop.cancelled().await;
        return Ok(());
    }
    let (mut failures, mut block) = (0_u32, 0);
    loop {
        let read = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            read = read(runner, work, &feeds, &mut block) => read,
        };
        let pause = match read {
            Ok(true) => {
                failures = 0;
                continue;
            }
            Ok(false) => FULL_PAUSE,
            Err(WatchError::Store(StoreError::Closed)) => return Err(StoreError::Closed),
            Err(error) => {
                failures = failures.saturating_add(1);
                let reason = match &error {
                    WatchError::Ledger(error) => error.kind(),
                    WatchError::Store(_) => "store".to_owned(),
                };
                tracing::warn!(reason, attempt = failures, "requests cannot be read: {error}");
                runner.metrics.watch_failed(&reason);
                runner.watched.failed(reason);
                Decision::Retry.pause(failures, luck())
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Waits for a block after `block`, and reads the requests that are new in it. Returns whether there was room for all.
async fn read<L: Ledger>(
    runner: &Runner<L>,
    work: &Work,
    feeds: &BTreeMap<FeedId, &str>,
    block: &mut u64,
) -> Result<bool, WatchError> {
    let head = runner.ledger.after(*block).await?;
    runner.metrics.head(head);
    let is_new = *block > 0 && head > *block;
    let watched: Vec<FeedId> = feeds.keys().copied().collect();
    let mut next = runner.store.next_request(&watched).await?;
    loop {
        if runner.store.pending().requested >= MAX_REQUESTED {
            return Ok(false);
        }
        let Requests { time, made, open } = runner.ledger.requests(next).await?;
        if is_new {
            runner.watched.clock(now(), time, &runner.metrics);
        }
        // A node that is behind knows of fewer requests.
        let seen = next.saturating_add(REQUESTS_PAGE).min(made);
        if seen > next {
            let open = open.iter().filter(|(_, request)| request.deadline >= time);
            let at = now();
            let runs: Vec<NewRun> = open.filter_map(|open| run(open, feeds, at)).collect();
            runner.store.requests(&watched, seen, &runs, at).await?;
            runs.iter().for_each(|run| work.look(run.feed));
            next = seen;
        }
        runner.metrics.requests(next, made);
        if next >= made {
            *block = head;
            runner.watched.succeeded();
            return Ok(true);
        }
    }
}

/// The job that answers the requests of each feed.
fn requested_feeds<L>(runner: &Runner<L>) -> BTreeMap<FeedId, &str> {
    let jobs = runner.jobs.values().map(|job| &job.config);
    let requested = jobs.filter(|job| job.triggers.contains(&Trigger::ChainRequest));
    requested.map(|job| (job.feed, job.name.as_str())).collect()
}

/// The run for an open request, unless it is on another feed.
fn run((number, request): &(u64, Request), feeds: &BTreeMap<FeedId, &str>, now: Timestamp) -> Option<NewRun> {
    let job = feeds.get(&request.feed)?;
    Some(NewRun {
        id: format!("request-{number}"),
        job: (*job).to_owned(),
        feed: request.feed,
        request: Some(*number),
        subject: request.subject,
        deadline: request.deadline.min(now.saturating_add(MAX_WAIT)),
        pushed: Pushed::default(),
        body: None,
    })
}

#[cfg(test)]
mod tests;
