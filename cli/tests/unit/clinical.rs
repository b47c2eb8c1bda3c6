//! Clinical text and treatment options by the command line.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use testkit::theriac::theriac;

const AT: &str = "2026-11-21T12:00:00Z";

fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/clinical/tests/data").join(file)
}

#[test]
fn a_note_is_told_by_its_drugs_and_problems() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "Größe 1.80. Takes metfromin 500 mg, denies chest pain. Mother had asthma.")
        .unwrap();
    let found = theriac(folder.path(), &["text", "note.txt", "--json"]).ends_with(0).json();
    let facts: Vec<_> =
        found.as_array().unwrap().iter().map(|one| (&one["code"], &one["assertion"])).collect();
    assert_eq!(facts.len(), 3);
    assert_eq!(facts[0], (&"DB00331".into(), &"present".into()));
    assert_eq!(facts[1], (&"R07.4".into(), &"absent".into()));
    assert_eq!(facts[2], (&"J45.9".into(), &"family".into()));
    assert_eq!((&found[0]["start"], &found[0]["end"]), (&18.into(), &27.into()));
    let said = theriac(folder.path(), &["text", "note.txt"]).ends_with(0);
    assert!(said.out.contains("Metformin") && said.out.contains("of a relative"), "{}", said.out);
}

#[test]
fn a_note_that_cannot_be_read_is_refused_without_its_words() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("latin1.txt"), b"aspirin f\xfcr Herrn").unwrap();
    let said = theriac(folder.path(), &["text", "latin1.txt"]).ends_with(2);
    assert!(said.err.contains("latin1.txt is not UTF-8") && !said.err.contains("aspirin"), "{}", said.err);
    std::fs::write(folder.path().join("long.txt"), "aspirin ".repeat(40_000)).unwrap();
    let said = theriac(folder.path(), &["text", "long.txt"]).ends_with(2);
    assert!(said.err.contains("larger than 256 KiB") && !said.err.contains("aspirin"), "{}", said.err);
    theriac(folder.path(), &["text", "nowhere.txt"]).ends_with(2);
}

#[test]
fn no_contraindicated_treatment_is_shown_to_a_person_or_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = data("patient.json");
    let arguments = ["treatment", "--fhir", bundle.to_str().unwrap(), "--at", AT];
    let said = theriac(folder.path(), &arguments).ends_with(0);
    // A history of angio-oedema.
    assert!(!said.out.contains("ramipril)"), "{}", said.out);
    assert!(said.out.contains("Not a medical device"), "{}", said.out);
    let json = theriac(folder.path(), &[&arguments[..], &["--json"]].concat()).ends_with(0).json();
    let names = |list: &str| -> Vec<String> {
        let list = json[list].as_array().unwrap();
        list.iter().map(|one| one["treatment"].as_str().unwrap().to_owned()).collect()
    };
    assert!(names("possible").contains(&"dihydropyridine".to_owned()), "{json}");
    // Sodium was not measured.
    assert!(names("needs_check").contains(&"thiazide-like-diuretic".to_owned()), "{json}");
    assert!(!json["possible"].to_string().contains("ace-inhibitor"), "{json}");
    assert!(!json["needs_check"].to_string().contains("\"ace-inhibitor\""), "{json}");
    assert_eq!(json["ruled_out"][0]["fact"], "angio-oedema");
    assert!(json["baseline"]["events"].as_f64().unwrap() > 0.01, "{json}");
    assert!(json["intended_use"].as_str().unwrap().contains("physicians"), "{json}");
}

#[test]
fn what_is_left_out_of_a_record_is_named_to_a_person_and_to_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = std::fs::read_to_string(data("patient.json")).unwrap();
    let mut bundle: serde_json::Value = serde_json::from_str(&bundle).unwrap();
    let entries = bundle["entry"].as_array_mut().unwrap();
    let is_pulse = |entry: &serde_json::Value| entry["resource"]["code"]["coding"][0]["code"] == "8867-4";
    let pulse = entries.iter().position(is_pulse).unwrap();
    entries[pulse]["resource"]["valueQuantity"]["comparator"] = "<".into();
    let stopped = |entry: &serde_json::Value| entry["resource"]["status"] == "stopped";
    let medicine = entries.iter().position(stopped).unwrap();
    entries[medicine]["resource"]["doNotPerform"] = true.into();
    std::fs::write(folder.path().join("patient.json"), format!("\u{feff}{bundle}")).unwrap();
    let arguments = ["treatment", "--fhir", "patient.json", "--at", AT];
    let said = theriac(folder.path(), &arguments).ends_with(0);
    let left_out = format!("entry {medicine}: MedicationRequest.doNotPerform");
    assert!(said.out.contains(&left_out), "{}", said.out);
    assert!(said.out.contains(&format!("pulse in entry {pulse}: the latest finding is only a bound")));
    let json = theriac(folder.path(), &[&arguments[..], &["--json"]].concat()).ends_with(0).json();
    assert_eq!(json["left_out"][0]["entry"], medicine);
    assert_eq!(json["unusable"][0]["value"], "pulse");
}

#[test]
fn a_record_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.json"), r#"{"resourceType": "Bundle", "type": "collection"}"#)
        .unwrap();
    let said = theriac(folder.path(), &["treatment", "--fhir", "empty.json"]).ends_with(2);
    assert!(said.err.contains("the bundle has 0 patients"), "{}", said.err);
}
