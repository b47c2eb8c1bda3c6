//! The FHIR R4 (4.0.1) resources that Theriac reads, typed.
//!
//! Reading is tolerant of unknown fields and strict on those that we use: a resource of another type, a date that does
//! not exist or an unknown status is an error, never a guess. Pure functions interpret the values:
//! [`Patient::age_at`], [`latest`], [`Quantity::measurement`].
//!
//! The crate has no network and no clock of its own, and no error holds a value of the resource.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod bundle;
mod datatypes;
mod date;
mod findings;
mod observation;
mod outcome;
mod panels;
mod patient;

pub use bundle::{Bundle, BundleLink, BundleType, Entry, Resource, MAX_ENTRIES};
pub use datatypes::{CodeableConcept, Coding, Measurement, Period, Quantity, Reference, UCUM};
pub use date::{Date, DateTime, InvalidDate};
pub use findings::{latest, Code, Finding, Window};
pub use observation::{Component, Observation, Status};
pub use outcome::{Issue, OperationOutcome};
pub use panels::panels_with;
pub use patient::{AgeError, Gender, Patient};

use serde::de::DeserializeOwned;

/// Maximum size of a resource, in bytes.
pub const MAX_RESOURCE_BYTES: usize = 16 << 20;
/// Maximum number of observations, components, codings, links or issues in one resource.
pub const MAX_ITEMS: usize = 1_000;

/// Why bytes are not the expected resource. It holds none of the resource's content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than [`MAX_RESOURCE_BYTES`].
    #[error("the resource is longer than {MAX_RESOURCE_BYTES} bytes; ask for fewer entries per page")]
    TooLong,
    /// Not JSON, or not this resource.
    #[error(
        "line {line}, column {column}: this is not FHIR R4 JSON of the resource that was asked for; \
         check the server's version and address"
    )]
    Malformed {
        /// From 1; 0 if the whole resource is wrong.
        line: usize,
        /// From 1; 0 if the whole line is wrong.
        column: usize,
    },
    /// A list has too many items.
    #[error("a list of the resource has more than {limit} items; ask for fewer entries per page")]
    TooMany {
        /// The maximum.
        limit: usize,
    },
}

/// A resource that can be read from JSON by itself.
pub trait Readable: DeserializeOwned {
    /// The name in `resourceType`.
    const TYPE: &'static str;

    /// Whether the resource's lists are short enough.
    fn ensure_bounded(&self) -> Result<(), ReadError>;
}

/// Reads a resource of exactly this type.
///
/// Errors, the first that holds: `TooLong`, `Malformed`, `TooMany`.
pub fn read<R: Readable>(bytes: &[u8]) -> Result<R, ReadError> {
    if bytes.len() > MAX_RESOURCE_BYTES {
        return Err(ReadError::TooLong);
    }
    // The message of serde_json quotes the content: report only the place.
    let malformed =
        |error: serde_json::Error| ReadError::Malformed { line: error.line(), column: error.column() };
    let typed: Typed = serde_json::from_slice(bytes).map_err(malformed)?;
    if typed.resource_type != R::TYPE {
        return Err(ReadError::Malformed { line: 0, column: 0 });
    }
    let resource: R = serde_json::from_slice(bytes).map_err(malformed)?;
    resource.ensure_bounded()?;
    Ok(resource)
}

/// Only the name of a resource's type.
#[derive(serde::Deserialize)]
struct Typed {
    #[serde(rename = "resourceType")]
    resource_type: String,
}

pub(crate) fn ensure_at_most(count: usize, limit: usize) -> Result<(), ReadError> {
    if count > limit {
        return Err(ReadError::TooMany { limit });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
