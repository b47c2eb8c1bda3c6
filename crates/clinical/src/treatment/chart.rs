//! The facts about a patient from a FHIR R4 bundle.

use fhir::{AgeError, Patient, ReadError, Reference};
use jiff::Timestamp;
use serde::Serialize;

use super::fact::{Fact, Facts, State};
use super::measurements::PRESSURE_DAYS;
use super::resources::{Record, Resource};
use super::risk::RiskFactors;
use crate::text::Finder;

/// The rules are for adults.
const ADULT: u16 = 18;
/// Systolic pressure, in mmHg, from which the patient must be seen at once (ESH 2023, grade 3).
const URGENT: f64 = 180.0;
/// Systolic pressure, in mmHg, measured in the office, that counts as high without a recorded condition (ESH 2023).
const HIGH: f64 = 140.0;

/// Why a bundle has no options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// Not a bundle.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No patient, or several.
    #[error("the bundle has {0} patients; send the record of exactly one")]
    NotOnePatient(usize),
    /// A resource of another patient.
    #[error("entry {0} of the bundle is about another patient; send the record of one patient")]
    ForeignResource(usize),
    /// No age.
    #[error(transparent)]
    Age(#[from] AgeError),
    /// The patient is a child, for whom other rules apply.
    #[error("the patient is younger than {ADULT} years; these rules are for adults")]
    NotAnAdult,
    /// No high blood pressure is recorded or measured.
    #[error(
        "high blood pressure is not recorded, and no systolic pressure of 140 mmHg or more was measured in the last \
        180 days; record the diagnosis first"
    )]
    NoHypertension,
    /// The pressure is an emergency.
    #[error("the latest systolic pressure is 180 mmHg or more; a physician must see the patient at once")]
    Urgent,
}

/// Why a risk is not modelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "what")]
pub enum NotModelled {
    /// These values are unknown.
    Missing(Vec<&'static str>),
    /// This value is outside the range of the equations.
    OutOfRange(&'static str),
    /// The equations are for people without this condition.
    NotFirstEvent(Fact),
}

/// The number of records that could not be read: the facts that they may state are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Conditions without an ICD-10 code or known words.
    pub conditions: usize,
    /// Current medicines with an unknown part.
    pub medicines: usize,
    /// Allergies to an unknown substance.
    pub allergies: usize,
}

/// The inputs of the rules and of the risk model.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The facts.
    pub facts: Facts,
    /// The risk factors, or why there is no risk.
    pub risk: Result<RiskFactors, NotModelled>,
    /// The records that could not be read.
    pub unread: Unread,
}

/// Reads a bundle with the record of one patient, as it was at a moment.
///
/// Later findings do not count. Errors, the first that holds: `Read`, `NotOnePatient`, `ForeignResource`,
/// `Age`, `NotAnAdult`, `Urgent`, `NoHypertension`.
pub fn read_chart(bytes: &[u8], at: Timestamp, finder: &Finder) -> Result<Chart, ChartError> {
    let bundle: fhir::Bundle = fhir::read(bytes)?;
    let record: Record = fhir::read(bytes)?;
    let patients: Vec<&Patient> = bundle.patients().collect();
    let [patient] = patients[..] else { return Err(ChartError::NotOnePatient(patients.len())) };
    ensure_own(&bundle, &record, patient)?;
    let age = patient.age_at(at)?;
    if age < ADULT {
        return Err(ChartError::NotAnAdult);
    }
    let reader = Reader { bundle: &bundle, at, finder };
    let systolic = reader.number(&["8480-6"], "mm[Hg]", PRESSURE_DAYS);
    if systolic.is_some_and(|pressure| pressure >= URGENT) {
        return Err(ChartError::Urgent);
    }
    let mut chart = Chart {
        facts: Facts::all(State::Unknown),
        risk: Err(NotModelled::Missing(Vec::new())),
        unread: Unread::default(),
    };
    let is_recorded = reader.conditions(&record, &mut chart);
    if !is_recorded && systolic.is_none_or(|pressure| pressure < HIGH) {
        return Err(ChartError::NoHypertension);
    }
    reader.medicines(&record, &mut chart);
    reader.allergies(&record, &mut chart);
    reader.measurements(&mut chart.facts, systolic);
    reader.pregnancy(patient, age, &mut chart.facts);
    chart.risk = reader.risk(patient, age, systolic, &chart.facts);
    Ok(chart)
}

fn ensure_own(bundle: &fhir::Bundle, record: &Record, patient: &Patient) -> Result<(), ChartError> {
    let Some(id) = patient.id.as_deref() else { return Ok(()) };
    let is_foreign =
        |reference: Option<&Reference>| reference.is_some_and(|reference| !reference.is_to_patient(id));
    let observed = bundle.entry.iter().position(|entry| match &entry.resource {
        Some(fhir::Resource::Observation(observation)) => is_foreign(observation.subject.as_ref()),
        _ => false,
    });
    let recorded = record.entry.iter().position(|entry| match &entry.resource {
        Some(Resource::Condition(condition)) => is_foreign(condition.subject.as_ref()),
        Some(Resource::MedicationRequest(medicine) | Resource::MedicationStatement(medicine)) => {
            is_foreign(medicine.subject.as_ref())
        }
        Some(Resource::AllergyIntolerance(allergy)) => is_foreign(allergy.patient.as_ref()),
        _ => false,
    });
    observed.into_iter().chain(recorded).min().map_or(Ok(()), |entry| Err(ChartError::ForeignResource(entry)))
}

/// A bundle at a moment.
pub(super) struct Reader<'a> {
    pub bundle: &'a fhir::Bundle,
    pub at: Timestamp,
    pub finder: &'a Finder,
}
