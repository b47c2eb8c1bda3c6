//! Inputs that are pushed, parameters of a job, and series.

use std::io::Cursor;

use jiff::SignedDuration;

use super::*;
use crate::inputs::Picture;
use crate::testing::{golden, manifest_of, picture, usual, week};

const DAY: Duration = Duration::from_secs(86_400);

fn map(
    model: &str,
    parameters: &BTreeMap<String, Amount>,
    pushed: &Pushed,
    fetched: &Fetched,
) -> Result<FeatureVector, MappingError> {
    let at = Timestamp::now();
    features(&manifest_of(model), Known { parameters, pushed, fetched, at, max_age: DAY })
}

fn pushed(series: Series) -> Pushed {
    Pushed { series: [("temperature".to_owned(), series)].into(), ..Pushed::default() }
}

/// The result for a week of temperatures after a change.
fn cold_chain(change: impl FnOnce(&mut Series)) -> Result<FeatureVector, MappingError> {
    let mut series = week();
    change(&mut series);
    map("cold-chain", &usual(), &pushed(series), &Fetched::Nothing)
}

#[track_caller]
fn refused(kind: &str, change: impl FnOnce(&mut Series)) {
    let error = cold_chain(change).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let message = error.to_string();
    assert!(
        !message.contains("999") && !message.contains("jane") && message.contains([';', ':']),
        "{message}"
    );
}

fn at(hours: i64) -> String {
    (Timestamp::now() - SignedDuration::from_hours(hours)).to_string()
}

#[test]
fn a_series_and_parameters_are_the_inputs_of_their_golden_row() {
    let manifest = manifest_of("cold-chain");
    let (inputs, _) = golden("cold-chain").swap_remove(0);
    let mut by_hand = Features::new(&manifest);
    for input in &manifest.inputs {
        by_hand.set(&input.name, inputs[&input.name].as_f64().unwrap(), &input.unit).unwrap();
    }
    let expected = by_hand.build().unwrap().commitment(&[1; 32]);
    assert_eq!(cold_chain(|_| ()).unwrap().commitment(&[1; 32]), expected);
    let fetched = Fetched::Series(pushed(week()).series);
    let same = map("cold-chain", &usual(), &Pushed::default(), &fetched).unwrap();
    assert_eq!(same.commitment(&[1; 32]), expected);
}

#[test]
fn every_fault_of_a_series_has_its_own_name() {
    refused("series-gap", |series| {
        series.readings.insert(0, (at(168), 5.0));
        series.readings.remove(80);
    });
    refused("series-duplicate", |series| {
        let twice = series.readings[80].clone();
        series.readings.insert(80, twice);
    });
    refused("series-unsorted", |series| series.readings.swap(0, 1));
    refused("series-too-short", |series| drop(series.readings.remove(0)));
    refused("series-clock-changed", |series| {
        for (at, _) in &mut series.readings[80..] {
            let later = at.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(1);
            *at = later.to_string().replace('Z', "+01:00");
        }
    });
    refused("series-time-malformed", |series| series.readings[9].0 = "jane's birthday".into());
    refused("series-time-malformed", |series| series.readings[9].0 = "2026-11-21T10:00:00".into());
    refused("unit-not-convertible", |series| series.unit = "mm[Hg]".into());
    refused("unit-not-convertible", |series| series.unit = "jane".into());
    refused("input-not-finite", |series| series.readings[9].1 = f64::NAN);
    refused("input-not-finite", |series| series.readings[9].1 = f64::INFINITY);
    refused("input-out-of-range", |series| series.readings[9].1 = 999.0);
    let moved = |hours: i64| {
        move |series: &mut Series| {
            for (at, _) in &mut series.readings {
                *at = (at.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)).to_string();
            }
        }
    };
    refused("series-stale", moved(-25));
    refused("series-from-future", moved(1));
    assert!(cold_chain(moved(-23)).is_ok());
}

#[test]
fn names_that_the_model_does_not_have_are_refused_and_not_repeated() {
    let mut foreign = pushed(week());
    foreign.series.insert("jane".into(), week());
    let kind = |pushed: &Pushed| {
        let error = map("cold-chain", &usual(), pushed, &Fetched::Nothing).unwrap_err();
        assert!(!error.to_string().contains("jane"), "{error}");
        error.kind()
    };
    assert_eq!(kind(&foreign), "input-unknown");
    let mut foreign = pushed(week());
    foreign.inputs.insert("jane".into(), Amount { value: 1.0, unit: "1".into() });
    assert_eq!(kind(&foreign), "input-unknown");
    assert_eq!(
        check_parameters(
            &manifest_of("cold-chain"),
            &[("jane".into(), Amount { value: 1.0, unit: "1".into() })].into()
        ),
        Err(MappingError::Unknown)
    );
}

#[test]
fn each_input_has_one_origin() {
    let mut twice = pushed(week());
    twice.inputs.insert("usual".into(), Amount { value: 5.0, unit: "Cel".into() });
    let found = map("cold-chain", &usual(), &twice, &Fetched::Nothing);
    assert_eq!(found, Err(MappingError::GivenTwice("usual".into())));

    let fetched = Fetched::Series(pushed(week()).series);
    let found = map("cold-chain", &usual(), &pushed(week()), &fetched);
    assert_eq!(found, Err(MappingError::GivenTwice("temperature".into())));

    let patient = serde_json::from_value(crate::testing::patient()).unwrap();
    let record = Fetched::Record(Record { patient, observations: Vec::new() });
    let mut pressure = Pushed::default();
    pressure.inputs.insert("systolic_pressure".into(), Amount { value: 132.0, unit: "mm[Hg]".into() });
    let found = map("heart-disease", &BTreeMap::new(), &pressure, &record);
    assert_eq!(found, Err(MappingError::GivenTwice("systolic_pressure".into())), "the record decides");
}

#[test]
fn a_reading_without_its_time_is_refused() {
    let mut alone = Pushed::default();
    alone.inputs.insert("temperature_0".into(), Amount { value: 5.0, unit: "Cel".into() });
    let error = map("cold-chain", &usual(), &alone, &Fetched::Nothing).unwrap_err();
    assert_eq!((error.kind(), error), ("series-expected", MappingError::NotASeries("temperature_0".into())));
}

#[test]
fn many_missing_inputs_are_reported_by_the_first_names() {
    let error = map("cold-chain", &usual(), &Pushed::default(), &Fetched::Nothing).unwrap_err();
    assert_eq!(error.kind(), "missing-observation");
    assert!(error.to_string().ends_with("temperature_156 and 156 more"), "{error}");
}

fn show(file: Vec<u8>) -> Pushed {
    Pushed { image: Some(Picture(file)), ..Pushed::default() }
}

#[test]
fn a_picture_is_its_decoded_bytes() {
    let manifest = manifest_of("digit");
    let decoded = image::load_from_memory(&picture("digit")).unwrap().into_luma8();
    let mut by_hand = Features::new(&manifest);
    by_hand.set_pixels(decoded.into_raw()).unwrap();
    let expected = by_hand.build().unwrap().commitment(&[1; 32]);
    let found = map("digit", &BTreeMap::new(), &show(picture("digit")), &Fetched::Nothing).unwrap();
    assert_eq!(found.commitment(&[1; 32]), expected);
}

#[test]
fn a_picture_of_the_wrong_kind_has_its_own_error() {
    let refused = |model: &str, pushed: &Pushed| {
        map(model, &BTreeMap::new(), pushed, &Fetched::Nothing).unwrap_err().kind()
    };
    let file = picture("digit");
    assert_eq!(refused("heart-disease", &show(file.clone())), "image-unsuitable");
    assert_eq!(refused("digit", &show(b"%PDF-1.7".to_vec())), "image-unsuitable");
    assert_eq!(refused("digit", &show(file[..40].to_vec())), "image-unsuitable");
    let mut narrow = Cursor::new(Vec::new());
    image::GrayImage::new(7, 8).write_to(&mut narrow, image::ImageFormat::Png).unwrap();
    assert_eq!(refused("digit", &show(narrow.into_inner())), "image-size");
    let mut by_name = show(file);
    by_name.inputs.insert("pixel_0_0".into(), Amount { value: 0.0, unit: "1".into() });
    assert_eq!(refused("digit", &by_name), "input-unknown");
    assert_eq!(refused("digit", &Pushed::default()), "missing-observation");
}
