//! Why a row got its result: what each of its inputs added to the result of a baseline.
//!
//! Where the graph adds a tree ensemble to terms of single inputs, the trees' contributions are path-dependent TreeSHAP
//! (see [`trees`](crate::trees)), against the mean over the rows of training, and the terms' are their differences from
//! the baseline.
//!
//! For all other graphs, what an input adds is its mean effect over all orders in which the baseline's values can be
//! replaced by the row's (Shapley, A value for n-person games, 1953; Sundararajan and Najmi, The many Shapley values for
//! model explanation, 2020, section 2: baseline Shapley). For a graph that adds up its inputs these are the exact
//! contributions of a linear model, found with two runs per input. Of up to [`MAX_EXACT`] inputs that act together
//! every subset is run; of more, orders are drawn, always the same ones, and each contribution comes with its standard
//! error. Probabilities are explained as log-odds, which is what models of them add up, or as they are where a calibration
//! or 32 bits made some of them 0 or 1.

mod additive;
mod baseline;
mod orders;
mod subsets;
#[cfg(test)]
mod tests;
mod trees;

use crate::features::FeatureVector;
use crate::model::{caught, Model};
use crate::MAX_ROWS;

pub(crate) use trees::TreePart;

/// The most inputs of a row whose every subset is run: 2^12 is [`MAX_ROWS`]. Of more, orders are drawn.
pub const MAX_EXACT: usize = 12;
/// How much of a contribution may depend on other inputs in what counts as a sum.
const TOLERANCE: f64 = 1e-4;

/// Why there is no explanation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The model has no such output.
    #[error("the model has no output {0:?}; use the names of its manifest")]
    UnknownOutput(String),
    /// Features that were checked against another manifest.
    #[error("the row was checked against another model's manifest; build it from this one's")]
    ForeignFeatures,
    /// NaN or an infinity.
    #[error("a result between the baseline and the row is NaN or infinite; the row cannot be explained")]
    NotFinite,
    /// The runtime failed.
    #[error("the model failed: {0}; run `golden.json` against it to see whether the installation is sound")]
    Failed(String),
}

/// Why one row got one result: `base` plus all contributions is `score`.
///
/// # The baseline
/// - Readings of a series: all at the mean of the row's own readings of that series. A flat history of the same level
///   says nothing about trend, season or outliers, so that each reading's contribution is what the shape of the history
///   adds there. A level of all times would explain the product or the place instead.
/// - Inputs that the graph fills itself when they are missing: missing.
/// - All others: the middle of their training values, if the manifest has them.
/// - Parameters without: beside a series, as in the row. They say where and when the series was read (a month, the usual
///   temperature of a place) and are not explained. With no series, none of it: zero, or what is nearest in the range, so
///   that stock is explained against no stock, and a picture against a blank one.
/// - Anything else without: the middle of its range.
///
/// Where there are categories, the nearest one. Trees that are explained by TreeSHAP have no baseline, but their mean over
/// the rows of training.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether scores are log-odds of the output, as for outputs from 0 to 1; else they have its unit, as for those, too,
    /// where the row, the baseline or anything between gets exactly 0 or 1.
    pub log_odds: bool,
    /// The score of the baseline.
    pub base: f64,
    /// The score of the row.
    pub score: f64,
    /// What each input adds, by name, in the manifest's order; inputs that are as in the baseline are left out, but
    /// where trees learned something from it.
    pub contributions: Vec<(String, f64)>,
    /// The standard error of each contribution, in their order, where they are means over orders that were drawn. The
    /// true one is within two of them nineteen times in twenty. Nothing where contributions are exact.
    pub standard_errors: Option<Vec<f64>>,
}

impl Model {
    /// Explains one output of a row.
    ///
    /// The same row has the same explanation each time. Takes two runs for each input that differs from the baseline;
    /// where they act together, up to 4096 more for twelve inputs, and up to 131,072 for more than that (262,080 for
    /// the widest of models). Where a probability gets 0 or 1 on the way, all again.
    ///
    /// Errors, the first that holds: `UnknownOutput`, `ForeignFeatures`, `Failed`, `NotFinite`.
    pub fn explain(&self, row: &FeatureVector, output: &str) -> Result<Explanation, ExplainError> {
        let manifest = self.manifest();
        let (place, output) =
            manifest.output(output).ok_or_else(|| ExplainError::UnknownOutput(output.to_owned()))?;
        if row.manifest_hash() != manifest.hash() {
            return Err(ExplainError::ForeignFeatures);
        }
        let explained = |log_odds| {
            let trees = self.trees().filter(|part| part.output == output.name && part.log_odds == log_odds);
            Game::new(self, row.row().collect(), place, log_odds).explain(trees)
        };
        if output.range == [0.0, 1.0] {
            let by_log_odds = explained(true);
            if by_log_odds != Err(ExplainError::NotFinite) {
                return by_log_odds;
            }
        }
        explained(false)
    }
}

/// Which players are in a set.
type Set = Vec<bool>;

/// The players are the columns that differ from the baseline; a set of them is worth the score of the baseline with
/// their values.
struct Game<'m> {
    model: &'m Model,
    place: usize,
    log_odds: bool,
    row: Vec<f32>,
    baseline: Vec<f32>,
    columns: Vec<usize>,
}

/// What sets are worth, and how far any of it may be off by rounding to 32 bits.
struct Worth {
    scores: Vec<f64>,
    noise: f64,
}

impl<'m> Game<'m> {
    fn new(model: &'m Model, row: Vec<f32>, place: usize, log_odds: bool) -> Self {
        let baseline = baseline::baseline(model.manifest(), &row);
        let differs = |(own, base): (&f32, &f32)| own != base && !(own.is_nan() && base.is_nan());
        let pairs = row.iter().zip(&baseline).enumerate();
        let columns = pairs.filter(|(_, pair)| differs(*pair)).map(|(column, _)| column).collect();
        Self { model, place, log_odds, row, baseline, columns }
    }

    fn explain(&self, trees: Option<&TreePart>) -> Result<Explanation, ExplainError> {
        let players = self.columns.len();
        let sets = additive::sets(players);
        let worth = self.worth(&sets)?;
        if let Some(explanation) = trees.and_then(|part| self.with_trees(part, &sets, &worth)) {
            return Ok(explanation);
        }
        let [base, score, ..] = worth.scores[..] else { return Err(ExplainError::NotFinite) };
        let run = |sets: &[Set]| Ok(self.worth(sets)?.scores);
        let largest = worth.scores.iter().map(|one| (one - base).abs()).fold(0.0, f64::max);
        let (added, standard_errors) = match additive::added(&worth, TOLERANCE * largest) {
            Some(added) => (added, None),
            None if players <= MAX_EXACT => (subsets::shapley(players, run)?, None),
            None => {
                let drawn = orders::shapley(players, [base, score], orders::MAX_BATCHES, run)?;
                (drawn.means, Some(drawn.standard_errors))
            }
        };
        let contributions = self.named(self.columns.iter().copied().zip(added));
        Ok(Explanation { log_odds: self.log_odds, base, score, contributions, standard_errors })
    }

    /// By the trees and what is added to them; nothing where the rest does not just add up.
    fn with_trees(&self, part: &TreePart, sets: &[Set], worth: &Worth) -> Option<Explanation> {
        let of_trees = sets.chunks(MAX_ROWS).flat_map(|sets| part.added(&self.rows(sets), self.row.len()));
        let rest = worth.scores.iter().zip(of_trees).map(|(score, trees)| score - trees).collect();
        let rest = Worth { scores: rest, noise: worth.noise };
        // What 32 bits leave of log-odds: the trees are summed in them, too.
        let [_, score, ..] = worth.scores[..] else { return None };
        let added = additive::added(&rest, TOLERANCE * score.abs().max(1.0))?;
        let trees = part.explain(&self.row)?;
        let mut by_input = trees.columns;
        for (column, share) in self.columns.iter().zip(added) {
            by_input[*column] += share;
        }
        let is_told = |(column, adds): &(usize, f64)| self.columns.contains(column) || *adds != 0.0;
        let contributions = self.named(by_input.into_iter().enumerate().filter(is_told));
        let base = rest.scores.first()? + trees.base;
        Some(Explanation { log_odds: self.log_odds, base, score, contributions, standard_errors: None })
    }

    fn named(&self, by_column: impl Iterator<Item = (usize, f64)>) -> Vec<(String, f64)> {
        let inputs = &self.model.manifest().inputs;
        by_column.filter_map(|(column, adds)| Some((inputs.get(column)?.name.clone(), adds))).collect()
    }

    /// The rows of sets, one after the other.
    fn rows(&self, sets: &[Set]) -> Vec<f32> {
        let mut rows = self.baseline.repeat(sets.len());
        for (row, set) in rows.chunks_exact_mut(self.row.len().max(1)).zip(sets) {
            for (column, _) in self.columns.iter().zip(set).filter(|(_, in_it)| **in_it) {
                row[*column] = self.row[*column];
            }
        }
        rows
    }

    /// What each set is worth, in runs that the model can take.
    fn worth(&self, sets: &[Set]) -> Result<Worth, ExplainError> {
        let mut worth = Worth { scores: Vec::with_capacity(sets.len()), noise: 0.0 };
        for sets in sets.chunks(MAX_ROWS) {
            let (shape, rows) = ([sets.len(), self.row.len()], self.rows(sets));
            let outputs = caught(|| self.model.run(&shape, &rows)).map_err(ExplainError::Failed)?;
            for value in outputs.get(self.place).into_iter().flatten() {
                let (score, off) = self.score(f64::from(*value));
                worth.scores.push(score);
                worth.noise = worth.noise.max(off);
            }
        }
        let is_complete = worth.scores.len() == sets.len();
        let is_finite = worth.scores.iter().all(|score| score.is_finite());
        (is_complete && is_finite).then_some(worth).ok_or(ExplainError::NotFinite)
    }

    /// The score of a result, and how far it may be off.
    fn score(&self, value: f64) -> (f64, f64) {
        let rounding = f64::from(f32::EPSILON);
        if self.log_odds {
            ((value / (1.0 - value)).ln(), rounding / (value * (1.0 - value)))
        } else {
            (value, rounding * value.abs())
        }
    }
}
