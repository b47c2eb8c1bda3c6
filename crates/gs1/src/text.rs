//! The text of lots and serials: GS1 character set 82 (GenSpecs figure 7.11-1).

/// Maximum number of characters of a lot, AI (10), or a serial, AI (21): their format is X..20.
pub const MAX_TEXT: usize = 20;

/// Why a lot or a serial was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text is empty.
    #[error("the text is empty; give 1 to 20 characters")]
    Empty,
    /// There are more than [`MAX_TEXT`] characters.
    #[error("the text is longer than 20 characters; lots and serials have 1 to 20")]
    TooLong,
    /// The byte at this position (counted from 0) is outside character set 82.
    #[error("the character at position {position} is not in GS1 character set 82; use letters, digits and !\"%&'()*+,-./:;<=>?_ only")]
    InvalidCharacter {
        /// Index of the byte, from 0.
        position: u8,
    },
}

/// Whether a byte is one of the 82 characters that text in a GS1 element may have.
#[must_use]
pub const fn is_cset82(byte: u8) -> bool {
    matches!(byte, b'!' | b'"' | b'%'..=b'?' | b'A'..=b'Z' | b'_' | b'a'..=b'z')
}

/// Checks the text of a lot, AI (10), the standard's *batch or lot number* (GenSpecs 3.4.1).
pub fn validate_lot(lot: &[u8]) -> Result<(), TextError> {
    validate(lot)
}

/// Checks the text of a serial, AI (21) (GenSpecs 3.5.2).
pub fn validate_serial(serial: &[u8]) -> Result<(), TextError> {
    validate(serial)
}

fn validate(text: &[u8]) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.len() > MAX_TEXT {
        return Err(TextError::TooLong);
    }
    for (position, byte) in (0u8..).zip(text) {
        if !is_cset82(*byte) {
            return Err(TextError::InvalidCharacter { position });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_has_82_characters() {
        assert_eq!((0..=u8::MAX).filter(|byte| is_cset82(*byte)).count(), 82);
    }

    #[test]
    fn one_to_twenty_characters_are_accepted() {
        assert_eq!(validate_lot(b"A"), Ok(()));
        assert_eq!(validate_lot(b"LOT-2026/07_a.b:c(d)"), Ok(()));
        assert_eq!(validate_serial(b"!\"%&'()*+,-./:;<=>?_"), Ok(()));
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert_eq!(validate_lot(b""), Err(TextError::Empty));
        assert_eq!(validate_serial(b""), Err(TextError::Empty));
    }

    #[test]
    fn a_twenty_first_character_is_refused() {
        assert_eq!(validate_serial(b"123456789012345678901"), Err(TextError::TooLong));
    }

    #[test]
    fn the_first_character_outside_the_set_is_named() {
        for (text, position) in
            [("LOT 1", 3), ("#", 0), ("a\u{1d}b#", 1), ("café", 3), ("1234567890123456789~", 19)]
        {
            assert_eq!(validate_lot(text.as_bytes()), Err(TextError::InvalidCharacter { position }));
        }
    }
}
