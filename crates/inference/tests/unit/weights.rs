//! Weights beside the ONNX file: one hash over all files, and nothing from elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{floats, integer, integers, load, node, patient, with_graph};
use inference::import::{import, Answers, ImportError};
use inference::{identity, GraphError, LoadError, Model, PartsError};
use prost::Message;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{ModelProto, StringStringEntryProto, TensorProto};

/// The age times a factor that lies in a file of this name at byte 8.
fn model(location: &str) -> ModelProto {
    let entry = |key: &str, value: &str| StringStringEntryProto { key: key.into(), value: value.into() };
    let factor = TensorProto {
        float_data: Vec::new(),
        data_location: Some(DataLocation::External.into()),
        external_data: vec![entry("location", location), entry("offset", "8"), entry("length", "4")],
        ..floats("factor", &[0.0])
    };
    let mut age = node("Gather", &["features", "first"], "age");
    age.attribute.push(integer("axis", 1));
    with_graph(vec![age, node("Mul", &["age", "factor"], "risk")], vec![integers("first", &[0]), factor])
}

fn folder(location: &str, weights: Option<&[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.onnx"), model(location).encode_to_vec()).unwrap();
    if let Some(weights) = weights {
        fs::write(folder.path().join("weights.bin"), weights).unwrap();
    }
    folder
}

fn bytes(factor: f32) -> Vec<u8> {
    [&[0; 8][..], &factor.to_le_bytes()].concat()
}

/// The folder with a manifest for its files as they are.
fn written(folder: &TempDir, weights: &[&str]) {
    let onnx = fs::read(folder.path().join("model.onnx")).unwrap();
    let files: BTreeMap<String, Vec<u8>> = weights
        .iter()
        .map(|name| ((*name).to_owned(), fs::read(folder.path().join(name)).unwrap()))
        .collect();
    let mut json = crate::support::manifest_json();
    json["model"]["sha256"] = hex::encode(identity(&onnx, &files)).into();
    json["model"]["weights"] = serde_json::json!(weights);
    fs::write(folder.path().join("manifest.json"), json.to_string()).unwrap();
}

#[track_caller]
fn parts_error(folder: &TempDir) -> PartsError {
    match Model::load(folder.path()) {
        Err(LoadError::Parts(error)) => error,
        Err(error) => panic!("unexpected refusal: {error}"),
        Ok(_) => panic!("loaded"),
    }
}

fn imported(folder: &TempDir) -> Result<(), String> {
    let answers = Answers { name: "risk".into(), valid_until: "2030-12-31".into(), ..Answers::default() };
    match import(folder.path(), "model.onnx", &answers, None) {
        Ok(_) => Ok(()),
        Err(error @ (ImportError::Load(_) | ImportError::Question(_) | ImportError::Existing(_))) => {
            Err(error.to_string())
        }
    }
}

#[test]
fn weights_beside_the_file_are_read_and_are_under_the_hash() {
    let folder = folder("weights.bin", Some(&bytes(0.01)));
    written(&folder, &["weights.bin"]);
    let model = Model::load(folder.path()).unwrap();
    assert_eq!(model.predict(&[patient(model.manifest())]).unwrap()[0][0].to_string(), "0.5400");

    fs::write(folder.path().join("weights.bin"), bytes(0.02)).unwrap();
    assert!(matches!(Model::load(folder.path()), Err(LoadError::WrongHash { .. })));
}

#[test]
fn the_hash_of_several_files_is_the_documented_one() {
    let mut expected = b"theriac/model/1".to_vec();
    expected.extend(Sha256::digest(b"onnx"));
    expected.extend([0, 0, 0, 0, 0, 0, 0, 1, b'w']);
    expected.extend(Sha256::digest(b"weights"));
    let files = BTreeMap::from([("w".to_owned(), b"weights".to_vec())]);
    assert_eq!(identity(b"onnx", &files), <[u8; 32]>::from(Sha256::digest(&expected)));
    assert_eq!(identity(b"onnx", &BTreeMap::new()), <[u8; 32]>::from(Sha256::digest(b"onnx")));
}

#[test]
fn weights_that_are_not_listed_missing_cut_or_not_used_are_refused() {
    let unlisted = folder("weights.bin", Some(&bytes(0.01)));
    written(&unlisted, &[]);
    assert!(matches!(parts_error(&unlisted), PartsError::Unlisted { name } if name == "weights.bin"));

    let missing = folder("weights.bin", Some(&bytes(0.01)));
    written(&missing, &["weights.bin"]);
    fs::remove_file(missing.path().join("weights.bin")).unwrap();
    assert!(matches!(parts_error(&missing), PartsError::File(_)));

    let cut = folder("weights.bin", Some(&bytes(0.01)[..10]));
    written(&cut, &["weights.bin"]);
    assert!(matches!(parts_error(&cut), PartsError::Outside { tensor, .. } if tensor == "factor"));

    let unused = folder("weights.bin", Some(&bytes(0.01)));
    fs::write(unused.path().join("other.bin"), b"other").unwrap();
    written(&unused, &["weights.bin", "other.bin"]);
    assert!(matches!(parts_error(&unused), PartsError::Unused { name } if name == "other.bin"));
}

#[test]
fn weights_elsewhere_and_links_are_refused_by_name() {
    for location in ["../weights.bin", "/etc/hostname", "sub/weights.bin", "", ".hidden"] {
        let folder = folder(location, Some(&bytes(0.01)));
        written(&folder, &[]);
        assert!(matches!(parts_error(&folder), PartsError::Elsewhere { .. }), "{location}");
        assert!(imported(&folder).unwrap_err().contains("is not beside it"), "{location}");
    }
    let linked = folder("weights.bin", Some(&bytes(0.01)));
    written(&linked, &["weights.bin"]);
    fs::rename(linked.path().join("weights.bin"), linked.path().join("real.bin")).unwrap();
    symlink(linked.path().join("real.bin"), linked.path().join("weights.bin")).unwrap();
    assert!(matches!(parts_error(&linked), PartsError::Link { name } if name == "weights.bin"));
    assert!(imported(&linked).unwrap_err().contains("is a link"));
}

#[test]
fn a_cycle_and_too_many_nodes_are_refused_by_name() {
    let cycle = with_graph(vec![node("Abs", &["b"], "risk"), node("Neg", &["risk"], "b")], vec![]);
    let Err(LoadError::Graph(error)) = load(&cycle) else { panic!("loaded") };
    assert_eq!(error, GraphError::UnknownValue { user: "risk".into(), value: "b".into() });

    let names: Vec<String> = (0..=100_000).map(|place| format!("x{place}")).collect();
    let many = names.windows(2).map(|pair| node("Abs", &[&pair[0]], &pair[1])).collect();
    let many = with_graph(many, vec![]);
    let expected = GraphError::TooManyNodes { nodes: 100_000 };
    let Err(LoadError::Graph(error)) = load(&many) else { panic!("loaded") };
    assert_eq!(error, expected);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.onnx"), many.encode_to_vec()).unwrap();
    assert_eq!(imported(&folder), Err(expected.to_string()));
}
