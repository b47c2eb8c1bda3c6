//! The two number types of thresholds and weights.

use tract_onnx::prelude::Datum;

/// A 32- or 64-bit float.
pub(crate) trait Number: Datum + Copy + PartialOrd + Default {
    /// NaN.
    const NAN: Self;
    /// More than every number.
    const INFINITY: Self;
    /// Less than every number.
    const NEG_INFINITY: Self;
    /// Whether it is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// The largest number that is smaller; NaN below negative infinity.
    fn next_below(self) -> Self;
    /// Whether it is NaN.
    fn missing(self) -> bool;
    /// The nearest number of this kind.
    fn of(value: f64) -> Self;
    /// As a 64-bit float, exactly.
    fn wide(self) -> f64;
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// Divided by a count.
    fn over(self, count: usize) -> Self;
}

macro_rules! number {
    ($kind:ident) => {
        impl Number for $kind {
            const NAN: Self = $kind::NAN;
            const INFINITY: Self = $kind::INFINITY;
            const NEG_INFINITY: Self = $kind::NEG_INFINITY;

            fn is_finite(self) -> bool {
                $kind::is_finite(self)
            }

            fn next_below(self) -> Self {
                if self == $kind::NEG_INFINITY {
                    $kind::NAN
                } else {
                    self.next_down()
                }
            }

            fn missing(self) -> bool {
                self.is_nan()
            }

            #[allow(clippy::cast_possible_truncation)] // Rounding to the nearest is intended.
            fn of(value: f64) -> Self {
                value as $kind
            }

            fn wide(self) -> f64 {
                f64::from(self)
            }

            fn plus(self, other: Self) -> Self {
                self + other
            }

            #[allow(clippy::cast_precision_loss)] // There are at most `MAX_TREE_NODES` trees.
            fn over(self, count: usize) -> Self {
                self / count as $kind
            }
        }
    };
}

number!(f32);
number!(f64);
