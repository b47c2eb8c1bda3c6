//! Models on a person's own values, without a chain.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::{json, Value};
use testkit::theriac::theriac;

fn shipped(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models").join(model)
}

/// The golden rows of a shipped model: inputs, and the values that the chain gets.
fn golden(model: &str) -> Vec<(Value, Value)> {
    let text = std::fs::read_to_string(shipped(model).join("golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let row = |row: &Value| (row["inputs"].clone(), row["fixed"].clone());
    golden["rows"].as_array().unwrap().iter().map(row).collect()
}

/// What `model run` says as JSON: one object for each row.
fn rows(folder: &Path, model: &str, arguments: &[&str]) -> Vec<Value> {
    let model = shipped(model);
    let arguments = [&["model", "run", model.to_str().unwrap(), "--json"], arguments].concat();
    theriac(folder, &arguments).ends_with(0).json().as_array().unwrap().clone()
}

fn refused(folder: &Path, model: &str, arguments: &[&str], because: &str) {
    let model = shipped(model);
    let arguments = [&["model", "run", model.to_str().unwrap()], arguments].concat();
    let said = theriac(folder, &arguments).ends_with(2);
    assert!(said.err.contains(because), "{because:?} is not in: {}", said.err);
    assert_eq!(said.out, "");
}

/// The results of a row, without their decimal points.
fn fixed(row: &Value) -> Value {
    let results = row["results"].as_array().unwrap().iter();
    let digits = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    results.map(|one| (one["output"].as_str().unwrap().to_owned(), json!(digits(&one["value"])))).collect()
}

/// `--value` for each input that a row has.
fn values(inputs: &Value, names: impl Fn(&str) -> bool) -> Vec<String> {
    let inputs = inputs.as_object().unwrap().iter().filter(|(name, value)| names(name) && value.is_number());
    inputs.flat_map(|(name, value)| ["--value".to_owned(), format!("{name}={value}")]).collect()
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[test]
fn golden_rows_give_their_values_one_by_one_and_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let golden = golden("thyroid");
    for (inputs, expected) in golden.iter().take(3) {
        let found = rows(folder.path(), "thyroid", &borrowed(&values(inputs, |_| true)));
        assert_eq!(fixed(&found[0]), *expected);
    }
    let inputs: Vec<&Value> = golden.iter().map(|(inputs, _)| inputs).collect();
    std::fs::write(folder.path().join("rows.json"), serde_json::to_string(&inputs).unwrap()).unwrap();
    let names: Vec<&String> = inputs[0].as_object().unwrap().keys().collect();
    let cell = |value: &Value| if value.is_null() { String::new() } else { value.to_string() };
    let mut csv = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",");
    for row in &inputs {
        let cells: Vec<String> = names.iter().map(|name| cell(&row[name.as_str()])).collect();
        csv.push_str(&format!("\n{}", cells.join(", ")));
    }
    std::fs::write(folder.path().join("rows.csv"), csv).unwrap();
    for file in ["rows.json", "rows.csv"] {
        let found = rows(folder.path(), "thyroid", &["--rows", file]);
        let expected: Vec<&Value> = golden.iter().map(|(_, fixed)| fixed).collect();
        assert_eq!(
            found.iter().map(fixed).collect::<Vec<_>>(),
            expected.into_iter().cloned().collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_series_of_temperatures_gives_its_golden_value() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, expected) = golden("cold-chain").swap_remove(0);
    let lags = inputs.as_object().unwrap().keys().filter(|name| name.starts_with("temperature_")).count();
    let start = Timestamp::now() - SignedDuration::from_hours(i64::try_from(lags).unwrap());
    let mut csv = "at,value,unit".to_owned();
    for lag in (0..lags).rev() {
        let at = start - SignedDuration::from_hours(i64::try_from(lag).unwrap());
        csv.push_str(&format!("\n{at},{},Cel", inputs[format!("temperature_{lag}")]));
    }
    std::fs::write(folder.path().join("week.csv"), &csv).unwrap();
    let mut arguments = values(&inputs, |name| !name.starts_with("temperature_"));
    arguments.extend(["--series".to_owned(), "temperature=week.csv".to_owned()]);
    assert_eq!(fixed(&rows(folder.path(), "cold-chain", &borrowed(&arguments))[0]), expected);

    arguments.push("--explain".to_owned());
    let explained = rows(folder.path(), "cold-chain", &borrowed(&arguments)).remove(0);
    let explanation = &explained["results"][0]["explanation"];
    let added = explanation["contributions"].as_array().unwrap();
    assert!(added.len() > 12, "{explanation}");
    assert!(added.iter().all(|one| one["standard_error"].is_number()), "{explanation}");
    let sum: f64 = added.iter().map(|one| one["adds"].as_f64().unwrap()).sum();
    let [base, score] = ["base", "score"].map(|name| explanation[name].as_f64().unwrap());
    assert!((base + sum - score).abs() < 1e-6, "{explanation}");
    let model = shipped("cold-chain");
    let run = [&["model", "run", model.to_str().unwrap()], &borrowed(&arguments)[..]].concat();
    let shown = theriac(folder.path(), &run).ends_with(0).out;
    assert!(shown.contains(" ± ") && shown.contains(" others together"), "{shown}");
    arguments.pop();

    let without_one: Vec<&str> =
        csv.lines().enumerate().filter(|(line, _)| *line != 20).map(|(_, l)| l).collect();
    std::fs::write(folder.path().join("week.csv"), without_one.join("\n")).unwrap();
    refused(folder.path(), "cold-chain", &borrowed(&arguments), "the series temperature: ");
    std::fs::write(folder.path().join("week.csv"), "time,value\n").unwrap();
    refused(
        folder.path(),
        "cold-chain",
        &borrowed(&arguments),
        "week.csv: line 1 does not have the form of a series",
    );
    let twice = ["--series", "temperature=week.csv", "--series", "temperature=week.csv"];
    std::fs::write(folder.path().join("week.csv"), &csv).unwrap();
    refused(folder.path(), "cold-chain", &twice, "the series temperature is given twice");
}

#[test]
fn a_picture_gives_its_golden_value() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(shipped("digit").join("golden.json")).unwrap();
    let row = serde_json::from_str::<Value>(&text).unwrap()["rows"][0].clone();
    let picture = hex::decode(row["png"].as_str().unwrap()).unwrap();
    std::fs::write(folder.path().join("digit.png"), picture).unwrap();
    assert_eq!(fixed(&rows(folder.path(), "digit", &["--image", "digit.png"])[0]), row["fixed"]);
    image::GrayImage::new(9, 8).save(folder.path().join("wide.png")).unwrap();
    refused(
        folder.path(),
        "digit",
        &["--image", "wide.png"],
        "the image has 9 x 8 pixels, the model wants 8 x 8",
    );
    refused(folder.path(), "thyroid", &["--image", "digit.png"], "the model does not take an image");
}

#[test]
fn an_explanation_adds_up_to_the_score() {
    let folder = tempfile::tempdir().unwrap();
    let patient = ["--value", "age=61:a", "--value", "sex=0", "--value", "systolic_pressure=17.6:kPa"];
    let patient = [&patient[..], &["--value", "cholesterol=5.2:mmol/L", "--explain"]].concat();
    let found = rows(folder.path(), "heart-disease", &patient).remove(0);
    let result = &found["results"][0];
    let explanation = &result["explanation"];
    let added = explanation["contributions"].as_array().unwrap();
    assert_eq!(added.len(), 4);
    let sum: f64 = added.iter().map(|one| one["adds"].as_f64().unwrap()).sum();
    let score = explanation["score"].as_f64().unwrap();
    assert!((explanation["base"].as_f64().unwrap() + sum - score).abs() < 1e-4, "{explanation}");
    let risk: f64 = result["value"].as_str().unwrap().parse().unwrap();
    assert!((1.0 / (1.0 + (-score).exp()) - risk).abs() < 1e-4);
    let model = shipped("heart-disease");
    let shown = theriac(folder.path(), &[&["model", "run", model.to_str().unwrap()], &patient[..]].concat());
    let shown = shown.ends_with(0).out;
    assert!(shown.contains("log-odds") && shown.contains("systolic_pressure"), "{shown}");
}

#[test]
fn what_the_model_was_not_made_for_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let refuse =
        |arguments: &[&str], because: &str| refused(folder.path(), "heart-disease", arguments, because);
    refuse(&["--value", "age=54"], "required inputs are missing: sex, ");
    refuse(&["--value", "age=NaN"], "the input age is NaN or infinite");
    refuse(&["--value", "age=-inf"], "the input age is NaN or infinite");
    refuse(&["--value", "age=200"], "the input age is not from ");
    refuse(&["--value", "age=54:kg"], "the unit of age cannot be converted to a");
    refuse(&["--value", "weight=80"], "an input or series is not in the model");
    refuse(&["--value", "age=54", "--value", "age=55"], "age is given twice");
    refuse(&["--value", "age"], "write NAME=NUMBER or NAME=NUMBER:UNIT");
    refuse(&["--rows", "-", "--value", "age=54"], "cannot be used with");
    // What is not rows is never a success without results.
    for (rows, because) in [
        ("", "there are no rows"),
        ("\u{feff}", "there are no rows"),
        ("age,sex\n", "there are no rows"),
        ("[]", "there are no rows"),
        ("{\"age\": 54}", "the rows are objects"),
        ("{\"age\": 54}\n{\"age\": 55}\n", "the rows are objects"),
        ("\u{feff}{\"age\": 54}", "the rows are objects"),
        ("[{\"age\": 54}", "the rows are not a JSON array of objects"),
        ("[54]", "the rows are not a JSON array of objects"),
        ("[[54]]", "the rows are not a JSON array of objects"),
        ("null", "the model has no input \"null\""),
        ("age;sex\n54;1\n", "separated by ';'"),
        ("age\tsex\n54\t1\n", "separated by '\\t'"),
        ("age|sex\n54|1\n", "separated by '|'"),
        ("age,weight\n54,\n", "the model has no input \"weight\""),
        ("54,1\n55,1\n", "the model has no input \"54\""),
        ("age,sex,age\n54,1,55\n", "the first line has age twice"),
    ] {
        std::fs::write(folder.path().join("rows"), rows).unwrap();
        refuse(&["--rows", "rows"], because);
    }
    std::fs::write(folder.path().join("rows"), b"age\n\xff\n").unwrap();
    refuse(&["--rows", "rows"], "rows is not UTF-8");
}

#[test]
fn a_bad_row_has_its_own_error_and_the_others_have_their_results() {
    let folder = tempfile::tempdir().unwrap();
    let good: Vec<(Value, Value)> = golden("heart-disease").into_iter().take(2).collect();
    let with = |name: &str, value: Value| {
        let mut row = good[0].0.clone();
        row[name] = value;
        row
    };
    let write = |rows: &[Value]| {
        // Excel and others begin a file with a byte order mark.
        let text = format!("\u{feff}{}", serde_json::to_string(rows).unwrap());
        std::fs::write(folder.path().join("rows.json"), text).unwrap();
    };
    let model = shipped("heart-disease");
    let run = ["model", "run", model.to_str().unwrap(), "--rows"];
    write(&[good[0].0.clone(), good[1].0.clone()]);
    let found = rows(folder.path(), "heart-disease", &["--rows", "rows.json"]);
    assert_eq!(found.iter().map(fixed).collect::<Vec<_>>(), [good[0].1.clone(), good[1].1.clone()]);

    let bad = [
        (with("age", json!("54")), "age is not a number"),
        (with("age", json!("54,5")), "age has a comma"),
        (with("age", json!(true)), "age is not a number"),
        (with("age", json!(540)), "the input age is not from "),
        (with("weight", Value::Null), "the model has no input \"weight\""),
        (json!({}), "the input age is missing"),
    ];
    let mut all = vec![good[0].0.clone()];
    all.extend(bad.iter().map(|(row, _)| row.clone()));
    all.push(good[1].0.clone());
    write(&all);
    let said = theriac(folder.path(), &[&run[..], &["rows.json", "--json"]].concat()).ends_with(2);
    let found: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert_eq!(found.len(), all.len());
    for ((row, (_, because)), number) in found[1..].iter().zip(&bad).zip(1..) {
        assert_eq!((&row["row"], &row["results"]), (&json!(number), &json!([])));
        assert!(row["error"].as_str().unwrap().contains(because), "{because:?} is not in {row}");
    }
    for (row, (_, expected)) in [&found[0], &found[all.len() - 1]].into_iter().zip(&good) {
        assert_eq!((&row["error"], &fixed(row)), (&Value::Null, expected));
    }

    let names: Vec<&String> = good[0].0.as_object().unwrap().keys().collect();
    let cells = |row: &Value| {
        let cell = |name: &&String| match &row[name.as_str()] {
            Value::Null => String::new(),
            Value::String(text) => format!("{text:?}"),
            other => other.to_string(),
        };
        names.iter().map(cell).collect::<Vec<_>>().join(",")
    };
    let header = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",");
    let lines = [
        header,
        cells(&good[0].0),
        cells(&with("age", json!("54,5"))),
        cells(&with("age", json!("old"))),
        "54".to_owned(),
        format!("{},1", cells(&good[0].0)),
        cells(&good[1].0),
    ];
    std::fs::write(folder.path().join("rows.csv"), format!("\u{feff}{}\r\n", lines.join("\r\n"))).unwrap();
    let said = theriac(folder.path(), &[&run[..], &["rows.csv", "--json"]].concat()).ends_with(2);
    let found: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let error = |row: &Value| row["error"].as_str().map(str::to_owned).unwrap_or_default();
    let told = ["", "age has a comma", "age is not a number", "there are 1 cells", "cells, and", ""];
    assert_eq!(found.len(), told.len());
    for (row, because) in found.iter().zip(told) {
        assert!(error(row).contains(because) && because.is_empty() == error(row).is_empty(), "{row}");
    }
    assert_eq!((fixed(&found[0]), fixed(&found[5])), (good[0].1.clone(), good[1].1.clone()));
    let shown = theriac(folder.path(), &[&run[..], &["rows.csv"]].concat()).ends_with(2);
    assert!(shown.out.contains("Row 2: age has a comma"), "{}", shown.out);
}

#[test]
fn a_repeated_name_in_a_row_is_that_rows_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.json"), r#"[{"age": 54, "age": 55}]"#).unwrap();
    let model = shipped("heart-disease");
    let run = ["model", "run", model.to_str().unwrap(), "--rows", "rows.json", "--json"];
    let said = theriac(folder.path(), &run).ends_with(2);
    assert!(said.out.contains("age") && said.out.contains("\"results\": []"), "{}", said.out);
}
