//! The proven best plan: all orders of all subsets, then all assignments of subsets to vehicles.

use crate::solution::Solution;
use crate::world::{State, World};

/// By subset of stops: the cheapest order and its cost.
type Best = Vec<Option<(f64, Vec<usize>)>>;

/// For at most `MAX_EXACT` stops, which bounds the subsets to a thousand and the orders to ten million.
pub(crate) fn solve<const K: usize>(world: &World<'_, K>) -> Solution {
    let count = world.stops().len();
    let subsets = 1_usize << count;
    let vehicles = &world.problem.vehicles;
    let mut orders: Vec<Best> = Vec::new();
    for (number, vehicle) in vehicles.iter().enumerate() {
        let alike = |other: &crate::Vehicle| {
            (other.capacity, other.from, other.to) == (vehicle.capacity, vehicle.from, vehicle.to)
        };
        let known = vehicles[..number].iter().position(alike).map(|same| orders[same].clone());
        orders.push(known.unwrap_or_else(|| orders_of(world, vehicle, subsets)));
    }
    // By vehicle and subset: the least cost at which this vehicle and those before serve exactly this subset, and the
    // part that this vehicle serves.
    let mut costs = vec![None; subsets];
    costs[0] = Some(0.0);
    let mut shares = Vec::with_capacity(vehicles.len());
    for best in &orders {
        let mut next: Vec<Option<f64>> = vec![None; subsets];
        let mut share = vec![0; subsets];
        for all in 0..subsets {
            // All subsets of `all`, from itself down to the empty one.
            let mut own = all;
            loop {
                if let (Some(before), Some((cost, _))) = (costs[all ^ own], &best[own]) {
                    if next[all].is_none_or(|known| before + cost < known) {
                        next[all] = Some(before + cost);
                        share[all] = own;
                    }
                }
                if own == 0 {
                    break;
                }
                own = own.saturating_sub(1) & all;
            }
        }
        costs = next;
        shares.push(share);
    }
    let reached = (0..subsets).filter_map(|all| costs[all].map(|cost| (all, cost)));
    let most = reached
        .min_by(|one, other| other.0.count_ones().cmp(&one.0.count_ones()).then(one.1.total_cmp(&other.1)));
    let mut all = most.map_or(0, |(all, _)| all);
    let mut solution = Solution::empty(world);
    solution.unserved.retain(|stop| all & bit(*stop) == 0);
    for vehicle in (0..vehicles.len()).rev() {
        let own = shares[vehicle][all];
        if let Some((cost, order)) = &orders[vehicle][own] {
            solution.set(vehicle, order.clone(), *cost);
        }
        all ^= own;
    }
    solution
}

/// The bit of a stop in a subset; stops are numbered from 1.
fn bit(stop: usize) -> usize {
    1 << stop.saturating_sub(1)
}

fn orders_of<const K: usize>(world: &World<'_, K>, vehicle: &crate::Vehicle, subsets: usize) -> Best {
    let mut best: Best = vec![None; subsets];
    best[0] = Some((0.0, Vec::new()));
    for first in world.stops() {
        let mut order = Vec::new();
        extend(world, vehicle, world.start(vehicle, first), first, &mut order, 0, &mut best);
    }
    best
}

/// Serves one more stop, records the cost of going home from there, and continues with all others. More stops cannot
/// repair an order that breaks a rule.
fn extend<const K: usize>(
    world: &World<'_, K>,
    vehicle: &crate::Vehicle,
    mut state: State<K>,
    stop: usize,
    order: &mut Vec<usize>,
    served: usize,
    best: &mut Best,
) {
    world.arrive(&mut state, stop);
    if !world.serve(&mut state, vehicle) {
        return;
    }
    order.push(stop);
    let served = served | bit(stop);
    let mut home = state;
    if let Some(cost) = world.finish(&mut home, vehicle) {
        if best[served].as_ref().is_none_or(|(known, _)| cost < *known) {
            best[served] = Some((cost, order.clone()));
        }
    }
    for next in world.stops().filter(|next| served & bit(*next) == 0) {
        extend(world, vehicle, state, next, order, served, best);
    }
    order.pop();
}
