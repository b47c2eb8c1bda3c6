//! What a scan can be refused for, and where in it.

use crate::{Ai, DateError, MAX_INPUT};

/// A scan was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at position {position}: {kind}")]
pub struct ParseError {
    /// Index of the byte in the input, from 0, where the fault begins.
    pub position: usize,
    /// What is wrong there.
    pub kind: ParseErrorKind,
}

/// The reason of a [`ParseError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// There is nothing to read.
    #[error("the code is empty; scan it again")]
    Empty,
    /// The input is longer than [`MAX_INPUT`].
    #[error("the code is longer than {MAX_INPUT} bytes; it is not the code of one pack")]
    TooLong,
    /// The symbology identifier is not one of a GS1 symbol, or the symbol does not carry GS1 data.
    #[error("this kind of barcode does not carry GS1 element strings; scan the GS1 DataMatrix or QR code")]
    Symbology,
    /// No Application Identifier begins here.
    #[error("no GS1 Application Identifier is here; check the brackets or separators before this position")]
    UnknownAi,
    /// The value ends too early.
    #[error("the value of ({ai}) is too short; compare it with the print on the pack")]
    TooShort {
        /// Whose value it is.
        ai: Ai,
    },
    /// The value goes on after its greatest length.
    #[error("the value of ({ai}) is too long; end it with a separator before the next field")]
    ValueTooLong {
        /// Whose value it is.
        ai: Ai,
    },
    /// The character may not be in this value.
    #[error("this character may not be in the value of ({ai}); write an opening bracket in a bracketed code as \\(")]
    Character {
        /// Whose value it is.
        ai: Ai,
    },
    /// The last digit of the key is not its check digit.
    #[error("the check digit of ({ai}) should be {expected}; a digit is mistyped or misread")]
    CheckDigit {
        /// Whose value it is.
        ai: Ai,
        /// The check digit that belongs to the digits before it.
        expected: u8,
    },
    /// The date does not exist.
    #[error("the value of ({ai}) is no date: {error}")]
    Date {
        /// Whose value it is.
        ai: Ai,
        /// What is wrong with it.
        error: DateError,
    },
    /// The identifier was there before with another value, or is twice in a Digital Link.
    #[error("({ai}) is here a second time; scan one pack at a time")]
    Duplicate {
        /// Which identifier.
        ai: Ai,
    },
    /// The link is not an http or https URI.
    #[error("the link is not a web address with a plain host name; it begins with https://")]
    Uri,
    /// A character that a URI must write as `%XX`, or a `%` without two hexadecimal digits.
    #[error("this character may not be in a link; write it as % and two hexadecimal digits")]
    UriCharacter,
    /// The path of the link does not end in a GS1 key and its qualifiers.
    #[error("the path of the link has no GS1 key such as /01/ and a GTIN; it is not a GS1 Digital Link")]
    NoKey,
    /// The identifier may not be at this place of the link.
    #[error(
        "({ai}) may not be at this place of a link; qualifiers follow their key in the path in their order"
    )]
    Misplaced {
        /// Which identifier.
        ai: Ai,
    },
    /// A medicine pack was expected, and there is no GTIN.
    #[error("the code has no GTIN, AI (01); scan the code on the pack, not the one on its carton or pallet")]
    MissingGtin,
}

/// A Digital Link could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The stem is not `http://` or `https://`, a host and perhaps a path.
    #[error("the stem is not a web address without query and fragment; give one such as https://id.gs1.org")]
    Stem,
    /// There is no primary key, such as a GTIN.
    #[error("the data has no key that a link can begin with; add a GTIN, AI (01)")]
    NoKey,
    /// A link with this key has no place for this identifier.
    #[error("({ai}) has no place in this link; leave it out or use an element string")]
    NoPlace {
        /// Which identifier.
        ai: Ai,
    },
}
