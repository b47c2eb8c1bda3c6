//! Rows of a file for `theriac model run`: CSV with names in its first line, or a JSON array of objects.

use std::collections::BTreeSet;
use std::fmt;

use inference::{FeatureVector, Features, Manifest};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::failure::Failure;

/// A row that can be used, or why it cannot.
pub type Row = Result<FeatureVector, String>;

/// The rows of a file. A text that is not rows at all is refused; a row with a fault has its own error.
pub fn read(manifest: &Manifest, text: &str) -> Result<Vec<Row>, Failure> {
    let rows = match text.trim_start().chars().next() {
        Some('[') => from_json(manifest, text),
        Some('{') => Err(Failure::bad_input(
            "the rows are objects, one or more, and not an array of them; put [ and ] around them and commas between them",
        )),
        _ => from_csv(manifest, text),
    }?;
    if rows.is_empty() {
        return Err(Failure::bad_input("there are no rows; give at least one, after the names in CSV"));
    }
    Ok(rows)
}

fn from_json(manifest: &Manifest, text: &str) -> Result<Vec<Row>, Failure> {
    let rows: Vec<Members> = serde_json::from_str(text)
        .map_err(|error| Failure::bad_input(format!("the rows are not a JSON array of objects: {error}")))?;
    let row = |Members(members): Members| {
        let value = |(name, value): (String, Value)| match &value {
            Value::Null => known(manifest, &name).map(|()| None),
            // A number beyond the range of doubles is not a missing one.
            Value::Number(number) => Ok(Some((name, number.as_f64().unwrap_or(f64::INFINITY)))),
            Value::String(text) if takes_text(manifest, &name) => {
                number_of(manifest, &name, text).map(|number| Some((name, number)))
            }
            Value::String(text) if text.contains(',') => Err(decimal_comma(&name)),
            _ => Err(format!("{name} is not a number; give a number, or null where it is missing")),
        };
        let values: Result<Vec<_>, _> =
            members.into_iter().filter_map(|pair| value(pair).transpose()).collect();
        features(manifest, values?)
    };
    Ok(rows.into_iter().map(row).collect())
}

fn from_csv(manifest: &Manifest, text: &str) -> Result<Vec<Row>, Failure> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let names = reader.headers().map_err(Failure::bad_input)?.clone();
    ensure_names(manifest, &names)?;
    let row = |record: csv::StringRecord| {
        if record.len() != names.len() {
            let (found, expected) = (record.len(), names.len());
            return Err(format!(
                "there are {found} cells, and {expected} in the first line; write commas between cells, and numbers with a \
                 point"
            ));
        }
        let value = |(name, cell): (&str, &str)| match cell.parse() {
            _ if takes_text(manifest, name) => Ok((name.to_owned(), number_of(manifest, name, cell)?)),
            Ok(value) => Ok((name.to_owned(), value)),
            Err(_) if cell.contains(',') => Err(decimal_comma(name)),
            Err(_) => Err(format!("{name} is not a number; leave it empty if missing")),
        };
        let filled = names.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        features(manifest, filled.map(value).collect::<Result<_, _>>()?)
    };
    // The text is UTF-8, and rows may have any number of cells: reading cannot fail.
    reader.records().map(|record| record.map_err(Failure::bad_input).map(row)).collect()
}

/// Checks the first line: it must name inputs of the model, each once.
fn ensure_names(manifest: &Manifest, names: &csv::StringRecord) -> Result<(), Failure> {
    let first = names.get(0).unwrap_or_default();
    if let (1, Some(separator)) = (names.len(), first.chars().find(|sign| matches!(sign, ';' | '\t' | '|'))) {
        return Err(Failure::bad_input(format!(
            "the cells of the first line are separated by {separator:?}; write commas between cells, and numbers with a \
             point"
        )));
    }
    let mut seen = BTreeSet::new();
    for name in names {
        known(manifest, name)
            .map_err(|error| Failure::bad_input(format!("the first line is not names: {error}")))?;
        if !seen.insert(name) {
            return Err(Failure::bad_input(format!(
                "the first line has {name} twice; leave one of them out"
            )));
        }
    }
    Ok(())
}

fn known(manifest: &Manifest, name: &str) -> Result<(), String> {
    manifest.input(name).map(|_| ()).ok_or_else(|| {
        let inputs: Vec<&str> = manifest.inputs.iter().map(|input| input.name.as_str()).collect();
        format!("the model has no input {name:?}; its inputs are {}", inputs.join(", "))
    })
}

fn takes_text(manifest: &Manifest, name: &str) -> bool {
    manifest.input(name).is_some_and(|(_, input)| input.is_text())
}

/// The number that stands for a text of an input that takes texts.
pub fn number_of(manifest: &Manifest, name: &str, text: &str) -> Result<f64, String> {
    let input = manifest.input(name).map(|(_, input)| input);
    input.and_then(|input| input.number_of(text)).ok_or_else(|| {
        let texts = input.into_iter().flat_map(|input| &input.categories);
        let texts: Vec<String> = texts.filter_map(|own| Some(format!("{:?}", own.text.as_ref()?))).collect();
        format!("{name} is {text:?}, which training never saw; it knows {}", texts.join(", "))
    })
}

fn decimal_comma(name: &str) -> String {
    format!("{name} has a comma and is not a number; write numbers with a point")
}

/// Checked values in the manifest's units.
fn features(manifest: &Manifest, values: Vec<(String, f64)>) -> Row {
    let mut features = Features::new(manifest);
    for (name, value) in values {
        let unit = manifest.input(&name).map_or("1", |(_, input)| input.unit.as_str());
        features.set(&name, value, unit).map_err(|error| error.to_string())?;
    }
    features.build().map_err(|error| error.to_string())
}

/// The members of a JSON object, repeated ones too.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Members(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
