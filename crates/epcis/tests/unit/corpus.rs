//! Replays the fuzzers' corpus: the small inputs that reach new code.

#![allow(clippy::unwrap_used)]

#[path = "../hostile/mod.rs"]
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
fn the_json_corpus_passes() {
    replay("json", hostile::json);
}

#[test]
fn the_xml_corpus_passes() {
    replay("xml", hostile::xml);
}

#[test]
fn the_hash_corpus_passes() {
    replay("hash", hostile::hash);
}
