//! Walks rows through trees.
//!
//! Many rows: blocks of rows that stay in the first cache, all trees for a block, eight rows side by side in a
//! tree, so that eight memory accesses are under way at once. One row: eight trees side by side. The sums are made
//! tree by tree in 32 bits (64 where the ensemble has them), as onnxruntime makes them, so that the result of a row
//! depends neither on the batch nor on the thread.

use super::finish::{Aggregate, Finish};
use super::layout::{Forest, Leaves, Node, COLUMN, EQUAL, MISSING_TRUE};
use super::number::Number;

/// Rows (or trees) that walk side by side.
const LANES: usize = 8;
/// Rows for which all trees are walked before the next ones.
const BLOCK: usize = 64;

/// What the trees give for one row and one target.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score<T> {
    /// The aggregate so far.
    pub value: T,
    /// Whether any leaf had a weight for the target.
    pub seen: bool,
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
            if self.marked {
                self.block::<true>(block, width, finish, &mut scores);
            } else {
                self.block::<false>(block, width, finish, &mut scores);
            }
            let count = block.chunks_exact(width).len();
            scores.chunks_exact_mut(finish.columns).take(count).for_each(&mut give);
        }
    }

    fn block<const MARKED: bool>(&self, rows: &[T], width: usize, finish: &Finish, scores: &mut [Score<T>]) {
        let group = width.saturating_mul(LANES);
        let groups = rows.chunks_exact(group).len();
        let (together, alone) = rows.split_at(groups.saturating_mul(group));
        let columns = finish.columns;
        let (first, rest) = scores.split_at_mut(groups.saturating_mul(LANES).saturating_mul(columns));
        if !together.is_empty() {
            for root in &self.roots {
                let lanes = together.chunks_exact(group);
                let results = first.chunks_exact_mut(columns.saturating_mul(LANES));
                for (rows, results) in lanes.zip(results) {
                    let mut parts = rows.chunks_exact(width);
                    let rows: [&[T]; LANES] = std::array::from_fn(|_| parts.next().unwrap_or_default());
                    let ends = self.walk::<MARKED, _>([*root; LANES], rows);
                    for (end, result) in ends.into_iter().zip(results.chunks_exact_mut(columns)) {
                        self.collect(end, finish.aggregate, result);
                    }
                }
            }
        }
        for (row, result) in alone.chunks_exact(width).zip(rest.chunks_exact_mut(columns)) {
            let (groups, last) = self.roots.as_chunks::<LANES>();
            for roots in groups {
                for end in self.walk::<MARKED, _>(*roots, [row; LANES]) {
                    self.collect(end, finish.aggregate, result);
                }
            }
            for root in last {
                let [end] = self.walk::<MARKED, _>([*root], [row]);
                self.collect(end, finish.aggregate, result);
            }
        }
    }

    /// The leaves that rows come to from their roots.
    #[inline(always)]
    fn walk<const MARKED: bool, const SIDE: usize>(
        &self,
        mut at: [u32; SIDE],
        rows: [&[T]; SIDE],
    ) -> [u32; SIDE] {
        loop {
            let mut moved = 0;
            for (at, row) in at.iter_mut().zip(rows) {
                let next = step::<T, MARKED>(&self.nodes[*at as usize], row);
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return at;
            }
        }
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

/// Where a row goes from a node.
#[inline(always)]
pub(crate) fn step<T: Number, const MARKED: bool>(node: &Node<T>, row: &[T]) -> u32 {
    let value = row[if MARKED { node.feature & COLUMN } else { node.feature } as usize];
    let mut holds = value <= node.threshold;
    if MARKED {
        holds &= (node.feature & EQUAL == 0) | (value == node.threshold);
        holds |= value.missing() & (node.feature & MISSING_TRUE != 0);
    }
    node.next[usize::from(holds)]
}
