//! From bytes to text: UTF-8, or UTF-16 with a byte order mark.

use std::borrow::Cow;

use crate::limits::MAX_DOCUMENT;
use crate::ReadError;

/// The text of a document, without its byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    ensure_size(bytes.len())?;
    match bytes {
        [0xEF, 0xBB, 0xBF, text @ ..] => utf8(text).map(Cow::Borrowed),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err(unsupported("UTF-32")),
        [0xFE, 0xFF, units @ ..] => utf16(units, u16::from_be_bytes).map(Cow::Owned),
        [0xFF, 0xFE, units @ ..] => utf16(units, u16::from_le_bytes).map(Cow::Owned),
        [0, _, ..] | [_, 0, ..] => Err(unsupported("UTF-16 without a byte order mark")),
        text => utf8(text).map(Cow::Borrowed),
    }
}

fn utf8(text: &[u8]) -> Result<&str, ReadError> {
    std::str::from_utf8(text).map_err(|error| ReadError::NotUtf8 { position: error.valid_up_to() })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ReadError::NotUtf16);
    }
    let text: String = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| ReadError::NotUtf16)?;
    ensure_size(text.len())?;
    Ok(text)
}

fn ensure_size(found: usize) -> Result<(), ReadError> {
    if found > MAX_DOCUMENT {
        return Err(ReadError::TooLarge { found });
    }
    Ok(())
}

fn unsupported(name: &str) -> ReadError {
    ReadError::UnsupportedEncoding { name: name.to_owned() }
}
