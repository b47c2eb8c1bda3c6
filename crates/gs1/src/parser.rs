//! The front door: reads codes in every form.

use crate::definition::ValueFault;
use crate::lint::Rules;
use crate::permissions::Permissions;
use crate::{
    bracketed, digital_link, element_string, reader, scan, Ai, Elements, ParseError, ParseErrorKind, Scan,
};

/// Reads codes, with what is permitted beside the standard.
///
/// By default it reads what is found on packs today: links of all versions of the standard, but only identifiers that
/// the standard defines.
#[derive(Clone, Copy, Debug)]
pub struct Parser<'a>(Permissions<'a>);

impl<'a> Parser<'a> {
    /// A parser that checks contents by these rules.
    #[must_use]
    pub const fn new(rules: Rules<'a>) -> Self {
        Self(Permissions::new(rules))
    }

    /// Whether to read identifiers that the standard does not define (by default not). In an unbracketed
    /// element string their first two digits must determine their width.
    #[must_use]
    pub const fn permit_unknown_ais(mut self, permit: bool) -> Self {
        self.0.unknown_ais = permit;
        self
    }

    /// Whether such identifiers may be attributes of a Digital Link (by default not).
    #[must_use]
    pub const fn permit_unknown_link_attributes(mut self, permit: bool) -> Self {
        self.0.unknown_link_attributes = permit;
        self
    }

    /// Whether a GTIN in a Digital Link may have 8, 12 or 13 digits, as in version 1.1 of the standard (by
    /// default yes).
    #[must_use]
    pub const fn permit_zero_suppressed_gtins(mut self, permit: bool) -> Self {
        self.0.zero_suppressed_gtins = permit;
        self
    }

    /// Whether the path of a Digital Link may have names such as `gtin` for identifiers, as in version 1.1 of the
    /// standard (by default yes).
    #[must_use]
    pub const fn permit_convenience_alphas(mut self, permit: bool) -> Self {
        self.0.convenience_alphas = permit;
        self
    }

    /// Whether a path may come before the key of a Digital Link, such as `/shop` in `https://a/shop/01/…` (by default
    /// yes, as the standard allows). Such a path can have another key in it, which another reader may take.
    #[must_use]
    pub const fn permit_link_paths(mut self, permit: bool) -> Self {
        self.0.link_paths = permit;
        self
    }

    /// Reads typed text or the output of a scanner: scan data, if it begins with a symbology identifier such as
    /// `]d2`; a bracketed element string, `(01)…(10)…`; a Digital Link; or an unbracketed element string. What scanners
    /// add before and after a scan (Enter, Tab, spaces, STX and ETX) is not a part of it.
    pub fn parse(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        reader::ensure_length(input.as_ref())?;
        let (before, input) = scan::unframed(input.as_ref());
        let result = match input {
            [b']', ..] => scan::read(&self.0, input).and_then(|scan| {
                scan.into_elements().ok_or(ParseError { position: 0, kind: ParseErrorKind::Symbology })
            }),
            [b'(', ..] => self.parse_bracketed(input),
            _ if digital_link::is_uri(input) => self.parse_digital_link(input),
            _ => self.parse_element_string(input),
        };
        result.map_err(|error| ParseError { position: error.position.saturating_add(before), ..error })
    }

    /// Reads a bracketed element string, `(01)…(10)…`. An opening bracket inside a value is written `\(`.
    pub fn parse_bracketed(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        reader::read(&self.0, input.as_ref(), bracketed::read)
    }

    /// Reads an element string as a barcode carries it: GS (0x1D) stands for FNC1. The FNC1 that begins the symbol
    /// may be there or not.
    pub fn parse_element_string(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        reader::read(&self.0, input.as_ref(), |input, reader| element_string::read(input, 0, reader))
    }

    /// Reads a GS1 Digital Link URI.
    pub fn parse_digital_link(&self, input: impl AsRef<[u8]>) -> Result<Elements, ParseError> {
        reader::read(&self.0, input.as_ref(), |input, reader| digital_link::read(input, 0, reader))
    }

    /// Reads what a scanner sent, symbology identifier first.
    pub fn scan<'d>(&self, data: &'d (impl AsRef<[u8]> + ?Sized)) -> Result<Scan<'d>, ParseError> {
        scan::read(&self.0, data.as_ref())
    }

    pub(crate) const fn rules(&self) -> &Rules<'a> {
        &self.0.rules
    }

    pub(crate) const fn current_year(&self) -> u16 {
        self.0.rules.current_year()
    }

    pub(crate) fn check(&self, ai: Ai, value: &[u8]) -> Result<(), ValueFault> {
        self.0.check(ai, value)
    }
}

impl Elements {
    /// Reads a code in any form, as [`Parser::parse`] with the permissions of [`Parser::new`] in this year (see
    /// [`Rules::new`]).
    pub fn parse(input: impl AsRef<[u8]>, current_year: u16) -> Result<Self, ParseError> {
        Parser::new(Rules::new(current_year)).parse(input)
    }
}
