//! Hashes of events: the CBV's, equal to the reference implementation, and a strict one of our own.

mod cbv;
mod strict;
mod tree;
mod value;

use sha2::{Digest, Sha256};

use crate::Event;

impl Event<'_> {
    /// The CBV's event hash (CBV 2.0, 8.9) as `ni` URI with SHA-256.
    ///
    /// It omits `eventID`, `recordTime`, the error declaration, comments, and the fields that an `ignoreFields` member
    /// of the document lists; it rounds times to milliseconds and numbers to doubles. Two events that differ only there
    /// have the same hash, but not the same [`Event::strict_hash`].
    #[must_use]
    pub fn cbv_hash(&self) -> String {
        ni(self.cbv_prehash().as_bytes(), "CBV2.0")
    }

    /// The input of [`Event::cbv_hash`].
    #[must_use]
    pub fn cbv_prehash(&self) -> String {
        cbv::prehash(self)
    }

    /// The strict hash as `ni` URI with SHA-256: it covers every member except `eventID` and `recordTime`, exactly.
    /// docs/epcis.md specifies it.
    #[must_use]
    pub fn strict_hash(&self) -> String {
        ni(&self.strict_prehash(), "THERIAC1")
    }

    /// The input of [`Event::strict_hash`].
    #[must_use]
    pub fn strict_prehash(&self) -> Vec<u8> {
        strict::prehash(self)
    }
}

fn ni(prehash: &[u8], version: &str) -> String {
    format!("ni:///sha-256;{}?ver={version}", hex::encode(Sha256::digest(prehash)))
}
