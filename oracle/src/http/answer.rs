use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Serialize;

use crate::store::StoreError;

/// Why a call is refused. No message repeats what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No token, or a wrong one.
    #[error("a token is needed; send `Authorization: Bearer …` with the token of http.token_file")]
    Unauthorised,
    /// No such address.
    #[error("there is nothing here; docs/oracle.md lists the addresses")]
    NoSuchAddress,
    /// The body is no JSON of the expected form.
    #[error("the body is not what is expected here; send JSON with the fields of docs/oracle.md")]
    BadBody,
    /// The patient's id is no FHIR id.
    #[error("patient is no FHIR id: 1 to 64 letters, digits, hyphens and dots are expected")]
    BadPatient,
    /// The `Idempotency-Key` is none.
    #[error("Idempotency-Key is unusable; send 1 to 64 visible ASCII characters")]
    BadIdempotencyKey,
    /// The key was used for another patient or job.
    #[error("this Idempotency-Key was used for another patient; choose another")]
    IdempotencyKeyReused,
    /// No such job, or not started this way.
    #[error("there is no such job, or it is not started this way; see the configuration")]
    UnknownJob,
    /// No such subject.
    #[error("no such subject is registered; it may have been forgotten already")]
    UnknownSubject,
    /// No such run.
    #[error("there is no such run; runs that ended are kept for 90 days")]
    UnknownRun,
    /// The job cannot run now.
    #[error("the job cannot run now ({0}); see /health")]
    JobUnusable(String),
    /// Too much to do.
    #[error("there is too much to do; try again in a few seconds")]
    Busy,
    /// The answer took too long.
    #[error("this took too long; try again, and see /health")]
    TooSlow,
    /// The store or the system fails.
    #[error("the service has a fault; see its log and /health")]
    Fault,
}

impl Refusal {
    fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unauthorised => (StatusCode::UNAUTHORIZED, "unauthorised"),
            Self::NoSuchAddress => (StatusCode::NOT_FOUND, "no-such-address"),
            Self::BadBody => (StatusCode::BAD_REQUEST, "bad-body"),
            Self::BadPatient => (StatusCode::BAD_REQUEST, "bad-patient"),
            Self::BadIdempotencyKey => (StatusCode::BAD_REQUEST, "bad-idempotency-key"),
            Self::IdempotencyKeyReused => (StatusCode::CONFLICT, "idempotency-key-reused"),
            Self::UnknownJob => (StatusCode::NOT_FOUND, "unknown-job"),
            Self::UnknownSubject => (StatusCode::NOT_FOUND, "unknown-subject"),
            Self::UnknownRun => (StatusCode::NOT_FOUND, "unknown-run"),
            Self::JobUnusable(_) => (StatusCode::SERVICE_UNAVAILABLE, "job-unusable"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::TooSlow => (StatusCode::SERVICE_UNAVAILABLE, "too-slow"),
            Self::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "fault"),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!("{error}");
        Self::Fault
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            error: &'static str,
            message: String,
        }
        let (status, error) = self.status();
        let mut response = (status, Json(Body { error, message: self.to_string() })).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
