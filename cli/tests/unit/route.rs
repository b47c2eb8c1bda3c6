//! Delivery routes by the command line.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use testkit::theriac::{theriac, Said};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Plans a file in a few iterations, with the shipped model.
fn route(folder: &Path, file: &str, more: &[&str]) -> Said {
    let model = repository("models/delay");
    let arguments = ["route", file, "--iterations", "20", "--model", model.to_str().unwrap()];
    theriac(folder, &[&arguments, more].concat())
}

#[test]
fn a_day_is_planned_with_what_to_expect_and_what_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let day = repository("crates/routing/data/day.json");
    let day = day.to_str().unwrap();
    let plan = route(folder.path(), day, &["--json"]).ends_with(0).json();
    let visits: usize = plan["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| route["visits"].as_array().unwrap().len())
        .sum();
    assert_eq!(visits, 8);
    assert_eq!(plan["unserved"].as_array().unwrap().len(), 1);
    assert_eq!(plan["unserved"][0]["stop"], "Garching, vaccination centre");
    assert_eq!(plan["unserved"][0]["reason"], "too-large");
    assert_eq!(route(folder.path(), day, &["--json"]).json(), plan, "the same question, the same plan");
    let shipped = theriac(folder.path(), &["route", day, "--iterations", "20", "--json"]).ends_with(0);
    assert_eq!(shipped.json(), plan, "by the model in the program");

    let said = route(folder.path(), day, &[]).ends_with(0);
    for text in [
        "van 1: ",
        "Freising",
        "NOT SERVED: Garching, vaccination centre: its demand is above the capacity of every vehicle",
    ] {
        assert!(said.out.contains(text), "{text} is not in:\n{}", said.out);
    }
}

#[test]
fn a_day_that_cannot_be_planned_is_refused_with_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let day = std::fs::read_to_string(repository("crates/routing/data/day.json")).unwrap();
    for (from, to, because) in [
        ("\"friday\"", "\"someday\"", "unknown variant `someday`"),
        ("\"demand\": 12", "\"demand\": -12", "the demand of Freising must be from 0 to 1000000000 units"),
        ("48.40351", "98.40351", "the coordinates of Freising are out of range"),
        ("48.40351", "1e999", "number out of range"),
        ("\"08:00\", \"closes\": \"10:00\"", "\"10:01\", \"closes\": \"10:00\"", "the window of Freising"),
        ("\"06:30\"", "\"6.30\"", "\"6.30\" is not a time of day"),
        ("\"Dachau\"", "\"Freising\"", "occurs twice"),
    ] {
        assert!(day.contains(from));
        std::fs::write(folder.path().join("day.json"), day.replace(from, to)).unwrap();
        let said = route(folder.path(), "day.json", &[]).ends_with(2);
        assert!(said.err.contains(because), "{because:?} is not in: {}", said.err);
    }
    std::fs::write(folder.path().join("day.json"), day).unwrap();
    let said = theriac(folder.path(), &["route", "day.json", "--model", "nowhere"]).ends_with(2);
    assert!(said.err.contains("nowhere cannot be read"), "{}", said.err);
    let model = repository("models/delay");
    let many = ["route", "day.json", "--iterations", "1000001", "--model", model.to_str().unwrap()];
    let said = theriac(folder.path(), &many).ends_with(2);
    assert!(said.err.contains("1000001 iterations are more than 1000000; ask for fewer"), "{}", said.err);
}
