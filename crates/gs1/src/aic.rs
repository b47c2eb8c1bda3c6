//! The numbers of medicines in Italy (AIC), and Code 32, the Code 39 in which packs carry them (Decree of 30 May 2014 of the
//! Ministry of Health, Gazzetta Ufficiale 165, 18 July 2014).

use core::fmt;

/// The digits of Code 32: no vowels, so that no words come up.
const ALPHABET: &[u8; 32] = b"0123456789BCDFGHJKLMNPQRSTUVWXYZ";
const DIGITS: usize = 9;
/// The number of characters that the symbol has.
const WIDTH: usize = 6;

/// An AIC number: nine digits, of which the last one is a check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aic(u32);

impl Aic {
    /// Reads a number from its digits; `None` if the check digit does not belong to the others.
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.len() != DIGITS || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let values = || digits.iter().map(|digit| u32::from(digit.wrapping_sub(b'0')));
        // At most 8 × 9.
        let sum: u32 = values()
            .take(DIGITS.saturating_sub(1))
            .enumerate()
            .map(|(place, digit)| if place % 2 == 0 { digit } else { doubled(digit) })
            .fold(0, u32::saturating_add);
        let number = values().fold(0_u32, |number, digit| number.saturating_mul(10).saturating_add(digit));
        (values().next_back() == Some(sum % 10)).then_some(Self(number))
    }

    /// Reads the six characters of the symbol, a number to the base of 32.
    #[must_use]
    pub fn from_code_32(symbol: &[u8]) -> Option<Self> {
        if symbol.len() != WIDTH {
            return None;
        }
        let number = symbol.iter().try_fold(0_u32, |number, byte| {
            let digit = ALPHABET.iter().position(|known| known == byte)?;
            number.checked_mul(32)?.checked_add(u32::try_from(digit).ok()?)
        })?;
        Self::from_digits(alloc::format!("{number:09}").as_bytes())
    }
}

/// Every second digit counts twice, and its tens count as ones.
fn doubled(digit: u32) -> u32 {
    let twice = digit.saturating_mul(2);
    (twice / 10).saturating_add(twice % 10)
}

impl fmt::Display for Aic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A{:09}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_number_and_its_symbol_are_one() {
        for (digits, symbol) in [("012345676", "0CSSBD"), ("026089019", "0SW5KV"), ("042321063", "18CK57")] {
            let number = Aic::from_digits(digits.as_bytes()).unwrap();
            assert_eq!(Aic::from_code_32(symbol.as_bytes()), Some(number));
            assert_eq!(number.to_string(), alloc::format!("A{digits}"));
        }
        assert_eq!(Aic::from_digits(b"000000000"), Aic::from_code_32(b"000000"));
    }

    #[test]
    fn no_single_wrong_digit_is_read() {
        let digits = *b"026089019";
        for place in 0..digits.len() {
            for digit in b'0'..=b'9' {
                let mut wrong = digits;
                wrong[place] = digit;
                assert_eq!(Aic::from_digits(&wrong).is_some(), wrong == digits);
            }
        }
        for wrong in [&b""[..], b"02608901", b"0260890190", b"02608901a"] {
            assert_eq!(Aic::from_digits(wrong), None);
        }
        // Another length, a vowel, a small letter, a number of ten digits.
        for wrong in [&b""[..], b"0CSSB", b"0CSSBD0", b"0ASSBD", b"0cssbd", b"ZZZZZZ"] {
            assert_eq!(Aic::from_code_32(wrong), None);
        }
    }
}
