//! Element strings as people read and type them: identifiers in brackets.

use alloc::string::String;

use crate::reader::Reader;
use crate::{Elements, ParseError, ParseErrorKind};

/// The widest identifier and its closing bracket.
const AI_AND_BRACKET: usize = 5;

/// Reads `(01)…(10)…`. An opening bracket inside a value is written `\(`.
pub(crate) fn read(input: &[u8], reader: &mut Reader) -> Result<(), ParseError> {
    let mut at = 0;
    while let Some(after_bracket) = input.get(at..).and_then(|rest| rest.strip_prefix(b"(")) {
        let near = after_bracket.get(..AI_AND_BRACKET).unwrap_or(after_bracket);
        let ai = near
            .iter()
            .position(|byte| *byte == b')')
            .and_then(|end| reader.permissions.ai(after_bracket.get(..end)?))
            .ok_or(ParseError { position: at, kind: ParseErrorKind::UnknownAi })?;
        let start = at.saturating_add(ai.width()).saturating_add(2);
        let rest = input.get(start..).unwrap_or_default();
        let (length, escapes) = length_of_value(rest);
        let value = rest.get(..length).unwrap_or_default();
        let added = if escapes == 0 {
            reader.push(ai, value)
        } else {
            reader.push_unescaped(ai, unescaped(value).map(|(_, byte)| byte))
        };
        added.map_err(|error| {
            let in_value = unescaped(value).nth(error.position).map_or(length, |(index, _)| index);
            ParseError { position: start.saturating_add(in_value), ..error }
        })?;
        at = start.saturating_add(length);
    }
    if at == input.len() && at > 0 {
        return Ok(());
    }
    Err(ParseError { position: at, kind: ParseErrorKind::UnknownAi })
}

/// The length of the value up to the next unescaped bracket, and its number of escaped ones.
fn length_of_value(text: &[u8]) -> (usize, usize) {
    let mut escapes = 0usize;
    let mut before = 0;
    for (index, byte) in text.iter().enumerate() {
        if *byte == b'(' {
            if before != b'\\' {
                return (index, escapes);
            }
            escapes = escapes.saturating_add(1);
        }
        before = *byte;
    }
    (text.len(), escapes)
}

/// The bytes of a value without the backslashes before brackets, each with its index.
fn unescaped(value: &[u8]) -> impl Iterator<Item = (usize, u8)> + '_ {
    let next = value.iter().skip(1).map(Some).chain(core::iter::once(None));
    value
        .iter()
        .zip(next)
        .enumerate()
        .filter(|(_, (byte, next))| !(**byte == b'\\' && *next == Some(&b'(')))
        .map(|(index, (byte, _))| (index, *byte))
}

impl Elements {
    /// As a bracketed element string for people, `(01)…(10)…`, in order.
    #[must_use]
    pub fn to_bracketed(&self) -> String {
        let mut text = self.new_text(0);
        for element in self {
            text.push('(');
            text.extend(element.ai().digits());
            text.push(')');
            for (index, part) in element.value().split('(').enumerate() {
                if index > 0 {
                    text.push_str("\\(");
                }
                text.push_str(part);
            }
        }
        text
    }
}
