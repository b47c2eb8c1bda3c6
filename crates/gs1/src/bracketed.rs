//! Element strings as people read and type them: identifiers in brackets.

use alloc::string::String;
use core::fmt::Write;

use crate::elements::{Reader, Unescaped};
use crate::{Ai, Elements, ParseError, ParseErrorKind};

/// Reads `(01)…(10)…`. An opening bracket inside a value is written `\(`.
pub(crate) fn read(input: &[u8], reader: &mut Reader) -> Result<(), ParseError> {
    let mut bytes = input.iter().copied().enumerate().peekable();
    while let Some((open, _)) = bytes.next() {
        // The loop below stops at opening brackets only, and the input begins with one.
        let mut digits = Unescaped::default();
        let mut closed = false;
        while let Some((position, byte)) = bytes.next_if(|_| !closed && digits.bytes.len() <= 4) {
            if byte == b')' {
                closed = true;
            } else {
                digits.push(byte, position);
            }
        }
        let ai = Ai::from_digits(&digits.bytes)
            .filter(|_| closed)
            .ok_or(ParseError { position: open, kind: ParseErrorKind::UnknownAi })?;
        let mut value = Unescaped::default();
        while let Some((position, byte)) = bytes.next_if(|(_, byte)| *byte != b'(') {
            match bytes.next_if(|(_, next)| byte == b'\\' && *next == b'(') {
                Some(_) => value.push(b'(', position),
                None => value.push(byte, position),
            }
        }
        let end = bytes.peek().map_or(input.len(), |(position, _)| *position);
        reader.push(ai, &value.bytes, |index| value.position(index, end))?;
    }
    Ok(())
}

pub(crate) fn write(elements: &Elements) -> String {
    let mut text = String::new();
    for element in elements {
        // Writing to a string cannot fail.
        let _ = write!(text, "({})", element.ai());
        for character in element.value().chars() {
            if character == '(' {
                text.push('\\');
            }
            text.push(character);
        }
    }
    text
}
