//! Operators of the default domain that tract 0.23.9 refuses or computes wrongly, in a form that it takes.

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{NodeProto, TensorProto};

use super::draft::{attribute_tensor, Constants, Doubles, Draft};

/// Appends another form of a node, if it needs one.
pub(super) fn rewrite(
    node: &NodeProto,
    constants: &Constants<'_>,
    doubles: &Doubles<'_>,
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
        "RNN" | "GRU" | "LSTM" => super::recurrent::rewrite(node, constants, draft)?,
        "Sigmoid" => match (node.input.as_slice(), node.output.as_slice()) {
            ([value], [output]) if doubles.has(value) => sigmoid(value, output, draft),
            _ => return Ok(false),
        },
        // Its slopes were by channel then, and are by the last dimension since.
        "PRelu" if draft.opset < 7 => {
            let slopes = node.input.get(1).and_then(|name| constants.get(name));
            if !slopes.is_some_and(|slopes| slopes.dims.iter().all(|dim| *dim == 1)) {
                return Err(
                    "has several slopes in operator set 6; export for operator set 7 or later".to_owned()
                );
            }
            return Ok(false);
        }
        "Scan" => super::scan::rewrite(node, draft)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// tract has one for 32 bits only.
fn sigmoid(value: &str, output: &str, draft: &mut Draft) {
    let minus = draft.node("Neg", &[value], vec![]);
    let power = draft.node("Exp", &[&minus], vec![]);
    let one = draft.double(1.0);
    let sum = draft.node("Add", &[&power, &one], vec![]);
    draft.node_to("Div", &[&one, &sum], vec![], output);
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
