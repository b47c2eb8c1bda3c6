//! The proven best plan: all orders of all subsets, each with its cheapest departure, then all assignments of subsets to
//! vehicles.

use crate::solution::Solution;
use crate::world::{State, Timed, World, DEPOT};

/// By subset of stops: the cheapest order with its departure and cost.
type Best = Vec<Option<(Timed, Vec<usize>)>>;

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
                if let (Some(before), Some((timed, _))) = (costs[all ^ own], &best[own]) {
                    if next[all].is_none_or(|known| before + timed.cost < known) {
                        next[all] = Some(before + timed.cost);
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
        if let Some((timed, order)) = &orders[vehicle][own] {
            solution.set(vehicle, order.clone(), *timed);
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
    best[0] = Some((Timed::EMPTY, Vec::new()));
    let mut orders = Orders { world, vehicle, order: Vec::new(), best };
    for first in world.stops() {
        let start = World::leave(world.first_departure(vehicle, first));
        orders.extend(start, first, 0, 0.0);
    }
    orders.best
}

/// All orders of one vehicle.
struct Orders<'a, 'w, const K: usize> {
    world: &'a World<'w, K>,
    vehicle: &'a crate::Vehicle,
    order: Vec<usize>,
    best: Best,
}

impl<const K: usize> Orders<'_, '_, K> {
    /// Serves one more stop, records the cost of going home from there, and continues with all others. `state` has left at
    /// the first departure that makes sense, and more stops cannot repair an order that breaks a rule with it; `minutes` are
    /// those of the order so far without delays and waiting.
    fn extend(&mut self, mut state: State<K>, stop: usize, served: usize, minutes: f64) {
        let world = self.world;
        let from = self.order.last().copied().unwrap_or(DEPOT);
        world.arrive(&mut state, stop);
        if !world.serve(&mut state, self.vehicle) {
            return;
        }
        self.order.push(stop);
        let served = served | bit(stop);
        let minutes = minutes + world.least_minutes(from, stop);
        let (km, hours) = (state.km + world.km(stop, DEPOT), minutes + world.least_minutes(stop, DEPOT));
        let least = world.least_cost(km, hours);
        if self.best[served].as_ref().is_none_or(|(known, _)| least < known.cost) {
            if let Some(timed) = world.best(self.vehicle, &self.order) {
                if self.best[served].as_ref().is_none_or(|(known, _)| timed.cost < known.cost) {
                    self.best[served] = Some((timed, self.order.clone()));
                }
            }
        }
        for next in world.stops().filter(|next| served & bit(*next) == 0) {
            self.extend(state, next, served, minutes);
        }
        self.order.pop();
    }
}
