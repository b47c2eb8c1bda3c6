//! What a model is, what it wants from where, and what its numbers mean: `manifest.json`, as data.
//!
//! The file's format is `models/manifest.schema.json`. Here it is read strictly: unknown fields, doubtful
//! values and contradictions are errors, because a manifest that is misread gives numbers that look fine.

mod check;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use crate::image::Image;
use crate::units::Substance;

/// The largest manifest that is read, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// Why a manifest was refused.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Longer than [`MAX_MANIFEST_BYTES`].
    #[error("the manifest is longer than {MAX_MANIFEST_BYTES} bytes; check that it is the right file")]
    TooLong,
    /// Not JSON, or not of the manifest's form.
    #[error("the manifest is not as manifest.schema.json asks: {0}; correct the file")]
    Malformed(#[from] serde_json::Error),
    /// A value that makes no sense.
    #[error("the manifest's {field} {problem}; correct the file")]
    Invalid {
        /// Where it is, for example `inputs[cholesterol].range`.
        field: String,
        /// What is wrong there.
        problem: String,
    },
}

/// A model's manifest, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the file format: 1.
    pub format: u32,
    /// Lower-case letters, digits and hyphens, at most 32: also fits a feed's name.
    pub name: String,
    /// Semantic version of the model.
    pub version: String,
    /// The kind of feed that the results belong to.
    pub kind: Kind,
    /// What the model estimates.
    pub description: String,
    /// SPDX identifier of the model's licence.
    pub licence: String,
    /// The last day on which the model may be used, YYYY-MM-DD. See [`Manifest::valid_until_ms`].
    pub valid_until: String,
    /// For whom and what for.
    pub intended_use: String,
    /// What it must not be used for, and where it is weak.
    pub limits: Vec<String>,
    /// The graph.
    pub model: ModelFile,
    /// What the model wants, in the order of the graph's columns; of an image model, what its pixels become.
    pub inputs: Vec<Input>,
    /// The picture that an image model wants in place of named inputs.
    pub image: Option<Image>,
    /// How many inputs may be missing at once.
    pub max_missing: usize,
    /// What the model says, in the order of the graph's outputs.
    pub outputs: Vec<Output>,
    /// Values from which on something is to be done.
    pub thresholds: Vec<Threshold>,
    /// How sure the model is, by calibration.
    #[serde(default)]
    pub conformal: Vec<Conformal>,
    /// What the model was trained on.
    pub training_data: TrainingData,
    #[serde(skip)]
    hash: [u8; 32],
}

/// The kinds of feeds that models serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The probability that a patient has a disease.
    DiseaseRisk,
    /// How much of a product will be asked for.
    DemandForecast,
    /// How far an order or a count is from what is usual.
    SupplyAnomaly,
    /// How far a shipment's temperature left its limits.
    ColdChainExcursion,
    /// The probability that a claim is fraud.
    ClaimFraud,
    /// How many cases of a disease are to come.
    OutbreakForecast,
    /// The probability that a patient comes back to hospital.
    Readmission,
    /// The probability that a patient gets worse.
    Vitals,
    /// How much to order.
    Inventory,
    /// When a delivery arrives.
    Routing,
}

/// The ONNX file beside the manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// A plain file name.
    pub file: String,
    /// Of the file's bytes; in the manifest 64 hexadecimal digits.
    #[serde(deserialize_with = "sha256")]
    pub sha256: [u8; 32],
    /// The operator set of the default ONNX domain, 9 to 18.
    pub opset: i64,
    /// The name of the graph's one input.
    pub input: String,
}

/// One value that the model wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Unique in the manifest.
    pub name: String,
    /// For people.
    pub description: String,
    /// UCUM; `1` is a pure number.
    pub unit: String,
    /// Lets amounts (mmol/L) be converted to masses (mg/dL).
    pub substance: Option<Substance>,
    /// Smallest and largest value, both allowed.
    pub range: [f64; 2],
    /// The only values that are allowed, where there are few.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// What happens without a value.
    pub missing: Missing,
    /// Where it comes from.
    pub source: Source,
    /// Its distribution in training, where drift is to be watched. See [`Drift`](crate::Drift).
    pub reference: Option<Reference>,
}

/// One of few allowed values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// What the graph gets.
    pub value: f64,
    /// What it stands for.
    pub meaning: String,
}

/// What happens without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// There is no result.
    Refuse,
    /// The graph gets NaN and fills it itself.
    ImputeInGraph,
}

/// Where a value comes from: FHIR, a series, or whoever asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// Completed years since `Patient.birthDate`.
    PatientAge {},
    /// `Patient.gender`; a gender that is not in the table counts as missing.
    PatientGender {
        /// Values by FHIR's administrative gender: `female`, `male`, `other`, `unknown`.
        values: BTreeMap<String, f64>,
    },
    /// The latest `Observation`, or component of one, with any of the codes and a `valueQuantity`.
    Observation {
        /// Any of these.
        codes: Vec<Code>,
    },
    /// The same with a `valueCodeableConcept`; an answer that is not in the table counts as missing.
    CodedObservation {
        /// Any of these.
        codes: Vec<Code>,
        /// Values by answer.
        answers: Vec<Answer>,
    },
    /// A reading of a regular series. See [`Features::set_series`](crate::Features::set_series).
    Series {
        /// The name of the series; all its inputs have one step and one unit.
        series: String,
        /// From one reading to the next.
        step: Step,
        /// Steps before the latest reading, which is 0.
        lag: usize,
    },
    /// Whoever asks gives it by its name, for example the month of the latest reading.
    Parameter {},
}

/// The time from one reading of a series to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Step {
    /// `PT5M`.
    #[serde(rename = "PT5M")]
    FiveMinutes,
    /// `PT1H`.
    #[serde(rename = "PT1H")]
    Hour,
    /// `P1D`, a calendar day.
    #[serde(rename = "P1D")]
    Day,
    /// `P7D`.
    #[serde(rename = "P7D")]
    Week,
    /// `P1M`, a calendar month.
    #[serde(rename = "P1M")]
    Month,
}

/// How an input was distributed in training, in buckets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Upper ends of all buckets but the last, rising, each inside its bucket; at most 63.
    pub edges: Vec<f64>,
    /// The share of training values in each bucket: one more than edges, together 1.
    pub shares: Vec<f64>,
}

/// What split conformal prediction found for one output, on rows that were not trained on. Quantiles have the correction
/// for a finite sample.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "score", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Conformal {
    /// A set of yes, no, both or none, for the probability of yes: it holds the truth in the stated share of the cases
    /// whose truth is yes, and of those whose truth is no.
    Probability {
        /// The output that it is about.
        output: String,
        /// That share, above 0 and below 1.
        confidence: f64,
        /// The quantile of one minus the probability, among cases whose truth is yes: 0 to 1.
        quantile_yes: f64,
        /// The quantile of the probability, among cases whose truth is no: 0 to 1.
        quantile_no: f64,
    },
    /// An interval around the output, which holds the truth in the stated share of cases.
    Residual {
        /// The output that it is about.
        output: String,
        /// That share, above 0 and below 1.
        confidence: f64,
        /// The quantile of the distance between the output and the truth, from 0, in the output's unit.
        quantile: f64,
    },
}

impl Conformal {
    /// The output that it is about.
    #[must_use]
    pub fn output(&self) -> &str {
        match self {
            Self::Probability { output, .. } | Self::Residual { output, .. } => output,
        }
    }
}

/// A code of an observation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code system's URI, for example `http://loinc.org`.
    pub system: String,
    /// The code.
    pub code: String,
    /// Its meaning, for people.
    pub display: String,
}

/// A coded answer and its number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The code system's URI, for example `http://snomed.info/sct`.
    pub system: String,
    /// The code.
    pub code: String,
    /// What the graph gets.
    pub value: f64,
}

/// One number that the model gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The name of the graph's output.
    pub name: String,
    /// For people.
    pub description: String,
    /// UCUM; `1` is a pure number.
    pub unit: String,
    /// Smallest and largest value; a result outside is an error.
    pub range: [f64; 2],
    /// Decimals of the fixed-point value, 0 to 18.
    pub decimals: u8,
}

/// A value from which on something is to be done.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Unique in the manifest.
    pub name: String,
    /// The output that it is about.
    pub output: String,
    /// From this value on.
    pub at_least: f64,
    /// For people.
    pub meaning: String,
}

/// What a model was trained on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingData {
    /// The data set.
    pub name: String,
    /// Where to get it.
    pub origin: String,
    /// Of the file; in the manifest 64 hexadecimal digits.
    #[serde(deserialize_with = "sha256")]
    pub sha256: [u8; 32],
    /// Rows used, after removal of duplicates.
    pub rows: u64,
    /// SPDX identifier of the data's licence.
    pub licence: String,
}

impl Manifest {
    /// Reads and checks the bytes of a `manifest.json`.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLong);
        }
        let mut manifest: Self = serde_json::from_slice(bytes)?;
        check::image(&manifest)?;
        if let Some(image) = &manifest.image {
            manifest.inputs = image.inputs();
        }
        check::manifest(&manifest)?;
        manifest.hash = Sha256::digest(bytes).into();
        Ok(manifest)
    }

    /// SHA-256 of the file's bytes, as they are: what the chain's registry holds.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The first millisecond (Unix, UTC) at which the model may not be used any more: the end of the day
    /// `valid_until`.
    #[must_use]
    pub fn valid_until_ms(&self) -> u64 {
        // A checked manifest has a date; one that somebody changed afterwards is expired.
        check::end_of_day_ms(&self.valid_until).unwrap_or(0)
    }

    /// The place of an input in the graph's columns.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<(usize, &Input)> {
        self.inputs.iter().enumerate().find(|(_, input)| input.name == name)
    }

    /// The place of an output in the graph's outputs.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<(usize, &Output)> {
        self.outputs.iter().enumerate().find(|(_, output)| output.name == name)
    }
}

impl Input {
    /// Whether the graph is made for this value.
    pub(crate) fn allows(&self, value: f64) -> bool {
        let [low, high] = self.range;
        low <= value && value <= high && (self.categories.is_empty() || self.has_category(value))
    }

    fn has_category(&self, value: f64) -> bool {
        self.categories.iter().any(|category| category.value == value)
    }
}

fn sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    use serde::de::Error;
    let text = String::deserialize(deserializer)?;
    let mut hash = [0; 32];
    // Capital letters would make two manifests of one.
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) || hex::decode_to_slice(&text, &mut hash).is_err() {
        return Err(D::Error::custom("a SHA-256 is 64 lower-case hexadecimal digits"));
    }
    Ok(hash)
}

#[cfg(test)]
pub(crate) mod tests;
