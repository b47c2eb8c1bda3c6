//! Routes under construction.

use std::cmp::Ordering;

use crate::world::{State, World};

/// One route per vehicle, as nodes, and the stops that nobody serves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Solution {
    pub(crate) routes: Vec<Vec<usize>>,
    /// By route; 0 for an empty one.
    pub(crate) costs: Vec<f64>,
    pub(crate) unserved: Vec<usize>,
}

impl Solution {
    pub(crate) fn empty<const K: usize>(world: &World<'_, K>) -> Self {
        let vehicles = world.problem.vehicles.len();
        Self {
            routes: vec![Vec::new(); vehicles],
            costs: vec![0.0; vehicles],
            unserved: world.stops().collect(),
        }
    }

    pub(crate) fn cost(&self) -> f64 {
        self.costs.iter().sum()
    }

    /// More served stops always win; among equals the cheaper solution is less.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.unserved.len().cmp(&other.unserved.len()).then(self.cost().total_cmp(&other.cost()))
    }

    /// Replaces a vehicle's route.
    pub(crate) fn set(&mut self, vehicle: usize, route: Vec<usize>, cost: f64) {
        self.routes[vehicle] = route;
        self.costs[vehicle] = cost;
    }
}

/// The cheapest position for a stop in one route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Insertion {
    pub(crate) at: usize,
    /// The cost of the route with the stop.
    pub(crate) cost: f64,
    /// The increase in cost.
    pub(crate) more: f64,
}

/// A route with the state of the vehicle after each stop, to try stops at all positions.
pub(crate) struct Partial<'a, const K: usize> {
    vehicle: usize,
    route: &'a [usize],
    cost: f64,
    load: i64,
    /// After each stop.
    states: Vec<State<K>>,
}

impl<'a, const K: usize> Partial<'a, K> {
    pub(crate) fn new(world: &World<'_, K>, solution: &'a Solution, vehicle: usize) -> Self {
        let route = &solution.routes[vehicle];
        let mut states = Vec::with_capacity(route.len());
        if let Some(first) = route.first() {
            let driver = &world.problem.vehicles[vehicle];
            let mut state = world.start(driver, *first);
            for stop in route {
                world.arrive(&mut state, *stop);
                // The route was feasible when it was made.
                let served = world.serve(&mut state, driver);
                debug_assert!(served, "a route of a solution breaks a rule");
                states.push(state);
            }
        }
        Self {
            vehicle,
            route,
            cost: solution.costs[vehicle],
            load: states.last().map_or(0, |state| state.load),
            states,
        }
    }

    pub(crate) fn best(&self, world: &World<'_, K>, stop: usize) -> Option<Insertion> {
        let vehicle = &world.problem.vehicles[self.vehicle];
        if self.load.saturating_add(world.demand(stop)) > vehicle.capacity {
            return None;
        }
        let mut best: Option<Insertion> = None;
        for at in 0..=self.route.len() {
            let before = at.checked_sub(1).and_then(|last| self.states.get(last).copied());
            let state = before.unwrap_or_else(|| world.start(vehicle, stop));
            let rest = std::iter::once(stop).chain(self.route[at..].iter().copied());
            if let Some(cost) = world.complete(state, vehicle, rest) {
                if best.is_none_or(|known| cost < known.cost) {
                    best = Some(Insertion { at, cost, more: cost - self.cost });
                }
            }
        }
        best
    }
}
