use serde::Deserialize;

use crate::read::readable;
use crate::{Certainty, CodeableConcept, Course, Present, Reference};

/// A disease or another problem of a patient.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// Whether it is over.
    pub clinical_status: Option<CodeableConcept>,
    /// How sure the record is.
    pub verification_status: Option<CodeableConcept>,
    /// The problem.
    pub code: Option<CodeableConcept>,
    /// The patient.
    pub subject: Reference,
}

impl Condition {
    /// How sure the record is.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
        Certainty::of(self.verification_status.as_ref(), SYSTEM)
    }

    /// Whether it is over.
    #[must_use]
    pub fn course(&self) -> Course {
        const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
        Course::of(self.clinical_status.as_ref(), SYSTEM)
    }
}

readable!(Condition, |condition| [condition.code.as_ref().map_or(0, |code| code.coding.len())]);
