//! Games in which no player's effect depends on the others.

use super::{Set, Worth};

/// The empty set, all players, each player alone, and all but each.
pub(super) fn sets(players: usize) -> Vec<Set> {
    let only = |player: usize, in_it: bool| (0..players).map(|other| (other == player) == in_it).collect();
    let mut sets: Vec<Set> = vec![vec![false; players], vec![true; players]];
    sets.extend((0..players).map(|player| only(player, true)));
    sets.extend((0..players).map(|player| only(player, false)));
    sets
}

/// The contribution of each player, from the worth of those sets; `None` if it depends on the others by more than
/// `close` and the rounding error.
pub(super) fn added(worth: &Worth, close: f64) -> Option<Vec<f64>> {
    let Worth { scores, noise } = worth;
    let (base, rest) = scores.split_first()?;
    let (score, rest) = rest.split_first()?;
    let (alone, without) = rest.split_at(rest.len() / 2);
    let added: Vec<f64> = alone.iter().map(|one| one - base).collect();
    // A sum has as many rounding errors as terms.
    let roundings = f64::from(u32::try_from(scores.len()).unwrap_or(u32::MAX));
    let adds_up = (base + added.iter().sum::<f64>() - score).abs() <= close + noise * roundings;
    // Joint effects could cancel out, so each effect is also compared without the row's other values.
    let same = |(without, added): (&f64, &f64)| (score - without - added).abs() <= close + 4.0 * noise;
    (adds_up && without.iter().zip(&added).all(same)).then_some(added)
}
