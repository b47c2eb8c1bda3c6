use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Serialize;

use crate::store::StoreError;

/// Why a call is refused. No message repeats the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No token, or a wrong one.
    #[error("a token is needed; send `Authorization: Bearer …` with the token of http.token_file")]
    Unauthorised,
    /// Unknown address.
    #[error("unknown address; docs/oracle.md lists the addresses")]
    NoSuchAddress,
    /// The body is not JSON of the expected form.
    #[error("the body is not valid for this address; send JSON with the fields of docs/oracle.md")]
    BadBody,
    /// The patient's id is not a FHIR id.
    #[error("patient is not a FHIR id; send 1 to 64 letters, digits, hyphens and dots")]
    BadPatient,
    /// The `Idempotency-Key` is invalid.
    #[error("Idempotency-Key is invalid; send 1 to 64 visible ASCII characters")]
    BadIdempotencyKey,
    /// The number of uses is out of range.
    #[error("uses is out of range; send how many requests on chain to answer, 1 to 1000")]
    BadUses,
    /// The key was used for a push with another content.
    #[error("this Idempotency-Key was used for a push with another content; choose another one")]
    IdempotencyKeyReused,
    /// Unknown job, or not started this way.
    #[error("the job is unknown, or not started this way; see the configuration")]
    UnknownJob,
    /// Unknown subject.
    #[error("the subject is not registered; it may have been deleted")]
    UnknownSubject,
    /// Unknown run.
    #[error("the run is unknown; ended runs are kept for store.keep_days")]
    UnknownRun,
    /// The job cannot run now.
    #[error("the job cannot run now ({0}); see /ready")]
    JobUnusable(String),
    /// Overload.
    #[error("the service is busy; try again in a few seconds")]
    Busy,
    /// Time limit exceeded.
    #[error("the request took too long; try again, and see /ready")]
    TooSlow,
    /// The store or the system failed.
    #[error("the service failed; see its log and /ready")]
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
            Self::BadUses => (StatusCode::BAD_REQUEST, "bad-uses"),
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
