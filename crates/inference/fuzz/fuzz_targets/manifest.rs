//! Any bytes as a manifest: an error, or a manifest whose inputs can be asked for.
#![no_main]

use inference::{Features, Manifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::parse(bytes) else { return };
    assert!(manifest.valid_until_ms() > 0);
    let mut features = Features::new(&manifest);
    for input in &manifest.inputs {
        for value in [input.range[0], input.range[1], f64::NAN, 0.0] {
            let _ = features.set(&input.name, value, &input.unit);
        }
    }
    let _ = features.build();
});
