//! ONNX models through tract, by manifest, with fixed-point results.
//!
//! A model is a folder: `model.onnx` and `manifest.json`, which lists the model's inputs with their sources, units and
//! ranges, and the meaning of its outputs. [`Model::load`] refuses a pair that does not fit, [`Features`] refuses
//! measurements outside the model's ranges, and [`Model::predict`] returns [`FixedPoint`] values for the chain. A new
//! model needs a new folder, and no code.
//!
//! The crate has no network and no clock of its own.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use inference::{Features, Model};
//!
//! let model = Model::load("models/heart-disease")?;
//! let mut patient = Features::new(model.manifest());
//! patient.set("age", 54.0, "a")?;
//! patient.set("sex", 1.0, "1")?;
//! patient.set("systolic_pressure", 132.0, "mm[Hg]")?;
//! patient.set("cholesterol", 5.2, "mmol/L")?;
//! let risks = model.predict(&[patient.build()?])?;
//! for risk in risks.rows() {
//!     println!("{}", risk[0]);
//! }
//! # Ok(())
//! # }
//! ```
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

mod columns;
mod conformal;
mod drift;
mod explain;
mod features;
mod file;
mod fixed;
mod graph;
pub mod image;
pub mod import;
pub mod manifest;
mod model;
#[cfg(test)]
mod node_tests;
mod normal;
mod operators;
mod opsets;
mod parts;
pub mod rows;
mod series;
pub mod trees;
pub use ::ucum;

pub use conformal::{certainty, Certainty, Reason};
pub use drift::{Drift, InputDrift, NO_BUCKET};
pub use explain::{ExplainError, Explanation, MAX_EXACT};
pub use features::{FeatureError, FeatureVector, Features};
pub use file::{Element, FileError, Port};
pub use fixed::{FixedPoint, FixedPointError, MAX_DECIMALS};
pub use graph::GraphError;
pub use image::ImageError;
pub use manifest::{Manifest, ManifestError, NotValid};
pub use model::{LoadError, Model, PredictError, Predictions, MAX_ROWS};
pub use parts::{identity, PartsError, MAX_MODEL_BYTES};
pub use series::{Reading, SeriesError, MAX_READINGS};
