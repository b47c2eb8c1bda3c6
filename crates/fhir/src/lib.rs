//! The FHIR R4 (4.0.1) resources that Theriac reads, typed: the one reader of the project.
//!
//! Reading is tolerant of unknown fields and strict on those that we use: a resource of another type, a date that does
//! not exist or an unknown status is an error, never a guess. What may change the meaning of a resource (the modifier
//! elements of R4) is read, and where it is not understood the resource is not used. [`Record`] is what a bundle says
//! about its one patient; [`latest`] is the finding that counts.
//!
//! The crate has no network and no clock of its own, and no error holds a value of the resource.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod allergy;
mod bundle;
mod condition;
mod datatypes;
mod date;
mod findings;
mod medication;
mod observation;
mod outcome;
mod panels;
mod patient;
mod read;
mod record;
mod reference;
mod status;

pub use allergy::AllergyIntolerance;
pub use bundle::{Bundle, BundleLink, BundleType, DiagnosticReport, Entry, Resource, MAX_ENTRIES};
pub use condition::Condition;
pub use datatypes::{CodeableConcept, Coding, Identifier, Measurement, Period, Present, Quantity, UCUM};
pub use date::{Date, DateTime, InvalidDate};
pub use findings::{latest, Code, Finding, Unusable, Window};
pub use medication::{
    Medication, MedicationIntent, MedicationRequest, MedicationRequestStatus, MedicationStatement,
    MedicationStatementStatus,
};
pub use observation::{Component, Observation, Status};
pub use outcome::{Issue, OperationOutcome};
pub use panels::panels_with;
pub use patient::{AgeError, Gender, Patient, PatientError, PatientLink};
pub use read::{read, ReadError, Readable, MAX_ITEMS, MAX_RESOURCE_BYTES};
pub use record::{LeftOut, Listed, Medicine, Record, RecordError};
pub use reference::{Identity, Reference};
pub use status::{Certainty, Course};

#[cfg(test)]
mod tests;
