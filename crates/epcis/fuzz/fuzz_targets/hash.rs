//! Hashes and identifiers: never a panic; the order of members does not matter; identifiers convert there and back.
#![no_main]

use epcis::{canonical, link_to_urn, urn_to_link, Document};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::read(bytes) {
        for event in document.events() {
            assert!(event.cbv_hash().starts_with("ni:///sha-256;"));
            assert!(event.strict_hash().starts_with("ni:///sha-256;"));
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(link) = urn_to_link(text) {
            assert_eq!(canonical(&link).as_deref(), Some(link.as_str()));
        }
        for length in 6..=12 {
            if let Ok(urn) = link_to_urn(text, length) {
                urn_to_link(&urn).expect("a URN that was made is read");
            }
        }
    }
});
