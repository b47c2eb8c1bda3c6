//! Checks of an ONNX file before tract gets it: it must be the graph of its manifest, and of bounded size.
//!
//! tract trusts its input in two ways that a service cannot: it folds constants while it loads, so that a file of a few
//! bytes can allocate any amount of memory, and it panics on references to values that do not exist. Both are checked
//! here, on the decoded file.

use std::collections::HashMap;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

use crate::manifest::Manifest;
use crate::trees::{self, TreeError};

/// Maximum number of operators in a graph.
const MAX_NODES: usize = 20_000;
/// Maximum number of elements of a constant that is computed from constants: 64 MiB of 32-bit numbers.
const MAX_CONSTANT_ELEMENTS: u64 = 1 << 24;
/// The metadata property with the names of the input's columns.
const FEATURES: &str = "features";
/// The name of the dimension that counts patients.
pub(crate) const ROWS: &str = "N";
/// Operators that may be computed from constants alone: the size of the result is at most the product of all operands'
/// sizes, or their sum for `Concat`.
const FOLDABLE: [&str; 34] = [
    "Abs",
    "Add",
    "And",
    "Cast",
    "Clip",
    "Concat",
    "Div",
    "Equal",
    "Exp",
    "Flatten",
    "Gather",
    "Gemm",
    "Greater",
    "Identity",
    "Less",
    "Log",
    "MatMul",
    "Max",
    "Min",
    "Mul",
    "Neg",
    "Not",
    "Or",
    "Pow",
    "Reciprocal",
    "Reshape",
    "Shape",
    "Slice",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Transpose",
    "Unsqueeze",
    "Where",
];
/// Random operators: every oracle operator must find the same result.
const RANDOM: [&str; 5] = ["Bernoulli", "Dropout", "Multinomial", "RandomNormalLike", "RandomUniformLike"];

/// Why a graph was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The file decodes, but holds no graph.
    #[error("the ONNX file holds no graph; export the model again")]
    NoGraph,
    /// The operator set is not the manifest's.
    #[error("the graph uses operator set {found}, the manifest says {expected}; export for that set or correct the manifest")]
    Opset {
        /// The manifest's.
        expected: i64,
        /// The file's; 0 if it does not name one.
        found: i64,
    },
    /// The graph does not have exactly one input of the manifest's name and shape.
    #[error("the graph does not take exactly one 32-bit float tensor {name}[N, {columns}]; export it so, or correct the manifest")]
    Input {
        /// The manifest's.
        name: String,
        /// The manifest's.
        columns: usize,
    },
    /// The names of the columns differ from the manifest's inputs, or their order does.
    #[error("the graph's columns are {found:?}, the manifest's inputs are {expected:?}; make them equal, in the same order")]
    Features {
        /// The manifest's, joined by commas.
        expected: String,
        /// The metadata property `features`; empty if it is missing.
        found: String,
    },
    /// The outputs differ from the manifest's in name, order or shape.
    #[error("the graph does not give exactly the 32-bit float tensors [N, 1] named {expected}, in this order; export it so, or correct the manifest")]
    Outputs {
        /// The manifest's, joined by commas.
        expected: String,
    },
    /// Too many operators.
    #[error("the graph has {nodes} operators, at most {MAX_NODES} are allowed; use a smaller model")]
    TooManyNodes {
        /// In the file.
        nodes: usize,
    },
    /// An operator with a graph inside: a loop or a branch.
    #[error("the operator {node} holds a graph of its own, which is not supported; export without loops and branches")]
    Subgraph {
        /// Its name or type.
        node: String,
    },
    /// A value is used that no earlier operator gives.
    #[error("{user} uses the value {value:?}, which no operator before it gives; export the model again")]
    UnknownValue {
        /// An operator, or the graph's outputs.
        user: String,
        /// The name.
        value: String,
    },
    /// Two operators give a value of the same name.
    #[error("the value {value:?} is given twice; export the model again")]
    RepeatedValue {
        /// The name.
        value: String,
    },
    /// An operator that draws random numbers.
    #[error(
        "the operator {node} is random, so that two machines would give two results; export for inference"
    )]
    Random {
        /// Its name or type.
        node: String,
    },
    /// A tree ensemble that is malformed or too large.
    #[error("the tree ensemble {node}: {source}")]
    Trees {
        /// Its name or type.
        node: String,
        /// The fault.
        source: TreeError,
    },
    /// A computed constant may be huge.
    #[error("the operator {node} computes a constant of unbounded size; fold constants before export")]
    UnboundedConstant {
        /// Its name or type.
        node: String,
    },
}

/// Checks the file against the manifest, and bounds the work of tract.
pub(crate) fn check(model: &ModelProto, manifest: &Manifest) -> Result<(), GraphError> {
    let graph = model.graph.as_ref().ok_or(GraphError::NoGraph)?;
    let opset = model.opset_import.iter().find(|set| set.domain.is_empty() || set.domain == "ai.onnx");
    let (expected, found) = (manifest.model.opset, opset.map_or(0, |set| set.version));
    if found != expected {
        return Err(GraphError::Opset { expected, found });
    }
    interface(model, graph, manifest)?;
    values(graph)
}

/// The outputs are not those of the manifest.
pub(crate) fn outputs_refused(manifest: &Manifest) -> GraphError {
    GraphError::Outputs { expected: joined(manifest.outputs.iter().map(|output| output.name.as_str())) }
}

fn interface(model: &ModelProto, graph: &GraphProto, manifest: &Manifest) -> Result<(), GraphError> {
    let (name, columns) = (&manifest.model.input, manifest.inputs.len());
    let is_constant =
        |input: &&ValueInfoProto| graph.initializer.iter().any(|tensor| tensor.name == input.name);
    let mut inputs = graph.input.iter().filter(|input| !is_constant(input));
    let input = inputs.next().filter(|input| input.name == *name && is_rows_of(input, columns));
    if input.is_none() || inputs.next().is_some() {
        return Err(GraphError::Input { name: name.clone(), columns });
    }

    let expected = joined(manifest.inputs.iter().map(|input| input.name.as_str()));
    let property = model.metadata_props.iter().find(|property| property.key == FEATURES);
    let found = property.map_or("", |property| property.value.as_str());
    if found != expected {
        return Err(GraphError::Features { expected, found: found.to_owned() });
    }

    let same = graph.output.len() == manifest.outputs.len()
        && graph
            .output
            .iter()
            .zip(&manifest.outputs)
            .all(|(given, wanted)| given.name == wanted.name && is_rows_of(given, 1));
    if same {
        Ok(())
    } else {
        Err(outputs_refused(manifest))
    }
}

/// Whether the value is a 32-bit float tensor of N rows and this many columns.
fn is_rows_of(value: &ValueInfoProto, columns: usize) -> bool {
    let tensor =
        value.r#type.as_ref().and_then(|t| t.value.as_ref()).map(|TypeValue::TensorType(tensor)| tensor);
    let Some((tensor, shape)) = tensor.and_then(|tensor| Some((tensor, tensor.shape.as_ref()?))) else {
        return false;
    };
    let [rows, width] = shape.dim.as_slice() else { return false };
    let named = matches!(&rows.value, Some(Dimension::DimParam(name)) if name == ROWS);
    let wide =
        matches!(&width.value, Some(Dimension::DimValue(width)) if usize::try_from(*width) == Ok(columns));
    named && wide && tensor.elem_type == i32::from(DataType::Float)
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(",")
}

/// Every value is given exactly once, before it is used, and values that depend on constants alone stay small.
fn values(graph: &GraphProto) -> Result<(), GraphError> {
    let nodes = graph.node.len();
    if nodes > MAX_NODES {
        return Err(GraphError::TooManyNodes { nodes });
    }
    // Maximum number of elements of a constant; `None` for values that depend on the input.
    let mut known: HashMap<&str, Option<u64>> = HashMap::new();
    for tensor in &graph.initializer {
        give(&mut known, &tensor.name, Some(elements(tensor)))?;
    }
    for input in &graph.input {
        // Old exporters list constants among the inputs too.
        known.entry(&input.name).or_insert(None);
    }
    for node in &graph.node {
        let label = if node.name.is_empty() { &node.op_type } else { &node.name };
        if node.attribute.iter().any(|attribute| attribute.g.is_some() || !attribute.graphs.is_empty()) {
            return Err(GraphError::Subgraph { node: label.clone() });
        }
        if RANDOM.contains(&node.op_type.as_str()) {
            return Err(GraphError::Random { node: label.clone() });
        }
        if trees::OPERATORS.contains(&node.op_type.as_str()) {
            trees::check(node).map_err(|source| GraphError::Trees { node: label.clone(), source })?;
        }
        // An empty name stands for an optional operand that is left out.
        let mut operands = Vec::with_capacity(node.input.len());
        for value in node.input.iter().filter(|value| !value.is_empty()) {
            let unknown = || GraphError::UnknownValue { user: label.clone(), value: value.clone() };
            operands.push(*known.get(value.as_str()).ok_or_else(unknown)?);
        }
        let size = constant_size(node, &operands);
        if size.is_some_and(|elements| elements > MAX_CONSTANT_ELEMENTS) {
            return Err(GraphError::UnboundedConstant { node: label.clone() });
        }
        for value in node.output.iter().filter(|value| !value.is_empty()) {
            give(&mut known, value, size)?;
        }
    }
    graph.output.iter().find(|output| !known.contains_key(output.name.as_str())).map_or(Ok(()), |output| {
        Err(GraphError::UnknownValue { user: "the list of outputs".to_owned(), value: output.name.clone() })
    })
}

fn give<'g>(
    known: &mut HashMap<&'g str, Option<u64>>,
    value: &'g str,
    size: Option<u64>,
) -> Result<(), GraphError> {
    match known.insert(value, size) {
        None => Ok(()),
        Some(_) => Err(GraphError::RepeatedValue { value: value.to_owned() }),
    }
}

/// Maximum number of elements of the result, if it depends on constants alone.
fn constant_size(node: &NodeProto, operands: &[Option<u64>]) -> Option<u64> {
    if node.op_type == "Constant" {
        // A tensor has a stated size; the other forms of a constant are at most as long as the file.
        return Some(node.attribute.iter().filter_map(|a| a.t.as_ref()).map(elements).max().unwrap_or(0));
    }
    let sizes = operands.iter().copied().collect::<Option<Vec<u64>>>()?;
    if sizes.is_empty() || !FOLDABLE.contains(&node.op_type.as_str()) {
        return Some(u64::MAX);
    }
    Some(match node.op_type.as_str() {
        "Concat" => sizes.into_iter().fold(0, u64::saturating_add),
        _ => sizes.into_iter().fold(1, |product, size| product.saturating_mul(size.max(1))),
    })
}

fn elements(tensor: &TensorProto) -> u64 {
    tensor
        .dims
        .iter()
        .fold(1, |product: u64, dim| product.saturating_mul(u64::try_from(*dim).unwrap_or(u64::MAX)))
}
