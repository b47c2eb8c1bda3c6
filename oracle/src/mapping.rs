//! Maps parameters, pushed data and fetched data to a model's inputs, as the manifest defines.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fhir::{latest, AgeError, CodeableConcept, Finding, Gender, Unusable, Window};
use inference::manifest::{Answer, Code, Input, Source};
use inference::{FeatureError, FeatureVector, Features, ImageError, Manifest, SeriesError};
use jiff::Timestamp;

use crate::inputs::{Amount, Pushed, Series};
use crate::retry::Decision;
use crate::source::{Fetched, Record};

/// Maximum time by which a reading may be ahead of this machine's clock.
const CLOCK_SKEW: Duration = Duration::from_secs(60);
/// Maximum number of names of missing inputs in an error.
const MAX_NAMES: usize = 12;

/// Why the inputs are incomplete. No message contains a measured value, a text of a record, or a name that a caller
/// chose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Required values are missing.
    #[error("required inputs are missing: {}", shortened(.0))]
    MissingObservation(Vec<String>),
    /// A value has no UCUM unit, or one that cannot be converted.
    #[error("the unit of {input} cannot be converted to {unit}; use a UCUM code that can be converted")]
    UnitNotConvertible {
        /// The model's input.
        input: String,
        /// The model's unit.
        unit: String,
    },
    /// A name is not in the model.
    #[error("an input or series is not in the model; use only the names of its manifest")]
    Unknown,
    /// A value has a second origin.
    #[error("{0} was pushed, but comes from the job's source or its parameters; leave it out")]
    GivenTwice(String),
    /// A reading has no time.
    #[error("{0} is a reading of a series; push the series with its times, not single values")]
    NotASeries(String),
    /// A series has an unusable time.
    #[error("the series {series}: {problem}")]
    Time {
        /// The series.
        series: String,
        /// The problem.
        problem: TimeProblem,
    },
    /// A series has gaps, duplicates, a changed UTC offset, or too few readings.
    #[error("the series {series}: {problem}")]
    Series {
        /// The series.
        series: String,
        /// The problem.
        problem: SeriesError,
    },
    /// A picture does not fit the model.
    #[error(transparent)]
    Image(ImageError),
    /// A value is outside the model's range.
    #[error(transparent)]
    Unsuitable(FeatureError),
}

/// A problem of a series' times. Positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    /// Not RFC 3339 with a UTC offset.
    #[error(
        "the time of reading {0} is not in RFC 3339 with a UTC offset; write it as 2026-01-31T12:00:00+01:00"
    )]
    Malformed(usize),
    /// The latest reading is in the future.
    #[error("the latest reading is in the future; check the clocks")]
    FromFuture,
    /// The latest reading is older than `max_observation_age`.
    #[error("the latest reading is too old; find the cause, or raise max_observation_age")]
    Stale,
}

fn shortened(names: &[String]) -> String {
    let shown = names.get(..MAX_NAMES).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl MappingError {
    /// Its name in logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MissingObservation(_) => "missing-observation",
            Self::UnitNotConvertible { .. } => "unit-not-convertible",
            Self::Unknown => "input-unknown",
            Self::GivenTwice(_) => "input-given-twice",
            Self::NotASeries(_) => "series-expected",
            Self::Time { problem, .. } => match problem {
                TimeProblem::Malformed(_) => "series-time-malformed",
                TimeProblem::FromFuture => "series-from-future",
                TimeProblem::Stale => "series-stale",
            },
            Self::Series { problem, .. } => match problem {
                SeriesError::TooMany(_) => "series-too-long",
                SeriesError::TooShort { .. } => "series-too-short",
                SeriesError::OffsetChanged(_) => "series-clock-changed",
                SeriesError::Duplicate(_) => "series-duplicate",
                SeriesError::Unsorted(_) => "series-unsorted",
                SeriesError::Gap(_) => "series-gap",
                SeriesError::Unknown(_) | SeriesError::Value(_) => "input-unsuitable",
            },
            Self::Image(ImageError::Size { .. }) => "image-size",
            Self::Image(_) => "image-unsuitable",
            Self::Unsuitable(FeatureError::OutOfRange { .. }) => "input-out-of-range",
            Self::Unsuitable(FeatureError::NotFinite(_)) => "input-not-finite",
            Self::Unsuitable(_) => "input-unsuitable",
        }
    }

    /// The data must change first.
    #[must_use]
    pub fn decision(&self) -> Decision {
        Decision::Fail
    }

    fn of_feature(error: FeatureError, manifest: &Manifest) -> Self {
        match error {
            FeatureError::UnknownInput(_) => Self::Unknown,
            FeatureError::Repeated(name) => Self::GivenTwice(name),
            FeatureError::Unit { input, .. } => {
                let unit = manifest.input(&input).map(|(_, input)| input.unit.clone()).unwrap_or_default();
                Self::UnitNotConvertible { input, unit }
            }
            other => Self::Unsuitable(other),
        }
    }

    fn of_series(series: &str, error: SeriesError, manifest: &Manifest) -> Self {
        match error {
            SeriesError::Unknown(_) => Self::Unknown,
            SeriesError::Value(error) => Self::of_feature(error, manifest),
            problem => Self::Series { series: series.to_owned(), problem },
        }
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

/// The earliest time at which observations count.
#[must_use]
pub fn oldest(at: Timestamp, max_age: Duration) -> Timestamp {
    at.checked_sub(max_age).unwrap_or(Timestamp::MIN)
}

/// The series that the model reads, and how many readings of each.
#[must_use]
pub fn series(manifest: &Manifest) -> BTreeMap<&str, usize> {
    let mut lengths = BTreeMap::new();
    for input in &manifest.inputs {
        if let Source::Series { series, lag, .. } = &input.source {
            let length = lengths.entry(series.as_str()).or_insert(0_usize);
            *length = (*length).max(lag.saturating_add(1));
        }
    }
    lengths
}

/// Whether a job's parameters are inputs of its model that a parameter may set.
pub fn check_parameters(
    manifest: &Manifest,
    parameters: &BTreeMap<String, Amount>,
) -> Result<(), MappingError> {
    set(&mut Features::new(manifest), manifest, parameters)
}

/// All data of one run.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The job's.
    pub parameters: &'a BTreeMap<String, Amount>,
    /// The caller's.
    pub pushed: &'a Pushed,
    /// The source's.
    pub fetched: &'a Fetched,
    /// The time of the run.
    pub at: Timestamp,
    /// The maximum age of a measurement.
    pub max_age: Duration,
}

/// The model's inputs at a moment.
///
/// Each input has one origin: inputs from the source or the job cannot be pushed.
///
/// Of several observations the latest counts, if it is at most `max_age` old. A latest value with an unusable unit is
/// an error, and one that is only a bound, absent with a reason or modified is missing; neither is a reason to use an
/// older one. A series whose latest reading is older than `max_age` is an error
/// too.
pub fn features(manifest: &Manifest, known: Known<'_>) -> Result<FeatureVector, MappingError> {
    let mut features = Features::new(manifest);
    set(&mut features, manifest, known.parameters)?;
    if let Some(input) = manifest
        .inputs
        .iter()
        .find(|input| known.pushed.inputs.contains_key(&input.name) && is_fetched(input, known.fetched))
    {
        return Err(MappingError::GivenTwice(input.name.clone()));
    }
    set(&mut features, manifest, &known.pushed.inputs)?;
    if let Some(picture) = &known.pushed.image {
        features.set_image(&picture.0).map_err(MappingError::Image)?;
    }
    let mut problems: BTreeMap<&str, String> = BTreeMap::new();
    match known.fetched {
        Fetched::Nothing => {}
        Fetched::Series(fetched) => {
            if let Some(name) = known.pushed.series.keys().find(|name| fetched.contains_key(*name)) {
                return Err(MappingError::GivenTwice(name.clone()));
            }
            set_series(&mut features, manifest, fetched, known)?;
        }
        Fetched::Record(record) => {
            let window = Window { from: oldest(known.at, known.max_age), until: known.at };
            for input in &manifest.inputs {
                match from_record(input, record, known.at, window) {
                    Ok(Some((value, unit))) => features
                        .set(&input.name, value, unit)
                        .map_err(|error| MappingError::of_feature(error, manifest))?,
                    Ok(None) => {}
                    Err(Problem::Age(error)) => {
                        problems.insert(&input.name, error.to_string());
                    }
                    Err(Problem::Finding(reason)) => {
                        problems.insert(&input.name, reason.to_string());
                    }
                    Err(Problem::Unit) => {
                        let (input, unit) = (input.name.clone(), input.unit.clone());
                        return Err(MappingError::UnitNotConvertible { input, unit });
                    }
                }
            }
        }
    }
    set_series(&mut features, manifest, &known.pushed.series, known)?;
    let missing = features.missing().map(|name| describe(name, &problems)).collect();
    features.build().map_err(|error| match error {
        FeatureError::Required(_) | FeatureError::TooManyMissing { .. } => {
            MappingError::MissingObservation(missing)
        }
        other => MappingError::Unsuitable(other),
    })
}

/// Whether the source gives the input, even if it has no value for it now.
fn is_fetched(input: &Input, fetched: &Fetched) -> bool {
    match (&input.source, fetched) {
        (_, Fetched::Nothing) | (Source::Parameter {}, _) => false,
        (Source::Series { series, .. }, Fetched::Series(fetched)) => fetched.contains_key(series),
        (Source::Series { .. }, Fetched::Record(_)) | (_, Fetched::Series(_)) => false,
        (_, Fetched::Record(_)) => true,
    }
}

fn set(
    features: &mut Features<'_>,
    manifest: &Manifest,
    amounts: &BTreeMap<String, Amount>,
) -> Result<(), MappingError> {
    amounts.iter().try_for_each(|(name, amount)| {
        // Without times a gap could not be noticed.
        if manifest.input(name).is_some_and(|(_, input)| matches!(input.source, Source::Series { .. })) {
            return Err(MappingError::NotASeries(name.clone()));
        }
        let set = features.set(name, amount.value, amount.unit.as_str());
        set.map_err(|error| MappingError::of_feature(error, manifest))
    })
}

fn set_series(
    features: &mut Features<'_>,
    manifest: &Manifest,
    given: &BTreeMap<String, Series>,
    known: Known<'_>,
) -> Result<(), MappingError> {
    let names: BTreeSet<&str> = series(manifest).into_keys().collect();
    for (name, series) in given {
        if !names.contains(name.as_str()) {
            return Err(MappingError::Unknown);
        }
        let unusable = |problem| MappingError::Time { series: name.clone(), problem };
        let readings = series.read().map_err(|place| unusable(TimeProblem::Malformed(place)))?;
        let set = features.set_series(name, &readings, &series.unit);
        set.map_err(|error| MappingError::of_series(name, error, manifest))?;
        let Some(latest) = readings.last() else { continue };
        if latest.at > known.at.checked_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX) {
            return Err(unusable(TimeProblem::FromFuture));
        }
        if latest.at < oldest(known.at, known.max_age) {
            return Err(unusable(TimeProblem::Stale));
        }
    }
    Ok(())
}

/// Why a record has no value for an input.
enum Problem {
    /// The birth date does not give an age.
    Age(AgeError),
    /// The quantity has no UCUM unit.
    Unit,
    /// The latest finding has no value to work with.
    Finding(Unusable),
}

/// The value of an input in a patient's record, with its unit.
fn from_record<'r>(
    input: &Input,
    record: &'r Record,
    at: Timestamp,
    window: Window,
) -> Result<Option<(f64, &'r str)>, Problem> {
    Ok(match &input.source {
        Source::PatientAge {} => {
            let age = record.patient.age_at(at).map_err(Problem::Age)?;
            Some((f64::from(age), "a"))
        }
        Source::PatientGender { values } => {
            let gender = record.patient.gender.map(Gender::code);
            gender.and_then(|gender| values.get(gender)).map(|value| (*value, "1"))
        }
        Source::Observation { codes } => {
            let measured = find(record, codes, window).map(|finding| finding.measurement()).transpose();
            let measured = measured.map_err(|reason| match reason {
                Unusable::NoUnit => Problem::Unit,
                other => Problem::Finding(other),
            })?;
            measured.map(|measured| (measured.value, measured.unit))
        }
        Source::CodedObservation { codes, answers } => {
            let concept = find(record, codes, window).map(|finding| finding.concept()).transpose();
            let known = |concept| answer(concept, answers).ok_or(Problem::Finding(Unusable::OtherAnswer));
            concept.map_err(Problem::Finding)?.map(known).transpose()?.map(|value| (value, "1"))
        }
        // These are never in a patient's record.
        Source::Series { .. } | Source::Parameter {} => None,
    })
}

fn describe(name: &str, problems: &BTreeMap<&str, String>) -> String {
    problems.get(name).map_or_else(|| name.to_owned(), |problem| format!("{name} ({problem})"))
}

fn find<'r>(record: &'r Record, codes: &[Code], window: Window) -> Option<Finding<'r>> {
    let codes: Vec<_> =
        codes.iter().map(|code| fhir::Code { system: &code.system, code: &code.code }).collect();
    latest(&record.observations, &codes, window)
}

fn answer(concept: &CodeableConcept, answers: &[Answer]) -> Option<f64> {
    answers.iter().find(|answer| concept.has(&answer.system, &answer.code)).map(|answer| answer.value)
}

#[cfg(test)]
mod given_tests;
#[cfg(test)]
mod tests;
