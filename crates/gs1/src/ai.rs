//! Application Identifiers, and whether a value has the format of its identifier.

use core::fmt;

use crate::key::{ensure_check_digit, number};
use crate::table::ENTRIES;
use crate::{is_cset82, Date, KeyError, ParseErrorKind};

/// A GS1 Application Identifier that the standard defines, for example (01) or (3103).
///
/// It is kept as a number; below 100 it is written with two digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ai(u16);

impl Ai {
    /// Global Trade Item Number.
    pub const GTIN: Self = Self(1);
    /// Batch or lot number.
    pub const LOT: Self = Self(10);
    /// Expiry date.
    pub const EXPIRY: Self = Self(17);
    /// Serial number.
    pub const SERIAL: Self = Self(21);

    /// The identifier written by exactly these 2 to 4 digits, if the standard defines it.
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let value = match digits {
            [_, _] | [b'1'..=b'9', _, _] | [b'1'..=b'9', _, _, _] => number(digits).ok()?,
            _ => return None,
        };
        let ai = u16::try_from(value).ok().map(Self).filter(|ai| ai.entry().is_some())?;
        (digits.len() == ai.width()).then_some(ai)
    }

    /// The identifier at the start of `text`. No identifier is the beginning of another, so there is at most one.
    pub(crate) fn at_start_of(text: &[u8]) -> Option<Self> {
        (2..=4).find_map(|width| Self::from_digits(text.get(..width)?))
    }

    pub(crate) const fn known(number: u16) -> Self {
        Self(number)
    }

    /// How many digits it is written with.
    pub(crate) const fn width(self) -> usize {
        match self.0 {
            0..=99 => 2,
            100..=999 => 3,
            _ => 4,
        }
    }

    /// The number of characters of the value, for those whose value needs no separator after it
    /// (GenSpecs figure 7.8.5-2).
    pub(crate) fn predefined_length(self) -> Option<usize> {
        let entry = self.entry().filter(|entry| entry.predefined_length)?;
        components(entry.format).next().map(|component| component.max)
    }

    /// Whether a Digital Link may have it in the query.
    pub(crate) fn is_link_attribute(self) -> bool {
        self.entry().is_some_and(|entry| entry.link_attribute)
    }

    fn entry(self) -> Option<&'static Entry> {
        let index = ENTRIES.partition_point(|entry| entry.last < self.0);
        ENTRIES.get(index).filter(|entry| entry.first <= self.0)
    }

    /// Checks a value. A failure is told with the index of the byte where it begins.
    pub(crate) fn validate(self, value: &[u8], current_year: u16) -> Result<(), (usize, ParseErrorKind)> {
        let format = self.entry().map_or("", |entry| entry.format);
        let mut rest = value;
        for component in components(format) {
            if component.optional && rest.is_empty() {
                break;
            }
            let start = value.len().saturating_sub(rest.len());
            let (part, after) = rest.split_at(component.max.min(rest.len()));
            rest = after;
            let fault = |index: usize, kind| (start.saturating_add(index), kind);
            if let Some(index) = part.iter().position(|byte| !component.set.contains(*byte)) {
                return Err(fault(index, ParseErrorKind::Character { ai: self }));
            }
            if part.len() < component.min {
                return Err(fault(part.len(), ParseErrorKind::TooShort { ai: self }));
            }
            for rule in component.rules() {
                self.validate_rule(rule, part, current_year).map_err(|(index, kind)| fault(index, kind))?;
            }
        }
        if rest.is_empty() {
            Ok(())
        } else {
            let end = value.len().saturating_sub(rest.len());
            Err((end, ParseErrorKind::ValueTooLong { ai: self }))
        }
    }

    /// Checks one rule of the content of digits.
    fn validate_rule(
        self,
        rule: &str,
        digits: &[u8],
        current_year: u16,
    ) -> Result<(), (usize, ParseErrorKind)> {
        let number = number(digits).unwrap_or(u64::MAX);
        if rule == "csum" {
            return match ensure_check_digit(number) {
                Err(KeyError::CheckDigit { expected, .. }) => {
                    let last = digits.len().saturating_sub(1);
                    Err((last, ParseErrorKind::CheckDigit { ai: self, expected }))
                }
                _ => Ok(()),
            };
        }
        let date = u32::try_from(number).unwrap_or(u32::MAX);
        let result = match Date::from_yymmdd(date, current_year) {
            // Only `yymmd0` lets 00 stand for the last day.
            Ok(_) if rule == "yymmdd" && date % 100 == 0 => Err(crate::DateError::DayOutOfRange),
            other => other,
        };
        result.map(drop).map_err(|error| (0, ParseErrorKind::Date { ai: self, error }))
    }
}

impl fmt::Display for Ai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// Identifiers that share a format.
pub(crate) struct Entry {
    pub(crate) first: u16,
    pub(crate) last: u16,
    pub(crate) predefined_length: bool,
    pub(crate) link_attribute: bool,
    /// In the notation of the table.
    pub(crate) format: &'static str,
}

/// One part of a format, such as `N13,csum` or `[X..17]`.
struct Component {
    set: CharacterSet,
    min: usize,
    max: usize,
    optional: bool,
    rules: &'static str,
}

impl Component {
    fn rules(&self) -> impl Iterator<Item = &'static str> {
        self.rules.split(',').filter(|rule| !rule.is_empty())
    }
}

fn components(format: &'static str) -> impl Iterator<Item = Component> {
    format.split(' ').filter_map(|text| {
        let (shape, rules) = text.split_once(',').unwrap_or((text, ""));
        let bare = shape.trim_start_matches('[').trim_end_matches(']');
        let (set, length) = bare.split_at_checked(1)?;
        let max = length.trim_start_matches('.').parse().ok()?;
        Some(Component {
            set: match set {
                "N" => CharacterSet::Digits,
                "Y" => CharacterSet::Set39,
                "Z" => CharacterSet::Base64Url,
                _ => CharacterSet::Set82,
            },
            min: if length.starts_with('.') { 1 } else { max },
            max,
            optional: shape.starts_with('['),
            rules,
        })
    })
}

/// The character sets of GenSpecs 7.11.
#[derive(Clone, Copy)]
enum CharacterSet {
    Digits,
    Set82,
    Set39,
    Base64Url,
}

impl CharacterSet {
    const fn contains(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Set82 => is_cset82(byte),
            Self::Set39 => {
                byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'#' | b'-' | b'/')
            }
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DateError;
    use std::string::ToString;

    fn ai(digits: &str) -> Ai {
        Ai::from_digits(digits.as_bytes()).unwrap()
    }

    #[test]
    fn the_table_is_sorted_and_each_of_its_formats_is_read_in_full() {
        for pair in ENTRIES.windows(2) {
            assert!(pair[0].last < pair[1].first);
        }
        for entry in ENTRIES {
            assert!(entry.first <= entry.last);
            assert_eq!(components(entry.format).count(), entry.format.split(' ').count());
            let rules = components(entry.format).flat_map(|component| {
                component.rules().map(move |rule| (component.max, rule)).collect::<std::vec::Vec<_>>()
            });
            for (length, rule) in rules {
                assert!(matches!((rule, length), ("csum", 13..=18) | ("yymmd0" | "yymmdd", 6)));
            }
        }
    }

    #[test]
    fn no_identifier_is_the_beginning_of_another() {
        let all: std::vec::Vec<_> = ENTRIES
            .iter()
            .flat_map(|entry| entry.first..=entry.last)
            .map(|number| Ai(number).to_string())
            .collect();
        for one in &all {
            assert_eq!(ai(one).to_string(), *one);
            assert_eq!(all.iter().filter(|other| other.starts_with(one.as_str())).count(), 1);
        }
    }

    #[test]
    fn an_identifier_is_read_by_its_digits() {
        assert_eq!(ai("01"), Ai::GTIN);
        assert_eq!(ai("3103").to_string(), "3103");
        for digits in ["", "1", "001", "0001", "04", "999", "3106", "89", "a1", "12345"] {
            assert_eq!(Ai::from_digits(digits.as_bytes()), None, "{digits}");
        }
    }

    #[test]
    fn the_identifiers_without_separator_are_those_of_the_general_specifications() {
        for number in 0..=9999 {
            let Some(_) = Ai(number).entry() else { continue };
            let text = Ai(number).to_string();
            let prefix: u8 = text[..2].parse().unwrap();
            let length = match prefix {
                0 => Some(20),
                1..=3 => Some(16),
                4 => Some(18),
                11..=19 => Some(8),
                20 => Some(4),
                31..=36 => Some(10),
                41 => Some(16),
                _ => None,
            };
            let found = Ai(number).predefined_length().map(|value| value + text.len());
            assert_eq!(found, length, "{text}");
        }
    }

    #[test]
    fn a_value_is_checked_part_by_part() {
        let check = |digits: &str, value: &str| ai(digits).validate(value.as_bytes(), 2026);
        assert_eq!(check("253", "1231231231232TEST"), Ok(()));
        assert_eq!(check("253", "1231231231232"), Ok(()));
        assert_eq!(
            check("253", "1231231231233TEST"),
            Err((12, ParseErrorKind::CheckDigit { ai: Ai(253), expected: 2 }))
        );
        assert_eq!(check("8008", "270131101"), Err((9, ParseErrorKind::TooShort { ai: Ai(8008) })));
        assert_eq!(
            check("7007", "270131270231"),
            Err((6, ParseErrorKind::Date { ai: Ai(7007), error: DateError::DayOutOfRange }))
        );
        assert_eq!(
            check("7006", "270100"),
            Err((0, ParseErrorKind::Date { ai: Ai(7006), error: DateError::DayOutOfRange }))
        );
        assert_eq!(check("8010", "ABCabc"), Err((3, ParseErrorKind::Character { ai: Ai(8010) })));
        assert_eq!(check("242", "1234567"), Err((6, ParseErrorKind::ValueTooLong { ai: Ai(242) })));
    }
}
