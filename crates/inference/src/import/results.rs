//! The outputs of a manifest, from those of a graph.

use serde_json::{json, Value};
use tract_onnx::pb::{GraphProto, NodeProto};

use super::Draft;
use crate::file::{Element, Port};
use crate::normal::classes;
use crate::trees::Attributes;

/// At most as many outputs has a manifest.
const MAX_OUTPUTS: usize = 64;

/// One output for each of the graph's, to find out how wide they are.
pub(super) fn provisional(graph: &GraphProto, ports: &[Port]) -> Value {
    ports
        .iter()
        .enumerate()
        .map(|(place, port)| output(&format!("output_{place}"), from(graph, port, 0), [-1e30, 1e30]))
        .collect()
}

fn output(name: &str, from: Value, range: [f64; 2]) -> Value {
    json!({ "name": name, "from": from, "description": "not described yet", "unit": "1", "range": range, "decimals": 6 })
}

fn from(graph: &GraphProto, port: &Port, column: usize) -> Value {
    match (table(graph, port), port.element) {
        (Some(table), _) => json!({ "output": port.name, "class": classes(table).get(column) }),
        (None, Element::Text) => json!({ "output": port.name, "labels": labels(graph, port) }),
        (None, _) => json!({ "output": port.name, "column": column }),
    }
}

fn table<'g>(graph: &'g GraphProto, port: &Port) -> Option<&'g NodeProto> {
    graph.node.iter().find(|node| node.op_type == "ZipMap" && node.output.first() == Some(&port.name))
}

/// The operator that makes a value.
fn maker<'g>(graph: &'g GraphProto, value: &str) -> Option<&'g NodeProto> {
    graph.node.iter().find(|node| node.output.iter().any(|output| output == value))
}

/// The texts that an output may be: those of the operator that makes it.
fn labels(graph: &GraphProto, port: &Port) -> Vec<String> {
    let mut name = port.name.as_str();
    // As many steps as there are operators at most.
    for _ in &graph.node {
        let Some(maker) = maker(graph, name) else { break };
        let lists = ["classlabels_strings", "values_strings", "cats_strings", "classes_strings"];
        let own = maker
            .attribute
            .iter()
            .find(|list| lists.contains(&list.name.as_str()) && !list.strings.is_empty());
        let constant = maker.input.iter().find_map(|input| {
            graph.initializer.iter().find(|tensor| tensor.name == *input && !tensor.string_data.is_empty())
        });
        let texts = own.map(|list| &list.strings).or(constant.map(|tensor| &tensor.string_data));
        if let Some(texts) = texts {
            return texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect();
        }
        let Some(first) = maker.input.first() else { break };
        name = first;
    }
    Vec::new()
}

/// Whether a value is made of probabilities, as far as its name and the operator that makes it tell.
fn is_probability(graph: &GraphProto, port: &Port) -> bool {
    if !matches!(port.element, Element::Float | Element::Double | Element::Table) {
        return false;
    }
    let mut name = port.name.as_str();
    for _ in &graph.node {
        let Some(maker) = maker(graph, name) else { break };
        let attributes = Attributes(maker);
        match maker.op_type.as_str() {
            "Softmax" | "Sigmoid" => return true,
            // Raw scores have no bounds.
            "LinearClassifier" | "SVMClassifier" => {
                let post = attributes.text("post_transform").unwrap_or_default();
                return !matches!(post, "" | "NONE") || !attributes.floats("prob_a").is_empty();
            }
            "ArrayFeatureExtractor"
            | "Gather"
            | "ZipMap"
            | "Identity"
            | "Cast"
            | "Reshape"
            | "Flatten"
            | "Squeeze" => (),
            "LogSoftmax" | "Add" | "Sub" | "Concat" | "MatMul" | "Gemm" => return false,
            _ => break,
        }
        let Some(first) = maker.input.first() else { break };
        name = first;
    }
    port.element == Element::Table || port.name.to_lowercase().contains("prob")
}

/// All outputs of a graph. Of two classes, the second says all.
pub(super) fn outputs(graph: &GraphProto, ports: &[Port], widths: &[usize], draft: &mut Draft) -> Value {
    draft.names.clear();
    let mut outputs = Vec::new();
    for (port, width) in ports.iter().zip(widths) {
        let names = table(graph, port).map(classes);
        let width = names.as_ref().map_or(*width, Vec::len);
        let probability = is_probability(graph, port);
        let first = usize::from(probability && width == 2);
        for column in first..width {
            if outputs.len() == MAX_OUTPUTS {
                break;
            }
            let of = match &names {
                Some(names) => format!("{}_{}", port.name, names.get(column).map_or("", String::as_str)),
                None if width > 1 => format!("{}_{column}", port.name),
                None => port.name.clone(),
            };
            let name = draft.name(&of, "output");
            let range = if probability { [0.0, 1.0] } else { [-1_000_000.0, 1_000_000.0] };
            outputs.push(output(&name, from(graph, port, column), range));
            let field = |part: &str| format!("outputs[{name}].{part}");
            draft.open(
                &field("description"),
                "what the number is, of whom and when: \"Probability of heart disease today\"",
            );
            draft.open(&field("unit"), "the UCUM code of the result, \"1\" for a probability");
            draft.open(&field("range"), "the smallest and the largest possible result: [0, 1]");
        }
    }
    Value::Array(outputs)
}
