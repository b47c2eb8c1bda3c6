//! Why a document is refused.

use crate::limits;

/// Why a document was not read. Positions are byte offsets in the text as UTF-8, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The document is larger than [`limits::MAX_DOCUMENT`].
    #[error(
        "the document has {found} bytes, and at most {} are read; capture the events in several documents",
        limits::MAX_DOCUMENT
    )]
    TooLarge {
        /// The size of the document.
        found: usize,
    },
    /// The bytes are not UTF-8, and have no byte order mark of UTF-16.
    #[error("byte {position} is not UTF-8; save the document as UTF-8, or as UTF-16 with a byte order mark")]
    NotUtf8 {
        /// The position.
        position: usize,
    },
    /// The UTF-16 text has half a pair of surrogates, or half a unit.
    #[error("the UTF-16 text is broken; save the document as UTF-8")]
    NotUtf16,
    /// The document is in an encoding that is not read.
    #[error("the encoding {name} is not read; save the document as UTF-8")]
    UnsupportedEncoding {
        /// Its name in the document.
        name: String,
    },
    /// The text ends early.
    #[error("the document ends early; it was truncated, so transfer it again")]
    UnexpectedEnd,
    /// A character that JSON does not allow here.
    #[error("position {position} has a character that JSON does not allow there")]
    UnexpectedCharacter {
        /// The position.
        position: usize,
    },
    /// A string has an escape that JSON does not know, or half a pair of surrogates.
    #[error("position {position} has an escape that JSON does not know")]
    InvalidEscape {
        /// The position.
        position: usize,
    },
    /// A number is not written as JSON requires.
    #[error("position {position} starts a number that JSON does not allow")]
    InvalidNumber {
        /// The position.
        position: usize,
    },
    /// A number has more characters than [`limits::MAX_NUMBER`].
    #[error("the number at position {position} has more than {} characters", limits::MAX_NUMBER)]
    NumberTooLong {
        /// The position.
        position: usize,
    },
    /// Objects, arrays or elements nest deeper than [`limits::MAX_DEPTH`].
    #[error("position {position} nests deeper than {} levels", limits::MAX_DEPTH)]
    TooDeep {
        /// The position.
        position: usize,
    },
    /// The document has more values, or elements and attributes, than [`limits::MAX_VALUES`].
    #[error(
        "the document has more than {} values; capture the events in several documents",
        limits::MAX_VALUES
    )]
    TooManyValues,
    /// An object or element has the same member twice.
    #[error("the member {name:?} occurs twice in one object; remove one of them, because it is not defined which one counts")]
    DuplicateKey {
        /// The member.
        name: String,
    },
    /// More text follows the document.
    #[error("more text follows the end of the document at position {position}; remove it")]
    TrailingText {
        /// The position.
        position: usize,
    },
    /// More prefixes are declared than [`limits::MAX_NAMESPACES`].
    #[error("the document declares more than {} prefixes", limits::MAX_NAMESPACES)]
    TooManyNamespaces,
    /// Events with contexts of their own have more than [`limits::MAX_OWN_NAMESPACES`] prefixes together.
    #[error("the contexts of single events hold more than {} prefixes; declare them once, in the document's context", limits::MAX_OWN_NAMESPACES)]
    TooManyContexts,
    /// `ignoreFields` lists more than [`limits::MAX_IGNORED`] names.
    #[error("ignoreFields lists more than {} names", limits::MAX_IGNORED)]
    TooManyIgnored,
    /// The XML document has a document type declaration, which enables entity attacks.
    #[error("the XML document has a DOCTYPE, which EPCIS has no use for; remove it")]
    DoctypeRefused,
    /// The XML document refers to an entity that XML does not predefine.
    #[error("the entity &{name}; is not one of XML's own five; write its text instead")]
    UnknownEntity {
        /// Its name.
        name: String,
    },
    /// A character that XML 1.0 does not allow, even by reference.
    #[error("position {position} has a character that XML does not allow")]
    InvalidXmlCharacter {
        /// The position.
        position: usize,
    },
    /// The XML document is not well-formed.
    #[error("position {position} is not well-formed XML: {reason}")]
    Malformed {
        /// The position.
        position: usize,
        /// The reason, from the XML reader.
        reason: String,
    },
    /// An element or attribute has an undeclared prefix.
    #[error("the prefix {prefix:?} is not declared; declare its namespace")]
    UndeclaredPrefix {
        /// The prefix.
        prefix: String,
    },
    /// The document is not an EPCIS document.
    #[error("this is not an EPCISDocument, EPCISQueryDocument or EPCIS event; its type is {found:?}")]
    NotEpcis {
        /// The type or root element that was found.
        found: String,
    },
    /// A member that the reader needs is missing.
    #[error("{path} is missing")]
    Missing {
        /// The member.
        path: &'static str,
    },
    /// A member has the wrong kind of value.
    #[error("{path} must be {expected}")]
    WrongKind {
        /// The member.
        path: &'static str,
        /// The kind that is expected.
        expected: &'static str,
    },
    /// The event type is not one of the five of EPCIS 2.0.
    #[error("event {index} has the type {found:?}, which is not one of the five of EPCIS 2.0")]
    UnknownEventType {
        /// Its index in the document, from 0.
        index: usize,
        /// Its type.
        found: String,
    },
    /// The document has more events than [`limits::MAX_EVENTS`].
    #[error("the document has more than {} events; capture them in several documents", limits::MAX_EVENTS)]
    TooManyEvents,
}
