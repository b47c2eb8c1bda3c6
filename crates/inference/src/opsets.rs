//! The operator sets that are taken.

use core::ops::RangeInclusive;

/// Of the default ONNX domain.
pub(crate) const OPSETS: RangeInclusive<i64> = 6..=23;
/// The same, for people.
pub(crate) const OPSETS_SHOWN: &str = "6 to 23";
/// Of `ai.onnx.ml`.
pub(crate) const ML_OPSETS: RangeInclusive<i64> = 1..=5;
