//! Tree ensembles of `ai.onnx.ml`: an operator for tract, and exact explanations on the same nodes.
//!
//! tract 0.23.9 has an operator of its own that gives wrong labels for two classes, takes `BRANCH_GTE` for
//! something else, lacks regressors, and is slow; see `docs/decisions/0014-own-tree-operator.md`. Ours follows the
//! specification (`TreeEnsembleClassifier` and `TreeEnsembleRegressor` 1 to 3, `TreeEnsemble` 5), and
//! onnxruntime where the specification is silent.

mod attributes;
mod classic;
mod eval;
mod finish;
mod layout;
mod masks;
mod number;
mod operator;
mod shap;
#[cfg(test)]
mod tests;
mod v5;

pub(crate) use attributes::{floats, Attributes};
pub(crate) use number::Number;
pub(crate) use operator::{check, exact_single, register, Ensemble, OPERATORS};
pub use shap::{Contributions, ExplainError, TreeExplainer};

/// The most nodes of an ensemble, leaves included, in all trees together: 64 MiB of 16 bytes each.
pub const MAX_TREE_NODES: usize = 1 << 22;
/// The most targets or classes of an ensemble.
pub const MAX_TARGETS: usize = 4096;
/// The most columns that an ensemble may read.
pub const MAX_COLUMNS: usize = 1 << 16;
/// The most weights in all leaves of an ensemble.
pub const MAX_WEIGHTS: usize = 1 << 24;

/// Why an ensemble was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// An attribute is missing, has another type, or does not fit the others.
    #[error("the attribute {name} {why}; export the model again")]
    Attribute {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// More of something than allowed.
    #[error("the ensemble has {count} {what}, at most {most} are allowed; use a smaller model")]
    TooLarge {
        /// Nodes, targets, columns or weights.
        what: &'static str,
        /// In the file.
        count: usize,
        /// The limit.
        most: usize,
    },
    /// A branch leads to a node that does not exist.
    #[error(
        "the node {node} of tree {tree} does not exist, but something leads to it; export the model again"
    )]
    UnknownNode {
        /// The tree's number.
        tree: i64,
        /// The node's number in the tree.
        node: i64,
    },
    /// Two nodes of a tree have one number.
    #[error("the node {node} of tree {tree} is given twice; export the model again")]
    RepeatedNode {
        /// The tree's number.
        tree: i64,
        /// The node's number in the tree.
        node: i64,
    },
    /// A tree in which a node is reached twice, never, or from itself.
    #[error("the nodes do not form trees: {0}; export the model again")]
    NotATree(&'static str),
    /// The weights of a leaf belong to a target that the ensemble does not have.
    #[error("a leaf's weight is for target {target}, the ensemble has {targets}; export the model again")]
    UnknownTarget {
        /// In the file.
        target: i64,
        /// How many there are, counted from 0.
        targets: usize,
    },
}
