//! Shapley values of few players, from the worth of every subset.

use super::Set;

/// The mean contribution of each player over all orders; `worth` runs all sets at once, 2 to the power of the players.
pub(super) fn shapley<E>(
    players: usize,
    worth: impl FnOnce(&[Set]) -> Result<Vec<f64>, E>,
) -> Result<Vec<f64>, E> {
    let holds = |set: usize, player: usize| (set >> player) & 1 == 1;
    let all = 1_usize << players;
    let sets: Vec<Set> =
        (0..all).map(|set| (0..players).map(|player| holds(set, player)).collect()).collect();
    let worth = worth(&sets)?;
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
