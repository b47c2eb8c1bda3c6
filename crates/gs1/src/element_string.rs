//! Element strings as barcodes carry them (GenSpecs 7.8).

use alloc::string::String;

use crate::reader::Reader;
use crate::{Elements, ParseError, ParseErrorKind};

/// The control character GS, which scanners send for FNC1 and printers accept for it.
pub(crate) const FNC1: u8 = 0x1D;

/// Reads fields from `input`, which begins at `offset` of what was scanned.
pub(crate) fn read(input: &[u8], offset: usize, reader: &mut Reader) -> Result<(), ParseError> {
    let fault = |position: usize, kind| ParseError { position, kind };
    let end = offset.saturating_add(input.len());
    // Some scanners send the FNC1 that begins the symbol too.
    let mut rest = input.strip_prefix(&[FNC1]).unwrap_or(input);
    if rest.is_empty() {
        return Err(fault(offset, ParseErrorKind::Empty));
    }
    while !rest.is_empty() {
        let position = end.saturating_sub(rest.len());
        let ai = reader
            .permissions
            .ai_at_start_of(rest)
            .ok_or_else(|| fault(position, ParseErrorKind::UnknownAi))?;
        let (_, after_ai) = rest.split_at(ai.width().min(rest.len()));
        let definition = ai.definition();
        let (_, max) = definition.length();
        // One byte over the maximum shows that a value is too long.
        let longest = if definition.has_predefined_length() { max } else { max.saturating_add(1) };
        let window = after_ai.get(..longest).unwrap_or(after_ai);
        let length = window.iter().position(|byte| *byte == FNC1).unwrap_or(window.len());
        let (value, after_value) = after_ai.split_at(length);
        let start = end.saturating_sub(after_ai.len());
        reader
            .push(ai, value)
            .map_err(|error| ParseError { position: start.saturating_add(error.position), ..error })?;
        rest = after_value.strip_prefix(&[FNC1]).unwrap_or(after_value);
    }
    Ok(())
}

impl Elements {
    /// As the data of a barcode, in order: a GS (0x1D) stands for the FNC1 that ends a value, and the FNC1 that
    /// begins the symbol is left to the maker of the symbol.
    #[must_use]
    pub fn to_element_string(&self) -> String {
        let mut text = self.new_text(0);
        let mut open = false;
        for element in self {
            if open {
                text.push(char::from(FNC1));
            }
            text.extend(element.ai().digits());
            text.push_str(element.value());
            open = !element.ai().definition().has_predefined_length();
        }
        text
    }
}
