//! The operator sets that are taken, and an operator of our own.

use core::ops::RangeInclusive;

/// Of the default ONNX domain.
pub(crate) const OPSETS: RangeInclusive<i64> = 6..=23;
/// The same, for people.
pub(crate) const OPSETS_SHOWN: &str = "6 to 23";
/// Of `ai.onnx.ml`.
pub(crate) const ML_OPSETS: RangeInclusive<i64> = 1..=5;
/// An operator of our own that does nothing, and that tract does not see through.
pub(crate) const APART: &str = "theriac.Apart";
