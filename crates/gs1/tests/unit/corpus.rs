//! The inputs that fuzzing found, again, with a stable compiler. Each file is a kind of input; see `fuzz/`.
#![allow(clippy::unwrap_used)]

#[path = "../hostile/mod.rs"]
mod hostile;

/// Runs a target on all files of its corpus.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut files = 0_usize;
    for file in std::fs::read_dir(folder).unwrap() {
        check(&std::fs::read(file.unwrap().path()).unwrap());
        files = files.saturating_add(1);
    }
    assert!(files > 0, "the corpus of {target} is empty");
}

#[test]
fn any_element_string_is_read_or_refused() {
    replay("element_string", hostile::element_string);
}

#[test]
fn any_bracketed_element_string_is_read_or_refused() {
    replay("bracketed", hostile::bracketed);
}

#[test]
fn any_digital_link_is_read_or_refused() {
    replay("digital_link", hostile::digital_link);
}

#[test]
fn any_compressed_link_is_read_or_refused() {
    replay("compressed", hostile::compressed);
}

#[test]
fn any_scan_is_read_or_refused() {
    replay("scan_data", hostile::scan_data);
}

#[test]
fn any_fields_are_put_together_or_refused() {
    replay("builder", hostile::builder);
}

#[test]
fn a_suggestion_for_any_typed_text_is_a_code() {
    replay("scanner", hostile::scanner);
}
