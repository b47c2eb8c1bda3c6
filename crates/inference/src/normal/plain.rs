//! Operators of the default domain that tract 0.23.9 refuses or computes wrongly, in a form that it takes.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{NodeProto, TensorProto};

use super::draft::{attribute_tensor, integer, Constants, Draft};
use crate::trees::Attributes;

/// Appends another form of a node, if it needs one.
pub(super) fn rewrite(
    node: &NodeProto,
    constants: &Constants<'_>,
    draft: &mut Draft,
) -> Result<bool, String> {
    match node.op_type.as_str() {
        "Dropout" => dropout(node, constants, draft)?,
        "ConstantOfShape" if node.attribute.is_empty() => {
            let zero = TensorProto {
                dims: vec![1],
                data_type: DataType::Float.into(),
                float_data: vec![0.0],
                ..Default::default()
            };
            draft.nodes.push(NodeProto { attribute: vec![attribute_tensor("value", zero)], ..node.clone() });
        }
        "RNN" | "GRU" | "LSTM" => return recurrent(node, constants, draft),
        "Scan" => super::scan::rewrite(node, draft)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// In inference it does nothing.
fn dropout(node: &NodeProto, constants: &Constants<'_>, draft: &mut Draft) -> Result<(), String> {
    let [value, ..] = node.input.as_slice() else { return Err("has no operand".to_owned()) };
    if let Some(training) = node.input.get(2).filter(|name| !name.is_empty()) {
        let no = constants.get(training).is_some_and(|flag| {
            flag.raw_data.iter().all(|byte| *byte == 0) && flag.int32_data.iter().all(|number| *number == 0)
        });
        if !no {
            return Err("is in training mode and so random; export for inference".to_owned());
        }
    }
    if let Some(output) = node.output.first() {
        draft.node_to("Identity", &[value], vec![], output);
    }
    Ok(())
}

/// A series of one column gets a second one of zeros, and so do its weights: tract lays the product of one column out in
/// another order than its fused GRU expects.
fn wide(node: &NodeProto, constants: &Constants<'_>, draft: &mut Draft) -> Option<NodeProto> {
    let [value, weights, ..] = node.input.as_slice() else { return None };
    if node.op_type != "GRU" || constants.get(weights)?.dims.last() != Some(&1) {
        return None;
    }
    let zero = draft.floats(&[], vec![0.0]);
    let mut twice = |value: &str| {
        let zeros = draft.node("Mul", &[value, &zero], vec![]);
        draft.node("Concat", &[value, &zeros], vec![integer("axis", 2)])
    };
    let (value, weights) = (twice(value), twice(weights));
    let mut node = node.clone();
    node.input.splice(..2, [value, weights]);
    Some(node)
}

/// Without an initial state it is zero: tract does not know how many rows that has.
fn recurrent(node: &NodeProto, constants: &Constants<'_>, draft: &mut Draft) -> Result<bool, String> {
    let widened = wide(node, constants, draft);
    let changed = widened.is_some();
    let node = &widened.unwrap_or_else(|| node.clone());
    let attributes = Attributes(node);
    let states: &[usize] = if node.op_type == "LSTM" { &[5, 6] } else { &[5] };
    let lacks = |place: &usize| node.input.get(*place).is_none_or(String::is_empty);
    if !states.iter().any(lacks) {
        if changed {
            draft.nodes.push(node.clone());
        }
        return Ok(changed);
    }
    let [value, _, weights, ..] = node.input.as_slice() else {
        return Err("has too few operands".to_owned());
    };
    let batch_first = attributes.int("layout") == Some(1);
    let rows = dimension(value, i64::from(!batch_first), draft);
    let (directions, hidden) = (dimension(weights, 0, draft), dimension(weights, 2, draft));
    let sizes: [&str; 3] =
        if batch_first { [&rows, &directions, &hidden] } else { [&directions, &rows, &hidden] };
    let shape = draft.node("Concat", &sizes, vec![integer("axis", 0)]);
    let zero = TensorProto {
        dims: vec![1],
        data_type: DataType::Float.into(),
        float_data: vec![0.0],
        ..Default::default()
    };
    let zeros = draft.node("ConstantOfShape", &[&shape], vec![attribute_tensor("value", zero)]);
    let mut node = node.clone();
    for place in states.iter().filter(|place| lacks(place)) {
        if node.input.len() <= *place {
            node.input.resize(place.saturating_add(1), String::new());
        }
        if let Some(input) = node.input.get_mut(*place) {
            input.clone_from(&zeros);
        }
    }
    draft.nodes.push(node);
    Ok(true)
}

/// One dimension of a value, as a list of one.
fn dimension(of: &str, place: i64, draft: &mut Draft) -> String {
    let shape = draft.node("Shape", &[of], vec![]);
    let place = draft.integers(&[1], vec![place]);
    draft.node("Gather", &[&shape, &place], vec![integer("axis", 0)])
}
