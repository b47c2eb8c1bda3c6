use jiff::Timestamp;
use serde::Deserialize;

use crate::read::{ensure_at_most, typed};
use crate::{
    CodeableConcept, DateTime, Period, Present, Quantity, ReadError, Readable, Reference, MAX_ITEMS,
};

/// The status of an observation (<https://hl7.org/fhir/R4/valueset-observation-status.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// No result yet.
    Registered,
    /// Not verified yet.
    Preliminary,
    /// Complete and verified.
    Final,
    /// Changed after it was final.
    Amended,
    /// Corrected after it was final.
    Corrected,
    /// Never measured.
    Cancelled,
    /// Should not exist.
    EnteredInError,
    /// Nobody knows.
    Unknown,
}

impl Status {
    /// Whether the result may be used: final, amended or corrected.
    #[must_use]
    pub fn is_verified(self) -> bool {
        matches!(self, Self::Final | Self::Amended | Self::Corrected)
    }

    /// Whether nothing was ever found: cancelled, or entered in error. Such an entry hides nothing that is older.
    #[must_use]
    pub fn is_void(self) -> bool {
        matches!(self, Self::Cancelled | Self::EnteredInError)
    }

    /// Its code in R4.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Preliminary => "preliminary",
            Self::Final => "final",
            Self::Amended => "amended",
            Self::Corrected => "corrected",
            Self::Cancelled => "cancelled",
            Self::EnteredInError => "entered-in-error",
            Self::Unknown => "unknown",
        }
    }

    /// The status of a result inside a resource of another status: it stands no better than what is around it.
    pub(crate) fn within(self, around: Self) -> Self {
        if !self.is_void() && (around.is_void() || (self.is_verified() && !around.is_verified())) {
            around
        } else {
            self
        }
    }
}

/// A measurement or finding on a patient.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// The logical id on its server.
    pub id: Option<String>,
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// Its status.
    pub status: Status,
    /// The observed property.
    pub code: CodeableConcept,
    /// The patient.
    pub subject: Option<Reference>,
    /// What it is about, if that is not the patient: a fetus, or a device.
    #[serde(default)]
    pub focus: Vec<Reference>,
    /// When it was true of the patient.
    pub effective_date_time: Option<DateTime>,
    /// The same as a span.
    pub effective_period: Option<Period>,
    /// The same as an exact moment.
    pub effective_instant: Option<DateTime>,
    /// When this version became available.
    pub issued: Option<DateTime>,
    /// A measured amount.
    pub value_quantity: Option<Quantity>,
    /// A coded answer.
    pub value_codeable_concept: Option<CodeableConcept>,
    /// Why there is no value.
    pub data_absent_reason: Option<CodeableConcept>,
    /// The parts of a panel.
    #[serde(default)]
    pub component: Vec<Component>,
}

/// A part of a panel, such as the systolic one of a blood pressure.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// The observed property.
    pub code: CodeableConcept,
    /// A measured amount.
    pub value_quantity: Option<Quantity>,
    /// A coded answer.
    pub value_codeable_concept: Option<CodeableConcept>,
    /// Why there is no value.
    pub data_absent_reason: Option<CodeableConcept>,
}

impl Observation {
    /// The modifier for which its value must not be used.
    #[must_use]
    pub fn doubt(&self) -> Option<&'static str> {
        match (self.implicit_rules, self.modifier_extension) {
            (Some(_), _) => Some("Observation.implicitRules"),
            (_, Some(_)) => Some("Observation.modifierExtension"),
            _ => None,
        }
    }

    /// When it was true of the patient: the moment, or the end of the span, or the beginning of an ongoing span. `None`
    /// if no time is known: such a result can be of any age.
    #[must_use]
    pub fn effective(&self) -> Option<Timestamp> {
        let period = || self.effective_period.and_then(|period| period.end.or(period.start));
        self.effective_instant.or(self.effective_date_time).or_else(period).map(DateTime::earliest)
    }
}

impl Readable for Observation {
    const TYPE: &'static str = "Observation";

    fn from_json(json: &str) -> Result<Self, ReadError> {
        typed(Self::TYPE, json)
    }

    fn ensure_bounded(&self) -> Result<(), ReadError> {
        ensure_at_most(self.focus.len(), MAX_ITEMS)?;
        ensure_at_most(self.component.len(), MAX_ITEMS)?;
        let concepts = self
            .component
            .iter()
            .flat_map(|part| part.value_codeable_concept.iter().chain([&part.code]))
            .chain(&self.value_codeable_concept)
            .chain([&self.code]);
        concepts.into_iter().try_for_each(|concept| ensure_at_most(concept.coding.len(), MAX_ITEMS))
    }
}
