//! The operator against onnxruntime's answers, and the explanations against the `shap` package's.
//!
//! `models/fixtures/trees.py` wrote `fixtures/trees.json`; its head says with which versions.

use prost::Message;
use serde_json::Value;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

use super::*;

fn fixtures() -> Value {
    let path = std::env::var_os("THERIAC_TREE_FIXTURES").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/trees.json").into(),
        std::path::PathBuf::from,
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn proto(case: &Value) -> ModelProto {
    ModelProto::decode(&*hex::decode(case["onnx"].as_str().unwrap()).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    // JSON has neither infinities nor NaN: they are texts.
    let number = |x: &Value| x.as_f64().unwrap_or_else(|| x.as_str().unwrap().parse().unwrap());
    value.as_array().unwrap().iter().map(number).collect()
}

fn run(
    proto: &ModelProto,
    rows: usize,
    width: usize,
    values: &[f64],
    double: bool,
) -> TractResult<Vec<Vec<f64>>> {
    let mut onnx = tract_onnx::onnx();
    register(&mut onnx);
    let kind = if double { f64::datum_type() } else { f32::datum_type() };
    let mut model = onnx.model_for_proto_model(proto)?;
    model.set_input_fact(0, InferenceFact::dt_shape(kind, [rows, width]))?;
    let plan = model.into_optimized()?.into_runnable()?;
    let input = Tensor::from_shape(&[rows, width], values)?.cast_to_dt(kind)?.into_owned();
    let numbers =
        |result: &TValue| Ok(result.cast_to::<f64>()?.try_as_plain_ram()?.as_slice::<f64>()?.to_vec());
    plan.run(tvec!(input.into()))?.iter().map(numbers).collect()
}

#[test]
fn the_operator_answers_as_onnxruntime_and_as_the_node_tests_of_onnx() {
    let fixtures = fixtures();
    let cases = fixtures["operator"].as_array().unwrap();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let (rows, width) =
            (case["rows"].as_u64().unwrap() as usize, case["width"].as_u64().unwrap() as usize);
        let input = numbers(&case["input"]);
        let double = case["double"].as_bool().unwrap();
        let together = match run(&proto(case), rows, width, &input, double) {
            Ok(together) => together,
            Err(error) => {
                wrong.push(format!("{name}: {error:#}"));
                continue;
            }
        };
        for (output, expected) in together.iter().zip(case["outputs"].as_array().unwrap()) {
            // No label is expected if onnxruntime's is not one of the classes.
            if expected.is_null() {
                continue;
            }
            // An approximation with cancellation, in 32 bits.
            let tolerance = if name.contains("PROBIT") { 1e-5 } else { 1e-6 };
            let expected = numbers(expected);
            assert_eq!(output.len(), expected.len(), "{name}");
            for (place, (found, expected)) in output.iter().zip(&expected).enumerate() {
                let same = (found.is_nan() && expected.is_nan())
                    || found == expected
                    || (found - expected).abs() <= tolerance * expected.abs().max(1.0);
                if !same {
                    wrong.push(format!("{name} [{place}]: {found}, onnxruntime {expected}"));
                    break;
                }
            }
        }
        // A single row takes another path through the code, to the same bits.
        let alone = run(&proto(case), 1, width, &input[..width], double).unwrap();
        for (alone, together) in alone.iter().zip(&together) {
            let same = alone.iter().zip(together).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{name}: {alone:?} alone, {:?} together", &together[..alone.len()]);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn contributions_are_those_of_the_shap_package() {
    let fixtures = fixtures();
    let cases = fixtures["shap"].as_array().unwrap();
    assert!(cases.len() >= 3);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let explainer = TreeExplainer::new(&proto(case)).unwrap();
        for row in case["rows"].as_array().unwrap() {
            let values: Vec<f32> = numbers(&row["input"]).into_iter().map(|x| x as f32).collect();
            let explained = explainer.explain(&values).unwrap();
            for (sum, expected) in explained.iter().zip(row["contributions"].as_array().unwrap()) {
                let expected = numbers(expected);
                let found: Vec<f64> = sum.columns.iter().copied().chain([sum.base]).collect();
                assert_eq!(found.len(), expected.len(), "{name}");
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() <= 1e-5, "{name}: {found}, shap {expected}");
                }
            }
        }
    }
}

#[test]
fn two_classes_with_ambiguous_scores_are_refused() {
    let fixtures = fixtures();
    let cases = fixtures["refused"].as_array().unwrap();
    assert!(cases.len() >= 10);
    for case in cases {
        let refused = TreeError::Attribute { name: "class_ids", why: "is ambiguous for two classes" };
        assert_eq!(check(&proto(case).graph.unwrap().node[0]), Err(refused), "{}", case["name"]);
    }
}
