//! EPCIS by the command line: files, and the history of a batch on a real node.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use testkit::theriac::{start_devnet, theriac};

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const EVE: &str = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";
const BATCH: [&str; 4] = ["--gtin", "9506000134352", "--lot", "ABC123"];

/// The same events in a syntax each.
fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/epcis/tests/data").join(file)
}

#[test]
fn the_two_syntaxes_of_a_document_have_the_same_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let hashes = |file: &str| {
        let said = theriac(folder.path(), &["epcis", "hash", data(file).to_str().unwrap(), "--json"]);
        said.ends_with(0).json()
    };
    let (json, xml) = (hashes("all-types.jsonld"), hashes("all-types.xml"));
    assert_eq!(json.as_array().unwrap().len(), 5);
    for (left, right) in json.as_array().unwrap().iter().zip(xml.as_array().unwrap()) {
        assert_eq!((&left["cbv"], &left["strict"]), (&right["cbv"], &right["strict"]));
    }
}

#[test]
fn a_document_in_xml_is_exported_as_valid_json() {
    let folder = tempfile::tempdir().unwrap();
    let xml = data("all-types.xml");
    let exported =
        theriac(folder.path(), &["epcis", "export", xml.to_str().unwrap(), "--out", "events.jsonld"]);
    assert_eq!(exported.ends_with(0).out, "events.jsonld: 5 events\n");
    let valid = theriac(folder.path(), &["epcis", "validate", "events.jsonld"]).ends_with(0);
    assert_eq!(valid.out, "Valid: 5 events.\n");
    let printed = theriac(folder.path(), &["epcis", "export", "events.jsonld"]).ends_with(0).out;
    assert_eq!(printed.trim_end(), std::fs::read_to_string(folder.path().join("events.jsonld")).unwrap());
}

#[test]
fn a_prefix_that_is_not_declared_is_refused_and_the_hashes_come_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(data("all-types.jsonld")).unwrap();
    let text = text.replace("{\"plain\": ", "{\"other\": ");
    std::fs::write(folder.path().join("events.jsonld"), text).unwrap();
    let said = theriac(folder.path(), &["epcis", "validate", "events.jsonld", "--json"]).ends_with(2);
    let error = &said.error_json()["error"];
    assert_eq!(error["code"], "epcis/invalid");
    let violations = error["details"]["violations"].as_array().unwrap();
    assert_eq!(violations.len(), 1, "{violations:?}");
    let violation = violations[0].as_str().unwrap();
    assert!(
        violation.starts_with("epcisBody.eventList[0].plain:batch: has the prefix \"plain\""),
        "{violation}"
    );
    let hashes = theriac(folder.path(), &["epcis", "hash", "events.jsonld", "--json"]).ends_with(0).json();
    assert_eq!(hashes[0]["undeclared_prefixes"], serde_json::json!(["plain"]));
    assert_eq!(hashes[1]["undeclared_prefixes"], serde_json::json!([]));
    let shown = theriac(folder.path(), &["epcis", "hash", "events.jsonld"]).ends_with(0).out;
    assert!(shown.contains("does not declare plain"), "{shown}");
}

#[test]
fn a_broken_rule_is_reported_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(data("all-types.jsonld")).unwrap();
    std::fs::write(folder.path().join("wrong.jsonld"), text.replace("\"commissioning\"", "\"making\""))
        .unwrap();
    let said =
        theriac(folder.path(), &["epcis", "validate", "wrong.jsonld", "--json"]).ends_with(2).error_json();
    assert_eq!(said["error"]["code"], "epcis/invalid");
    let violations = said["error"]["details"]["violations"].as_array().unwrap();
    assert_eq!(violations.len(), 1);
    assert!(violations[0]
        .as_str()
        .unwrap()
        .starts_with("epcisBody.eventList[0].bizStep: must be a bare word"));
}

#[test]
fn files_that_cannot_be_read_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("twice.jsonld"),
        r#"{"type": "EPCISDocument", "type": "EPCISDocument"}"#,
    )
    .unwrap();
    for (file, because) in [
        ("missing.jsonld", "missing.jsonld cannot be read"),
        ("twice.jsonld", "the member \"type\" occurs twice in one object"),
    ] {
        let said = theriac(folder.path(), &["epcis", "hash", file]).ends_with(2);
        assert!(said.err.contains(because), "{}", said.err);
    }
    let said = theriac(folder.path(), &["epcis", "hash"]).ends_with(2);
    assert!(said.err.contains("<FILE>"), "{}", said.err);
}

#[test]
fn the_history_of_a_batch_is_exported_as_events() {
    let folder = tempfile::tempdir().unwrap();
    let (_devnet, url) = start_devnet(folder.path(), None).unwrap();
    let run = |who: &str, arguments: &[&str], code: i32| {
        let all = [&["--url", &url, "--dev-account", who], arguments].concat();
        theriac(folder.path(), &all).ends_with(code)
    };
    run("alice", &["deploy"], 0);
    let maker = "6291041500213";
    run("alice", &["org", "register", "--name", "Alpha Pharma", "--gln", maker, "--steward", BOB], 0);
    run("alice", &["org", "site", "register", maker, "--name", "Plant 1", "--gln", "6291041500220"], 0);
    for role in ["manufacturer", "quality-unit"] {
        run("alice", &["org", "grant", role, maker], 0);
    }
    let authority = "6291041500244";
    run("alice", &["org", "register", "--name", "Authority", "--gln", authority, "--steward", EVE], 0);
    run("alice", &["org", "grant", "regulator", authority], 0);
    run("alice", &["admin", "market", "set", "DE", authority], 0);
    run("alice", &["admin", "end-set-up"], 0);
    let hash = "11".repeat(32);
    let authorise =
        ["product", "authorise", "9506000134352", "--holder", maker, "--market", "DE", "--sha256", &hash];
    run("eve", &authorise, 0);
    let register =
        [&["batch", "register"], &BATCH[..], &["--expiry", "2028-12-31", "--quantity", "500"]].concat();
    run("bob", &register, 0);
    std::fs::write(folder.path().join("document.pdf"), "conforms").unwrap();
    let attest = ["certificate-of-analysis", "--document", "document.pdf"];
    run("bob", &[&["batch", "attest"], &BATCH[..], &attest].concat(), 0);

    let exported = run("bob", &[&["epcis", "export"], &BATCH[..], &["--json"]].concat(), 0).json();
    let events = exported["epcisBody"]["eventList"].as_array().unwrap();
    let steps: Vec<(&str, &str)> = events
        .iter()
        .map(|event| (event["type"].as_str().unwrap(), event["bizStep"].as_str().unwrap()))
        .collect();
    assert_eq!(steps, [("ObjectEvent", "commissioning"), ("TransactionEvent", "inspecting")]);
    assert_eq!(events[0]["quantityList"][0]["quantity"], 500);
    assert_eq!(events[0]["ilmd"]["cbvmda:itemExpirationDate"], "2028-12-31");
    assert_eq!(events[0]["readPoint"]["id"], "https://id.gs1.org/414/6291041500220", "the site's books");
    assert_eq!(
        events[1]["readPoint"]["id"], "https://id.gs1.org/414/6291041500213",
        "the organisation's word"
    );
    let valid = run("bob", &[&["epcis", "validate"], &BATCH[..]].concat(), 0).out;
    assert_eq!(valid, "Valid: 2 events.\n");
    let unknown = ["epcis", "hash", "--gtin", "9506000134352", "--lot", "XYZ", "--json"];
    assert_eq!(run("bob", &unknown, 4).error_json()["error"]["code"], "batches/unknown-batch");
}
