//! Why a request is refused.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serve::problem::Problem;

use crate::register::Unanswered;

/// When who could not be answered tries again.
const PAUSE: Duration = Duration::from_secs(5);

pub(super) fn bad(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, "The request cannot be used").detail(detail)
}

/// Middleware where there are no tokens: nobody may.
pub(super) async fn no_tokens(_: Request, _: Next) -> Response {
    Problem::new(StatusCode::FORBIDDEN, "no-tokens", "This gateway has no tokens")
        .detail(
            "this gateway has no tokens, so nobody may do this; its operator gives some with http.tokens_file",
        )
        .into_response()
}

impl From<Unanswered> for Problem {
    fn from(unanswered: Unanswered) -> Self {
        tracing::warn!(%unanswered, "a question has no answer");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "cannot-verify-now", "Cannot verify now")
            .detail("the register is out of reach, so nothing is known about the pack; try again in a moment")
            .retry_after(PAUSE)
    }
}

pub(super) fn unknown_site() -> Problem {
    bad("unknown-site", "no site has this GLN or number; give the GLN of a registered site")
}
