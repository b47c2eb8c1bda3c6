//! Construction of routes: the nearest-neighbour rule, and regret insertion.

use std::cmp::Ordering;

use rand::Rng;

use crate::solution::{Insertion, Partial, Solution};
use crate::world::{Timed, World, DEPOT};

/// The cost of a missing alternative in a regret: more than any real cost.
const NO_ALTERNATIVE: f64 = 1e9;

/// How stops are inserted into routes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recreate {
    /// The number of alternatives: 1 takes the cheapest insertion, `k` the stop with the greatest loss if it does not
    /// get the best of `k` routes (Potvin and Rousseau 1993).
    pub(crate) regret: usize,
    /// Random noise on costs, as a share, so that two tries differ.
    pub(crate) noise: f64,
}

/// Inserts unserved stops until none fits.
pub(crate) fn insert<const K: usize>(
    world: &World<'_, K>,
    solution: &mut Solution,
    how: Recreate,
    random: &mut impl Rng,
) {
    let mut blur = |insertion: Option<Insertion>| {
        insertion.map(|found| {
            let factor = if how.noise > 0.0 { 1.0 + how.noise * random.random_range(-1.0..1.0) } else { 1.0 };
            (found, found.more * factor)
        })
    };
    let mut pending = std::mem::take(&mut solution.unserved);
    let mut table = vec![vec![None; pending.len()]; solution.routes.len()];
    for (vehicle, row) in table.iter_mut().enumerate() {
        let partial = Partial::new(world, solution, vehicle);
        for (slot, stop) in row.iter_mut().zip(&pending) {
            *slot = blur(partial.best(world, *stop));
        }
    }
    while let Some((place, vehicle)) = choose(&table, pending.len(), how.regret) {
        let stop = pending.swap_remove(place);
        let taken: Vec<_> = table.iter_mut().map(|row| row.swap_remove(place)).collect();
        if let Some((insertion, _)) = taken[vehicle] {
            let mut route = solution.routes[vehicle].clone();
            route.insert(insertion.at, stop);
            solution.set(vehicle, route, insertion.timed);
        }
        let partial = Partial::new(world, solution, vehicle);
        for (slot, stop) in table[vehicle].iter_mut().zip(&pending) {
            *slot = blur(partial.best(world, *stop));
        }
    }
    pending.sort_unstable();
    solution.unserved = pending;
}

/// The next stop by its index among those pending, and its vehicle.
fn choose(table: &[Vec<Option<(Insertion, f64)>>], pending: usize, regret: usize) -> Option<(usize, usize)> {
    let mut best: Option<(f64, f64, usize, usize)> = None;
    for place in 0..pending {
        let mut options: Vec<(f64, usize)> = table
            .iter()
            .enumerate()
            .filter_map(|(vehicle, row)| row[place].map(|(_, more)| (more, vehicle)))
            .collect();
        options.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let Some((first, vehicle)) = options.first().copied() else { continue };
        let loss = |rank| options.get(rank).map_or(NO_ALTERNATIVE, |(more, _)| more - first);
        let regret: f64 = (1..regret.min(table.len())).map(loss).sum();
        // Larger regret first, then the cheaper, then the earlier in the list.
        let better = best.is_none_or(|(known, more, _, _)| {
            regret.total_cmp(&known).then(more.total_cmp(&first)) == Ordering::Greater
        });
        if better {
            best = Some((regret, first, place, vehicle));
        }
    }
    best.map(|(_, _, place, vehicle)| (place, vehicle))
}

/// The nearest-neighbour rule: each vehicle in turn drives to the nearest stop that it can still serve.
pub(crate) fn nearest<const K: usize>(world: &World<'_, K>) -> Solution {
    let mut solution = Solution::empty(world);
    for (number, vehicle) in world.problem.vehicles.iter().enumerate() {
        let mut route: Vec<usize> = Vec::new();
        let mut timed = Timed::EMPTY;
        loop {
            let here = route.last().copied().unwrap_or(DEPOT);
            let mut near = solution.unserved.clone();
            near.sort_by(|one, other| world.km(here, *one).total_cmp(&world.km(here, *other)));
            let next = near.into_iter().find_map(|stop| {
                route.push(stop);
                let found = world.timed(vehicle, &route, None);
                route.pop();
                found.map(|timed| (stop, timed))
            });
            let Some((stop, with)) = next else { break };
            route.push(stop);
            timed = with;
            solution.unserved.retain(|other| *other != stop);
        }
        solution.set(number, route, timed);
    }
    solution.retime(world, None);
    solution
}
