//! Explanations of a result: the contribution of each input, relative to a baseline.
//!
//! If the graph adds a tree ensemble to terms of single inputs, the trees' contributions are path-dependent TreeSHAP
//! (see [`trees`](crate::trees)), against the mean over the rows of training, and the terms' are their differences from
//! the baseline.
//!
//! For all other graphs, an input's contribution is its mean effect over all orders in which the baseline's values can
//! be replaced by the row's (Shapley, A value for n-person games, 1953; Sundararajan and Najmi, The many Shapley values
//! for model explanation, 2020, section 2: baseline Shapley). For a graph that adds up its inputs these are the exact
//! contributions of a linear model, found with two runs per input. Up to [`MAX_EXACT`] interacting inputs are explained
//! by a run of every subset; for more, orders are sampled with a fixed seed, and each contribution comes with its
//! standard error. Probabilities are explained as log-odds, which such models add up, or as they are if a calibration
//! or 32-bit rounding turned some of them into 0 or 1.

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

/// Maximum number of inputs for a run of every subset: 2^12 is [`MAX_ROWS`]. For more, orders are sampled.
pub const MAX_EXACT: usize = 12;
/// The share of a contribution that may depend on other inputs if the graph still counts as a sum.
const TOLERANCE: f64 = 1e-4;

/// Why an explanation failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The model has no such output.
    #[error("the model has no output {0:?}; use the names of its manifest")]
    UnknownOutput(String),
    /// The model takes a picture.
    #[error("the model takes a picture, and pictures are not explained; ask without an explanation")]
    Picture,
    /// The features were checked against another manifest.
    #[error("the row was checked against another model's manifest; build it from this one's")]
    ForeignFeatures,
    /// NaN or an infinity.
    #[error("a result between the baseline and the row is NaN or infinite; this row cannot be explained")]
    NotFinite,
    /// The runtime failed.
    #[error("the model failed: {0}; run its `golden.json` to check the installation")]
    Failed(String),
}

/// The explanation of one result of one row: `base` plus all contributions is `score`.
///
/// # The baseline
/// - Readings of a series: all at the mean of the row's own readings of that series. A flat history of the same level
///   has no trend, season or outliers, so each reading's contribution is the effect of the history's shape there. A
///   general mean would explain the product or the place instead.
/// - Inputs that the graph imputes itself: missing.
/// - All others: the median of their training values, if the manifest has it.
/// - Parameters without training values: in a model with a series, as in the row. They give the place and time of the
///   series (a month, the usual temperature of a place) and are not explained. Without a series: zero, or the nearest
///   value in the range, so that stock is explained against no stock.
/// - Any other input without training values: the middle of its range.
///
/// Each is rounded to the nearest category, if there are categories. Trees that are explained by TreeSHAP use their
/// mean over the training rows instead of a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether scores are log-odds of the output, as for outputs from 0 to 1. Otherwise they have the output's unit; so
    /// do outputs from 0 to 1 if the row, the baseline or any row in between gets exactly 0 or 1.
    pub log_odds: bool,
    /// The score of the baseline.
    pub base: f64,
    /// The score of the row.
    pub score: f64,
    /// The contribution of each input, by name, in the manifest's order. Inputs that equal the baseline are omitted,
    /// unless the trees give them a contribution.
    pub contributions: Vec<(String, f64)>,
    /// The standard error of each contribution, in the same order, if they are means over sampled orders. The exact
    /// value is within two standard errors in 95 % of cases. `None` if contributions are exact.
    pub standard_errors: Option<Vec<f64>>,
}

impl Model {
    /// Explains one output of a row.
    ///
    /// The same row has the same explanation each time. Takes two runs for each input that differs from the baseline;
    /// if they interact, up to 4096 more for twelve inputs, and up to 131,072 for more than that (262,080 for the
    /// widest models). If a probability becomes 0 or 1 on the way, all runs are repeated.
    ///
    /// Errors, the first that holds: `UnknownOutput`, `Picture`, `ForeignFeatures`, `Failed`, `NotFinite`.
    pub fn explain(&self, row: &FeatureVector, output: &str) -> Result<Explanation, ExplainError> {
        let manifest = self.manifest();
        let (place, output) =
            manifest.output(output).ok_or_else(|| ExplainError::UnknownOutput(output.to_owned()))?;
        if manifest.image.is_some() {
            return Err(ExplainError::Picture);
        }
        if row.manifest_hash() != manifest.hash() {
            return Err(ExplainError::ForeignFeatures);
        }
        let explained = |log_odds| {
            let trees = self.trees().filter(|part| part.output == place && part.log_odds == log_odds);
            // As the engines do, where the graph takes 32 bits.
            #[allow(clippy::cast_possible_truncation)]
            let values = row.row().map(|value| value as f32).collect();
            Game::new(self, values, place, log_odds).explain(trees)
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

/// The players in a set.
type Set = Vec<bool>;

/// The players are the columns that differ from the baseline. The worth of a set is the score of the baseline with the
/// values of its columns.
struct Game<'m> {
    model: &'m Model,
    place: usize,
    log_odds: bool,
    row: Vec<f32>,
    baseline: Vec<f32>,
    columns: Vec<usize>,
}

/// The worth of sets, and the maximum error from rounding to 32 bits.
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

    /// From the trees and the terms that are added to them; `None` if the rest is not a sum.
    fn with_trees(&self, part: &TreePart, sets: &[Set], worth: &Worth) -> Option<Explanation> {
        let of_trees = sets.chunks(MAX_ROWS).flat_map(|sets| part.added(&self.rows(sets), self.row.len()));
        let rest = worth.scores.iter().zip(of_trees).map(|(score, trees)| score - trees).collect();
        let rest = Worth { scores: rest, noise: worth.noise };
        // The precision of log-odds in 32 bits, in which the trees are summed too.
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

    /// The worth of each set, in runs of a size that the model accepts.
    fn worth(&self, sets: &[Set]) -> Result<Worth, ExplainError> {
        let mut worth = Worth { scores: Vec::with_capacity(sets.len()), noise: 0.0 };
        for sets in sets.chunks(MAX_ROWS) {
            let rows: Vec<f64> = self.rows(sets).into_iter().map(f64::from).collect();
            let outputs = caught(|| self.model.run(&rows)).map_err(ExplainError::Failed)?;
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

    /// The score of a result, and its maximum error.
    fn score(&self, value: f64) -> (f64, f64) {
        let rounding = f64::from(f32::EPSILON);
        if self.log_odds {
            ((value / (1.0 - value)).ln(), rounding / (value * (1.0 - value)))
        } else {
            (value, rounding * value.abs())
        }
    }
}
