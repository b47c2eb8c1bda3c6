use crate::inputs::FormError;
use crate::retry::Decision;

/// Why a source gave no data. No message holds a patient's id or any other content of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No connection, or it broke.
    #[error(
        "the source cannot be reached or broke the connection; check base_url, the network and the server"
    )]
    Down,
    /// The certificate is not trusted, or there is no TLS at all.
    #[error(
        "no trusted TLS connection to the source; check its certificate, and ca_file for an own authority"
    )]
    Untrusted,
    /// A timeout passed.
    #[error("the source did not answer in time; raise the timeouts, or find out why it is slow")]
    Slow,
    /// An answer, or all of them together, is longer than allowed.
    #[error("the source's answer is larger than allowed; raise max_response_bytes or max_pages")]
    TooLarge,
    /// Neither JSON nor, for a series, CSV.
    #[error(
        "the answer is no data of the source's kind; check that base_url is the service and not a web page"
    )]
    WrongType,
    /// JSON, but not the R4 resource that was asked for.
    #[error("the source's answer is not the R4 resource that was asked for: {0}")]
    Malformed(fhir::ReadError),
    /// Not a series.
    #[error("the source's answer: {0}")]
    NoSeries(FormError),
    /// A resource about somebody else.
    #[error("the source answered about another patient than was asked for; do not use this server")]
    WrongPatient,
    /// A link to another server.
    #[error("the source sends us to another server; set base_url to the final address")]
    Elsewhere,
    /// No such patient.
    #[error("the source does not know whom the run is about{}; check the id that was registered", detail(.0))]
    NotFound(String),
    /// The token is missing, wrong, or not enough.
    #[error("the source does not let us in (status {status}{}); check token_file", detail(.outcome))]
    Unauthorised {
        /// 401 or 403.
        status: u16,
        /// The codes of its OperationOutcome.
        outcome: String,
    },
    /// The server has too much to do, or a fault.
    #[error("the source is busy or has a fault (status {status}{}); look at its logs", detail(.outcome))]
    Faulty {
        /// 429 or 500 to 599.
        status: u16,
        /// The codes of its OperationOutcome.
        outcome: String,
    },
    /// Any other answer than the resource.
    #[error("the source refused (status {status}{}); check base_url and the kind of the source", detail(.outcome))]
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
    /// A word for logs, metrics and the store.
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
            Self::Elsewhere => "source-elsewhere",
            Self::NotFound(_) => "patient-not-found",
            Self::Unauthorised { .. } => "source-unauthorised",
            Self::Faulty { .. } => "source-faulty",
            Self::Refused { .. } => "source-refused",
        }
    }

    /// What happens to the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            Self::Down | Self::Slow | Self::Faulty { .. } => Decision::Retry,
            // Set-up that somebody can repair before the run's deadline.
            Self::Untrusted | Self::Unauthorised { .. } | Self::WrongType | Self::Refused { .. } => {
                Decision::Wait
            }
            Self::TooLarge
            | Self::Malformed(_)
            | Self::NoSeries(_)
            | Self::WrongPatient
            | Self::Elsewhere
            | Self::NotFound(_) => Decision::Fail,
        }
    }
}
