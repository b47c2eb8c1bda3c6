//! The facts about a patient from a FHIR R4 bundle.

use fhir::{AgeError, LeftOut, ReadError, Record, RecordError, Unusable};
use jiff::Timestamp;
use serde::Serialize;

use super::fact::{Fact, Facts, State};
use super::measurements::{Known, SYSTOLIC};
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
    /// Not the record of one living patient.
    #[error(transparent)]
    Record(#[from] RecordError),
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
    /// No high blood pressure is recorded, and the latest pressure has no value to work with.
    #[error("high blood pressure is not recorded, and the systolic pressure cannot be used: {0}")]
    UnusablePressure(Unusable),
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

/// A value whose latest finding cannot be used. An older finding is never taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct UnusableValue {
    /// The value.
    pub value: &'static str,
    /// The entry of the bundle, from 0.
    pub entry: usize,
    /// Why it cannot be used.
    #[serde(serialize_with = "in_words")]
    pub reason: Unusable,
}

fn in_words<S: serde::Serializer>(reason: &Unusable, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(reason)
}

/// The inputs of the rules and of the risk model.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The facts.
    pub facts: Facts,
    /// The risk factors, or why the risk cannot be computed.
    pub risk: Result<RiskFactors, NotModelled>,
    /// The records that could not be read.
    pub unread: Unread,
    /// What was left out of the record or not understood, by name.
    pub left_out: Vec<LeftOut>,
    /// The values that were measured, but cannot be used.
    pub unusable: Vec<UnusableValue>,
}

/// Reads a bundle with the record of one patient, as it was at a moment.
///
/// Later findings do not count. Errors, the first that holds: `Read`, `Record`, `Age`, `NotAnAdult`, `Urgent`,
/// `UnusablePressure`, `NoHypertension`.
pub fn read_chart(bytes: &[u8], at: Timestamp, finder: &Finder) -> Result<Chart, ChartError> {
    let bundle: fhir::Bundle = fhir::read(bytes)?;
    let mut record = Record::of(&bundle)?;
    let age = record.patient.age_at(at)?;
    if age < ADULT {
        return Err(ChartError::NotAnAdult);
    }
    let mut chart = Chart {
        facts: Facts::all(State::Unknown),
        risk: Err(NotModelled::Missing(Vec::new())),
        unread: Unread::default(),
        left_out: core::mem::take(&mut record.left_out),
        unusable: Vec::new(),
    };
    let reader = Reader { record: &record, at, finder };
    let systolic = reader.number(&SYSTOLIC);
    if reader.is_at_least(&SYSTOLIC, URGENT) {
        return Err(ChartError::Urgent);
    }
    let is_recorded = reader.conditions(&mut chart);
    if !is_recorded {
        match systolic {
            Known::Value(pressure) if pressure >= HIGH => {}
            Known::Unusable(_, reason) => return Err(ChartError::UnusablePressure(reason)),
            _ => return Err(ChartError::NoHypertension),
        }
    }
    reader.medicines(&mut chart);
    reader.allergies(&mut chart);
    reader.measurements(&mut chart);
    reader.pregnancy(age, &mut chart.facts);
    chart.risk = reader.risk(age, &chart.facts);
    chart.left_out.sort_by_key(|left_out| left_out.entry);
    Ok(chart)
}

/// A record at a moment.
pub(super) struct Reader<'a> {
    pub record: &'a Record<'a>,
    pub at: Timestamp,
    pub finder: &'a Finder,
}
