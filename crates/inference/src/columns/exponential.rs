//! e to the power of a 64-bit float, without branches, so that a loop over a column computes several at once, and
//! without the system's library, so that all machines get the same bits.
//!
//! With `k` the whole number nearest to `x / ln 2`, e^x is 2^k times e^(x - k ln 2). The remainder, at most 0.35, goes
//! through the power series up to the 13th term: the first omitted term is below 2^-57.

use std::f64::consts::LOG2_E;

/// Adding and subtracting this number rounds to a whole number, which is then in its last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, of which the first has so few digits that `k` times it is exact (Cody and Waite, Software Manual
/// for the Elementary Functions, 1980).
const LN_2: [f64; 2] = [0.693_145_751_953_125, 1.428_606_820_309_417_3e-6];
/// Above it, the result is infinite.
const MOST: f64 = 709.782_712_893_384;
/// Below it, the result is less than the smallest normal number, and 0 here.
const LEAST: f64 = -707.0;
/// 1 / n! from n = 13 to 0.
const TERMS: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// e to the power of `x`, to 1e-15 of it; 0 below -707.
#[allow(clippy::arithmetic_side_effects)] // On floats, and places in a table of 14.
#[inline(always)]
pub(crate) fn exponential(x: f64) -> f64 {
    let near = if x < LEAST { LEAST } else { x };
    let near = if near > MOST { MOST } else { near };
    let rounded = near * LOG2_E + ROUNDER;
    let k = rounded - ROUNDER;
    let left = near - k * LN_2[0] - k * LN_2[1];
    // Pairs of terms, pairs of those, and so on (Estrin): shorter ways than one term after the other.
    let square = left * left;
    let fourth = square * square;
    let pair = |from: usize| TERMS[from] * left + TERMS[from + 1];
    let [high, middle, low] = [pair(0), pair(2) * square + pair(4), pair(6) * square + pair(8)];
    let lowest = pair(10) * square + pair(12);
    let power = ((high * fourth + middle) * fourth + low) * fourth + lowest;
    // The last bits of `rounded` are k, which is from -1020 to 1024. One less fits an exponent at both ends.
    let half_scale = f64::from_bits(rounded.to_bits().wrapping_add(1022) << 52);
    let result = power * half_scale * 2.0;
    let result = if x > MOST { f64::INFINITY } else { result };
    if x < LEAST {
        0.0
    } else {
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_the_range_and_nan() {
        assert_eq!(exponential(0.0), 1.0);
        assert_eq!(exponential(f64::INFINITY), f64::INFINITY);
        assert_eq!(exponential(710.0), f64::INFINITY);
        assert_eq!(exponential(f64::NEG_INFINITY), 0.0);
        assert_eq!(exponential(-750.0), 0.0);
        assert!(exponential(f64::NAN).is_nan());
        assert!(exponential(MOST).is_finite() && exponential(LEAST) > 0.0);
    }

    proptest! {
        #[test]
        fn results_agree_with_the_library(x in -707.0..709.7f64) {
            let expected = x.exp();
            prop_assert!((exponential(x) - expected).abs() <= 1e-15 * expected, "{x}: {} {expected}", exponential(x));
        }

        #[test]
        fn any_bits_give_a_result(bits: u64) {
            let x = f64::from_bits(bits);
            prop_assert_eq!(exponential(x).is_nan(), x.is_nan());
            prop_assert!(x.is_nan() || exponential(x) >= 0.0);
        }
    }
}
