//! Evaluation of rows.
//!
//! Many rows through small trees: see [`masks`](super::masks). Many rows through larger ones: blocks of rows that stay
//! in the first cache, all trees for a block, eight rows side by side in a tree, so that eight memory accesses are under
//! way at once. Rows lie column by column, each column twice: a missing value is infinity in the first, and so takes the
//! false branch, and negative infinity in the second for nodes at which it takes the true one. A branch is one
//! comparison then. One row: eight trees side by side. The sums are made tree by tree in 32 bits (64 where the ensemble
//! has them), as onnxruntime makes them, so that the result of a row depends neither on the batch nor on the thread.

use super::finish::{Aggregate, Finish};
use super::layout::{Forest, Leaves, Node, COLUMN, EQUAL, MISSING_TRUE};
use super::masks::LEAST;
use super::number::Number;

/// Rows (or trees) that walk side by side.
const LANES: usize = 8;
/// Rows that pass through all trees before the next block.
const BLOCK: usize = 64;

/// The result of the trees for one row and one target.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score<T> {
    /// The aggregate so far.
    pub value: T,
    /// Whether any leaf had a weight for the target.
    pub seen: bool,
}

/// Rows side by side, column by column: column c without gaps at 2c for nodes at which a missing value counts as false,
/// at 2c + 1 for others.
pub(crate) fn columns<T: Number, const SIDE: usize>(rows: &[T], width: usize) -> Vec<[T; SIDE]> {
    let mut columns = vec![[T::default(); SIDE]; width.saturating_mul(2)];
    for (lane, row) in rows.chunks_exact(width).take(SIDE).enumerate() {
        for (pair, value) in columns.as_chunks_mut::<2>().0.iter_mut().zip(row) {
            let missing = value.missing();
            pair[0][lane] = if missing { T::INFINITY } else { *value };
            pair[1][lane] = if missing { T::NEG_INFINITY } else { *value };
        }
    }
    columns
}

impl<T: Number> Forest<T> {
    /// Calls `give` with the scores of each row, in the rows' order. `rows` has `width` numbers per row, at least
    /// as many as [`Forest::columns`].
    pub(crate) fn run(
        &self,
        rows: &[T],
        width: usize,
        finish: &Finish,
        mut give: impl FnMut(&mut [Score<T>]),
    ) {
        let width = width.max(1);
        let mut scores =
            vec![Score::default(); BLOCK.min(rows.chunks_exact(width).len()).saturating_mul(finish.columns)];
        for block in rows.chunks(width.saturating_mul(BLOCK)) {
            scores.fill(Score::default());
            let count = block.chunks_exact(width).len();
            match &self.masks {
                Some(masks) if count >= LEAST => {
                    masks.run(block, width, finish.aggregate, &mut scores[..count]);
                }
                _ => self.block(block, width, finish, &mut scores),
            }
            scores.chunks_exact_mut(finish.columns).take(count).for_each(&mut give);
        }
    }

    fn block(&self, rows: &[T], width: usize, finish: &Finish, scores: &mut [Score<T>]) {
        let targets = finish.columns;
        let together = rows.chunks_exact(width.saturating_mul(LANES));
        let alone = together.remainder();
        let groups: Vec<_> = together.map(|rows| (rows, columns::<T, LANES>(rows, width))).collect();
        let (first, rest) = scores.split_at_mut(groups.len().saturating_mul(LANES).saturating_mul(targets));
        for (root, depth) in self.roots.iter().zip(&self.depths) {
            let results = first.chunks_exact_mut(targets.saturating_mul(LANES));
            for ((rows, columns), results) in groups.iter().zip(results) {
                let ends = if self.plain {
                    self.walk([*root; LANES], *depth, |lane, node| {
                        plain_step(node, |place| columns[place][lane])
                    })
                } else {
                    let row = |lane: usize| &rows[lane.saturating_mul(width)..][..width];
                    self.walk([*root; LANES], *depth, |lane, node| step(node, row(lane)))
                };
                for (end, result) in ends.into_iter().zip(results.chunks_exact_mut(targets)) {
                    self.collect(end, finish.aggregate, result);
                }
            }
        }
        for (row, result) in alone.chunks_exact(width).zip(rest.chunks_exact_mut(targets)) {
            let columns = columns::<T, 1>(row, width);
            let (groups, last) = self.roots.as_chunks::<LANES>();
            let (depths, last_depths) = self.depths.as_chunks::<LANES>();
            for (roots, depths) in groups.iter().zip(depths) {
                let depth = depths.iter().copied().max().unwrap_or(0);
                for end in self.walk_alone(*roots, depth, row, &columns) {
                    self.collect(end, finish.aggregate, result);
                }
            }
            for (root, depth) in last.iter().zip(last_depths) {
                let [end] = self.walk_alone([*root], *depth, row, &columns);
                self.collect(end, finish.aggregate, result);
            }
        }
    }

    /// The leaves of one row in some trees.
    #[inline(always)]
    fn walk_alone<const SIDE: usize>(
        &self,
        roots: [u32; SIDE],
        depth: u32,
        row: &[T],
        columns: &[[T; 1]],
    ) -> [u32; SIDE] {
        if self.plain {
            self.walk(roots, depth, |_, node| plain_step(node, |place| columns[place][0]))
        } else {
            self.walk(roots, depth, |_, node| step(node, row))
        }
    }

    /// The nodes after this many steps; `step` takes a lane and its current node.
    #[inline(always)]
    fn walk<const SIDE: usize>(
        &self,
        mut at: [u32; SIDE],
        depth: u32,
        step: impl Fn(usize, &Node<T>) -> u32,
    ) -> [u32; SIDE] {
        // A leaf leads to itself, so a lane that arrives early waits there without a test.
        for _ in 0..depth {
            for (lane, at) in at.iter_mut().enumerate() {
                *at = step(lane, &self.nodes[*at as usize]);
            }
        }
        at
    }

    /// Adds the weights of a leaf.
    #[inline(always)]
    fn collect(&self, leaf: u32, aggregate: Aggregate, scores: &mut [Score<T>]) {
        match &self.leaves {
            Leaves::Single => aggregate.add(&mut scores[0], self.nodes[leaf as usize].threshold),
            Leaves::Many(ranges, weights) => {
                let [start, end] = ranges[leaf as usize];
                for (target, weight) in &weights[start as usize..end as usize] {
                    aggregate.add(&mut scores[*target as usize], *weight);
                }
            }
        }
    }
}

/// The next node of a row in a plain forest; `value` returns its number at an index of [`columns`].
#[inline(always)]
fn plain_step<T: Number>(node: &Node<T>, value: impl Fn(usize) -> T) -> u32 {
    // [`MISSING_TRUE`] is the highest bit, and becomes the lowest: column c at 2c, or 2c + 1 with the mark.
    let value = value(node.feature.rotate_left(1) as usize);
    node.next[usize::from(value <= node.threshold)]
}

/// The next node of a row.
#[inline(always)]
pub(crate) fn step<T: Number>(node: &Node<T>, row: &[T]) -> u32 {
    let value = row[(node.feature & COLUMN) as usize];
    let mut holds = value <= node.threshold;
    holds &= (node.feature & EQUAL == 0) | (value == node.threshold);
    holds |= value.missing() & (node.feature & MISSING_TRUE != 0);
    node.next[usize::from(holds)]
}
