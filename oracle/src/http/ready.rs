use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::Json;
use serde::Serialize;
use serde_json::{json, Value};

use super::Service;
use crate::ledger::{Ledger, LedgerError};
use crate::run::Runner;
use crate::store::now;

/// Anybody may call: the chain is asked at most this often.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Time limit for the answer of each part.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) type Checked = (Instant, Readiness);

/// Whether the service can do its work now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether chain, requests, clock and store are usable, and one job at least.
    pub ok: bool,
    /// The chain.
    pub chain: Part,
    /// Whether requests on chain can be read.
    pub requests: Part,
    /// Whether this machine's clock agrees with the chain's.
    pub clock: Part,
    /// The store.
    pub store: Part,
    /// The jobs by name.
    pub jobs: BTreeMap<String, Part>,
}

/// One part of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Whether it is usable.
    pub ok: bool,
    /// Why not: one of the reasons in docs/oracle.md.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Part {
    fn of(result: Result<(), String>) -> Self {
        Self { ok: result.is_ok(), reason: result.err() }
    }
}

/// Asks nobody: a supervisor that restarts the service repairs neither the chain nor a disk.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "ok": true }))
}

pub(super) async fn ready<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
) -> (StatusCode, Json<Readiness>) {
    let mut checked = service.checked.lock().await;
    let ready = match &*checked {
        Some((at, ready)) if at.elapsed() < MAX_AGE => ready.clone(),
        _ => {
            let ready = check(&service.runner).await;
            *checked = Some((Instant::now(), ready.clone()));
            ready
        }
    };
    let status = if ready.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ready))
}

async fn check<L: Ledger>(runner: &Runner<L>) -> Readiness {
    let late = || "slow".to_owned();
    let chain = async {
        let head = tokio::time::timeout(PATIENCE, runner.ledger.head()).await;
        head.map_err(|_| late()).and_then(|head| head.map(drop).map_err(|error: LedgerError| error.kind()))
    };
    let store = async {
        let ping = tokio::time::timeout(PATIENCE, runner.store.ping()).await;
        ping.map_err(|_| late()).and_then(|ping| ping.map_err(|_| "store".to_owned()))
    };
    let jobs = runner.jobs.iter().map(|(name, job)| async move {
        let ready = tokio::time::timeout(PATIENCE, job.ready(&runner.ledger, &runner.key, now())).await;
        let ready = ready.map_err(|_| late()).and_then(|ready| ready.map(drop).map_err(|error| error.kind()));
        (name.clone(), Part::of(ready))
    });
    let (chain, store, jobs) = tokio::join!(chain, store, futures::future::join_all(jobs));
    let jobs: BTreeMap<_, _> = jobs.into_iter().collect();
    let (chain, store) = (Part::of(chain), Part::of(store));
    let requests = Part::of(runner.watched.failure().map_or(Ok(()), Err));
    let clock = Part::of(if runner.watched.is_clock_off() { Err("clock-off".to_owned()) } else { Ok(()) });
    // A job that cannot run is named; the others go on.
    let ok =
        [&chain, &store, &requests, &clock].iter().all(|part| part.ok) && jobs.values().any(|job| job.ok);
    Readiness { ok, chain, requests, clock, store, jobs }
}
