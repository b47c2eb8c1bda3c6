//! Problems for tests, around Munich.

use std::path::PathBuf;

use routing::{road_km, Costs, Depot, Plan, Problem, Stop, Vehicle, Weather, Weekday};

pub fn model_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/delay")
}

pub fn stop(name: &str, latitude: f64, longitude: f64) -> Stop {
    Stop {
        name: name.to_owned(),
        latitude,
        longitude,
        demand: 5,
        opens: 480.0,
        closes: 1020.0,
        service: 10.0,
    }
}

pub fn problem(stops: Vec<Stop>) -> Problem {
    Problem {
        weekday: Weekday::Tuesday,
        weather: Weather::Dry,
        depot: Depot { name: "Munich".to_owned(), latitude: 48.13743, longitude: 11.57549 },
        vehicles: vec![van("van", 40)],
        stops,
        costs: Costs::default(),
    }
}

pub fn van(name: &str, capacity: i64) -> Vehicle {
    Vehicle { name: name.to_owned(), capacity, from: 420.0, to: 1080.0 }
}

/// Panics if a plan forgets or repeats a stop, or breaks a capacity, a window or a shift.
pub fn assert_sound(problem: &Problem, plan: &Plan) {
    let mut seen: Vec<&str> = plan.unserved.iter().map(|unserved| unserved.stop.as_str()).collect();
    let mut vehicles: Vec<&str> = Vec::new();
    for route in &plan.routes {
        vehicles.push(&route.vehicle);
        let vehicle = problem.vehicles.iter().find(|vehicle| vehicle.name == route.vehicle).unwrap();
        let (mut load, mut here, mut time, mut km) =
            (0, [problem.depot.latitude, problem.depot.longitude], route.departure, 0.0);
        assert!(route.departure >= vehicle.from && route.back <= vehicle.to, "shift of {}", route.vehicle);
        for visit in &route.visits {
            seen.push(&visit.stop);
            let stop = problem.stops.iter().find(|stop| stop.name == visit.stop).unwrap();
            load += stop.demand;
            let there = [stop.latitude, stop.longitude];
            km += road_km(here, there);
            assert!(visit.arrival >= time, "{} is reached before the stop before it is left", stop.name);
            assert!(visit.arrival <= stop.closes, "{} is reached after it closes", stop.name);
            assert!((visit.departure - visit.arrival.max(stop.opens) - stop.service).abs() < 1e-6);
            assert!((0.0..=1.0).contains(&visit.late_chance) && visit.late_minutes >= 0.0);
            (here, time) = (there, visit.departure);
        }
        km += road_km(here, [problem.depot.latitude, problem.depot.longitude]);
        assert!(route.back >= time);
        assert!((km - route.km).abs() < 1e-6);
        assert_eq!(route.load, load);
        assert!(load <= vehicle.capacity, "{} carries {load}", route.vehicle);
    }
    seen.sort_unstable();
    let mut expected: Vec<&str> = problem.stops.iter().map(|stop| stop.name.as_str()).collect();
    expected.sort_unstable();
    assert_eq!(seen, expected, "every stop is served once, or named");
    vehicles.sort_unstable();
    vehicles.dedup();
    assert_eq!(vehicles.len(), plan.routes.len(), "a vehicle drives twice");
    assert!(plan.cost.is_finite() && plan.objective.is_finite());
}
