//! Numbers that are written in digits.

use super::characters::all;
use super::{Fault, LintError};

/// Refuses the first byte that is not a digit.
pub(super) fn digits(value: &[u8]) -> Result<(), Fault> {
    all(value, |byte| byte.is_ascii_digit(), LintError::NonDigitCharacter)
}

fn is_zero(digits: &[u8]) -> bool {
    digits.iter().all(|digit| *digit == b'0')
}

pub(super) fn non_zero(value: &[u8]) -> Result<(), Fault> {
    digits(value)?;
    if is_zero(value) {
        return Err(Fault::whole(value, LintError::IllegalZeroValue));
    }
    Ok(())
}

pub(super) fn no_zero_prefix(value: &[u8]) -> Result<(), Fault> {
    digits(value)?;
    if value.first() == Some(&b'0') {
        return Err(Fault::new(LintError::IllegalZeroPrefix, 0, 1));
    }
    Ok(())
}

/// Ten digits of ten-millionths of a degree, counted from the pole or the antimeridian.
pub(super) fn angle(value: &[u8], most: u64, length: LintError, range: LintError) -> Result<(), Fault> {
    if value.len() != 10 {
        return Err(Fault::whole(value, length));
    }
    digits(value)?;
    if crate::key::number(value).is_ok_and(|number| number <= most) {
        return Ok(());
    }
    Err(Fault::whole(value, range))
}

/// `PPTT`: the piece and all pieces, in as many digits each.
pub(super) fn piece_of_total(value: &[u8]) -> Result<(), Fault> {
    if value.is_empty() || !value.len().is_multiple_of(2) {
        return Err(Fault::whole(value, LintError::InvalidLengthForPieceOfTotal));
    }
    digits(value)?;
    let half = value.len() / 2;
    let (piece, total) = value.split_at(half);
    if is_zero(piece) {
        return Err(Fault::new(LintError::ZeroPieceNumber, 0, half));
    }
    if is_zero(total) {
        return Err(Fault::new(LintError::ZeroTotalPieces, half, half));
    }
    if piece > total {
        return Err(Fault::whole(value, LintError::PieceNumberExceedsTotal));
    }
    Ok(())
}

/// `position/end`, neither with a leading zero.
pub(super) fn position_in_sequence(value: &[u8]) -> Result<(), Fault> {
    let malformed = Fault::whole(value, LintError::PositionInSequenceMalformed);
    let slash = value.iter().position(|byte| *byte == b'/').ok_or(malformed)?;
    let (position, end) = (value.get(..slash).unwrap_or_default(), value.get(slash..).unwrap_or_default());
    let end = end.get(1..).unwrap_or_default();
    for number in [position, end] {
        if number.is_empty() || digits(number).is_err() {
            return Err(malformed);
        }
    }
    if position.first() == Some(&b'0') {
        return Err(Fault::whole(position, LintError::IllegalZeroPrefix));
    }
    if end.first() == Some(&b'0') {
        return Err(Fault::whole(end, LintError::IllegalZeroPrefix).moved_by(slash.saturating_add(1)));
    }
    // Without leading zeros the longer number is the greater one.
    if (position.len(), position) > (end.len(), end) {
        return Err(Fault::whole(value, LintError::PositionExceedsEnd));
    }
    Ok(())
}
