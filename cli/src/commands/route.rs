//! `theriac route`: delivery routes with expected delays.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use inference::{LoadError, Manifest, Model};
use routing::{minutes_as_clock, plan, Delays, Plan, Problem, Search};
use serde::Serialize;

use super::model::Local;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::input;

/// Shown below the help.
pub const EXAMPLES: &str = "\
The file names the weekday, the weather (dry, rain, snow or storm), the depot, the vehicles and the stops; \
crates/routing/data/day.json is an example, and docs/routing.md describes every field. Delays come from a model \
that was trained on a simulation.

Examples:
  theriac route crates/routing/data/day.json
  theriac route day.json --iterations 20000 --seed 7 --json";

/// The longest file that is read: more than two hundred stops need.
const MAX_BYTES: usize = 1 << 20;

/// Options of `theriac route`.
#[derive(Args, Debug)]
pub struct RouteArgs {
    /// The day to plan, as JSON, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The folder of another delay model than the one in this program
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,

    /// How often stops are taken out and put back: more take longer, and may find cheaper routes
    #[arg(long, value_name = "NUMBER", default_value_t = Search::default().iterations)]
    iterations: u32,

    /// Where the search starts; the same seed gives the same plan
    #[arg(long, value_name = "NUMBER", default_value_t = Search::default().seed)]
    seed: u64,
}

/// Runs `theriac route`.
pub fn run(args: &RouteArgs) -> Result<Answer, Failure> {
    let text = input::text(&args.file, MAX_BYTES)?;
    let problem: Problem = serde_json::from_str(&text).map_err(|error| {
        Failure::bad_input(format!("{} is not a valid plan file: {error}", args.file.display()))
    })?;
    problem.check().map_err(Failure::bad_input)?;
    let model = match &args.model {
        Some(folder) => Local::load(folder)?.model,
        None => shipped().map_err(Failure::failed)?,
    };
    let delays = Delays::of(&model, problem.weekday, problem.weather).map_err(Failure::bad_input)?;
    let how = Search { seed: args.seed, iterations: args.iterations };
    Answer::of(&View(plan(&problem, &delays, how).map_err(Failure::bad_input)?))
}

/// The delay model in this program: `models/delay`.
fn shipped() -> Result<Model, LoadError> {
    let manifest = Manifest::parse(include_bytes!("../../../models/delay/manifest.json"))?;
    Model::new(manifest, include_bytes!("../../../models/delay/model.onnx"))
}

#[derive(Serialize)]
struct View(Plan);

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(plan) = self;
        for route in &plan.routes {
            let [departure, back] = [route.departure, route.back].map(minutes_as_clock);
            writeln!(
                f,
                "{}: {departure} to {back}, {:.0} km, {} units",
                route.vehicle, route.km, route.load
            )?;
            writeln!(f, "  arrive  9 of 10 days by  leave  late on  stop")?;
            for visit in &route.visits {
                let [arrival, mostly, leave] =
                    [visit.arrival, visit.arrival_90, visit.departure].map(minutes_as_clock);
                let late = 100.0 * visit.late_chance;
                writeln!(f, "  {arrival:<6}  {mostly:<15}  {leave:<5}  {late:>5.1} %  {}", visit.stop)?;
            }
            writeln!(f)?;
        }
        for left in &plan.unserved {
            writeln!(f, "NOT SERVED: {}: {}", left.stop, left.reason)?;
        }
        write!(
            f,
            "{} vehicles, {:.0} km, {:.1} driver hours, {:.1} minutes of lateness expected; cost {:.2}",
            plan.routes.len(),
            plan.km,
            plan.driver_hours,
            plan.late_minutes,
            plan.cost
        )
    }
}
