//! The nodes of all trees in one array, laid out for evaluation and explanation.
//!
//! A node is 16 bytes, four to a cache line, in the order of a walk that takes the false branch first. A leaf leads
//! to itself, so that rows (or trees) of different depth walk side by side without a test for arrival.
//! Comparisons are converted to one form, `x <= threshold`, exactly: `x < t` is `x <=` the next smaller number, and
//! `>` and `>=` swap the branches. Only equality remains, marked by a bit.

use super::masks::Masks;
use super::number::Number;
use super::{TreeError, MAX_COLUMNS, MAX_TREE_NODES, MAX_WEIGHTS};

/// Marks a node at which a missing value takes the true branch.
pub(crate) const MISSING_TRUE: u32 = 1 << 31;
/// Marks a node that compares for equality.
pub(crate) const EQUAL: u32 = 1 << 30;
/// The bits of [`Node::feature`] for the column.
pub(crate) const COLUMN: u32 = EQUAL - 1;

/// How a branch compares the value of its column (on the left) with its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Leq,
    Lt,
    Gte,
    Gt,
    Eq,
    Neq,
}

/// A branch or a leaf as in the file; nodes are numbered across the whole ensemble.
#[derive(Clone, Debug)]
pub(crate) enum Raw {
    /// Compares.
    Branch {
        /// How.
        mode: Mode,
        /// The column.
        feature: usize,
        /// The thresholds: several for membership in a set, which is `Eq` with any of them.
        values: Vec<f64>,
        /// Whether a missing value counts as true.
        missing_true: bool,
        /// The node if the comparison holds.
        yes: usize,
        /// The node if it does not.
        no: usize,
    },
    /// Gives weights to targets.
    Leaf(Vec<(u32, f64)>),
    /// Was moved to another node's index.
    Gone,
}

/// One node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<T> {
    /// The largest value that takes the true branch. In a leaf of a [`Leaves::Single`] ensemble, its weight.
    pub threshold: T,
    /// The column, with the marks above.
    pub feature: u32,
    /// The next node: if false, if true. A leaf leads to itself.
    pub next: [u32; 2],
}

/// The weights of leaves.
#[derive(Clone, Debug)]
pub(crate) enum Leaves<T> {
    /// Each exactly one weight for the only target.
    Single,
    /// Any number of weights: the range of each node, and the weights with their targets.
    Many(Vec<[u32; 2]>, Vec<(u32, T)>),
}

/// The trees, ready to be walked.
#[derive(Clone, Debug)]
pub(crate) struct Forest<T> {
    pub nodes: Vec<Node<T>>,
    pub roots: Vec<u32>,
    /// Maximum number of branches from each root to a leaf.
    pub depths: Vec<u32>,
    pub leaves: Leaves<T>,
    /// The number of training rows of each node; empty if the file does not have it.
    pub cover: Vec<f32>,
    /// One more than the largest column that is read.
    pub columns: usize,
    /// Whether no node compares for equality or with a value that is not finite: infinities can stand for missing
    /// values.
    pub plain: bool,
    /// Whether some node of the file has two parents: it stands for membership in a set, or is a shared leaf.
    pub shared: bool,
    /// The same trees for many rows at once, if they are small enough.
    pub masks: Option<Masks<T>>,
}

impl<T: Number> Forest<T> {
    /// Lays out the trees. `cover` has a number per raw node, or is empty.
    pub(crate) fn new(
        raw: &[Raw],
        roots: &[usize],
        targets: usize,
        cover: &[f32],
    ) -> Result<Self, TreeError> {
        ensure("weights", weights(raw), MAX_WEIGHTS)?;
        ensure("nodes", nodes(raw), MAX_TREE_NODES)?;
        let single = targets == 1 && raw.iter().all(|node| !matches!(node, Raw::Leaf(w) if w.len() != 1));
        let leaves = if single { Leaves::Single } else { Leaves::Many(Vec::new(), Vec::new()) };
        let mut forest = Self {
            nodes: Vec::with_capacity(nodes(raw)),
            roots: Vec::with_capacity(roots.len()),
            depths: Vec::with_capacity(roots.len()),
            leaves,
            cover: Vec::new(),
            columns: 0,
            plain: true,
            shared: false,
            masks: None,
        };
        let mut visited: Vec<bool> = raw.iter().map(|node| matches!(node, Raw::Gone)).collect();
        for root in roots {
            forest.roots.push(forest.next_index());
            let start = forest.nodes.len();
            forest.plant(raw, *root, cover, &mut visited)?;
            forest.depths.push(forest.depth(start));
        }
        if visited.contains(&false) {
            return Err(TreeError::NotATree("a node is never reached"));
        }
        ensure("columns", forest.columns, MAX_COLUMNS)?;
        forest.masks = Masks::new(&forest);
        Ok(forest)
    }

    fn next_index(&self) -> u32 {
        // `MAX_TREE_NODES` fits.
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// Appends a tree: each node, then all below its false branch, then all below its true branch.
    fn plant(
        &mut self,
        raw: &[Raw],
        root: usize,
        cover: &[f32],
        visited: &mut [bool],
    ) -> Result<(), TreeError> {
        // The raw node, and the nodes that lead to it: from, to (exclusive), and which of their branches.
        let mut waiting: Vec<(usize, [usize; 2], usize)> = vec![(root, [0, 0], 0)];
        while let Some((index, [from, to], branch)) = waiting.pop() {
            let here = self.next_index();
            for parent in &mut self.nodes[from..to] {
                parent.next[branch] = here;
            }
            match visited.get_mut(index) {
                None => return Err(TreeError::NotATree("a branch leads nowhere")),
                // A leaf gets a copy for each branch that leads to it.
                Some(seen) if *seen && matches!(raw[index], Raw::Leaf(_)) => self.shared = true,
                Some(seen) if *seen => return Err(TreeError::NotATree("a node is reached twice")),
                Some(seen) => *seen = true,
            }
            if let Some(rows) = cover.get(index) {
                self.cover.push(*rows);
            }
            match &raw[index] {
                Raw::Leaf(weights) => {
                    self.leaf(here, weights);
                    if let Leaves::Many(_, all) = &self.leaves {
                        ensure("weights", all.len(), MAX_WEIGHTS)?;
                    }
                }
                Raw::Gone => (),
                Raw::Branch { mode, feature, values, missing_true, yes, no } => {
                    self.columns = self.columns.max(feature.saturating_add(1));
                    let column = u32::try_from(*feature).unwrap_or(u32::MAX) & COLUMN;
                    let start = self.nodes.len();
                    let mut swapped = false;
                    for value in values {
                        swapped = self.branch(column, *mode, T::of(*value), *missing_true);
                        self.shared |= values.len() > 1;
                    }
                    let end = self.nodes.len();
                    // A set is a chain: each link but the last continues if its member is not the value.
                    for place in start..end.saturating_sub(1) {
                        self.nodes[place].next[0] =
                            u32::try_from(place.saturating_add(1)).unwrap_or(u32::MAX);
                        if !cover.is_empty() {
                            self.cover.push(0.0);
                        }
                    }
                    let last = [end.saturating_sub(1), end];
                    let (on_true, on_false) = if swapped { (*no, *yes) } else { (*yes, *no) };
                    waiting.push((on_true, [start, end], 1));
                    waiting.push((on_false, last, 0));
                }
            }
        }
        Ok(())
    }

    /// Maximum number of branches from the node at `start`, the root of the last tree, to a leaf.
    fn depth(&self, start: usize) -> u32 {
        // Branches lead forward, so a node's depth is known before its turn.
        let mut depths = vec![0u32; self.nodes.len().saturating_sub(start)];
        for (place, node) in self.nodes.iter().enumerate().skip(start) {
            let below = depths[place.saturating_sub(start)].saturating_add(1);
            for next in node.next.iter().map(|next| *next as usize).filter(|next| *next > place) {
                let depth = &mut depths[next.saturating_sub(start)];
                *depth = below.max(*depth);
            }
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// Appends a comparison, and returns whether its branches are swapped.
    fn branch(&mut self, column: u32, mode: Mode, value: T, missing_true: bool) -> bool {
        // Only `!=` holds for NaN.
        let swapped = match mode {
            Mode::Gte | Mode::Gt => !value.missing(),
            Mode::Neq => true,
            Mode::Leq | Mode::Lt | Mode::Eq => false,
        };
        let threshold = match mode {
            Mode::Lt | Mode::Gte => value.next_below(),
            Mode::Leq | Mode::Gt | Mode::Eq | Mode::Neq => value,
        };
        let mut feature = column;
        if matches!(mode, Mode::Eq | Mode::Neq) {
            feature |= EQUAL;
        }
        // A missing value differs from every number, so `!=` always holds for it.
        if (missing_true || mode == Mode::Neq) != swapped {
            feature |= MISSING_TRUE;
        }
        self.plain &= feature & EQUAL == 0 && threshold.is_finite();
        self.push(Node { threshold, feature, next: [0, 0] });
        swapped
    }

    fn leaf(&mut self, here: u32, weights: &[(u32, f64)]) {
        let next = [here, here];
        match &mut self.leaves {
            Leaves::Single => {
                let threshold = T::of(weights.first().map_or(0.0, |(_, weight)| *weight));
                self.push(Node { threshold, feature: 0, next });
            }
            Leaves::Many(_, all) => {
                all.extend(weights.iter().map(|(target, weight)| (*target, T::of(*weight))));
                self.push(Node { threshold: T::NAN, feature: 0, next });
                let length = u32::try_from(weights.len()).unwrap_or(0);
                if let Leaves::Many(ranges, all) = &mut self.leaves {
                    // `MAX_WEIGHTS` fits.
                    let end = u32::try_from(all.len()).unwrap_or(u32::MAX);
                    if let Some(range) = ranges.last_mut() {
                        *range = [end.saturating_sub(length), end];
                    }
                }
            }
        }
    }

    fn push(&mut self, node: Node<T>) {
        self.nodes.push(node);
        if let Leaves::Many(ranges, _) = &mut self.leaves {
            ranges.push([0, 0]);
        }
    }
}

/// How many nodes the layout will have.
fn nodes(raw: &[Raw]) -> usize {
    let count = |node: &Raw| match node {
        Raw::Branch { values, .. } => values.len(),
        Raw::Leaf(_) => 1,
        Raw::Gone => 0,
    };
    raw.iter().map(count).fold(0, usize::saturating_add)
}

fn weights(raw: &[Raw]) -> usize {
    let count = |node: &Raw| match node {
        Raw::Branch { .. } | Raw::Gone => 0,
        Raw::Leaf(weights) => weights.len(),
    };
    raw.iter().map(count).fold(0, usize::saturating_add)
}

/// Refuses a count above its limit.
pub(crate) fn ensure(what: &'static str, count: usize, most: usize) -> Result<(), TreeError> {
    if count > most {
        Err(TreeError::TooLarge { what, count, most })
    } else {
        Ok(())
    }
}
