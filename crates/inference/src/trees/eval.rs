//! Walks rows through trees.
//!
//! Many rows: blocks of rows that stay in the first cache, all trees for a block, eight rows side by side in a
//! tree, so that eight memory accesses are under way at once. Eight rows lie column by column, and whether any of them
//! lacks a value is asked once for all trees: without a gap a branch is one comparison. One row: eight trees side by
//! side. The sums are made tree by tree in 32 bits (64 where the ensemble has them), as onnxruntime makes them, so that
//! the result of a row depends neither on the batch nor on the thread.

use super::finish::{Aggregate, Finish};
use super::layout::{Forest, Leaves, Node, COLUMN, EQUAL, MISSING_TRUE};
use super::number::Number;

/// Rows (or trees) that walk side by side.
const LANES: usize = 8;
/// Rows for which all trees are walked before the next ones.
const BLOCK: usize = 64;

/// Which marks of nodes have to be looked at.
pub(crate) mod marks {
    /// None: no value is missing, and no node compares for equality.
    pub(crate) const NONE: u8 = 0;
    /// Where missing values go.
    pub(crate) const MISSING: u8 = 1;
    /// All.
    pub(crate) const ALL: u8 = 2;
}

/// What the trees give for one row and one target.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score<T> {
    /// The aggregate so far.
    pub value: T,
    /// Whether any leaf had a weight for the target.
    pub seen: bool,
}

/// Eight rows, column by column.
struct Group<T> {
    columns: Vec<[T; LANES]>,
    /// Whether any of their values is missing.
    gaps: bool,
}

impl<T: Number> Group<T> {
    fn new(rows: &[T], width: usize) -> Self {
        let mut columns = vec![[T::default(); LANES]; width];
        for (lane, row) in rows.chunks_exact(width).take(LANES).enumerate() {
            for (column, value) in columns.iter_mut().zip(row) {
                column[lane] = *value;
            }
        }
        Self { columns, gaps: rows.iter().any(|value| value.missing()) }
    }
}

impl<T: Number> Forest<T> {
    /// Hands the scores of each row to `give`, in the rows' order. `rows` has `width` numbers per row, at least
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
            self.block(block, width, finish, &mut scores);
            let count = block.chunks_exact(width).len();
            scores.chunks_exact_mut(finish.columns).take(count).for_each(&mut give);
        }
    }

    fn block(&self, rows: &[T], width: usize, finish: &Finish, scores: &mut [Score<T>]) {
        let columns = finish.columns;
        let together = rows.chunks_exact(width.saturating_mul(LANES));
        let alone = together.remainder();
        let groups: Vec<Group<T>> = together.map(|rows| Group::new(rows, width)).collect();
        let (first, rest) = scores.split_at_mut(groups.len().saturating_mul(LANES).saturating_mul(columns));
        for (root, depth) in self.roots.iter().zip(&self.depths) {
            let results = first.chunks_exact_mut(columns.saturating_mul(LANES));
            for (group, results) in groups.iter().zip(results) {
                let value = |lane: usize, column: usize| group.columns[column][lane];
                let ends = self.walk([*root; LANES], *depth, group.gaps, value);
                for (end, result) in ends.into_iter().zip(results.chunks_exact_mut(columns)) {
                    self.collect(end, finish.aggregate, result);
                }
            }
        }
        for (row, result) in alone.chunks_exact(width).zip(rest.chunks_exact_mut(columns)) {
            let gaps = row.iter().any(|value| value.missing());
            let (groups, last) = self.roots.as_chunks::<LANES>();
            let (depths, last_depths) = self.depths.as_chunks::<LANES>();
            for (roots, depths) in groups.iter().zip(depths) {
                let depth = depths.iter().copied().max().unwrap_or(0);
                for end in self.walk(*roots, depth, gaps, |_, column| row[column]) {
                    self.collect(end, finish.aggregate, result);
                }
            }
            for (root, depth) in last.iter().zip(last_depths) {
                let [end] = self.walk([*root], *depth, gaps, |_, column| row[column]);
                self.collect(end, finish.aggregate, result);
            }
        }
    }

    /// The leaves that rows come to from their roots; `value` gives the number of a lane in a column,
    /// `depth` the most branches that any of them passes.
    #[inline(always)]
    fn walk<const SIDE: usize>(
        &self,
        from: [u32; SIDE],
        depth: u32,
        gaps: bool,
        value: impl Fn(usize, usize) -> T,
    ) -> [u32; SIDE] {
        if self.equalities {
            self.walk_with::<{ marks::ALL }, SIDE>(from, depth, value)
        } else if gaps {
            self.walk_with::<{ marks::MISSING }, SIDE>(from, depth, value)
        } else {
            self.walk_with::<{ marks::NONE }, SIDE>(from, depth, value)
        }
    }

    #[inline(always)]
    fn walk_with<const MARKS: u8, const SIDE: usize>(
        &self,
        mut at: [u32; SIDE],
        depth: u32,
        value: impl Fn(usize, usize) -> T,
    ) -> [u32; SIDE] {
        // A leaf leads to itself: who is there early waits, and nobody is asked.
        for _ in 0..depth {
            for (lane, at) in at.iter_mut().enumerate() {
                *at = step::<T, MARKS>(&self.nodes[*at as usize], |column| value(lane, column));
            }
        }
        at
    }

    /// Adds what a leaf gives.
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

/// Where a row goes from a node; `value` gives its number in a column.
#[inline(always)]
pub(crate) fn step<T: Number, const MARKS: u8>(node: &Node<T>, value: impl Fn(usize) -> T) -> u32 {
    let value = value((node.feature & COLUMN) as usize);
    let mut holds = value <= node.threshold;
    if MARKS == marks::ALL {
        holds &= (node.feature & EQUAL == 0) | (value == node.threshold);
    }
    if MARKS != marks::NONE {
        holds |= value.missing() & (node.feature & MISSING_TRUE != 0);
    }
    node.next[usize::from(holds)]
}
