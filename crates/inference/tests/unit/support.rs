//! The shipped heart disease model, whole or in parts.
#![allow(missing_docs)]

use std::fs;
use std::path::PathBuf;

use inference::{FeatureVector, Features, LoadError, Manifest, Model};
use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::{self, GraphProto, ModelProto, NodeProto, TensorProto};

pub fn models() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

pub fn heart_disease() -> PathBuf {
    models().join("heart-disease")
}

/// The manifest without its training statistics, which a changed graph or range would contradict.
pub fn manifest_json() -> serde_json::Value {
    let bytes = fs::read(heart_disease().join("manifest.json")).unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    json.as_object_mut().unwrap().remove("conformal");
    for input in json["inputs"].as_array_mut().unwrap() {
        input.as_object_mut().unwrap().remove("reference");
    }
    json
}

pub fn parse(json: &serde_json::Value) -> Manifest {
    Manifest::parse(&serde_json::to_vec(json).unwrap()).unwrap()
}

pub fn onnx() -> Vec<u8> {
    fs::read(heart_disease().join("model.onnx")).unwrap()
}

pub fn proto() -> ModelProto {
    ModelProto::decode(&*onnx()).unwrap()
}

/// Loads bytes as if the manifest had been written for them, so that they reach the loader.
pub fn load_bytes(mut manifest: Manifest, onnx: &[u8]) -> Result<Model, LoadError> {
    manifest.model.sha256 = Sha256::digest(onnx).into();
    Model::new(manifest, onnx)
}

pub fn load(proto: &ModelProto) -> Result<Model, LoadError> {
    load_bytes(parse(&manifest_json()), &proto.encode_to_vec())
}

/// A patient of a general practice: no chest pain, no exercise test, no glucose.
pub fn patient(manifest: &Manifest) -> FeatureVector {
    let mut features = Features::new(manifest);
    features.set("age", 54.0, "a").unwrap();
    features.set("sex", 1.0, "1").unwrap();
    features.set("systolic_pressure", 132.0, "mm[Hg]").unwrap();
    features.set("cholesterol", 5.2, "mmol/L").unwrap();
    features.build().unwrap()
}

pub fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: operator.to_owned(),
        name: output.to_owned(),
        input: inputs.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    }
}

pub fn integers(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![i64::try_from(values.len()).unwrap()],
        data_type: pb::tensor_proto::DataType::Int64.into(),
        int64_data: values.to_vec(),
        ..TensorProto::default()
    }
}

pub fn floats(name: &str, values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![i64::try_from(values.len()).unwrap()],
        data_type: pb::tensor_proto::DataType::Float.into(),
        float_data: values.to_vec(),
        ..TensorProto::default()
    }
}

pub fn integer(name: &str, value: i64) -> pb::AttributeProto {
    let kind = pb::attribute_proto::AttributeType::Int.into();
    pb::AttributeProto { name: name.into(), i: value, r#type: kind, ..Default::default() }
}

pub fn integer_list(name: &str, values: &[i64]) -> pb::AttributeProto {
    let kind = pb::attribute_proto::AttributeType::Ints.into();
    pb::AttributeProto { name: name.into(), ints: values.to_vec(), r#type: kind, ..Default::default() }
}

/// The shipped file with another graph behind the same inputs and outputs.
pub fn with_graph(nodes: Vec<NodeProto>, constants: Vec<TensorProto>) -> ModelProto {
    let mut proto = proto();
    let graph: &mut GraphProto = proto.graph.as_mut().unwrap();
    graph.node = nodes;
    graph.initializer = constants;
    proto
}
