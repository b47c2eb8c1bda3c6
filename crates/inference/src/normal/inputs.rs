//! The inputs of a graph become one matrix: a row for each patient, a column for each input of the manifest.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{type_proto, GraphProto, ModelProto, TensorShapeProto, TypeProto, ValueInfoProto};

use super::draft::{integer, integers, Draft, PREFIX};
use super::texts::Texts;
use crate::file::{self, Element, Port};
use crate::graph::{GraphError, ROWS};
use crate::manifest::{Input, Layout, Manifest, Missing};

/// The metadata property with the names of the input's columns.
const FEATURES: &str = "features";
/// Whole numbers up to this one are exact in 32-bit floats.
const EXACT: f64 = 16_777_216.0;

/// What the graph takes, compared with the manifest.
pub(super) struct Inputs {
    ports: Vec<(Port, usize)>,
    /// The number of rows that the graph takes at once, if it is fixed.
    pub batch: Option<usize>,
    /// Whether the matrix has 64 bits.
    pub wide: bool,
    /// The columns that must be whole numbers.
    pub whole: Vec<usize>,
}

/// Compares the graph's inputs with the manifest's.
pub(super) fn read(
    model: &ModelProto,
    graph: &GraphProto,
    manifest: &Manifest,
    problems: &mut Vec<GraphError>,
) -> Option<Inputs> {
    let before = problems.len();
    let ports = file::inputs(graph);
    let columns = manifest.columns();
    let refused = |why: String| GraphError::Input {
        found: ports.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        columns,
        why,
    };
    if ports.is_empty() {
        problems.push(refused("has no input".to_owned()));
        return None;
    }
    if let (Some(wanted), true) = (&manifest.model.input, problems.is_empty()) {
        if ports.len() > 1 || ports.first().is_some_and(|port| port.name != *wanted) {
            problems.push(refused(format!(
                "does not have exactly the input {wanted:?}; correct or leave out model.input in the manifest"
            )));
        }
    }
    let widths = widths(graph, &ports, manifest).map_err(|why| problems.push(refused(why))).ok()?;
    let ports: Vec<(Port, usize)> = ports.iter().cloned().zip(widths).collect();
    let fixed: HashSet<usize> = ports.iter().filter_map(|(port, _)| batch(port)).collect();
    if fixed.len() > 1 {
        problems.push(refused("takes a different number of rows in each input".to_owned()));
    }
    names(model, &ports, manifest, problems);

    let (mut wide, mut whole, mut place) = (false, Vec::new(), 0usize);
    for (port, width) in &ports {
        let own = manifest.inputs.iter().enumerate().skip(place).take(*width);
        place = place.saturating_add(*width);
        match port.element {
            Element::Float | Element::Table => (),
            Element::Double => wide = true,
            Element::Whole | Element::Flag => {
                if manifest.image.as_ref().is_some_and(|image| image.range != [0.0, 255.0]) {
                    problems.push(refused(format!(
                        "takes the bytes of a picture ({port}); write \"range\": [0, 255] under image in the manifest"
                    )));
                }
                for (column, input) in own {
                    whole.push(column);
                    wide |= input.range.iter().any(|end| end.abs() > EXACT);
                    if input.missing != Missing::Refuse {
                        problems.push(GraphError::Column {
                            input: input.name.clone(),
                            why: format!(
                                "may be missing, but the graph takes whole numbers ({port}), which cannot be; write \
                                 \"missing\": \"refuse\""
                            ),
                        });
                    }
                }
            }
            Element::Text => {
                for (_, input) in own {
                    #[allow(clippy::cast_possible_truncation)] // That is the question.
                    let exact = |value: f64| f64::from(value as f32) == value;
                    wide |= input.categories.iter().any(|category| !exact(category.value));
                    if input.categories.iter().all(|category| category.text.is_none()) {
                        problems.push(GraphError::Column {
                            input: input.name.clone(),
                            why: format!(
                                "has no texts, but the graph takes texts ({port}); write its categories, for example \
                                 {{\"value\": 0, \"text\": \"male\", \"meaning\": \"male\"}}"
                            ),
                        });
                    }
                }
            }
            Element::Other(kind) if kind == i32::from(DataType::Float16) => (),
            Element::Other(_) => problems.push(refused(format!("takes {port}, which is not supported"))),
        }
    }
    (problems.len() == before).then_some(Inputs { ports, batch: fixed.into_iter().next(), wide, whole })
}

/// The number of rows, if it is fixed.
fn batch(port: &Port) -> Option<usize> {
    match port.element {
        Element::Table => Some(1),
        _ => port.dims.as_ref().and_then(|dims| dims.first().copied()).flatten(),
    }
}

/// The columns of each input; one of unknown width takes what the others leave.
fn widths(graph: &GraphProto, ports: &[Port], manifest: &Manifest) -> Result<Vec<usize>, String> {
    let columns = manifest.columns();
    let known: Vec<Option<usize>> = ports
        .iter()
        .map(|port| match port.element {
            Element::Table => table(graph, port),
            _ => port.width(),
        })
        .collect();
    let sum = known.iter().flatten().fold(0, |sum: usize, width| sum.saturating_add(*width));
    let open = known.iter().filter(|width| width.is_none()).count();
    if open > 1 {
        return Err("does not say how many columns its inputs have; export it with shapes".to_owned());
    }
    let rest = columns.checked_sub(sum).filter(|rest| (open == 0 && *rest == 0) || (open == 1 && *rest > 0));
    let rest = rest.ok_or_else(|| {
        format!(
            "has {sum} columns{}; give the manifest one input for each, in the graph's order",
            if open == 1 { " and more" } else { "" }
        )
    })?;
    if let (Some(port), true) = (ports.iter().zip(&known).find(|(_, width)| width.is_none()), open == 1) {
        // Of several open dimensions nothing is known.
        let dims =
            port.0.dims.as_ref().map_or(0, |dims| dims.iter().skip(1).filter(|dim| dim.is_none()).count());
        let known =
            port.0.dims.iter().flatten().skip(1).flatten().fold(1usize, |all, dim| all.saturating_mul(*dim));
        if dims > 1 || rest.checked_rem(known) != Some(0) {
            return Err("has more than one dimension of any size; export it with fixed shapes".to_owned());
        }
    }
    Ok(known.into_iter().map(|width| width.unwrap_or(rest)).collect())
}

/// The columns of a table that a `DictVectorizer` makes a matrix of.
fn table(graph: &GraphProto, port: &Port) -> Option<usize> {
    let users = file::users(graph, &port.name);
    let [user] = users.as_slice() else { return None };
    let lists = user.attribute.iter().filter(|_| user.op_type == "DictVectorizer");
    lists.map(|list| list.strings.len().max(list.ints.len())).find(|count| *count > 0)
}

/// Compares the names of columns, where the file has some.
fn names(model: &ModelProto, ports: &[(Port, usize)], manifest: &Manifest, problems: &mut Vec<GraphError>) {
    if manifest.image.is_some() {
        // Pixels have no names.
        return;
    }
    let own: Vec<&str> = manifest.inputs.iter().map(Input::column).collect();
    let property = model.metadata_props.iter().find(|property| property.key == FEATURES);
    let found: Option<Vec<String>> = match (ports, property) {
        ([_], Some(property)) => Some(property.value.split(',').map(str::to_owned).collect()),
        ([_], None) => None,
        _ => {
            // Each input of one column has its name; the others are free.
            let mut names = Vec::new();
            let mut own = own.iter();
            for (port, width) in ports {
                let free = own.by_ref().take(*width);
                if *width == 1 {
                    names.push(port.name.clone());
                    free.for_each(drop);
                } else {
                    names.extend(free.map(|name| (*name).to_owned()));
                }
            }
            Some(names)
        }
    };
    if let Some(found) = found.filter(|found| *found != own) {
        problems.push(GraphError::Features { expected: own.join(","), found: found.join(",") });
    }
}

impl Inputs {
    /// Whether the graph has one matrix of 32-bit floats already.
    fn is_matrix(&self, manifest: &Manifest) -> bool {
        let one = || self.ports.iter().all(|(port, _)| port.dims.as_ref().is_none_or(|dims| dims.len() == 2));
        let flat = manifest.image.as_ref().is_none_or(|image| image.layout == Layout::ChannelsLast);
        self.ports.len() == 1
            && flat
            && self.ports.iter().all(|(port, _)| port.element == Element::Float)
            && one()
    }

    /// The names of the inputs that are texts.
    pub(super) fn texts(&self) -> HashSet<String> {
        let texts = self.ports.iter().filter(|(port, _)| port.element == Element::Text);
        texts.map(|(port, _)| port.name.clone()).collect()
    }

    /// Makes the graph take one matrix, and appends to the draft the way from it to the graph's own inputs.
    pub(super) fn rewrite(
        &self,
        graph: &mut GraphProto,
        manifest: &Manifest,
        texts: &Texts,
        draft: &mut Draft,
    ) {
        let columns = manifest.columns();
        let kind = if self.wide { DataType::Double } else { DataType::Float };
        let matrix = self.is_matrix(manifest);
        let name = match self.ports.first() {
            Some((port, _)) if matrix => port.name.clone(),
            _ => format!("{PREFIX}rows"),
        };
        // Constants that are listed as inputs stay constants.
        graph.input = vec![matrix_of(&name, kind, self.batch, columns)];
        if matrix {
            return;
        }
        draft.stands_for("inputs");
        let mut replaced = HashMap::new();
        let mut place = 0usize;
        for (port, width) in &self.ports {
            let (from, to) = (place, place.saturating_add(*width));
            place = to;
            let value = self.port(port, &name, from..to, manifest, texts, draft);
            if port.element == Element::Table {
                // The operator that makes a matrix of the table has nothing left to do.
                let users = graph.node.iter().filter(|node| node.input.first() == Some(&port.name));
                replaced.extend(
                    users.flat_map(|node| node.output.first()).map(|output| (output.clone(), value.clone())),
                );
                graph.node.retain(|node| node.input.first() != Some(&port.name));
            } else {
                replaced.insert(port.name.clone(), value);
            }
        }
        for input in graph.node.iter_mut().flat_map(|node| &mut node.input) {
            if let Some(value) = replaced.get(input) {
                input.clone_from(value);
            }
        }
        for output in &mut graph.output {
            if let Some(value) = replaced.get(&output.name) {
                // An output that is an input: rare, and without a node of its own.
                draft.node_to("Identity", &[value], vec![], &output.name);
            }
        }
    }

    fn port(
        &self,
        port: &Port,
        rows: &str,
        places: std::ops::Range<usize>,
        manifest: &Manifest,
        texts: &Texts,
        draft: &mut Draft,
    ) -> String {
        let width = places.len();
        let inputs = manifest.inputs.get(places.clone()).unwrap_or(&[]);
        let take = |draft: &mut Draft, places: std::ops::Range<usize>| {
            let places: Vec<i64> = places.filter_map(|place| i64::try_from(place).ok()).collect();
            let places = draft.integers(&[places.len()], places);
            draft.node("Gather", &[rows, &places], vec![integer("axis", 1)])
        };
        let mut value = if port.element == Element::Text {
            let coded: Vec<String> = places
                .clone()
                .zip(inputs)
                .map(|(place, input)| {
                    let column = take(draft, place..place.saturating_add(1));
                    let categories = input.categories.iter();
                    let pairs: Vec<(f64, &str)> = categories
                        .filter_map(|category| Some((category.value, category.text.as_deref()?)))
                        .collect();
                    texts.encode(draft, &column, &pairs, self.wide)
                })
                .collect();
            match coded.as_slice() {
                [one] => one.clone(),
                coded => {
                    let coded: Vec<&str> = coded.iter().map(String::as_str).collect();
                    draft.node("Concat", &coded, vec![integer("axis", 1)])
                }
            }
        } else if width == manifest.columns() {
            rows.to_owned()
        } else {
            take(draft, places)
        };
        if port.element == Element::Table && inputs.iter().any(|input| input.missing != Missing::Refuse) {
            // What a table leaves out is zero.
            let missing = draft.node("IsNaN", &[&value], vec![]);
            let zero = draft.floats(&[], vec![0.0]);
            value = draft.node("Where", &[&missing, &zero, &value], vec![]);
        }
        let kind = if self.wide { DataType::Double } else { DataType::Float };
        let wanted = match port.element {
            Element::Text => None,
            Element::Table => Some(DataType::Float),
            _ => DataType::try_from(port.kind).ok(),
        };
        if let Some(wanted) = wanted.filter(|wanted| *wanted != kind) {
            value = draft.cast(&value, wanted);
        }
        self.shaped(port, width, value, manifest, draft)
    }

    /// In the dimensions that the graph takes.
    fn shaped(
        &self,
        port: &Port,
        width: usize,
        value: String,
        manifest: &Manifest,
        draft: &mut Draft,
    ) -> String {
        let Some(dims) = port.dims.as_ref().filter(|dims| dims.len() != 2) else { return value };
        let rows = self.batch.and_then(|batch| i64::try_from(batch).ok()).unwrap_or(0);
        let known = dims.iter().skip(1).flatten().fold(1usize, |all, dim| all.saturating_mul(*dim));
        let size = |dim: &Option<usize>| {
            i64::try_from(dim.unwrap_or_else(|| width.checked_div(known).unwrap_or(0))).unwrap_or(-1)
        };
        let mut shape: Vec<i64> = std::iter::once(rows).chain(dims.iter().skip(1).map(size)).collect();
        let first = manifest.image.as_ref().is_some_and(|image| image.layout == Layout::ChannelsFirst);
        if let (true, [rows, channels, height, width]) = (first, shape.as_slice()) {
            shape = vec![*rows, *height, *width, *channels];
        }
        let to = draft.integers(&[shape.len()], shape.clone());
        let value = draft.node("Reshape", &[&value, &to], vec![]);
        if first && shape.len() == 4 {
            draft.node("Transpose", &[&value], vec![integers("perm", &[0, 3, 1, 2])])
        } else {
            value
        }
    }
}

/// A tensor of this many columns, with a row for each patient.
fn matrix_of(name: &str, kind: DataType, batch: Option<usize>, columns: usize) -> ValueInfoProto {
    let size = |size: usize| Dimension::DimValue(i64::try_from(size).unwrap_or(i64::MAX));
    let rows = batch.map_or_else(|| Dimension::DimParam(ROWS.to_owned()), size);
    let dim =
        |value| tract_onnx::pb::tensor_shape_proto::Dimension { value: Some(value), ..Default::default() };
    let shape = TensorShapeProto { dim: vec![dim(rows), dim(size(columns))] };
    let tensor = type_proto::Tensor { elem_type: kind.into(), shape: Some(shape) };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto { value: Some(TypeValue::TensorType(tensor)), ..Default::default() }),
        ..Default::default()
    }
}
