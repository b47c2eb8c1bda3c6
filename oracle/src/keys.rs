//! The operator's key: read from a file that only its owner can read, wiped when it is dropped, never shown.

use std::fmt;

use k256::ecdsa::SigningKey;
use primitives::feeds;
use serve::secret::SecretError;
use zeroize::Zeroizing;

pub use serve::secret::Secret;

/// Why a key or token cannot be used. No message holds any part of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read, or is too weak.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Not 32 bytes in hexadecimal, or not in the curve's range.
    #[error("the operator's key is not a secp256k1 key; write 64 hexadecimal digits, see docs/oracle.md")]
    NotAKey,
}

/// The key with which an operator signs reports: secp256k1, wiped from memory when it is dropped.
#[derive(Clone)]
pub struct OperatorKey(SigningKey);

impl OperatorKey {
    /// Reads 64 hexadecimal digits, with or without `0x`.
    pub fn from_hex(secret: &Secret) -> Result<Self, KeyError> {
        let digits = secret.expose();
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| KeyError::NotAKey)?;
        SigningKey::from_slice(bytes.as_slice()).map(Self).map_err(|_| KeyError::NotAKey)
    }

    /// The compressed public key, as `feeds` registers it.
    #[must_use]
    pub fn public(&self) -> feeds::OperatorKey {
        let point = self.0.verifying_key().to_encoded_point(true);
        let mut key = [0; 33];
        // A compressed point always has 33 bytes.
        if let Some(bytes) = point.as_bytes().get(..33) {
            key.copy_from_slice(bytes);
        }
        key
    }

    /// Signs a hash: r, s and the recovery number, as the chain's `ecdsa_recover` takes it. The same hash gives the
    /// same signature (RFC 6979), with the lower of both s.
    pub fn sign(&self, hash: &[u8; 32]) -> Result<feeds::Signature, SignError> {
        let (signature, recovery) = self.0.sign_prehash_recoverable(hash).map_err(|_| SignError)?;
        let mut bytes = [0; 65];
        let (rs, v) = bytes.split_at_mut(64);
        rs.copy_from_slice(&signature.to_bytes());
        v.fill(recovery.to_byte());
        Ok(bytes)
    }
}

/// A hash that cannot be signed, with a probability of 2^-128; another report has another hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this hash cannot be signed with this key; report again")]
pub struct SignError;

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OperatorKey(public {})", hex::encode(self.public()))
    }
}

#[cfg(test)]
mod tests {
    use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

    use super::*;

    const DIGITS: &str = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d";

    fn key() -> OperatorKey {
        OperatorKey::from_hex(&DIGITS.to_owned().into()).unwrap()
    }

    #[test]
    fn a_signature_identifies_its_signer() {
        let hash = primitives::blake2_256(b"report");
        let signature = key().sign(&hash).unwrap();
        assert!(signature[64] < 2);
        let recovery = RecoveryId::from_byte(signature[64]).unwrap();
        let rs = Signature::from_slice(&signature[..64]).unwrap();
        let signer = VerifyingKey::recover_from_prehash(&hash, &rs, recovery).unwrap();
        assert_eq!(signer.to_encoded_point(true).as_bytes(), key().public());
        assert_eq!(key().sign(&hash), Ok(signature), "the same hash, the same signature");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for digits in ["", "12", &"0".repeat(64), &"f".repeat(64), &"g".repeat(64)] {
            assert!(matches!(OperatorKey::from_hex(&digits.to_owned().into()), Err(KeyError::NotAKey)));
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let shown = format!("{:?}", key());
        assert!(!shown.contains(&DIGITS[..8]), "{shown}");
    }
}
