//! The rules of a manifest that its types do not express.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Code, Conformal, Image, Input, Manifest, ManifestError, Missing, ModelFile, Origin, Source};
use crate::fixed::MAX_DECIMALS;
use crate::opsets::{OPSETS, OPSETS_SHOWN};
use crate::ucum;

const FORMAT: u32 = 1;
const MAX_NAME: usize = 64;
/// A feed's name is 32 bytes on the chain.
const MAX_MODEL_NAME: usize = 32;
const MAX_TEXT: usize = 1024;
const MAX_FILE_NAME: usize = 128;
const MAX_UNIT: usize = 32;
const MAX_LIMITS: usize = 32;
const MAX_INPUTS: usize = 4096;
/// Of a picture that a graph takes, in pixels.
const MAX_SIDE: u32 = 1024;
const MAX_CATEGORIES: usize = 1024;
const MAX_CODES: usize = 64;
const MAX_EDGES: usize = 63;
const MAX_OUTPUTS: usize = 64;
const MAX_WEIGHT_FILES: usize = 64;
const GENDERS: [&str; 4] = ["female", "male", "other", "unknown"];

type Checked = Result<(), ManifestError>;

fn ensure(holds: bool, field: impl Into<String>, problem: impl Into<String>) -> Checked {
    if holds {
        return Ok(());
    }
    Err(ManifestError::Invalid { field: field.into(), problem: problem.into() })
}

pub(super) fn manifest(manifest: &Manifest) -> Checked {
    ensure(manifest.format == FORMAT, "format", "is not 1, the only version that this program reads")?;
    let name = &manifest.name;
    ensure(
        (1..=MAX_MODEL_NAME).contains(&name.len())
            && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')),
        "name",
        "is not 1 to 32 lower-case letters, digits and hyphens",
    )?;
    ensure(is_version(&manifest.version), "version", "is not three numbers such as 1.0.0")?;
    let no_day = "is not a day of the form YYYY-MM-DD from 1970 on";
    ensure(end_of_day_ms(&manifest.valid_until).is_some(), "valid_until", no_day)?;
    if let Some(from) = &manifest.valid_from {
        ensure(start_of_day_ms(from).is_some(), "valid_from", no_day)?;
        ensure(*from <= manifest.valid_until, "valid_from", "is after valid_until")?;
    }
    for (field, value) in [
        ("description", &manifest.description),
        ("licence", &manifest.licence),
        ("intended_use", &manifest.intended_use),
        ("training_data.name", &manifest.training_data.name),
        ("training_data.origin", &manifest.training_data.origin),
        ("training_data.licence", &manifest.training_data.licence),
    ] {
        text(field, value)?;
    }
    ensure((1..=MAX_LIMITS).contains(&manifest.limits.len()), "limits", "are not 1 to 32 sentences")?;
    manifest.limits.iter().try_for_each(|limit| text("limits", limit))?;
    ensure(manifest.training_data.rows > 0, "training_data.rows", "is 0")?;

    let ModelFile { file, weights, opset, input, .. } = &manifest.model;
    file_name("model.file", file)?;
    ensure(weights.len() <= MAX_WEIGHT_FILES, "model.weights", "are more than 64 files")?;
    for (place, name) in weights.iter().enumerate() {
        file_name("model.weights", name)?;
        let again = name == file || weights.iter().take(place).any(|other| other == name);
        ensure(!again, "model.weights", format!("name {name} twice"))?;
    }
    if let Some(opset) = opset {
        ensure(
            OPSETS.contains(opset),
            "model.opset",
            format!("is {opset}, not {OPSETS_SHOWN}; leave it out, and the file's own counts"),
        )?;
    }
    input.iter().try_for_each(|input| text("model.input", input))?;

    match &manifest.image {
        Some(picture) => image(manifest, picture)?,
        None => inputs(manifest)?,
    }
    outputs(manifest)?;
    conformal(manifest)
}

/// A picture takes the place of inputs.
fn image(manifest: &Manifest, image: &Image) -> Checked {
    ensure(manifest.inputs.is_empty(), "inputs", "must be empty for an image, whose pixels are the inputs")?;
    ensure(
        manifest.max_missing == 0,
        "max_missing",
        "must be 0 for an image, of which nothing may be missing",
    )?;
    let sides = [image.width, image.height].into_iter().all(|side| (1..=MAX_SIDE).contains(&side));
    ensure(sides, "image", "does not have sides of 1 to 1024 pixels")?;
    range("image.range", image.range)?;
    let formats = &image.formats;
    let twice = formats.iter().enumerate().any(|(i, format)| formats.iter().take(i).any(|f| f == format));
    ensure(!formats.is_empty() && !twice, "image.formats", "are empty, or one of them occurs twice")
}

fn inputs(manifest: &Manifest) -> Checked {
    ensure((1..=MAX_INPUTS).contains(&manifest.inputs.len()), "inputs", "are not 1 to 4096")?;
    let mut names = BTreeSet::new();
    for input in &manifest.inputs {
        identifier("inputs.name", &input.name)?;
        let field = |part: &str| format!("inputs[{}].{part}", input.name);
        ensure(names.insert(&input.name), field("name"), "occurs twice")?;
        text(&field("description"), &input.description)?;
        input.column.iter().try_for_each(|column| text(&field("column"), column))?;
        ensure(
            ucum::is_known(&input.unit),
            field("unit"),
            "is not a UCUM code; write one such as mg/dL, mmol/L, mm[Hg] or /min",
        )?;
        range(&field("range"), input.range)?;
        categories(input)?;
        source(input)?;
        reference(input)?;
    }
    series(&manifest.inputs)?;
    let optional = manifest.inputs.iter().filter(|input| input.missing == Missing::ImputeInGraph).count();
    ensure(
        manifest.max_missing <= optional,
        "max_missing",
        format!("is {}, but only {optional} inputs may be missing", manifest.max_missing),
    )
}

fn categories(input: &Input) -> Checked {
    let field = format!("inputs[{}].categories", input.name);
    let categories = &input.categories;
    if categories.is_empty() {
        return Ok(());
    }
    ensure((2..=MAX_CATEGORIES).contains(&categories.len()), &field, "are not 2 to 1024 in number")?;
    ensure(input.unit == "1", &field, "have a unit; codes are pure numbers, unit 1")?;
    let [low, high] = input.range;
    for (index, category) in categories.iter().enumerate() {
        text(&field, &category.meaning)?;
        ensure(
            (low..=high).contains(&category.value),
            &field,
            format!("have {} outside the range", category.value),
        )?;
        let before = || categories.iter().take(index);
        let again = before().any(|other| other.value == category.value);
        ensure(!again, &field, format!("have {} twice", category.value))?;
        if let Some(name) = &category.text {
            ensure(name.len() <= MAX_TEXT, &field, "have a text of more than 1024 bytes")?;
            let again = before().any(|other| other.text.as_ref() == Some(name));
            ensure(!again, &field, format!("have the text {name:?} twice"))?;
        }
    }
    let texts = categories.iter().filter(|category| category.text.is_some()).count();
    ensure(texts == 0 || texts == categories.len(), &field, "have a text for some and not for all")
}

fn source(input: &Input) -> Checked {
    let field = format!("inputs[{}].source", input.name);
    let allowed = |value: f64| {
        ensure(
            !input.categories.is_empty() && input.allows(value),
            &field,
            format!("gives {value}, which is not one of the input's categories"),
        )
    };
    match &input.source {
        Source::PatientAge {} => {
            ensure(input.unit == "a", &field, "is an age, but the unit is not a (years)")
        }
        Source::PatientGender { values } => {
            ensure(!values.is_empty(), &field, "has no values")?;
            values.iter().try_for_each(|(gender, value)| {
                ensure(
                    GENDERS.contains(&gender.as_str()),
                    &field,
                    "has a gender other than female, male, other and unknown",
                )?;
                allowed(*value)
            })
        }
        Source::Observation { codes: any } => codes(&field, any),
        Source::Series { series, lag, .. } => {
            identifier(&field, series)?;
            ensure(*lag < MAX_INPUTS, &field, "looks back more than 4095 steps")
        }
        Source::Parameter {} => Ok(()),
        Source::CodedObservation { codes: any, answers } => {
            codes(&field, any)?;
            ensure((1..=MAX_CATEGORIES).contains(&answers.len()), &field, "does not have 1 to 1024 answers")?;
            let mut seen = BTreeSet::new();
            answers.iter().try_for_each(|answer| {
                text(&field, &answer.system)?;
                text(&field, &answer.code)?;
                ensure(seen.insert((&answer.system, &answer.code)), &field, "has an answer twice")?;
                allowed(answer.value)
            })
        }
    }
}

/// All inputs of a series have its step and unit, and no two the same lag.
fn series(inputs: &[Input]) -> Checked {
    let mut known = BTreeMap::new();
    let mut lags = BTreeSet::new();
    for input in inputs {
        let Source::Series { series, step, lag } = &input.source else { continue };
        let field = format!("inputs[{}].source", input.name);
        let first = known.entry(series).or_insert((step, &input.unit));
        ensure(*first == (step, &input.unit), &field, "has another step or unit than its series")?;
        ensure(lags.insert((series, lag)), &field, "has the lag of another input")?;
    }
    Ok(())
}

fn reference(input: &Input) -> Checked {
    let Some(reference) = &input.reference else { return Ok(()) };
    let field = format!("inputs[{}].reference", input.name);
    let (edges, shares) = (&reference.edges, &reference.shares);
    ensure((1..=MAX_EDGES).contains(&edges.len()), &field, "does not have 1 to 63 edges")?;
    ensure(
        edges.iter().all(|edge| edge.is_finite())
            && edges.iter().zip(edges.iter().skip(1)).all(|(a, b)| a < b),
        &field,
        "has edges that are not in ascending order",
    )?;
    ensure(
        shares.len() == edges.len().saturating_add(1)
            && shares.iter().all(|share| (0.0..=1.0).contains(share))
            && (shares.iter().sum::<f64>() - 1.0).abs() <= 1e-6,
        &field,
        "does not have one more share than edges, or they do not add up to 1",
    )
}

fn conformal(manifest: &Manifest) -> Checked {
    ensure(manifest.conformal.len() <= MAX_OUTPUTS, "conformal", "is more than 64 entries")?;
    let mut seen = BTreeSet::new();
    for entry in &manifest.conformal {
        let field = format!("conformal[{}]", entry.output());
        let output = manifest.output(entry.output()).map(|(_, output)| output);
        let (confidence, fits, quantiles, most) = match entry {
            Conformal::Probability { confidence, quantile_yes, quantile_no, .. } => {
                let fits = output.is_some_and(|output| output.range == [0.0, 1.0]);
                (*confidence, fits, [*quantile_yes, *quantile_no], 1.0)
            }
            Conformal::Residual { confidence, quantile, .. } => {
                (*confidence, output.is_some(), [*quantile; 2], f64::MAX)
            }
        };
        ensure(fits, &field, "does not name an output, or names a probability whose range is not 0 to 1")?;
        ensure(seen.insert(entry.output()), &field, "occurs twice")?;
        ensure(confidence > 0.0 && confidence < 1.0, &field, "has a confidence outside 0 to 1")?;
        let possible = quantiles.iter().all(|quantile| (0.0..=most).contains(quantile));
        ensure(possible, &field, "has a quantile outside the range of scores")?;
    }
    Ok(())
}

fn codes(field: &str, codes: &[Code]) -> Checked {
    ensure((1..=MAX_CODES).contains(&codes.len()), field, "does not have 1 to 64 codes")?;
    codes.iter().try_for_each(|code| {
        [&code.system, &code.code, &code.display].into_iter().try_for_each(|value| text(field, value))
    })
}

fn outputs(manifest: &Manifest) -> Checked {
    ensure((1..=MAX_OUTPUTS).contains(&manifest.outputs.len()), "outputs", "are not 1 to 64")?;
    let mut names = BTreeSet::new();
    for output in &manifest.outputs {
        identifier("outputs.name", &output.name)?;
        let field = |part: &str| format!("outputs[{}].{part}", output.name);
        ensure(names.insert(&output.name), field("name"), "occurs twice")?;
        text(&field("description"), &output.description)?;
        ensure((1..=MAX_UNIT).contains(&output.unit.len()), field("unit"), "is not 1 to 32 characters")?;
        range(&field("range"), output.range)?;
        output.from.iter().try_for_each(|from| origin(&field("from"), from))?;
        ensure(output.decimals <= MAX_DECIMALS, field("decimals"), "are more than 18")?;
    }
    ensure(manifest.thresholds.len() <= MAX_OUTPUTS, "thresholds", "are more than 64")?;
    let mut names = BTreeSet::new();
    for threshold in &manifest.thresholds {
        identifier("thresholds.name", &threshold.name)?;
        let field = |part: &str| format!("thresholds[{}].{part}", threshold.name);
        ensure(names.insert(&threshold.name), field("name"), "occurs twice")?;
        text(&field("meaning"), &threshold.meaning)?;
        let inside = manifest
            .output(&threshold.output)
            .is_some_and(|(_, output)| (output.range[0]..=output.range[1]).contains(&threshold.at_least));
        ensure(
            inside,
            field("at_least"),
            "is outside the range of its output, or the output does not exist",
        )?;
    }
    Ok(())
}

fn origin(field: &str, from: &Origin) -> Checked {
    text(field, &from.output)?;
    let ways = [from.column.is_some(), from.class.is_some(), !from.labels.is_empty()];
    ensure(
        ways.iter().filter(|given| **given).count() <= 1,
        field,
        "has more than one of column, class and labels",
    )?;
    ensure(from.labels.len() <= MAX_CATEGORIES, field, "has more than 1024 labels")?;
    from.class.iter().chain(&from.labels).try_for_each(|name| {
        ensure(name.len() <= MAX_TEXT, field, "has a class or label of more than 1024 bytes")
    })
}

fn file_name(field: &str, name: &str) -> Checked {
    ensure(
        (1..=MAX_FILE_NAME).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')),
        field,
        format!("is {name:?}, not a plain file name of letters, digits, dots, hyphens and underscores"),
    )
}

fn identifier(field: &str, name: &str) -> Checked {
    ensure(
        (1..=MAX_NAME).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')),
        field,
        format!(
            "is {name:?}, not a lower-case letter followed by up to 63 lower-case letters, digits, hyphens and underscores"
        ),
    )
}

fn text(field: &str, value: &str) -> Checked {
    ensure((1..=MAX_TEXT).contains(&value.len()), field, "is not 1 to 1024 bytes of text")
}

fn range(field: &str, [low, high]: [f64; 2]) -> Checked {
    ensure(
        low.is_finite() && high.is_finite() && low < high,
        field,
        "is not a smaller number followed by a larger one",
    )
}

fn is_version(version: &str) -> bool {
    let mut parts = 0u8;
    let all = version.split('.').all(|part| {
        parts = parts.saturating_add(1);
        (part == "0" || !part.starts_with('0'))
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u32>().is_ok()
    });
    all && parts == 3
}

/// The first millisecond of the day YYYY-MM-DD, in Unix time.
pub(super) fn start_of_day_ms(day: &str) -> Option<u64> {
    start_ms(date(day)?)
}

/// The first millisecond after the day YYYY-MM-DD, in Unix time.
pub(super) fn end_of_day_ms(day: &str) -> Option<u64> {
    start_ms(date(day)?.tomorrow().ok()?)
}

fn date(day: &str) -> Option<Date> {
    // The parser accepts other ways to write a day too.
    day.parse().ok().filter(|date: &Date| date.to_string() == day)
}

fn start_ms(date: Date) -> Option<u64> {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let start = jiff::tz::Offset::UTC.to_timestamp(midnight).ok()?;
    u64::try_from(start.as_millisecond()).ok()
}
