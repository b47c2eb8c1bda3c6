//! A problem prepared for the search: all legs, and their possible durations.
//!
//! A route is driven `K` times in parallel. Every draw has one level of delay on each leg; on the way to a stop the
//! draws take all levels, in an order specific to the stop, so that the draws are spread evenly and legs are
//! independent. The planned time has the median delay on each leg: windows and shifts bind the planned time, and
//! lateness is the mean over the draws.
//!
//! Delays are those of the time at which the draw itself sets off, and nobody arrives earlier by leaving later. So wider
//! windows make no route dearer: each time along the way is the same or earlier.

use std::cell::{Cell, OnceCell};

use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::delays::{Delays, Position, Sampled};
use crate::geography::{free_minutes, road_km};
use crate::problem::{Problem, Vehicle};

/// The depot's number; stop `i` of the problem is node `i + 1`.
pub(crate) const DEPOT: usize = 0;
/// Departures that are tried first for a route, in minutes.
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
    legs_driven: Cell<u64>,
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
            legs_driven: Cell::new(0),
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
        leg.free + self.medians.minutes(leg.position, departure, 0)
    }

    /// The first departure that makes sense: the first whole minute of the shift, or the last one that arrives before the
    /// first stop opens. Who leaves earlier waits there.
    pub(crate) fn first_departure(&self, vehicle: &Vehicle, first: usize) -> f64 {
        let leg = self.leg(DEPOT, first);
        let opens = self.visits[first].opens;
        let (mut departure, mut too_late) = (vehicle.from.ceil(), opens.floor() + 1.0);
        while too_late - departure > 1.0 {
            let between = ((departure + too_late) / 2.0).floor();
            if between + self.planned_minutes(leg, between) <= opens {
                departure = between;
            } else {
                too_late = between;
            }
        }
        departure
    }

    /// At the depot, before it leaves for the first stop.
    pub(crate) fn leave(departure: f64) -> State<K> {
        let drawn = [departure; K];
        State { node: DEPOT, load: 0, km: 0.0, departure, planned: departure, drawn, late: 0.0 }
    }

    /// How many legs were driven so far: what planning takes, the same on every machine.
    pub(crate) fn legs_driven(&self) -> u64 {
        self.legs_driven.get()
    }

    /// Drives to a node.
    pub(crate) fn arrive(&self, state: &mut State<K>, to: usize) {
        self.legs_driven.set(self.legs_driven().saturating_add(1));
        let leg = self.leg(state.node, to);
        for (time, level) in state.drawn.iter_mut().zip(&self.levels[to]) {
            *time += leg.free + self.delays.minutes(leg.position, *time, *level);
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
        Some(costs.per_km * state.km + costs.per_driver_hour * hours + self.cost_of_lateness(state))
    }

    pub(crate) fn cost_of_lateness(&self, state: &State<K>) -> f64 {
        self.problem.costs.per_late_hour * state.late / 60.0
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
        let of =
            |vehicle: &Vehicle| self.stops().map(|stop| self.best(vehicle, &[stop], f64::INFINITY)).collect();
        let alone = self.alone.get_or_init(|| self.problem.vehicles.iter().map(of).collect());
        alone[vehicle][stop.saturating_sub(1)]
    }

    /// The route with its cheapest departure, by whole minutes, where it costs less than `most`: it can pay to leave before
    /// or after a rush hour.
    pub(crate) fn best(&self, vehicle: &Vehicle, stops: &[usize], most: f64) -> Option<Timed> {
        let Some(start) = stops.first() else { return Some(Timed::EMPTY) };
        let first = self.first_departure(vehicle, *start);
        let mut best: Option<Timed> = None;
        let least = |best: Option<Timed>| best.map_or(most, |best| best.cost);
        // Who leaves later comes back no earlier, and no less late: a later departure saves at most the minutes until then.
        let a_minute = self.problem.costs.per_driver_hour / 60.0;
        let on_from = |timed: Timed, best: Option<Timed>| {
            timed.departure + ((timed.cost - least(best)) / a_minute).max(0.0).floor() + 1.0
        };
        let mut tried = Vec::new();
        let mut departure = first;
        while departure < vehicle.to {
            let Some(timed) = self.cost_at(vehicle, stops, departure) else {
                // Later ones arrive later still.
                break;
            };
            if timed.cost < most {
                best = Timed::cheaper(best, timed);
            }
            tried.push(timed);
            departure = on_from(timed, best).max((departure / STEP).floor() * STEP + STEP);
        }
        let ends = tried.iter().skip(1).map(|timed| timed.departure).chain([departure.min(vehicle.to)]);
        for (timed, end) in tried.iter().zip(ends) {
            let mut departure = on_from(*timed, best);
            while departure < end {
                let Some(timed) = self.cost_at(vehicle, stops, departure) else { break };
                if timed.cost < most {
                    best = Timed::cheaper(best, timed);
                }
                departure = on_from(timed, best);
            }
        }
        best
    }

    /// What a leg and the service after it cost at least, whenever it begins: without waiting and lateness, with the least
    /// delays of the day.
    pub(crate) fn least_cost(&self, from: usize, to: usize) -> f64 {
        let leg = self.leg(from, to);
        let vehicles = || self.problem.vehicles.iter();
        let start = vehicles().map(|vehicle| vehicle.from).fold(f64::INFINITY, f64::min);
        let minutes =
            leg.free + self.delays.least_mean(leg.position, start, 1440.0) + self.visits[to].service;
        let costs = &self.problem.costs;
        costs.per_km * leg.km + costs.per_driver_hour * minutes / 60.0
    }
}

pub(crate) fn mean<const K: usize>(drawn: &[f64; K]) -> f64 {
    drawn.iter().sum::<f64>() / K as f64
}

/// Mean minutes after a moment, 0 for draws before it.
pub(crate) fn mean_after<const K: usize>(drawn: &[f64; K], moment: f64) -> f64 {
    drawn.iter().map(|time| (time - moment).max(0.0)).sum::<f64>() / K as f64
}
