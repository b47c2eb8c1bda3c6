//! Damaged files with a matching hash, so that they reach the loader: an error or a model, never a panic.
#![allow(clippy::unwrap_used, missing_docs)]

use crate::support::{load, load_bytes, manifest_json, onnx, parse, patient, proto};
use inference::{Manifest, Model};
use proptest::prelude::*;
use proptest::sample::Index;

/// Loads, and if that succeeds, runs.
fn survives(model: Result<Model, inference::LoadError>) {
    if let Ok(model) = model {
        let row = patient(model.manifest());
        let _ = model.predict(&[row.clone(), row]);
    }
}

const OPERATORS: [&str; 40] = [
    "Abs",
    "Add",
    "ArgMax",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Clip",
    "Concat",
    "ConstantOfShape",
    "Conv",
    "CumSum",
    "Div",
    "Einsum",
    "Expand",
    "Flatten",
    "GRU",
    "Gather",
    "GatherElements",
    "Gemm",
    "LSTM",
    "LayerNormalization",
    "MatMul",
    "MaxPool",
    "NonZero",
    "OneHot",
    "Pad",
    "Range",
    "ReduceMean",
    "Reshape",
    "Resize",
    "ScatterElements",
    "ScatterND",
    "Slice",
    "Softmax",
    "Split",
    "Squeeze",
    "Tile",
    "TopK",
    "Transpose",
    "Unsqueeze",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6), end in any::<Option<Index>>()) {
        let mut bytes = onnx();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        survives(load_bytes(parse(&manifest_json()), &bytes));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        survives(load_bytes(parse(&manifest_json()), &bytes));
    }

    #[test]
    fn other_operators_and_operands(
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>()), 1..4),
    ) {
        let mut proto = proto();
        let graph = proto.graph.as_mut().unwrap();
        let constants: Vec<String> = graph.initializer.iter().map(|tensor| tensor.name.clone()).collect();
        for (place, operator, operand, value) in changes {
            let place = place.index(graph.node.len());
            let mut values: Vec<String> = graph.node[..place].iter().flat_map(|node| node.output.clone()).collect();
            values.extend(constants.iter().cloned());
            values.push("features".to_owned());
            let node = &mut graph.node[place];
            node.op_type = OPERATORS[operator.index(OPERATORS.len())].to_owned();
            let operand = operand.index(node.input.len());
            node.input[operand] = values[value.index(values.len())].clone();
        }
        survives(load(&proto));
    }

    #[test]
    fn other_shapes(changes in prop::collection::vec((any::<Index>(), prop::collection::vec(-1i64..12, 0..4)), 1..4)) {
        let mut proto = proto();
        let graph = proto.graph.as_mut().unwrap();
        for (place, dims) in changes {
            let place = place.index(graph.initializer.len());
            graph.initializer[place].dims = dims;
        }
        survives(load(&proto));
    }

    #[test]
    fn a_damaged_manifest(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4)) {
        let mut bytes = serde_json::to_vec(&manifest_json()).unwrap();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(manifest) = Manifest::parse(&bytes) {
            survives(Model::new(manifest, &onnx()));
        }
    }

    #[test]
    fn any_text_as_a_manifest(text in "\\PC{0,200}") {
        prop_assert!(Manifest::parse(text.as_bytes()).is_err());
    }
}
