//! The fields of one code, whatever carried them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::value_error;
use crate::limits::MAX_ELEMENTS;
use crate::lint::Rules;
use crate::{Ai, ParseError, ParseErrorKind};

/// One field: an Application Identifier and its value, in the format that the standard prescribes.
///
/// It is displayed as human readable text, for example `(10) ABC`; with `{:#}` its data title comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    ai: Ai,
    value: &'a str,
}

impl<'a> Element<'a> {
    /// The Application Identifier.
    #[must_use]
    pub const fn ai(self) -> Ai {
        self.ai
    }

    /// The value as it was printed, without escapes.
    #[must_use]
    pub const fn value(self) -> &'a str {
        self.value
    }
}

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            write!(f, "{} ", self.ai.definition().title())?;
        }
        write!(f, "({}) {}", self.ai, self.value)
    }
}

/// The fields of one code, each Application Identifier once, in the order in which they came.
///
/// Values have the characters, the length, the check digit and the content that the standard asks for.
/// [`Elements::ensure_pairs`] checks which identifiers must or must not go together.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Elements {
    /// All values, one after the other.
    text: String,
    fields: Vec<Field>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Field {
    ai: Ai,
    /// The end of its value in the text; it begins at the end of the one before.
    end: usize,
}

impl Elements {
    /// Most codes have at most this many fields, and are read with two allocations.
    const USUAL: usize = 8;

    pub(crate) const fn empty() -> Self {
        Self { text: String::new(), fields: Vec::new() }
    }

    pub(crate) fn with_capacity(text: usize) -> Self {
        Self { text: String::with_capacity(text), fields: Vec::with_capacity(Self::USUAL) }
    }

    /// Adds a field after checking its value. The same field again is ignored; another value for the same identifier
    /// is refused, and so is what is beyond [`MAX_ELEMENTS`]. The position of an error is that in `value`.
    pub fn push(&mut self, ai: Ai, value: &[u8], rules: &Rules) -> Result<(), ParseError> {
        let fault = |kind| ParseError { position: 0, kind };
        ai.definition().check(value, rules).map_err(|fault| value_error(ai, value, fault))?;
        match self.get(ai) {
            Some(before) if before.as_bytes() == value => return Ok(()),
            Some(_) => return Err(fault(ParseErrorKind::Duplicate { ai })),
            None if self.fields.len() >= MAX_ELEMENTS => return Err(fault(ParseErrorKind::TooManyElements)),
            None => {}
        }
        // The check admits only ASCII.
        self.push_valid(ai, core::str::from_utf8(value).unwrap_or_default());
        Ok(())
    }

    /// Adds a field whose value was checked before.
    pub(crate) fn push_valid(&mut self, ai: Ai, value: &str) {
        self.text.push_str(value);
        self.fields.push(Field { ai, end: self.text.len() });
    }

    /// The number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The value of an Application Identifier.
    #[must_use]
    pub fn get(&self, ai: Ai) -> Option<&str> {
        self.iter().find(|element| element.ai == ai).map(Element::value)
    }

    /// The fields in order.
    #[must_use]
    pub const fn iter(&self) -> Iter<'_> {
        Iter { elements: self, next: 0, start: 0 }
    }

    /// As the human readable text next to a barcode: a line for each field (GenSpecs 4.14).
    #[must_use]
    pub fn to_hri(&self) -> String {
        let mut text = self.new_text(0);
        for element in self {
            text.push_str(if text.is_empty() { "(" } else { "\n(" });
            text.extend(element.ai.digits());
            text.push_str(") ");
            text.push_str(element.value);
        }
        text
    }

    /// Room for the values, their identifiers, their separators, and `more` bytes.
    pub(crate) fn new_text(&self, more: usize) -> String {
        let around = "(8030) \n".len().saturating_mul(self.fields.len());
        String::with_capacity(self.text.len().saturating_add(around).saturating_add(more))
    }

    /// The fields, those whose value needs no separator first: this makes the shortest barcode.
    pub(crate) fn predefined_length_first(&self) -> impl Iterator<Item = Element<'_>> {
        let of_kind = |predefined| {
            self.iter().filter(move |element| element.ai.definition().has_predefined_length() == predefined)
        };
        of_kind(true).chain(of_kind(false))
    }
}

impl fmt::Debug for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|element| (element.ai, element.value))).finish()
    }
}

/// The fields of [`Elements`], in order.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    elements: &'a Elements,
    next: usize,
    start: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let field = self.elements.fields.get(self.next)?;
        let value = self.elements.text.get(self.start..field.end).unwrap_or_default();
        self.next = self.next.saturating_add(1);
        self.start = field.end;
        Some(Element { ai: field.ai, value })
    }
}

impl<'a> IntoIterator for &'a Elements {
    type Item = Element<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
