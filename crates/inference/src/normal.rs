//! The normal form of a graph: what both engines take, whatever the library that exported it.
//!
//! A graph in normal form takes one matrix with a row for each patient and a column for each input of the manifest, and
//! gives one column for each output. It has no texts, and no operators of `ai.onnx.ml` but those that are our own. The
//! same file and manifest always have the same normal form. The file itself stays as it is, and so does its hash.

mod draft;
mod inputs;
mod ml;
mod outputs;
mod plain;
mod recurrent;
mod scan;
mod texts;

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto};

use crate::graph::{GraphError, MAX_NODES};
use crate::manifest::Manifest;
use crate::opsets::{APART, ML_OPSETS, OPSETS};
use draft::{Constants, Doubles, Draft, PREFIX};
pub(crate) use outputs::classes;
use texts::Texts;

/// The operator set of a file that names none.
const NEWEST_COMMON: i64 = 17;

/// A graph in normal form.
pub(crate) struct Normal {
    pub model: ModelProto,
    /// The number of rows that the graph takes at once, if it is fixed.
    pub batch: Option<usize>,
    /// Whether its input has 64 bits.
    pub wide: bool,
    /// The columns that must be whole numbers.
    pub whole: Vec<usize>,
    /// Outputs that are columns of wider values.
    pub picks: Vec<Pick>,
}

/// A column of a value.
pub(crate) struct Pick {
    pub output: String,
    /// A matrix.
    pub value: String,
    pub column: usize,
    /// Whether it must be the only one.
    pub only: bool,
}

/// The normal form of a file for a manifest. All problems that can be found at once are in the error.
pub(crate) fn normal(mut model: ModelProto, manifest: &Manifest) -> Result<Normal, GraphError> {
    let mut problems = Vec::new();
    let mut graph = model.graph.take().ok_or(GraphError::NoGraph)?;
    prepare(&mut model, &mut graph, &mut problems);
    let found = opset(&model).unwrap_or(NEWEST_COMMON);
    if let Some(expected) = manifest.model.opset {
        if found != expected {
            problems.push(GraphError::Opset { expected, found });
        }
    }
    let mut draft = Draft::new(opset(&model).unwrap_or(NEWEST_COMMON));
    let inputs = inputs::read(&model, &graph, manifest, &mut problems);
    let texts = Texts::of(&graph, Some(manifest));
    let own = inputs.as_ref().map(inputs::Inputs::texts).unwrap_or_default();
    let coded = texts.rewrite(&mut graph, own, &mut problems);
    let mut outputs = Draft::new(draft.opset);
    let batch = inputs.as_ref().and_then(|inputs| inputs.batch);
    let picks = outputs::rewrite(&mut graph, manifest, batch, &coded, &texts, &mut outputs, &mut problems);
    if let Some(inputs) = &inputs {
        inputs.rewrite(&mut graph, manifest, &texts, &mut draft);
    }
    graph.node.append(&mut outputs.nodes);
    graph.initializer.append(&mut outputs.constants);
    operators(&mut graph, draft, &mut problems);
    let Some(inputs) = inputs.filter(|_| problems.is_empty()) else { return Err(GraphError::all(problems)) };
    finish(&mut model, graph);
    Ok(Normal { model, batch, wide: inputs.wide, whole: inputs.whole, picks })
}

/// The normal form of the operators alone, for graphs with other inputs and outputs than models have.
#[cfg(test)]
pub(crate) fn normal_operators(mut model: ModelProto) -> Result<ModelProto, GraphError> {
    let mut problems = Vec::new();
    let mut graph = model.graph.take().ok_or(GraphError::NoGraph)?;
    prepare(&mut model, &mut graph, &mut problems);
    let draft = Draft::new(opset(&model).unwrap_or(NEWEST_COMMON));
    let texts = Texts::of(&graph, None);
    texts.rewrite(&mut graph, HashSet::new(), &mut problems);
    operators(&mut graph, draft, &mut problems);
    if !problems.is_empty() {
        return Err(GraphError::all(problems));
    }
    finish(&mut model, graph);
    Ok(model)
}

/// The operator set of the default domain.
fn opset(model: &ModelProto) -> Option<i64> {
    let own = |set: &&OperatorSetIdProto| set.domain.is_empty() || set.domain == "ai.onnx";
    model.opset_import.iter().find(own).map(|set| set.version)
}

/// Checks domains and operator sets, and drops what later steps find out themselves.
fn prepare(model: &mut ModelProto, graph: &mut GraphProto, problems: &mut Vec<GraphError>) {
    if graph.node.len() > MAX_NODES {
        problems.push(GraphError::TooManyNodes { nodes: graph.node.len() });
        graph.node.clear();
    }
    graph.value_info.clear();
    // Old exporters list constants among the inputs too.
    let constants: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    graph.input.retain(|input| !constants.contains(input.name.as_str()));
    for set in &model.opset_import {
        let known = match set.domain.as_str() {
            "" | "ai.onnx" => OPSETS.contains(&set.version),
            "ai.onnx.ml" => ML_OPSETS.contains(&set.version),
            // Matters only if a node uses it.
            _ => true,
        };
        if !known {
            let domain = if set.domain.is_empty() { "ai.onnx" } else { &set.domain };
            problems.push(GraphError::OperatorSet { domain: domain.to_owned(), version: set.version });
        }
    }
    for node in &graph.node {
        if !["", "ai.onnx", "ai.onnx.ml"].contains(&node.domain.as_str()) {
            let why =
                format!("is of the domain {:?}, and only ai.onnx and ai.onnx.ml are supported", node.domain);
            problems.push(GraphError::operator(node, why));
        }
    }
    let names = graph.node.iter().flat_map(|node| &node.output);
    if let Some(name) =
        names.chain(graph.initializer.iter().map(|tensor| &tensor.name)).find(|name| name.starts_with(PREFIX))
    {
        problems.push(GraphError::ReservedName { value: name.clone() });
    }
    if opset(model).is_none() {
        model.opset_import.push(OperatorSetIdProto { domain: String::new(), version: NEWEST_COMMON });
    }
}

/// Rewrites all operators that need it; the draft has what comes before them.
fn operators(graph: &mut GraphProto, mut draft: Draft, problems: &mut Vec<GraphError>) {
    let nodes = std::mem::take(&mut graph.node);
    let constants = Constants::of(&graph.initializer, &nodes);
    let doubles = Doubles::of(graph, &draft, &nodes);
    for node in &nodes {
        draft.stands_for(&crate::file::label(node));
        let done = match ml::rewrite(node, &constants, &mut draft) {
            Ok(false) => plain::rewrite(node, &constants, &doubles, &mut draft),
            done => done,
        };
        match done {
            Ok(true) => (),
            Ok(false) => draft.nodes.push(node.clone()),
            Err(why) => problems.push(GraphError::operator(node, why)),
        }
    }
    apart(&mut draft);
    graph.node = draft.nodes;
    graph.initializer.append(&mut draft.constants);
}

/// Puts an operator that does nothing between a value that is the same number many times and the matrix product that takes
/// it.
///
/// tract 0.23.9 leaves the repetition out in front of a product, and fails if what was repeated has fewer dimensions: a
/// pipeline with `PolynomialFeatures` and a Gaussian process have such a product.
fn apart(draft: &mut Draft) {
    const REPEATS: [&str; 2] = ["ConstantOfShape", "Expand"];
    const KEEPS: [&str; 8] =
        ["Cast", "Concat", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"];
    let mut repeated: HashSet<String> = HashSet::new();
    for mut node in std::mem::take(&mut draft.nodes) {
        let operator = node.op_type.as_str();
        let keeps = KEEPS.contains(&operator) && node.input.iter().any(|input| repeated.contains(input));
        if REPEATS.contains(&operator) || keeps {
            repeated.extend(node.output.iter().cloned());
        }
        if ["MatMul", "Gemm"].contains(&operator) {
            draft.stands_for(&crate::file::label(&node));
            for input in node.input.iter_mut().filter(|input| repeated.contains(*input)) {
                *input = draft.node(APART, &[input], vec![]);
            }
        }
        draft.nodes.push(node);
    }
}

/// Drops what no output needs.
fn finish(model: &mut ModelProto, mut graph: GraphProto) {
    let mut needed: HashSet<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    let makers: HashMap<&str, &NodeProto> = graph
        .node
        .iter()
        .flat_map(|node| node.output.iter().map(move |output| (output.as_str(), node)))
        .collect();
    let mut waiting: Vec<&str> = needed.iter().copied().collect();
    while let Some(value) = waiting.pop() {
        for input in makers.get(value).into_iter().flat_map(|node| &node.input) {
            if needed.insert(input) {
                waiting.push(input);
            }
        }
    }
    // What graphs inside of nodes use has no list.
    if graph.node.iter().any(crate::graph::has_graph) {
        model.graph = Some(graph);
        return;
    }
    let keep: Vec<bool> = graph
        .node
        .iter()
        .map(|node| node.output.iter().any(|output| needed.contains(output.as_str())))
        .collect();
    let constants: Vec<bool> =
        graph.initializer.iter().map(|tensor| needed.contains(tensor.name.as_str())).collect();
    let mut keep = keep.into_iter();
    graph.node.retain(|_| keep.next().unwrap_or(true));
    let mut constants = constants.into_iter();
    graph.initializer.retain(|_| constants.next().unwrap_or(true));
    model.graph = Some(graph);
}
