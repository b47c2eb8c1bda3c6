//! The resources of a FHIR R4 bundle from which facts come, besides patient and observations.

use fhir::{ReadError, Readable, Reference};
use serde::Deserialize;

/// Maximum number of entries in a bundle, as in [`fhir::Bundle`].
const MAX_ENTRIES: usize = fhir::MAX_ENTRIES;

/// A bundle with the patient's conditions, medicines and allergies.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    #[serde(default)]
    pub entry: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub resource: Option<Resource>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "resourceType")]
pub(super) enum Resource {
    Condition(Condition),
    MedicationRequest(Medicine),
    MedicationStatement(Medicine),
    AllergyIntolerance(Allergy),
    #[serde(other)]
    Other,
}

/// A concept with its words, which [`fhir::CodeableConcept`] omits.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Concept {
    #[serde(default)]
    pub coding: Vec<Coding>,
    pub text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Coding {
    pub system: Option<String>,
    pub code: Option<String>,
    pub display: Option<String>,
}

impl Concept {
    /// Whether one of the codes is this one, in any system.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        self.coding.iter().filter_map(|coding| coding.code.as_deref()).any(|code| codes.contains(&code))
    }

    /// All its words: the text, and the displays.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.coding.iter().filter_map(|coding| coding.display.as_deref()).chain(self.text.as_deref())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    pub clinical_status: Option<Concept>,
    pub verification_status: Option<Concept>,
    pub code: Option<Concept>,
    pub subject: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Medicine {
    pub status: Option<String>,
    pub intent: Option<String>,
    pub medication_codeable_concept: Option<Concept>,
    pub subject: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Allergy {
    pub verification_status: Option<Concept>,
    #[serde(default)]
    pub category: Vec<String>,
    pub code: Option<Concept>,
    pub patient: Option<Reference>,
}

impl Readable for Record {
    const TYPE: &'static str = "Bundle";

    fn ensure_bounded(&self) -> Result<(), ReadError> {
        if self.entry.len() > MAX_ENTRIES {
            return Err(ReadError::TooMany { limit: MAX_ENTRIES });
        }
        Ok(())
    }
}
