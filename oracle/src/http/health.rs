use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::Json;
use serde::Serialize;

use super::Service;
use crate::ledger::{Ledger, LedgerError};
use crate::run::Runner;
use crate::store::now;

/// Anybody may call: the chain is asked at most this often.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Time limit for the answer of each part.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) type Checked = (Instant, Health);

/// The state of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether all parts are usable.
    pub ok: bool,
    /// The chain.
    pub chain: Part,
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

pub(super) async fn health<L: Ledger>(State(service): State<Arc<Service<L>>>) -> (StatusCode, Json<Health>) {
    let mut checked = service.health.lock().await;
    let health = match &*checked {
        Some((at, health)) if at.elapsed() < MAX_AGE => health.clone(),
        _ => {
            let health = check(&service.runner).await;
            *checked = Some((Instant::now(), health.clone()));
            health
        }
    };
    let status = if health.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health))
}

async fn check<L: Ledger>(runner: &Runner<L>) -> Health {
    let late = || "slow".to_owned();
    let chain = tokio::time::timeout(PATIENCE, runner.ledger.head()).await;
    let chain =
        chain.map_err(|_| late()).and_then(|head| head.map(drop).map_err(|error: LedgerError| error.kind()));
    let store = tokio::time::timeout(PATIENCE, runner.store.ping()).await;
    let store = store.map_err(|_| late()).and_then(|ping| ping.map_err(|_| "store".to_owned()));
    let jobs = runner.jobs.iter().map(|(name, job)| async move {
        let ready = tokio::time::timeout(PATIENCE, job.ready(&runner.ledger, &runner.key, now())).await;
        let ready = ready.map_err(|_| late()).and_then(|ready| ready.map(drop).map_err(|error| error.kind()));
        (name.clone(), Part::of(ready))
    });
    let jobs: BTreeMap<_, _> = futures::future::join_all(jobs).await.into_iter().collect();
    let (chain, store) = (Part::of(chain), Part::of(store));
    Health { ok: chain.ok && store.ok && jobs.values().all(|job| job.ok), chain, store, jobs }
}
