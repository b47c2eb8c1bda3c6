//! What the fuzzers found, replayed: everything that reaches new code, small.

#![allow(clippy::unwrap_used)]

mod hostile;

/// Runs a target on all files of its corpus.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut files = 0usize;
    for entry in std::fs::read_dir(folder).unwrap() {
        check(&std::fs::read(entry.unwrap().path()).unwrap());
        files = files.saturating_add(1);
    }
    assert!(files > 0, "the corpus of {target} is empty");
}

#[test]
fn what_the_json_fuzzer_found_holds() {
    replay("json", hostile::json);
}

#[test]
fn what_the_xml_fuzzer_found_holds() {
    replay("xml", hostile::xml);
}

#[test]
fn what_the_hash_fuzzer_found_holds() {
    replay("hash", hostile::hash);
}
