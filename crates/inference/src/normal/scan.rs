//! `Scan` without a loop: rows that are compared with each row of another matrix, as nearest neighbours and Gaussian
//! processes do, are compared with all of them at once.

use std::collections::HashMap;

use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{NodeProto, ValueInfoProto};

use super::draft::{integer, integers, Constants, Draft};
use crate::trees::Attributes;

/// Operators that work on each element by itself.
const ELEMENTWISE: [&str; 10] = ["Abs", "Add", "Div", "Identity", "Max", "Mul", "Neg", "Pow", "Sqrt", "Sub"];
/// Operators that make one number of each row.
const REDUCES: [&str; 6] = ["ReduceL1", "ReduceL2", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceSumSquare"];
/// Since when `ReduceSum` takes its axes as an operand, and the others.
const AXES_OPERAND: [i64; 2] = [13, 18];
const FORM: &str =
    "is a loop other than one that compares all rows with all rows of a matrix, and loops are not \
                    supported; export without them";

/// What a value of the loop's body holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// The same in all steps: the state, which no step changes, or a constant.
    Same,
    /// A number for each column of each pair of rows.
    Columns,
    /// A number for each pair of rows.
    Pairs,
}

/// Appends the plain form of the loop. The state has the shape [N, C], and the step's rows come from [M, C].
pub(super) fn rewrite(node: &NodeProto, draft: &mut Draft) -> Result<(), String> {
    let refused = || FORM.to_owned();
    let body = node.attribute.iter().find_map(|own| own.g.as_ref()).ok_or_else(refused)?;
    let directions = node.attribute.iter().filter(|own| own.name.starts_with("scan_"));
    let plain = directions.flat_map(|own| &own.ints).all(|number| *number == 0);
    let ([state, rows], [kept, result]) = (node.input.as_slice(), node.output.as_slice()) else {
        return Err(refused());
    };
    let ([own_state, step], [next_state, given]) = (body.input.as_slice(), body.output.as_slice()) else {
        return Err(refused());
    };
    if !plain || (rank(own_state), rank(step)) != (Some(2), Some(1)) {
        return Err(refused());
    }

    // The state becomes [N, 1, C], the other rows stay [M, C], so that both together are [N, M, C].
    let wide = if draft.opset >= AXES_OPERAND[0] {
        let axis = draft.integers(&[1], vec![1]);
        draft.node("Unsqueeze", &[state, &axis], vec![])
    } else {
        draft.node("Unsqueeze", &[state], vec![integers("axes", &[1])])
    };
    let mut values = HashMap::from([
        (own_state.name.as_str(), (wide.clone(), Holds::Same)),
        (step.name.as_str(), (rows.clone(), Holds::Columns)),
    ]);
    let constants = Constants::of(&body.initializer, &body.node);
    for tensor in &body.initializer {
        // Numbers of another shape could be taken for rows.
        if tensor.dims.iter().all(|dim| *dim == 1) {
            let name = draft.constant(tensor.clone());
            values.insert(&tensor.name, (name, Holds::Same));
        }
    }
    for inner in &body.node {
        let (value, holds) = step_of(inner, &values, &constants, draft).ok_or_else(refused)?;
        let [output] = inner.output.as_slice() else { return Err(refused()) };
        values.insert(output, (value, holds));
    }
    let (unchanged, _) = values.get(next_state.name.as_str()).ok_or_else(refused)?;
    let pairs = values.get(given.name.as_str()).filter(|(_, holds)| *holds == Holds::Pairs);
    let (pairs, _) = pairs.ok_or_else(refused)?;
    if *unchanged != wide {
        return Err(refused());
    }
    draft.node_to("Identity", &[state], vec![], kept);
    // The loop's results are one after the other: [M, N].
    draft.node_to("Transpose", &[pairs], vec![integers("perm", &[1, 0])], result);
    Ok(())
}

/// Appends one node of the body.
fn step_of(
    inner: &NodeProto,
    values: &HashMap<&str, (String, Holds)>,
    constants: &Constants<'_>,
    draft: &mut Draft,
) -> Option<(String, Holds)> {
    let operator = inner.op_type.as_str();
    let operands = |count: usize| {
        inner.input.iter().take(count).map(|name| values.get(name.as_str())).collect::<Option<Vec<_>>>()
    };
    if operator == "Identity" {
        return values.get(inner.input.first()?.as_str()).cloned();
    }
    if ELEMENTWISE.contains(&operator) {
        let operands = operands(inner.input.len())?;
        let mut kinds = operands.iter().map(|(_, holds)| *holds).filter(|holds| *holds != Holds::Same);
        let kind = kinds.next().unwrap_or(Holds::Same);
        // The state has columns, which pairs have no more.
        let fits = kinds.all(|holds| holds == kind) && (kind != Holds::Pairs || operands.len() == 1);
        let names: Vec<&str> = operands.iter().map(|(name, _)| name.as_str()).collect();
        return fits.then(|| (draft.node(operator, &names, inner.attribute.clone()), kind));
    }
    if REDUCES.contains(&operator) {
        let attributes = Attributes(inner);
        let axes = match inner.input.get(1) {
            Some(name) => crate::file::whole_numbers(constants.get(name)?),
            None => attributes.ints("axes").to_vec(),
        };
        let (value, holds) = *operands(1)?.first()?;
        if axes != [1] || attributes.int("keepdims") != Some(0) || *holds != Holds::Columns {
            return None;
        }
        let (since, keep) = (AXES_OPERAND[usize::from(operator != "ReduceSum")], integer("keepdims", 0));
        let sum = if draft.opset >= since {
            let axis = draft.integers(&[1], vec![2]);
            draft.node(operator, &[value, &axis], vec![keep])
        } else {
            draft.node(operator, &[value], vec![integers("axes", &[2]), keep])
        };
        return Some((sum, Holds::Pairs));
    }
    None
}

/// The number of dimensions, if the body says it.
fn rank(value: &ValueInfoProto) -> Option<usize> {
    let Some(TypeValue::TensorType(tensor)) = value.r#type.as_ref()?.value.as_ref() else { return None };
    Some(tensor.shape.as_ref()?.dim.len())
}
