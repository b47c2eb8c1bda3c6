//! Evaluates plans on simulated days, against the nearest-neighbour rule and the proven optimum, and prints the tables
//! of `docs/routing.md`: `cargo run -p routing --release --example evaluate`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

mod instances;
mod simulation;

use std::collections::BTreeMap;
use std::path::Path;

use inference::Model;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use routing::{exact, free_minutes, nearest, plan, road_km, Delays, Plan, Problem, Search};

use crate::instances::{instance, places, Place};
use crate::simulation::{Day, Simulation};

/// Instances of every size, simulated days of each, and small instances with a proven optimum.
const INSTANCES: u64 = 12;
const SIZES: [(usize, usize); 3] = [(20, 4), (40, 7), (60, 10)];
const RADIUS: f64 = 80.0;
const DAYS: u64 = 500;
const SMALL: u64 = 36;

/// The cost of a day, or the mean of many.
#[derive(Clone, Copy, Default)]
struct Outcome {
    cost: f64,
    km: f64,
    hours: f64,
    late_minutes: f64,
    late_stops: f64,
    unserved: f64,
}

impl Outcome {
    fn values(&self) -> [f64; 6] {
        [self.cost, self.km, self.hours, self.late_minutes, self.late_stops, self.unserved]
    }
}

const NAMES: [&str; 6] = [
    "cost",
    "kilometres",
    "driver hours",
    "minutes late, all stops",
    "share of stops late, %",
    "stops unserved",
];

fn main() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model_folder = crate_folder.join("../../models/delay");
    let model = Model::load(&model_folder).unwrap();
    let simulation = Simulation::load(&model_folder);
    let places = places(&crate_folder.join("data"));
    against_the_rule(&model, &simulation, &places);
    against_the_proof(&model, &places);
}

fn against_the_rule(model: &Model, simulation: &Simulation, places: &[Place]) {
    let mut rule = Vec::new();
    let mut unaware = Vec::new();
    let mut planned = Vec::new();
    let mut expected = Vec::new();
    for (stops, vehicles) in SIZES {
        for seed in 0..INSTANCES {
            let problem = instance(places, 1000 * stops as u64 + seed, stops, vehicles, RADIUS);
            let delays = Delays::of(model, problem.weekday, problem.weather).unwrap();
            // A planner that uses the median delays and puts no price on lateness.
            let mut blind = problem.clone();
            blind.costs.per_late_hour = 0.0;
            let plans = [
                nearest(&problem, &delays).unwrap(),
                plan(&blind, &delays, Search::default()).unwrap(),
                plan(&problem, &delays, Search::default()).unwrap(),
            ];
            expected.push(plans[2].late_minutes);
            let [a, b, c] = plans.map(|plan| drive(&problem, &plan, simulation));
            eprintln!("{stops} stops, seed {seed}: cost {:.0}, {:.0}, {:.0}", a.cost, b.cost, c.cost);
            rule.push(a);
            unaware.push(b);
            planned.push(c);
        }
    }
    println!("{} instances, {DAYS} simulated days each; means per day with 95 % intervals.\n", rule.len());
    println!("| per day | nearest neighbour | search without a price of lateness | planner | planner against nearest neighbour |");
    println!("| --- | --- | --- | --- | --- |");
    for (place, name) in NAMES.iter().enumerate() {
        let column =
            |outcomes: &[Outcome]| outcomes.iter().map(|one| one.values()[place]).collect::<Vec<_>>();
        let [a, b, c] = [column(&rule), column(&unaware), column(&planned)];
        let difference: Vec<f64> = c.iter().zip(&a).map(|(one, other)| one - other).collect();
        println!(
            "| {name} | {} | {} | {} | {} |",
            interval(&a),
            interval(&b),
            interval(&c),
            interval(&difference)
        );
    }
    let saved: Vec<f64> =
        planned.iter().zip(&rule).map(|(one, other)| 100.0 * (1.0 - one.cost / other.cost)).collect();
    let wins = saved.iter().filter(|share| **share > 0.0).count();
    println!("\nThe planner expects {} minutes of lateness a day.", interval(&expected));
    println!(
        "The planner costs {} % less than nearest neighbour, and less on {wins} of {}.\n",
        interval(&saved),
        saved.len()
    );
}

fn against_the_proof(model: &Model, places: &[Place]) {
    let mut gaps: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for seed in 0..SMALL {
        let stops = 7 + (seed % 3) as usize;
        let problem = instance(places, 9000 + seed, stops, 2, 60.0);
        let delays = Delays::of(model, problem.weekday, problem.weather).unwrap();
        let best = exact(&problem, &delays).unwrap();
        for (name, found) in [
            ("planner", plan(&problem, &delays, Search::default()).unwrap()),
            ("nearest neighbour", nearest(&problem, &delays).unwrap()),
        ] {
            // Plans that serve the same number of stops are compared by cost.
            if found.unserved.len() == best.unserved.len() {
                gaps.entry(name).or_default().push(100.0 * (found.objective / best.objective - 1.0));
            } else {
                gaps.entry(name).or_default();
            }
        }
    }
    println!("| {SMALL} instances of 7 to 9 stops, 2 vehicles | serves as many as the optimum | gap of these, % | largest gap, % | optimum found |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, gaps) in gaps {
        let largest = gaps.iter().copied().fold(0.0, f64::max);
        let found = gaps.iter().filter(|gap| **gap < 1e-6).count();
        println!(
            "| {name} | {} of {SMALL} | {} | {largest:.2} | {found} of {SMALL} |",
            gaps.len(),
            interval(&gaps)
        );
    }
}

/// Mean and 95 % interval by Student's t; the factor is the one of 35 degrees of freedom.
fn interval(values: &[f64]) -> String {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let half = 2.03 * (variance / count).sqrt();
    format!("{mean:.2} ({:.2} to {:.2})", mean - half, mean + half)
}

/// Drives a plan on simulated days; every plan of an instance meets the same seeds.
fn drive(problem: &Problem, plan: &Plan, simulation: &Simulation) -> Outcome {
    let mut sum = Outcome { unserved: plan.unserved.len() as f64, km: plan.km, ..Outcome::default() };
    for seed in 0..DAYS {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let day = Day::draw(&simulation.parameters, problem.weekday, problem.weather, &mut random);
        for route in &plan.routes {
            let depot = [problem.depot.latitude, problem.depot.longitude];
            let (mut time, mut here) = (route.departure, depot);
            let mut go = |time: &mut f64, to: [f64; 2]| {
                let km = road_km(here, to);
                *time += free_minutes(km) + day.delay(km, *time / 60.0, &mut random);
                here = to;
            };
            for visit in &route.visits {
                let stop = problem.stops.iter().find(|stop| stop.name == visit.stop).unwrap();
                go(&mut time, [stop.latitude, stop.longitude]);
                let late = (time - stop.closes).max(0.0);
                sum.late_minutes += late / DAYS as f64;
                sum.late_stops += f64::from(u8::from(late > 0.0)) / DAYS as f64;
                time = time.max(stop.opens) + stop.service;
            }
            go(&mut time, depot);
            let vehicle = problem.vehicles.iter().find(|vehicle| vehicle.name == route.vehicle).unwrap();
            sum.late_minutes += (time - vehicle.to).max(0.0) / DAYS as f64;
            sum.hours += (time - route.departure) / 60.0 / DAYS as f64;
        }
    }
    let costs = &problem.costs;
    sum.cost = costs.per_km * sum.km
        + costs.per_driver_hour * sum.hours
        + costs.per_late_hour * sum.late_minutes / 60.0;
    sum.late_stops *= 100.0 / problem.stops.len() as f64;
    sum
}
