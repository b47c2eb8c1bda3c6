//! What the targets for graphs share: the shipped heart disease model, and how a model is tried.

use std::panic;

use inference::trees::TreeExplainer;
use inference::{Features, Manifest, Model};
use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::ModelProto;

const MANIFEST: &[u8] = include_bytes!("../../../../../models/heart-disease/manifest.json");

/// Panics in tract are caught by the loader and are errors; all others are findings.
pub fn let_tract_panic() {
    let abort = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // Dependencies are compiled from the registry.
        if !info.location().is_some_and(|place| place.file().contains("registry")) {
            abort(info);
        }
    }));
}

/// Loads the bytes as if the manifest had been written for them, runs and explains two rows.
pub fn load_and_run(onnx: &[u8]) {
    let mut manifest = Manifest::parse(MANIFEST).expect("the shipped manifest");
    manifest.model.sha256 = Sha256::digest(onnx).into();
    let Ok(model) = Model::new(manifest, onnx) else { return };
    let mut features = Features::new(model.manifest());
    for (name, value, unit) in [
        ("age", 54.0, "a"),
        ("sex", 1.0, "1"),
        ("systolic_pressure", 132.0, "mm[Hg]"),
        ("cholesterol", 5.2, "mmol/L"),
    ] {
        features.set(name, value, unit).expect("a value in range");
    }
    let row = features.build().expect("no more gaps than allowed");
    if let Ok(results) = model.predict(&[row.clone(), row]) {
        assert_eq!(results.rows().len(), 2);
        assert_eq!(results[0], results[1]);
    }
    let explainer = ModelProto::decode(onnx).ok().and_then(|proto| TreeExplainer::new(&proto).ok());
    if let Some(explainer) = explainer {
        let _ = explainer.explain(&[0.5; 9]);
    }
}
