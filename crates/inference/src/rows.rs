//! Rows of values for a model: CSV with the inputs' names in its first line, or a JSON array of objects.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::{FeatureVector, Features, Manifest};

/// The most rows of one text. A row of two bytes becomes a vector of all inputs, or an error that names them.
pub const MAX_ROWS_OF_TEXT: usize = 100_000;

/// A row that can be used, or why it cannot.
pub type Row = Result<FeatureVector, String>;

/// Why a text is not rows at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// Objects that are not in an array.
    #[error(
        "the rows are objects, one or more, and not an array of them; put [ and ] around them and commas between them"
    )]
    Objects,
    /// Not JSON, or an array of something else.
    #[error("the rows are not a JSON array of objects: {0}")]
    Json(String),
    /// Another separator than commas.
    #[error("the cells of the first line are separated by {0:?}; write commas between cells, and numbers with a point")]
    Separator(char),
    /// A first line with something else than names of inputs.
    #[error("the first line is not names: {0}")]
    NotNames(String),
    /// A first line with a name that it has already.
    #[error("the first line has {0} twice; leave one of them out")]
    Twice(String),
    /// No row.
    #[error("there are no rows; give at least one, after the names in CSV")]
    None,
    /// More than [`MAX_ROWS_OF_TEXT`].
    #[error("there are more than {MAX_ROWS_OF_TEXT} rows; split them into several files")]
    TooMany,
}

/// The rows of a text. A row with a fault has its own error, and the others stand.
///
/// # Errors
/// When the text is not rows at all, or has none or too many of them.
pub fn read(manifest: &Manifest, text: &str) -> Result<Vec<Row>, RowsError> {
    let rows = match text.trim_start().chars().next() {
        Some('[') => from_json(manifest, text),
        Some('{') => Err(RowsError::Objects),
        _ => from_csv(manifest, text),
    }?;
    if rows.is_empty() {
        return Err(RowsError::None);
    }
    Ok(rows)
}

fn from_json(manifest: &Manifest, text: &str) -> Result<Vec<Row>, RowsError> {
    let Objects(rows) = serde_json::from_str(text).map_err(|error| RowsError::Json(error.to_string()))?;
    if rows.len() > MAX_ROWS_OF_TEXT {
        return Err(RowsError::TooMany);
    }
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

fn from_csv(manifest: &Manifest, text: &str) -> Result<Vec<Row>, RowsError> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    // The text is UTF-8, and rows may have any number of cells: reading cannot fail.
    let names = reader.headers().map_err(|error| RowsError::NotNames(error.to_string()))?.clone();
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
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() == MAX_ROWS_OF_TEXT {
            return Err(RowsError::TooMany);
        }
        rows.push(record.map_err(|error| error.to_string()).and_then(row));
    }
    Ok(rows)
}

/// Checks the first line: it must name inputs of the model, each once.
fn ensure_names(manifest: &Manifest, names: &csv::StringRecord) -> Result<(), RowsError> {
    let first = names.get(0).unwrap_or_default();
    if let (1, Some(separator)) = (names.len(), first.chars().find(|sign| matches!(sign, ';' | '\t' | '|'))) {
        return Err(RowsError::Separator(separator));
    }
    let mut seen = BTreeSet::new();
    for name in names {
        known(manifest, name).map_err(RowsError::NotNames)?;
        if !seen.insert(name) {
            return Err(RowsError::Twice(name.to_owned()));
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

/// The objects of a JSON array: the first [`MAX_ROWS_OF_TEXT`], and one more where there are more.
struct Objects(Vec<Members>);

impl<'de> Deserialize<'de> for Objects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Objects;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Objects, A::Error> {
                let mut objects = Vec::new();
                while objects.len() <= MAX_ROWS_OF_TEXT {
                    match array.next_element()? {
                        Some(object) => objects.push(object),
                        None => return Ok(Objects(objects)),
                    }
                }
                while array.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Objects(objects))
            }
        }
        deserializer.deserialize_seq(Elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/heart-disease/manifest.json");
        Manifest::parse(&std::fs::read(shipped).unwrap()).unwrap()
    }

    #[test]
    fn the_most_rows_are_read_and_one_more_is_refused() {
        let manifest = manifest();
        let csv = |rows: usize| format!("age\n{}", "540\n".repeat(rows));
        let json = |rows: usize| format!("[{}{{}}]", "{},".repeat(rows - 1));
        for text in [&csv, &json] as [&dyn Fn(usize) -> String; 2] {
            let rows = read(&manifest, &text(MAX_ROWS_OF_TEXT)).unwrap();
            assert_eq!(rows.len(), MAX_ROWS_OF_TEXT);
            assert!(rows.iter().all(Result::is_err));
            assert_eq!(read(&manifest, &text(MAX_ROWS_OF_TEXT + 1)), Err(RowsError::TooMany));
        }
    }

    #[test]
    fn what_follows_too_many_rows_must_be_json_as_well() {
        let text = format!("[{}54", "{},".repeat(MAX_ROWS_OF_TEXT + 1));
        assert!(matches!(read(&manifest(), &text), Err(RowsError::Json(_))));
    }
}
