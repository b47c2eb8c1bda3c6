//! Forecasts and alarms are explained by the shape of the history that they use.
#![allow(clippy::unwrap_used, missing_docs)]

use crate::support;
use inference::manifest::Source;
use inference::{FeatureVector, Features, Model};
use serde_json::Value;

fn load(name: &str) -> Model {
    Model::load(support::models().join(name)).unwrap()
}

fn golden(model: &Model, place: usize) -> FeatureVector {
    let path = support::models().join(&model.manifest().name).join("golden.json");
    let golden: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    row(model, |name, _| golden["rows"][place]["inputs"][name].as_f64().unwrap())
}

fn row(model: &Model, value: impl Fn(&str, &Source) -> f64) -> FeatureVector {
    let mut features = Features::new(model.manifest());
    for input in &model.manifest().inputs {
        features.set(&input.name, value(&input.name, &input.source), &input.unit).unwrap();
    }
    features.build().unwrap()
}

#[test]
fn each_month_contributes_to_a_forecast_and_all_add_up_to_it() {
    let model = load("demand");
    let row = golden(&model, 7);
    let explanation = model.explain(&row, "median_3").unwrap();
    let months: Vec<_> = explanation.contributions.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(months.len(), 48);
    assert!(!months.contains(&"month"), "the calendar is not explained");
    let sum: f64 = explanation.contributions.iter().map(|(_, adds)| adds).sum();
    assert!((explanation.base + sum - explanation.score).abs() < 1e-12, "{explanation:?}");
    let forecast: f64 = model.predict(std::slice::from_ref(&row)).unwrap()[0]
        [model.manifest().output("median_3").unwrap().0]
        .to_string()
        .parse()
        .unwrap();
    assert!((explanation.score - forecast).abs() < 1e-3, "{} explained, not {forecast}", explanation.score);

    let errors = explanation.standard_errors.as_ref().unwrap();
    assert_eq!(errors.len(), months.len());
    let largest = explanation.contributions.iter().map(|(_, adds)| adds.abs()).fold(0.0, f64::max);
    assert!(errors.iter().all(|error| *error <= 0.01 * largest), "{errors:?}");
    assert_eq!(model.explain(&row, "median_3").unwrap(), explanation);
}

#[test]
fn a_flat_history_has_nothing_to_explain() {
    let model = load("demand");
    let flat = row(&model, |_, source| if matches!(source, Source::Series { .. }) { 1e5 } else { 150.0 });
    let explanation = model.explain(&flat, "median_1").unwrap();
    assert_eq!(explanation.contributions, []);
    assert_eq!(explanation.base, explanation.score);
}

#[test]
fn a_single_outlier_explains_the_latest_alarm() {
    let model = load("cold-chain");
    let warm = row(&model, |name, source| match source {
        Source::Series { lag: 0, .. } => 5.0 + 16.8,
        Source::Series { .. } => 5.0,
        _ if name == "usual" => 5.0,
        _ => 1.0,
    });
    // One hour at 21.8 in a week at 5: the mean is 5.1, and only the latest hour counts.
    let explanation = model.explain(&warm, "latest").unwrap();
    assert_eq!(explanation.standard_errors, None);
    for (name, adds) in &explanation.contributions {
        let is_latest =
            matches!(model.manifest().input(name).unwrap().1.source, Source::Series { lag: 0, .. });
        let expected = if is_latest { 16.7 } else { 0.0 };
        assert!((adds - expected).abs() < 1e-4, "{name}: {adds}");
    }
}
