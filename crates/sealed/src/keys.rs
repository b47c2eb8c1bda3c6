//! X25519 keys to which documents are sealed.

use std::fmt;

use hpke::{Deserializable, Kem as _, Serializable};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::KeyringError;
use crate::suite::Kem;

/// A public key as `access` registers it: 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// The identifier that envelopes use.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(Sha256::digest(self.0).into())
    }
}

/// The SHA-256 of a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub [u8; 32]);

/// A private key: overwritten when it is dropped, and never shown.
#[derive(Clone)]
pub struct SealingKey {
    private: Zeroizing<[u8; 32]>,
    public: PublicKey,
}

impl SealingKey {
    /// A new key.
    ///
    /// # Errors
    /// [`KeyringError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyringError> {
        let mut private = Zeroizing::new([0; 32]);
        getrandom::fill(private.as_mut_slice()).map_err(|_| KeyringError::NoRandomness)?;
        Self::from_bytes(private)
    }

    /// The key of 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyringError::NotAKeyring`] if they are not a key.
    pub fn from_hex(digits: &str) -> Result<Self, KeyringError> {
        let mut private = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, private.as_mut_slice()).map_err(|_| KeyringError::NotAKeyring)?;
        Self::from_bytes(private)
    }

    fn from_bytes(private: Zeroizing<[u8; 32]>) -> Result<Self, KeyringError> {
        let key = <Kem as hpke::Kem>::PrivateKey::from_bytes(private.as_slice());
        let public = Kem::sk_to_pk(&key.map_err(|_| KeyringError::NotAKeyring)?);
        Ok(Self { private, public: PublicKey(public.to_bytes().into()) })
    }

    /// The public key.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.private
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", hex::encode(self.public.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_its_public_part_only() {
        let key = SealingKey::generate().unwrap();
        let shown = format!("{key:?}");
        assert!(shown.contains(&hex::encode(key.public().0)));
        assert!(!shown.contains(&hex::encode(key.expose())));
    }

    #[test]
    fn invalid_digits_are_refused_and_not_shown() {
        for digits in ["", "00", &"g".repeat(64), &"1".repeat(65)] {
            let error = SealingKey::from_hex(digits).unwrap_err();
            assert!(matches!(error, KeyringError::NotAKeyring));
        }
    }
}
