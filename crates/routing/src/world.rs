//! A problem prepared for the search: all legs, and their possible durations.
//!
//! A route is driven `K` times in parallel. Every draw has one level of delay on each leg; on the way to a stop the
//! draws take all levels, in an order specific to the stop, so that the draws are spread evenly and legs are
//! independent. The planned time has the median delay on each leg: windows and shifts bind the planned time, and
//! lateness is the mean over the draws.

use std::cell::OnceCell;

use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::delays::{Delays, Position, Sampled};
use crate::geography::{free_minutes, road_km};
use crate::problem::{Problem, Vehicle};

/// The depot's number; stop `i` of the problem is node `i + 1`.
pub(crate) const DEPOT: usize = 0;
/// Iterations to find the departure that arrives when the first stop opens.
const ROUNDS: usize = 8;
/// Departures that are tried for a route, in minutes: all whole ones of this step, then all minutes around the best.
const STEP: f64 = 10.0;
/// Costs that differ by less are equal: then the earlier departure is taken.
const EQUAL: f64 = 1e-9;

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
    /// By vehicle and stop: the route to this stop alone, once it is asked for.
    alone: OnceCell<Vec<Vec<Option<Timed>>>>,
}

/// When a route leaves the depot, and what it costs then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Timed {
    /// Minutes after midnight.
    pub(crate) departure: f64,
    pub(crate) cost: f64,
}

impl Timed {
    /// A route without stops.
    pub(crate) const EMPTY: Self = Self { departure: 0.0, cost: 0.0 };

    fn cheaper(best: Option<Self>, other: Self) -> Option<Self> {
        let better = best.is_none_or(|best| {
            let earlier = other.cost < best.cost + EQUAL && other.departure < best.departure;
            other.cost < best.cost - EQUAL || earlier
        });
        if better {
            Some(other)
        } else {
            best
        }
    }
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
            alone: OnceCell::new(),
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

    /// The first departure that makes sense: the start of the shift, or the minute that arrives when the first stop opens.
    /// Who leaves earlier waits there.
    pub(crate) fn first_departure(&self, vehicle: &Vehicle, first: usize) -> f64 {
        let leg = self.leg(DEPOT, first);
        let opens = self.visits[first].opens;
        let mut departure = opens - leg.free;
        for _ in 0..ROUNDS {
            departure = opens - self.planned_minutes(leg, departure);
        }
        departure.floor().max(vehicle.from)
    }

    /// At the depot, before it leaves for the first stop.
    pub(crate) fn leave(departure: f64) -> State<K> {
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

    /// The cost of a vehicle's route with this departure, or `None` if it breaks a window, the shift or the capacity.
    fn cost_at(&self, vehicle: &Vehicle, stops: &[usize], departure: f64) -> Option<Timed> {
        let cost = self.complete(Self::leave(departure), vehicle, stops.iter().copied())?;
        Some(Timed { departure, cost })
    }

    /// The route with a departure that was found for a similar one, or else with the first that makes sense; `None` if
    /// both break a rule.
    pub(crate) fn timed(&self, vehicle: &Vehicle, stops: &[usize], departure: Option<f64>) -> Option<Timed> {
        let Some(first) = stops.first() else { return Some(Timed::EMPTY) };
        let known = departure.and_then(|departure| self.cost_at(vehicle, stops, departure));
        known.or_else(|| self.cost_at(vehicle, stops, self.first_departure(vehicle, *first)))
    }

    /// The cheapest route of a vehicle, by its number, to one stop.
    pub(crate) fn alone(&self, vehicle: usize, stop: usize) -> Option<Timed> {
        let of = |vehicle: &Vehicle| self.stops().map(|stop| self.best(vehicle, &[stop])).collect();
        let alone = self.alone.get_or_init(|| self.problem.vehicles.iter().map(of).collect());
        alone[vehicle][stop.saturating_sub(1)]
    }

    /// The route with its cheapest departure, by whole minutes: it can pay to leave before or after a rush hour.
    pub(crate) fn best(&self, vehicle: &Vehicle, stops: &[usize]) -> Option<Timed> {
        let first = match stops.first() {
            None => return Some(Timed::EMPTY),
            Some(first) => self.first_departure(vehicle, *first),
        };
        let mut best = self.cost_at(vehicle, stops, first);
        let steps = |from: f64, step: f64| (0..).map(move |index| from + step * f64::from(index));
        for departure in
            steps((first / STEP).floor() * STEP + STEP, STEP).take_while(|time| *time < vehicle.to)
        {
            let Some(timed) = self.cost_at(vehicle, stops, departure) else {
                // Later ones arrive later still.
                break;
            };
            best = Timed::cheaper(best, timed);
        }
        let around = best?.departure;
        for departure in steps((around - STEP).floor() + 1.0, 1.0).take_while(|time| *time < around + STEP) {
            if departure >= first {
                if let Some(timed) = self.cost_at(vehicle, stops, departure) {
                    best = Timed::cheaper(best, timed);
                }
            }
        }
        best
    }

    /// What a route costs at least, whenever it leaves: its kilometres, and the hours without delays and waiting.
    pub(crate) fn least_cost(&self, km: f64, minutes: f64) -> f64 {
        let costs = &self.problem.costs;
        costs.per_km * km + costs.per_driver_hour * minutes / 60.0
    }

    /// Minutes from a node to the next one and of the service there, without delays.
    pub(crate) fn least_minutes(&self, from: usize, to: usize) -> f64 {
        self.leg(from, to).free + self.visits[to].service
    }
}

pub(crate) fn mean<const K: usize>(drawn: &[f64; K]) -> f64 {
    drawn.iter().sum::<f64>() / K as f64
}

/// Mean minutes after a moment, 0 for draws before it.
pub(crate) fn mean_after<const K: usize>(drawn: &[f64; K], moment: f64) -> f64 {
    drawn.iter().map(|time| (time - moment).max(0.0)).sum::<f64>() / K as f64
}
