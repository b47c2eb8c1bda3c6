//! A model as its library exported it, imported and compared with onnxruntime's results (see `models/zoo`).
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    missing_docs
)]

use std::fs;
use std::path::Path;

use inference::import::{import, Answers};
use inference::manifest::Layout;
use inference::{Features, Manifest, Model};
use serde_json::Value;

/// How far values may be from onnxruntime's: absolute up to 1, relative above.
pub const TOLERANCE: f64 = 1e-5;

/// The rows of a model's folder, with its kind and onnxruntime's results.
pub fn rows(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("rows.json")).unwrap()).unwrap()
}

/// The number of values that were compared, and the largest difference; or why the model or a row was refused. The manifest
/// is written to `to`, which has a copy of the model's files.
pub fn compare(folder: &Path, to: &Path, rows: &Value) -> Result<(usize, f64), String> {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().starts_with("model.onnx") {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    let folder = to;
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
