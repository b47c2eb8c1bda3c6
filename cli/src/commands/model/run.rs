//! `theriac model run`: any model by its manifest, on what a person or a file gives.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use inference::image::MAX_IMAGE_BYTES;
use inference::manifest::Input;
use inference::rows::{self, Row};
use inference::{certainty, Certainty, FeatureVector, FixedPoint, Manifest, Model, MAX_ROWS};
use jiff::Timestamp;
use oracle::inputs::{Amount, Picture, Pushed, Series};
use oracle::mapping::{self, Known};
use oracle::source::Fetched;
use serde::Serialize;

use super::Local;
use crate::answer::Answer;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::time;

/// The longest file of rows or of a series that is read, in bytes.
const MAX_FILE_BYTES: usize = 16 << 20;
/// The most inputs that an explanation shows as text; all are in JSON.
const MAX_SHOWN: usize = 15;

const NO_VALUE: &str = "write NAME=NUMBER or NAME=NUMBER:UNIT, for example age=54:a";

/// Options of `theriac model run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The model's folder
    folder: PathBuf,
    /// A value, with its UCUM unit where it is not the manifest's; what is not given is missing
    #[arg(long = "value", value_name = "NAME=NUMBER[:UNIT]|NAME=TEXT", value_parser = value)]
    values: Vec<(String, String)>,
    /// Readings of a series: CSV with the header at,value,unit, or JSON (docs/oracle.md)
    #[arg(long, value_name = "NAME=FILE", value_parser = named_file)]
    series: Vec<(String, PathBuf)>,
    /// A PNG or JPEG file, for a model that takes pictures
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Many rows: CSV with names in the first line, or a JSON array of objects; - for standard input. Units are the
    /// manifest's, and what is empty, null or left out is missing. A row that cannot be used has its own error; the others
    /// have their results, and the exit code is 2
    #[arg(long, value_name = "FILE", conflicts_with_all = ["values", "series", "image"])]
    rows: Option<PathBuf>,
    /// Show what each input added to each result, the largest first (TreeSHAP for trees, Shapley values for others; where
    /// more than 12 inputs act together, these come from drawn orders and have a standard error)
    #[arg(long)]
    explain: bool,
    /// Only look: run a model that may not be used today, or whose file is another than its manifest says. The answer is
    /// marked
    #[arg(long)]
    look: bool,
}

fn value(text: &str) -> Result<(String, String), String> {
    let parsed = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    parsed.ok_or_else(|| NO_VALUE.to_owned())
}

/// The number and unit that a person writes for an input.
fn amount(manifest: &Manifest, name: &str, value: &str) -> Result<Amount, String> {
    let input = manifest.input(name).map(|(_, input)| input);
    if input.is_some_and(Input::is_text) {
        return Ok(Amount { value: rows::number_of(manifest, name, value)?, unit: "1".to_owned() });
    }
    let own = input.map_or("1", |input| input.unit.as_str());
    let (number, unit) = value.split_once(':').unwrap_or((value, own));
    let value = number.parse().map_err(|_| format!("{name}={value}: {NO_VALUE}"))?;
    Ok(Amount { value, unit: unit.to_owned() })
}

fn named_file(text: &str) -> Result<(String, PathBuf), String> {
    let parsed = text.split_once('=').map(|(name, file)| (name.to_owned(), file.into()));
    parsed.ok_or_else(|| "write NAME=FILE, for example temperature=week.csv".to_owned())
}

/// Runs `theriac model run`.
pub fn run(args: &RunArgs) -> Result<Answer, Failure> {
    let (model, marks) = load(args)?;
    let manifest = model.manifest();
    let rows = match &args.rows {
        None => vec![Ok(one(manifest, args)?)],
        Some(path) => {
            let rows =
                rows::read(manifest, &input::text(path, MAX_FILE_BYTES)?).map_err(Failure::bad_input)?;
            let usable = |row: FeatureVector| {
                model.ensure_whole(&row).map_err(|error| error.to_string()).map(|()| row)
            };
            rows.into_iter().map(|row: Row| row.and_then(usable)).collect()
        }
    };
    let mut views = results(&model, &rows, args.explain)?;
    for view in &mut views {
        view.not_for_use.clone_from(&marks);
    }
    let exit = if rows.iter().all(Result::is_ok) { Exit::Success } else { Exit::BadInput };
    Ok(Answer::list(&views, "There are no rows.")?.with_exit(exit))
}

/// The model, and why its results may not be used.
fn load(args: &RunArgs) -> Result<(Model, Vec<String>), Failure> {
    let mut marks = Vec::new();
    let model = if args.look {
        let (model, refusal) = Model::load_to_look(&args.folder).map_err(Failure::bad_input)?;
        marks.extend(refusal.map(|refusal| refusal.to_string()));
        marks.extend(model.manifest().ensure_valid_at(time::now_ms()).err().map(|error| error.to_string()));
        model
    } else {
        Local::load(&args.folder)?.model
    };
    match model.manifest().open.len() {
        0 => {}
        open => marks.push(format!(
            "{open} fields of the manifest are open (theriac model check lists them); answer them first"
        )),
    }
    Ok((model, marks))
}

/// The results of the rows that can be used, and the errors of the others.
fn results(model: &Model, rows: &[Row], explain: bool) -> Result<Vec<RowView>, Failure> {
    let view = |(row, result): (usize, &Row)| {
        let error = result.as_ref().err().cloned();
        RowView { row, not_for_use: Vec::new(), results: Vec::new(), error }
    };
    let mut views: Vec<RowView> = rows.iter().enumerate().map(view).collect();
    let (places, usable): (Vec<usize>, Vec<FeatureVector>) =
        rows.iter().enumerate().filter_map(|(place, row)| Some((place, row.as_ref().ok()?.clone()))).unzip();
    for (part, places) in usable.chunks(MAX_ROWS).zip(places.chunks(MAX_ROWS)) {
        let predictions = model.predict(part).map_err(Failure::bad_input)?;
        for ((row, place), prediction) in part.iter().zip(places).zip(predictions.rows()) {
            if let Some(view) = views.get_mut(*place) {
                view.results = row_results(model, row, prediction, explain)?;
            }
        }
    }
    Ok(views)
}

/// What the model says about one row.
fn row_results(
    model: &Model,
    row: &FeatureVector,
    prediction: &[FixedPoint],
    explain: bool,
) -> Result<Vec<ResultView>, Failure> {
    let manifest = model.manifest();
    let mut results = Vec::with_capacity(prediction.len());
    for (output, value) in manifest.outputs.iter().zip(prediction) {
        let explanation = if explain { Some(explanation(model, row, &output.name)?) } else { None };
        let number: f64 = value.to_string().parse().map_err(Failure::failed)?;
        let reached = manifest.thresholds.iter().filter(|t| t.output == output.name && number >= t.at_least);
        results.push(ResultView {
            output: output.name.clone(),
            value: value.to_string(),
            unit: output.unit.clone(),
            reached: reached.map(|threshold| threshold.meaning.clone()).collect(),
            certainty: certainty(manifest, prediction, &output.name).map(said),
            explanation,
        });
    }
    Ok(results)
}

/// The row of the options, made of them as the service makes it of a push.
fn one(manifest: &Manifest, args: &RunArgs) -> Result<FeatureVector, Failure> {
    let mut pushed = Pushed::default();
    for (name, value) in &args.values {
        let amount = amount(manifest, name, value).map_err(Failure::bad_input)?;
        if pushed.inputs.insert(name.clone(), amount).is_some() {
            return Err(Failure::bad_input(format!("{name} is given twice; choose one value")));
        }
    }
    for (name, file) in &args.series {
        if pushed.series.insert(name.clone(), series(file)?).is_some() {
            return Err(Failure::bad_input(format!("the series {name} is given twice; choose one file")));
        }
    }
    if let Some(file) = &args.image {
        pushed.image = Some(Picture(input::read(file, MAX_IMAGE_BYTES)?));
    }
    let known = Known {
        parameters: &BTreeMap::new(),
        pushed: &pushed,
        fetched: &Fetched::Nothing,
        at: Timestamp::now(),
        // What a person gives may be as old as it is.
        max_age: Duration::MAX,
    };
    mapping::features(manifest, known).map_err(Failure::bad_input)
}

fn series(file: &Path) -> Result<Series, Failure> {
    let text = input::text(file, MAX_FILE_BYTES)?;
    let is_json = text.trim_start().starts_with('{');
    let read = if is_json { Series::from_json } else { Series::from_csv };
    let series = read(text.as_bytes());
    series.map_err(|error| Failure::bad_input(format!("{}: {error}", file.display())))
}

fn said(certainty: Certainty) -> String {
    match certainty {
        Certainty::Yes => "only yes fits the calibration; the card says how often it is right".to_owned(),
        Certainty::No => "only no fits the calibration; the card says how often it is right".to_owned(),
        Certainty::Abstain(reason) => format!("no decision: {reason}"),
        Certainty::Interval { low, high } => format!("from {low} to {high}"),
    }
}

fn explanation(model: &Model, row: &FeatureVector, output: &str) -> Result<ExplanationView, Failure> {
    let explanation = model.explain(row, output).map_err(Failure::bad_input)?;
    let errors = explanation.standard_errors.map(|errors| errors.into_iter().map(Some));
    let errors = errors.into_iter().flatten().chain(std::iter::repeat(None));
    let contributions = explanation.contributions.into_iter().zip(errors);
    let contribution = |((input, adds), standard_error)| Contribution { input, adds, standard_error };
    Ok(ExplanationView {
        scale: if explanation.log_odds { "log-odds" } else { "as the result" },
        base: explanation.base,
        score: explanation.score,
        contributions: contributions.map(contribution).collect(),
    })
}

#[derive(Serialize)]
struct RowView {
    /// From 0.
    row: usize,
    /// Why the results may only be looked at; empty if they may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_for_use: Vec<String>,
    /// Empty if the row cannot be used.
    results: Vec<ResultView>,
    /// Why it cannot be used.
    error: Option<String>,
}

#[derive(Serialize)]
struct ResultView {
    output: String,
    value: String,
    unit: String,
    /// What the thresholds mean that the value reaches.
    reached: Vec<String>,
    certainty: Option<String>,
    explanation: Option<ExplanationView>,
}

#[derive(Serialize)]
struct ExplanationView {
    scale: &'static str,
    base: f64,
    score: f64,
    contributions: Vec<Contribution>,
}

#[derive(Serialize)]
struct Contribution {
    input: String,
    adds: f64,
    /// Of `adds`, where it is not exact.
    standard_error: Option<f64>,
}

impl fmt::Display for RowView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = &self.error {
            writeln!(f, "Row {}: {error}", self.row.saturating_add(1))?;
        }
        if let (0, false) = (self.row, self.not_for_use.is_empty()) {
            writeln!(f, "Only to look at, not for use: {}", self.not_for_use.join("; "))?;
        }
        for result in &self.results {
            writeln!(f, "{}  {} {}", result.output, result.value, result.unit)?;
            for meaning in &result.reached {
                writeln!(f, "  Reached     {meaning}")?;
            }
            if let Some(certainty) = &result.certainty {
                writeln!(f, "  Certainty   {certainty}")?;
            }
            if let Some(explanation) = &result.explanation {
                write!(f, "{explanation}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ExplanationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scale, base, score, contributions } = self;
        writeln!(f, "  Explained   {scale}: {base:.4} without the inputs, {score:.4} with them")?;
        let mut largest: Vec<&Contribution> = contributions.iter().filter(|one| one.adds != 0.0).collect();
        largest.sort_by(|a, b| b.adds.abs().total_cmp(&a.adds.abs()));
        let (shown, rest) = largest.split_at(largest.len().min(MAX_SHOWN));
        for Contribution { input, adds, standard_error } in shown {
            let error = standard_error.map_or(String::new(), |error| format!(" ± {error:.4}"));
            writeln!(f, "    {adds:+.4}{error}  {input}")?;
        }
        if !rest.is_empty() {
            let adds: f64 = rest.iter().map(|contribution| contribution.adds).sum();
            writeln!(f, "    {adds:+.4}  {} others together (--json shows each)", rest.len())?;
        }
        Ok(())
    }
}
