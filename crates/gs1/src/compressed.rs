//! Reading of compressed Digital Links. They are never written: a compressed link cannot be read by a scanner that does not
//! know the tables.
//!
//! Two kinds are in one path segment:
//!
//! - The compression of GS1 Digital Link 1.1 and 1.2, which resolvers may read: a table says how the value of each
//!   identifier is packed. The table is that of the public reference, `gs1/GS1DigitalLinkCompressionPrototype`, which is
//!   Apache-2.0 (as of October 2025); it follows from the formats of the dictionary by two rules, see [`table`]. The
//!   standard's own text was not available. A link of which only a part is compressed, `/01/{gtin}/{segment}`, is not read.
//! - EPC binary strings (GS1 Digital Link: Compression 1.0.0), `/eh` with hexadecimal digits and `/ex` with base 64: the
//!   schemes SGTIN-96 and SGTIN-198, which are those of serialised trade items before release 2.0 of the EPC Tag Data
//!   Standard. Others are refused by their header.

mod bits;
mod epc;
mod table;

use alloc::string::String;
use alloc::vec::Vec;

use crate::{Ai, Elements, ParseError, Parser, Rules, MAX_ELEMENTS};
use bits::Bits;
use table::Field;

/// Longest compressed segment, in characters. A link with ten long fields has about 200.
pub(crate) const MAX_COMPRESSED: usize = 2_048;

/// What a compressed link has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decompressed {
    /// The GS1 data.
    pub elements: Elements,
    /// Parameters of the query that are not GS1 data, decoded.
    pub parameters: Vec<(String, String)>,
}

/// A compressed link was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressedError {
    /// The character at this position is not in the alphabet of compressed links.
    #[error(
        "position {position} of the segment is not a character of a compressed link; copy the link again"
    )]
    Character {
        /// Index of the character, from 0.
        position: usize,
    },
    /// It is longer than any compressed link.
    #[error("the segment has more than {MAX_COMPRESSED} characters; it is not the link of one item")]
    TooLong,
    /// It ends within a value.
    #[error("the compressed link ends too early; copy it in full")]
    Truncated,
    /// There is something after its end.
    #[error("something follows the end of the compressed link; copy it again")]
    Trailing,
    /// No identifier and no sequence of identifiers has this code.
    #[error("the code {code:02X} of the compressed link means nothing; copy it again, or use the uncompressed link")]
    Code {
        /// Two hexadecimal digits.
        code: u8,
    },
    /// The identifier is not in the table of compression.
    #[error("({ai}) cannot be in a compressed link; use the uncompressed link")]
    NotInTable {
        /// The identifier.
        ai: Ai,
    },
    /// The value is packed in a way that the standard does not define.
    #[error("a value of the compressed link has an encoding that does not exist; copy it again")]
    Encoding,
    /// The number does not fit its digits.
    #[error("a number of the compressed link is too large for its digits; copy it again")]
    Number,
    /// A parameter has no plain name or value.
    #[error("a parameter of the compressed link is not plain text; use the uncompressed link")]
    Parameter,
    /// The EPC has another scheme.
    #[error("the EPC header {header:02X} is not that of SGTIN-96 or SGTIN-198; use the uncompressed link")]
    EpcScheme {
        /// The header of the EPC.
        header: u8,
    },
    /// A part of the EPC is wrong.
    #[error("the EPC is not one of its scheme; read the tag again")]
    Epc,
    /// A value is not what the standard asks for.
    #[error("a value of the compressed link is refused {0}")]
    Value(#[from] ParseError),
}

impl Parser<'_> {
    /// Reads the one path segment of a compressed Digital Link.
    ///
    /// # Errors
    /// Says what is wrong with it. Not every text is refused: some other segments are by chance a compressed link.
    pub fn decompress(&self, segment: impl AsRef<[u8]>) -> Result<Decompressed, CompressedError> {
        let segment = segment.as_ref();
        if segment.len() > MAX_COMPRESSED {
            return Err(CompressedError::TooLong);
        }
        match segment {
            [b'e', b'h', rest @ ..] => epc::read(Bits::hexadecimal(rest)?, self.rules()),
            [b'e', b'x', rest @ ..] => epc::read(Bits::base64(rest)?, self.rules()),
            _ => read(Bits::base64(segment)?, self.rules()),
        }
    }
}

/// The code of parameters that are not GS1 data: its first digit.
const PARAMETER: u8 = 0xF;

fn read(mut bits: Bits, rules: &Rules) -> Result<Decompressed, CompressedError> {
    let mut link = Decompressed { elements: Elements::default(), parameters: Vec::new() };
    // What is left at the end fills the last character.
    while bits.left() >= 8 {
        let code = bits.byte()?;
        let (high, low) = (code >> 4, code & 0xF);
        if high == PARAMETER {
            read_parameter(low, &mut bits, &mut link)?;
        } else if high <= 9 && low <= 9 {
            let ai = read_identifier(high, low, &mut bits)?;
            read_value(ai, &mut bits, &mut link, rules)?;
        } else {
            let sequence = table::sequence(code).ok_or(CompressedError::Code { code })?;
            for ai in sequence {
                read_value(*ai, &mut bits, &mut link, rules)?;
            }
        }
    }
    bits.ensure_filled()?;
    if link.elements.is_empty() {
        return Err(CompressedError::Truncated);
    }
    Ok(link)
}

/// An identifier, four bits for each of its digits.
fn read_identifier(high: u8, low: u8, bits: &mut Bits) -> Result<Ai, CompressedError> {
    let mut digits = [b'0'.saturating_add(high), b'0'.saturating_add(low), 0, 0];
    let mut width = 2_usize;
    let code = high << 4 | low;
    loop {
        let so_far = digits.get(..width).unwrap_or_default();
        if let Some(ai) = Ai::from_digits(so_far) {
            return table::contains(ai).then_some(ai).ok_or(CompressedError::NotInTable { ai });
        }
        let next = digits.get_mut(width).ok_or(CompressedError::Code { code })?;
        let digit = u8::try_from(bits.number(4)?).unwrap_or(u8::MAX);
        if digit > 9 {
            return Err(CompressedError::Code { code });
        }
        *next = b'0'.saturating_add(digit);
        width = width.saturating_add(1);
    }
}

fn read_value(
    ai: Ai,
    bits: &mut Bits,
    link: &mut Decompressed,
    rules: &Rules,
) -> Result<(), CompressedError> {
    let mut value = Vec::new();
    for field in table::fields(ai) {
        match field {
            Field::Digits(count) => bits.digits(count, &mut value)?,
            Field::UpToDigits(most) => {
                let count = bits.length(most)?;
                bits.digits(count, &mut value)?;
            }
            Field::Text(count) => {
                let encoding = bits.number(3)?;
                bits.text(encoding, count, &mut value)?;
            }
            Field::UpToText(most) => {
                let encoding = bits.number(3)?;
                let count = bits.length(most)?;
                bits.text(encoding, count, &mut value)?;
            }
        }
    }
    link.elements.push(ai, &value, rules)?;
    Ok(())
}

/// A parameter that is not GS1 data: the length of its name in seven bits, its name in base 64, and its value as a text of up
/// to 127 characters.
fn read_parameter(low: u8, bits: &mut Bits, link: &mut Decompressed) -> Result<(), CompressedError> {
    if link.parameters.len() >= MAX_ELEMENTS {
        return Err(CompressedError::Parameter);
    }
    let rest = u8::try_from(bits.number(3)?).unwrap_or_default();
    let (mut name, mut value) = (Vec::new(), Vec::new());
    bits.text(table::BASE_64, low << 3 | rest, &mut name)?;
    let encoding = bits.number(3)?;
    let count = u8::try_from(bits.number(7)?).unwrap_or_default();
    bits.text(encoding, count, &mut value)?;
    let plain = |text: Vec<u8>| {
        let printable = text.iter().all(|byte| (b' '..=b'~').contains(byte));
        String::from_utf8(text).ok().filter(|_| printable).ok_or(CompressedError::Parameter)
    };
    let name = plain(name)?;
    // A name of digits only would be an identifier that was not checked.
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CompressedError::Parameter);
    }
    link.parameters.push((name, plain(value)?));
    Ok(())
}

#[cfg(test)]
mod tests;
