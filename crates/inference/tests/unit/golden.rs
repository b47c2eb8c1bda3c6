//! tract must return the results that onnxruntime returned when the model was built.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::thread;

use crate::support;
use inference::{FeatureVector, Features, Manifest, Model};
use serde_json::Value;

fn features(manifest: &Manifest, row: &Value) -> FeatureVector {
    let mut features = Features::new(manifest);
    if let Some(picture) = row["png"].as_str() {
        features.set_image(&hex::decode(picture).unwrap()).unwrap();
    }
    let inputs = &row["inputs"];
    for input in &manifest.inputs {
        if let Some(value) = inputs[&input.name].as_f64() {
            features.set(&input.name, value, &input.unit).unwrap();
        }
    }
    features.build().unwrap()
}

fn golden(folder: &std::path::Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("golden.json")).unwrap()).unwrap()
}

#[test]
fn every_shipped_model_repeats_its_golden_rows() {
    let mut checked = 0;
    for entry in fs::read_dir(support::models()).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("manifest.json").is_file() {
            continue;
        }
        let model = Model::load(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        // The same model with more decimals shows the graph's own numbers.
        let mut json: Value =
            serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        for output in json["outputs"].as_array_mut().unwrap() {
            output["decimals"] = 12.into();
        }
        let onnx = fs::read(folder.join(&model.manifest().model.file)).unwrap();
        let precise = Model::new(support::parse(&json), &onnx).unwrap();

        let golden = golden(&folder);
        assert_eq!(golden["model_sha256"], hex::encode(model.manifest().model.sha256));
        let rows = golden["rows"].as_array().unwrap();
        assert!(rows.len() >= 20, "{} golden rows", rows.len());
        for (index, row) in rows.iter().enumerate() {
            let shipped = model.predict(&[features(model.manifest(), row)]).unwrap();
            let raw = precise.predict(&[features(precise.manifest(), row)]).unwrap();
            for (place, output) in model.manifest().outputs.iter().enumerate() {
                let expected = row["outputs"][&output.name].as_f64().unwrap();
                let found: f64 = raw[0][place].to_string().parse().unwrap();
                // Absolute for probabilities and other outputs up to 1. Above 1 it is relative: 32 bits hold seven
                // digits, and two neighbouring numbers near 100 already differ by 8e-6.
                assert!(
                    (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                    "{}, row {index}: {found}, onnxruntime {expected}",
                    folder.display()
                );
                let expected = i128::from(row["fixed"][&output.name].as_i64().unwrap());
                assert_eq!(shipped[0][place].value, expected, "row {index}");
                assert_eq!(shipped[0][place].decimals, output.decimals);
            }
        }
        checked += 1;
    }
    assert!(checked >= 1);
}

#[test]
fn rows_are_independent_and_clones_may_run_on_many_threads() {
    let model = Model::load(support::heart_disease()).unwrap();
    let golden = golden(&support::heart_disease());
    let rows: Vec<_> =
        golden["rows"].as_array().unwrap().iter().map(|row| features(model.manifest(), row)).collect();
    let alone: Vec<_> =
        rows.iter().map(|row| model.predict(std::slice::from_ref(row)).unwrap()[0].to_vec()).collect();
    assert!(model.predict(&rows).unwrap().rows().eq(&alone));
    assert_eq!(model.predict(&[]).unwrap().rows().len(), 0);
    thread::scope(|scope| {
        for _ in 0..4 {
            let (model, rows, alone) = (model.clone(), &rows, &alone);
            scope.spawn(move || assert!(model.predict(rows).unwrap().rows().eq(alone)));
        }
    });
}

#[test]
fn a_patient_of_a_general_practice_gets_a_risk() {
    let model = Model::load(support::heart_disease().join("manifest.json")).unwrap();
    let risk = model.predict(&[support::patient(model.manifest())]).unwrap()[0][0];
    // Trained on patients of whom 55 % have the disease: see the card.
    assert_eq!(risk.to_string(), "0.5886");
}
