//! The planner on problems that a person can solve by hand, and the problems that it refuses.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use crate::support;
use crate::support::{problem, stop, van};
use inference::Model;
use routing::{
    exact, nearest, plan, Costs, DelayError, Delays, Problem, ProblemError, Reason, Search, Weather, Weekday,
    MAX_EXACT, MAX_ITERATIONS, MAX_STOPS, MAX_UNITS, MAX_VEHICLES,
};

fn towns() -> Problem {
    problem(vec![
        stop("Freising", 48.40351, 11.74876),
        stop("Dachau", 48.26, 11.43402),
        stop("Erding", 48.30603, 11.90686),
        stop("Starnberg", 47.99193, 11.34408),
    ])
}

fn how(iterations: u32) -> Search {
    Search { seed: 3, iterations }
}

#[test]
fn stops_on_one_road_are_served_in_its_order_either_way() {
    let road: Vec<_> = [4, 1, 5, 2, 3]
        .map(|place| stop(&format!("km {place}"), 48.13743 + 0.05 * f64::from(place), 11.57549))
        .to_vec();
    let planned = plan(&problem(road), &Delays::none(), how(50)).unwrap();
    let order: Vec<_> = planned.routes[0].visits.iter().map(|visit| visit.stop.as_str()).collect();
    let there: Vec<_> = ["km 1", "km 2", "km 3", "km 4", "km 5"].to_vec();
    // There and back costs the same whichever stops are served on the way out.
    let straight = 2.0 * routing::road_km([48.13743, 11.57549], [48.38743, 11.57549]);
    assert!((planned.km - straight).abs() < 1e-6, "{order:?} instead of {there:?}");
}

#[test]
fn a_vehicle_leaves_late_enough_not_to_wait_at_its_first_stop() {
    let planned =
        plan(&problem(vec![stop("Freising", 48.40351, 11.74876)]), &Delays::none(), how(0)).unwrap();
    let (route, visit) = (&planned.routes[0], &planned.routes[0].visits[0]);
    // It leaves by the minute, and not later than it needs to.
    assert!((480.0..481.0).contains(&visit.arrival), "{}", visit.arrival);
    assert!(route.departure > 420.0 && route.departure.fract() == 0.0, "{}", route.departure);
}

#[test]
fn a_vehicle_leaves_after_the_rush_hour_if_its_stops_allow_it() {
    let model = Model::load(support::model_folder()).unwrap();
    let delays = Delays::of(&model, Weekday::Friday, Weather::Dry).unwrap();
    let planned = |opens: f64, closes: f64| {
        let mut problem = problem(vec![stop("Freising", 48.40351, 11.74876)]);
        (problem.stops[0].opens, problem.stops[0].closes) = (opens, closes);
        (problem.vehicles[0].from, problem.vehicles[0].to) = (390.0, 900.0);
        plan(&problem, &delays, how(10)).unwrap()
    };
    let (narrow, wide) = (planned(660.0, 720.0), planned(0.0, 1440.0));
    assert!(wide.objective <= narrow.objective, "{} and {}", wide.objective, narrow.objective);
    assert!(wide.routes[0].departure > 390.0, "{}", wide.routes[0].departure);
    // A window in the rush hour costs more, and is kept.
    let rush = planned(420.0, 480.0);
    assert!(rush.objective > wide.objective + 1.0, "{} and {}", rush.objective, wide.objective);
    assert!(rush.routes[0].visits[0].arrival <= 480.0);
}

#[test]
fn unserved_stops_are_listed_with_the_reason() {
    let mut problem = towns();
    problem.vehicles = vec![van("van", 12)];
    problem.stops[0].demand = 13;
    problem.stops[1].opens = 0.0;
    problem.stops[1].closes = 60.0;
    problem.stops[2].demand = 12;
    problem.stops[3].demand = 11;
    for found in [plan(&problem, &Delays::none(), how(20)), exact(&problem, &Delays::none())] {
        let found = found.unwrap();
        support::assert_sound(&problem, &found);
        let reasons: Vec<_> =
            found.unserved.iter().map(|unserved| (unserved.stop.as_str(), unserved.reason)).collect();
        assert_eq!(
            reasons[..2],
            [("Freising", Reason::TooLarge), ("Dachau", Reason::OutOfReach)],
            "the two that no vehicle can serve"
        );
        assert_eq!(reasons[2].1, Reason::NoVehicleLeft);
        assert_eq!(reasons.len(), 3);
    }
}

#[test]
fn traffic_is_planned_for_and_lateness_has_a_price() {
    let model = Model::load(support::model_folder()).unwrap();
    let rush = Delays::of(&model, Weekday::Friday, Weather::Snow).unwrap();
    let calm = Delays::of(&model, Weekday::Sunday, Weather::Dry).unwrap();
    let towns = towns();
    let [snow, sun] = [rush, calm].map(|delays| plan(&towns, &delays, how(30)).unwrap());
    assert!(snow.driver_hours > sun.driver_hours, "{} and {}", snow.driver_hours, sun.driver_hours);

    // Two minutes of window behind an hour of snow: on many days the stop is closed by then.
    let mut tight = problem(vec![stop("Erding", 48.30603, 11.90686)]);
    tight.stops[0].closes = 482.0;
    tight.vehicles[0].from = 300.0;
    let delays = Delays::of(&model, Weekday::Friday, Weather::Snow).unwrap();
    let planned = plan(&tight, &delays, how(0)).unwrap();
    let visit = &planned.routes[0].visits[0];
    assert!(visit.late_chance > 0.0 && visit.late_chance < 0.6, "{}", visit.late_chance);
    assert!(visit.arrival_90 > visit.arrival);
    let costs = Costs::default();
    let sum = costs.per_km * planned.km
        + costs.per_driver_hour * planned.driver_hours
        + costs.per_late_hour * planned.late_minutes / 60.0;
    assert!((planned.cost - sum).abs() < 1e-9, "{} and {sum}", planned.cost);
    // Without that price it leaves later, and is late more often.
    let prices = Costs { per_late_hour: 0.0, ..costs };
    let free = plan(&Problem { costs: prices, ..tight }, &delays, how(0)).unwrap();
    assert!(free.routes[0].departure > planned.routes[0].departure);
    assert!(free.late_minutes > planned.late_minutes, "{} and {}", free.late_minutes, planned.late_minutes);
}

#[test]
fn the_search_finds_the_optimum_of_small_problems_and_beats_nearest_neighbour() {
    let model = Model::load(support::model_folder()).unwrap();
    let delays = Delays::of(&model, Weekday::Tuesday, Weather::Rain).unwrap();
    let mut problem = towns();
    problem.stops.push(stop("Pfaffenhofen", 48.53053, 11.50500));
    problem.stops.push(stop("Ebersberg", 48.07710, 11.97063));
    problem.stops.push(stop("Miesbach", 47.78903, 11.83382));
    problem.stops[4].closes = 700.0;
    // With fewer vehicles it is solved exactly.
    problem.vehicles = (1..=9).map(|number| van(&format!("van {number}"), 20)).collect();
    let best = exact(&problem, &delays).unwrap();
    let found = plan(&problem, &delays, how(200)).unwrap();
    let rule = nearest(&problem, &delays).unwrap();
    assert_eq!(best.unserved, []);
    assert!((found.objective - best.objective).abs() < 1e-9, "{} and {}", found.objective, best.objective);
    assert!(
        rule.unserved.len() > best.unserved.len() || rule.objective > best.objective + 1.0,
        "{} and {}",
        rule.objective,
        best.objective
    );
}

#[test]
fn too_large_a_problem_is_refused_before_anything_is_computed() {
    let none = &Delays::none();
    let town = |number: usize| stop(&number.to_string(), 48.2, 11.6);
    let many = problem((0..=MAX_STOPS).map(town).collect());
    assert_eq!(plan(&many, none, how(1)), Err(ProblemError::TooManyStops(MAX_STOPS + 1)));
    let some = problem((0..=MAX_EXACT).map(town).collect());
    assert_eq!(exact(&some, none), Err(ProblemError::TooManyForExact(MAX_EXACT + 1)));
    assert_eq!(
        plan(&towns(), none, how(MAX_ITERATIONS + 1)),
        Err(ProblemError::TooManyIterations(MAX_ITERATIONS + 1))
    );
    let mut fleet = towns();
    fleet.vehicles = (0..=MAX_VEHICLES).map(|number| van(&number.to_string(), 1)).collect();
    assert_eq!(nearest(&fleet, none), Err(ProblemError::TooManyVehicles(MAX_VEHICLES + 1)));
    fleet.vehicles.clear();
    assert_eq!(nearest(&fleet, none), Err(ProblemError::NoVehicles));
    assert_eq!(nearest(&problem(Vec::new()), none), Err(ProblemError::NoStops));
}

#[test]
fn each_impossible_value_has_its_own_error() {
    let refused = |change: fn(&mut Problem)| {
        let mut problem = towns();
        change(&mut problem);
        plan(&problem, &Delays::none(), how(1)).unwrap_err()
    };
    let freising = || "Freising".to_owned();
    assert_eq!(refused(|p| p.stops[0].demand = -1), ProblemError::Demand(freising()));
    assert_eq!(refused(|p| p.stops[0].demand = MAX_UNITS + 1), ProblemError::Demand(freising()));
    assert_eq!(refused(|p| p.stops[0].closes = 479.0), ProblemError::Window(freising()));
    assert_eq!(refused(|p| p.stops[0].longitude = 181.0), ProblemError::Coordinates(freising()));
    assert_eq!(refused(|p| p.stops[0].latitude = 53.55), ProblemError::TooFar(freising()));
    assert_eq!(refused(|p| p.stops[1].name = "Freising".to_owned()), ProblemError::DuplicateName(freising()));
    assert_eq!(refused(|p| p.stops[1].name.clear()), ProblemError::Name("a stop".to_owned()));
    assert_eq!(refused(|p| p.vehicles[0].name = "v".repeat(201)), ProblemError::Name("a vehicle".to_owned()));
    assert_eq!(refused(|p| p.vehicles[0].capacity = 0), ProblemError::Capacity("van".to_owned()));
    assert_eq!(refused(|p| p.vehicles[0].to = 420.0), ProblemError::Shift("van".to_owned()));
    assert_eq!(refused(|p| p.costs.per_km = -0.1), ProblemError::Price("per_km"));
}

#[test]
fn a_model_without_delays_is_refused() {
    let model = Model::load(support::model_folder().with_file_name("breast-cancer")).unwrap();
    assert_eq!(
        Delays::of(&model, Weekday::Monday, Weather::Dry),
        Err(DelayError::OtherModel("breast-cancer".to_owned()))
    );
}

#[test]
fn a_problem_is_read_from_json_and_mistakes_are_reported() {
    let text = r#"{"weekday": "monday", "weather": "rain",
        "depot": {"name": "Munich", "latitude": 48.13743, "longitude": 11.57549},
        "vehicles": [{"name": "van", "capacity": 40, "from": "07:00", "to": "16:30"}],
        "stops": [{"name": "Freising", "latitude": 48.40351, "longitude": 11.74876, "demand": 12,
                   "opens": "08:00", "closes": "10:00", "service": 10}]}"#;
    let read: Problem = serde_json::from_str(text).unwrap();
    assert_eq!((read.vehicles[0].to, read.stops[0].closes), (990.0, 600.0));
    assert_eq!(serde_json::from_str::<Problem>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
    let mistake = |from: &str, to: &str| {
        serde_json::from_str::<Problem>(&text.replace(from, to)).unwrap_err().to_string()
    };
    assert!(mistake("16:30", "16.30").starts_with("\"16.30\" is not a time of day; write HH:MM"));
    assert!(mistake("closes", "close").starts_with("unknown field `close`"));
    assert!(mistake("rain", "hail").starts_with("unknown variant `hail`, expected one of `dry`"));
}
