//! How often, and by how much, a wider window makes a plan dearer.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use crate::support;
use inference::Model;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use routing::{plan, Delays, Plan, Problem, Search, Stop, Vehicle};

fn problem(count: usize, random: &mut ChaCha8Rng) -> Problem {
    let stops = (0..count).map(|number| {
        let opens = random.random_range(360..960);
        Stop {
            name: format!("stop {number}"),
            latitude: random.random_range(47.9..48.4),
            longitude: random.random_range(11.2..12.0),
            demand: random.random_range(1..12),
            opens: f64::from(opens),
            closes: f64::from(opens + random.random_range(30..300)),
            service: f64::from(random.random_range(5..20)),
        }
    });
    let stops = stops.collect();
    let vehicles = (0..2).map(|number| Vehicle {
        name: format!("van {number}"),
        capacity: 40,
        from: f64::from(random.random_range(360..480)),
        to: f64::from(random.random_range(960..1140)),
    });
    let vehicles = vehicles.collect();
    Problem { vehicles, ..support::problem(stops) }
}

fn widened(problem: &Problem, random: &mut ChaCha8Rng) -> Problem {
    let mut wide = problem.clone();
    let which = random.random_range(0..wide.stops.len());
    let earlier = f64::from(random.random_range(0..240));
    let later = f64::from(random.random_range(0..240));
    let stop = &mut wide.stops[which];
    stop.opens = (stop.opens - earlier).max(0.0);
    stop.closes = (stop.closes + later).min(1440.0);
    if random.random_bool(0.5) {
        for vehicle in &mut wide.vehicles {
            vehicle.from = (vehicle.from - earlier).max(0.0);
            vehicle.to = (vehicle.to + later).min(1440.0);
        }
    }
    wide
}

const FEWER: f64 = f64::INFINITY;

/// By which share the second plan is dearer, or [`FEWER`] if it serves fewer stops.
fn dearer(narrow: &Plan, wide: &Plan) -> f64 {
    match wide.unserved.len().cmp(&narrow.unserved.len()) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => (wide.objective / narrow.objective - 1.0).max(0.0),
        std::cmp::Ordering::Greater => FEWER,
    }
}

/// The rows of the table in docs/routing.md.
#[test]
#[ignore = "it takes minutes; see docs/routing.md"]
fn how_often_a_wider_window_makes_a_plan_dearer() {
    let model = Model::load(support::model_folder()).unwrap();
    let base = support::problem(Vec::new());
    let delays = &Delays::of(&model, base.weekday, base.weather).unwrap();
    let counts = [8, 10, 12, 16];
    std::thread::scope(|scope| {
        let rows = counts.map(|count| scope.spawn(move || row(count, delays)));
        rows.into_iter().for_each(|row| println!("{}", row.join().unwrap()));
    });
}

fn row(count: usize, delays: &Delays) -> String {
    const PAIRS: usize = 40;
    let mut random = ChaCha8Rng::seed_from_u64(count as u64);
    let mut proven = 0;
    let shares: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let narrow = problem(count, &mut random);
            let wide = widened(&narrow, &mut random);
            let planned = |problem| plan(problem, delays, Search::default()).unwrap();
            let (narrow, wide) = (planned(&narrow), planned(&wide));
            proven += usize::from(narrow.proven && wide.proven);
            dearer(&narrow, &wide)
        })
        .collect();
    let fewer = shares.iter().filter(|share| **share == FEWER).count();
    let worse = || shares.iter().copied().filter(|share| *share > 1e-9 && *share < FEWER);
    let most = worse().fold(0.0, f64::max) * 100.0;
    format!("| {count} | {PAIRS} | {proven} | {} | {most:.2} | {fewer} |", worse().count())
}
