//! Runs that are due are driven, some at once, never two about the same subject.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use primitives::Subject;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::run::Runner;
use crate::store::{now, State, StoreError};

/// How many runs are driven at once.
const MAX_IN_FLIGHT: usize = 16;
/// How often to look for runs whose pause is over.
const TICK: Duration = Duration::from_millis(250);
/// How long what is in flight may take to end.
const GRACE: Duration = Duration::from_secs(15);
/// How long runs that ended can be asked for, in milliseconds: 90 days.
const KEEP: u64 = 90 * 86_400_000;
/// How often older ones are deleted.
const PURGE: Duration = Duration::from_secs(3600);

type InFlight = BTreeMap<Id, Subject>;

/// Drives runs until it is told to stop, and then ends those in flight within a grace period. Ends with an error only
/// where the store fails.
pub async fn dispatch<L: Ledger>(
    runner: Arc<Runner<L>>,
    work: &Notify,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut tasks: JoinSet<Result<Option<State>, StoreError>> = JoinSet::new();
    let mut in_flight = InFlight::new();
    let mut purge = tokio::time::interval(PURGE);
    while !stop.is_cancelled() {
        start(&runner, &mut tasks, &mut in_flight, stop).await?;
        tokio::select! {
            () = stop.cancelled() => {}
            () = work.notified() => {}
            () = tokio::time::sleep(TICK) => {}
            _ = purge.tick() => { runner.store.purge(now().saturating_sub(KEEP)).await?; }
            Some(ended) = tasks.join_next_with_id() => ended_well(ended, &mut in_flight)?,
        }
    }
    let rest = async {
        while let Some(ended) = tasks.join_next_with_id().await {
            ended_well(ended, &mut in_flight)?;
        }
        Ok(())
    };
    // What is not ready by then is taken up again after the restart: everything before it is in the store.
    tokio::time::timeout(GRACE, rest).await.unwrap_or_else(|_| {
        tracing::warn!(
            "some runs were still waiting for the chain or a source; they go on after the restart"
        );
        Ok(())
    })
}

async fn start<L: Ledger>(
    runner: &Arc<Runner<L>>,
    tasks: &mut JoinSet<Result<Option<State>, StoreError>>,
    in_flight: &mut InFlight,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let free = MAX_IN_FLIGHT.saturating_sub(tasks.len());
    if free == 0 {
        return Ok(());
    }
    // Those in flight are due as well: look behind them.
    for run in runner.store.due(now(), MAX_IN_FLIGHT.saturating_mul(2)).await? {
        if tasks.len() >= MAX_IN_FLIGHT {
            break;
        }
        if in_flight.values().any(|subject| *subject == run.subject) {
            continue;
        }
        let (runner, stop) = (Arc::clone(runner), stop.clone());
        let task = tasks.spawn(async move { runner.drive(&run.id, || stop.is_cancelled()).await });
        in_flight.insert(task.id(), run.subject);
    }
    Ok(())
}

type Ended = Result<(Id, Result<Option<State>, StoreError>), tokio::task::JoinError>;

fn ended_well(ended: Ended, in_flight: &mut InFlight) -> Result<(), StoreError> {
    match ended {
        Ok((id, result)) => {
            in_flight.remove(&id);
            result.map(drop)
        }
        Err(error) => {
            in_flight.remove(&error.id());
            tracing::error!("a run stopped unexpectedly; it is tried again: please report this");
            Ok(())
        }
    }
}
