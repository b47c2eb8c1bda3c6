//! Our validation against the standard's JSON Schema: on its examples, and on mutations of them, both must say the
//! same. `CONFORMANCE_DIR` names the folder; run by `make conformance`.

use std::path::{Path, PathBuf};

use epcis::Document;
use serde_json::{json, Value};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// The values that replace a member, one after the other.
fn probes() -> Vec<Value> {
    vec![
        json!("text without scheme"),
        json!("urn:uuid:04e9dd1e-1f3c-4c59-8a8b-d64ea5a1b7e0"),
        json!("https://example.org/a%2"),
        json!("https://example.org/a b"),
        json!("https://gs1.org/voc/Temperature"),
        json!("urn:epcglobal:cbv:bizstep:shipping"),
        json!("shipping"),
        json!("active"),
        json!("po"),
        json!("location"),
        json!("2026-02-30T00:00:00Z"),
        json!("2026-02-28T00:00:00Z"),
        json!("2026-02-28T00:00:00"),
        json!("+14:00"),
        json!("+14:30"),
        json!("KGM"),
        json!("ADD"),
        json!("OBSERVE"),
        json!("DELETE"),
        json!("f0"),
        json!(""),
        json!(1),
        json!(-0.5),
        json!(true),
        json!([]),
        json!({}),
        json!(["urn:a:b", "urn:a:b"]),
    ]
}

/// Calls with every document that differs from this one at one place.
fn mutations(document: &Value, check: &mut impl FnMut(&Value)) {
    let mut pointers = Vec::new();
    collect(document, String::new(), &mut pointers);
    for pointer in pointers {
        for probe in probes() {
            let mut mutated = document.clone();
            *mutated.pointer_mut(&pointer).unwrap() = probe;
            check(&mutated);
        }
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        let last = last.replace("~1", "/").replace("~0", "~");
        let mut without = document.clone();
        let mut renamed = document.clone();
        match without.pointer_mut(parent).unwrap() {
            Value::Object(members) => {
                members.remove(&last);
                let value = renamed.pointer_mut(parent).unwrap().as_object_mut().unwrap();
                let moved = value.remove(&last).unwrap();
                value.insert("unheardOf".to_owned(), moved);
                check(&renamed);
            }
            Value::Array(entries) => {
                let index: usize = last.parse().unwrap();
                let entry = entries.remove(index);
                let doubled = renamed.pointer_mut(parent).unwrap().as_array_mut().unwrap();
                doubled.push(entry);
                check(&renamed);
            }
            _ => unreachable!("only objects and arrays have members"),
        }
        check(&without);
    }
}

fn collect(value: &Value, at: String, out: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(entries) => {
            entries.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => return,
    };
    for (name, value) in members {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        out.push(pointer.clone());
        collect(value, pointer, out);
    }
}

#[test]
fn our_rules_and_the_schema_of_the_standard_say_the_same() {
    let Some(root) = std::env::var_os("CONFORMANCE_DIR") else {
        eprintln!("epcis/EPCIS-JSON-Schema.json: not run, CONFORMANCE_DIR is not set");
        return;
    };
    let folder = Path::new(&root).join("epcis");
    let Ok(schema) = std::fs::read(folder.join("EPCIS-JSON-Schema.json")) else {
        eprintln!("epcis/EPCIS-JSON-Schema.json: not found in CONFORMANCE_DIR");
        return;
    };
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let mut paths = Vec::new();
    files(&folder.join("JSON"), &mut paths);
    paths.sort();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/all-types.jsonld");
    paths.push(PathBuf::from(own));
    let (mut checked, mut valid, mut unread, mut different) = (0usize, 0usize, 0usize, Vec::new());
    for path in paths {
        let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut check = |candidate: &Value| {
            let text = serde_json::to_string(candidate).unwrap();
            // Documents that the reader refuses are never validated.
            let Ok(read) = Document::from_json(text.as_bytes()) else {
                unread += 1;
                return;
            };
            checked += 1;
            let (ours, theirs) = (read.validate(), schema.is_valid(candidate));
            valid += usize::from(theirs);
            if ours.is_ok() != theirs {
                let why = schema.iter_errors(candidate).next().map(|error| error.to_string());
                different.push(format!("{}: ours {ours:?}, theirs {why:?}", path.display()));
            }
        };
        check(&document);
        mutations(&document, &mut check);
    }
    let same = checked - different.len();
    println!("epcis/EPCIS-JSON-Schema.json: {same} of {checked} documents judged alike ({valid} valid), {unread} not read");
    assert!(checked > 0);
    different.truncate(20);
    assert!(different.is_empty(), "{different:#?}");
}
