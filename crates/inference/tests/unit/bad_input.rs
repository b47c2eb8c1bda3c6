//! For any input: the error that the rules require, or complete features and a value in range.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::collections::HashSet;
use std::io::Cursor;

use crate::support;
use image::{GrayImage, ImageFormat};
use inference::manifest::{Manifest, Missing};
use inference::ucum::UnitError;
use inference::{FeatureError, Features, ImageError, Model, Reading, SeriesError};
use jiff::tz::Offset;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{json, Value};

/// Numbers of all kinds, many of them at or near the ends of ranges.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => -10.0..700.0,
        2 => (0u8..4).prop_map(f64::from),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324, -0.0]),
        1 => any::<f64>(),
    ]
}

/// The input to set (one more than there are), its value, and its unit: 0 is the manifest's own.
fn entry(inputs: usize) -> impl Strategy<Value = (usize, f64, u8)> {
    (0..=inputs, number(), prop_oneof![8 => Just(0u8), 1 => Just(1), 1 => Just(2)])
}

/// The expected error for a value, by the rules in order.
fn expected(
    manifest: &Manifest,
    name: &str,
    value: f64,
    unit: &str,
    given: &HashSet<String>,
) -> Result<(), FeatureError> {
    let Some((_, input)) = manifest.input(name) else { return Err(FeatureError::UnknownInput(name.into())) };
    let input_name = name.to_owned();
    if given.contains(name) {
        return Err(FeatureError::Repeated(input_name));
    }
    if !value.is_finite() {
        return Err(FeatureError::NotFinite(input_name));
    }
    if unit == "furlong" {
        let source = UnitError::Unknown(unit.into());
        return Err(FeatureError::Unit { input: input_name, source });
    }
    if unit != input.unit {
        let source = UnitError::Incompatible { from: unit.into(), to: input.unit.clone() };
        return Err(FeatureError::Unit { input: input_name, source });
    }
    let [low, high] = input.range;
    let is_category =
        input.categories.is_empty() || input.categories.iter().any(|category| category.value == value);
    if value < low || value > high || !is_category {
        let [low, high] = input.range.map(|end| end.to_string());
        return Err(FeatureError::OutOfRange { input: input_name, low, high, unit: unit.into() });
    }
    Ok(())
}

/// The expected error for the remaining gaps.
fn gaps(manifest: &Manifest, given: &HashSet<String>) -> Option<FeatureError> {
    let missing: Vec<_> = manifest.inputs.iter().filter(|input| !given.contains(&input.name)).collect();
    if let Some(input) = missing.iter().find(|input| input.missing == Missing::Refuse) {
        return Some(FeatureError::Required(input.name.clone()));
    }
    let names: Vec<_> = missing.iter().map(|input| input.name.as_str()).collect();
    (missing.len() > manifest.max_missing).then(|| FeatureError::TooManyMissing {
        missing: missing.len(),
        allowed: manifest.max_missing,
        names: names.join(", "),
    })
}

/// A manifest whose inputs use three steps of a temperature.
fn with_series(step: &str) -> Manifest {
    let input = |lag: usize| {
        json!({"name": format!("t_{lag}"), "description": "Temperature", "unit": "Cel", "range": [-40, 60],
               "missing": "refuse", "source": {"from": "series", "series": "temperature", "step": step, "lag": lag}})
    };
    let mut json = support::manifest_json();
    json["inputs"] = json!([input(2), input(1), input(0)]);
    json["max_missing"] = 0.into();
    support::parse(&json)
}

/// The expected result for hourly readings: seconds, and UTC offsets in hours.
fn expected_of_hours(readings: &[(i64, i8)]) -> Option<SeriesError> {
    let found = readings.len();
    if found < 3 {
        return Some(SeriesError::TooShort { found, needed: 3 });
    }
    readings.windows(2).zip(1..).find_map(|(pair, place)| {
        let [(before, old), (now, new)] = pair else { return None };
        match now - before {
            _ if old != new => Some(SeriesError::OffsetChanged(place)),
            0 => Some(SeriesError::Duplicate(place)),
            step if step < 0 => Some(SeriesError::Unsorted(place)),
            3600 => None,
            _ => Some(SeriesError::Gap(place)),
        }
    })
}

fn picture_manifest(resize: &str) -> Manifest {
    let mut json: Value = support::manifest_json();
    json["inputs"] = json!([]);
    json["max_missing"] = 0.into();
    json["image"] = json!({
        "width": 4, "height": 2, "channels": "grey", "range": [0, 1], "formats": ["png"], "resize": resize
    });
    support::parse(&json)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_is_accepted_or_refused_by_the_rule_that_it_breaks(
        entries in prop::collection::vec(entry(9), 0..24),
    ) {
        let model = Model::load(support::heart_disease()).unwrap();
        let manifest = model.manifest();
        let mut features = Features::new(manifest);
        let mut given = HashSet::new();
        for (place, value, unit) in entries {
            let input = manifest.inputs.get(place);
            let name = input.map_or("shoe_size", |input| &input.name);
            let own = input.map_or("1", |input| &input.unit);
            let unit = match unit {
                0 => own,
                1 => "furlong",
                _ if own == "mm[Hg]" => "a",
                _ => "mm[Hg]",
            };
            let result = features.set(name, value, unit);
            prop_assert_eq!(&result, &expected(manifest, name, value, unit, &given));
            if result.is_ok() {
                given.insert(name.to_owned());
            }
        }
        match (features.build(), gaps(manifest, &given)) {
            (Err(error), expected) => prop_assert_eq!(Some(error), expected),
            (Ok(row), expected) => {
                prop_assert_eq!(expected, None);
                let risk = model.predict(&[row]).unwrap()[0][0];
                prop_assert!((0..=10_000).contains(&risk.value), "{}", risk);
            }
        }
    }

    #[test]
    fn a_series_is_accepted_only_if_complete_sorted_unique_and_with_one_offset(
        steps in prop::collection::vec((prop_oneof![12 => Just(3600i64), 1 => Just(0), 1 => -7200i64..7200],
                                        prop_oneof![16 => Just(0i8), 1 => -1i8..=1]), 0..8),
        value in number(),
        place in any::<prop::sample::Index>(),
    ) {
        let manifest = with_series("PT1H");
        let (mut at, mut hours) = (1_800_000_000, 0);
        let mut times = Vec::new();
        for (step, clock) in steps {
            at += step;
            hours += clock;
            times.push((at, hours));
        }
        let mut readings: Vec<_> = times
            .iter()
            .map(|(at, hours)| Reading { at: Timestamp::from_second(*at).unwrap(), offset: Offset::constant(*hours), value: 5.0 })
            .collect();
        let latest = times.len().min(3);
        // One of the three that are used.
        let lag = if latest == 0 { 0 } else { place.index(latest) };
        if let Some(reading) = readings.iter_mut().rev().nth(lag) {
            reading.value = value;
        }
        let mut features = Features::new(&manifest);
        let result = features.set_series("temperature", &readings, "Cel");
        let name = format!("t_{lag}");
        let expected = match expected_of_hours(&times) {
            Some(error) => Err(error),
            None => expected(&manifest, &name, value, "Cel", &HashSet::new()).map_err(SeriesError::Value),
        };
        prop_assert_eq!(&result, &expected);
        prop_assert_eq!(features.build().is_ok(), result.is_ok());
    }

    #[test]
    fn a_picture_of_any_size_follows_the_rule_or_is_refused_with_both_sizes(
        width in 1u32..20,
        height in 1u32..20,
        shrinks in any::<bool>(),
    ) {
        let manifest = picture_manifest(if shrinks { "shrink" } else { "refuse" });
        let mut bytes = Cursor::new(Vec::new());
        GrayImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let mut features = Features::new(&manifest);
        let fits = (width, height) == (4, 2) || (shrinks && width == 2 * height && width > 4);
        let expected =
            if fits { Ok(()) } else { Err(ImageError::Size { width, height, wanted_width: 4, wanted_height: 2 }) };
        prop_assert_eq!(features.set_image(bytes.get_ref()), expected);
        prop_assert_eq!(features.build().is_ok(), fits);
    }
}
