//! Sources of data: a FHIR R4 server, or a server of series.

mod endpoint;
mod error;
mod fhir;
mod series;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use inference::Manifest;
use jiff::Timestamp;
use serve::secret::SecretError;

use crate::config::{SourceConfig, SourceKind};
use crate::inputs::Series;
use crate::mapping;
use crate::subject::PatientId;

pub use error::FetchError;
pub use fhir::{FhirSource, Record};
pub use series::SeriesSource;

/// Why a source cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The token cannot be read.
    #[error("source {name}: {error}")]
    Token {
        /// The source.
        name: String,
        /// The cause.
        error: SecretError,
    },
    /// The authority's certificate cannot be read.
    #[error("source {name}: ca_file cannot be used; give a PEM file with certificates")]
    Authority {
        /// The source.
        name: String,
    },
    /// The HTTP client cannot be made.
    #[error(
        "source {name}: the system's TLS cannot be used: {reason}; install the system's CA certificates"
    )]
    Client {
        /// The source.
        name: String,
        /// The library's message.
        reason: String,
    },
}

/// A source of data.
#[derive(Clone, Debug)]
pub enum Source {
    /// Of patients' records.
    Fhir(FhirSource),
    /// Of series.
    Series(SeriesSource),
}

/// The data of a source.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// The job has no source.
    Nothing,
    /// A patient's record.
    Record(Record),
    /// Series by their names.
    Series(BTreeMap<String, Series>),
}

impl Source {
    /// Reads the source's secrets and makes its client. Does not connect.
    pub fn new(config: &SourceConfig) -> Result<Self, SourceError> {
        Ok(match config.kind {
            SourceKind::Fhir => Self::Fhir(FhirSource::new(config)?),
            SourceKind::Series => Self::Series(SeriesSource::new(config)?),
        })
    }

    /// The data that a model needs about a patient or subject, or without one for a global value.
    pub async fn fetch(
        &self,
        manifest: &Manifest,
        about: Option<&PatientId>,
        at: Timestamp,
        max_age: Duration,
    ) -> Result<Fetched, FetchError> {
        match self {
            Self::Fhir(source) => {
                let patient = about.ok_or_else(|| FetchError::NotFound(String::new()))?;
                let codes = mapping::codes(manifest);
                source.fetch(patient, &codes, mapping::oldest(at, max_age)).await.map(Fetched::Record)
            }
            Self::Series(source) => {
                source.fetch(about, &mapping::series(manifest)).await.map(Fetched::Series)
            }
        }
    }
}
