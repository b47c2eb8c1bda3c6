//! Numbers as stored on chain: an integer and its number of decimals.

use core::fmt;

/// Maximum number of decimals of a value.
pub const MAX_DECIMALS: u8 = 18;

/// 10 to the power of 0 to [`MAX_DECIMALS`].
const POWERS: [u64; 19] = {
    let mut powers = [1u64; 19];
    let mut place = 1;
    while place < powers.len() {
        // 10^18 has 60 bits.
        powers[place] = powers[place.saturating_sub(1)].saturating_mul(10);
        place = place.saturating_add(1);
    }
    powers
};

/// Why a number cannot be converted to fixed point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixedPointError {
    /// NaN or an infinity.
    #[error("the number is NaN or infinite; look for a division by zero or an overflow in the model")]
    NotFinite,
    /// The scaled number does not fit 128 bits.
    #[error("the number times 10^{decimals} does not fit 128 bits; lower the output's decimals")]
    Overflow {
        /// The requested decimals.
        decimals: u8,
    },
    /// More than [`MAX_DECIMALS`].
    #[error("{decimals} decimals are more than {MAX_DECIMALS}; lower the output's decimals")]
    TooManyDecimals {
        /// The requested decimals.
        decimals: u8,
    },
}

/// `value / 10^decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FixedPoint {
    /// The number times `10^decimals`.
    pub value: i128,
    /// 0 to [`MAX_DECIMALS`].
    pub decimals: u8,
}

impl FixedPoint {
    /// The multiple of `10^-decimals` that is nearest to the number; of two equally near, the one farther from
    /// zero.
    ///
    /// The rounding is exact: it works on the number's binary digits, so that every operator's machine finds the
    /// same integer for the same bits.
    pub fn from_f64(number: f64, decimals: u8) -> Result<Self, FixedPointError> {
        if !number.is_finite() {
            return Err(FixedPointError::NotFinite);
        }
        let overflow = FixedPointError::Overflow { decimals };
        if decimals > MAX_DECIMALS {
            return Err(FixedPointError::TooManyDecimals { decimals });
        }
        // number = mantissa * 2^exponent, by IEEE 754.
        let bits = number.to_bits();
        let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) & 0x7ff);
        let (mantissa, biased) = if biased == 0 { (fraction, 1) } else { (fraction | 1 << 52, biased) };
        // 53 bits times at most 60: fits.
        let power = POWERS.get(usize::from(decimals)).copied().ok_or(overflow)?;
        let scaled = u128::from(mantissa).checked_mul(u128::from(power)).ok_or(overflow)?;

        let magnitude = if let Some(left) = biased.checked_sub(1075) {
            let left = u32::try_from(left).map_err(|_| overflow)?;
            if scaled.leading_zeros() <= left && scaled != 0 {
                return Err(overflow);
            }
            scaled.checked_shl(left).unwrap_or(0)
        } else {
            let right = u32::try_from(1075u64.saturating_sub(biased)).map_err(|_| overflow)?;
            let whole = scaled.checked_shr(right).unwrap_or(0);
            // The first bit behind the point decides whether to round up.
            let half = scaled.checked_shr(right.saturating_sub(1)).unwrap_or(0) & 1;
            whole.checked_add(half).ok_or(overflow)?
        };
        let magnitude = i128::try_from(magnitude).map_err(|_| overflow)?;
        let value =
            if number.is_sign_negative() { magnitude.checked_neg().ok_or(overflow)? } else { magnitude };
        Ok(Self { value, decimals })
    }
}

/// As a decimal number with all its decimals: `0.7371`, `-12.50`.
impl fmt::Display for FixedPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = usize::from(self.decimals);
        let digits = format!("{:0>width$}", self.value.unsigned_abs(), width = decimals.saturating_add(1));
        let (whole, part) = digits.split_at(digits.len().saturating_sub(decimals));
        let sign = if self.value < 0 { "-" } else { "" };
        if part.is_empty() {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{part}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rounded(number: f64, decimals: u8) -> i128 {
        FixedPoint::from_f64(number, decimals).unwrap().value
    }

    #[test]
    fn a_half_is_rounded_away_from_zero() {
        // All of these are exact in binary.
        for (number, expected) in [(0.5, 1), (-0.5, -1), (1.5, 2), (2.5, 3), (-2.5, -3), (0.25, 0), (0.75, 1)]
        {
            assert_eq!(rounded(number, 0), expected, "{number}");
        }
        assert_eq!(rounded(0.125, 2), 13);
        assert_eq!(rounded(-0.125, 2), -13);
        // 0.145 is a little less than 145/1000 in binary, and times 100 in floating point it would be 14.5.
        assert_eq!(rounded(0.145, 2), 14);
    }

    #[test]
    fn the_ends_of_the_number_range_are_exact_or_a_named_error() {
        assert_eq!(rounded(0.0, 18), 0);
        assert_eq!(rounded(-0.0, 4), 0);
        assert_eq!(rounded(f64::MIN_POSITIVE, 18), 0);
        assert_eq!(rounded(5e-324, 18), 0);
        assert_eq!(rounded(1.0, 18), 1_000_000_000_000_000_000);
        assert_eq!(rounded(2f64.powi(126), 0), 1 << 126);
        assert_eq!(FixedPoint::from_f64(2f64.powi(127), 0), Err(FixedPointError::Overflow { decimals: 0 }));
        assert_eq!(FixedPoint::from_f64(f64::MAX, 0), Err(FixedPointError::Overflow { decimals: 0 }));
        assert_eq!(FixedPoint::from_f64(1e30, 18), Err(FixedPointError::Overflow { decimals: 18 }));
        assert_eq!(FixedPoint::from_f64(1.0, 19), Err(FixedPointError::TooManyDecimals { decimals: 19 }));
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(FixedPoint::from_f64(number, 4), Err(FixedPointError::NotFinite));
        }
    }

    #[test]
    fn a_value_is_written_with_all_its_decimals() {
        for (value, decimals, text) in
            [(7371, 4, "0.7371"), (-1250, 2, "-12.50"), (5, 0, "5"), (0, 2, "0.00"), (-5, 3, "-0.005")]
        {
            assert_eq!(FixedPoint { value, decimals }.to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn rounding_is_off_by_at_most_half_a_unit(number in -1e9f64..1e9, decimals in 0u8..=6) {
            let fixed = FixedPoint::from_f64(number, decimals).unwrap();
            // Rust prints the exact decimal expansion, rounded to nearest; only exact halves may differ by one.
            let printed: i128 = format!("{number:.*}", usize::from(decimals)).replace('.', "").parse().unwrap();
            let tie = format!("{number:.60}").trim_end_matches('0').len() < 60
                && format!("{number:.*}", usize::from(decimals) + 1).ends_with('5');
            prop_assert!(fixed.value == printed || (tie && (fixed.value - printed).abs() == 1));
        }

        #[test]
        fn every_bit_pattern_is_a_value_or_a_named_error(bits in any::<u64>(), decimals in any::<u8>()) {
            let number = f64::from_bits(bits);
            match FixedPoint::from_f64(number, decimals) {
                Ok(fixed) => prop_assert_eq!(fixed.value < 0, number < 0.0 && fixed.value != 0),
                Err(FixedPointError::NotFinite) => prop_assert!(!number.is_finite()),
                Err(FixedPointError::TooManyDecimals { .. }) => prop_assert!(decimals > MAX_DECIMALS),
                Err(FixedPointError::Overflow { .. }) => prop_assert!(number.abs() >= 1e20),
            }
        }

        #[test]
        fn rounding_is_symmetric(number in any::<f64>(), decimals in 0u8..=18) {
            let negated = FixedPoint::from_f64(-number, decimals).map(|f| -f.value);
            prop_assert_eq!(FixedPoint::from_f64(number, decimals).map(|f| f.value), negated);
        }
    }
}
