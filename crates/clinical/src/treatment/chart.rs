//! What a FHIR R4 bundle says about a patient.

use fhir::{AgeError, Patient, ReadError, Reference};
use jiff::Timestamp;
use serde::Serialize;

use super::fact::{Fact, Facts, State};
use super::measurements::PRESSURE_DAYS;
use super::resources::{Record, Resource};
use super::risk::RiskFactors;
use crate::text::Finder;

/// Adults are treated by these rules.
const ADULT: u16 = 18;
/// From this systolic pressure on, in mmHg, somebody must see the patient at once (ESH 2023, grade 3).
const URGENT: f64 = 180.0;
/// High blood pressure that is not recorded as a condition: mmHg, systolic, measured in the office (ESH 2023).
const HIGH: f64 = 140.0;

/// Why a bundle has no options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// Not a bundle.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// None, or several.
    #[error("the bundle has {0} patients; send the record of one")]
    NotOnePatient(usize),
    /// A resource of somebody else.
    #[error("entry {0} of the bundle is about another patient; send the record of one")]
    ForeignResource(usize),
    /// No age.
    #[error(transparent)]
    Age(#[from] AgeError),
    /// Children are treated by other rules.
    #[error("the patient is younger than {ADULT} years; these rules are for adults")]
    NotAnAdult,
    /// Nothing to treat.
    #[error(
        "neither is high blood pressure recorded nor was a systolic pressure of 140 mmHg measured in the last 180 days; \
         record the diagnosis first"
    )]
    NoHypertension,
    /// More than a choice of medicines.
    #[error("the latest systolic pressure is 180 mmHg or more: a physician has to see the patient at once")]
    Urgent,
}

/// Why a risk is not modelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "what")]
pub enum NotModelled {
    /// These are not known.
    Missing(Vec<&'static str>),
    /// Outside of what the equations were made for.
    OutOfRange(&'static str),
    /// The equations are for people without it.
    NotFirstEvent(Fact),
}

/// How many records could not be read: what they may mean is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Conditions that are neither coded in ICD-10 nor named in words that we know.
    pub conditions: usize,
    /// Current medicines with a part that we do not know.
    pub medicines: usize,
    /// Allergies to something that we do not know.
    pub allergies: usize,
}

/// What the rules and the risk model need to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The facts.
    pub facts: Facts,
    /// What the risk depends on, or why there is none.
    pub risk: Result<RiskFactors, NotModelled>,
    /// What could not be read.
    pub unread: Unread,
}

/// Reads a bundle with the record of one patient, as it was at a moment.
///
/// What was found later does not count. Errors, the first that holds: `Read`, `NotOnePatient`, `ForeignResource`,
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
