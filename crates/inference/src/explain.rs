//! Why a row got its result: what each of its inputs added.
//!
//! Where the graph adds a tree ensemble to terms of single inputs, the trees' contributions are path-dependent TreeSHAP
//! (see [`trees`](crate::trees)), against the mean over the rows of training, and the terms' are their differences from
//! the baseline.
//!
//! For all other graphs, what an input adds is its mean effect over all orders in which the baseline's values can be
//! replaced by the row's (Shapley, A value for n-person games, 1953; Sundararajan and Najmi, The many Shapley values for
//! model explanation, 2020, section 2: baseline Shapley). For a graph that adds up its inputs these are the exact
//! contributions of a linear model, found with one run per input; else every subset of the inputs is run, so that there
//! may not be many. Probabilities are explained as log-odds, which is what models of them add up.

mod trees;

use crate::features::FeatureVector;
use crate::manifest::{Input, Missing};
use crate::model::{caught, Model};

pub(crate) use trees::TreePart;

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
    /// training values, or of its range where the manifest does not have them. Trees that are explained by TreeSHAP
    /// count with their mean over the rows of training.
    pub base: f64,
    /// The score of the row.
    pub score: f64,
    /// What each input adds, by name, in the manifest's order; inputs that are as in the baseline are left out, but
    /// where trees learned something from it.
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
        let log_odds = output.range == [0.0, 1.0];
        let trees = self.trees().filter(|part| part.output == output.name && part.log_odds == log_odds);
        let game = Game { model: self, place, log_odds, row, baseline, columns };
        let by_trees = trees.map(|part| game.with_trees(part)).transpose()?.flatten();
        by_trees.map_or_else(|| game.explain(), Ok)
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
        let rows = self.rows(&self.one_by_one());
        let (worth, noise) = self.worth(&rows)?;
        let added = added(&worth, noise);
        let shares = added.map_or_else(|| self.shapley(), Ok)?;
        let [base, score, ..] = worth[..] else { return Err(ExplainError::NotFinite) };
        let mut by_input = vec![0.0; self.row.len()];
        for (column, share) in self.columns.iter().zip(shares) {
            by_input[*column] = share;
        }
        Ok(self.explanation(base, score, &by_input, |column| self.columns.contains(&column)))
    }

    /// By the trees and what is added to them; nothing where the rest does not just add up.
    fn with_trees(&self, part: &TreePart) -> Result<Option<Explanation>, ExplainError> {
        let rows = self.rows(&self.one_by_one());
        let (worth, noise) = self.worth(&rows)?;
        let of_trees = part.added(&rows, self.row.len());
        let rest: Vec<f64> = worth.iter().zip(&of_trees).map(|(score, trees)| score - trees).collect();
        let Some((added, trees)) = added(&rest, noise).zip(part.explain(&self.row)) else { return Ok(None) };
        let ([base, ..], [_, score, ..]) = (&rest[..], &worth[..]) else { return Ok(None) };
        let mut by_input = trees.columns;
        for (column, share) in self.columns.iter().zip(added) {
            by_input[*column] += share;
        }
        let base = base + trees.base;
        let adds = |column: usize| self.columns.contains(&column) || by_input[column] != 0.0;
        Ok(Some(self.explanation(base, *score, &by_input, adds)))
    }

    fn explanation(
        &self,
        base: f64,
        score: f64,
        by_input: &[f64],
        is_told: impl Fn(usize) -> bool,
    ) -> Explanation {
        let inputs = self.model.manifest().inputs.iter().zip(by_input).enumerate();
        let told = inputs.filter(|(column, _)| is_told(*column));
        let contributions = told.map(|(_, (input, adds))| (input.name.clone(), *adds)).collect();
        Explanation { log_odds: self.log_odds, base, score, contributions }
    }

    /// Nobody, all, each alone, and all but each.
    fn one_by_one(&self) -> Vec<Vec<bool>> {
        let players = self.columns.len();
        let only =
            |player: usize, in_it: bool| (0..players).map(|other| (other == player) == in_it).collect();
        let mut sets: Vec<Vec<bool>> = vec![vec![false; players], vec![true; players]];
        sets.extend((0..players).map(|player| only(player, true)));
        sets.extend((0..players).map(|player| only(player, false)));
        sets
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
        let (worth, _) = self.worth(&self.rows(&sets))?;
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

    /// The rows of sets, one after the other.
    fn rows(&self, sets: &[Vec<bool>]) -> Vec<f32> {
        let mut rows = self.baseline.repeat(sets.len());
        for (row, set) in rows.chunks_exact_mut(self.row.len().max(1)).zip(sets) {
            for (column, _) in self.columns.iter().zip(set).filter(|(_, in_it)| **in_it) {
                row[*column] = self.row[*column];
            }
        }
        rows
    }

    /// The score of each row, in runs that the model can take, and how far any may be off by rounding to 32 bits.
    fn worth(&self, rows: &[f32]) -> Result<(Vec<f64>, f64), ExplainError> {
        // A model has at least one input.
        let columns = self.row.len().max(1);
        let count = |rows: &[f32]| rows.chunks_exact(columns).len();
        let mut scores = Vec::with_capacity(count(rows));
        let mut noise: f64 = 0.0;
        for rows in rows.chunks(crate::MAX_ROWS.saturating_mul(columns)) {
            let shape = [count(rows), columns];
            let outputs = caught(|| self.model.run(&shape, rows)).map_err(ExplainError::Failed)?;
            for value in outputs.get(self.place).into_iter().flatten() {
                let (score, off) = self.score(f64::from(*value));
                scores.push(score);
                noise = noise.max(off);
            }
        }
        let is_complete = scores.len() == count(rows);
        let is_finite = scores.iter().all(|score| score.is_finite());
        (is_complete && is_finite).then_some((scores, noise)).ok_or(ExplainError::NotFinite)
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

/// What each player adds, from the worth of nobody, all, each alone, and all but each; nothing where that depends on
/// the others. `noise` is how far any worth may be off.
fn added(worth: &[f64], noise: f64) -> Option<Vec<f64>> {
    let (base, rest) = worth.split_first()?;
    let (score, rest) = rest.split_first()?;
    let (alone, without) = rest.split_at(rest.len() / 2);
    let added: Vec<f64> = alone.iter().map(|one| one - base).collect();
    let close = TOLERANCE * score.abs().max(1.0);
    // A sum has as many roundings as terms.
    let roundings = f64::from(u32::try_from(worth.len()).unwrap_or(u32::MAX));
    let adds_up = (base + added.iter().sum::<f64>() - score).abs() <= close + noise * roundings;
    // Effects that act together could cancel each other out: without the row's other values, then.
    let same = |(without, added): (&f64, &f64)| (score - without - added).abs() <= close + 4.0 * noise;
    (adds_up && without.iter().zip(&added).all(same)).then_some(added)
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
