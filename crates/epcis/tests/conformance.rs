//! The public suites of EPCIS, in the folder that `CONFORMANCE_DIR` names. Run by `make conformance`.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::path::{Path, PathBuf};

use epcis::{Document, ReadError};

/// Runs a set, and prints how many vectors passed and which failed. A missing set is reported.
fn run(set: &str, check: impl Fn(&Path) -> Vec<Result<(), String>>) {
    let Some(root) = std::env::var_os("CONFORMANCE_DIR") else {
        eprintln!("{set}: not run, CONFORMANCE_DIR is not set");
        return;
    };
    let folder = Path::new(&root).join(set);
    if !folder.is_dir() {
        eprintln!("{set}: not found in CONFORMANCE_DIR");
        return;
    }
    let results: Vec<Result<(), String>> = files(&folder).iter().flat_map(|file| check(file)).collect();
    let failures: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    println!("{set}: {} of {} passed", results.len() - failures.len(), results.len());
    assert!(!results.is_empty(), "{set} has no vectors");
    assert!(failures.is_empty(), "{set}: {failures:#?}");
}

/// All documents of a folder and the folders in it, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if ["jsonld", "json", "xml"]
            .iter()
            .any(|end| path.extension().is_some_and(|found| found == *end))
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> Result<Document, String> {
    Document::read(&std::fs::read(path).unwrap()).map_err(|error| format!("{}: {error}", path.display()))
}

/// Each event of a document against the hash that the reference implementation wrote down; documents without a
/// list of hashes are those whose events all hash alike.
#[test]
fn every_event_has_the_hash_of_the_reference() {
    run("epcis-hash", |path| {
        let document = match read(path) {
            Ok(document) => document,
            Err(error) => return vec![Err(error)],
        };
        let found: Vec<String> = document.events().map(|event| event.cbv_hash()).collect();
        let listed = std::fs::read_to_string(path.with_extension("hashes"));
        let expected: Vec<String> = match &listed {
            Ok(text) if !path.parent().unwrap().ends_with("expected_equal") => {
                text.lines().map(str::to_owned).collect()
            }
            _ => vec![found.first().cloned().unwrap_or_default(); found.len()],
        };
        let mut results: Vec<Result<(), String>> = document
            .events()
            .zip(&found)
            .zip(&expected)
            .map(|((event, found), expected)| {
                if found == expected {
                    Ok(())
                } else {
                    Err(format!("{}: {found} from {}", path.display(), event.cbv_prehash()))
                }
            })
            .collect();
        if found.len() != expected.len() || found.is_empty() {
            results.push(Err(format!(
                "{}: {} events, {} hashes",
                path.display(),
                found.len(),
                expected.len()
            )));
        }
        results
    });
}

/// The only faulty example of the standard: it gives its event two different IDs.
const FAULTY: &str = "AssociationEvent-h.jsonld";

/// The standard's own examples: valid by our rules, and the same after writing and reading. The faulty one is
/// refused for its fault.
#[test]
fn every_example_of_the_standard_is_valid() {
    run("epcis/JSON", |path| {
        let text = std::fs::read(path).unwrap();
        let document = match Document::read(&text) {
            Ok(document) => document,
            Err(ReadError::DuplicateKey { name }) if path.ends_with(FAULTY) && name == "eventID" => {
                return vec![Ok(())];
            }
            Err(error) => return vec![Err(format!("{}: {error}", path.display()))],
        };
        let valid = document.validate().map_err(|violations| format!("{}: {violations:#?}", path.display()));
        let again = Document::from_json(document.to_json().as_bytes());
        let same = again == Ok(document);
        vec![valid.and(if same {
            Ok(())
        } else {
            Err(format!("{} reads otherwise when written", path.display()))
        })]
    });
}
