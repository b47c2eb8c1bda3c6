//! Any bytes are a record or a named error, an error repeats nothing of a value, and what counts is about the patient.
#![no_main]

use fhir::{latest, Bundle, Code, Record, Window};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let bundle: Bundle = match fhir::read(bytes) {
        Ok(bundle) => bundle,
        Err(error) => {
            assert!(error.to_string().len() < 1_000);
            return;
        }
    };
    let Ok(record) = Record::of(&bundle) else { return };
    assert!(record.patient.ensure_usable().is_ok());
    let window = Window { from: Timestamp::MIN, until: Timestamp::MAX };
    for code in ["8480-6", "2093-3"] {
        let Some(finding) = latest(record.observed(), &[Code { system: "http://loinc.org", code }], window)
        else {
            continue;
        };
        assert!(!finding.observation.status.is_void());
        assert!(finding.observation.subject.is_some());
        if let Ok(measured) = finding.measurement() {
            assert!(finding.observation.status.is_verified());
            assert!(measured.value.is_finite());
            let _ = ucum::convert(measured.value, measured.unit, "mm[Hg]", None);
        }
    }
});
