//! Models that a person brings, as their library exported them, and files that are none.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{json, Value};
use tempfile::TempDir;
use testkit::theriac::theriac;

fn exported(name: &str) -> PathBuf {
    let zoo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/inference/fixtures/zoo");
    zoo.join(name).join("model.onnx")
}

/// A folder with `ward`, an imported pipeline of a data frame with texts.
fn imported() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(exported("frame-one-hot"), folder.path().join("ward.onnx")).unwrap();
    theriac(folder.path(), &["model", "import", "ward.onnx"]).ends_with(0);
    folder
}

fn manifest(folder: &TempDir) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join("ward/manifest.json")).unwrap()).unwrap()
}

/// The same folder with everything answered, and these fields.
fn answered(folder: &TempDir, fields: &Value) {
    let mut manifest = manifest(folder);
    manifest.as_object_mut().unwrap().remove("open");
    for (field, value) in fields.as_object().unwrap() {
        manifest[field] = value.clone();
    }
    fs::write(folder.path().join("ward/manifest.json"), manifest.to_string()).unwrap();
}

const PATIENT: [&str; 12] = [
    "model",
    "run",
    "--value",
    "age=54",
    "--value",
    "systolic_bp=130",
    "--value",
    "visits=2",
    "--value",
    "sex=male",
    "--value",
    "ward=B2",
];

fn run<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&PATIENT[..], &["ward"], more].concat()
}

#[test]
fn a_pipeline_with_texts_is_imported_run_and_checked() {
    let folder = imported();
    // The file is untouched.
    let copy = fs::read(folder.path().join("ward/ward.onnx")).unwrap();
    assert_eq!(copy, fs::read(exported("frame-one-hot")).unwrap());

    let said = theriac(folder.path(), &run(&["--json"])).ends_with(0).json();
    let risk: f64 = said[0]["results"][1]["value"].as_str().unwrap().parse().unwrap();
    assert!((0.0..=1.0).contains(&risk), "{said}");
    assert!(
        said[0]["not_for_use"][0].as_str().unwrap().contains("fields of the manifest are open"),
        "{said}"
    );

    let refused = theriac(folder.path(), &["model", "check", "ward"]).ends_with(2).err;
    for expected in ["inputs[age].unit: the UCUM code", "\"mm[Hg]\"", "intended_use: who uses it for what"] {
        assert!(refused.contains(expected), "{expected} is not in: {refused}");
    }
    answered(&folder, &json!({}));
    let said = theriac(folder.path(), &run(&["--json"])).ends_with(0).json();
    assert_eq!(said[0]["not_for_use"], Value::Null);
}

#[test]
fn a_category_that_training_never_saw_and_a_fraction_are_refused_by_row() {
    let folder = imported();
    let rows = "age,systolic_bp,visits,sex,ward\n54,130,2,male,B2\n54,130,2,mal,B2\n54,130,2.5,male,B2\n54,130,2,male\n";
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    let said =
        theriac(folder.path(), &["model", "run", "ward", "--rows", "rows.csv", "--json"]).ends_with(2).json();
    let errors: Vec<&str> =
        said.as_array().unwrap().iter().map(|row| row["error"].as_str().unwrap_or("")).collect();
    assert_eq!(errors[0], "");
    assert!(
        errors[1].contains("sex is \"mal\", which training never saw; it knows \"female\", \"male\""),
        "{errors:?}"
    );
    assert!(errors[2].contains("the input visits is not a whole number"), "{errors:?}");
    assert!(errors[3].contains("there are 4 cells, and 5 in the first line"), "{errors:?}");
}

#[test]
fn a_model_outside_of_its_days_or_with_another_file_may_only_be_looked_at() {
    for (fields, because) in [
        (json!({ "valid_until": "2020-01-01" }), "may be used until 2020-01-01, and this day has passed"),
        (
            json!({ "valid_from": "2100-01-01", "valid_until": "2100-12-31" }),
            "may be used from 2100-01-01 on",
        ),
        (
            json!({ "model": { "file": "ward.onnx", "sha256": "0".repeat(64) } }),
            "get both from the same release, and do not use this file",
        ),
    ] {
        let folder = imported();
        answered(&folder, &fields);
        for command in [run(&[]), vec!["model", "check", "ward"], vec!["model", "register", "ward"]] {
            let refused = theriac(folder.path(), &command).ends_with(2).err;
            assert!(refused.contains(because), "{command:?}: {refused}");
        }
        let looked = theriac(folder.path(), &run(&["--look", "--json"])).ends_with(0).json();
        let marks = looked[0]["not_for_use"].to_string();
        assert!(marks.contains(because), "{marks}");
        let shown = theriac(folder.path(), &run(&["--look"])).ends_with(0).out;
        assert!(shown.contains("Only to look at, not for use: "), "{shown}");
    }
}

#[test]
fn files_that_are_no_onnx_are_named_with_the_way_to_one() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(exported("tree")).unwrap();
    let pickle = b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x07sklearn".to_vec();
    let saved = b"\x08\x01\x12\xd0\x05saved_model_main_op".to_vec();
    for (name, bytes, because) in [
        ("pickle.onnx", pickle, "Python pickle"),
        ("torch.pt", b"PK\x03\x04\x00\x00".to_vec(), "torch.onnx.export"),
        ("keras.h5", b"\x89HDF\r\n\x1a\n".to_vec(), "HDF5"),
        (
            "pointer.onnx",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".to_vec(),
            "git lfs pull",
        ),
        ("page.onnx", b"<!DOCTYPE html><html><body>Not found</body></html>".to_vec(), "is a text"),
        ("saved_model.pb", saved, "SavedModel"),
        ("cut.onnx", whole[..whole.len() / 2].to_vec(), "cut or damaged"),
        ("empty.onnx", Vec::new(), "the file is empty"),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let said = theriac(folder.path(), &["model", "import", name, "--to", "out", "--json"]).ends_with(2);
        assert!(said.err.contains(because), "{name}: {}", said.err);
        assert!(!said.err.contains("panicked") && said.out.is_empty(), "{name}: {}", said.err);
        assert!(!folder.path().join("out").exists(), "{name}");
    }
    fs::create_dir(folder.path().join("saved")).unwrap();
    let said = theriac(folder.path(), &["model", "import", "saved"]).ends_with(2);
    assert!(said.err.contains("is a folder"), "{}", said.err);
}

#[test]
fn units_that_convert_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let units = theriac(folder.path(), &["model", "units"]).ends_with(0).out;
    assert!(units.contains("cholesterol") && units.contains("potassium") && units.contains("meq"), "{units}");
}
