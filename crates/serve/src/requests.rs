//! Limits of one request, and what becomes of a handler that fails.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use crate::problem::Problem;

/// When who got no answer in time tries again.
const SLOW_PAUSE: Duration = Duration::from_secs(5);

/// Middleware that refuses addresses of more bytes, with their query: 414.
pub async fn limit_address(State(most): State<usize>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    let length =
        uri.path().len().saturating_add(uri.query().map_or(0, |query| query.len().saturating_add(1)));
    if length <= most {
        return next.run(request).await;
    }
    // The words are the same for everybody: `problem::uniform` writes them.
    StatusCode::URI_TOO_LONG.into_response()
}

/// Middleware that ends a request after a time: 503 `too-slow`. An answer that has begun goes on.
pub async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "The request took too long")
            .detail("the request took too long; try again, and see /ready")
            .retry_after(SLOW_PAUSE)
            .into_response()
    })
}

/// Middleware that answers 500 `fault` where a handler panics. The panic's message is not logged here: the program's own
/// hook writes it to standard error.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| {
        tracing::error!("a handler panicked; report it, with the lines before it");
        fault().into_response()
    })
}

/// The service failed, and the log says why.
#[must_use]
pub fn fault() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "The service failed")
        .detail("the service failed; see its log and /ready")
}
