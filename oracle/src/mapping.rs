//! From FHIR resources to a model's inputs, by the manifest alone.

use std::time::Duration;

use fhir::{latest, AgeError, CodeableConcept, Finding, Gender, Window};
use inference::manifest::{Answer, Code, Source};
use inference::{FeatureError, FeatureVector, Features, Manifest};
use jiff::Timestamp;

use crate::retry::Decision;
use crate::source::Record;

/// Why a record gives no inputs. No message holds a measured value or a text of the record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Values are missing that the model needs.
    #[error("not enough is known of the patient; missing: {}", .0.join(", "))]
    MissingObservation(Vec<String>),
    /// A value has no UCUM unit, or one that cannot be converted.
    #[error(
        "the unit of {input} cannot be converted to {unit}; record it with a UCUM code in the observation"
    )]
    UnitNotConvertible {
        /// The model's input.
        input: String,
        /// What the model wants.
        unit: String,
    },
    /// A value outside of what the model knows.
    #[error(transparent)]
    Unsuitable(FeatureError),
}

impl MappingError {
    /// A word for logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MissingObservation(_) => "missing-observation",
            Self::UnitNotConvertible { .. } => "unit-not-convertible",
            Self::Unsuitable(FeatureError::OutOfRange { .. }) => "input-out-of-range",
            Self::Unsuitable(_) => "input-unsuitable",
        }
    }

    /// The patient's record must change first.
    #[must_use]
    pub fn decision(&self) -> Decision {
        Decision::Fail
    }
}

/// The codes of all observations that the model reads.
#[must_use]
pub fn codes(manifest: &Manifest) -> Vec<Code> {
    let codes = manifest.inputs.iter().flat_map(|input| match &input.source {
        Source::Observation { codes } | Source::CodedObservation { codes, .. } => codes.as_slice(),
        Source::PatientAge {}
        | Source::PatientGender { .. }
        | Source::Series { .. }
        | Source::Parameter {} => &[],
    });
    codes.cloned().collect()
}

/// Since when observations count.
#[must_use]
pub fn oldest(at: Timestamp, max_age: Duration) -> Timestamp {
    at.checked_sub(max_age).unwrap_or(Timestamp::MIN)
}

/// The model's inputs as they are known at a moment.
///
/// Of several observations the latest counts, where it is at most `max_age` old. A latest value with an unusable unit
/// is an error, and never a reason to take an older one.
pub fn features(
    manifest: &Manifest,
    record: &Record,
    at: Timestamp,
    max_age: Duration,
) -> Result<FeatureVector, MappingError> {
    let window = Window { from: oldest(at, max_age), until: at };
    let mut features = Features::new(manifest);
    let mut age_problem = None;
    for input in &manifest.inputs {
        let value = match &input.source {
            Source::PatientAge {} => match record.patient.age_at(at) {
                Ok(age) => Some((f64::from(age), "a")),
                Err(error) => {
                    age_problem = Some((input.name.as_str(), error));
                    None
                }
            },
            Source::PatientGender { values } => {
                let gender = record.patient.gender.map(Gender::code);
                gender.and_then(|gender| values.get(gender)).map(|value| (*value, "1"))
            }
            Source::Observation { codes } => {
                let found = find(record, codes, window, |finding| {
                    finding.quantity.is_some_and(fhir::Quantity::is_exact)
                });
                let quantity = found.and_then(|finding| finding.quantity);
                let unusable = || MappingError::UnitNotConvertible {
                    input: input.name.clone(),
                    unit: input.unit.clone(),
                };
                let measured =
                    quantity.map(|quantity| quantity.measurement().ok_or_else(unusable)).transpose()?;
                measured.map(|measured| (measured.value, measured.unit))
            }
            Source::CodedObservation { codes, answers } => {
                let found = find(record, codes, window, |finding| finding.concept.is_some());
                let concept = found.and_then(|finding| finding.concept);
                concept.and_then(|concept| answer(concept, answers)).map(|value| (value, "1"))
            }
            // No patient's record holds these: the input stays missing, and the model's rule decides.
            Source::Series { .. } | Source::Parameter {} => None,
        };
        if let Some((value, unit)) = value {
            features.set(&input.name, value, unit).map_err(|error| match error {
                FeatureError::Unit { input: name, .. } => {
                    MappingError::UnitNotConvertible { input: name, unit: input.unit.clone() }
                }
                other => MappingError::Unsuitable(other),
            })?;
        }
    }
    let missing = features.missing().map(|name| describe(name, age_problem)).collect();
    features.build().map_err(|error| match error {
        FeatureError::Required(_) | FeatureError::TooManyMissing { .. } => {
            MappingError::MissingObservation(missing)
        }
        other => MappingError::Unsuitable(other),
    })
}

fn describe(name: &str, age_problem: Option<(&str, AgeError)>) -> String {
    match age_problem {
        Some((input, error)) if input == name => format!("{name} ({error})"),
        _ => name.to_owned(),
    }
}

fn find<'r>(
    record: &'r Record,
    codes: &[Code],
    window: Window,
    is_wanted: impl Fn(&Finding<'r>) -> bool,
) -> Option<Finding<'r>> {
    let codes: Vec<_> =
        codes.iter().map(|code| fhir::Code { system: &code.system, code: &code.code }).collect();
    latest(&record.observations, &codes, window, is_wanted)
}

fn answer(concept: &CodeableConcept, answers: &[Answer]) -> Option<f64> {
    answers.iter().find(|answer| concept.has(&answer.system, &answer.code)).map(|answer| answer.value)
}

#[cfg(test)]
mod tests;
