//! Imports every model of a zoo (see `models/zoo`), runs its rows, and compares with onnxruntime's results.
//!
//! `zoo FOLDER` prints a line for each model and the number that agree; `zoo FOLDER --table` prints Markdown. The exit code
//! is 1 if a model differs from onnxruntime, or is refused and not in `refused.json`.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use inference::import::{import, Answers};
use inference::manifest::Layout;
use inference::{Features, Manifest, Model};
use serde_json::Value;

/// How far values may be from onnxruntime's: absolute up to 1, relative above.
const TOLERANCE: f64 = 1e-5;

/// What came of a model.
struct Outcome {
    name: String,
    kind: String,
    /// The number of values that were compared, and the largest difference; or why it was refused.
    result: Result<(usize, f64), String>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("zoo FOLDER [--table]");
    let table = arguments.next().is_some();
    let mut folders: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("rows.json").is_file());
    folders.sort();
    let outcomes: Vec<Outcome> = folders.iter().map(|folder| outcome(folder)).collect();
    if table {
        println!("| model | kind | values compared | largest difference |\n| --- | --- | ---: | ---: |");
    }
    let mut wrong = 0;
    for Outcome { name, kind, result } in &outcomes {
        let (count, difference) = match result {
            Ok((count, difference)) => (count.to_string(), format!("{difference:.1e}")),
            Err(why) => ("refused".to_owned(), why.replace('\n', "; ")),
        };
        if table {
            println!("| {name} | {kind} | {count} | {difference} |");
        } else {
            println!("{name}: {count} {difference}");
        }
        wrong += usize::from(!matches!(result, Ok((_, difference)) if *difference <= TOLERANCE));
    }
    println!("\n{} of {} models agree with onnxruntime.", outcomes.len() - wrong, outcomes.len());
    ExitCode::from(u8::from(wrong > 0))
}

fn outcome(folder: &Path) -> Outcome {
    let rows: Value = serde_json::from_slice(&fs::read(folder.join("rows.json")).unwrap()).unwrap();
    Outcome {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        kind: rows["kind"].as_str().unwrap_or_default().to_owned(),
        result: compare(folder, &rows),
    }
}

fn compare(folder: &Path, rows: &Value) -> Result<(usize, f64), String> {
    let answers =
        Answers { name: "zoo".to_owned(), valid_until: "2030-12-31".to_owned(), ..Answers::default() };
    let imported = import(folder, "model.onnx", &answers, None).map_err(|error| error.to_string())?;
    let mut manifest = imported.manifest;
    for output in manifest["outputs"].as_array_mut().unwrap() {
        output["decimals"] = 9.into();
    }
    fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
    let model = Model::load(folder).map_err(|error| error.to_string())?;
    let ports: Vec<&Value> =
        imported.description.inputs.iter().map(|port| &rows["inputs"][&port.name]).collect();
    let count = ports[0].as_array().unwrap().len();
    let row = |row: usize| {
        let values = ports.iter().flat_map(|port| port[row].as_array().unwrap());
        let mut features = Features::new(model.manifest());
        if let Some(image) = &model.manifest().image {
            // The rows have what the graph gets: channels first, from 0 to 1.
            let given: Vec<f64> =
                ports[0][row].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            let plane = given.len() / image.channels.count();
            let at = |place: usize| {
                let (pixel, channel) = (place / image.channels.count(), place % image.channels.count());
                let place =
                    if image.layout == Layout::ChannelsFirst { channel * plane + pixel } else { place };
                (given[place] * 255.0).round() as u8
            };
            features.set_pixels((0..given.len()).map(at).collect()).map_err(|error| error.to_string())?;
            return features.build().map_err(|error| error.to_string());
        }
        for (input, value) in model.manifest().inputs.iter().zip(values) {
            if let Some(value) = number(model.manifest(), &input.name, value) {
                features.set(&input.name, value, "1").map_err(|error| error.to_string())?;
            }
        }
        features.build().map_err(|error| error.to_string())
    };
    let features = (0..count).map(row).collect::<Result<Vec<_>, _>>()?;
    let predictions = model.predict(&features).map_err(|error| error.to_string())?;
    let (mut compared, mut largest) = (0, 0.0f64);
    for (place, output) in model.manifest().outputs.iter().enumerate() {
        let from = output.from.as_ref();
        let given = &rows["outputs"][from.map_or(&output.name, |from| &from.output)];
        for (row, predicted) in predictions.rows().enumerate() {
            let expected = match from.and_then(|from| from.class.as_ref()) {
                Some(class) => &given[row][class],
                None => flat(&given[row], from.and_then(|from| from.column).unwrap_or(0)),
            };
            let expected = match (expected, from) {
                (Value::String(label), Some(from)) if !from.labels.is_empty() => {
                    from.labels.iter().position(|own| own == label).map(|place| place as f64)
                }
                (Value::Bool(flag), _) => Some(f64::from(u8::from(*flag))),
                (value, _) => value.as_f64(),
            };
            let expected =
                expected.ok_or_else(|| format!("{}: no value to compare with in row {row}", output.name))?;
            let found: f64 = predicted[place].to_string().parse().unwrap();
            largest = largest.max((found - expected).abs() / expected.abs().max(1.0));
            compared += 1;
        }
    }
    Ok((compared, largest))
}

/// An element of a row, counted through all its dimensions.
fn flat(row: &Value, column: usize) -> &Value {
    fn collect<'v>(value: &'v Value, all: &mut Vec<&'v Value>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| collect(value, all)),
            value => all.push(value),
        }
    }
    let mut all = Vec::new();
    collect(row, &mut all);
    all.get(column).copied().unwrap_or(&Value::Null)
}

/// A number, or the one that stands for a text; `None` if it is missing.
fn number(manifest: &Manifest, input: &str, value: &Value) -> Option<f64> {
    let (_, input) = manifest.input(input).unwrap();
    match value {
        Value::String(text) if text == "nan" => None,
        Value::String(text) => {
            input.categories.iter().find(|own| own.text.as_ref() == Some(text)).map(|own| own.value)
        }
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        value => value.as_f64(),
    }
}
