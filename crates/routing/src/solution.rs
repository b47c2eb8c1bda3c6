//! Routes under construction.

use std::cmp::Ordering;

use crate::world::{State, Timed, World};

/// One route per vehicle, as nodes, and the stops that nobody serves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Solution {
    pub(crate) routes: Vec<Vec<usize>>,
    /// By route: its departure and its cost.
    pub(crate) times: Vec<Timed>,
    pub(crate) unserved: Vec<usize>,
}

impl Solution {
    pub(crate) fn empty<const K: usize>(world: &World<'_, K>) -> Self {
        let vehicles = world.problem.vehicles.len();
        Self {
            routes: vec![Vec::new(); vehicles],
            times: vec![Timed::EMPTY; vehicles],
            unserved: world.stops().collect(),
        }
    }

    pub(crate) fn cost(&self) -> f64 {
        self.times.iter().map(|timed| timed.cost).sum()
    }

    /// More served stops always win; among equals the cheaper solution is less.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.unserved.len().cmp(&other.unserved.len()).then(self.cost().total_cmp(&other.cost()))
    }

    /// Replaces a vehicle's route.
    pub(crate) fn set(&mut self, vehicle: usize, route: Vec<usize>, timed: Timed) {
        self.routes[vehicle] = route;
        self.times[vehicle] = timed;
    }

    /// The departure of a vehicle's route, for one that is similar; `None` without a route.
    pub(crate) fn departure(&self, vehicle: usize) -> Option<f64> {
        (!self.routes[vehicle].is_empty()).then(|| self.times[vehicle].departure)
    }

    /// Gives each route that differs from an earlier solution its cheapest departure.
    pub(crate) fn retime<const K: usize>(&mut self, world: &World<'_, K>, before: Option<&Self>) {
        for (index, vehicle) in world.problem.vehicles.iter().enumerate() {
            let route = &self.routes[index];
            if before.is_some_and(|before| before.routes[index] == *route) {
                continue;
            }
            if let Some(timed) = world.best(vehicle, route, f64::INFINITY) {
                self.times[index] = timed;
            }
        }
    }
}

/// The cheapest position for a stop in one route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Insertion {
    pub(crate) at: usize,
    /// The departure and the cost of the route with the stop.
    pub(crate) timed: Timed,
    /// The increase in cost.
    pub(crate) more: f64,
}

/// A route with the state of the vehicle after each stop, to try stops at all positions.
pub(crate) struct Partial<'a, const K: usize> {
    vehicle: usize,
    route: &'a [usize],
    /// `None` without stops.
    departure: Option<f64>,
    cost: f64,
    load: i64,
    /// After each stop.
    states: Vec<State<K>>,
}

impl<'a, const K: usize> Partial<'a, K> {
    pub(crate) fn new(world: &World<'_, K>, solution: &'a Solution, vehicle: usize) -> Self {
        let route = &solution.routes[vehicle];
        let mut states = Vec::with_capacity(route.len());
        let departure = solution.departure(vehicle);
        if let Some(departure) = departure {
            let driver = &world.problem.vehicles[vehicle];
            let mut state = World::leave(departure);
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
            departure,
            cost: solution.times[vehicle].cost,
            load: states.last().map_or(0, |state| state.load),
            states,
        }
    }

    /// The route with a stop at a position: with its departure, or else with the first that makes sense.
    fn with(&self, world: &World<'_, K>, stop: usize, at: usize) -> Option<Timed> {
        let vehicle = &world.problem.vehicles[self.vehicle];
        let rest = || std::iter::once(stop).chain(self.route[at..].iter().copied());
        let kept = self.departure.and_then(|departure| {
            let before = at.checked_sub(1).and_then(|last| self.states.get(last).copied());
            let state = before.unwrap_or_else(|| World::leave(departure));
            Some(Timed { departure, cost: world.complete(state, vehicle, rest())? })
        });
        if self.departure.is_none() {
            return world.alone(self.vehicle, stop);
        }
        kept.or_else(|| {
            let first = if at == 0 { stop } else { *self.route.first()? };
            let departure = world.first_departure(vehicle, first);
            if self.departure.is_some_and(|kept| kept <= departure) {
                return None;
            }
            let stops = self.route[..at].iter().copied().chain(rest());
            Some(Timed { departure, cost: world.complete(World::leave(departure), vehicle, stops)? })
        })
    }

    pub(crate) fn best(&self, world: &World<'_, K>, stop: usize) -> Option<Insertion> {
        let vehicle = &world.problem.vehicles[self.vehicle];
        if self.load.saturating_add(world.demand(stop)) > vehicle.capacity {
            return None;
        }
        let mut best: Option<Insertion> = None;
        for at in 0..=self.route.len() {
            if let Some(timed) = self.with(world, stop, at) {
                if best.is_none_or(|known| timed.cost < known.timed.cost) {
                    best = Some(Insertion { at, timed, more: timed.cost - self.cost });
                }
            }
        }
        best
    }
}
