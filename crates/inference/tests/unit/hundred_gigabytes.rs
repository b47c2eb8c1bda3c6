//! Small files that request a hundred gigabytes or more: each has its own error, before any memory is allocated.
#![allow(clippy::unwrap_used, missing_docs)]

use crate::support::{floats, integer, integer_list, integers, load, node, with_graph};
use inference::trees::TreeError;
use inference::{GraphError, LoadError};
use tract_onnx::pb::{NodeProto, TensorProto};

#[track_caller]
fn refusal(nodes: Vec<NodeProto>, constants: Vec<TensorProto>) -> LoadError {
    load(&with_graph(nodes, constants)).err().expect("the model was loaded")
}

#[track_caller]
fn needs_too_much(nodes: Vec<NodeProto>, constants: Vec<TensorProto>) {
    let error = refusal(nodes, constants);
    assert!(matches!(error, LoadError::TooMuchMemory { .. }), "{error}");
}

#[track_caller]
fn may_have_any_size(nodes: Vec<NodeProto>, constants: Vec<TensorProto>) {
    let error = refusal(nodes, constants);
    assert!(matches!(error, LoadError::Graph(GraphError::UnboundedConstant { .. })), "{error}");
}

const HUGE: i64 = 100 << 30;

/// The mean over a row.
fn mean(of: &str) -> NodeProto {
    let mut mean = node("ReduceMean", &[of], "risk");
    mean.attribute.push(integer_list("axes", &[1]));
    mean
}

#[test]
fn rows_that_are_widened() {
    // tract truncates these to 32 bits when they become dimensions: the first two become 0 and 1.
    for width in [HUGE, HUGE + 1, HUGE + 3, 1 << 30, i64::MIN] {
        needs_too_much(
            vec![node("Tile", &["features", "times"], "large"), mean("large")],
            vec![integers("times", &[1, width])],
        );
    }
    // These become negative, on which tract panics.
    for width in [HUGE - 1, i64::MAX] {
        let nodes = vec![node("Tile", &["features", "times"], "large"), mean("large")];
        let error = refusal(nodes, vec![integers("times", &[1, width])]);
        assert!(matches!(error, LoadError::Unsupported(_)), "{error}");
    }
    for width in [HUGE, HUGE + 1, 1 << 30] {
        needs_too_much(
            vec![first(), node("Expand", &["age", "shape"], "large"), mean("large")],
            vec![integers("first", &[0]), integers("shape", &[1, width])],
        );
    }
    let pad = || vec![node("Pad", &["features", "pads"], "large"), mean("large")];
    needs_too_much(pad(), vec![integers("pads", &[0, 0, 0, 1 << 30])]);
    // For a padding tract computes two values, the truncated and the right one, and finds that they differ.
    let error = refusal(pad(), vec![integers("pads", &[0, 0, 0, HUGE])]);
    assert!(matches!(error, LoadError::Unsupported(_)), "{error}");
}

#[test]
fn many_tensors_that_are_large_in_total() {
    let names: Vec<String> = (0..=20).map(|step| format!("x{step}")).collect();
    let mut nodes = vec![node("Tile", &["features", "times"], "x0")];
    nodes.extend(names.windows(2).map(|pair| node("Abs", &[&pair[0]], &pair[1])));
    nodes.push(mean("x20"));
    let load = |times| load(&with_graph(nodes.clone(), vec![integers("times", &[1, times])]));
    // 21 tensors of 18 million numbers each are refused even for one row, though one alone is not.
    assert!(matches!(load(2_000_000), Err(LoadError::TooMuchMemory { .. })));
    // Here 4096 rows do not fit, but fewer at once do.
    assert!(load(1000).is_ok());
}

/// The first column.
fn first() -> NodeProto {
    let mut age = node("Gather", &["features", "first"], "age");
    age.attribute.push(integer("axis", 1));
    age
}

#[test]
fn constants_computed_from_constants() {
    may_have_any_size(vec![node("ConstantOfShape", &["shape"], "risk")], vec![integers("shape", &[HUGE])]);
    may_have_any_size(
        vec![node("Expand", &["one", "shape"], "risk")],
        vec![floats("one", &[1.0]), integers("shape", &[HUGE])],
    );
    may_have_any_size(
        vec![node("Tile", &["one", "shape"], "risk")],
        vec![floats("one", &[1.0]), integers("shape", &[HUGE])],
    );
    may_have_any_size(
        vec![node("Range", &["from", "to", "step"], "risk")],
        vec![integers("from", &[0]), integers("to", &[HUGE]), integers("step", &[1])],
    );
    may_have_any_size(
        vec![node("Resize", &["one", "", "", "shape"], "risk")],
        vec![floats("one", &[1.0]), integers("shape", &[HUGE])],
    );
    may_have_any_size(
        vec![node("OneHot", &["one", "depth", "values"], "risk")],
        vec![integers("one", &[1]), integers("depth", &[HUGE]), floats("values", &[0.0, 1.0])],
    );
}

#[test]
fn tensors_that_claim_to_be_larger_than_the_file() {
    for dims in [vec![HUGE], vec![i64::MAX, i64::MAX], vec![-1], vec![1 << 20, 1 << 20]] {
        let mut claim = floats("claim", &[1.0]);
        claim.dims = dims;
        let error = refusal(vec![node("Add", &["features", "claim"], "risk")], vec![claim]);
        assert!(matches!(error, LoadError::Unsupported(_)), "{error}");
    }
}

/// Attributes of a regressor with one leaf.
fn leaf() -> NodeProto {
    let mut trees = node("TreeEnsembleRegressor", &["features"], "risk");
    trees.domain = "ai.onnx.ml".into();
    for name in ["nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids"] {
        trees.attribute.push(integer_list(name, &[0]));
    }
    for name in ["nodes_falsenodeids", "target_ids", "target_treeids", "target_nodeids"] {
        trees.attribute.push(integer_list(name, &[0]));
    }
    trees
}

#[test]
fn trees_with_more_targets_than_allowed() {
    let mut trees = leaf();
    for (name, strings, floats) in [
        ("nodes_modes", vec![b"LEAF".to_vec()], vec![]),
        ("nodes_values", vec![], vec![0.0]),
        ("target_weights", vec![], vec![0.5]),
    ] {
        let mut attribute = integer_list(name, &[]);
        attribute.r#type = if strings.is_empty() { 6 } else { 8 };
        (attribute.strings, attribute.floats) = (strings, floats);
        trees.attribute.push(attribute);
    }
    let one = vec![trees.clone()];
    assert!(load(&with_graph(one, vec![])).is_ok());
    trees.attribute.push(integer("n_targets", HUGE));
    let error = refusal(vec![trees], vec![]);
    let LoadError::Graph(GraphError::Trees { source, .. }) = error else { panic!("{error}") };
    assert!(matches!(source, TreeError::TooLarge { what: "targets", .. }), "{source}");
}
