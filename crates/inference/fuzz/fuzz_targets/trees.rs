//! Any attributes of a tree ensemble: the first byte says which operator, the rest is the node.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;
use prost::Message;
use tract_onnx::pb::{ModelProto, NodeProto};

/// The shipped graph, of which only the interface stays.
const ONNX: &[u8] = include_bytes!("../../../../models/heart-disease/model.onnx");
const OPERATORS: [&str; 3] = ["TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble"];

fuzz_target!(init: shared::let_tract_panic(), |bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let Ok(mut node) = NodeProto::decode(bytes) else { return };
    node.op_type = OPERATORS[usize::from(*first) % OPERATORS.len()].to_owned();
    node.domain = "ai.onnx.ml".to_owned();
    node.input = vec!["features".to_owned()];
    // A classifier gives its label first.
    let label = if node.op_type == "TreeEnsembleClassifier" { Some("label".to_owned()) } else { None };
    node.output = label.into_iter().chain(["risk".to_owned()]).collect();
    let mut model = ModelProto::decode(ONNX).expect("the shipped model");
    if let Some(graph) = &mut model.graph {
        graph.node = vec![node];
        graph.initializer.clear();
    }
    shared::load_and_run(&model.encode_to_vec());
});
