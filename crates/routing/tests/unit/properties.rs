//! For any problem, a plan keeps the rules, or the answer is a named error.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::support;
use inference::Model;
use proptest::prelude::*;
use routing::{
    exact, nearest, plan, Costs, Delays, Depot, Plan, Problem, ProblemError, Search, Stop, Vehicle, Weather,
    Weekday,
};

fn stops(most: usize) -> impl Strategy<Value = Vec<Stop>> {
    let one = (47.6..48.7_f64, 10.8..12.3_f64, 0..30_i64, 0.0..1200.0_f64, 0.0..600.0_f64, 0.0..40.0_f64);
    proptest::collection::vec(one, 1..=most).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(number, (latitude, longitude, demand, opens, width, service))| Stop {
                name: format!("stop {number}"),
                latitude,
                longitude,
                demand,
                opens,
                closes: (opens + width).min(1440.0),
                service,
            })
            .collect()
    })
}

fn vehicles() -> impl Strategy<Value = Vec<Vehicle>> {
    let one = (1..60_i64, 0.0..900.0_f64, 60.0..700.0_f64);
    proptest::collection::vec(one, 1..4).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(number, (capacity, from, length))| Vehicle {
                name: format!("van {number}"),
                capacity,
                from,
                to: (from + length).min(1440.0),
            })
            .collect()
    })
}

fn problems(most: usize) -> impl Strategy<Value = Problem> {
    let day = prop_oneof![Just(Weekday::Monday), Just(Weekday::Friday), Just(Weekday::Sunday)];
    let weather =
        prop_oneof![Just(Weather::Dry), Just(Weather::Rain), Just(Weather::Snow), Just(Weather::Storm)];
    (stops(most), vehicles(), day, weather).prop_map(|(stops, vehicles, weekday, weather)| Problem {
        weekday,
        weather,
        vehicles,
        ..support::problem(stops)
    })
}

/// The model runs once for each kind of day.
fn delays(problem: &Problem) -> Delays {
    thread_local! {
        static MODEL: Model = Model::load(support::model_folder()).unwrap();
        static KNOWN: RefCell<BTreeMap<(u8, u8), Delays>> = const { RefCell::new(BTreeMap::new()) };
    }
    let (weekday, weather) = (problem.weekday, problem.weather);
    let ask = || MODEL.with(|model| Delays::of(model, weekday, weather).unwrap());
    KNOWN.with_borrow_mut(|known| {
        known.entry((weekday.number(), weather.number())).or_insert_with(ask).clone()
    })
}

/// Whether a plan is no better than another one.
fn not_better(plan: &Plan, than: &Plan) -> bool {
    plan.unserved.len() > than.unserved.len()
        || (plan.unserved.len() == than.unserved.len() && plan.objective >= than.objective - 1e-6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_stop_is_served_once_within_all_limits_or_named(problem in problems(10)) {
        let delays = delays(&problem);
        let how = Search { seed: 7, iterations: 8 };
        let planned = plan(&problem, &delays, how).unwrap();
        support::assert_sound(&problem, &planned);
        support::assert_sound(&problem, &nearest(&problem, &delays).unwrap());
        prop_assert_eq!(plan(&problem, &delays, how).unwrap(), planned);
    }

    #[test]
    fn no_plan_beats_the_proven_optimum(problem in problems(5)) {
        let delays = delays(&problem);
        let best = exact(&problem, &delays).unwrap();
        support::assert_sound(&problem, &best);
        let found = plan(&problem, &delays, Search { seed: 7, iterations: 8 }).unwrap();
        prop_assert!(not_better(&found, &best));
        prop_assert!(not_better(&nearest(&problem, &delays).unwrap(), &best));
    }

    #[test]
    fn a_wider_window_never_makes_a_plan_dearer(
        problem in problems(9),
        which in any::<prop::sample::Index>(),
        earlier in 0..600_u32,
        later in 0..600_u32,
    ) {
        let mut wide = problem.clone();
        let stop = which.get(&problem.stops).name.clone();
        for stop in wide.stops.iter_mut().filter(|known| known.name == stop) {
            stop.opens = (stop.opens - f64::from(earlier)).max(0.0);
            stop.closes = (stop.closes + f64::from(later)).min(1440.0);
        }
        for vehicle in &mut wide.vehicles {
            vehicle.from = (vehicle.from - f64::from(earlier)).max(0.0);
            vehicle.to = (vehicle.to + f64::from(later)).min(1440.0);
        }
        let delays = delays(&problem);
        let planned = |problem| plan(problem, &delays, Search { seed: 7, iterations: 100 }).unwrap();
        let [narrow, wider] = [&problem, &wide].map(planned);
        prop_assert!(narrow.proven && wider.proven);
        prop_assert!(not_better(&narrow, &wider), "{narrow:#?} {wider:#?}");
    }

    #[test]
    fn any_numbers_end_in_a_plan_or_a_named_error(
        numbers in proptest::collection::vec(any::<f64>(), 12),
        units in proptest::collection::vec(any::<i64>(), 2),
    ) {
        let mut problem = support::problem(vec![Stop {
            latitude: numbers[0], longitude: numbers[1], opens: numbers[2], closes: numbers[3],
            service: numbers[4], demand: units[0], ..support::stop("stop", 0.0, 0.0)
        }]);
        problem.depot = Depot { name: "depot".to_owned(), latitude: numbers[5], longitude: numbers[6] };
        problem.vehicles = vec![Vehicle { capacity: units[1], from: numbers[7], to: numbers[8], ..support::van("van", 1) }];
        problem.costs = Costs { per_km: numbers[9], per_driver_hour: numbers[10], per_late_hour: numbers[11] };
        let allowed = problem.check();
        match plan(&problem, &Delays::none(), Search { seed: 1, iterations: 2 }) {
            Ok(plan) => support::assert_sound(&problem, &plan),
            Err(error) => prop_assert_eq!(Err(error), allowed),
        }
    }

    #[test]
    fn each_wrong_number_has_its_own_error(which in 0..9_usize, wrong in prop_oneof![
        Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-1e300), Just(1e300)
    ]) {
        let mut problem = support::problem(vec![support::stop("Freising", 48.40351, 11.74876)]);
        let stop = &mut problem.stops[0];
        let name = || "Freising".to_owned();
        let (slot, error) = match which {
            0 => (&mut stop.latitude, ProblemError::Coordinates(name())),
            1 => (&mut stop.longitude, ProblemError::Coordinates(name())),
            2 => (&mut stop.opens, ProblemError::Window(name())),
            3 => (&mut stop.closes, ProblemError::Window(name())),
            4 => (&mut stop.service, ProblemError::Service(name())),
            5 => (&mut problem.depot.latitude, ProblemError::Coordinates("the depot".to_owned())),
            6 => (&mut problem.vehicles[0].from, ProblemError::Shift("van".to_owned())),
            7 => (&mut problem.vehicles[0].to, ProblemError::Shift("van".to_owned())),
            _ => (&mut problem.costs.per_late_hour, ProblemError::Price("per_late_hour")),
        };
        *slot = wrong;
        prop_assert_eq!(plan(&problem, &Delays::none(), Search::default()), Err(error));
    }
}
