//! The proven best plan: the best order of each subset of stops that may be a route of it, then all assignments of subsets
//! to vehicles.
//!
//! What a route costs at least does not depend on when it drives. Together with the cost of a known plan it says which
//! subsets need not be looked at, and which beginnings of an order.

use crate::problem::Vehicle;
use crate::solution::Solution;
use crate::world::{State, Timed, World, DEPOT};

/// By subset of stops: the cheapest order with its departure and cost, where it may belong to the best plan.
type Best = Vec<Option<(Timed, Vec<usize>)>>;

/// Costs are sums in another order here and there: what differs by less than this is looked at.
const ROUNDING: f64 = 1e-6;

/// The best plan of at most `MAX_EXACT` stops, or `None` if it drives more than so many legs. The better the known plan, the
/// less there is to look at; the result does not depend on it.
pub(crate) fn solve<const K: usize>(
    world: &World<'_, K>,
    mut known: Solution,
    legs: u64,
) -> Option<Solution> {
    let limit = world.legs_driven().saturating_add(legs);
    known.retime(world, None);
    let subsets = 1_usize << world.stops().len();
    let vehicles = &world.problem.vehicles;
    let bounds = Bounds::new(world, &known);
    let mut orders: Vec<Best> = Vec::new();
    for (number, vehicle) in vehicles.iter().enumerate() {
        let alike = |other: &Vehicle| {
            (other.capacity, other.from, other.to) == (vehicle.capacity, vehicle.from, vehicle.to)
        };
        let same = vehicles[..number].iter().position(alike).map(|same| orders[same].clone());
        orders.push(same.unwrap_or_else(|| orders_of(world, vehicle, &bounds, limit)));
        if world.legs_driven() > limit {
            return None;
        }
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
            for own in parts(all) {
                if let (Some(before), Some((timed, _))) = (costs[all ^ own], &best[own]) {
                    if next[all].is_none_or(|known| before + timed.cost < known) {
                        next[all] = Some(before + timed.cost);
                        share[all] = own;
                    }
                }
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
    Some(solution)
}

/// The bit of a stop in a subset; stops are numbered from 1.
fn bit(stop: usize) -> usize {
    1 << stop.saturating_sub(1)
}

/// The stops of a subset.
fn stops_of(subset: usize) -> impl Iterator<Item = usize> {
    (1..=usize::BITS as usize)
        .take_while(move |stop| subset >> stop.saturating_sub(1) != 0)
        .filter(move |stop| subset & bit(*stop) != 0)
}

/// All subsets of a subset, from itself down to the empty one.
fn parts(all: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(all), move |own| own.checked_sub(1).map(|less| less & all))
}

/// What routes cost at least, and may cost at most.
struct Bounds {
    /// By node and node: the least cost of the way and the service.
    legs: Vec<Vec<f64>>,
    /// By subset and node: the least cost from there through all stops of the subset and home.
    home: Vec<Vec<f64>>,
    /// By subset: what a route through exactly these stops may cost, where the plan is to be no worse than the known one.
    most: Vec<f64>,
}

impl Bounds {
    fn new<const K: usize>(world: &World<'_, K>, known: &Solution) -> Self {
        let nodes = || std::iter::once(DEPOT).chain(world.stops());
        let count = world.stops().len();
        let subsets = 1_usize << count;
        let legs: Vec<Vec<f64>> =
            nodes().map(|from| nodes().map(|to| world.least_cost(from, to)).collect()).collect();
        let mut home: Vec<Vec<f64>> = Vec::with_capacity(subsets);
        for all in 0..subsets {
            let least = |from: usize| {
                let by = |next: usize| legs[from][next] + home[all ^ bit(next)][next];
                let first = if all == 0 { legs[from][DEPOT] } else { f64::INFINITY };
                stops_of(all).map(by).fold(first, f64::min)
            };
            let row = nodes().map(least).collect();
            home.push(row);
        }
        home[0][DEPOT] = 0.0;

        // By subset: the least cost at which all vehicles but one serve exactly this subset. More vehicles than stops are
        // no use.
        let capacity = world.problem.vehicles.iter().map(|vehicle| vehicle.capacity).max().unwrap_or(0);
        let fits = |all: usize| stops_of(all).map(|stop| world.demand(stop)).sum::<i64>() <= capacity;
        let alone: Vec<f64> =
            (0..subsets).map(|all| if fits(all) { home[all][DEPOT] } else { f64::INFINITY }).collect();
        let mut others = vec![f64::INFINITY; subsets];
        others[0] = 0.0;
        for _ in 1..world.problem.vehicles.len().min(count.saturating_add(1)) {
            let least = |all: usize| {
                parts(all).map(|own| alone[own] + others[all ^ own]).fold(f64::INFINITY, f64::min)
            };
            others = (0..subsets).map(least).collect();
        }
        // By subset and number: the least cost at which they serve so many of its stops.
        let mut some = vec![vec![f64::INFINITY; count.saturating_add(1)]; subsets];
        for all in 0..subsets {
            let size = all.count_ones() as usize;
            let least = |number: usize| {
                stops_of(all).map(|stop| some[all ^ bit(stop)][number]).fold(f64::INFINITY, f64::min)
            };
            let mut own: Vec<f64> = (0..size).map(least).collect();
            own.push(others[all]);
            own.resize(count.saturating_add(1), f64::INFINITY);
            some[all] = own;
        }
        let served = count.saturating_sub(known.unserved.len());
        let cost = known.cost() + ROUNDING;
        let most = |own: usize| {
            let rest = &some[subsets.saturating_sub(1) ^ own];
            let size = own.count_ones() as usize;
            let serves_more =
                (0..=count).any(|other| size.saturating_add(other) > served && rest[other].is_finite());
            match served.checked_sub(size) {
                _ if serves_more => f64::INFINITY,
                Some(other) => cost - rest[other],
                None => f64::NEG_INFINITY,
            }
        };
        let most = (0..subsets).map(most).collect();
        Self { legs, home, most }
    }
}

/// The best orders of a vehicle. Above the limit of legs the rest is left out.
fn orders_of<const K: usize>(world: &World<'_, K>, vehicle: &Vehicle, bounds: &Bounds, limit: u64) -> Best {
    let mut best: Best = vec![None; bounds.most.len()];
    best[0] = Some((Timed::EMPTY, Vec::new()));
    for (all, best) in best.iter_mut().enumerate().skip(1) {
        let load: i64 = stops_of(all).map(|stop| world.demand(stop)).sum();
        if load > vehicle.capacity {
            continue;
        }
        let mut orders =
            Orders { world, vehicle, bounds, limit, order: Vec::new(), most: bounds.most[all], best: None };
        orders.go_on(None, all, 0.0);
        *best = orders.best;
    }
    best
}

/// All orders of a subset.
struct Orders<'a, 'w, const K: usize> {
    world: &'a World<'w, K>,
    vehicle: &'a Vehicle,
    bounds: &'a Bounds,
    limit: u64,
    order: Vec<usize>,
    /// What an order may cost.
    most: f64,
    best: Option<(Timed, Vec<usize>)>,
}

impl<const K: usize> Orders<'_, '_, K> {
    /// Tries all stops that are left as the next one, the most promising first. `state` has left at the first departure that
    /// makes sense, and more stops cannot repair an order that breaks a rule with it; `least` is what the order so far costs
    /// at least.
    fn go_on(&mut self, state: Option<State<K>>, left: usize, least: f64) {
        let from = self.order.last().copied().unwrap_or(DEPOT);
        let mut next: Vec<(f64, f64, usize)> = stops_of(left)
            .map(|stop| {
                let least = least + self.bounds.legs[from][stop];
                (least + self.bounds.home[left ^ bit(stop)][stop], least, stop)
            })
            .collect();
        next.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.2.cmp(&other.2)));
        for (whole, least, stop) in next {
            if whole >= self.most || self.world.legs_driven() > self.limit {
                break;
            }
            let leaves = || World::leave(self.world.first_departure(self.vehicle, stop));
            let mut state = state.unwrap_or_else(leaves);
            self.world.arrive(&mut state, stop);
            // Who leaves later is no less late.
            let served = self.world.serve(&mut state, self.vehicle);
            if !served || whole + self.world.cost_of_lateness(&state) >= self.most {
                continue;
            }
            self.order.push(stop);
            if left == bit(stop) {
                self.record();
            } else {
                self.go_on(Some(state), left ^ bit(stop), least);
            }
            self.order.pop();
        }
    }

    fn record(&mut self) {
        if let Some(timed) = self.world.best(self.vehicle, &self.order, self.most) {
            self.most = timed.cost;
            self.best = Some((timed, self.order.clone()));
        }
    }
}
