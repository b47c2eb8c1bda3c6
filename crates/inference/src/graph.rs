//! Checks of a graph in normal form before tract gets it: it must be sound and of bounded size.
//!
//! tract trusts its input in two ways that a service cannot: it folds constants while it loads, so that a file of a few
//! bytes can allocate any amount of memory, and it panics on references to values that do not exist. Both are checked
//! here, on the decoded file.

use std::collections::HashMap;

use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

use crate::file::label;
use crate::opsets::{APART, OPSETS_SHOWN};
use crate::trees::{self, TreeError};

/// Maximum number of operators in a graph.
pub(crate) const MAX_NODES: usize = 20_000;
/// Maximum number of elements of a constant that is computed from constants: 64 MiB of 32-bit numbers.
const MAX_CONSTANT_ELEMENTS: u64 = 1 << 24;
/// The name of the dimension that counts patients.
pub(crate) const ROWS: &str = "N";
/// Operators that may be computed from constants alone: the size of the result is at most the product of all operands'
/// sizes, or their sum for `Concat`.
const FOLDABLE: [&str; 44] = [
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
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
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
const RANDOM: [&str; 4] = ["Bernoulli", "Multinomial", "RandomNormalLike", "RandomUniformLike"];

/// Operators that tract 0.23.9 computes differently from ONNX's own tests.
const OTHERWISE: [&str; 1] = ["DFT"];

/// Why a graph was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The file decodes, but holds no graph.
    #[error("the ONNX file holds no graph; export the model again")]
    NoGraph,
    /// The operator set is not the manifest's.
    #[error(
        "the graph uses operator set {found}, the manifest says {expected}; correct or leave out model.opset in the manifest"
    )]
    Opset {
        /// The manifest's.
        expected: i64,
        /// The file's; 17 if it does not name one.
        found: i64,
    },
    /// An operator set that is too new or does not exist.
    #[error(
        "the file is of operator set {version} of {domain}; {OPSETS_SHOWN} of ai.onnx and 1 to 5 of ai.onnx.ml are \
         taken: export it for one of these, for example with target_opset or opset_version 17"
    )]
    OperatorSet {
        /// The domain.
        domain: String,
        /// The file's.
        version: i64,
    },
    /// The graph's inputs do not fit the manifest.
    #[error("the graph {why}. It takes {found}; the manifest has {columns} inputs")]
    Input {
        /// The file's, for people.
        found: String,
        /// The manifest's.
        columns: usize,
        /// The fault and the remedy.
        why: String,
    },
    /// An input of the manifest does not fit its column.
    #[error("the manifest's input {input} {why}")]
    Column {
        /// The input.
        input: String,
        /// The fault and the remedy.
        why: String,
    },
    /// The names of the columns differ from the manifest's inputs, or their order does.
    #[error(
        "the graph's columns are {found}, the manifest's inputs are {expected}; make them equal, in the same order \
         (\"column\" of an input is its name in the file, where it is another)"
    )]
    Features {
        /// The manifest's, joined by commas.
        expected: String,
        /// The file's, joined by commas.
        found: String,
    },
    /// An output of the manifest is not in the graph.
    #[error("the manifest's output {output} {why}. The graph gives {found}")]
    Output {
        /// The output.
        output: String,
        /// The fault and the remedy.
        why: String,
        /// The file's, for people.
        found: String,
    },
    /// An operator that is not supported in this form.
    #[error("the operator {operator} ({node}) {why}")]
    Operator {
        /// Its name or first output.
        node: String,
        /// Its type.
        operator: String,
        /// The fault and the remedy.
        why: String,
    },
    /// A value has a name that this program uses itself.
    #[error("the value {value:?} has a name that begins with \"theriac.\"; rename it")]
    ReservedName {
        /// The name.
        value: String,
    },
    /// More than one problem.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<GraphError>),
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

impl GraphError {
    /// An operator that is not supported in this form.
    pub(crate) fn operator(node: &NodeProto, why: String) -> Self {
        Self::Operator { node: label(node), operator: node.op_type.clone(), why }
    }

    /// All problems of a file as one.
    pub(crate) fn all(mut problems: Vec<Self>) -> Self {
        if problems.len() > 1 {
            Self::Several(problems)
        } else {
            problems.pop().unwrap_or(Self::NoGraph)
        }
    }
}

/// Checks the graph, and bounds the work of tract.
pub(crate) fn check(model: &ModelProto) -> Result<(), GraphError> {
    values(model.graph.as_ref().ok_or(GraphError::NoGraph)?)
}

/// Whether the node holds a graph.
pub(crate) fn has_graph(node: &NodeProto) -> bool {
    node.attribute.iter().any(|attribute| attribute.g.is_some() || !attribute.graphs.is_empty())
}

/// Every value is given exactly once, before it is used, and values that depend on constants alone stay small.
fn values(graph: &GraphProto) -> Result<(), GraphError> {
    let nodes = graph.node.len();
    if nodes > MAX_NODES {
        return Err(GraphError::TooManyNodes { nodes });
    }
    // Maximum number of elements of a constant; `None` for values that depend on the input.
    let mut known: HashMap<&str, Option<u64>> = HashMap::new();
    let mut shapes = Shapes::of(graph);
    for tensor in &graph.initializer {
        give(&mut known, &tensor.name, Some(elements(tensor)))?;
    }
    for input in &graph.input {
        // Old exporters list constants among the inputs too.
        known.entry(&input.name).or_insert(None);
    }
    for node in &graph.node {
        let label = label(node);
        if has_graph(node) {
            return Err(GraphError::Subgraph { node: label.clone() });
        }
        if RANDOM.contains(&node.op_type.as_str()) {
            return Err(GraphError::Random { node: label.clone() });
        }
        if OTHERWISE.contains(&node.op_type.as_str()) {
            return Err(GraphError::operator(node, "is not supported; export without it".to_owned()));
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
        let size = shapes.made_by(node).or_else(|| constant_size(node, &operands));
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

/// Refuses operators that neither tract nor this program has, all at once.
pub(crate) fn ensure_known(model: &ModelProto, is_known: impl Fn(&str) -> bool) -> Result<(), GraphError> {
    let nodes = model.graph.iter().flat_map(|graph| &graph.node);
    let unknown = nodes.filter(|node| !is_known(&node.op_type));
    let why = "is not supported; docs/onnx.md lists what is";
    let problems: Vec<GraphError> = unknown.map(|node| GraphError::operator(node, why.to_owned())).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(GraphError::all(problems))
    }
}

/// Short lists of whole numbers that depend on constants alone, as far as they are shapes of other constants.
struct Shapes<'g> {
    dims: HashMap<&'g str, &'g [i64]>,
    lists: HashMap<&'g str, Vec<i64>>,
}

impl<'g> Shapes<'g> {
    /// A longer list is not a shape.
    const MAX_DIMENSIONS: usize = 16;

    fn of(graph: &'g GraphProto) -> Self {
        let dims = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor.dims.as_slice()));
        let lists = graph.initializer.iter().filter_map(|tensor| Some((tensor.name.as_str(), list(tensor)?)));
        Self { dims: dims.collect(), lists: lists.collect() }
    }

    /// Follows a shape through a node; the number of elements of the result, if the node is one that makes a constant of a
    /// known shape.
    fn made_by(&mut self, node: &'g NodeProto) -> Option<u64> {
        let output = node.output.first()?.as_str();
        let lists: Option<Vec<&Vec<i64>>> =
            node.input.iter().map(|input| self.lists.get(input.as_str())).collect();
        let made = match (node.op_type.as_str(), lists.as_deref()) {
            ("ConstantOfShape", Some([shape])) => {
                let size = |all: u64, dim: &i64| Some(all.saturating_mul(u64::try_from(*dim).ok()?));
                return shape.iter().try_fold(1, size);
            }
            ("Constant", _) => list(node.attribute.iter().find_map(|value| value.t.as_ref())?)?,
            ("Shape", _) if node.attribute.is_empty() => {
                self.dims.get(node.input.first()?.as_str())?.to_vec()
            }
            ("Concat", Some(parts)) => parts.iter().flat_map(|part| part.iter().copied()).collect(),
            ("Gather", Some([values, places])) => {
                let at = |place: &i64| values.get(usize::try_from(*place).ok()?).copied();
                places.iter().map(at).collect::<Option<_>>()?
            }
            _ => return None,
        };
        if made.len() <= Self::MAX_DIMENSIONS {
            self.lists.insert(output, made);
        }
        None
    }
}

/// The numbers of a short list.
fn list(tensor: &TensorProto) -> Option<Vec<i64>> {
    let short = elements(tensor) <= Shapes::MAX_DIMENSIONS as u64;
    let whole = tensor.data_type == i32::from(tract_onnx::pb::tensor_proto::DataType::Int64);
    Some(crate::file::whole_numbers(tensor))
        .filter(|list| short && whole && list.len() as u64 == elements(tensor))
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
    let foldable = FOLDABLE.contains(&node.op_type.as_str()) || node.op_type == APART;
    if sizes.is_empty() || !foldable {
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
