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
    /// It leaves out `eventID`, `recordTime`, the error declaration, comments, and what an `ignoreFields` member of
    /// the document lists; it rounds times to milliseconds and numbers to doubles. Two events that differ there only
    /// have the same hash; [`Event::strict_hash`] tells them apart.
    #[must_use]
    pub fn cbv_hash(&self) -> String {
        ni(self.cbv_prehash().as_bytes(), "CBV2.0")
    }

    /// The text over which [`Event::cbv_hash`] is taken.
    #[must_use]
    pub fn cbv_prehash(&self) -> String {
        cbv::prehash(self)
    }

    /// The strict hash as `ni` URI with SHA-256: it covers every member but `eventID` and `recordTime`, exactly. Its
    /// specification is docs/epcis.md.
    #[must_use]
    pub fn strict_hash(&self) -> String {
        ni(&self.strict_prehash(), "THERIAC1")
    }

    /// The bytes over which [`Event::strict_hash`] is taken.
    #[must_use]
    pub fn strict_prehash(&self) -> Vec<u8> {
        strict::prehash(self)
    }
}

fn ni(prehash: &[u8], version: &str) -> String {
    format!("ni:///sha-256;{}?ver={version}", hex::encode(Sha256::digest(prehash)))
}
