use serde::Deserialize;

use crate::read::readable;
use crate::{CodeableConcept, Present, Reference};

/// A medicine, as requests and statements refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Medication {
    /// The logical id; in a contained resource the name by which `#…` refers to it.
    pub id: Option<String>,
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// A modifier: `active`, `inactive` or `entered-in-error`.
    pub status: Option<String>,
    /// The product.
    pub code: Option<CodeableConcept>,
    /// Its parts.
    #[serde(default)]
    pub ingredient: Vec<Ingredient>,
}

/// A part of a medicine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ingredient {
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// The substance.
    pub item_codeable_concept: Option<CodeableConcept>,
}

impl Medication {
    /// The element for which it must not be used.
    #[must_use]
    pub fn doubt(&self) -> Option<&'static str> {
        let of_part = self.ingredient.iter().any(|part| part.modifier_extension.is_some());
        match (self.implicit_rules, self.modifier_extension, self.status.as_deref()) {
            (Some(_), ..) => Some("Medication.implicitRules"),
            (_, Some(_), _) => Some("Medication.modifierExtension"),
            (.., None | Some("active" | "inactive")) if of_part => {
                Some("Medication.ingredient.modifierExtension")
            }
            (.., None | Some("active" | "inactive")) => None,
            _ => Some("Medication.status"),
        }
    }

    /// The product, or its parts if it has neither code nor words of its own.
    pub(crate) fn concepts(&self) -> Vec<&CodeableConcept> {
        let own = self.code.iter().filter(|code| !code.coding.is_empty() || code.text.is_some());
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            self.ingredient.iter().filter_map(|part| part.item_codeable_concept.as_ref()).collect()
        } else {
            own
        }
    }
}

readable!(Medication, |medication| [
    medication.ingredient.len(),
    medication.code.as_ref().map_or(0, |code| code.coding.len()),
]);

/// The status of a request (<https://hl7.org/fhir/R4/valueset-medicationrequest-status.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MedicationRequestStatus {
    Active,
    OnHold,
    Cancelled,
    Completed,
    EnteredInError,
    Stopped,
    Draft,
    Unknown,
}

/// The intent of a request (<https://hl7.org/fhir/R4/valueset-medicationrequest-intent.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MedicationIntent {
    Proposal,
    Plan,
    Order,
    OriginalOrder,
    ReflexOrder,
    FillerOrder,
    InstanceOrder,
    Option,
}

/// An order of a medicine for a patient.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MedicationRequest {
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// Its status.
    pub status: MedicationRequestStatus,
    /// Whether it is an order, or only a plan.
    pub intent: MedicationIntent,
    /// Whether the medicine must *not* be given.
    pub do_not_perform: Option<bool>,
    /// An extension in place of it.
    #[serde(rename = "_doNotPerform")]
    pub do_not_perform_extension: Option<Present>,
    /// The medicine.
    pub medication_codeable_concept: Option<CodeableConcept>,
    /// The medicine as a resource.
    pub medication_reference: Option<Reference>,
    /// The patient.
    pub subject: Reference,
}

readable!(MedicationRequest, |request| [request
    .medication_codeable_concept
    .as_ref()
    .map_or(0, |concept| concept.coding.len())]);

/// The status of a statement (<https://hl7.org/fhir/R4/valueset-medication-statement-status.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MedicationStatementStatus {
    Active,
    Completed,
    EnteredInError,
    Intended,
    Stopped,
    OnHold,
    Unknown,
    NotTaken,
}

/// What a patient says to take, or was given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MedicationStatement {
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// Its status.
    pub status: MedicationStatementStatus,
    /// The medicine.
    pub medication_codeable_concept: Option<CodeableConcept>,
    /// The medicine as a resource.
    pub medication_reference: Option<Reference>,
    /// The patient.
    pub subject: Reference,
}

readable!(MedicationStatement, |statement| [statement
    .medication_codeable_concept
    .as_ref()
    .map_or(0, |concept| concept.coding.len())]);
