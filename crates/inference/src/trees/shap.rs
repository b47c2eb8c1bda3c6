//! Exact contributions of each column to an ensemble's sum: TreeSHAP, path-dependent.
//!
//! Lundberg, Erion, Lee: "Consistent Individualized Feature Attribution for Tree Ensembles" (2018), algorithm 2:
//! the Shapley values of the game in which a column that is not known takes both branches, weighted by the training
//! rows that took them. The rows come from `nodes_hitrates`. Time is leaves × depth² for each tree.

use tract_onnx::pb::ModelProto;

use super::finish::{Aggregate, PostTransform};
use super::layout::{Leaves, Node};
use super::operator::{single, Ensemble, OPERATORS};
use super::{eval, TreeError};

/// Maximum depth of a tree that is explained.
const MAX_DEPTH: usize = 128;

/// Why an explanation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// Not exactly one ensemble in the graph.
    #[error("the graph has {0} tree ensembles, and one is needed; explain it with another method")]
    NotOneEnsemble(usize),
    /// The ensemble cannot be read.
    #[error(transparent)]
    Trees(#[from] TreeError),
    /// The file does not give the number of training rows of each node, or gives an impossible one.
    #[error("nodes_hitrates does not have the training rows of each node; export the model with them")]
    NoCover,
    /// Not a sum or mean of trees of at most 128 levels with one value each to compare with.
    #[error(
        "only sums of trees without sets and at most 128 levels deep are explained; train a smaller model"
    )]
    Unsupported,
    /// The row is too short.
    #[error("the row has {found} columns, the ensemble reads {needed}; pass the tensor that it takes")]
    Columns {
        /// The number that the ensemble reads.
        needed: usize,
        /// The number of columns of the row.
        found: usize,
    },
}

/// The explanation of one score of one row, before any post-transform: `base` plus all `columns` is the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// The mean score of the training rows.
    pub base: f64,
    /// The contribution of each column, in the columns' order.
    pub columns: Vec<f64>,
}

/// The explainer of an ensemble.
#[derive(Clone, Debug)]
pub struct TreeExplainer(Ensemble<f32>);

impl TreeExplainer {
    /// The explainer of the only tree ensemble in a graph.
    ///
    /// Its columns are those of the ensemble's input tensor: the model's inputs, if there is no operator in between.
    pub fn new(model: &ModelProto) -> Result<Self, ExplainError> {
        let nodes = model.graph.iter().flat_map(|graph| &graph.node);
        let ensembles: Vec<_> = nodes.filter(|node| OPERATORS.contains(&node.op_type.as_str())).collect();
        let [node] = ensembles.as_slice() else { return Err(ExplainError::NotOneEnsemble(ensembles.len())) };
        let ensemble = single(node)?;
        let forest = &ensemble.forest;
        if forest.shared || !matches!(ensemble.finish.aggregate, Aggregate::Sum | Aggregate::Average) {
            return Err(ExplainError::Unsupported);
        }
        if forest.cover.len() != forest.nodes.len() {
            return Err(ExplainError::NoCover);
        }
        for (place, node) in forest.nodes.iter().enumerate().filter(|(place, node)| !is_leaf(*place, node)) {
            let [no, yes] = node.next.map(|child| f64::from(forest.cover[child as usize]));
            let rows = f64::from(forest.cover[place]);
            // Rows may be weighted, and are rounded in the file.
            let fits = no > 0.0 && yes > 0.0 && (no + yes - rows).abs() <= rows * 1e-3;
            if !fits {
                return Err(ExplainError::NoCover);
            }
        }
        Ok(Self(ensemble))
    }

    /// Whether the ensemble returns one number, the plain sum (or mean) of its trees.
    pub(crate) fn is_one_sum(&self) -> bool {
        let finish = &self.0.finish;
        finish.classes.is_none() && finish.columns == 1 && finish.post == PostTransform::None
    }

    /// The results of an ensemble of one sum for rows of this many columns.
    pub(crate) fn sums(&self, rows: &[f32], columns: usize) -> Vec<f64> {
        let (sums, _) = self.0.scores(rows, columns);
        sums.into_iter().map(f64::from).collect()
    }

    /// Explains a row: one [`Contributions`] for every sum of the trees (one if two classes share it).
    pub fn explain(&self, row: &[f32]) -> Result<Vec<Contributions>, ExplainError> {
        let Ensemble { forest, finish } = &self.0;
        if row.len() < forest.columns {
            return Err(ExplainError::Columns { needed: forest.columns, found: row.len() });
        }
        let nothing = Contributions { base: 0.0, columns: vec![0.0; row.len()] };
        let mut walk = Walk { ensemble: &self.0, row, sums: vec![nothing; finish.columns] };
        for root in &forest.roots {
            walk.base(*root as usize, 1.0, 0)?;
            walk.node(*root as usize, Vec::new(), Step { column: None, zero: 1.0, one: 1.0, weight: 0.0 })?;
        }
        let trees = if finish.aggregate == Aggregate::Average {
            f64::from(u32::try_from(forest.roots.len()).unwrap_or(1))
        } else {
            1.0
        };
        for (place, sum) in walk.sums.iter_mut().enumerate() {
            sum.base = sum.base / trees + finish.base.get(place).copied().unwrap_or(0.0);
            sum.columns.iter_mut().for_each(|column| *column /= trees);
        }
        Ok(walk.sums)
    }
}

fn is_leaf(place: usize, node: &Node<f32>) -> bool {
    node.next[0] as usize == place
}

/// One branch on the way to a node: what flows on if its column is unknown (`zero`) or known (`one`), and the
/// weight of all sets of known columns of one size.
#[derive(Clone, Copy)]
struct Step {
    column: Option<usize>,
    zero: f64,
    one: f64,
    weight: f64,
}

struct Walk<'e> {
    ensemble: &'e Ensemble<f32>,
    row: &'e [f32],
    sums: Vec<Contributions>,
}

impl Walk<'_> {
    /// Adds the mean of a tree's leaves.
    fn base(&mut self, place: usize, share: f64, depth: usize) -> Result<(), ExplainError> {
        if depth > MAX_DEPTH {
            return Err(ExplainError::Unsupported);
        }
        let forest = &self.ensemble.forest;
        let node = &forest.nodes[place];
        if is_leaf(place, node) {
            self.leaf(place, |sum, weight| sum.base += share * weight);
            return Ok(());
        }
        let (next, rows) = (node.next, f64::from(forest.cover[place]));
        for child in next.map(|child| child as usize) {
            let part = f64::from(self.ensemble.forest.cover[child]) / rows;
            self.base(child, share * part, depth.saturating_add(1))?;
        }
        Ok(())
    }

    /// Continues from a node with the path to it, one step longer.
    fn node(&mut self, place: usize, mut path: Vec<Step>, step: Step) -> Result<(), ExplainError> {
        extend(&mut path, step);
        let forest = &self.ensemble.forest;
        let node = forest.nodes[place];
        if is_leaf(place, &node) {
            for index in 1..path.len() {
                let Step { column: Some(column), zero, one, .. } = path[index] else { continue };
                let share = unwound_sum(&path, index) * (one - zero);
                self.leaf(place, |sum, weight| sum.columns[column] += share * weight);
            }
            return Ok(());
        }
        let taken = eval::step(&node, self.row);
        let column = (node.feature & super::layout::COLUMN) as usize;
        let (mut zero, mut one) = (1.0, 1.0);
        if let Some(index) = path.iter().position(|step| step.column == Some(column)) {
            (zero, one) = (path[index].zero, path[index].one);
            unwind(&mut path, index);
        }
        let rows = f64::from(forest.cover[place]);
        let parts = node.next.map(|child| (child, f64::from(forest.cover[child as usize]) / rows));
        for (child, part) in parts {
            let one = if child == taken { one } else { 0.0 };
            let step = Step { column: Some(column), zero: zero * part, one, weight: 0.0 };
            self.node(child as usize, path.clone(), step)?;
        }
        Ok(())
    }

    /// Adds the weights of a leaf to their sums.
    fn leaf(&mut self, place: usize, mut give: impl FnMut(&mut Contributions, f64)) {
        let forest = &self.ensemble.forest;
        match &forest.leaves {
            Leaves::Single => give(&mut self.sums[0], f64::from(forest.nodes[place].threshold)),
            Leaves::Many(ranges, weights) => {
                let [start, end] = ranges[place];
                for (target, weight) in &weights[start as usize..end as usize] {
                    give(&mut self.sums[*target as usize], f64::from(*weight));
                }
            }
        }
    }
}

/// A small count as a number: paths are at most [`MAX_DEPTH`] long.
fn count(value: usize) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}

fn extend(path: &mut Vec<Step>, step: Step) {
    let length = path.len();
    path.push(Step { weight: if length == 0 { 1.0 } else { 0.0 }, ..step });
    let all = count(length) + 1.0;
    for index in (0..length).rev() {
        let weight = path[index].weight;
        path[index.saturating_add(1)].weight += step.one * weight * (count(index) + 1.0) / all;
        path[index].weight = step.zero * weight * (all - 1.0 - count(index)) / all;
    }
}

/// Removes a step from the path, as if it had never been made.
fn unwind(path: &mut Vec<Step>, gone: usize) {
    let Step { zero, one, .. } = path[gone];
    let last = path.len().saturating_sub(1);
    let all = count(path.len());
    let mut next = path[last].weight;
    for index in (0..last).rev() {
        let weight = path[index].weight;
        if one == 0.0 {
            path[index].weight = weight * all / (zero * (all - 1.0 - count(index)));
        } else {
            path[index].weight = next * all / ((count(index) + 1.0) * one);
            next = weight - path[index].weight * zero * (all - 1.0 - count(index)) / all;
        }
    }
    for index in gone..last {
        let Step { column, zero, one, .. } = path[index.saturating_add(1)];
        path[index] = Step { column, zero, one, weight: path[index].weight };
    }
    path.pop();
}

/// The sum of all weights that [`unwind`] would leave.
fn unwound_sum(path: &[Step], gone: usize) -> f64 {
    let Step { zero, one, .. } = path[gone];
    let last = path.len().saturating_sub(1);
    let all = count(path.len());
    let (mut next, mut total) = (path[last].weight, 0.0);
    for index in (0..last).rev() {
        let weight = path[index].weight;
        if one == 0.0 {
            total += weight * all / (zero * (all - 1.0 - count(index)));
        } else {
            let left = next * all / ((count(index) + 1.0) * one);
            total += left;
            next = weight - left * zero * (all - 1.0 - count(index)) / all;
        }
    }
    total
}
