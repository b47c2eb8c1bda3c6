//! What a document may have at most. Everything beyond is refused by name.

/// The greatest document, in bytes, before and after it is turned into UTF-8: 16 MiB.
pub const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// The deepest nesting of objects and arrays, or of elements. EPCIS itself needs 11 levels.
pub const MAX_DEPTH: usize = 64;

/// The most values of a JSON document, or elements and attributes of an XML document: what they need in memory is
/// many times their text.
pub const MAX_VALUES: usize = 1_000_000;

/// The longest number, in characters: the exact decimal of the smallest double needs fewer.
pub const MAX_NUMBER: usize = 1100;

/// The most prefixes that a document declares.
pub const MAX_NAMESPACES: usize = 128;

/// The most names that `ignoreFields` members list.
pub const MAX_IGNORED: usize = 256;

/// The most prefixes that hold for events with a context of their own, all such events together.
pub const MAX_OWN_NAMESPACES: usize = 100_000;

/// The most events of one document.
pub const MAX_EVENTS: usize = 100_000;

/// The longest identifier that is parsed as EPC URN or GS1 Digital Link, in bytes.
pub const MAX_IDENTIFIER: usize = 2048;

/// The most violations that validation reports.
pub const MAX_VIOLATIONS: usize = 100;
