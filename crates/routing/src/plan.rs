//! Plans, with what to expect of them.

use std::fmt;

use serde::Serialize;

use crate::check::ProblemError;
use crate::clock;
use crate::construct;
use crate::delays::Delays;
use crate::problem::Problem;
use crate::search::{search, Search, MAX_ITERATIONS};
use crate::solution::Solution;
use crate::world::{mean, mean_after, World};

/// The most stops for which [`exact`] proves the best plan.
pub const MAX_EXACT: usize = 10;
/// Draws while searching, and for what the plan says of itself: those are others, because a search fits its own.
const DRAWS: usize = 32;
const REPORTED: usize = 512;
const DRAW_SEED: u64 = 32;
const REPORT_SEED: u64 = 512;

/// Who drives where and when, and what to expect. Times are minutes after midnight, `HH:MM` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Distance, time and expected lateness at the problem's prices, over 512 draws of delays.
    pub cost: f64,
    /// The same over the 32 draws of the search: what it minimises, and what plans are compared by.
    pub objective: f64,
    /// Kilometres of all routes.
    pub km: f64,
    /// Expected hours of all drivers, from departure to return.
    pub driver_hours: f64,
    /// Expected minutes of lateness, summed over stops and returns.
    pub late_minutes: f64,
    /// Routes of the vehicles that are used.
    pub routes: Vec<Route>,
    /// Stops that get nothing, with the reason.
    pub unserved: Vec<Unserved>,
}

/// One vehicle's day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// The vehicle's name.
    pub vehicle: String,
    /// When it leaves the depot.
    #[serde(with = "clock")]
    pub departure: f64,
    /// When it is back, as planned: with the median delay on each leg.
    #[serde(rename = "return", with = "clock")]
    pub back: f64,
    /// Units on board at the start.
    pub load: i64,
    /// Kilometres by road.
    pub km: f64,
    /// The stops in their order.
    pub visits: Vec<Visit>,
}

/// One stop on a route.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Visit {
    /// The stop's name.
    pub stop: String,
    /// Planned arrival; within the window, or before it.
    #[serde(with = "clock")]
    pub arrival: f64,
    /// Arrival that nine of ten days keep.
    #[serde(with = "clock")]
    pub arrival_90: f64,
    /// Planned departure.
    #[serde(with = "clock")]
    pub departure: f64,
    /// Share of days with an arrival after the stop closes.
    pub late_chance: f64,
    /// Expected minutes of lateness, days in time counted as 0.
    pub late_minutes: f64,
}

/// A stop that gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unserved {
    /// The stop's name.
    pub stop: String,
    /// Why.
    pub reason: Reason,
}

/// Why a stop gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its demand is above the capacity of every vehicle.
    TooLarge,
    /// No vehicle that can carry it gets there within the window and back within the shift, even with nothing else
    /// to do.
    OutOfReach,
    /// Alone it could be served; beside the others no vehicle has room and time left.
    NoVehicleLeft,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "needs more than any vehicle carries: split the delivery",
            Self::OutOfReach => "cannot be reached in its window and shift: widen one of them",
            Self::NoVehicleLeft => "no vehicle has room and time left: add one",
        })
    }
}

/// Plans by search: as many stops as it can, then as cheap as it can.
///
/// # Errors
/// When the problem does not pass [`Problem::check`], or there are too many iterations.
pub fn plan(problem: &Problem, delays: &Delays, how: Search) -> Result<Plan, ProblemError> {
    if how.iterations > MAX_ITERATIONS {
        return Err(ProblemError::TooManyIterations(how.iterations));
    }
    planned_by(problem, delays, |world| search(world, how))
}

/// Plans by the simple rule: each vehicle drives to the nearest stop that it can still serve.
///
/// # Errors
/// When the problem does not pass [`Problem::check`].
pub fn nearest(problem: &Problem, delays: &Delays) -> Result<Plan, ProblemError> {
    planned_by(problem, delays, construct::nearest)
}

/// The best plan, proved by trying everything.
///
/// # Errors
/// When the problem does not pass [`Problem::check`], or has more than [`MAX_EXACT`] stops.
pub fn exact(problem: &Problem, delays: &Delays) -> Result<Plan, ProblemError> {
    if problem.stops.len() > MAX_EXACT {
        return Err(ProblemError::TooManyForExact(problem.stops.len()));
    }
    planned_by(problem, delays, crate::exact::solve)
}

fn planned_by(
    problem: &Problem,
    delays: &Delays,
    solve: impl Fn(&World<'_, DRAWS>) -> Solution,
) -> Result<Plan, ProblemError> {
    problem.check()?;
    let solution = solve(&World::new(problem, delays, DRAW_SEED));
    Ok(report(&World::<REPORTED>::new(problem, delays, REPORT_SEED), &solution))
}

fn report<const K: usize>(world: &World<'_, K>, solution: &Solution) -> Plan {
    let mut plan = Plan {
        cost: 0.0,
        objective: solution.cost(),
        km: 0.0,
        driver_hours: 0.0,
        late_minutes: 0.0,
        routes: Vec::new(),
        unserved: solution.unserved.iter().map(|stop| unserved(world, *stop)).collect(),
    };
    for (vehicle, stops) in world.problem.vehicles.iter().zip(&solution.routes) {
        let Some(first) = stops.first() else { continue };
        let mut state = world.start(vehicle, *first);
        let mut visits = Vec::with_capacity(stops.len());
        for node in stops {
            let stop = &world.problem.stops[node.saturating_sub(1)];
            world.arrive(&mut state, *node);
            let (arrival, drawn) = (state.planned, state.drawn);
            // Planned times do not depend on the draws: what the search could serve, this can.
            let served = world.serve(&mut state, vehicle);
            debug_assert!(served, "a route of a plan breaks a rule");
            visits.push(Visit {
                stop: stop.name.clone(),
                arrival,
                arrival_90: ninety_percent(&drawn),
                departure: state.planned,
                late_chance: drawn.iter().filter(|time| **time > stop.closes).count() as f64 / K as f64,
                late_minutes: mean_after(&drawn, stop.closes),
            });
        }
        plan.cost += world.finish(&mut state, vehicle).unwrap_or(f64::INFINITY);
        plan.km += state.km;
        plan.driver_hours += (mean(&state.drawn) - state.departure) / 60.0;
        plan.late_minutes += state.late;
        plan.routes.push(Route {
            vehicle: vehicle.name.clone(),
            departure: state.departure,
            back: state.planned,
            load: state.load,
            km: state.km,
            visits,
        });
    }
    plan
}

fn ninety_percent<const K: usize>(drawn: &[f64; K]) -> f64 {
    let mut sorted = *drawn;
    sorted.sort_by(f64::total_cmp);
    sorted[K.saturating_mul(9) / 10]
}

fn unserved<const K: usize>(world: &World<'_, K>, node: usize) -> Unserved {
    let vehicles = &world.problem.vehicles;
    let reason = if vehicles.iter().all(|vehicle| vehicle.capacity < world.demand(node)) {
        Reason::TooLarge
    } else if vehicles.iter().all(|vehicle| world.cost(vehicle, &[node]).is_none()) {
        Reason::OutOfReach
    } else {
        Reason::NoVehicleLeft
    };
    Unserved { stop: world.problem.stops[node.saturating_sub(1)].name.clone(), reason }
}
