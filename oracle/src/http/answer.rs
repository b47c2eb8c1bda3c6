use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serve::listen::SlowBody;
use serve::problem::Problem;

use crate::store::StoreError;

/// When who found no place, or no usable job, tries again.
const PAUSE: Duration = Duration::from_secs(5);

/// Why a call is refused. No message repeats the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
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
    /// The body does not come.
    #[error("the body came too slowly; send it again, and faster")]
    TooSlow,
    /// The store or the system failed.
    #[error("the service failed; see its log and /ready")]
    Fault,
}

impl Refusal {
    /// Status, code and title. Codes are stable: programs depend on them.
    fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoSuchAddress => (StatusCode::NOT_FOUND, "no-such-address", "There is no such address"),
            Self::BadBody => (StatusCode::BAD_REQUEST, "bad-body", "The body is not valid"),
            Self::BadPatient => (StatusCode::BAD_REQUEST, "bad-patient", "The patient is not a FHIR id"),
            Self::BadIdempotencyKey => {
                (StatusCode::BAD_REQUEST, "bad-idempotency-key", "The Idempotency-Key is not valid")
            }
            Self::BadUses => (StatusCode::BAD_REQUEST, "bad-uses", "The number of uses is out of range"),
            Self::IdempotencyKeyReused => {
                (StatusCode::CONFLICT, "idempotency-key-reused", "The Idempotency-Key was used before")
            }
            Self::UnknownJob => (StatusCode::NOT_FOUND, "unknown-job", "The job is unknown"),
            Self::UnknownSubject => (StatusCode::NOT_FOUND, "unknown-subject", "The subject is unknown"),
            Self::UnknownRun => (StatusCode::NOT_FOUND, "unknown-run", "The run is unknown"),
            Self::JobUnusable(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "job-unusable", "The job cannot run now")
            }
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "The service is busy"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow", "The request took too long"),
            Self::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "fault", "The service failed"),
        }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        if SlowBody::is_cause_of(&rejection) {
            return Self::TooSlow;
        }
        Self::BadBody
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
        let (status, code, title) = self.kind();
        let problem = Problem::new(status, code, title).detail(self.to_string());
        match self {
            Self::JobUnusable(reason) => problem.with("reason", reason).retry_after(PAUSE).into_response(),
            Self::Busy => problem.retry_after(PAUSE).into_response(),
            _ => problem.into_response(),
        }
    }
}
