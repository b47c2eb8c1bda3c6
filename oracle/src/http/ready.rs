use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serve::ready::Part;

use super::Service;
use crate::ledger::Ledger;
use crate::run::Runner;
use crate::store::now;

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

pub(super) async fn ready<L: Ledger>(State(service): State<Arc<Service<L>>>) -> Response {
    let ready = service.checked.get(check(&service.runner)).await;
    serve::ready::answer(ready.ok, &ready)
}

async fn check<L: Ledger>(runner: &Runner<L>) -> Readiness {
    let chain = Part::ask(async { runner.ledger.head().await.map(drop).map_err(|error| error.kind()) });
    let store = Part::ask(async { runner.store.ping().await.map_err(|_| "store".to_owned()) });
    let jobs = runner.jobs.iter().map(|(name, job)| async move {
        let ready = async {
            job.ready(&runner.ledger, &runner.key, now()).await.map(drop).map_err(|error| error.kind())
        };
        (name.clone(), Part::ask(ready).await)
    });
    let (chain, store, jobs) = tokio::join!(chain, store, futures::future::join_all(jobs));
    let jobs: BTreeMap<_, _> = jobs.into_iter().collect();
    let requests = Part::of(runner.watched.failure().map_or(Ok(()), Err));
    let clock = Part::of(if runner.watched.is_clock_off() { Err("clock-off".to_owned()) } else { Ok(()) });
    // A job that cannot run is named; the others go on.
    let ok =
        [&chain, &store, &requests, &clock].iter().all(|part| part.ok) && jobs.values().any(|job| job.ok);
    Readiness { ok, chain, requests, clock, store, jobs }
}
