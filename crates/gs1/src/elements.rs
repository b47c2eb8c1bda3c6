//! The fields of one scan, whatever carried them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::{bracketed, digital_link, element_string, Ai, LinkError, ParseError, ParseErrorKind};

/// Longest input that is read, in bytes. The largest GS1 symbols carry less.
pub const MAX_INPUT: usize = 2_048;

/// One field: an Application Identifier and its value, in the format that the standard prescribes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    ai: Ai,
    value: String,
}

impl Element {
    /// The Application Identifier.
    #[must_use]
    pub const fn ai(&self) -> Ai {
        self.ai
    }

    /// The value as it was printed, without escapes.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// The fields of one scan, each Application Identifier once, in the order in which they came.
///
/// Values have the characters, the length, the check digit and the date that the standard asks for. Rules about
/// which identifiers must or must not go together are not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elements(Vec<Element>);

impl Elements {
    /// Reads what a person typed or a scanner sent: a bracketed element string, `(01)…(10)…`; an unbracketed one
    /// with FNC1 sent as GS (0x1D) and perhaps a symbology identifier such as `]d2` first; or a GS1 Digital Link.
    ///
    /// `current_year` (1970 to 9949) decides the century of dates. Input over [`MAX_INPUT`] is refused.
    pub fn parse(input: impl AsRef<[u8]>, current_year: u16) -> Result<Self, ParseError> {
        Self::parse_bytes(input.as_ref(), current_year)
    }

    fn parse_bytes(input: &[u8], current_year: u16) -> Result<Self, ParseError> {
        if input.len() > MAX_INPUT {
            return Err(ParseError { position: MAX_INPUT, kind: ParseErrorKind::TooLong });
        }
        let mut reader = Reader { elements: Self::default(), current_year };
        match input {
            [] => return Err(ParseError { position: 0, kind: ParseErrorKind::Empty }),
            [b'(', ..] => bracketed::read(input, &mut reader)?,
            [b']', kind, mode, rest @ ..] => match (kind, mode) {
                // GS1-128, GS1 DataBar and composites, GS1 DataMatrix, GS1 QR Code, GS1 DotCode.
                (b'C', b'1') | (b'e', b'0') | (b'd', b'2') | (b'Q', b'3') | (b'J', b'1') => {
                    element_string::read(rest, SYMBOLOGY_IDENTIFIER, &mut reader)?;
                }
                // The same symbols in plain mode carry GS1 data as a link only.
                (b'd', b'1') | (b'Q', b'1') | (b'J', b'0') if digital_link::is_uri(rest) => {
                    digital_link::read(rest, SYMBOLOGY_IDENTIFIER, &mut reader)?;
                }
                _ => return Err(ParseError { position: 0, kind: ParseErrorKind::Symbology }),
            },
            _ if digital_link::is_uri(input) => digital_link::read(input, 0, &mut reader)?,
            _ => element_string::read(input, 0, &mut reader)?,
        }
        Ok(reader.elements)
    }

    /// The value of an Application Identifier.
    #[must_use]
    pub fn get(&self, ai: Ai) -> Option<&str> {
        self.0.iter().find(|element| element.ai == ai).map(Element::value)
    }

    /// The fields in order.
    pub fn iter(&self) -> core::slice::Iter<'_, Element> {
        self.0.iter()
    }

    /// As a bracketed element string for people, `(01)…(10)…`, in order.
    #[must_use]
    pub fn to_bracketed(&self) -> String {
        bracketed::write(self)
    }

    /// As the data of a barcode, in order: a GS (0x1D) stands for the FNC1 that ends a value, and the FNC1 that
    /// begins the symbol is left to the maker of the symbol.
    #[must_use]
    pub fn to_element_string(&self) -> String {
        element_string::write(self)
    }

    /// As a GS1 Digital Link under `stem`, for example `https://id.gs1.org`.
    ///
    /// The first primary key of the data begins it and its qualifiers follow in the path. All else is in the
    /// query, those of predefined length first. Whatever is not unreserved in RFC 3986 is percent-encoded.
    pub fn to_digital_link(&self, stem: &str) -> Result<String, LinkError> {
        digital_link::write(self, stem)
    }

    /// Adds a field whose value was checked before.
    pub(crate) fn push_valid(&mut self, ai: Ai, value: String) {
        self.0.push(Element { ai, value });
    }

    /// Those whose value needs no separator come first: this makes the shortest barcode.
    pub(crate) fn predefined_length_first(&self) -> impl Iterator<Item = &Element> {
        let of_kind = |predefined| {
            self.0.iter().filter(move |element| element.ai.predefined_length().is_some() == predefined)
        };
        of_kind(true).chain(of_kind(false))
    }
}

impl IntoIterator for Elements {
    type Item = Element;
    type IntoIter = alloc::vec::IntoIter<Element>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Elements {
    type Item = &'a Element;
    type IntoIter = core::slice::Iter<'a, Element>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Length of a symbology identifier such as `]d2`.
const SYMBOLOGY_IDENTIFIER: usize = 3;

/// Collects and checks fields while a carrier is read.
pub(crate) struct Reader {
    pub(crate) elements: Elements,
    current_year: u16,
}

impl Reader {
    /// Adds a field, `value` without escapes; `position_of` tells where in the input a byte of it was. The same
    /// field again is ignored, as when two symbols of a pack are read in one.
    pub(crate) fn push(
        &mut self,
        ai: Ai,
        value: &[u8],
        position_of: impl Fn(usize) -> usize,
    ) -> Result<(), ParseError> {
        ai.validate(value, self.current_year)
            .map_err(|(index, kind)| ParseError { position: position_of(index), kind })?;
        let value: String = value.iter().copied().map(char::from).collect();
        match self.elements.get(ai) {
            None => {
                self.elements.push_valid(ai, value);
                Ok(())
            }
            Some(before) if before == value => Ok(()),
            Some(_) => Err(ParseError { position: position_of(0), kind: ParseErrorKind::Duplicate { ai } }),
        }
    }
}

/// A value without its escapes, and where each of its bytes was in the input.
#[derive(Default)]
pub(crate) struct Unescaped {
    pub(crate) bytes: Vec<u8>,
    positions: Vec<usize>,
}

impl Unescaped {
    pub(crate) fn push(&mut self, byte: u8, position: usize) {
        self.bytes.push(byte);
        self.positions.push(position);
    }

    /// The position of a byte, or `end` for what is missing after the last one.
    pub(crate) fn position(&self, index: usize, end: usize) -> usize {
        self.positions.get(index).copied().unwrap_or(end)
    }
}
