//! Why a row got its result: exact Shapley values against a baseline, for any graph.
//!
//! What an input adds is its mean effect over all orders in which the baseline's values can be replaced by the row's
//! (Shapley, A value for n-person games, 1953; Sundararajan and Najmi, The many Shapley values for model explanation,
//! 2020, section 2: baseline Shapley). For a graph that adds up its inputs these are the exact contributions of a
//! linear model, found with one run per input; for all others every subset of the inputs is run, so that there may
//! not be many. Probabilities are explained as log-odds, which is what models of them add up.

use crate::features::FeatureVector;
use crate::manifest::{Input, Missing};
use crate::model::{caught, Model};

/// The most inputs of a row whose every subset is run: 2^12 is [`MAX_ROWS`](crate::MAX_ROWS).
pub const MAX_EXPLAINED: usize = 12;
/// How far a sum of contributions may be from the score, relative above 1: what 32 bits leave of log-odds.
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
    /// Too many inputs differ from the baseline, and they do not just add up.
    #[error("the row has {0} inputs that act together, at most {MAX_EXPLAINED} are explained; leave out what is of no interest")]
    TooManyInputs(usize),
    /// A probability of 0 or 1, or no number.
    #[error("a result on the way is not a number with finite log-odds; the row cannot be explained")]
    NotFinite,
    /// The runtime failed.
    #[error("the model failed: {0}; run `golden.json` against it to see whether the installation is sound")]
    Failed(String),
}

/// Why one row got one result: `base` plus all contributions is `score`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether scores are log-odds of the output, as for every output from 0 to 1; else they have its unit.
    pub log_odds: bool,
    /// The score of the baseline: every input missing where the graph fills gaps itself, else at the middle of its
    /// training values, or of its range where the manifest does not have them.
    pub base: f64,
    /// The score of the row.
    pub score: f64,
    /// What each input adds, by name, in the manifest's order; inputs that are as in the baseline are left out.
    pub contributions: Vec<(String, f64)>,
}

impl Model {
    /// Explains one output of a row.
    ///
    /// Errors, the first that holds: `UnknownOutput`, `ForeignFeatures`, `Failed`, `NotFinite`, `TooManyInputs`.
    pub fn explain(&self, row: &FeatureVector, output: &str) -> Result<Explanation, ExplainError> {
        let manifest = self.manifest();
        let (place, output) =
            manifest.output(output).ok_or_else(|| ExplainError::UnknownOutput(output.to_owned()))?;
        if row.manifest_hash() != manifest.hash() {
            return Err(ExplainError::ForeignFeatures);
        }
        let row: Vec<f32> = row.row().collect();
        let baseline: Vec<f32> = manifest.inputs.iter().map(baseline).collect();
        let differs = |(own, base): (&f32, &f32)| own != base && !(own.is_nan() && base.is_nan());
        let columns: Vec<usize> = row
            .iter()
            .zip(&baseline)
            .enumerate()
            .filter(|(_, pair)| differs(*pair))
            .map(|(i, _)| i)
            .collect();
        let game = Game { model: self, place, log_odds: output.range == [0.0, 1.0], row, baseline, columns };
        game.explain()
    }
}

/// An input that is not known.
fn baseline(input: &Input) -> f32 {
    if input.missing == Missing::ImputeInGraph {
        return f32::NAN;
    }
    let [low, high] = input.range;
    let median = input.reference.as_ref().and_then(|reference| {
        let mut share = 0.0;
        let below = reference.shares.iter().take_while(|next| {
            share += **next;
            share < 0.5
        });
        let bucket = below.count();
        reference.edges.get(bucket).or(reference.edges.last()).copied()
    });
    let middle = median.unwrap_or(f64::midpoint(low, high));
    let nearest = |a: &&f64, b: &&f64| (**a - middle).abs().total_cmp(&(**b - middle).abs());
    let middle =
        input.categories.iter().map(|category| &category.value).min_by(nearest).copied().unwrap_or(middle);
    // The graph computes with 32 bits, and the range is finite.
    #[allow(clippy::cast_possible_truncation)]
    let middle = middle as f32;
    middle
}

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

impl Game<'_> {
    fn explain(&self) -> Result<Explanation, ExplainError> {
        let players = self.columns.len();
        let alone = (0..players).map(|player| (0..players).map(|other| other == player).collect());
        let mut sets: Vec<Vec<bool>> = vec![vec![false; players], vec![true; players]];
        sets.extend(alone);
        let worth = self.worth(&sets)?;
        let [base, score, alone @ ..] = worth.as_slice() else { return Err(ExplainError::NotFinite) };
        let added: Vec<f64> = alone.iter().map(|one| one - base).collect();
        let adds_up = (base + added.iter().sum::<f64>() - score).abs() <= TOLERANCE * score.abs().max(1.0);
        // Effects that act together could still cancel each other out: without the row's other values, then.
        let shares =
            if adds_up && self.adds_up_from_above(*score, &added)? { added } else { self.shapley()? };
        let names = self.columns.iter().filter_map(|column| self.model.manifest().inputs.get(*column));
        let contributions = names.map(|input| input.name.clone()).zip(shares).collect();
        Ok(Explanation { log_odds: self.log_odds, base: *base, score: *score, contributions })
    }

    /// Whether taking one value away from the row changes as much as adding it to the baseline.
    fn adds_up_from_above(&self, score: f64, added: &[f64]) -> Result<bool, ExplainError> {
        let players = self.columns.len();
        let sets: Vec<Vec<bool>> =
            (0..players).map(|player| (0..players).map(|other| other != player).collect()).collect();
        let without = self.worth(&sets)?;
        let same = |(without, added): (&f64, &f64)| {
            (score - without - added).abs() <= TOLERANCE * score.abs().max(1.0)
        };
        Ok(without.iter().zip(added).all(same))
    }

    /// By all subsets.
    fn shapley(&self) -> Result<Vec<f64>, ExplainError> {
        let players = self.columns.len();
        if players > MAX_EXPLAINED {
            return Err(ExplainError::TooManyInputs(players));
        }
        let holds = |set: usize, player: usize| (set >> player) & 1 == 1;
        let all = 1_usize << players;
        let sets: Vec<Vec<bool>> =
            (0..all).map(|set| (0..players).map(|player| holds(set, player)).collect()).collect();
        let worth = self.worth(&sets)?;
        let value = |set: usize| worth.get(set).copied().unwrap_or(f64::NAN);
        // The share of orders in which exactly a given set of this size comes before the player.
        let weights = weights(players);
        let share = |player: usize| {
            let without = (0..all).filter(|set| !holds(*set, player));
            let effect = |set: usize| {
                let size = sets.get(set).map_or(0, |set| set.iter().filter(|in_it| **in_it).count());
                weights.get(size).copied().unwrap_or(0.0) * (value(set | (1 << player)) - value(set))
            };
            without.map(effect).sum()
        };
        Ok((0..players).map(share).collect())
    }

    /// The score of each set, in runs that the model can take.
    fn worth(&self, sets: &[Vec<bool>]) -> Result<Vec<f64>, ExplainError> {
        let mut scores = Vec::with_capacity(sets.len());
        for sets in sets.chunks(crate::MAX_ROWS) {
            let mut values = Vec::with_capacity(sets.len().saturating_mul(self.row.len()));
            for set in sets {
                let start = values.len();
                values.extend_from_slice(&self.baseline);
                for (column, _) in self.columns.iter().zip(set).filter(|(_, in_it)| **in_it) {
                    let place = start.saturating_add(*column);
                    if let Some((own, value)) = self.row.get(*column).zip(values.get_mut(place)) {
                        *value = *own;
                    }
                }
            }
            let shape = [sets.len(), self.row.len()];
            let outputs = caught(|| self.model.run(&shape, &values)).map_err(ExplainError::Failed)?;
            scores.extend(outputs.get(self.place).into_iter().flatten().map(|value| self.score(*value)));
        }
        let complete = scores.len() == sets.len() && scores.iter().all(|score| score.is_finite());
        complete.then_some(scores).ok_or(ExplainError::NotFinite)
    }

    fn score(&self, value: f32) -> f64 {
        let value = f64::from(value);
        if self.log_odds {
            (value / (1.0 - value)).ln()
        } else {
            value
        }
    }
}

/// By the size of a set: `size! (players - size - 1)! / players!`.
fn weights(players: usize) -> Vec<f64> {
    let mut weights = Vec::with_capacity(players);
    let number = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    let mut weight = 1.0 / number(players);
    for size in 0..players {
        weights.push(weight);
        let next = size.saturating_add(1);
        weight *= number(next) / number(players.saturating_sub(next)).max(1.0);
    }
    weights
}
