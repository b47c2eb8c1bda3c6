//! The output of scanners: a symbology identifier (ISO/IEC 15424), then the message.

use crate::digital_link::is_uri;
use crate::error::value_error;
use crate::permissions::Permissions;
use crate::reader::{self, ensure_length};
use crate::{element_string, Ai, Elements, ParseError, ParseErrorKind};

/// The symbols that carry GS1 data (GenSpecs 5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symbology {
    /// EAN-13, UPC-A or UPC-E, `]E0`.
    Ean13,
    /// EAN-8, `]E4`.
    Ean8,
    /// GS1-128, `]C1`.
    Gs1_128,
    /// GS1 DataBar, or a GS1 Composite with any linear component but EAN/UPC, `]e0`.
    DataBar,
    /// Data Matrix, `]d1` or with FNC1 `]d2`.
    DataMatrix,
    /// QR Code, `]Q1` or with FNC1 `]Q3`.
    QrCode,
    /// DotCode, `]J0` or with FNC1 `]J1`.
    DotCode,
}

/// How a symbol carries its data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// An element string.
    Elements,
    /// Any text; GS1 data only as a Digital Link.
    Plain,
    /// This many digits of a GTIN, and perhaps a composite component.
    Item(usize),
}

impl Symbology {
    /// The symbol and its mode by the three characters of its identifier.
    fn of(identifier: &[u8]) -> Option<(Self, Mode)> {
        Some(match identifier {
            b"]C1" => (Self::Gs1_128, Mode::Elements),
            b"]E0" => (Self::Ean13, Mode::Item(13)),
            b"]E4" => (Self::Ean8, Mode::Item(8)),
            b"]e0" => (Self::DataBar, Mode::Elements),
            b"]d1" => (Self::DataMatrix, Mode::Plain),
            b"]d2" => (Self::DataMatrix, Mode::Elements),
            b"]J0" => (Self::DotCode, Mode::Plain),
            b"]J1" => (Self::DotCode, Mode::Elements),
            b"]Q1" => (Self::QrCode, Mode::Plain),
            b"]Q3" => (Self::QrCode, Mode::Elements),
            _ => return None,
        })
    }
}

/// A scan that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan<'a> {
    symbology: Symbology,
    content: Content<'a>,
}

/// The data of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// An element string.
    Elements(Elements),
    /// A Digital Link: the URI as it was scanned, and its fields.
    Link(&'a [u8], Elements),
    /// The digits of an EAN/UPC symbol as they were scanned, and the fields of the composite component, if it has one.
    Item(&'a [u8], Option<Elements>),
    /// Data that is not GS1 data.
    Plain(&'a [u8]),
}

impl<'a> Scan<'a> {
    /// The symbol that was scanned.
    #[must_use]
    pub const fn symbology(&self) -> Symbology {
        self.symbology
    }

    /// The data that it carried.
    #[must_use]
    pub const fn content(&self) -> &Content<'a> {
        &self.content
    }

    /// The fields of the symbol; the item of an EAN/UPC symbol is AI (01). `None` if it carried no GS1 data.
    #[must_use]
    pub fn into_elements(self) -> Option<Elements> {
        match self.content {
            Content::Elements(elements) | Content::Link(_, elements) => Some(elements),
            Content::Item(digits, composite) => {
                let mut elements = Elements::default();
                // Digits that were checked.
                elements.push_valid(Ai::GTIN, core::str::from_utf8(&padded(digits)).unwrap_or_default());
                for element in composite.iter().flatten().filter(|element| element.ai() != Ai::GTIN) {
                    elements.push_valid(element.ai(), element.value());
                }
                Some(elements)
            }
            Content::Plain(_) => None,
        }
    }
}

/// A GTIN with its leading zeros.
fn padded(digits: &[u8]) -> [u8; GTIN_DIGITS] {
    let mut gtin = [b'0'; GTIN_DIGITS];
    for (place, digit) in gtin.iter_mut().rev().zip(digits.iter().rev()) {
        *place = *digit;
    }
    gtin
}

const GTIN_DIGITS: usize = 14;

/// What separates the message of an EAN/UPC symbol from that of its composite component.
const COMPOSITE: &[u8] = b"|]e0";

/// Length of a symbology identifier such as `]d2`.
pub(crate) const IDENTIFIER: usize = 3;

/// Whether scanners add this character before or after a scan: Enter, Tab, a space, or the frame of a serial line. No
/// value can have it.
pub(crate) const fn is_frame(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'\t' | b' ' | 0..=4)
}

/// A scan without what is around it, and the length of what comes before it.
pub(crate) fn unframed(input: &[u8]) -> (usize, &[u8]) {
    let start = input.iter().take_while(|byte| is_frame(**byte)).count();
    let rest = input.get(start..).unwrap_or_default();
    let end = rest.iter().rposition(|byte| !is_frame(*byte)).map_or(0, |last| last.saturating_add(1));
    (start, rest.get(..end).unwrap_or_default())
}

pub(crate) fn read<'a>(permissions: &Permissions, data: &'a [u8]) -> Result<Scan<'a>, ParseError> {
    ensure_length(data)?;
    let unknown = ParseError { position: 0, kind: ParseErrorKind::Symbology };
    let (identifier, message) = data.split_at_checked(IDENTIFIER).ok_or(unknown)?;
    let (symbology, mode) = Symbology::of(identifier).ok_or(unknown)?;
    let elements_at = |offset: usize| {
        reader::read(permissions, data, |_, reader| {
            element_string::read(data.get(offset..).unwrap_or_default(), offset, reader)
        })
    };
    let content = match mode {
        Mode::Elements => Content::Elements(elements_at(IDENTIFIER)?),
        Mode::Plain if is_uri(message) => {
            let elements = reader::read(permissions, data, |_, reader| {
                crate::digital_link::read(message, IDENTIFIER, reader)
            })?;
            Content::Link(message, elements)
        }
        Mode::Plain => Content::Plain(message),
        Mode::Item(length) => {
            let end = message.windows(COMPOSITE.len()).position(|window| window == COMPOSITE);
            let (digits, composite) = message.split_at(end.unwrap_or(message.len()));
            ensure_item(permissions, digits, length)?;
            let offset = IDENTIFIER.saturating_add(length).saturating_add(COMPOSITE.len());
            let composite = if composite.is_empty() { None } else { Some(elements_at(offset)?) };
            if let Some(other) = composite.as_ref().and_then(|composite| composite.get(Ai::GTIN)) {
                if other.as_bytes() != padded(digits) {
                    return Err(ParseError {
                        position: offset,
                        kind: ParseErrorKind::Duplicate { ai: Ai::GTIN },
                    });
                }
            }
            Content::Item(digits, composite)
        }
    };
    Ok(Scan { symbology, content })
}

/// Checks the digits of an EAN/UPC symbol.
fn ensure_item(permissions: &Permissions, digits: &[u8], length: usize) -> Result<(), ParseError> {
    let ai = Ai::GTIN;
    let at = |position: usize, kind| ParseError { position: IDENTIFIER.saturating_add(position), kind };
    if digits.len() < length {
        return Err(at(digits.len(), ParseErrorKind::TooShort { ai }));
    }
    if digits.len() > length {
        return Err(at(length, ParseErrorKind::ValueTooLong { ai }));
    }
    let gtin = padded(digits);
    permissions.check(ai, &gtin).map_err(|fault| {
        let error = value_error(ai, &gtin, fault);
        let zeros = GTIN_DIGITS.saturating_sub(length);
        at(error.position.saturating_sub(zeros), error.kind)
    })
}
