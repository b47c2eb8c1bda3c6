//! From named measurements to the row of a graph, and the commitment to it.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::manifest::{Image, Manifest, Missing};
use crate::ucum::{self, UnitError};

/// Why measurements were refused. No message holds a measured value: they are a patient's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// The model has no such input.
    #[error("the model has no input {0:?}; use the names of its manifest")]
    UnknownInput(String),
    /// The same input was set twice.
    #[error("the input {0} was given twice; give it once")]
    Repeated(String),
    /// NaN or an infinity.
    #[error("the input {0} is NaN or infinite; leave it out if it is not known")]
    NotFinite(String),
    /// The unit is unknown or cannot be converted.
    #[error("the input {input}: {source}")]
    Unit {
        /// The input.
        input: String,
        /// The fault of its unit.
        source: UnitError,
    },
    /// Outside the range for which the model was made.
    #[error(
        "the input {input} is not from {low} to {high} {unit}, or none of its categories; \
         the model knows nothing about such values: check the measurement, or use another model"
    )]
    OutOfRange {
        /// The input.
        input: String,
        /// Smallest allowed value.
        low: String,
        /// Largest allowed value.
        high: String,
        /// The unit of both.
        unit: String,
    },
    /// A required input has no value.
    #[error("the input {0} is missing, and the model requires it; measure or record it")]
    Required(String),
    /// More missing inputs than the model allows.
    #[error("{missing} inputs are missing, and at most {allowed} may be missing; record some of: {names}")]
    TooManyMissing {
        /// The number of missing inputs.
        missing: usize,
        /// The number that may be missing.
        allowed: usize,
        /// Their names.
        names: String,
    },
}

/// What a missing picture is called.
const PICTURE: &str = "image";

/// Measurements of one patient, by name, or a picture. Inputs that are not set are missing.
pub struct Features<'m> {
    manifest: &'m Manifest,
    values: Vec<Option<f64>>,
    pixels: Option<Vec<u8>>,
}

impl<'m> Features<'m> {
    /// No input is set yet.
    #[must_use]
    pub fn new(manifest: &'m Manifest) -> Self {
        Self { manifest, values: vec![None; manifest.inputs.len()], pixels: None }
    }

    /// Sets an input to a value in a UCUM unit (`1` for codes and pure numbers), which is converted to the
    /// manifest's.
    ///
    /// Errors, the first that holds: `UnknownInput`, `Repeated`, `NotFinite`, `Unit`, `OutOfRange`.
    pub fn set(&mut self, name: &str, value: f64, unit: &str) -> Result<(), FeatureError> {
        let unknown = || FeatureError::UnknownInput(name.to_owned());
        let (index, input) = self.manifest.input(name).ok_or_else(unknown)?;
        let slot = self.values.get_mut(index).ok_or_else(unknown)?;
        if slot.is_some() {
            return Err(FeatureError::Repeated(name.to_owned()));
        }
        if !value.is_finite() {
            return Err(FeatureError::NotFinite(name.to_owned()));
        }
        let value = ucum::convert(value, unit, &input.unit, input.substance)
            .map_err(|source| FeatureError::Unit { input: name.to_owned(), source })?;
        if !input.allows(value) {
            let [low, high] = input.range.map(|end| end.to_string());
            let (input, unit) = (name.to_owned(), input.unit.clone());
            return Err(FeatureError::OutOfRange { input, low, high, unit });
        }
        // Negative zero is the same measurement and must have the same commitment.
        *slot = Some(value + 0.0);
        Ok(())
    }

    /// Sets the picture; gives it back if there is one already.
    pub(crate) fn show(&mut self, pixels: Vec<u8>) -> Result<(), Vec<u8>> {
        match &self.pixels {
            Some(_) => Err(pixels),
            None => {
                self.pixels = Some(pixels);
                Ok(())
            }
        }
    }

    /// The manifest that the values are checked against.
    pub(crate) fn manifest(&self) -> &'m Manifest {
        self.manifest
    }

    /// The names of all inputs without a value; `image` stands for a picture.
    pub fn missing(&self) -> impl Iterator<Item = &'m str> + '_ {
        let picture = (self.manifest.image.is_some() && self.pixels.is_none()).then_some(PICTURE);
        let values = self
            .manifest
            .inputs
            .iter()
            .zip(&self.values)
            .filter(|(_, value)| value.is_none())
            .map(|(i, _)| i.name.as_str());
        picture.into_iter().chain(values)
    }

    /// Checks the missing inputs.
    ///
    /// Errors, the first that holds: `Required`, `TooManyMissing`.
    pub fn build(self) -> Result<FeatureVector, FeatureError> {
        let missing: Vec<_> = self.missing().collect();
        let required = |name: &&&str| match self.manifest.input(name) {
            Some((_, input)) => input.missing == Missing::Refuse,
            None => **name == PICTURE,
        };
        if let Some(name) = missing.iter().find(required) {
            return Err(FeatureError::Required((*name).to_owned()));
        }
        let allowed = self.manifest.max_missing;
        if missing.len() > allowed {
            return Err(FeatureError::TooManyMissing {
                missing: missing.len(),
                allowed,
                names: missing.join(", "),
            });
        }
        let values = match (&self.manifest.image, self.pixels) {
            (Some(image), Some(pixels)) => Values::Picture { image: image.clone(), pixels },
            _ => Values::Named(self.values),
        };
        Ok(FeatureVector { manifest: self.manifest.hash(), values })
    }
}

/// One patient's checked inputs to one model: all in range, no more missing than allowed.
#[derive(Clone, PartialEq)]
pub struct FeatureVector {
    manifest: [u8; 32],
    values: Values,
}

#[derive(Clone, PartialEq)]
enum Values {
    /// One for each input.
    Named(Vec<Option<f64>>),
    /// A picture, decoded.
    Picture { image: Image, pixels: Vec<u8> },
}

impl FeatureVector {
    /// The hash of the manifest that the values were checked against.
    #[must_use]
    pub fn manifest_hash(&self) -> [u8; 32] {
        self.manifest
    }

    /// The value in a column, in the manifest's unit; `None` if it is missing.
    pub(crate) fn value(&self, column: usize) -> Option<f64> {
        match &self.values {
            Values::Named(values) => values.get(column).copied().flatten(),
            Values::Picture { image, pixels } => pixels.get(column).map(|byte| image.value(*byte)),
        }
    }

    /// The graph's row: NaN for missing values.
    pub(crate) fn row(&self) -> impl Iterator<Item = f64> + '_ {
        let (named, picture) = match &self.values {
            Values::Named(values) => (Some(values), None),
            Values::Picture { image, pixels } => (None, Some((image, pixels))),
        };
        let named = named.into_iter().flatten().map(|value| value.unwrap_or(f64::NAN));
        named.chain(
            picture.into_iter().flat_map(|(image, pixels)| pixels.iter().map(|byte| image.value(*byte))),
        )
    }

    /// The commitment to the inputs in a report: a party that knows the salt and the inputs can check it, and nobody
    /// else learns anything.
    ///
    /// SHA-256 over, in this order: the ASCII text `theriac/inputs/1`, or `theriac/picture/1` for a picture; the salt, which must be new, random and secret
    /// for every report, because measurements can be guessed; the manifest's SHA-256; and for every input in the
    /// manifest's order the byte 0 if it is missing, or the byte 1 and the value in the manifest's unit as big-endian
    /// IEEE 754 binary64. For a picture, instead of the last: the number of channels as a byte, its width and height as
    /// big-endian 32-bit numbers, and its decoded bytes, row by row, before the manifest's range is applied.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut begin = |domain: &[u8]| {
            hash.update(domain);
            hash.update(salt);
            hash.update(self.manifest);
        };
        match &self.values {
            Values::Named(values) => {
                begin(b"theriac/inputs/1");
                for value in values {
                    match value {
                        None => hash.update([0]),
                        Some(value) => {
                            hash.update([1]);
                            hash.update(value.to_be_bytes());
                        }
                    }
                }
            }
            Values::Picture { image, pixels } => {
                begin(b"theriac/picture/1");
                hash.update([image.channels.byte()]);
                hash.update(image.width.to_be_bytes());
                hash.update(image.height.to_be_bytes());
                hash.update(pixels);
            }
        }
        hash.finalize().into()
    }
}

/// Without the values: they are a patient's.
impl fmt::Debug for FeatureVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inputs, missing) = match &self.values {
            Values::Named(values) => (values.len(), values.iter().filter(|value| value.is_none()).count()),
            Values::Picture { .. } => (1, 0),
        };
        f.debug_struct("FeatureVector")
            .field("inputs", &inputs)
            .field("missing", &missing)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
