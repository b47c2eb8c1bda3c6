//! The standard's definition of an Application Identifier.

use core::fmt;

use crate::lint::{Fault, Rules};
use crate::table::TABLE;
use crate::{Ai, Linter};

/// Identifiers that share a definition or a pattern, such as (3100) to (3105): all of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: Ai,
    last: Ai,
}

impl Range {
    /// Whether the identifier is one of them.
    #[must_use]
    pub fn contains(self, ai: Ai) -> bool {
        (self.first..=self.last).contains(&ai)
    }

    /// The first of them.
    #[must_use]
    pub const fn first(self) -> Ai {
        self.first
    }

    /// The last of them.
    #[must_use]
    pub const fn last(self) -> Ai {
        self.last
    }
}

/// The identifiers from the first one to the last one, in digits: a pattern such as `31nn` is 3100 to 3199.
pub(crate) const fn range(first: &str, last: &str) -> Range {
    Range { first: ai(first), last: ai(last) }
}

/// The identifier of the table, in digits.
pub(crate) const fn ai(digits: &str) -> Ai {
    Ai::from_checked_digits(digits.as_bytes())
}

/// The definition of an Application Identifier in the GS1 Barcode Syntax Dictionary.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    pub(crate) range: Range,
    pub(crate) predefined_length: bool,
    pub(crate) link_attribute: bool,
    pub(crate) components: &'static [Component],
    pub(crate) requires: &'static [&'static [Range]],
    pub(crate) excludes: &'static [Range],
    pub(crate) link_key: Option<&'static [&'static [Ai]]>,
    pub(crate) title: &'static str,
}

impl Definition {
    /// All definitions, sorted by the width of the identifier, then by its number.
    #[must_use]
    pub fn all() -> &'static [Self] {
        TABLE
    }

    /// The definition of an identifier that the standard knows.
    pub(crate) fn known(ai: Ai) -> Option<&'static Self> {
        let prefix = BY_PREFIX.get(usize::from(ai.prefix()))?;
        let rows = TABLE.get(usize::from(prefix.first_row)..)?;
        rows.iter().find(|row| ai <= row.range.last).filter(|row| row.range.contains(ai))
    }

    /// The identifiers that it defines.
    #[must_use]
    pub const fn range(&self) -> Range {
        self.range
    }

    /// The data title of the General Specifications, such as `USE BY or EXPIRY`.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Whether the first two digits of the identifier fix the length of the value permanently, so that no separator
    /// follows it (GenSpecs figure 7.8.5-2).
    #[must_use]
    pub const fn has_predefined_length(&self) -> bool {
        self.predefined_length
    }

    /// Whether it may be an attribute in the query of a Digital Link.
    #[must_use]
    pub const fn is_link_attribute(&self) -> bool {
        self.link_attribute
    }

    /// The parts of the value, in their order.
    #[must_use]
    pub const fn components(&self) -> &'static [Component] {
        self.components
    }

    /// Groups of which one must be complete in the same data. If there are none, nothing else is needed.
    #[must_use]
    pub const fn requires(&self) -> &'static [&'static [Range]] {
        self.requires
    }

    /// Identifiers that must not be in the same data. It never excludes itself.
    #[must_use]
    pub const fn excludes(&self) -> &'static [Range] {
        self.excludes
    }

    /// If it is a primary key of Digital Links: the orders in which its qualifiers may follow it in the path. Some may
    /// be left out, and each order excludes the others.
    #[must_use]
    pub const fn link_key(&self) -> Option<&'static [&'static [Ai]]> {
        self.link_key
    }

    /// Minimum and maximum number of characters of the value.
    #[must_use]
    pub fn length(&self) -> (usize, usize) {
        self.components.iter().fold((0, 0), |(min, max), component| {
            let least = if component.optional { 0 } else { component.min };
            (usize::from(least).saturating_add(min), usize::from(component.max).saturating_add(max))
        })
    }

    /// Checks a value: first its length, then each part by its character set and its linters.
    pub fn check(&self, value: &[u8], rules: &Rules) -> Result<(), ValueFault> {
        let (min, max) = self.length();
        if value.len() < min {
            return Err(ValueFault::TooShort);
        }
        if value.len() > max {
            return Err(ValueFault::TooLong { max });
        }
        let mut rest = value;
        for component in self.components {
            if component.optional && rest.is_empty() {
                break;
            }
            let start = value.len().saturating_sub(rest.len());
            let (part, after) = rest.split_at(usize::from(component.max).min(rest.len()));
            if part.len() < usize::from(component.min) {
                return Err(ValueFault::TooShort);
            }
            let linters = core::iter::once(component.set.linter()).chain(component.linters.iter().copied());
            for linter in linters {
                linter.check(part, rules).map_err(|fault| ValueFault::Content(fault.moved_by(start)))?;
            }
            rest = after;
        }
        Ok(())
    }
}

/// Why a value does not fit its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// It ends too early.
    #[error("the value is too short; write it in full")]
    TooShort,
    /// It is longer than its maximum length.
    #[error("the value is longer than {max} characters; end it there")]
    TooLong {
        /// Maximum number of characters.
        max: usize,
    },
    /// Its content does not follow the standard.
    #[error("the value is wrong at position {}: {}", .0.start, .0.error)]
    Content(Fault),
}

/// One part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    set: CharacterSet,
    min: u8,
    max: u8,
    optional: bool,
    linters: &'static [Linter],
}

impl Component {
    const fn new(set: CharacterSet, min: u8, max: u8, linters: &'static [Linter]) -> Self {
        Self { set, min, max, optional: false, linters }
    }

    pub(crate) const fn n(min: u8, max: u8, linters: &'static [Linter]) -> Self {
        Self::new(CharacterSet::Digits, min, max, linters)
    }

    pub(crate) const fn x(min: u8, max: u8, linters: &'static [Linter]) -> Self {
        Self::new(CharacterSet::Set82, min, max, linters)
    }

    pub(crate) const fn y(min: u8, max: u8, linters: &'static [Linter]) -> Self {
        Self::new(CharacterSet::Set39, min, max, linters)
    }

    pub(crate) const fn z(min: u8, max: u8, linters: &'static [Linter]) -> Self {
        Self::new(CharacterSet::Set64, min, max, linters)
    }

    pub(crate) const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Whether it has digits only.
    #[cfg(feature = "alloc")]
    pub(crate) const fn is_numeric(&self) -> bool {
        matches!(self.set, CharacterSet::Digits)
    }

    /// Whether it is always there with one length.
    #[cfg(feature = "alloc")]
    pub(crate) const fn is_fixed(&self) -> bool {
        !self.optional && self.min == self.max
    }

    /// Its greatest length.
    #[cfg(feature = "alloc")]
    pub(crate) const fn most(&self) -> u8 {
        self.max
    }
}

impl fmt::Display for Component {
    /// In the notation of the dictionary, for example `N14,csum,gcppos2` or `[X..17]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = if self.optional { ("[", "]") } else { ("", "") };
        let dots = if self.min < self.max { ".." } else { "" };
        write!(f, "{open}{}{dots}{}{close}", self.set.letter(), self.max)?;
        self.linters.iter().try_for_each(|linter| write!(f, ",{}", linter.name()))
    }
}

/// The character sets of GenSpecs 7.11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CharacterSet {
    Digits,
    Set82,
    Set39,
    Set64,
}

impl CharacterSet {
    const fn linter(self) -> Linter {
        match self {
            Self::Digits => Linter::CsetNumeric,
            Self::Set82 => Linter::Cset82,
            Self::Set39 => Linter::Cset39,
            Self::Set64 => Linter::Cset64,
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Digits => 'N',
            Self::Set82 => 'X',
            Self::Set39 => 'Y',
            Self::Set64 => 'Z',
        }
    }
}

macro_rules! unknown {
    ($min:literal, $max:literal, $predefined:literal) => {{
        static UNKNOWN: Definition = Definition {
            range: range("00", "9999"),
            predefined_length: $predefined,
            link_attribute: true,
            components: &[Component::x($min, $max, &[])],
            requires: &[],
            excludes: &[],
            link_key: None,
            title: "UNKNOWN",
        };
        &UNKNOWN
    }};
}

/// The rules for identifiers that the standard does not define (yet): their first two digits may fix the length.
pub(crate) fn unknown(ai: Ai) -> &'static Definition {
    match ai.prefix() {
        0 => unknown!(18, 18, true),
        1..=3 => unknown!(14, 14, true),
        4 => unknown!(16, 16, true),
        11..=19 | 31..=36 => unknown!(6, 6, true),
        20 => unknown!(2, 2, true),
        41 => unknown!(13, 13, true),
        _ => unknown!(1, 90, false),
    }
}

/// The properties that all identifiers with the same first two digits share.
#[derive(Clone, Copy)]
struct Prefix {
    /// The number of their digits; 0 if there are none yet.
    width: u8,
    /// The first row of the table that has one of them, or a later one.
    first_row: u8,
}

static BY_PREFIX: [Prefix; 100] = by_prefix();

#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::cast_possible_truncation)]
// Evaluated by the compiler, which refuses overflow; a test counts the rows.
const fn by_prefix() -> [Prefix; 100] {
    let mut prefixes = [Prefix { width: 0, first_row: TABLE.len() as u8 }; 100];
    let mut row = TABLE.len();
    while row > 0 {
        row -= 1;
        let (first, last) = (TABLE[row].range.first, TABLE[row].range.last);
        let mut prefix = first.prefix();
        while prefix <= last.prefix() {
            prefixes[prefix as usize] = Prefix { width: first.width_in_digits(), first_row: row as u8 };
            prefix += 1;
        }
    }
    prefixes
}

/// The number of digits of the identifiers with these first two digits; 0 if there are none yet.
pub(crate) fn width_by_prefix(prefix: u8) -> usize {
    BY_PREFIX.get(usize::from(prefix)).map_or(0, |prefix| usize::from(prefix.width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec::Vec;

    fn definition(digits: &str) -> &'static Definition {
        Definition::known(ai(digits)).unwrap()
    }

    #[test]
    fn the_table_is_sorted_and_no_row_overlaps_another() {
        assert!(u8::try_from(TABLE.len()).is_ok());
        for pair in TABLE.windows(2) {
            assert!(pair[0].range.last < pair[1].range.first, "{:?}", pair[1]);
        }
    }

    #[test]
    fn identifiers_with_the_same_two_digits_have_the_same_width() {
        for row in TABLE {
            for number in [row.range.first, row.range.last] {
                assert_eq!(width_by_prefix(number.prefix()), number.width());
            }
        }
    }

    #[test]
    fn the_identifiers_without_separator_are_those_of_the_general_specifications() {
        for row in TABLE {
            let by_prefix = unknown(row.range.first);
            assert_eq!(row.predefined_length, by_prefix.predefined_length, "{}", row.range.first);
            if row.predefined_length {
                assert_eq!(row.length(), by_prefix.length(), "{}", row.range.first);
            }
        }
    }

    #[test]
    fn a_format_is_written_as_in_the_dictionary() {
        let format =
            |digits| definition(digits).components.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(format("01"), ["N14,csum,gcppos2"]);
        assert_eq!(format("253"), ["N13,csum,gcppos1", "[X..17]"]);
        assert_eq!(format("8030"), ["Z..90"]);
        assert_eq!(format("8010"), ["Y..30,gcppos1"]);
    }

    #[test]
    fn a_value_is_checked_part_by_part() {
        use crate::LintError as E;
        let check = |digits: &str, value: &str| {
            definition(digits).check(value.as_bytes(), &Rules::new(2026)).map_err(|fault| match fault {
                ValueFault::Content(fault) => (fault.error.code(), fault.start, fault.length),
                ValueFault::TooShort => ("short", 0, 0),
                ValueFault::TooLong { max } => ("long", max, 0),
            })
        };
        assert_eq!(check("253", "1231231231232TEST"), Ok(()));
        assert_eq!(check("253", "1231231231232"), Ok(()));
        assert_eq!(check("253", "1231231231233TEST"), Err((E::IncorrectCheckDigit.code(), 12, 1)));
        assert_eq!(check("8008", "270131101"), Err(("short", 0, 0)));
        assert_eq!(check("7007", "270131270231"), Err((E::IllegalDay.code(), 10, 2)));
        assert_eq!(check("7006", "270100"), Err((E::IllegalDay.code(), 4, 2)));
        assert_eq!(check("8010", "123abc"), Err((E::InvalidCset39Character.code(), 3, 1)));
        assert_eq!(check("242", "1234567"), Err(("long", 6, 0)));
        assert_eq!(check("8001", "00001234512398"), Err((E::IllegalZeroValue.code(), 0, 4)));
    }
}
