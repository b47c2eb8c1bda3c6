//! Reading codes: the permissions, and the steps that all forms of a code share.

use alloc::vec::Vec;

use crate::definition::ValueFault;
use crate::lint::{check_digit_of, Fault, Rules};
use crate::{
    bracketed, digital_link, element_string, scan, Ai, Elements, LintError, ParseError, ParseErrorKind,
};

/// Maximum length of an input, in bytes. The largest symbol, a QR Code, carries 7089 digits.
pub const MAX_INPUT: usize = 8_192;

/// Maximum number of fields in one code. The longest codes in use have about a dozen.
pub const MAX_ELEMENTS: usize = 64;

/// Reads codes, with permissions beyond the standard.
///
/// By default it reads what is found on packs today: links of all versions of the standard, but only identifiers that
/// the standard defines.
#[derive(Clone, Copy, Debug)]
pub struct Parser<'a> {
    rules: Rules<'a>,
    unknown_ais: bool,
    unknown_link_attributes: bool,
    zero_suppressed_gtins: bool,
    convenience_alphas: bool,
}

impl<'a> Parser<'a> {
    /// A parser that checks contents by these rules.
    #[must_use]
    pub const fn new(rules: Rules<'a>) -> Self {
        Self {
            rules,
            unknown_ais: false,
            unknown_link_attributes: false,
            zero_suppressed_gtins: true,
            convenience_alphas: true,
        }
    }

    /// Whether to read identifiers that the standard does not define (by default not). In an unbracketed
    /// element string their first two digits must determine their width.
    #[must_use]
    pub const fn permit_unknown_ais(mut self, permit: bool) -> Self {
        self.unknown_ais = permit;
        self
    }

    /// Whether such identifiers may be attributes of a Digital Link (by default not).
    #[must_use]
    pub const fn permit_unknown_link_attributes(mut self, permit: bool) -> Self {
        self.unknown_link_attributes = permit;
        self
    }

    /// Whether a GTIN in a Digital Link may have 8, 12 or 13 digits, as in version 1.1 of the standard (by
    /// default yes).
    #[must_use]
    pub const fn permit_zero_suppressed_gtins(mut self, permit: bool) -> Self {
        self.zero_suppressed_gtins = permit;
        self
    }

    /// Whether the path of a Digital Link may have names such as `gtin` for identifiers, as in version 1.1 of the
    /// standard (by default yes).
    #[must_use]
    pub const fn permit_convenience_alphas(mut self, permit: bool) -> Self {
        self.convenience_alphas = permit;
        self
    }

    /// Reads typed text or the output of a scanner: scan data, if it begins with a symbology identifier such as
    /// `]d2`; a bracketed element string, `(01)…(10)…`; a Digital Link; or an unbracketed element string.
    pub fn parse(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        let input = input.as_ref();
        match input {
            [b']', ..] => scan::read(self, input)?
                .into_elements()
                .ok_or(ParseError { position: 0, kind: ParseErrorKind::Symbology }),
            [b'(', ..] => self.parse_bracketed(input),
            _ if digital_link::is_uri(input) => self.parse_digital_link(input),
            _ => self.parse_element_string(input),
        }
    }

    /// Reads a bracketed element string, `(01)…(10)…`. An opening bracket inside a value is written `\(`.
    pub fn parse_bracketed(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        self.read(input.as_ref(), bracketed::read)
    }

    /// Reads an element string as a barcode carries it: GS (0x1D) stands for FNC1. The FNC1 that begins the symbol
    /// may be there or not.
    pub fn parse_element_string(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        self.read(input.as_ref(), |input, reader| element_string::read(input, 0, reader))
    }

    /// Reads a GS1 Digital Link URI.
    pub fn parse_digital_link(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        self.read(input.as_ref(), |input, reader| digital_link::read(input, 0, reader))
    }

    /// Reads the output of a scanner, symbology identifier first.
    pub fn scan<'d>(&self, data: &'d (impl AsRef<[u8]> + ?Sized)) -> Result<crate::Scan<'d>, ParseError> {
        scan::read(self, data.as_ref())
    }

    /// Reads a whole input, whose length is checked first.
    pub(crate) fn read(
        &self,
        input: &[u8],
        read: impl FnOnce(&[u8], &mut Reader) -> Result<(), ParseError>,
    ) -> Result<Elements, ParseError> {
        ensure_length(input)?;
        let mut reader =
            Reader { parser: self, elements: Elements::with_capacity(input.len()), scratch: Vec::new() };
        read(input, &mut reader)?;
        Ok(reader.elements)
    }

    pub(crate) fn check(&self, ai: Ai, value: &[u8]) -> Result<(), ValueFault> {
        ai.definition().check(value, &self.rules)
    }

    pub(crate) const fn convenience_alphas_are_permitted(&self) -> bool {
        self.convenience_alphas
    }

    pub(crate) const fn zero_suppressed_gtins_are_permitted(&self) -> bool {
        self.zero_suppressed_gtins
    }

    pub(crate) fn is_link_attribute(&self, ai: Ai) -> bool {
        ai.definition().is_link_attribute() && (self.unknown_link_attributes || ai.is_known())
    }

    /// The identifier written by exactly these digits.
    pub(crate) fn ai(&self, digits: &[u8]) -> Option<Ai> {
        if self.unknown_ais {
            Ai::from_digits_or_unknown(digits)
        } else {
            Ai::from_digits(digits)
        }
    }

    /// The identifier at the start of an element string.
    pub(crate) fn ai_at_start_of(&self, text: &[u8]) -> Option<Ai> {
        if self.unknown_ais {
            Ai::split_from(text)
        } else {
            Ai::at_start_of(text)
        }
    }
}

/// Refuses an input that is empty or too long.
pub(crate) const fn ensure_length(input: &[u8]) -> Result<(), ParseError> {
    if input.is_empty() {
        return Err(ParseError { position: 0, kind: ParseErrorKind::Empty });
    }
    if input.len() > MAX_INPUT {
        return Err(ParseError { position: MAX_INPUT, kind: ParseErrorKind::TooLong });
    }
    Ok(())
}

/// Collects and checks fields while a code is read.
pub(crate) struct Reader<'p, 'r> {
    pub(crate) parser: &'p Parser<'r>,
    pub(crate) elements: Elements,
    /// Holds a value whose escapes were resolved.
    scratch: Vec<u8>,
}

impl Reader<'_, '_> {
    /// Adds a field. The position of a fault is the byte where it begins, counted from the first byte of the value.
    /// The same field again is ignored, as when two symbols of a pack are read in one.
    pub(crate) fn push(&mut self, ai: Ai, value: &[u8]) -> Result<(), ParseError> {
        self.elements.push(ai, value, &self.parser.rules)
    }

    /// As [`Reader::push`], with a value that is given piece by piece.
    pub(crate) fn push_unescaped(
        &mut self,
        ai: Ai,
        bytes: impl Iterator<Item = u8>,
    ) -> Result<(), ParseError> {
        self.scratch.clear();
        self.scratch.extend(bytes);
        self.elements.push(ai, &self.scratch, &self.parser.rules)
    }
}

/// The error for a fault in a value, with its position.
pub(crate) fn value_error(ai: Ai, value: &[u8], fault: ValueFault) -> ParseError {
    let (position, kind) = match fault {
        ValueFault::TooShort => (value.len(), ParseErrorKind::TooShort { ai }),
        ValueFault::TooLong { max } => (max, ParseErrorKind::ValueTooLong { ai }),
        ValueFault::Content(Fault { error: LintError::IncorrectCheckDigit, start, .. }) => {
            // The digits before it are the key; only AI (8003) has a leading zero, which adds nothing.
            let expected = check_digit_of(value.get(..start).unwrap_or_default());
            (start, ParseErrorKind::CheckDigit { ai, expected })
        }
        ValueFault::Content(fault) => (fault.start, ParseErrorKind::Content { ai, error: fault.error }),
    };
    ParseError { position, kind }
}
