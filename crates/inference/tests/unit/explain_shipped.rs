//! Every golden row of every shipped model with trees is explained, and its contributions add up to its score.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use inference::{Features, Model};
use serde_json::Value;

/// The folders of models whose graph has a tree ensemble.
fn with_trees() -> Vec<PathBuf> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let folders = std::fs::read_dir(models).unwrap().map(|entry| entry.unwrap().path());
    let has_trees = |folder: &PathBuf| {
        let graph = std::fs::read(folder.join("model.onnx")).unwrap_or_default();
        graph.windows(12).any(|text| text == b"TreeEnsemble")
    };
    folders.filter(has_trees).collect()
}

fn rows(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("golden.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["rows"].as_array().unwrap().clone()
}

#[test]
fn contributions_add_up_to_the_log_odds_of_the_golden_rows() {
    let folders = with_trees();
    assert!(folders.len() >= 5);
    for folder in folders {
        let model = Model::load(&folder).unwrap();
        let name = &model.manifest().name;
        for row in rows(&folder) {
            let mut features = Features::new(model.manifest());
            for input in &model.manifest().inputs {
                if let Some(value) = row["inputs"][&input.name].as_f64() {
                    features.set(&input.name, value, &input.unit).unwrap();
                }
            }
            let explanation = model.explain(&features.build().unwrap(), "risk").unwrap();
            let risk = row["outputs"]["risk"].as_f64().unwrap();
            let log_odds = (risk / (1.0 - risk)).ln();
            assert!(explanation.log_odds);
            // The precision of the odds of a golden risk in 32 bits.
            let rounding = 4.0 * f64::from(f32::EPSILON) / (risk * (1.0 - risk));
            assert!((explanation.score - log_odds).abs() < 1e-5 + rounding, "{name}: {explanation:?}");
            let sum: f64 = explanation.contributions.iter().map(|(_, adds)| adds).sum();
            let off = (explanation.base + sum - explanation.score).abs();
            assert!(off < 1e-3 + 30.0 * rounding, "{name}: {off} off, {explanation:?}");
        }
    }
}
