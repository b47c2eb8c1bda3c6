//! Application Identifiers.

use core::fmt;

use crate::definition::{unknown, width_by_prefix};
use crate::Definition;

/// A GS1 Application Identifier, for example (01) or (3103): a number that is written with two to four digits.
///
/// They are ordered by width, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ai(
    /// The number, and above its 14 bits the width less two.
    u16,
);

const NUMBER: u16 = (1 << 14) - 1;

impl Ai {
    /// Serial Shipping Container Code.
    pub const SSCC: Self = Self(0);
    /// Global Trade Item Number.
    pub const GTIN: Self = Self(1);
    /// Lot, the standard's *batch or lot number*.
    pub const LOT: Self = Self(10);
    /// Expiry date.
    pub const EXPIRY: Self = Self(17);
    /// Serial, the standard's *serial number*.
    pub const SERIAL: Self = Self(21);

    /// The identifier written by exactly these two to four digits, if the standard defines it.
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        Self::well_formed(digits).filter(|ai| Definition::known(*ai).is_some())
    }

    /// Two to four digits, whether the standard defines them or not.
    fn well_formed(digits: &[u8]) -> Option<Self> {
        let well_formed = matches!(digits.len(), 2..=4) && digits.iter().all(u8::is_ascii_digit);
        well_formed.then(|| Self::from_checked_digits(digits))
    }

    /// As [`Ai::from_digits`], but also an identifier that the standard may define later: it must neither begin
    /// with one that is defined nor be the beginning of one.
    #[must_use]
    pub fn from_digits_or_unknown(digits: &[u8]) -> Option<Self> {
        let ai = Self::well_formed(digits)?;
        // All that share two digits have one width, so that none can be the beginning of another.
        let width = width_by_prefix(ai.prefix());
        (width == 0 || width == digits.len()).then_some(ai)
    }

    /// The identifier at the start of `text`, if the standard defines it. There is at most one.
    #[must_use]
    pub fn at_start_of(text: &[u8]) -> Option<Self> {
        Self::split_from(text).filter(|ai| Definition::known(*ai).is_some())
    }

    /// The identifier at the start of `text` whose width is known by its first two digits.
    pub(crate) fn split_from(text: &[u8]) -> Option<Self> {
        let prefix = Self::well_formed(text.get(..2)?)?.prefix();
        match width_by_prefix(prefix) {
            0 => None,
            width => Self::well_formed(text.get(..width)?),
        }
    }

    /// Digits that the caller has checked.
    #[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::cast_possible_truncation)]
    // Two to four digits: at most 9999 and a width of 4.
    pub(crate) const fn from_checked_digits(digits: &[u8]) -> Self {
        let (mut number, mut index) = (0, 0);
        while index < digits.len() {
            number = number * 10 + (digits[index] - b'0') as u16;
            index += 1;
        }
        Self(((digits.len() as u16 - 2) << 14) | number)
    }

    /// Its definition in the standard. An identifier that it does not define takes 1 to 90 characters of set 82, or
    /// the length that its first two digits fix.
    #[must_use]
    pub fn definition(self) -> &'static Definition {
        Definition::known(self).unwrap_or_else(|| unknown(self))
    }

    /// Whether the standard defines it.
    #[must_use]
    pub fn is_known(self) -> bool {
        Definition::known(self).is_some()
    }

    const fn number(self) -> u16 {
        self.0 & NUMBER
    }

    /// How many digits it is written with.
    pub(crate) const fn width(self) -> usize {
        self.width_in_digits() as usize
    }

    pub(crate) const fn width_in_digits(self) -> u8 {
        match self.0 >> 14 {
            0 => 2,
            1 => 3,
            _ => 4,
        }
    }

    /// Its digits.
    #[cfg(feature = "alloc")]
    #[allow(clippy::cast_possible_truncation)] // A remainder of 10 fits in a byte.
    pub(crate) fn digits(self) -> impl Iterator<Item = char> {
        let powers: &[u16] = match self.width_in_digits() {
            2 => &[10, 1],
            3 => &[100, 10, 1],
            _ => &[1000, 100, 10, 1],
        };
        let number = self.number();
        powers
            .iter()
            .map(move |power| char::from(b'0' | (number.checked_div(*power).unwrap_or_default() % 10) as u8))
    }

    /// Its first two digits.
    #[allow(clippy::cast_possible_truncation)] // Below 100.
    pub(crate) const fn prefix(self) -> u8 {
        match self.width_in_digits() {
            2 => self.number() as u8,
            3 => (self.number() / 10) as u8,
            _ => (self.number() / 100) as u8,
        }
    }
}

impl fmt::Display for Ai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.number(), width = self.width())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_identifier_is_read_by_its_digits() {
        let ai = |digits: &str| Ai::from_digits(digits.as_bytes());
        assert_eq!(ai("00"), Some(Ai::SSCC));
        assert_eq!(ai("01"), Some(Ai::GTIN));
        assert_eq!(ai("3103").unwrap().to_string(), "3103");
        for digits in ["", "1", "001", "0001", "04", "999", "3106", "89", "a1", "12345"] {
            assert_eq!(ai(digits), None, "{digits}");
        }
    }

    #[test]
    fn an_unknown_identifier_does_not_overlap_a_known_one() {
        let ai = |digits: &str| Ai::from_digits_or_unknown(digits.as_bytes()).map(|ai| ai.to_string());
        for digits in ["89", "899", "8999", "3999", "236", "419", "04", "01", "099"] {
            assert_eq!(ai(digits).as_deref(), Some(digits));
        }
        for digits in ["011", "800", "80", "399", "2367", "4199", "8", "89999", "8a"] {
            assert_eq!(ai(digits), None, "{digits}");
        }
        assert!(!Ai::from_digits_or_unknown(b"419").unwrap().is_known());
    }

    #[test]
    fn no_identifier_is_the_beginning_of_another() {
        for number in 0..10_000 {
            for text in
                [std::format!("{number:02}"), std::format!("{number:03}"), std::format!("{number:04}")]
            {
                if let Some(ai) = Ai::from_digits(text.as_bytes()) {
                    assert_eq!(Ai::at_start_of(std::format!("{text}0000").as_bytes()), Some(ai));
                    assert_eq!(ai.to_string(), text);
                }
            }
        }
    }
}
