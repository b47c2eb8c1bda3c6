//! EPCIS documents in XML: never a panic, and the JSON-LD made of them says the same to both hashes.
#![no_main]

use epcis::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::from_xml(bytes) {
        let again = Document::from_json(document.to_json().as_bytes()).expect("what was written is read");
        for (left, right) in document.events().zip(again.events()) {
            assert_eq!(left.cbv_prehash(), right.cbv_prehash());
            assert_eq!(left.strict_prehash(), right.strict_prehash());
        }
    }
});
