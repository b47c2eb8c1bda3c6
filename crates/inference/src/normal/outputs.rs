//! The outputs of a graph become one column of 32-bit floats for each output of the manifest.

use std::collections::HashSet;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, ValueInfoProto};

use super::draft::{float, floats, integer, integers, Draft, PREFIX};
use super::texts::Texts;
use super::Pick;
use crate::file::{self, Element, Port};
use crate::graph::GraphError;
use crate::manifest::{Manifest, Origin, Output};

/// The value of the graph that an output of the manifest is in.
struct Found<'g> {
    value: &'g str,
    column: Option<usize>,
    port: &'g Port,
}

/// Makes the graph give the manifest's outputs. `batch` is the number of rows, if it is fixed; `coded` has the names of values that stand for texts. Returns what must
/// be checked when shapes are known.
pub(super) fn rewrite(
    graph: &mut GraphProto,
    manifest: &Manifest,
    batch: Option<usize>,
    coded: &HashSet<String>,
    texts: &Texts,
    draft: &mut Draft,
    problems: &mut Vec<GraphError>,
) -> Vec<Pick> {
    let ports = file::outputs(graph);
    let shown = || ports.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let whole_names = manifest
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .eq(ports.iter().map(|port| port.name.as_str()));
    let mut picks = Vec::new();
    let mut given = Vec::new();
    draft.stands_for("output");
    for output in &manifest.outputs {
        let found = match find(graph, &ports, output) {
            Ok(found) => found,
            Err(why) => {
                problems.push(GraphError::Output { output: output.name.clone(), why, found: shown() });
                continue;
            }
        };
        let labels = output.from.as_ref().map_or(&[][..], |from| &from.labels);
        let is_text = coded.contains(found.value);
        if is_text == labels.is_empty() {
            let why = if is_text {
                "gives texts; write \"labels\": a list of them, whose index from 0 is the result"
            } else {
                "gives numbers and no texts; leave \"labels\" out"
            };
            problems.push(GraphError::Output {
                output: output.name.clone(),
                why: why.to_owned(),
                found: shown(),
            });
            continue;
        }
        let column = found.port.dims.as_ref().is_some_and(|dims| matches!(dims.as_slice(), [_, Some(1)]));
        let plain = found.port.element == Element::Float && column && found.column.unwrap_or(0) == 0;
        if plain && whole_names && output.from.is_none() {
            // As it is.
            given.push(found.value.to_owned());
            continue;
        }
        let mut value = found.value.to_owned();
        if is_text {
            let keys: Vec<i64> = labels.iter().map(|label| texts.code(label)).collect();
            let places = (0u16..).take(labels.len()).map(f32::from).collect();
            // Another label gives NaN, and so an error instead of a result.
            let table = vec![
                integers("keys_int64s", &keys),
                floats("values_floats", places),
                float("default_float", f32::NAN),
            ];
            value = draft.node("LabelEncoder", &[&value], table);
        } else if found.port.element != Element::Float {
            value = draft.cast(&value, DataType::Float);
        }
        let name = format!("{PREFIX}{}", output.name);
        if plain {
            draft.node_to("Identity", &[&value], vec![], &name);
        } else {
            // Labels as one row: `ArrayFeatureExtractor` of a list gives them so.
            let row = matches!(found.port.dims.as_deref(), Some([Some(1), None]));
            if row && batch.is_none() {
                value = draft.node("Transpose", &[&value], vec![integers("perm", &[1, 0])]);
            }
            let shape = draft.integers(&[2], vec![0, -1]);
            let flat = draft.node("Reshape", &[&value, &shape], vec![]);
            let column = found.column.unwrap_or(0);
            // Without a column there must be only one.
            picks.push(Pick {
                output: output.name.clone(),
                value: flat.clone(),
                column,
                only: found.column.is_none(),
            });
            let place = draft.integers(&[1], vec![i64::try_from(column).unwrap_or(i64::MAX)]);
            draft.node_to("Gather", &[&flat, &place], vec![integer("axis", 1)], &name);
        }
        given.push(name);
    }
    // Tables are only another form of the scores.
    graph.node.retain(|node| node.op_type != "ZipMap");
    graph.output = given.into_iter().map(|name| ValueInfoProto { name, ..Default::default() }).collect();
    picks
}

fn find<'g>(graph: &'g GraphProto, ports: &'g [Port], output: &'g Output) -> Result<Found<'g>, String> {
    let (name, from) = match &output.from {
        Some(from) => (from.output.as_str(), Some(from)),
        None => (output.name.as_str(), None),
    };
    let port = ports.iter().find(|port| port.name == name).ok_or_else(|| {
        let example = ports.last().map_or("probabilities", |port| port.name.as_str());
        format!("is not given by the graph; write \"from\": {{\"output\": {example:?}, \"column\": 1}}")
    })?;
    let zip =
        graph.node.iter().find(|node| node.op_type == "ZipMap" && node.output.first() == Some(&port.name));
    match (zip, from) {
        (None, Some(Origin { class: Some(_), .. })) => {
            Err("names a class, but the graph gives no table with names; write \"column\"".to_owned())
        }
        (None, from) => Ok(Found { value: &port.name, column: from.and_then(|from| from.column), port }),
        (Some(zip), from) => {
            let classes = classes(zip);
            let shown = || classes.join(", ");
            let column = match from {
                Some(Origin { class: Some(class), .. }) => classes.iter().position(|own| own == class),
                Some(Origin { column: Some(column), .. }) => {
                    Some(*column).filter(|column| *column < classes.len())
                }
                _ => None,
            };
            let column = column.ok_or_else(|| {
                let example = classes.last().map_or("1", String::as_str);
                format!(
                    "does not name one of the classes {}; write \"from\": {{\"output\": {name:?}, \"class\": {example:?}}}",
                    shown()
                )
            })?;
            let value = zip.input.first().ok_or_else(|| "is a table without content".to_owned())?;
            Ok(Found { value, column: Some(column), port })
        }
    }
}

/// The classes of a table, as the file writes them.
pub(crate) fn classes(zip: &NodeProto) -> Vec<String> {
    zip.attribute
        .iter()
        .flat_map(|list| {
            let texts = list.strings.iter().map(|text| String::from_utf8_lossy(text).into_owned());
            texts.chain(list.ints.iter().map(ToString::to_string)).collect::<Vec<_>>()
        })
        .collect()
}
