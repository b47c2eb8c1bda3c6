//! Any text as rows for a model: refused, or as many rows as it has, each of which stands for itself.
#![no_main]

use std::sync::LazyLock;

use inference::rows::{read, MAX_ROWS_OF_TEXT};
use inference::Manifest;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    let shipped = include_bytes!("../../../../models/heart-disease/manifest.json");
    Manifest::parse(shipped).expect("the shipped manifest")
});

fuzz_target!(|text: &str| {
    let Ok(rows) = read(&MANIFEST, text) else { return };
    assert!((1..=MAX_ROWS_OF_TEXT).contains(&rows.len()));
    let alone: Vec<String> = if text.trim_start().starts_with('[') {
        let objects: Vec<&RawValue> = serde_json::from_str(text).expect("rows are a JSON array");
        objects.iter().map(|object| format!("[{object}]")).collect()
    } else if text.contains(['"', '\r']) {
        // Lines and cells may be within quotation marks.
        return;
    } else {
        let mut lines = text.split('\n').filter(|line| !line.is_empty());
        let names = lines.next().expect("rows have a first line");
        lines.map(|line| format!("{names}\n{line}")).collect()
    };
    assert_eq!(alone.len(), rows.len());
    for (row, alone) in rows.iter().zip(alone) {
        let read = read(&MANIFEST, &alone).expect("what is a row among others is a row");
        assert!(read.len() == 1 && read[0] == *row, "{alone:?}");
    }
});
