//! The HTTP interface.
//!
//! | address | access | answer |
//! | --- | --- | --- |
//! | `GET /alive` | anybody | that the service works |
//! | `GET /ready` | anybody | whether chain, requests, clock, store and jobs are usable |
//! | `GET /metrics` | anybody | counters for Prometheus |
//! | `POST /v1/subjects` | token | registers a patient under a new subject |
//! | `DELETE /v1/subjects/{subject}` | token | deletes the patient behind it |
//! | `POST /v1/jobs/{job}/runs` | token | registers a patient and starts a run |
//! | `GET /v1/runs/{run}` | token | state of a run |

mod answer;
mod ready;
#[cfg(test)]
mod tests;
mod v1;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::Router;
use serve::limit::{by_places, Places};
use serve::listen::Limits;
use serve::ready::{alive, Asked};
use serve::standard::Standard;
use serve::tokens::{guard, Guard, Need, Tokens};

use crate::dispatch::Work;
use crate::ledger::Ledger;
use crate::run::Runner;

pub use ready::Readiness;

use answer::Refusal;

/// The role of all callers of `/v1`.
pub(crate) const CALLER: &str = "caller";

/// Maximum size of a body, in bytes.
const MAX_BODY: usize = 64 << 10;
/// Maximum size of the body of a push, in bytes: a picture of 750 KiB, or ten thousand readings.
const MAX_PUSH: usize = 1 << 20;
/// Time limit for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of requests under `/v1` that are served at once. Supervisors and Prometheus do not need a place.
const MAX_AT_ONCE: usize = 64;

/// Limits of connections. All of them come from this machine or from a proxy: their network says nothing.
pub(crate) const LIMITS: Limits = Limits { per_network: usize::MAX, ..Limits::STANDARD };

/// The state that all handlers share.
pub struct Service<L> {
    /// The state that all runs share.
    pub runner: Arc<Runner<L>>,
    /// Messages to the dispatcher.
    pub work: Arc<Work>,
    /// The tokens of the callers of `/v1`.
    pub tokens: Arc<Tokens>,
    checked: Asked<Readiness>,
    places: Places,
}

impl<L: Ledger> Service<L> {
    /// A service for these runs.
    #[must_use]
    pub fn new(runner: Arc<Runner<L>>, work: Arc<Work>, tokens: Tokens) -> Arc<Self> {
        let (tokens, places) = (Arc::new(tokens), Places::new(MAX_AT_ONCE));
        Arc::new(Self { runner, work, tokens, checked: Asked::default(), places })
    }
}

/// All addresses.
pub fn router<L: Ledger>(service: Arc<Service<L>>) -> Router {
    let guarded = Guard { tokens: Arc::clone(&service.tokens), need: Need::Token };
    let v1 = Router::new()
        .route("/subjects", post(v1::register::<L>))
        .route("/subjects/{subject}", delete(v1::forget::<L>))
        .route("/jobs/{job}/runs", post(v1::push::<L>).layer(DefaultBodyLimit::max(MAX_PUSH)))
        .route("/runs/{run}", get(v1::show::<L>))
        .fallback(|| async { Refusal::NoSuchAddress })
        .layer(from_fn_with_state(guarded, guard))
        .layer(from_fn_with_state(service.places.clone(), by_places));
    let router = Router::new()
        .route("/alive", get(alive))
        .route("/ready", get(ready::ready::<L>))
        .route("/metrics", get(metrics::<L>))
        .nest("/v1", v1)
        .fallback(|| async { Refusal::NoSuchAddress });
    let metrics = service.runner.metrics.http.clone();
    let standard = Standard { body: MAX_BODY, time: TIMEOUT, ..Standard::new(metrics) };
    standard.around(router).with_state(service)
}

async fn metrics<L: Ledger>(State(service): State<Arc<Service<L>>>) -> Response {
    service.runner.metrics.pending(service.runner.store.pending());
    service.runner.metrics.answer()
}
