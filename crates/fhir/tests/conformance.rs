//! The official examples of R4, from `fhir-r4/` in the folder that the environment variable `CONFORMANCE_DIR` names.
//!
//! Each is read. A bundle of them is the record of one patient, or is refused by the reason that is listed here.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use fhir::{Bundle, Record, RecordError};
use serde_json::{json, Value};

fn examples() -> Option<Vec<(String, Value)>> {
    let Some(folder) = std::env::var_os("CONFORMANCE_DIR") else {
        eprintln!("NOT RUN: fhir-r4: CONFORMANCE_DIR is not set");
        return None;
    };
    let folder = PathBuf::from(folder).join("fhir-r4");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "fhir-r4 in CONFORMANCE_DIR has no example");
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
    };
    Some(paths.into_iter().map(read).collect())
}

#[test]
fn every_example_is_read() {
    let Some(examples) = examples() else { return };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused = Vec::new();
    for (name, example) in examples {
        let kind = example["resourceType"].as_str().unwrap().to_owned();
        let bundle = if kind == "Bundle" {
            example
        } else {
            json!({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": example}]})
        };
        match fhir::read::<Bundle>(bundle.to_string().as_bytes()) {
            Ok(_) => *counts.entry(kind).or_default() += 1,
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    println!("fhir-r4: read {} examples: {counts:?}", counts.values().sum::<usize>());
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn every_bundle_is_the_record_of_its_one_patient_or_is_refused() {
    let Some(examples) = examples() else { return };
    for (name, example) in examples.into_iter().filter(|(_, example)| example["resourceType"] == "Bundle") {
        let entries = example["entry"].as_array().cloned().unwrap_or_default();
        let patients = entries.iter().filter(|entry| entry["resource"]["resourceType"] == "Patient").count();
        let bundle: Bundle = fhir::read(example.to_string().as_bytes()).unwrap();
        match Record::of(&bundle) {
            Ok(record) => {
                assert_eq!(patients, 1, "{name}");
                println!("fhir-r4: {name} is a record, left out: {:?}", record.left_out);
            }
            Err(error) => assert_eq!(error, RecordError::NotOnePatient(patients), "{name}"),
        }
    }
}

/// The examples that are about one patient, each with a patient of that id.
#[test]
fn every_example_about_a_patient_is_part_of_that_patients_record_and_of_no_other() {
    let Some(examples) = examples() else { return };
    let mut counts = (0_usize, 0_usize);
    for (name, example) in examples {
        let element = match example["resourceType"].as_str().unwrap() {
            "Observation" | "Condition" | "MedicationRequest" | "MedicationStatement" => "subject",
            "AllergyIntolerance" => "patient",
            _ => continue,
        };
        let reference = example[element]["reference"].as_str().map(str::to_owned);
        let id = reference.as_deref().and_then(|reference| reference.strip_prefix("Patient/"));
        let record = |id: &str| {
            let patient = json!({"resourceType": "Patient", "id": id, "birthDate": "1950-01-01"});
            let entries = [json!({"resource": patient}), json!({"resource": example})];
            let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
            let bundle: Bundle = fhir::read(bundle.to_string().as_bytes()).unwrap();
            Record::of(&bundle).map(|_| ())
        };
        let is_foreign = |id: &str| matches!(record(id), Err(RecordError::Foreign { entry: 1, .. }));
        assert!(is_foreign("somebody-else"), "{name}");
        match id {
            Some(id) => {
                counts.0 += 1;
                assert_eq!(record(id), Ok(()), "{name}");
            }
            // About a device, a location, a group, or nobody.
            None => counts.1 += 1,
        }
    }
    println!("fhir-r4: {} examples are about a patient, {} about something else", counts.0, counts.1);
}
