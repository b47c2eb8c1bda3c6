//! Tree ensembles of `ai.onnx.ml`: an operator for tract, and exact explanations on the same nodes.
//!
//! The operator of tract 0.23.9 gives wrong labels for two classes, misreads `BRANCH_GTE`, lacks regressors, and is
//! slow; see `docs/decisions/0014-own-tree-operator.md`. Ours follows the
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
mod parsed;
mod shap;
#[cfg(test)]
mod tests;
mod v5;

pub(crate) use attributes::{floats, Attributes};
pub(crate) use number::Number;
pub(crate) use operator::{check, exact_single, register, Ensemble, OPERATORS};
pub use shap::{Contributions, ExplainError, TreeExplainer};

/// Maximum number of nodes of an ensemble, leaves included, in all trees: 64 MiB of 16 bytes each.
pub const MAX_TREE_NODES: usize = 1 << 22;
/// Maximum number of targets or classes of an ensemble.
pub const MAX_TARGETS: usize = 4096;
/// Maximum number of columns that an ensemble reads.
pub const MAX_COLUMNS: usize = 1 << 16;
/// Maximum number of weights in all leaves of an ensemble.
pub const MAX_WEIGHTS: usize = 1 << 24;

/// Why an ensemble was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// An attribute is missing, has another type, or does not fit the others.
    #[error("the attribute {name} {why}; export the model again")]
    Attribute {
        /// Its name.
        name: &'static str,
        /// The fault.
        why: &'static str,
    },
    /// A count is above its limit.
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
        "the node {node} of tree {tree} does not exist, but a branch leads to it; export the model again"
    )]
    UnknownNode {
        /// The tree's number.
        tree: i64,
        /// The node's number in the tree.
        node: i64,
    },
    /// Two nodes of a tree have the same number.
    #[error("the node {node} of tree {tree} occurs twice; export the model again")]
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
