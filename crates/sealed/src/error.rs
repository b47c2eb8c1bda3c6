//! Errors. No message holds any part of a key or of a sealed document.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::content::MAX_CONTENT;
use crate::envelope::MAX_RECIPIENTS;
use crate::keyring::MAX_KEYS;

/// Why bytes are not an envelope that this program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Too short, or other first bytes.
    #[error("the bytes are not a sealed envelope; check that the hash is one of sealed terms")]
    NotAnEnvelope,
    /// An unknown version of the format.
    #[error(
        "the envelope has the format version {0}, and this program reads version 1; use a newer program"
    )]
    UnknownVersion(u8),
    /// An unknown cipher suite.
    #[error("the envelope uses the cipher suite {0}, and this program knows suite 1; use a newer program")]
    UnknownSuite(u8),
    /// An unknown purpose.
    #[error(
        "the envelope was sealed for the purpose {0}, which this program does not know; use a newer program"
    )]
    UnknownPurpose(u8),
    /// No recipient, or too many.
    #[error("the envelope names {0} recipients, and 1 to {MAX_RECIPIENTS} are allowed; ask its author for a correct one")]
    RecipientCount(u8),
    /// Not ascending by key.
    #[error("the envelope's recipients are not in order; ask its author for a correct one")]
    RecipientsNotSorted,
    /// The content's length is not one that padding produces.
    #[error("the envelope's content has an impossible length; ask its author for a correct one")]
    ContentLength,
    /// Truncated, or followed by other bytes.
    #[error("the envelope has {actual} bytes, and its head announces {expected}; fetch it again")]
    WrongLength {
        /// The length that its head announces.
        expected: usize,
        /// Its actual length.
        actual: usize,
    },
}

/// A part of an envelope's context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextPart {
    /// The chain.
    Genesis,
    /// The contract.
    Contract,
    /// The consignor.
    Consignor,
    /// The consignee.
    Consignee,
    /// The purpose.
    Purpose,
}

impl fmt::Display for ContextPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Genesis => "chain",
            Self::Contract => "contract",
            Self::Consignor => "consignor",
            Self::Consignee => "consignee",
            Self::Purpose => "purpose",
        })
    }
}

/// Why an envelope is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed for another context.
    #[error("the envelope was sealed for another {0}; do not rely on it, and ask its sender")]
    OtherContext(ContextPart),
    /// Its author's account did not sign these bytes.
    #[error(
        "the envelope is not signed by the account of its author; do not rely on it, and fetch it again"
    )]
    BadSignature,
    /// None of the keys belongs to a recipient.
    #[error("the envelope is sealed to none of your keys; check the keyring, or ask its author to seal it to your key")]
    NotARecipient,
    /// The content key cannot be opened, although it is sealed to one of the keys.
    #[error(
        "the envelope's key cannot be opened: it was damaged or badly made; ask its author for a correct one"
    )]
    KeyNotOpened,
    /// The content does not open with its key.
    #[error("the envelope's content cannot be opened: it was damaged or badly made; ask its author for a correct one")]
    ContentNotOpened,
    /// The padding is malformed.
    #[error("the envelope's content is badly padded; ask its author for a correct one")]
    BadPadding,
    /// The content does not match the digest in the head.
    #[error("the envelope's content does not match its digest; do not rely on it, and ask its author")]
    DigestMismatch,
}

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The document is too long.
    #[error("the document has {length} bytes, and at most {MAX_CONTENT} can be sealed; seal a shorter one, or a hash of it")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// No recipient, or too many.
    #[error("{0} recipients are named, and 1 to {MAX_RECIPIENTS} are allowed; name others, each once")]
    RecipientCount(usize),
    /// A public key that keeps nothing secret: a point of low order.
    #[error("a recipient's sealing key is weak; ask the recipient to register a new one")]
    WeakKey,
    /// The signature is not the author's.
    #[error("the signature is not by the author's account; sign with the key of that account")]
    WrongSigner,
    /// The cipher failed.
    #[error("the cipher failed; try again, and report a repeated failure to the makers of this program")]
    Cipher,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers; do not use this computer")]
    NoRandomness,
}

/// Why a keyring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file cannot be read, or others than its owner may read or write it.
    #[error("the keyring {0}")]
    File(#[from] files::Error),
    /// The file cannot be written.
    #[error("the keyring {path} cannot be written: {source}; check the path, its folder and its owner", path = .path.display())]
    NotWritten {
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// It holds no keys, or something else.
    #[error("the keyring is not one: each line is to have a key of 64 hexadecimal digits; see docs/confidential.md")]
    NotAKeyring,
    /// It exists already.
    #[error("the keyring {path} exists already; add a key to it with `theriac sealing-key rotate`", path = .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Too many keys.
    #[error("the keyring would have more than {MAX_KEYS} keys; move the oldest ones to another file")]
    Full,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers; do not use this computer")]
    NoRandomness,
}
