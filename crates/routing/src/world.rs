//! A problem prepared for the search: all legs, and their possible durations.
//!
//! A route is driven `K` times in parallel. Every draw has one level of delay on each leg; on the way to a stop the
//! draws take all levels, in an order specific to the stop, so that the draws are spread evenly and legs are
//! independent. The planned time has the median delay on each leg: windows and shifts bind the planned time, and
//! lateness is the mean over the draws.

use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::delays::{Delays, Position, Sampled};
use crate::geography::{free_minutes, road_km};
use crate::problem::{Problem, Vehicle};

/// The depot's number; stop `i` of the problem is node `i + 1`.
pub(crate) const DEPOT: usize = 0;
/// Iterations to find the departure that arrives when the first stop opens, and the slack after it in minutes.
const ROUNDS: usize = 8;
const IN_HAND: f64 = 1e-4;

#[derive(Clone, Copy)]
struct Leg {
    km: f64,
    free: f64,
    position: Position,
}

/// The constraints of a node.
#[derive(Clone, Copy)]
struct Visit {
    demand: i64,
    opens: f64,
    closes: f64,
    service: f64,
}

pub(crate) struct World<'a, const K: usize> {
    pub(crate) problem: &'a Problem,
    nodes: usize,
    legs: Vec<Leg>,
    visits: Vec<Visit>,
    medians: Sampled<1>,
    delays: Sampled<K>,
    /// By node: the level of each draw on the way there.
    levels: Vec<[usize; K]>,
}

/// A vehicle under way, minutes after midnight.
#[derive(Clone, Copy)]
pub(crate) struct State<const K: usize> {
    node: usize,
    pub(crate) load: i64,
    pub(crate) km: f64,
    /// When it left the depot.
    pub(crate) departure: f64,
    /// Planned time.
    pub(crate) planned: f64,
    /// Time in each draw.
    pub(crate) drawn: [f64; K],
    /// Minutes late so far, the mean over the draws.
    pub(crate) late: f64,
}

impl<'a, const K: usize> World<'a, K> {
    /// Takes a checked problem. The seed orders the draws.
    pub(crate) fn new(problem: &'a Problem, delays: &Delays, seed: u64) -> Self {
        let depot = [problem.depot.latitude, problem.depot.longitude];
        let stops = problem.stops.iter().map(|stop| [stop.latitude, stop.longitude]);
        let points: Vec<[f64; 2]> = std::iter::once(depot).chain(stops).collect();
        let leg = |from: &[f64; 2], to: &[f64; 2]| {
            let km = road_km(*from, *to);
            Leg { km, free: free_minutes(km), position: Position::of(km) }
        };
        let legs = points.iter().flat_map(|from| points.iter().map(move |to| leg(from, to))).collect();
        let home = Visit { demand: 0, opens: 0.0, closes: f64::INFINITY, service: 0.0 };
        let visits = problem.stops.iter().map(|stop| Visit {
            demand: stop.demand,
            opens: stop.opens,
            closes: stop.closes,
            service: stop.service,
        });
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let levels = points.iter().map(|_| {
            let mut order: [usize; K] = std::array::from_fn(|draw| draw);
            order.shuffle(&mut random);
            order
        });
        Self {
            problem,
            nodes: points.len(),
            legs,
            visits: std::iter::once(home).chain(visits).collect(),
            medians: delays.at(&[0.5]),
            delays: delays.at(&std::array::from_fn::<f64, K, _>(|draw| (draw as f64 + 0.5) / K as f64)),
            levels: levels.collect(),
        }
    }

    /// All stops.
    pub(crate) fn stops(&self) -> std::ops::Range<usize> {
        1..self.nodes
    }

    pub(crate) fn demand(&self, node: usize) -> i64 {
        self.visits[node].demand
    }

    pub(crate) fn opens(&self, node: usize) -> f64 {
        self.visits[node].opens
    }

    pub(crate) fn km(&self, from: usize, to: usize) -> f64 {
        self.leg(from, to).km
    }

    fn leg(&self, from: usize, to: usize) -> &Leg {
        &self.legs[from.saturating_mul(self.nodes).saturating_add(to)]
    }

    fn planned_minutes(&self, leg: &Leg, departure: f64) -> f64 {
        let [median] = self.medians.minutes(leg.position, departure);
        leg.free + median
    }

    /// At the depot, before it leaves for the first stop: at the start of the shift, or later if the stop opens later.
    pub(crate) fn start(&self, vehicle: &Vehicle, first: usize) -> State<K> {
        let leg = self.leg(DEPOT, first);
        let opens = self.visits[first].opens;
        let mut departure = opens - leg.free;
        for _ in 0..ROUNDS {
            departure = opens - self.planned_minutes(leg, departure);
        }
        let departure = (departure - IN_HAND).max(vehicle.from);
        let drawn = [departure; K];
        State { node: DEPOT, load: 0, km: 0.0, departure, planned: departure, drawn, late: 0.0 }
    }

    /// Drives to a node.
    pub(crate) fn arrive(&self, state: &mut State<K>, to: usize) {
        let leg = self.leg(state.node, to);
        let minutes = self.delays.minutes(leg.position, state.planned);
        for (time, level) in state.drawn.iter_mut().zip(&self.levels[to]) {
            *time += leg.free + minutes[*level];
        }
        state.planned += self.planned_minutes(leg, state.planned);
        state.km += leg.km;
        state.node = to;
    }

    /// Waits, and delivers; false if the plan arrives too late, or with too much on board.
    #[must_use]
    pub(crate) fn serve(&self, state: &mut State<K>, vehicle: &Vehicle) -> bool {
        let visit = &self.visits[state.node];
        // At most 200 demands of a checked problem: far below 64 bits.
        state.load = state.load.saturating_add(visit.demand);
        if state.planned > visit.closes || state.load > vehicle.capacity {
            return false;
        }
        state.late += mean_after(&state.drawn, visit.closes);
        state.planned = state.planned.max(visit.opens) + visit.service;
        for time in &mut state.drawn {
            *time = time.max(visit.opens) + visit.service;
        }
        true
    }

    /// Drives home; the cost of the whole route, or `None` if the shift has ended by then.
    pub(crate) fn finish(&self, state: &mut State<K>, vehicle: &Vehicle) -> Option<f64> {
        self.arrive(state, DEPOT);
        if state.planned > vehicle.to {
            return None;
        }
        state.late += mean_after(&state.drawn, vehicle.to);
        let hours = (mean(&state.drawn) - state.departure) / 60.0;
        let costs = &self.problem.costs;
        Some(
            costs.per_km * state.km + costs.per_driver_hour * hours + costs.per_late_hour * state.late / 60.0,
        )
    }

    /// Serves the stops one by one, and drives home; the cost of the whole route, or `None` if it is infeasible.
    pub(crate) fn complete(
        &self,
        mut state: State<K>,
        vehicle: &Vehicle,
        stops: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        for stop in stops {
            self.arrive(&mut state, stop);
            if !self.serve(&mut state, vehicle) {
                return None;
            }
        }
        self.finish(&mut state, vehicle)
    }

    /// The cost of a vehicle's route, or `None` if it breaks a window, the shift or the capacity.
    pub(crate) fn cost(&self, vehicle: &Vehicle, stops: &[usize]) -> Option<f64> {
        match stops.first() {
            None => Some(0.0),
            Some(first) => self.complete(self.start(vehicle, *first), vehicle, stops.iter().copied()),
        }
    }
}

pub(crate) fn mean<const K: usize>(drawn: &[f64; K]) -> f64 {
    drawn.iter().sum::<f64>() / K as f64
}

/// Mean minutes after a moment, 0 for draws before it.
pub(crate) fn mean_after<const K: usize>(drawn: &[f64; K], moment: f64) -> f64 {
    drawn.iter().map(|time| (time - moment).max(0.0)).sum::<f64>() / K as f64
}
