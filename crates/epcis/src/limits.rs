//! The limits of a document. Each has its own error.

/// Maximum size of a document, in bytes, before and after its conversion to UTF-8: 16 MiB.
pub const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// Maximum nesting depth of objects and arrays, or of elements. EPCIS itself needs 11 levels.
pub const MAX_DEPTH: usize = 64;

/// Maximum number of values in a JSON document, or of elements and attributes in an XML document: in memory they need
/// many times the size of their text.
pub const MAX_VALUES: usize = 1_000_000;

/// Maximum length of a number, in characters: the exact decimal of the smallest double needs fewer.
pub const MAX_NUMBER: usize = 1100;

/// Maximum number of prefixes that a document declares.
pub const MAX_NAMESPACES: usize = 128;

/// Maximum number of names in `ignoreFields` members.
pub const MAX_IGNORED: usize = 256;

/// Maximum number of prefixes of all events with their own context together.
pub const MAX_OWN_NAMESPACES: usize = 100_000;

/// Maximum number of events in a document.
pub const MAX_EVENTS: usize = 100_000;

/// Maximum length of an identifier that is parsed as EPC URN or GS1 Digital Link, in bytes.
pub const MAX_IDENTIFIER: usize = 2048;

/// Maximum number of violations that validation reports.
pub const MAX_VIOLATIONS: usize = 100;
