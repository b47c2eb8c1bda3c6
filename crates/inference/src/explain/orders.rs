//! Shapley values of many players, by sampled orders.
//!
//! Along an order players join one by one, and each is credited with the change of the worth. The mean over random
//! orders is an unbiased estimate of the Shapley value, and all credits of an order add up to the worth of all players
//! less that of none (Castro, Gómez and Tejada, Polynomial calculation of the Shapley value based on sampling, 2009).
//! Each order is also walked backwards, so that early players come late: joint effects of two players are then shared
//! exactly in every such pair of orders, and only joint effects of three or more are left to chance (antithetic
//! sampling; Mitchell, Cooper, Frank and Holmes, Sampling permutations for Shapley value estimation, 2022). Pairs are
//! independent of each other, and give the standard error.

use std::iter;

use super::Set;
use crate::MAX_ROWS;

/// Maximum number of batches of pairs. A batch has at most [`MAX_ROWS`] runs, or one pair if that takes more.
pub(super) const MAX_BATCHES: usize = 32;
/// Minimum number of pairs for a standard error.
const MIN_PAIRS: u32 = 8;
/// Sampling stops once every standard error is at most this share of the largest contribution.
const PRECISION: f64 = 0.01;
/// Any fixed number will do: the same row must have the same explanation.
const SEED: u64 = 1953;

/// The contribution of each player, and its standard error.
#[derive(Debug, PartialEq)]
pub(super) struct Drawn {
    pub means: Vec<f64>,
    pub standard_errors: Vec<f64>,
}

/// The mean contribution of each of at least two players over sampled orders, in at most this many batches of pairs.
/// `ends` are the worth of no player and of all; `worth` runs other sets.
pub(super) fn shapley<E>(
    players: usize,
    ends: [f64; 2],
    batches: usize,
    mut worth: impl FnMut(&[Set]) -> Result<Vec<f64>, E>,
) -> Result<Drawn, E> {
    let mut generator = fastrand::Rng::with_seed(SEED);
    let mut order: Vec<usize> = (0..players).collect();
    let runs = players.saturating_sub(1).saturating_mul(2).max(1);
    let pairs = MAX_ROWS.checked_div(runs).unwrap_or(1).max(1);
    let mut scatter = Scatter::new(players);
    for _ in 0..batches {
        let mut draw = || {
            generator.shuffle(&mut order);
            order.clone()
        };
        let orders: Vec<Vec<usize>> = iter::repeat_with(&mut draw).take(pairs).collect();
        let sets: Vec<Set> = orders.iter().flat_map(|order| joining(order)).collect();
        for (order, worth) in orders.iter().zip(worth(&sets)?.chunks(runs)) {
            scatter.add(&credits(order, ends, worth));
        }
        if scatter.is_precise() {
            break;
        }
    }
    Ok(scatter.drawn())
}

/// The first of an order and all others; the first two and all others; and so on, up to all but the last.
fn joining(order: &[usize]) -> Vec<Set> {
    let mut joined = vec![false; order.len()];
    let mut sets = Vec::with_capacity(order.len().saturating_mul(2));
    for player in order.iter().take(order.len().saturating_sub(1)) {
        joined[*player] = true;
        sets.push(joined.clone());
        sets.push(joined.iter().map(|in_it| !in_it).collect());
    }
    sets
}

/// The mean contribution of each player along an order and backwards, from the worth of those sets.
fn credits(order: &[usize], [nobody, all]: [f64; 2], worth: &[f64]) -> Vec<f64> {
    let mut credits = vec![0.0; order.len()];
    let mut before = [nobody, all];
    let after = worth.chunks_exact(2).map(|pair| [pair[0], pair[1]]).chain([[all, nobody]]);
    for (player, after) in order.iter().zip(after) {
        let (joining, leaving) = (after[0] - before[0], before[1] - after[1]);
        credits[*player] = f64::midpoint(joining, leaving);
        before = after;
    }
    credits
}

/// Means and squared distances from them, updated pair by pair (Welford, Note on a method for calculating corrected sums
/// of squares and products, 1962).
struct Scatter {
    pairs: u32,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Scatter {
    fn new(players: usize) -> Self {
        Self { pairs: 0, means: vec![0.0; players], squares: vec![0.0; players] }
    }

    fn add(&mut self, credits: &[f64]) {
        self.pairs = self.pairs.saturating_add(1);
        for ((credit, mean), squares) in credits.iter().zip(&mut self.means).zip(&mut self.squares) {
            let distance = credit - *mean;
            *mean += distance / f64::from(self.pairs);
            *squares += distance * (credit - *mean);
        }
    }

    fn standard_errors(&self) -> impl Iterator<Item = f64> + '_ {
        let pairs = f64::from(self.pairs);
        self.squares.iter().map(move |squares| (squares / (pairs * (pairs - 1.0))).sqrt())
    }

    fn is_precise(&self) -> bool {
        let largest = self.means.iter().fold(0.0_f64, |largest, mean| largest.max(mean.abs()));
        self.pairs >= MIN_PAIRS && self.standard_errors().all(|error| error <= PRECISION * largest)
    }

    fn drawn(self) -> Drawn {
        Drawn { standard_errors: self.standard_errors().collect(), means: self.means }
    }
}
