//! A manifest for an ONNX file: all that the file tells is filled in, and what only a person knows is marked.
//!
//! The manifest is valid and the model runs with it. Its `open` part names each field that still has a made-up value, and
//! says what to write there. A second import keeps every field that is filled in.

mod columns;
mod merge;
mod results;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_json::{json, Map, Value};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};

use crate::file::{self, Element, Port};
use crate::graph::MAX_NODES;
use crate::manifest::Manifest;
use crate::parts::{self, Parts};
use crate::LoadError;

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file, or the manifest that was made for it, was refused.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A question that the file does not answer.
    #[error("{0}")]
    Question(String),
    /// The manifest that is there already is not JSON.
    #[error("the manifest that is there cannot be read: {0}; correct it, or move it away")]
    Existing(serde_json::Error),
}

/// What the caller says of a file.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The model's name.
    pub name: String,
    /// The names of the columns, in their order, if the file has none.
    pub columns: Vec<String>,
    /// Width and height of the picture that the graph takes, if its input has no fixed size.
    pub image: Option<(u32, u32)>,
    /// The last day on which the model may be used, until a person says another.
    pub valid_until: String,
}

/// What an ONNX file says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// The library that wrote it, and its version.
    pub producer: String,
    /// The version of the file format.
    pub format: i64,
    /// Operator sets by domain.
    pub operator_sets: BTreeMap<String, i64>,
    /// Operators, and how many there are of each.
    pub operators: BTreeMap<String, usize>,
    /// The inputs.
    pub inputs: Vec<Port>,
    /// The outputs.
    pub outputs: Vec<Port>,
    /// The files that hold its weights; empty if it does itself.
    pub weights: Vec<String>,
    /// The size of all files, in bytes.
    pub bytes: usize,
}

/// A manifest for a file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What the file says of itself.
    pub description: Description,
    /// The manifest, as JSON.
    pub manifest: Value,
}

/// Makes a manifest for the file of this name in a folder. `existing` is the manifest of an earlier import.
pub fn import(
    folder: &Path,
    file: &str,
    answers: &Answers,
    existing: Option<&[u8]>,
) -> Result<Imported, ImportError> {
    let alone = Parts::read(folder, file, &[]).map_err(LoadError::from)?;
    let weights = parts::weights(alone.onnx()).map_err(LoadError::from)?;
    let parts = Parts::read(folder, file, &weights).map_err(LoadError::from)?;
    let model = parts.model().map_err(LoadError::from)?;
    let graph = model.graph.as_ref().ok_or(crate::GraphError::NoGraph).map_err(LoadError::from)?;
    let nodes = graph.node.len();
    if nodes > MAX_NODES {
        return Err(LoadError::from(crate::GraphError::TooManyNodes { nodes }).into());
    }
    let description = describe(&model, graph, &weights, &parts);

    let mut draft = Draft::default();
    let (inputs, image) = columns::inputs(graph, &description.inputs, &model, answers, &mut draft)?;
    let may_miss = inputs.iter().filter(|input| input["missing"] == "impute-in-graph").count();
    let mut manifest = json!({
        "format": 1,
        "name": answers.name,
        "version": "1.0.0",
        "kind": "disease-risk",
        "description": format!("{} as exported", answers.name),
        "licence": "unknown",
        "valid_until": answers.valid_until,
        "intended_use": "none yet",
        "limits": ["Not described yet."],
        "model": { "file": file, "sha256": hex::encode(parts.identity()) },
        "inputs": inputs,
        "max_missing": may_miss,
        "outputs": results::provisional(graph, &description.outputs),
        "thresholds": [],
        "training_data": {
            "name": "unknown",
            "origin": "unknown",
            "sha256": "0".repeat(64),
            "rows": 1,
            "licence": "unknown"
        }
    });
    if !weights.is_empty() {
        manifest["model"]["weights"] = json!(weights);
    }
    if let Some(image) = image {
        manifest["image"] = image;
    }
    // The widths of outputs are known when the graph is typed.
    let widths = crate::model::widths(&parse(&manifest)?, &parts)?;
    manifest["outputs"] = results::outputs(graph, &description.outputs, &widths, &mut draft);
    for (field, what) in ABOUT {
        draft.open(field, what);
    }
    manifest["open"] = Value::Object(draft.open);
    if let Some(existing) = existing {
        let existing: Value = serde_json::from_slice(existing).map_err(ImportError::Existing)?;
        manifest = merge::merge(manifest, &existing);
    }
    // What is written must run.
    crate::model::ready(&parse(&manifest)?, &parts)?;
    Ok(Imported { description, manifest })
}

fn parse(manifest: &Value) -> Result<Manifest, LoadError> {
    let bytes = serde_json::to_vec(manifest).map_err(crate::ManifestError::from)?;
    Ok(Manifest::parse(&bytes)?)
}

/// What only a person knows of any model.
const ABOUT: [(&str, &str); 8] = [
    ("kind", "the feed that the results belong to, one of those in manifest.schema.json"),
    ("description", "what the model estimates, and for whom: \"Risk of heart disease in adults\""),
    ("licence", "the SPDX identifier of the model's licence: \"Apache-2.0\""),
    ("valid_until", "the last day on which the model may be used: \"2027-12-31\""),
    ("intended_use", "who uses it for what: \"Support for general practitioners\""),
    ("limits", "uses to avoid, and weaknesses: [\"Not for children\"]"),
    ("thresholds", "values from which action is needed, or [] if there are none: [{\"name\": \"high\", \"output\": \"risk\", \"at_least\": 0.3, \"meaning\": \"Refer\"}]"),
    ("training_data", "name, origin, SHA-256, rows and licence of the data that it was trained on"),
];

/// The questions so far.
#[derive(Default)]
struct Draft {
    open: Map<String, Value>,
    names: BTreeSet<String>,
}

impl Draft {
    /// Marks a field that has a made-up value.
    fn open(&mut self, field: &str, what: &str) {
        self.open.insert(field.to_owned(), Value::String(what.to_owned()));
    }

    /// The name of a column or output in the form that a manifest takes, once.
    fn name(&mut self, of: &str, otherwise: &str) -> String {
        let lower = of.to_lowercase();
        let mut name: String = lower
            .chars()
            .map(|sign| if matches!(sign, 'a'..='z' | '0'..='9') { sign } else { '_' })
            .collect();
        name = name.trim_matches('_').chars().take(56).collect();
        if !name.starts_with(|sign: char| sign.is_ascii_lowercase()) {
            name = if name.is_empty() { otherwise.to_owned() } else { format!("{otherwise}_{name}") };
        }
        let mut unique = name.clone();
        let mut count = 1u32;
        while !self.names.insert(unique.clone()) {
            count = count.saturating_add(1);
            unique = format!("{name}_{count}");
        }
        unique
    }
}

fn describe(model: &ModelProto, graph: &GraphProto, weights: &[String], parts: &Parts<'_>) -> Description {
    let mut operators = BTreeMap::new();
    for node in &graph.node {
        let count: &mut usize = operators.entry(node.op_type.clone()).or_default();
        *count = count.saturating_add(1);
    }
    let set = |set: &tract_onnx::pb::OperatorSetIdProto| {
        let domain = if set.domain.is_empty() { "ai.onnx" } else { &set.domain };
        (domain.to_owned(), set.version)
    };
    let constants: BTreeSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let mut inputs = file::inputs(graph);
    inputs.retain(|input| !constants.contains(input.name.as_str()));
    Description {
        producer: format!("{} {}", model.producer_name, model.producer_version).trim().to_owned(),
        format: model.ir_version,
        operator_sets: model.opset_import.iter().map(set).collect(),
        operators,
        inputs,
        outputs: file::outputs(graph),
        weights: weights.to_vec(),
        bytes: parts.bytes(),
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sets = self.operator_sets.iter().map(|(domain, version)| format!("{domain} {version}"));
        let operators = self.operators.iter().map(|(name, count)| format!("{count} {name}"));
        let producer = if self.producer.is_empty() { "unknown" } else { &self.producer };
        writeln!(f, "  Producer    {producer}, file format {}", self.format)?;
        writeln!(f, "  Operators   {}", operators.collect::<Vec<_>>().join(", "))?;
        writeln!(f, "  Sets        {}", sets.collect::<Vec<_>>().join(", "))?;
        for input in &self.inputs {
            writeln!(f, "  Takes       {input}")?;
        }
        for output in &self.outputs {
            writeln!(f, "  Gives       {output}")?;
        }
        for weights in &self.weights {
            writeln!(f, "  Weights     {weights}")?;
        }
        writeln!(f, "  Size        {} bytes", self.bytes)
    }
}

/// What a graph does with missing values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gaps {
    /// Something that training chose.
    Filled,
    /// Trees take a missing value somewhere, and the file does not say whether training had any.
    Unsaid,
    /// Nothing.
    None,
}

fn takes_gaps(graph: &GraphProto) -> Gaps {
    let tracks = |node: &NodeProto| {
        let flags = node.attribute.iter().filter(|own| own.name == "nodes_missing_value_tracks_true");
        flags.flat_map(|own| &own.ints).any(|flag| *flag != 0)
    };
    let fills = |node: &NodeProto| matches!(node.op_type.as_str(), "Imputer" | "IsNaN") || tracks(node);
    if graph.node.iter().any(fills) {
        Gaps::Filled
    } else if graph.node.iter().any(|node| node.op_type.starts_with("TreeEnsemble")) {
        Gaps::Unsaid
    } else {
        Gaps::None
    }
}

/// Whether an input of this type may be missing at all.
fn may_be_missing(element: Element) -> bool {
    matches!(element, Element::Float | Element::Double)
}
