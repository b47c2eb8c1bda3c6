//! Compiles the runtime crate to Wasm, optimises and compresses it. `devnet/build-runtime` takes the result.

use std::path::Path;

fn main() {
    let devnet = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a package's folder is in another one");
    substrate_wasm_builder::WasmBuilder::new()
        .with_project(devnet.join("runtime/Cargo.toml"))
        .expect("the runtime's manifest is beside this package")
        .import_memory()
        .export_heap_base()
        .build();
}
