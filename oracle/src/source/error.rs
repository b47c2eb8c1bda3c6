use std::time::Duration;

use crate::inputs::FormError;
use crate::retry::Decision;

/// Why a fetch failed. No message contains a patient's id or any other content of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The connection failed or broke.
    #[error(
        "the source cannot be reached or broke the connection; check base_url, the network and the server"
    )]
    Down,
    /// The certificate is not trusted, or there is no TLS at all.
    #[error(
        "the TLS connection to the source is not trusted; check its certificate, and ca_file for your own authority"
    )]
    Untrusted,
    /// A timeout passed.
    #[error("the source did not answer in time; raise the timeouts, or find the cause of the delay")]
    Slow,
    /// An answer, or all of them together, is longer than allowed.
    #[error("the source's answer is larger than allowed; raise max_response_bytes or max_pages")]
    TooLarge,
    /// Neither JSON nor, for a series, CSV.
    #[error(
        "the answer is not data of the source's kind; check that base_url is the service and not a web page"
    )]
    WrongType,
    /// JSON, but not the expected R4 resource.
    #[error("the source's answer is not the expected R4 resource: {0}")]
    Malformed(fhir::ReadError),
    /// Not a series.
    #[error("the source's answer: {0}")]
    NoSeries(FormError),
    /// A resource about another patient.
    #[error("the source answered about the wrong patient; do not use this server")]
    WrongPatient,
    /// The patient's own record must not be used.
    #[error("{0}")]
    Unusable(fhir::PatientError),
    /// A link to another server.
    #[error("the source redirects to another server; set base_url to the final address")]
    Elsewhere,
    /// Unknown patient.
    #[error("the source does not know the run's patient or subject{}; check the registered id", detail(.0))]
    NotFound(String),
    /// The token is missing, wrong, or not enough.
    #[error("the source rejected our credentials (status {status}{}); check token_file", detail(.outcome))]
    Unauthorised {
        /// 401 or 403.
        status: u16,
        /// The codes of its OperationOutcome.
        outcome: String,
    },
    /// The server is busy or failed.
    #[error("the source is busy or failed (status {status}{}); check its logs", detail(.outcome))]
    Faulty {
        /// 429 or 500 to 599.
        status: u16,
        /// The pause that it asks for.
        after: Option<Duration>,
        /// The codes of its OperationOutcome.
        outcome: String,
    },
    /// Any other answer.
    #[error("the source refused the request (status {status}{}); check base_url and the kind of the source", detail(.outcome))]
    Refused {
        /// The status.
        status: u16,
        /// The codes of its OperationOutcome.
        outcome: String,
    },
}

fn detail(outcome: &str) -> String {
    if outcome.is_empty() {
        String::new()
    } else {
        format!(", {outcome}")
    }
}

impl FetchError {
    /// Its name in logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Down => "source-down",
            Self::Untrusted => "source-untrusted",
            Self::Slow => "source-slow",
            Self::TooLarge => "source-too-large",
            Self::WrongType => "source-wrong-type",
            Self::Malformed(_) | Self::NoSeries(FormError::NotASeries(_)) => "source-malformed",
            Self::NoSeries(FormError::UnitChanged(_)) => "series-unit-changed",
            Self::WrongPatient => "source-wrong-patient",
            Self::Unusable(_) => "patient-unusable",
            Self::Elsewhere => "source-elsewhere",
            Self::NotFound(_) => "patient-not-found",
            Self::Unauthorised { .. } => "source-unauthorised",
            Self::Faulty { .. } => "source-faulty",
            Self::Refused { .. } => "source-refused",
        }
    }

    /// The pause that the server asks for.
    #[must_use]
    pub fn after(&self) -> Option<Duration> {
        match self {
            Self::Faulty { after, .. } => *after,
            _ => None,
        }
    }

    /// The decision about the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            Self::Down | Self::Slow | Self::Faulty { .. } => Decision::Retry,
            // The set-up can be repaired before the run's deadline.
            Self::Untrusted
            | Self::Unauthorised { .. }
            | Self::WrongType
            | Self::Refused { .. }
            | Self::TooLarge
            | Self::Elsewhere => Decision::Wait,
            Self::Malformed(_)
            | Self::NoSeries(_)
            | Self::WrongPatient
            | Self::Unusable(_)
            | Self::NotFound(_) => Decision::Fail,
        }
    }
}
