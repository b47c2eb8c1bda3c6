//! EPCIS documents in JSON-LD: never a panic, and what was read is written so that it reads the same.
#![no_main]

use epcis::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::from_json(bytes) {
        let written = document.to_json();
        let again = Document::from_json(written.as_bytes()).expect("what was written is read");
        assert_eq!(again, document);
    }
});
