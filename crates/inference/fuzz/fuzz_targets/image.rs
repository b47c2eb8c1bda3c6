//! Any bytes as an image file for two models, grey and coloured: an error, or features that are complete.
#![no_main]

use std::sync::LazyLock;

use inference::{Features, Manifest};
use libfuzzer_sys::fuzz_target;

/// A manifest of the smallest form around the image part.
fn manifest(channels: &str) -> Manifest {
    let hash = "0".repeat(64);
    let json = format!(
        r#"{{"format": 1, "name": "picture", "version": "1.0.0", "kind": "inventory", "description": "d", "licence": "l",
        "valid_until": "2030-01-01", "intended_use": "u", "limits": ["l"],
        "model": {{"file": "model.onnx", "sha256": "{hash}", "opset": 17, "input": "features"}},
        "inputs": [], "image": {{"width": 4, "height": 4, "channels": "{channels}", "range": [0, 1],
            "formats": ["png", "jpeg"], "resize": "shrink"}},
        "max_missing": 0, "outputs": [{{"name": "o", "description": "d", "unit": "1", "range": [0, 1], "decimals": 4}}],
        "thresholds": [],
        "training_data": {{"name": "n", "origin": "o", "sha256": "{hash}", "rows": 1, "licence": "l"}}}}"#
    );
    Manifest::parse(json.as_bytes()).expect("the manifest is sound")
}

static MANIFESTS: LazyLock<[Manifest; 2]> = LazyLock::new(|| ["grey", "rgb"].map(manifest));

fuzz_target!(|bytes: &[u8]| {
    for manifest in &*MANIFESTS {
        let mut features = Features::new(manifest);
        if features.set_image(bytes).is_ok() {
            assert!(features.build().is_ok());
        }
    }
});
