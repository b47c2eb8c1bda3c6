use serde::Deserialize;

use crate::read::readable;
use crate::{Certainty, CodeableConcept, Course, Present, Reference};

/// An allergy or intolerance of a patient, or the statement that there is none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyIntolerance {
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// Whether it is over.
    pub clinical_status: Option<CodeableConcept>,
    /// How sure the record is.
    pub verification_status: Option<CodeableConcept>,
    /// `food`, `medication`, `environment`, `biologic`.
    #[serde(default)]
    pub category: Vec<String>,
    /// The substance.
    pub code: Option<CodeableConcept>,
    /// The patient.
    pub patient: Reference,
}

impl AllergyIntolerance {
    /// How sure the record is.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
        Certainty::of(self.verification_status.as_ref(), SYSTEM)
    }

    /// Whether it is over.
    #[must_use]
    pub fn course(&self) -> Course {
        const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
        Course::of(self.clinical_status.as_ref(), SYSTEM)
    }
}

readable!(AllergyIntolerance, |allergy| [
    allergy.category.len(),
    allergy.code.as_ref().map_or(0, |code| code.coding.len()),
]);
