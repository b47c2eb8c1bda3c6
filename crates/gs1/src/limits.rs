//! How much a code may have.

/// Longest input that is read, in bytes. The largest symbol, a QR Code, carries 7089 digits.
pub const MAX_INPUT: usize = 8_192;

/// Most fields of one code. The longest codes in use have about a dozen.
pub const MAX_ELEMENTS: usize = 64;
