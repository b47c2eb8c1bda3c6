//! Character sets and encodings.

use super::{Fault, LintError};

/// Refuses the first byte that is not in the set.
pub(super) fn all(value: &[u8], in_set: impl Fn(u8) -> bool, error: LintError) -> Result<(), Fault> {
    match value.iter().position(|byte| !in_set(*byte)) {
        Some(index) => Err(Fault::new(error, index, 1)),
        None => Ok(()),
    }
}

/// Set 39 (GenSpecs figure 7.11-2).
pub(super) const fn is_cset39(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'#' | b'-' | b'/')
}

const fn is_cset64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Base64url, whose padding may be left out (GenSpecs figure 7.11-3).
pub(super) fn cset64(value: &[u8]) -> Result<(), Fault> {
    let pads = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let (text, _) = value.split_at(value.len().saturating_sub(pads));
    if pads > 2 || (pads > 0 && !value.len().is_multiple_of(3)) {
        return Err(Fault::new(LintError::InvalidCset64Padding, text.len(), pads));
    }
    all(text, is_cset64, LintError::InvalidCset64Character)
}

/// One letter, digit, hyphen or underscore (EU 2018/574, as in AI (7040)).
pub(super) fn importer_index(value: &[u8]) -> Result<(), Fault> {
    match value {
        [byte] if is_cset64(*byte) => Ok(()),
        [_] => Err(Fault::whole(value, LintError::InvalidImportIdxCharacter)),
        _ => Err(Fault::whole(value, LintError::ImporterIdxMustBeOneCharacter)),
    }
}

pub(super) fn percent_encoding(value: &[u8]) -> Result<(), Fault> {
    let mut at = 0;
    while let Some(rest) = value.get(at..) {
        let Some(found) = rest.iter().position(|byte| *byte == b'%') else { break };
        let sequence = rest.get(found..).unwrap_or_default();
        let sequence = sequence.get(..3).unwrap_or(sequence);
        let start = at.saturating_add(found);
        if !matches!(sequence, [_, high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
            return Err(Fault::new(LintError::InvalidPercentSequence, start, sequence.len()));
        }
        at = start.saturating_add(3);
    }
    Ok(())
}
