//! Runs graphs that treat every row alike, column by column.
//!
//! tract stores a tensor row by row and allocates a new one for every operator. That suits wide tensors; a model of a
//! few columns loses most of its time to one kernel call per row, and to memory. Here a column of a block of rows is a
//! short vector, an operator is a loop over such vectors, and operators that only move columns (`Gather`, `Concat`,
//! `Reshape`, most `Cast`s) are resolved while the graph is read. See `docs/decisions/0022-graphs-run-by-columns.md`.
//!
//! Every sum has the same order for each row, whatever the number of rows: a row's result is the same alone and in a
//! batch. A graph with an unknown operator runs in tract unchanged.

mod compile;
mod convolution;
mod exponential;
mod steps;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Arc;

use pulp::Arch;
use tract_onnx::pb::GraphProto;
use tract_onnx::prelude::TractResult;

use crate::trees::Ensemble;
pub(crate) use exponential::exponential;
use steps::{Columns, Op};

/// Maximum number of columns of a program: blocks of them take 32 MiB.
const MAX_COLUMNS: usize = 1 << 16;
/// Rows that pass through all steps before the next block, so that their columns stay in the cache.
const BLOCK: usize = 64;

/// A step. Columns of 32 and of 64 bits are counted separately, and steps write them in order, some at once.
#[derive(Clone, Debug)]
enum Step {
    /// Columns of 32 bits from others: how, to, and how many.
    Single(Op<f32>, usize, usize),
    /// Columns of 64 bits from others; whole numbers and flags may also be stored this way.
    Double(Op<f64>, usize, usize),
    /// Columns of 64 bits from some of 32: from, to, and how many.
    Widen(usize, usize, usize),
    /// Columns of 32 bits from some of 64.
    Narrow(usize, usize, usize),
    /// The scores of trees on the graph's input, in columns of 32 bits from this one on.
    Trees(Arc<Ensemble<f32>>, usize),
}

/// A graph as steps.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The columns of the graph's input, which are the first of 32 bits.
    inputs: usize,
    singles: usize,
    doubles: usize,
    steps: Vec<Step>,
    outputs: Vec<usize>,
    /// The processor's instruction set.
    arch: Arch,
}

impl Program {
    /// Reads a checked graph; `None` if it must be left to tract.
    pub(crate) fn of(graph: &GraphProto, inputs: usize) -> Option<Self> {
        compile::compile(graph, inputs)
    }

    /// One vector per output, with one number per row. `values` has the rows one after the other.
    pub(crate) fn run(&self, values: &[f64]) -> TractResult<Vec<Vec<f32>>> {
        let width = self.inputs.max(1);
        let rows = values.chunks_exact(width).len();
        let most = rows.min(BLOCK);
        let mut singles = vec![0.0; self.singles.saturating_mul(most)];
        let mut doubles = vec![0.0; self.doubles.saturating_mul(most)];
        let mut outputs = vec![Vec::with_capacity(rows); self.outputs.len()];
        let mut single = Vec::with_capacity(width.saturating_mul(most));
        for block in values.chunks(width.saturating_mul(BLOCK)) {
            single.clear();
            // Graphs that take 64 bits are run by tract; all values are in range, so none becomes infinite unnoticed.
            #[allow(clippy::cast_possible_truncation)]
            single.extend(block.iter().map(|value| *value as f32));
            let block = single.as_slice();
            let rows = block.chunks_exact(width).len();
            let mut singles = Columns { numbers: &mut singles, rows, arch: self.arch };
            let mut doubles = Columns { numbers: &mut doubles, rows, arch: self.arch };
            for place in 0..self.inputs {
                let column = block.iter().skip(place).step_by(width);
                singles.columns_mut(place, 1).iter_mut().zip(column).for_each(|(to, from)| *to = *from);
            }
            for step in &self.steps {
                match step {
                    Step::Single(op, place, count) => singles.make(op, *place, *count)?,
                    Step::Double(op, place, count) => doubles.make(op, *place, *count)?,
                    Step::Widen(from, to, count) => {
                        let pairs =
                            doubles.columns_mut(*to, *count).iter_mut().zip(singles.columns(*from, *count));
                        pairs.for_each(|(to, from)| *to = f64::from(*from));
                    }
                    Step::Narrow(from, to, count) => {
                        let pairs =
                            singles.columns_mut(*to, *count).iter_mut().zip(doubles.columns(*from, *count));
                        #[allow(clippy::cast_possible_truncation)] // Rounding to the nearest is intended.
                        pairs.for_each(|(to, from)| *to = *from as f32);
                    }
                    Step::Trees(ensemble, first) => {
                        let (scores, _) = ensemble.scores(block, width);
                        let targets = ensemble.finish.outputs();
                        for target in 0..targets {
                            let column = singles.columns_mut(first.saturating_add(target), 1);
                            let scores = scores.iter().skip(target).step_by(targets);
                            column.iter_mut().zip(scores).for_each(|(to, from)| *to = *from);
                        }
                    }
                }
            }
            for (output, place) in outputs.iter_mut().zip(&self.outputs) {
                output.extend_from_slice(singles.columns(*place, 1));
            }
        }
        Ok(outputs)
    }
}
