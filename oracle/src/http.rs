//! The HTTP interface.
//!
//! | address | access | answer |
//! | --- | --- | --- |
//! | `GET /health` | anybody | whether chain, store and jobs are usable |
//! | `GET /metrics` | anybody | counters for Prometheus |
//! | `POST /v1/subjects` | token | registers a patient under a new subject |
//! | `DELETE /v1/subjects/{subject}` | token | deletes the patient behind it |
//! | `POST /v1/jobs/{job}/runs` | token | registers a patient and starts a run |
//! | `GET /v1/runs/{run}` | token | state of a run |

mod answer;
mod health;
#[cfg(test)]
mod tests;
mod v1;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::Router;
use tokio::sync::Semaphore;

use crate::dispatch::Work;
use crate::keys::Token;
use crate::ledger::Ledger;
use crate::run::Runner;

pub use health::{Health, Part};

use answer::Refusal;
use health::Checked;

/// Maximum size of a body, in bytes.
const MAX_BODY: usize = 64 << 10;
/// Maximum size of the body of a push, in bytes: a picture of 750 KiB, or ten thousand readings.
const MAX_PUSH: usize = 1 << 20;
/// Time limit for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of requests that are served at once.
const MAX_AT_ONCE: usize = 64;

/// The state that all handlers share.
pub struct Service<L> {
    /// The state that all runs share.
    pub runner: Arc<Runner<L>>,
    /// Messages to the dispatcher.
    pub work: Arc<Work>,
    /// The token that callers of `/v1` must send.
    pub token: Token,
    health: tokio::sync::Mutex<Option<Checked>>,
    places: Semaphore,
}

impl<L: Ledger> Service<L> {
    /// A service for these runs.
    #[must_use]
    pub fn new(runner: Arc<Runner<L>>, work: Arc<Work>, token: Token) -> Arc<Self> {
        let places = Semaphore::new(MAX_AT_ONCE);
        Arc::new(Self { runner, work, token, health: tokio::sync::Mutex::new(None), places })
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
        .layer(from_fn_with_state(Arc::clone(&service), authenticate::<L>));
    Router::new()
        .route("/health", get(health::health::<L>))
        .route("/metrics", get(metrics::<L>))
        .nest("/v1", v1)
        .fallback(|| async { Refusal::NoSuchAddress })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(limit_time))
        .layer(from_fn_with_state(Arc::clone(&service), limit_concurrency::<L>))
        .with_state(service)
}

/// Refuses requests without the token.
async fn authenticate<L: Ledger>(
    State(service): State<Arc<Service<L>>>,
    request: Request,
    next: Next,
) -> Response {
    let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.split_once(' '));
    match shown {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && service.token.is(token.trim()) => {
            next.run(request).await
        }
        _ => Refusal::Unauthorised.into_response(),
    }
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
