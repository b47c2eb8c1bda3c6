//! Models as libraries export them run as they are, with onnxruntime's results.
//!
//! These are some of the zoo's (models/zoo), with twenty rows each; `make zoo` makes and compares all of them.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::PathBuf;

use crate::exported::{compare, rows, TOLERANCE};
use inference::import::{import, Answers};
use inference::{Manifest, Model};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{json, Value};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/zoo")
}

#[test]
fn models_run_as_they_were_exported() {
    let mut wrong = Vec::new();
    let mut kinds = Vec::new();
    for folder in fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()) {
        let (rows, to) = (rows(&folder), tempfile::tempdir().unwrap());
        kinds.push(rows["kind"].clone());
        match compare(&folder, to.path(), &rows) {
            Ok((values, difference)) if values > 0 && difference <= TOLERANCE => {}
            other => wrong.push(format!("{}: {other:?}", folder.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(kinds.len() >= 20, "{} models", kinds.len());
}

fn answers() -> Answers {
    Answers { name: "ward".to_owned(), valid_until: "2030-12-31".to_owned(), ..Answers::default() }
}

#[test]
fn an_import_says_what_only_a_person_knows_and_fills_in_the_rest() {
    let folder = fixtures().join("frame-one-hot");
    let manifest = import(&folder, "model.onnx", &answers(), None).unwrap().manifest;
    let names: Vec<&Value> =
        manifest["inputs"].as_array().unwrap().iter().map(|input| &input["name"]).collect();
    assert_eq!(names, ["age", "systolic_bp", "visits", "sex", "ward"]);
    assert_eq!(manifest["inputs"][1]["column"], "Systolic_BP");
    let texts: Vec<&Value> = manifest["inputs"][4]["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|category| &category["text"])
        .collect();
    assert_eq!(texts, ["A1", "B2", "C3", "D4"]);
    let outputs: Vec<&Value> =
        manifest["outputs"].as_array().unwrap().iter().map(|output| &output["from"]).collect();
    let expected = [
        json!({ "output": "output_label", "column": 0 }),
        json!({ "output": "output_probability", "class": "1" }),
    ];
    assert_eq!(outputs, expected.iter().collect::<Vec<_>>());
    for field in
        ["description", "inputs[age].unit", "inputs[age].range", "inputs[sex].source", "training_data"]
    {
        assert!(manifest["open"][field].is_string(), "{field} is not open");
    }
    // What is written is a manifest that can be used as it is.
    assert!(Manifest::parse(manifest.to_string().as_bytes()).is_ok());
}

#[test]
fn a_second_import_keeps_what_a_person_wrote() {
    let folder = fixtures().join("frame-one-hot");
    let mut written = import(&folder, "model.onnx", &answers(), None).unwrap().manifest;
    written["description"] = "Risk of a fall on the ward".into();
    written["inputs"][1]["unit"] = "mm[Hg]".into();
    written["inputs"][1]["name"] = "pressure".into();
    written["outputs"].as_array_mut().unwrap().remove(0);
    let open = written["open"].as_object_mut().unwrap();
    for answered in ["description", "inputs[systolic_bp].unit"] {
        open.remove(answered).unwrap();
    }
    let again =
        import(&folder, "model.onnx", &answers(), Some(written.to_string().as_bytes())).unwrap().manifest;
    assert_eq!(again["description"], "Risk of a fall on the ward");
    assert_eq!(again["inputs"][1]["unit"], "mm[Hg]");
    assert_eq!(again["inputs"][1]["name"], "pressure");
    assert_eq!(again["outputs"].as_array().unwrap().len(), 1);
    let open = again["open"].as_object().unwrap();
    assert!(!open.contains_key("description") && !open.contains_key("inputs[systolic_bp].unit"), "{open:?}");
    assert!(open.contains_key("licence"), "{open:?}");
}

#[test]
fn two_imports_of_a_file_are_equal() {
    for name in ["svc", "dictionary", "torch-lstm-two-ways"] {
        let one = || import(&fixtures().join(name), "model.onnx", &answers(), None).unwrap().manifest;
        assert_eq!(one(), one());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// Bytes are replaced, so that most files are still ONNX and say something else.
    #[test]
    fn a_damaged_export_is_refused_or_runs_and_never_panics(
        which in any::<Index>(),
        damage in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        let models: Vec<PathBuf> = {
            let mut all: Vec<_> = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
            all.sort();
            all
        };
        let mut bytes = fs::read(models[which.index(models.len())].join("model.onnx")).unwrap();
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("model.onnx"), &bytes).unwrap();
        if let Ok(imported) = import(folder.path(), "model.onnx", &answers(), None) {
            let manifest = Manifest::parse(imported.manifest.to_string().as_bytes()).unwrap();
            let model = Model::new(manifest, &bytes);
            prop_assert!(model.is_ok() || !imported.description.weights.is_empty(), "{:?}", model.err());
        }
    }
}

/// `THERIAC_DAMAGED` plays more.
fn cases() -> u32 {
    std::env::var("THERIAC_DAMAGED").ok().and_then(|cases| cases.parse().ok()).unwrap_or(128)
}
