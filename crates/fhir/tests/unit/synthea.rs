//! Bundles of synthetic patients by Synthea, from the folder in `THERIAC_FHIR_DIR` (files `*.json`, for example
//! from <https://synthea.mitre.org/downloads>).
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use fhir::{latest, Bundle, BundleType, Code, PatientError, Record, RecordError, Window};
use jiff::Timestamp;

fn bundles() -> Option<Vec<(PathBuf, Bundle)>> {
    let Some(folder) = std::env::var_os("THERIAC_FHIR_DIR") else {
        eprintln!("NOT RUN: set THERIAC_FHIR_DIR to a folder with Synthea bundles (*.json)");
        return None;
    };
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(!paths.is_empty(), "the folder in THERIAC_FHIR_DIR has no *.json");
    let read = |path: PathBuf| {
        let bundle = fhir::read(&std::fs::read(&path).unwrap());
        (path.clone(), bundle.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    Some(paths.into_iter().map(read).collect())
}

#[test]
fn every_bundle_has_one_patient_with_an_age_and_a_blood_pressure() {
    let Some(bundles) = bundles() else { return };
    let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    for (path, bundle) in &bundles {
        assert_eq!(bundle.kind, BundleType::Transaction, "{}", path.display());
        let patients: Vec<_> = bundle.patients().collect();
        assert_eq!(patients.len(), 1, "{}", path.display());
        assert!(patients[0].age_at(now).unwrap() < 130);
        assert!(patients[0].gender.is_some());
        let record = match Record::of(bundle) {
            Ok(record) => record,
            Err(error) => {
                assert_eq!(error, RecordError::Patient(PatientError::Deceased), "{}", path.display());
                continue;
            }
        };

        let systolic = [Code { system: "http://loinc.org", code: "8480-6" }];
        let window = Window { from: Timestamp::MIN, until: now };
        let finding = latest(record.observed(), &systolic, window).unwrap();
        let measurement = finding.measurement().unwrap();
        assert_eq!(measurement.unit, "mm[Hg]");
        assert!((60.0..260.0).contains(&measurement.value), "{}", path.display());
        // No earlier measurement may be preferred to the finding.
        let later = record.observed().filter(|observation| observation.effective() > Some(finding.effective));
        assert!(latest(later, &systolic, window).is_none());
    }
}
