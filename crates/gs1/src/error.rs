//! Why a scan is refused, and at which position.

use core::fmt;

use crate::definition::ValueFault;
use crate::limits::{MAX_ELEMENTS, MAX_INPUT};
use crate::lint::{check_digit_of, Fault};
use crate::{Ai, LintError, Range};

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
    /// There is no symbology identifier of a GS1 symbol, or the symbol does not carry GS1 data.
    #[error("this barcode does not carry GS1 data; scan the GS1 DataMatrix or QR code")]
    Symbology,
    /// No Application Identifier begins here.
    #[error(
        "no GS1 Application Identifier begins here; check the brackets or separators before this position"
    )]
    UnknownAi,
    /// The value ends too early.
    #[error("the value of ({ai}) is too short; compare it with the print on the pack")]
    TooShort {
        /// The identifier of the value.
        ai: Ai,
    },
    /// The value goes on after its greatest length.
    #[error("the value of ({ai}) is too long; end it with a separator before the next field")]
    ValueTooLong {
        /// The identifier of the value.
        ai: Ai,
    },
    /// The last digit of the key is not its check digit.
    #[error("the check digit of ({ai}) should be {expected}; a digit is mistyped or misread")]
    CheckDigit {
        /// The identifier of the value.
        ai: Ai,
        /// The check digit that belongs to the digits before it.
        expected: u8,
    },
    /// The content is not what the standard asks for.
    #[error("the value of ({ai}) is wrong here: {error}")]
    Content {
        /// The identifier of the value.
        ai: Ai,
        /// What is wrong with it.
        error: LintError,
    },
    /// There are more fields than [`MAX_ELEMENTS`].
    #[error("the code has more than {MAX_ELEMENTS} fields; it is not the code of one pack")]
    TooManyElements,
    /// The identifier was there before with another value, or is twice in a Digital Link.
    #[error("({ai}) occurs a second time; scan one pack at a time")]
    Duplicate {
        /// The identifier.
        ai: Ai,
    },
    /// The link is not an http or https URI.
    #[error("the link is not a web address with a plain host name; it begins with https://")]
    Uri,
    /// A character that a URI must write as `%XX`, or a `%` without two hexadecimal digits.
    #[error("this character is not allowed in a link; write it as % and two hexadecimal digits")]
    UriCharacter,
    /// The path of the link does not end in a GS1 key and its qualifiers.
    #[error("the path of the link has no GS1 key such as /01/ and a GTIN; it is not a GS1 Digital Link")]
    NoKey,
    /// Something is in the path of the link before its key, and that is not permitted.
    #[error(
        "the link has a path before its key; that of a pack begins with the key after the name of the host"
    )]
    LinkPath,
    /// The identifier may not be at this place of the link.
    #[error(
        "({ai}) is not allowed at this place of a link; qualifiers follow their key in the path in their order"
    )]
    Misplaced {
        /// The identifier.
        ai: Ai,
    },
    /// A medicine pack was expected, and there is no GTIN.
    #[error("the code has no GTIN, AI (01); scan the code on the pack, not the one on its carton or pallet")]
    MissingGtin,
}

/// What is wrong with a value, and where in it.
pub(crate) fn value_error(ai: Ai, value: &[u8], fault: ValueFault) -> ParseError {
    let (position, kind) = match fault {
        ValueFault::TooShort => (value.len(), ParseErrorKind::TooShort { ai }),
        ValueFault::TooLong { max } => (max, ParseErrorKind::ValueTooLong { ai }),
        ValueFault::Content(Fault { error: LintError::IncorrectCheckDigit, start, .. }) => {
            // What comes before it is the key; only AI (8003) has a zero in front, which adds nothing.
            let expected = check_digit_of(value.get(..start).unwrap_or_default());
            (start, ParseErrorKind::CheckDigit { ai, expected })
        }
        ValueFault::Content(fault) => (fault.start, ParseErrorKind::Content { ai, error: fault.error }),
    };
    ParseError { position, kind }
}

/// A Digital Link could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The stem is not `http://` or `https://`, a host and perhaps a path.
    #[error("the stem is not a web address without query and fragment; give one such as https://id.gs1.org")]
    Stem,
    /// There is no primary key, such as a GTIN.
    #[error("no field is a key that can begin a link; add a GTIN, AI (01)")]
    NoKey,
    /// A link with this key has no place for this identifier.
    #[error("this link has no place for ({ai}); leave it out or use an element string")]
    NoPlace {
        /// The identifier.
        ai: Ai,
    },
}

/// Identifiers do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// Both are present, which the standard forbids.
    #[error("({ai}) and ({other}) must not be in one code; leave one of them out")]
    Excluded {
        /// The identifier that excludes the other.
        ai: Ai,
        /// The excluded one.
        other: Ai,
    },
    /// Another identifier that this one needs is missing.
    #[error("({ai}) needs {}; add one of them", Needs(*ai))]
    Missing {
        /// The identifier that needs others.
        ai: Ai,
    },
    /// A digital signature, AI (8030), accompanies a key without its serial component.
    #[error("a digital signature, AI (8030), needs a serial; add that of ({ai})")]
    Unserialised {
        /// The key.
        ai: Ai,
    },
}

/// Displays what an identifier needs, for example `(02) with (00), or (8026) with (00)`.
struct Needs(Ai);

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.definition().requires().iter().enumerate() {
            f.write_str(if index > 0 { ", or " } else { "" })?;
            for (index, range) in group.iter().enumerate() {
                let joint = if index > 0 { " with " } else { "" };
                match (Range::first(*range), Range::last(*range)) {
                    (first, last) if first == last => write!(f, "{joint}({first})")?,
                    (first, last) => write!(f, "{joint}({first}) to ({last})")?,
                }
            }
        }
        Ok(())
    }
}
