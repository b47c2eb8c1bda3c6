//! Operators of `ai.onnx.ml` as plain ones.
//!
//! Where the specification is silent this follows onnxruntime 1.32; `models/zoo` and the tests of operators hold it
//! against that. Operators that have no plain form are our own, see [`operators`](crate::operators).

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::NodeProto;

use super::draft::{integer, Constants, Draft};
use crate::trees::Attributes;

type Done = Result<bool, String>;

/// Appends the plain form of a node, if it has one.
pub(super) fn rewrite(node: &NodeProto, constants: &Constants<'_>, draft: &mut Draft) -> Done {
    let attributes = Attributes(node);
    let [first, ..] = node.input.as_slice() else { return Ok(false) };
    let Some(output) = node.output.first() else { return Ok(false) };
    match node.op_type.as_str() {
        "Scaler" => {
            let value = draft.cast(first, DataType::Float);
            let offset = list(&attributes, "offset", draft)?;
            let scale = list(&attributes, "scale", draft)?;
            let value = draft.node("Sub", &[&value, &offset], vec![]);
            draft.node_to("Mul", &[&value, &scale], vec![], output);
        }
        "Imputer" => imputer(&attributes, first, output, draft)?,
        "Binarizer" => {
            let value = draft.cast(first, DataType::Float);
            let threshold = draft.floats(&[], vec![attributes.float("threshold").unwrap_or(0.0)]);
            let above = draft.node("Greater", &[&value, &threshold], vec![]);
            draft.node_to("Cast", &[&above], vec![integer("to", 1)], output);
        }
        "Normalizer" => normalizer(&attributes, first, output, draft)?,
        "FeatureVectorizer" => {
            let widths = attributes.ints("inputdimensions");
            if !widths.is_empty() && widths.len() != node.input.len() {
                return Err("has another number of inputs than of inputdimensions".to_owned());
            }
            let mut parts = Vec::new();
            for (place, input) in node.input.iter().enumerate() {
                let mut part = draft.cast(input, DataType::Float);
                if let Some(width) = widths.get(place) {
                    // Fails at load if the width is another.
                    let shape = draft.integers(&[2], vec![0, *width]);
                    part = draft.node("Reshape", &[&part, &shape], vec![]);
                }
                parts.push(part);
            }
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            draft.node_to("Concat", &parts, vec![integer("axis", 1)], output);
        }
        "ArrayFeatureExtractor" => {
            let [_, places] = node.input.as_slice() else {
                return Err("does not have two operands".to_owned());
            };
            let flat = draft.integers(&[1], vec![-1]);
            let places = draft.node("Reshape", &[places, &flat], vec![]);
            if constants.get(first).is_some_and(|constant| constant.dims.len() == 1) {
                let row = draft.node("Gather", &[first, &places], vec![integer("axis", 0)]);
                let shape = draft.integers(&[2], vec![1, -1]);
                draft.node_to("Reshape", &[&row, &shape], vec![], output);
            } else {
                // The last dimension; of values of more than two dimensions, tract says so.
                draft.node_to("Gather", &[first, &places], vec![integer("axis", -1)], output);
            }
        }
        "LinearRegressor" => {
            let targets = attributes.int("targets").unwrap_or(1);
            let targets =
                usize::try_from(targets).map_err(|_| "has a negative number of targets".to_owned())?;
            let sums = linear(&attributes, "coefficients", "intercepts", targets, first, draft)?;
            let scores = transform(attributes.text("post_transform"), &sums, draft)?;
            draft.node_to("Identity", &[&scores], vec![], output);
        }
        "LinearClassifier" => linear_classifier(node, &attributes, first, output, draft)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// One number, or one for each column.
fn list(attributes: &Attributes<'_>, name: &'static str, draft: &mut Draft) -> Result<String, String> {
    match attributes.floats(name) {
        [] => Err(format!("has no {name}")),
        [one] => Ok(draft.floats(&[], vec![*one])),
        many => Ok(draft.floats(&[1, many.len()], many.to_vec())),
    }
}

fn imputer(attributes: &Attributes<'_>, first: &str, output: &str, draft: &mut Draft) -> Result<(), String> {
    let whole = attributes.ints("imputed_value_int64s");
    let (imputed, missing) = if whole.is_empty() {
        let imputed = list(attributes, "imputed_value_floats", draft)?;
        let replaced = attributes.float("replaced_value_float").unwrap_or(0.0);
        let missing = if replaced.is_nan() {
            draft.node("IsNaN", &[first], vec![])
        } else {
            let replaced = draft.floats(&[], vec![replaced]);
            draft.node("Equal", &[first, &replaced], vec![])
        };
        (imputed, missing)
    } else {
        let dims: &[usize] = if whole.len() == 1 { &[] } else { &[1, whole.len()] };
        let imputed = draft.integers(dims, whole.to_vec());
        let replaced = draft.integers(&[], vec![attributes.int("replaced_value_int64").unwrap_or(0)]);
        let missing = draft.node("Equal", &[first, &replaced], vec![]);
        (imputed, missing)
    };
    draft.node_to("Where", &[&missing, &imputed, first], vec![], output);
    Ok(())
}

fn normalizer(
    attributes: &Attributes<'_>,
    first: &str,
    output: &str,
    draft: &mut Draft,
) -> Result<(), String> {
    let value = draft.cast(first, DataType::Float);
    let norm = match attributes.text("norm").map_err(|error| error.to_string())? {
        "" | "MAX" => draft.most(&value),
        "L1" => {
            let sizes = draft.node("Abs", &[&value], vec![]);
            draft.sum(&sizes)
        }
        "L2" => {
            let squares = draft.node("Mul", &[&value, &value], vec![]);
            let sum = draft.sum(&squares);
            draft.node("Sqrt", &[&sum], vec![])
        }
        other => return Err(format!("has the unknown norm {other:?}")),
    };
    // A row of zeros stays as it is.
    let (zero, one) = (draft.floats(&[], vec![0.0]), draft.floats(&[], vec![1.0]));
    let none = draft.node("Equal", &[&norm, &zero], vec![]);
    let norm = draft.node("Where", &[&none, &one, &norm], vec![]);
    draft.node_to("Div", &[&value, &norm], vec![], output);
    Ok(())
}

/// The weighted sums of all targets, plus the intercepts.
fn linear(
    attributes: &Attributes<'_>,
    weights: &'static str,
    intercepts: &'static str,
    targets: usize,
    first: &str,
    draft: &mut Draft,
) -> Result<String, String> {
    let weights = attributes.floats(weights);
    let columns = weights
        .len()
        .checked_div(targets)
        .filter(|columns| columns.checked_mul(targets) == Some(weights.len()));
    let columns = columns
        .filter(|columns| *columns > 0)
        .ok_or("has a number of coefficients that is not a multiple of its targets")?;
    let transposed: Vec<f32> =
        (0..columns).flat_map(|column| weights.iter().skip(column).step_by(columns).copied()).collect();
    let matrix = draft.floats(&[columns, targets], transposed);
    let value = draft.cast(first, DataType::Float);
    let sums = draft.node("MatMul", &[&value, &matrix], vec![]);
    match attributes.floats(intercepts) {
        [] => Ok(sums),
        own if own.len() == targets => {
            let own = draft.floats(&[1, targets], own.to_vec());
            Ok(draft.node("Add", &[&sums, &own], vec![]))
        }
        own => Err(format!("has {} intercepts for {targets} targets", own.len())),
    }
}

fn transform<E: ToString>(named: Result<&str, E>, sums: &str, draft: &mut Draft) -> Result<String, String> {
    match named.map_err(|error| error.to_string())? {
        "" | "NONE" => Ok(sums.to_owned()),
        "LOGISTIC" => Ok(draft.node("Sigmoid", &[sums], vec![])),
        "SOFTMAX" => Ok(draft.node("Softmax", &[sums], vec![integer("axis", 1)])),
        other => Err(format!("has the post_transform {other:?}, which is not supported")),
    }
}

/// Labels and scores. With one sum for two classes, the sum decides.
fn linear_classifier(
    node: &NodeProto,
    attributes: &Attributes<'_>,
    first: &str,
    output: &str,
    draft: &mut Draft,
) -> Result<(), String> {
    let labels = attributes.ints("classlabels_int64s");
    let labels = if labels.is_empty() { attributes.ints("classlabels_ints") } else { labels };
    // As many sums as intercepts, which may be left out.
    let classes = match attributes.floats("intercepts").len() {
        0 => labels.len(),
        some => some,
    };
    let sums = linear(attributes, "coefficients", "intercepts", classes, first, draft)?;
    let post = attributes.text("post_transform");
    let (scores, place) = if classes == 1 && labels.len() == 2 {
        let zero = draft.floats(&[], vec![0.0]);
        let other = draft.node("Sub", &[&zero, &sums], vec![]);
        let pair = |draft: &mut Draft, other: &str, sums: &str| {
            draft.node("Concat", &[other, sums], vec![integer("axis", 1)])
        };
        let scores = match post.map_err(|error| error.to_string())? {
            "" | "NONE" => {
                let one = draft.floats(&[], vec![1.0]);
                let other = draft.node("Sub", &[&one, &sums], vec![]);
                pair(draft, &other, &sums)
            }
            "LOGISTIC" => {
                let both = pair(draft, &other, &sums);
                draft.node("Sigmoid", &[&both], vec![])
            }
            other => {
                return Err(format!("has the post_transform {other:?} for one sum, which is not supported"))
            }
        };
        let above = draft.node("Greater", &[&sums, &zero], vec![]);
        let flat = draft.integers(&[1], vec![-1]);
        let above = draft.cast(&above, DataType::Int64);
        (scores, draft.node("Reshape", &[&above, &flat], vec![]))
    } else if classes == labels.len() {
        let best = draft.node("ArgMax", &[&sums], vec![integer("axis", 1), integer("keepdims", 0)]);
        (transform(post, &sums, draft)?, best)
    } else {
        return Err(format!("has {classes} sums for {} classes", labels.len()));
    };
    if let Some(output) = node.output.get(1).filter(|output| !output.is_empty()) {
        draft.node_to("Identity", &[&scores], vec![], output);
    }
    let labels = draft.integers(&[labels.len()], labels.to_vec());
    draft.node_to("Gather", &[&labels, &place], vec![integer("axis", 0)], output);
    Ok(())
}
