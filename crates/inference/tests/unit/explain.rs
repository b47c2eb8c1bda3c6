//! Contributions must add up, and equal the values computed by hand.
#![allow(clippy::unwrap_used, missing_docs)]

use crate::support;
use crate::support::{
    floats, integer_list, integers, load_bytes, manifest_json, node, parse, patient, with_graph,
};
use inference::trees::TreeExplainer;
use inference::{ExplainError, Features, Model};
use prost::Message;
use serde_json::{json, Value};
use tract_onnx::pb::ModelProto;

/// A graph of age and sex behind the shipped model's inputs, with an output that is not a probability.
fn model(operator: &str) -> Model {
    let gather = |index: &str, output: &str| {
        let mut gather = node("Gather", &["features", index], output);
        gather.attribute.push(support::integer("axis", 1));
        gather
    };
    let nodes =
        vec![gather("first", "age"), gather("second", "sex"), node(operator, &["age", "sex"], "risk")];
    let proto = with_graph(nodes, vec![integers("first", &[0]), integers("second", &[1])]);
    let mut json = manifest_json();
    json["outputs"][0]["range"] = json!([-1000, 1000]);
    json["thresholds"] = json!([]);
    json["max_missing"] = 7.into();
    json["inputs"][0]["missing"] = "refuse".into();
    json["inputs"][1]["missing"] = "refuse".into();
    for (input, median) in [(0, 20), (1, 5)] {
        json["inputs"][input]["reference"] = json!({"edges": [median], "shares": [0.5, 0.5]});
        json["inputs"][input]["source"] = json!({"from": "parameter"});
    }
    json["inputs"][0]["range"] = json!([0, 40]);
    json["inputs"][1]["range"] = json!([0, 10]);
    json["inputs"][1]["categories"] = json!([]);
    load_bytes(parse(&json), &proto.encode_to_vec()).unwrap()
}

fn explained(operator: &str, age: f64, sex: f64) -> (f64, f64, Vec<(String, f64)>) {
    let model = model(operator);
    let mut features = Features::new(model.manifest());
    features.set("age", age, "a").unwrap();
    features.set("sex", sex, "1").unwrap();
    let explanation = model.explain(&features.build().unwrap(), "risk").unwrap();
    assert!(!explanation.log_odds);
    assert_eq!(explanation.standard_errors, None);
    (explanation.base, explanation.score, explanation.contributions)
}

#[test]
fn a_sum_is_explained_by_its_terms() {
    // The baseline is the middle of the training values: 20 and 5.
    let (base, score, contributions) = explained("Add", 30.0, 6.0);
    assert_eq!((base, score), (25.0, 36.0));
    assert_eq!(contributions, [("age".to_owned(), 10.0), ("sex".to_owned(), 1.0)]);
}

#[test]
fn a_product_is_shared_by_the_shapley_value() {
    // Half of 10 * 5 + 10 * 6, and half of 20 * 1 + 30 * 1.
    let (base, score, contributions) = explained("Mul", 30.0, 6.0);
    assert_eq!((base, score), (100.0, 180.0));
    assert_eq!(contributions, [("age".to_owned(), 55.0), ("sex".to_owned(), 25.0)]);
}

#[test]
fn an_input_equal_to_the_baseline_adds_nothing() {
    let (_, _, contributions) = explained("Mul", 20.0, 6.0);
    assert_eq!(contributions, [("sex".to_owned(), 20.0)]);
}

#[test]
fn a_risk_is_explained_in_log_odds_that_add_up() {
    let model = Model::load(support::heart_disease()).unwrap();
    let row = patient(model.manifest());
    let explanation = model.explain(&row, "risk").unwrap();
    assert!(explanation.log_odds);
    let sum: f64 = explanation.contributions.iter().map(|(_, adds)| adds).sum();
    assert!((explanation.base + sum - explanation.score).abs() < 1e-3, "{explanation:?}");
    let risk: f64 = model.predict(&[row]).unwrap()[0][0].to_string().parse().unwrap();
    assert!((explanation.score - (risk / (1.0 - risk)).ln()).abs() < 1e-3, "{explanation:?}");
}

#[test]
fn unknown_outputs_and_another_model_s_rows_are_refused() {
    let model = Model::load(support::heart_disease()).unwrap();
    let row = patient(model.manifest());
    assert_eq!(model.explain(&row, "fate"), Err(ExplainError::UnknownOutput("fate".into())));
    let mut json = manifest_json();
    json["version"] = "1.0.1".into();
    let other = parse(&json);
    assert_eq!(model.explain(&patient(&other), "risk"), Err(ExplainError::ForeignFeatures));
}

#[test]
fn a_probability_of_one_is_explained_as_it_is() {
    let mut reduce = node("ReduceMax", &["filled"], "risk");
    reduce.attribute.push(integer_list("axes", &[1]));
    let nodes = vec![
        node("IsNaN", &["features"], "gap"),
        node("Where", &["gap", "half", "features"], "all"),
        node("Mul", &["all", "first"], "age"),
        node("Clip", &["age", "half", "limit"], "filled"),
        reduce,
    ];
    let scalar = |name: &str, value: f32| {
        let mut tensor = floats(name, &[value]);
        tensor.dims.clear();
        tensor
    };
    // For the age alone: 0.9975 at the middle of its range, and 1.026 at the patient's.
    let mut first = floats("first", &[0.019, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    first.dims = vec![1, 9];
    let constants = vec![scalar("half", 0.5), scalar("limit", 1.0), first];
    let model = support::load(&with_graph(nodes, constants)).unwrap();
    let explanation = model.explain(&patient(model.manifest()), "risk").unwrap();
    assert!(!explanation.log_odds);
    assert!((explanation.base - 0.9975).abs() < 1e-6, "{explanation:?}");
    assert_eq!(explanation.score, 1.0);
    let adds = |input: &str| explanation.contributions.iter().find(|(name, _)| name == input).unwrap().1;
    assert!((adds("age") - 0.0025).abs() < 1e-6, "{explanation:?}");
    assert_eq!(adds("cholesterol"), 0.0);
}

#[test]
fn an_infinite_result_is_not_explained() {
    let model = model("Div");
    let mut features = Features::new(model.manifest());
    features.set("age", 30.0, "a").unwrap();
    features.set("sex", 0.0, "1").unwrap();
    assert_eq!(model.explain(&features.build().unwrap(), "risk"), Err(ExplainError::NotFinite));
}

/// `models/fixtures/shipped.py` wrote the fixture; its head says with which versions.
#[test]
fn explanations_of_shipped_trees_agree_with_the_shap_package() {
    let fixture = include_str!("../../fixtures/shipped-trees.json");
    let explained: Vec<Value> = serde_json::from_str(fixture).unwrap();
    let mut with_trees = Vec::new();
    for entry in std::fs::read_dir(support::models()).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(onnx) = std::fs::read(folder.join("model.onnx")) else { continue };
        let proto = ModelProto::decode(&*onnx).unwrap();
        if !proto.graph.as_ref().unwrap().node.iter().any(|node| node.op_type.starts_with("TreeEnsemble")) {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let explainer = TreeExplainer::new(&proto).unwrap_or_else(|error| panic!("{name}: {error}"));
        let model = explained.iter().find(|model| model["model"] == name.as_str()).unwrap();
        for row in model["rows"].as_array().unwrap() {
            #[allow(clippy::cast_possible_truncation)]
            let value = |value: &Value| value.as_f64().map_or(f32::NAN, |value| value as f32);
            let input: Vec<f32> = row["input"].as_array().unwrap().iter().map(value).collect();
            let sums = explainer.explain(&input).unwrap();
            assert_eq!(sums.len(), 1, "{name}");
            let found: Vec<f64> = sums[0].columns.iter().copied().chain([sums[0].base]).collect();
            let expected: Vec<f64> = row["contributions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|value| value.as_f64().unwrap())
                .collect();
            assert_eq!(found.len(), expected.len(), "{name}");
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() <= 1e-6, "{name}: {found}, shap {expected}");
            }
        }
        with_trees.push(name);
    }
    assert_eq!(with_trees.len(), explained.len(), "{with_trees:?}");
}
