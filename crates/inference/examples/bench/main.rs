//! Times models as the service runs them against onnxruntime, in turns, in one run: `make bench-models` prints the
//! tables of `docs/benchmarks/inference.md`.

mod engine;

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use inference::{FeatureVector, Features, Manifest, Model};
use serde_json::{Map, Value};

use crate::engine::{Case, Engine, Other, Ours};

/// How many rows a call has, and how many calls are timed together.
const LOADS: [(usize, u32); 2] = [(1, 500), (1000, 5)];
/// The longest `golden.json` that is read, in bytes.
const MAX_GOLDEN_BYTES: usize = 16 << 20;

/// Times models against onnxruntime, side by side in one run
#[derive(Parser, Debug)]
struct Args {
    /// Folders of models, each with the rows of its `golden.json`; others are passed over
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// A Python that has onnxruntime and numpy
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: PathBuf,
    /// onnxruntime from Rust too: the program that crates/inference/bench builds
    #[arg(long, value_name = "FILE", requires = "library")]
    rust: Option<PathBuf>,
    /// The libonnxruntime.so for that program, for example the one in the PyPI wheel
    #[arg(long, value_name = "FILE", requires = "rust")]
    library: Option<PathBuf>,
    /// How often each engine is measured, in turns
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = clap::value_parser!(u32).range(3..=1000))]
    repetitions: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut others = vec![Other::python(&args.python)?];
    if let (Some(program), Some(library)) = (&args.rust, &args.library) {
        others.push(Other::rust(program, library)?);
    }
    let mut lines = Vec::new();
    for folder in args.folders.iter().filter(|folder| folder.join("golden.json").is_file()) {
        let case = case(folder)?;
        let mut engines: Vec<&mut dyn Engine> = Vec::new();
        let mut ours = Ours::new(&case);
        engines.push(&mut ours);
        for other in &mut others {
            other.load(&case)?;
            engines.push(other);
        }
        for (rows, calls) in LOADS {
            lines.push(measure(&case.name, &mut engines, rows, calls, args.repetitions)?);
        }
    }
    if lines.is_empty() {
        return Err("no folder has a model with golden.json; give folders such as models/*".into());
    }
    println!("{}", Table { repetitions: args.repetitions, lines });
    Ok(())
}

/// The model of a folder, with its golden rows as load.
fn case(folder: &Path) -> Result<Case, Box<dyn Error>> {
    let model = Model::load(folder)?;
    let bytes = files::read(&folder.join("golden.json"), MAX_GOLDEN_BYTES)?;
    let unfit = |why: &str| format!("{}: golden.json {why}", folder.display());
    let golden: Value =
        serde_json::from_slice(&bytes).map_err(|error| unfit(&format!("is not JSON: {error}")))?;
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for row in golden.get("rows").and_then(Value::as_array).into_iter().flatten() {
        let Some(inputs) = row.get("inputs").and_then(Value::as_object) else { continue };
        let number = |name: &str| inputs.get(name).and_then(Value::as_f64);
        if let Some(image) = &model.manifest().image {
            let names = (0..image.height)
                .flat_map(|row| (0..image.width).map(move |column| format!("pixel_{row}_{column}")));
            let mut features = Features::new(model.manifest());
            let picture = row.get("png").and_then(Value::as_str).ok_or_else(|| unfit("has no pictures"))?;
            features.set_image(&hex::decode(picture)?)?;
            rows.push(features.build()?);
            values.push(names.map(|name| number(&name)).collect());
        } else {
            rows.push(features(model.manifest(), inputs)?);
            values.push(model.manifest().inputs.iter().map(|input| number(&input.name)).collect());
        }
    }
    if rows.is_empty() {
        return Err(unfit("has no rows; get the whole folder from the same release").into());
    }
    let onnx = fs::canonicalize(folder.join(&model.manifest().model.file))?;
    Ok(Case { name: model.manifest().name.clone(), model, onnx, rows, values })
}

/// A row's values in the manifest's units.
fn features(manifest: &Manifest, row: &Map<String, Value>) -> Result<FeatureVector, Box<dyn Error>> {
    let mut features = Features::new(manifest);
    for (name, value) in row {
        if let Some(value) = value.as_f64() {
            let unit = manifest.input(name).map_or("1", |(_, input)| input.unit.as_str());
            features.set(name, value, unit)?;
        }
    }
    Ok(features.build()?)
}

/// The time of one call by each engine: all engines in turn, so that what else the machine does hits all alike.
fn measure(
    model: &str,
    engines: &mut [&mut dyn Engine],
    rows: usize,
    calls: u32,
    repetitions: u32,
) -> Result<Line, Box<dyn Error>> {
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); engines.len()];
    // The first turn warms caches and is not counted.
    for turn in 0..=repetitions {
        for (engine, times) in engines.iter_mut().zip(&mut times) {
            let time = engine.time(rows, calls)?;
            if turn > 0 {
                times.push(time.checked_div(calls).unwrap_or_default());
            }
        }
    }
    let mut engines = engines.iter().zip(times).map(|(engine, times)| Spread::new(engine.name(), times));
    let ours = engines.next().ok_or("nothing was measured")?;
    let others = engines.map(|spread| (ours.median_us / spread.median_us, spread));
    let others = others.map(|(ratio, spread)| Compared { spread, ratio }).collect();
    Ok(Line { model: model.to_owned(), rows, ours, others })
}

struct Table {
    repetitions: u32,
    lines: Vec<Line>,
}

struct Line {
    model: String,
    rows: usize,
    ours: Spread,
    others: Vec<Compared>,
}

struct Compared {
    spread: Spread,
    /// Our median as a share of this one's: below 1, we are faster.
    ratio: f64,
}

/// Times of one call, in microseconds.
struct Spread {
    engine: String,
    fastest_us: f64,
    median_us: f64,
    slowest_us: f64,
}

impl Spread {
    fn new(engine: &str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let us = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e6);
        Self {
            engine: engine.to_owned(),
            fastest_us: us(times.first()),
            median_us: us(times.get(times.len() / 2)),
            slowest_us: us(times.last()),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Microseconds a call on one thread: median (fastest to slowest) of {} repetitions, in turns.\n\
             The ratio is our median to the other's: below 1, we are faster. Ours is from checked inputs to fixed-point\n\
             results; the others are from one tensor to others.\n",
            self.repetitions
        )?;
        let others = self.lines.first().map_or(&[][..], |line| &line.others);
        write!(f, "| model | rows | ours |")?;
        for other in others {
            write!(f, " {} | ratio |", other.spread.engine)?;
        }
        write!(f, "\n| --- | ---: | ---: |{}", " ---: | ---: |".repeat(others.len()))?;
        for line in &self.lines {
            write!(f, "\n| {} | {} | {} |", line.model, line.rows, line.ours)?;
            for Compared { spread, ratio } in &line.others {
                write!(f, " {spread} | {ratio:.2} |")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ({:.1} to {:.1})", self.median_us, self.fastest_us, self.slowest_us)
    }
}
