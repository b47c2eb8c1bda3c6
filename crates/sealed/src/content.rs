//! The content of an envelope: a document with its salt, padded so that its length shows as little as possible.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{OpenError, SealError};

/// Minimum length of the padded content, in bytes.
pub(crate) const MIN_PADDED: usize = 1 << 10;
/// Maximum length of the padded content, in bytes.
pub(crate) const MAX_PADDED: usize = 1 << 20;
/// Salt and length before the document.
const PREFIX: usize = SALT + 4;
const SALT: usize = 32;
/// Maximum length of a document, in bytes: one mebibyte with its prefix.
pub const MAX_CONTENT: usize = MAX_PADDED - PREFIX;

const DIGEST_LABEL: &[u8] = b"Theriac sealed content 1";

/// A document and the salt that hides it behind its digest. Sealing it again keeps the salt, so the digest proves that
/// two envelopes hold the same document, even to parties that can open neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    salt: Zeroizing<[u8; SALT]>,
    bytes: Zeroizing<Vec<u8>>,
}

impl Content {
    /// A document with a new salt.
    ///
    /// # Errors
    /// [`SealError::TooLong`] over [`MAX_CONTENT`], [`SealError::NoRandomness`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, SealError> {
        let bytes = Zeroizing::new(bytes);
        if bytes.len() > MAX_CONTENT {
            return Err(SealError::TooLong { length: bytes.len() });
        }
        let mut salt = Zeroizing::new([0; SALT]);
        getrandom::fill(salt.as_mut_slice()).map_err(|_| SealError::NoRandomness)?;
        Ok(Self { salt, bytes })
    }

    /// The document.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of label, salt and document: binds the document, and reveals nothing about it without the salt.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(DIGEST_LABEL)
            .chain_update(*self.salt)
            .chain_update(&*self.bytes)
            .finalize()
            .into()
    }

    /// How long the document is with salt, length and padding: a power of two.
    pub(crate) fn padded_length(&self) -> usize {
        self.bytes.len().saturating_add(PREFIX).next_power_of_two().max(MIN_PADDED)
    }

    /// Salt, length (32 bits, big-endian), document, zeros.
    pub(crate) fn pad(&self) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let too_long = |_| SealError::TooLong { length: self.bytes.len() };
        let length = u32::try_from(self.bytes.len()).map_err(too_long)?;
        let mut padded = Zeroizing::new(Vec::with_capacity(self.padded_length()));
        padded.extend_from_slice(self.salt.as_slice());
        padded.extend_from_slice(&length.to_be_bytes());
        padded.extend_from_slice(&self.bytes);
        padded.resize(self.padded_length(), 0);
        Ok(padded)
    }

    /// Reads the output of [`Content::pad`], and nothing else.
    pub(crate) fn unpad(padded: &[u8]) -> Result<Self, OpenError> {
        let (salt, rest) = padded.split_first_chunk::<SALT>().ok_or(OpenError::BadPadding)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(OpenError::BadPadding)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| OpenError::BadPadding)?;
        let (bytes, padding) = rest.split_at_checked(length).ok_or(OpenError::BadPadding)?;
        let content = Self { salt: Zeroizing::new(*salt), bytes: Zeroizing::new(bytes.to_vec()) };
        if content.padded_length() != padded.len() || padding.iter().any(|byte| *byte != 0) {
            return Err(OpenError::BadPadding);
        }
        Ok(content)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_show_as_powers_of_two_only() {
        for (length, padded) in [(0, 1024), (988, 1024), (989, 2048), (2012, 2048), (MAX_CONTENT, MAX_PADDED)]
        {
            let content = Content::new(vec![7; length]).unwrap();
            assert_eq!(content.padded_length(), padded);
            let bytes = content.pad().unwrap();
            assert_eq!(bytes.len(), padded);
            assert_eq!(Content::unpad(&bytes), Ok(content));
        }
        let long = Content::new(vec![7; MAX_CONTENT + 1]);
        assert_eq!(long, Err(SealError::TooLong { length: MAX_CONTENT + 1 }));
    }

    #[test]
    fn padding_has_one_form() {
        let content = Content::new(b"terms".to_vec()).unwrap();
        let padded = content.pad().unwrap().to_vec();
        let mut dirty = padded.clone();
        dirty[1023] = 1;
        let mut beyond = padded.clone();
        beyond[32..36].copy_from_slice(&2000_u32.to_be_bytes());
        let generous = [padded.clone(), vec![0; 1024]].concat();
        for wrong in
            [&dirty, &beyond, &generous, &padded[..1023].to_vec(), &padded[..40].to_vec(), &Vec::new()]
        {
            assert_eq!(Content::unpad(wrong), Err(OpenError::BadPadding));
        }
    }

    #[test]
    fn a_digest_reveals_nothing_without_the_salt() {
        let (first, second) =
            (Content::new(b"terms".to_vec()).unwrap(), Content::new(b"terms".to_vec()).unwrap());
        assert_ne!(first.digest(), second.digest());
        assert_eq!(first.digest(), first.clone().digest());
        assert_eq!(format!("{first:?}"), "Content(…)");
    }
}
