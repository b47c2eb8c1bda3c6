//! Where salts come from: two steps of one pseudorandom function, HMAC-SHA-256 (RFC 2104, FIPS 198-1).
//!
//! ```text
//! batch key = HMAC-SHA-256(manufacturer's secret, "theriac/batch-key/1" ‖ batch)
//! salt      = the first 16 bytes of HMAC-SHA-256(batch key, "theriac/salt/1" ‖ serial)
//! ```
//!
//! The secret stays with the manufacturer. The key of one batch, with the leaves of its tree, is what a service needs
//! that gives proofs: a stolen one opens this batch and no other.

use core::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Salt;
use crate::BatchId;

/// What a manufacturer keeps to make the keys of its batches: 32 bytes from a generator of random numbers.
#[derive(Clone)]
pub struct ManufacturerSecret([u8; 32]);

/// The key of one batch: it makes the salts of its serials.
#[derive(Clone, PartialEq, Eq)]
pub struct BatchKey([u8; 32]);

impl ManufacturerSecret {
    /// The secret with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of a batch.
    #[must_use]
    pub fn batch_key(&self, batch: BatchId) -> BatchKey {
        BatchKey(hmac_sha_256(&self.0, &[b"theriac/batch-key/1", &batch.0]))
    }
}

impl BatchKey {
    /// The key with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes: a secret, for the file that is handed to a service that gives proofs.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The salt of a serial.
    #[must_use]
    pub fn salt(&self, serial: &[u8]) -> Salt {
        let [salt @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            hmac_sha_256(&self.0, &[b"theriac/salt/1", serial]);
        salt
    }
}

impl fmt::Debug for ManufacturerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManufacturerSecret(…)")
    }
}

impl fmt::Debug for BatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BatchKey(…)")
    }
}

fn hmac_sha_256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is taken.
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 3 of RFC 4231 has a key of 20 bytes; padded with zeros to 32 it is the same key for HMAC.
    #[test]
    fn the_function_is_the_one_of_rfc_4231() {
        let mut key = [0; 32];
        key[..20].copy_from_slice(&[0xAA; 20]);
        let expected = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe";
        assert_eq!(hex::encode(hmac_sha_256(&key, &[&[0xDD; 50]])), expected);
    }

    #[test]
    fn keys_and_salts_are_those_of_the_committed_vectors() {
        let vectors: serde_json::Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
        let bytes = |value: &serde_json::Value| -> [u8; 32] {
            hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
        };
        for vector in vectors["salts"].as_array().unwrap() {
            let batch =
                BatchId::of(vector["gtin"].as_u64().unwrap(), vector["lot"].as_str().unwrap().as_bytes());
            assert_eq!(batch.0, bytes(&vector["batch"]));
            let key = ManufacturerSecret::new(bytes(&vector["secret"])).batch_key(batch);
            assert_eq!(key.expose(), &bytes(&vector["batch_key"]));
            let salt = key.salt(vector["serial"].as_str().unwrap().as_bytes());
            assert_eq!(hex::encode(salt), vector["salt"].as_str().unwrap());
            let leaf = super::super::leaf(batch, vector["serial"].as_str().unwrap().as_bytes(), &salt);
            assert_eq!(leaf, bytes(&vector["leaf"]));
        }
    }

    #[test]
    fn a_secret_and_a_key_are_not_shown() {
        let secret = ManufacturerSecret::new([0x5A; 32]);
        let shown = format!("{secret:?} {:?}", secret.batch_key(BatchId([1; 32])));
        assert_eq!(shown, "ManufacturerSecret(…) BatchKey(…)");
    }
}
