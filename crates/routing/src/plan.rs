//! Plans, with their expected results.

use std::fmt;

use serde::Serialize;

use crate::check::ProblemError;
use crate::clock;
use crate::construct;
use crate::delays::Delays;
use crate::exact::solve;
use crate::problem::Problem;
use crate::search::{search, Search, MAX_ITERATIONS};
use crate::solution::Solution;
use crate::world::{mean, mean_after, World};

/// Maximum number of stops for which [`exact`] finds the proven optimum, and [`plan`] looks for it.
pub const MAX_EXACT: usize = 12;
/// How many legs [`plan`] drives to prove an optimum: some twenty seconds in the profile of the tests. A day whose cost no
/// bound sees could take hours.
const MAX_LEGS: u64 = 30_000_000;
/// Draws for the search, and for the expected results of the plan: these differ, because a search overfits its own.
const DRAWS: usize = 32;
const REPORTED: usize = 512;
const DRAW_SEED: u64 = 32;
const REPORT_SEED: u64 = 512;

/// Routes with their times and expected results. Times are minutes after midnight, `HH:MM` in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Distance, time and expected lateness at the problem's prices, over 512 draws of delays.
    pub cost: f64,
    /// The same over the 32 draws of the search: the quantity that it minimises, by which plans are compared.
    pub objective: f64,
    /// Kilometres of all routes.
    pub km: f64,
    /// Expected hours of all drivers, from departure to return.
    pub driver_hours: f64,
    /// Expected minutes of lateness, summed over stops and returns.
    pub late_minutes: f64,
    /// Routes of the vehicles that are used.
    pub routes: Vec<Route>,
    /// Unserved stops, with the reason.
    pub unserved: Vec<Unserved>,
    /// Whether no plan serves more stops, or as many at a lower objective. Then no wider window makes it dearer.
    pub proven: bool,
}

/// One vehicle's day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// The vehicle's name.
    pub vehicle: String,
    /// Departure from the depot.
    #[serde(with = "clock")]
    pub departure: f64,
    /// Planned return, with the median delay on each leg.
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
    /// Arrival time that is met on nine of ten days.
    #[serde(with = "clock")]
    pub arrival_90: f64,
    /// Planned departure.
    #[serde(with = "clock")]
    pub departure: f64,
    /// Share of days with an arrival after the stop closes.
    pub late_chance: f64,
    /// Expected minutes of lateness; days on time count as 0.
    pub late_minutes: f64,
}

/// An unserved stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unserved {
    /// The stop's name.
    pub stop: String,
    /// The reason.
    pub reason: Reason,
}

/// Why a stop is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its demand is above the capacity of every vehicle.
    TooLarge,
    /// No vehicle with enough capacity can get there within the window and back within the shift, even with no other
    /// stop.
    OutOfReach,
    /// It could be served alone, but no vehicle has room and time left beside the other stops.
    NoVehicleLeft,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "its demand is above the capacity of every vehicle: split the delivery",
            Self::OutOfReach => "no vehicle reaches it within its window and shift: widen one of them",
            Self::NoVehicleLeft => "no vehicle has room and time left: add one",
        })
    }
}

/// Plans: serves as many stops as possible, then minimises the cost. It searches, and then looks for the proven best plan of
/// at most [`MAX_EXACT`] stops.
///
/// # Errors
/// When the problem does not pass [`Problem::check`], or there are too many iterations.
pub fn plan(problem: &Problem, delays: &Delays, how: Search) -> Result<Plan, ProblemError> {
    if how.iterations > MAX_ITERATIONS {
        return Err(ProblemError::TooManyIterations(how.iterations));
    }
    planned_by(problem, delays, |world| found(world, how, MAX_LEGS))
}

/// The plan that is found, and whether it is the proven best one.
fn found<const K: usize>(world: &World<'_, K>, how: Search, legs: u64) -> (Solution, bool) {
    let found = search(world, how);
    let is_small = world.problem.stops.len() <= MAX_EXACT;
    match is_small.then(|| solve(world, found.clone(), legs)).flatten() {
        Some(best) => (best, true),
        None => (found, false),
    }
}

/// Plans by the nearest-neighbour rule: each vehicle drives to the nearest stop that it can still serve.
///
/// # Errors
/// When the problem does not pass [`Problem::check`].
pub fn nearest(problem: &Problem, delays: &Delays) -> Result<Plan, ProblemError> {
    planned_by(problem, delays, |world| (construct::nearest(world), false))
}

/// The proven best plan, by exhaustive search.
///
/// # Errors
/// When the problem does not pass [`Problem::check`], or has more than [`MAX_EXACT`] stops.
pub fn exact(problem: &Problem, delays: &Delays) -> Result<Plan, ProblemError> {
    if problem.stops.len() > MAX_EXACT {
        return Err(ProblemError::TooManyForExact(problem.stops.len()));
    }
    planned_by(problem, delays, |world| found(world, Search::default(), u64::MAX))
}

fn planned_by(
    problem: &Problem,
    delays: &Delays,
    solve: impl Fn(&World<'_, DRAWS>) -> (Solution, bool),
) -> Result<Plan, ProblemError> {
    problem.check()?;
    let (solution, proven) = solve(&World::new(problem, delays, DRAW_SEED));
    Ok(Plan { proven, ..report(&World::<REPORTED>::new(problem, delays, REPORT_SEED), &solution) })
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
        proven: false,
    };
    let routes = world.problem.vehicles.iter().zip(&solution.routes).zip(&solution.times);
    for ((vehicle, stops), timed) in routes.filter(|((_, stops), _)| !stops.is_empty()) {
        let mut state = World::leave(timed.departure);
        let mut visits = Vec::with_capacity(stops.len());
        for node in stops {
            let stop = &world.problem.stops[node.saturating_sub(1)];
            world.arrive(&mut state, *node);
            let (arrival, drawn) = (state.planned, state.drawn);
            // Planned times do not depend on the draws: a route that was feasible in the search is feasible here.
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
    } else if vehicles.iter().all(|vehicle| world.timed(vehicle, &[node], None).is_none()) {
        Reason::OutOfReach
    } else {
        Reason::NoVehicleLeft
    };
    Unserved { stop: world.problem.stops[node.saturating_sub(1)].name.clone(), reason }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{Costs, Depot, Stop, Vehicle, Weather, Weekday};

    fn problem(random: &mut ChaCha8Rng) -> Problem {
        let mut minutes = |from: i32, to: i32| f64::from(random.random_range(from..to));
        let stop = |number: usize| {
            let opens = minutes(360, 900);
            Stop {
                name: format!("stop {number}"),
                latitude: 48.0 + minutes(0, 400) / 1000.0,
                longitude: 11.2 + minutes(0, 700) / 1000.0,
                demand: 5,
                opens,
                closes: opens + minutes(60, 300),
                service: minutes(0, 30),
            }
        };
        let stops = (0..5).map(stop).collect();
        let van = |name: &str| Vehicle { name: name.to_owned(), capacity: 15, from: 420.0, to: 1080.0 };
        Problem {
            weekday: Weekday::Tuesday,
            weather: Weather::Dry,
            depot: Depot { name: "Munich".to_owned(), latitude: 48.13743, longitude: 11.57549 },
            vehicles: vec![van("one"), van("two")],
            stops,
            costs: Costs::default(),
        }
    }

    #[test]
    fn the_search_never_beats_the_proven_optimum_and_mostly_finds_it() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut found = 0;
        for _ in 0..20 {
            let problem = problem(&mut random);
            let world = World::<DRAWS>::new(&problem, &Delays::none(), DRAW_SEED);
            let searched = search(&world, Search { seed: 7, iterations: 300 });
            let best = solve(&world, Solution::empty(&world), u64::MAX).unwrap();
            assert_eq!(solve(&world, searched.clone(), u64::MAX).unwrap().cost(), best.cost());
            assert!(searched.unserved.len() >= best.unserved.len());
            let more = searched.cost() - best.cost();
            assert!(searched.unserved.len() > best.unserved.len() || more > -1e-6, "{more}");
            found += usize::from(searched.unserved.len() == best.unserved.len() && more < 1e-6);
        }
        assert!(found >= 15, "{found} of 20");
    }

    #[test]
    fn a_plan_that_cannot_be_proven_in_time_is_the_one_that_was_found() {
        let mut day = problem(&mut ChaCha8Rng::seed_from_u64(6));
        let stop = day.stops[0].clone();
        // Everything at one place, in any order; and then half a day until the last opens, of which no bound knows.
        let early =
            |number| Stop { name: format!("stop {number}"), opens: 420.0, closes: 480.0, ..stop.clone() };
        day.stops = (1..MAX_EXACT).map(early).collect();
        day.stops.push(Stop { name: "last".to_owned(), opens: 900.0, closes: 960.0, ..stop.clone() });
        day.stops.iter_mut().for_each(|stop| stop.service = 0.0);
        day.vehicles = vec![Vehicle { capacity: 1000, ..day.vehicles[0].clone() }];
        let how = Search { seed: 7, iterations: 3 };
        let world = World::<DRAWS>::new(&day, &Delays::none(), DRAW_SEED);
        let (planned, proven) = found(&world, how, 500_000);
        assert!(!proven && planned == search(&world, how) && planned.unserved.is_empty());
        day.stops.truncate(5);
        let world = World::<DRAWS>::new(&day, &Delays::none(), DRAW_SEED);
        assert!(found(&world, how, 500_000).1);
    }
}
