//! The description of a model: its inputs with their sources, and the meaning of its outputs (`manifest.json`).
//!
//! The file's format is `models/manifest.schema.json`. It is read strictly: unknown fields, invalid values and
//! contradictions are errors, because a misread manifest gives numbers that look plausible.

mod check;
mod image;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

pub use image::{Channels, Format, Image, Layout, Resize};

use crate::ucum::Analyte;

/// Maximum size of a manifest, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// Why a manifest was refused.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Longer than [`MAX_MANIFEST_BYTES`].
    #[error("the manifest is longer than {MAX_MANIFEST_BYTES} bytes; check that it is the right file")]
    TooLong,
    /// Not JSON, or not of the manifest's form.
    #[error("the manifest does not follow manifest.schema.json: {0}; correct the file")]
    Malformed(#[from] serde_json::Error),
    /// An invalid value.
    #[error("the manifest's {field} {problem}; correct the file")]
    Invalid {
        /// The field, for example `inputs[cholesterol].range`.
        field: String,
        /// The fault.
        problem: String,
    },
}

/// Why a model may not be used at a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotValid {
    /// Too early.
    #[error("the model may be used from {0} on; wait, or use the version before")]
    NotYet(String),
    /// Too late.
    #[error("the model may be used until {0}, and this day has passed; get a newer version")]
    NoLonger(String),
}

/// A model's manifest, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the file format: 1.
    pub format: u32,
    /// Lower-case letters, digits and hyphens, at most 32, like a feed's name.
    pub name: String,
    /// Semantic version of the model.
    pub version: String,
    /// The kind of feed that the results belong to.
    pub kind: Kind,
    /// What the model estimates.
    pub description: String,
    /// SPDX identifier of the model's licence.
    pub licence: String,
    /// The first day on which the model may be used, YYYY-MM-DD; without it, from the beginning.
    pub valid_from: Option<String>,
    /// The last day on which the model may be used, YYYY-MM-DD. See [`Manifest::valid_until_ms`].
    pub valid_until: String,
    /// The intended users and use.
    pub intended_use: String,
    /// Its limits: uses to avoid, and weaknesses.
    pub limits: Vec<String>,
    /// The graph.
    pub model: ModelFile,
    /// The model's inputs, in the order of the graph's columns; none for an image model.
    pub inputs: Vec<Input>,
    /// The picture that an image model takes instead of named inputs.
    pub image: Option<Image>,
    /// Maximum number of inputs that may be missing at once.
    pub max_missing: usize,
    /// The model's outputs, in the order of the graph's outputs.
    pub outputs: Vec<Output>,
    /// Values from which action is needed.
    pub thresholds: Vec<Threshold>,
    /// The model's calibration.
    #[serde(default)]
    pub conformal: Vec<Conformal>,
    /// The model's training data.
    pub training_data: TrainingData,
    /// Fields that still have a made-up value, and what to write there. A model with any may be looked at, but not
    /// approved.
    #[serde(default)]
    pub open: BTreeMap<String, String>,
    #[serde(skip)]
    hash: [u8; 32],
}

/// The kinds of feeds that models serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The probability that a patient has a disease.
    DiseaseRisk,
    /// The future demand for a product.
    DemandForecast,
    /// The deviation of an order or a count from the usual.
    SupplyAnomaly,
    /// How far a shipment's temperature left its limits.
    ColdChainExcursion,
    /// The probability that a claim is fraud.
    ClaimFraud,
    /// The future number of cases of a disease.
    OutbreakForecast,
    /// The probability that a patient is readmitted to hospital.
    Readmission,
    /// The probability that a patient deteriorates.
    Vitals,
    /// The quantity to order.
    Inventory,
    /// The arrival of a delivery.
    Routing,
}

/// The ONNX file next to the manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// A plain file name.
    pub file: String,
    /// What the model is known by on chain, see [`identity`](crate::identity): the SHA-256 of the file's bytes, if it
    /// holds its weights itself. In the manifest 64 hexadecimal digits.
    #[serde(deserialize_with = "sha256")]
    pub sha256: [u8; 32],
    /// Plain names of the files with the weights that the ONNX file leaves out.
    #[serde(default)]
    pub weights: Vec<String>,
    /// The operator set of the default ONNX domain; if it is given, the file must name this one. A file that names none
    /// counts as 17.
    pub opset: Option<i64>,
    /// The name of the graph's only input; if it is given, the file must have exactly this one.
    pub input: Option<String>,
}

/// An input of the model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Unique in the manifest.
    pub name: String,
    /// The column's name in the ONNX file, if it is another: that of a graph's input, or one in the metadata property
    /// `features`.
    pub column: Option<String>,
    /// A description for people.
    pub description: String,
    /// UCUM; `1` is a pure number.
    pub unit: String,
    /// Allows conversion of amounts (mmol/L) to masses (mg/dL).
    pub substance: Option<Analyte>,
    /// Smallest and largest value, both allowed.
    pub range: [f64; 2],
    /// The allowed values, if there are only a few.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// The treatment of a missing value.
    pub missing: Missing,
    /// Its source.
    pub source: Source,
    /// Its distribution in training, to monitor drift. See [`Drift`](crate::Drift).
    pub reference: Option<Reference>,
}

/// An allowed value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The number for the graph.
    pub value: f64,
    /// The text for the graph, if it takes texts; the number then stands for it outside of the graph.
    pub text: Option<String>,
    /// Its meaning.
    pub meaning: String,
}

/// The treatment of a missing value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The row is refused.
    Refuse,
    /// The graph gets NaN and imputes the value.
    ImputeInGraph,
}

/// The source of a value: FHIR, a series, or the caller.
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
        /// The codes, any of which counts.
        codes: Vec<Code>,
    },
    /// The same with a `valueCodeableConcept`; an answer that is not in the table counts as missing.
    CodedObservation {
        /// The codes, any of which counts.
        codes: Vec<Code>,
        /// Values by answer.
        answers: Vec<Answer>,
    },
    /// A reading of a regular series. See [`Features::set_series`](crate::Features::set_series).
    Series {
        /// The name of the series; all its inputs have one step and one unit.
        series: String,
        /// The time from one reading to the next.
        step: Step,
        /// Steps before the latest reading, which is 0.
        lag: usize,
    },
    /// The caller gives it by its name, for example the month of the latest reading.
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

/// The distribution of an input in training, in buckets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Upper ends of all buckets but the last, ascending, each inside its bucket; at most 63.
    pub edges: Vec<f64>,
    /// The share of training values in each bucket: one more than edges, together 1.
    pub shares: Vec<f64>,
}

/// The result of split conformal prediction for one output, on rows outside the training data. Quantiles include the
/// finite-sample correction.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "score", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Conformal {
    /// A set of yes, no, both or none, for the probability of yes: it contains the truth in the stated share of the
    /// cases whose truth is yes, and of those whose truth is no.
    Probability {
        /// The output.
        output: String,
        /// The stated share, above 0 and below 1.
        confidence: f64,
        /// The quantile of one minus the probability, among cases whose truth is yes: 0 to 1.
        quantile_yes: f64,
        /// The quantile of the probability, among cases whose truth is no: 0 to 1.
        quantile_no: f64,
    },
    /// An interval around the output that contains the truth in the stated share of cases.
    Residual {
        /// The output.
        output: String,
        /// The stated share, above 0 and below 1.
        confidence: f64,
        /// The quantile of the distance between the output and the truth, from 0, in the output's unit.
        quantile: f64,
    },
}

impl Conformal {
    /// The output.
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
    /// The number for the graph.
    pub value: f64,
}

/// An output of the model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Unique in the manifest. Without `from`, the name of the graph's output.
    pub name: String,
    /// Where it is in the graph's outputs. Without it, the output of the same name has one number per row.
    pub from: Option<Origin>,
    /// A description for people.
    pub description: String,
    /// UCUM; `1` is a pure number.
    pub unit: String,
    /// Smallest and largest value; a result outside this range is an error.
    pub range: [f64; 2],
    /// Decimals of the fixed-point value, 0 to 18.
    pub decimals: u8,
}

/// A place in the graph's outputs. Without `column`, `class` and `labels`, the output has one number per row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The name of the graph's output.
    pub output: String,
    /// The column of a tensor, from 0; a tensor of more dimensions counts row by row.
    pub column: Option<usize>,
    /// The class of a table (`ZipMap`), as the file writes it.
    pub class: Option<String>,
    /// The labels of an output of texts: the result is the index in this list, from 0.
    #[serde(default)]
    pub labels: Vec<String>,
}

/// A value from which action is needed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Unique in the manifest.
    pub name: String,
    /// The output.
    pub output: String,
    /// The value.
    pub at_least: f64,
    /// A description for people.
    pub meaning: String,
}

/// The training data of a model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingData {
    /// The data set.
    pub name: String,
    /// Where to get it.
    pub origin: String,
    /// SHA-256 of the file; in the manifest 64 hexadecimal digits.
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
        check::manifest(&manifest)?;
        manifest.hash = Sha256::digest(bytes).into();
        Ok(manifest)
    }

    /// SHA-256 of the file's bytes, as in the registry on chain.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The first millisecond (Unix, UTC) at which the model may no longer be used: the end of the day
    /// `valid_until`.
    #[must_use]
    pub fn valid_until_ms(&self) -> u64 {
        // A checked manifest has a date; one that was changed afterwards counts as expired.
        check::end_of_day_ms(&self.valid_until).unwrap_or(0)
    }

    /// Refuses a moment (milliseconds, Unix, UTC) outside of the days on which the model may be used.
    pub fn ensure_valid_at(&self, now_ms: u64) -> Result<(), NotValid> {
        let early = |day: &&String| check::start_of_day_ms(day).is_none_or(|start| now_ms < start);
        match self.valid_from.as_ref().filter(early) {
            Some(day) => Err(NotValid::NotYet(day.clone())),
            None if now_ms >= self.valid_until_ms() => Err(NotValid::NoLonger(self.valid_until.clone())),
            None => Ok(()),
        }
    }

    /// The number of values in a row of the graph: one for each input, or for each channel of each pixel.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.image.as_ref().map_or(self.inputs.len(), Image::values)
    }

    /// The index of an input in the graph's columns.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<(usize, &Input)> {
        self.inputs.iter().enumerate().find(|(_, input)| input.name == name)
    }

    /// The index of an output in the graph's outputs.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<(usize, &Output)> {
        self.outputs.iter().enumerate().find(|(_, output)| output.name == name)
    }
}

impl Input {
    /// The column's name in the ONNX file.
    #[must_use]
    pub fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }

    /// Whether the graph takes this input as a text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.categories.iter().any(|category| category.text.is_some())
    }

    /// The number that stands for a text.
    #[must_use]
    pub fn number_of(&self, text: &str) -> Option<f64> {
        let category = self.categories.iter().find(|category| category.text.as_deref() == Some(text))?;
        Some(category.value)
    }

    /// Whether the input allows this value.
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
    // Capital letters would allow two manifests with the same content.
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) || hex::decode_to_slice(&text, &mut hash).is_err() {
        return Err(D::Error::custom("a SHA-256 is 64 lower-case hexadecimal digits"));
    }
    Ok(hash)
}

#[cfg(test)]
pub(crate) mod tests;
