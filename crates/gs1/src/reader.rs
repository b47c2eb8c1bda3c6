//! What every form of a code has in common: its length, and fields that are collected and checked.

use alloc::vec::Vec;

use crate::limits::MAX_INPUT;
use crate::permissions::Permissions;
use crate::{Ai, Elements, ParseError, ParseErrorKind};

/// Reads a whole input, whose length is checked first.
pub(crate) fn read(
    permissions: &Permissions,
    input: &[u8],
    read: impl FnOnce(&[u8], &mut Reader) -> Result<(), ParseError>,
) -> Result<Elements, ParseError> {
    ensure_length(input)?;
    let mut reader =
        Reader { permissions, elements: Elements::with_capacity(input.len()), scratch: Vec::new() };
    read(input, &mut reader)?;
    Ok(reader.elements)
}

/// Refuses what is empty or too long.
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
    pub(crate) permissions: &'p Permissions<'r>,
    pub(crate) elements: Elements,
    /// Holds a value whose escapes were resolved.
    scratch: Vec<u8>,
}

impl Reader<'_, '_> {
    /// Adds a field. A fault is reported with the position of the byte where it begins, counted from the first one of
    /// the value. The same field again is ignored, as when two symbols of a pack are read in one.
    pub(crate) fn push(&mut self, ai: Ai, value: &[u8]) -> Result<(), ParseError> {
        self.elements.push(ai, value, &self.permissions.rules)
    }

    /// As [`Reader::push`], with a value that is given piece by piece.
    pub(crate) fn push_unescaped(
        &mut self,
        ai: Ai,
        bytes: impl Iterator<Item = u8>,
    ) -> Result<(), ParseError> {
        self.scratch.clear();
        self.scratch.extend(bytes);
        self.elements.push(ai, &self.scratch, &self.permissions.rules)
    }
}
