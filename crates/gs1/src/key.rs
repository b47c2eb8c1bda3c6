//! Numeric GS1 identification keys: digits whose last one is a check digit.

use core::fmt;
use core::str::FromStr;

/// Why a numeric key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The number has more digits than the key.
    #[error("the number has more digits than this key; check which kind of key it is")]
    OutOfRange,
    /// The length of the text is not that of the key.
    #[error("the key has the wrong number of digits; write it in full, with its leading zeros")]
    Length,
    /// The byte at this position (counted from 0) is not a digit.
    #[error("position {position} is not a digit; a key is written in digits 0 to 9 only")]
    NotADigit {
        /// Index of the byte, from 0.
        position: u8,
    },
    /// The last digit is not the check digit of the digits before it.
    #[error("the check digit is {found} but should be {expected}; a digit is mistyped or misread")]
    CheckDigit {
        /// The check digit that belongs to the digits before it.
        expected: u8,
        /// The digit that was given.
        found: u8,
    },
}

/// The modulo-10 check digit, 0 to 9, of a key without its check digit (GenSpecs 7.9.1).
///
/// Digits weigh 3, 1, 3, … from the right. Leading zeros therefore change nothing, and one function serves keys
/// of every length.
#[must_use]
pub const fn check_digit(payload: u64) -> u8 {
    let mut rest = payload;
    let mut weight = 3u8;
    let mut sum = 0u8;
    while rest > 0 {
        // Kept modulo 10, so nothing here exceeds 9 + 27.
        let digit = last_digit(rest);
        sum = sum.wrapping_add(digit.wrapping_mul(weight)) % 10;
        weight = if weight == 3 { 1 } else { 3 };
        rest /= 10;
    }
    10u8.wrapping_sub(sum) % 10
}

#[allow(clippy::cast_possible_truncation)] // A remainder of 10 fits in a byte.
const fn last_digit(number: u64) -> u8 {
    (number % 10) as u8
}

pub(crate) const fn ensure_check_digit(number: u64) -> Result<(), KeyError> {
    let (expected, found) = (check_digit(number / 10), last_digit(number));
    if expected == found {
        Ok(())
    } else {
        Err(KeyError::CheckDigit { expected, found })
    }
}

/// Reads up to 18 ASCII digits; the callers have checked the length.
pub(crate) fn number(digits: &[u8]) -> Result<u64, KeyError> {
    let mut number = 0u64;
    for (position, byte) in (0u8..).zip(digits) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(KeyError::NotADigit { position });
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    Ok(number)
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident, $width:literal digits, $end:literal, $lengths:pat) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Checks the range and the check digit of a key given as a number.
            pub const fn new(value: u64) -> Result<Self, KeyError> {
                if value >= $end {
                    return Err(KeyError::OutOfRange);
                }
                match ensure_check_digit(value) {
                    Ok(()) => Ok(Self(value)),
                    Err(error) => Err(error),
                }
            }

            /// Reads the key from ASCII digits.
            pub fn from_digits(digits: &[u8]) -> Result<Self, KeyError> {
                match digits.len() {
                    $lengths => Self::new(number(digits)?),
                    _ => Err(KeyError::Length),
                }
            }

            /// The key as a number, check digit included.
            #[must_use]
            pub const fn value(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:0width$}", self.0, width = $width)
            }
        }

        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                Self::from_digits(text.as_bytes())
            }
        }
    };
}

key!(
    /// Global Trade Item Number, AI (01), in its 14-digit form. Text may also be a GTIN-8, GTIN-12 or GTIN-13,
    /// which are the same numbers without leading zeros (GenSpecs 3.3.2).
    Gtin, 14 digits, 100_000_000_000_000, 8 | 12 | 13 | 14
);
key!(
    /// Global Location Number of 13 digits, as in AI (410) to (417) (GenSpecs 3.7).
    Gln, 13 digits, 10_000_000_000_000, 13
);
key!(
    /// Serial Shipping Container Code of 18 digits, AI (00) (GenSpecs 3.3.1).
    Sscc, 18 digits, 1_000_000_000_000_000_000, 18
);

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_check_digit_is_the_one_of_the_general_specifications() {
        // The worked example of GenSpecs 7.9.1 and two published keys.
        assert_eq!(check_digit(37_610_425_002_123_456), 9);
        assert_eq!(check_digit(629_104_150_021), 3);
        assert_eq!(check_digit(950_600_013_435), 2);
        assert_eq!(check_digit(0), 0);
    }

    #[test]
    fn a_number_of_any_size_has_a_check_digit() {
        assert!(check_digit(u64::MAX) <= 9);
    }

    #[test]
    fn shorter_gtins_are_padded_to_fourteen_digits() {
        for (text, full) in [
            ("02345673", "00000002345673"),
            ("416000336108", "00416000336108"),
            ("9506000134352", "09506000134352"),
            ("12345678901231", "12345678901231"),
        ] {
            assert_eq!(text.parse::<Gtin>().unwrap().to_string(), full);
        }
    }

    #[test]
    fn one_changed_digit_is_always_noticed() {
        let digits = *b"09506000134352";
        for position in 0..digits.len() {
            for digit in (b'0'..=b'9').filter(|digit| *digit != digits[position]) {
                let mut changed = digits;
                changed[position] = digit;
                assert!(matches!(Gtin::from_digits(&changed), Err(KeyError::CheckDigit { .. })));
            }
        }
    }

    #[test]
    fn a_wrong_check_digit_is_named_with_the_right_one() {
        let error = KeyError::CheckDigit { expected: 2, found: 3 };
        assert_eq!(Gtin::new(9_506_000_134_353), Err(error));
        assert_eq!(error.to_string(), "the check digit is 3 but should be 2; a digit is mistyped or misread");
    }

    #[test]
    fn a_letter_is_named_by_its_position() {
        assert_eq!("0950600013435X".parse::<Gtin>(), Err(KeyError::NotADigit { position: 13 }));
        assert_eq!("é234567".parse::<Gtin>(), Err(KeyError::NotADigit { position: 0 }));
    }

    #[test]
    fn a_wrong_length_is_refused() {
        for text in ["", "1", "123456789", "095060001343520"] {
            assert_eq!(text.parse::<Gtin>(), Err(KeyError::Length));
        }
        assert_eq!("629104150021".parse::<Gln>(), Err(KeyError::Length));
        assert_eq!("37610425002123456".parse::<Sscc>(), Err(KeyError::Length));
    }

    #[test]
    fn a_number_with_too_many_digits_is_refused() {
        assert_eq!(Gtin::new(100_000_000_000_000), Err(KeyError::OutOfRange));
        assert_eq!(Gln::new(10_000_000_000_000), Err(KeyError::OutOfRange));
        assert_eq!(Sscc::new(u64::MAX), Err(KeyError::OutOfRange));
    }

    #[test]
    fn a_gln_and_an_sscc_show_all_their_digits() {
        assert_eq!(Gln::new(6_291_041_500_213).unwrap().to_string(), "6291041500213");
        assert_eq!(Sscc::new(6_141_411_234_567_890).unwrap().to_string(), "006141411234567890");
        assert_eq!("376104250021234569".parse::<Sscc>().unwrap().value(), 376_104_250_021_234_569);
    }
}
