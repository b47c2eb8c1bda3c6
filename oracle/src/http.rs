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
pub(crate) mod listen;
mod ready;
#[cfg(test)]
mod tests;
mod v1;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::Router;
use tokio::sync::Semaphore;

use crate::dispatch::Work;
use crate::ledger::Ledger;
use crate::run::Runner;
use crate::tokens::Tokens;

pub use ready::{Part, Readiness};

use answer::Refusal;
use ready::Checked;

/// Maximum size of a body, in bytes.
const MAX_BODY: usize = 64 << 10;
/// Maximum size of the body of a push, in bytes: a picture of 750 KiB, or ten thousand readings.
const MAX_PUSH: usize = 1 << 20;
/// Time limit for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of requests under `/v1` that are served at once. Supervisors and Prometheus do not need a place.
const MAX_AT_ONCE: usize = 64;

/// The state that all handlers share.
pub struct Service<L> {
    /// The state that all runs share.
    pub runner: Arc<Runner<L>>,
    /// Messages to the dispatcher.
    pub work: Arc<Work>,
    /// The tokens of the callers of `/v1`.
    pub tokens: Tokens,
    checked: tokio::sync::Mutex<Option<Checked>>,
    places: Semaphore,
}

impl<L: Ledger> Service<L> {
    /// A service for these runs.
    #[must_use]
    pub fn new(runner: Arc<Runner<L>>, work: Arc<Work>, tokens: Tokens) -> Arc<Self> {
        let places = Semaphore::new(MAX_AT_ONCE);
        Arc::new(Self { runner, work, tokens, checked: tokio::sync::Mutex::new(None), places })
    }
}

/// All addresses.
pub fn router<L: Ledger>(service: Arc<Service<L>>) -> Router {
    let v1 = Router::new()
        .route("/subjects", post(v1::register::<L>))
        .route("/subjects/{subject}", delete(v1::forget::<L>))
        .route("/jobs/{job}/runs", post(v1::push::<L>).layer(DefaultBodyLimit::max(MAX_PUSH)))
        .route("/runs/{run}", get(v1::show::<L>))
        .fallback(|| async { Refusal::NoSuchAddress })
        .layer(from_fn_with_state(Arc::clone(&service), authenticate::<L>))
        .layer(from_fn_with_state(Arc::clone(&service), limit_concurrency::<L>));
    Router::new()
        .route("/alive", get(ready::alive))
        .route("/ready", get(ready::ready::<L>))
        .route("/metrics", get(metrics::<L>))
        .nest("/v1", v1)
        .fallback(|| async { Refusal::NoSuchAddress })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(limit_time))
        .layer(from_fn_with_state(Arc::clone(&service), log_access::<L>))
        .with_state(service)
}

/// The name of the caller's token, for the log.
#[derive(Clone)]
struct Caller(String);

/// Refuses requests without the token.
async fn authenticate<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    request: Request,
    next: Next,
) -> Response {
    let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.split_once(' '));
    let bearer = shown.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let caller = bearer.and_then(|(_, token)| service.tokens.caller(token.trim()));
    let Some(caller) = caller else { return Refusal::Unauthorised.into_response() };
    let mut answer = next.run(request).await;
    answer.extensions_mut().insert(Caller(caller));
    answer
}

/// Logs and counts an answer by its route, which is a pattern: addresses and bodies may identify people.
async fn log_access<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    request: Request,
    next: Next,
) -> Response {
    let (began, method) = (Instant::now(), request.method().clone());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let answer = next.run(request).await;
    let (route, status) = (matched.as_ref().map_or("none", MatchedPath::as_str), answer.status().as_u16());
    service.runner.metrics.answered(route, status);
    let caller = answer.extensions().get::<Caller>().map(|caller| caller.0.as_str());
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if route.starts_with("/v1") {
        tracing::info!(%method, route, status, caller, ms, "answered");
    } else {
        tracing::debug!(%method, route, status, ms, "answered");
    }
    answer
}

/// Ends requests after [`TIMEOUT`], and forbids caching of answers.
async fn limit_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(TIMEOUT, next.run(request)).await;
    let mut answer = answer.unwrap_or_else(|_| Refusal::TooSlow.into_response());
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Serves at most [`MAX_AT_ONCE`] requests at once; others are refused as busy.
async fn limit_concurrency<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(_place) = service.places.try_acquire() else { return Refusal::Busy.into_response() };
    next.run(request).await
}

async fn metrics<L: Ledger>(State(service): State<Arc<Service<L>>>) -> Response {
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    service.runner.metrics.pending(service.runner.store.pending());
    (StatusCode::OK, [(CONTENT_TYPE, format)], service.runner.metrics.text()).into_response()
}
