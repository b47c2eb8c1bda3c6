//! Requests on chain become runs in the store, block by block, each once.

use std::collections::BTreeMap;
use std::time::Duration;

use primitives::{FeedId, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::config::Trigger;
use crate::dispatch::Work;
use crate::inputs::Pushed;
use crate::ledger::{Ledger, LedgerError, Requested};
use crate::retry::Decision;
use crate::run::Runner;
use crate::store::{now, NewRun, StoreError};

/// Maximum number of blocks whose events are read at once.
const MAX_BLOCKS: u64 = 256;
/// Maximum number of blocks without requests that are read again after a restart.
const MAX_UNSTORED: u64 = 32;
/// Maximum number of pending runs; above it, new runs are refused.
pub const MAX_PENDING: u64 = 10_000;
/// Maximum time that a request waits for its subject, in milliseconds: a week.
pub const MAX_WAIT: Timestamp = 7 * 86_400_000;
/// The pause while the store is full.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// The position in the chain.
struct Cursor {
    /// The next block.
    next: u64,
    /// The number of blocks between the stored cursor and it. None of them has a request.
    unstored: u64,
}

/// Why requests could not be read.
#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads requests until it is stopped. Returns an error only if the store fails.
pub async fn watch<L: Ledger>(
    runner: &Runner<L>,
    work: &Work,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut failures = 0_u32;
    let stored = runner.store.cursor().await?;
    let mut cursor = Cursor {
        next: stored.map_or(runner.ledger.first_block(), |block| block.saturating_add(1)),
        unstored: 0,
    };
    loop {
        let read = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            read = read(runner, work, &mut cursor) => read,
        };
        let pause = match read {
            Ok(true) => {
                failures = 0;
                continue;
            }
            Ok(false) => FULL_PAUSE,
            Err(WatchError::Store(error)) => return Err(error),
            Err(WatchError::Ledger(error)) => {
                failures = failures.saturating_add(1);
                tracing::warn!(reason = %error.kind(), attempt = failures, "requests cannot be read: {error}");
                Decision::Retry.pause(failures)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Reads the next blocks, or waits for one. Returns whether there was room for more.
async fn read<L: Ledger>(runner: &Runner<L>, work: &Work, cursor: &mut Cursor) -> Result<bool, WatchError> {
    let pending = runner.store.pending();
    runner.metrics.pending(pending);
    if pending >= MAX_PENDING {
        return Ok(false);
    }
    let from = cursor.next;
    let head = match from.checked_sub(1) {
        Some(last) => runner.ledger.after(last).await?,
        None => runner.ledger.head().await?,
    };
    if head < from {
        return Ok(true);
    }
    let to = head.min(from.saturating_add(MAX_BLOCKS).saturating_sub(1));
    let feeds = requested_feeds(runner);
    let requests = runner.ledger.requests(from, to).await?;
    let runs: Vec<_> = requests.iter().filter_map(|request| run(request, &feeds, now())).collect();
    cursor.unstored = cursor.unstored.saturating_add(to.saturating_sub(from)).saturating_add(1);
    if !runs.is_empty() || cursor.unstored >= MAX_UNSTORED {
        runner.store.record(to, &runs, now()).await?;
        cursor.unstored = 0;
    }
    cursor.next = to.saturating_add(1);
    runner.metrics.read_up_to(to);
    if !runs.is_empty() {
        work.look();
    }
    Ok(true)
}

/// The job that answers the requests of each feed.
fn requested_feeds<L>(runner: &Runner<L>) -> BTreeMap<FeedId, &str> {
    let jobs = runner.jobs.values().map(|job| &job.config);
    let requested = jobs.filter(|job| job.triggers.contains(&Trigger::ChainRequest));
    requested.map(|job| (job.feed, job.name.as_str())).collect()
}

fn run(requested: &Requested, feeds: &BTreeMap<FeedId, &str>, now: Timestamp) -> Option<NewRun> {
    let job = feeds.get(&requested.feed)?;
    Some(NewRun {
        id: format!("request-{}", requested.request),
        job: (*job).to_owned(),
        request: Some(requested.request),
        subject: requested.subject,
        deadline: requested.deadline.min(now.saturating_add(MAX_WAIT)),
        pushed: Pushed::default(),
    })
}
