//! Any bytes as an ONNX file with the right hash: an error, or a model that gives an error or a value in range.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: shared::let_tract_panic(), |bytes: &[u8]| shared::load_and_run(bytes));
