//! Properties that hold for any bytes: the fuzz targets check them, and a test checks them on the fuzzing corpus.

#![allow(clippy::expect_used, clippy::panic)]

use epcis::mapping::StateChange;
use epcis::{canonical, link_to_urn, urn_to_link, Document};

/// JSON-LD: a document that was read and written reads the same, and stays valid if it was.
pub fn json(bytes: &[u8]) {
    if let Ok(document) = Document::from_json(bytes) {
        let again = Document::from_json(document.to_json().as_bytes()).expect("a written document is read");
        assert_eq!(again, document);
        assert_eq!(again.validate(), document.validate());
        let undeclared = document.undeclared_prefixes();
        assert_eq!(again.undeclared_prefixes(), undeclared);
        assert!(undeclared.len() <= epcis::limits::MAX_VIOLATIONS);
    }
}

/// XML: the JSON-LD made from it has the same two hashes.
pub fn xml(bytes: &[u8]) {
    if let Ok(document) = Document::from_xml(bytes) {
        let again = Document::from_json(document.to_json().as_bytes()).expect("a written document is read");
        assert_eq!(again.events().count(), document.events().count());
        for (left, right) in document.events().zip(again.events()) {
            assert_eq!(left.cbv_prehash(), right.cbv_prehash());
            assert_eq!(left.strict_prehash(), right.strict_prehash());
        }
    }
}

/// Hashes, changes on chain and identifiers: every conversion can be undone.
pub fn hash(bytes: &[u8]) {
    if let Ok(document) = Document::read(bytes) {
        for event in document.events() {
            assert!(event.cbv_hash().starts_with("ni:///sha-256;"));
            assert!(event.strict_hash().starts_with("ni:///sha-256;"));
            if let Ok(change) = StateChange::of_event(&event) {
                let mapped = change.to_event().expect("a time that was read is written");
                let document = Document::new("2026-01-01T00:00:00Z", vec![mapped]).expect("it is an event");
                let again = document.events().next().expect("it has one event");
                assert_eq!(StateChange::of_event(&again), Ok(change));
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(link) = urn_to_link(text) {
            assert_eq!(canonical(&link).as_deref(), Some(link.as_str()));
        }
        for length in 6..=12 {
            if let Ok(urn) = link_to_urn(text, length) {
                let link = urn_to_link(&urn).expect("a URN that was made is read");
                assert_eq!(link_to_urn(&link, length), Ok(urn));
            }
        }
    }
}
