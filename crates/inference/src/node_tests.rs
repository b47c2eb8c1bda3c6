//! ONNX's own node tests, through the normal form and tract as a model goes.
//!
//! `models/zoo/node_tests.py` writes them as files. The list of those that pass is in `fixtures/node-tests.txt`: the test
//! fails if one is lost or one gives another value than onnx expects. Refusals are allowed, wrong values are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use prost::Message;
use tract_onnx::data_resolver::FopenDataResolver;
use tract_onnx::pb::{ModelProto, TensorProto};
use tract_onnx::prelude::*;
use tract_onnx::tensor::load_tensor;

use crate::model::caught;
use crate::normal::normal_operators;
use crate::{graph, operators};

/// The folder with the tests, and the file that the table is written to, if it is to be written.
const FOLDER: &str = "THERIAC_NODE_TESTS";
const TABLE: &str = "THERIAC_NODE_TABLE";
/// Of values, as in onnx's own runner.
const RELATIVE: f64 = 1e-3;
const ABSOLUTE: f64 = 1e-6;

/// Tests that give another value, and why that does no harm.
const OTHERWISE: [(&str, &str); 2] = [
    // tract's largest of nothing but minus infinity is the smallest number. Both give NaN here, which a model refuses.
    ("node/test_attention_23_boolmask_fullymasked_row_nan_robustness_expanded", "NaN"),
    ("node/test_attention_23_fullymasked_qk_matmul_output_mode3_zero_expanded", "NaN"),
];
/// Operators whose operands but the first say how they work. Exporters write them as constants, and so does this test.
const CONSTANT_OPERANDS: [&str; 22] = [
    "CumSum",
    "Expand",
    "OneHot",
    "Pad",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "Reshape",
    "Resize",
    "Slice",
    "Split",
    "Squeeze",
    "Tile",
    "TopK",
    "Upsample",
];

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Refused(String),
    Wrong(String),
    /// Not a graph of tensors, or of an operator set that is not claimed.
    NotClaimed,
}

#[test]
fn node_tests_of_onnx_pass_or_are_refused() {
    let Ok(folder) = std::env::var(FOLDER) else {
        eprintln!("ONNX's node tests did not run: {FOLDER} names no folder (models/zoo/build --node-tests writes it)");
        return;
    };
    let mut outcomes: BTreeMap<String, (String, Outcome)> = BTreeMap::new();
    for kind in ["node", "simple", "pytorch-operator", "pytorch-converted"] {
        let tests = fs::read_dir(Path::new(&folder).join(kind)).unwrap();
        let tests: Vec<PathBuf> = tests.map(|entry| entry.unwrap().path()).collect();
        for test in tests.iter().filter(|test| test.join("model.onnx").is_file()) {
            let name = format!("{kind}/{}", test.file_name().unwrap().to_string_lossy());
            let proto = ModelProto::decode(&*fs::read(test.join("model.onnx")).unwrap());
            let Ok(proto) = proto else { continue };
            let operators = proto.graph.iter().flat_map(|graph| &graph.node);
            let operator = operators.last().map_or_else(String::new, |node| node.op_type.clone());
            let group = if kind == "node" { operator } else { kind.to_owned() };
            outcomes.insert(name, (group, outcome(test, proto)));
        }
    }
    assert!(outcomes.len() > 1000, "{} tests", outcomes.len());

    let passed: Vec<&str> =
        outcomes.iter().filter(|(_, (_, o))| *o == Outcome::Passed).map(|(name, _)| name.as_str()).collect();
    let wrong: Vec<String> = outcomes
        .iter()
        .filter_map(|(name, (_, outcome))| match outcome {
            Outcome::Wrong(_) if OTHERWISE.iter().any(|(own, _)| own == name) => None,
            Outcome::Wrong(why) => Some(format!("{name}: {why}")),
            _ => None,
        })
        .collect();
    let list = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/node-tests.txt");
    if let Ok(table) = std::env::var(TABLE) {
        fs::write(table, as_table(&outcomes)).unwrap();
        fs::write(&list, passed.join("\n") + "\n").unwrap();
    }
    let before = fs::read_to_string(&list).unwrap();
    let lost: Vec<&str> = before.lines().filter(|name| !passed.contains(name)).collect();
    assert!(wrong.is_empty(), "{} wrong values:\n{}", wrong.len(), wrong.join("\n"));
    assert!(lost.is_empty(), "{} tests passed before:\n{}", lost.len(), lost.join("\n"));
}

/// Passed of all, by operator.
fn as_table(outcomes: &BTreeMap<String, (String, Outcome)>) -> String {
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (group, outcome) in outcomes.values() {
        if *outcome != Outcome::NotClaimed {
            let [passed, all] = counts.entry(group).or_default();
            *passed += usize::from(*outcome == Outcome::Passed);
            *all += 1;
        }
    }
    let rows = counts.iter().map(|(group, [passed, all])| format!("| {group} | {passed} | {all} |\n"));
    format!("| operator | passed | of |\n| --- | ---: | ---: |\n{}", rows.collect::<String>())
}

fn outcome(test: &Path, proto: ModelProto) -> Outcome {
    let files = |kind: &str| {
        let file = |place: usize| fs::read(test.join(format!("test_data_set_0/{kind}_{place}.pb"))).ok();
        (0..).map_while(file).collect::<Vec<_>>()
    };
    let tensors = |kind: &str| -> Option<Vec<TensorProto>> {
        files(kind).iter().map(|bytes| TensorProto::decode(&**bytes).ok()).collect()
    };
    let (Some(inputs), Some(expected)) = (tensors("input"), tensors("output")) else {
        return Outcome::NotClaimed;
    };
    let own = proto.opset_import.iter().find(|set| set.domain.is_empty());
    let claimed = own.is_none_or(|set| crate::opsets::OPSETS.contains(&set.version));
    let training = proto.opset_import.iter().any(|set| set.domain.contains("training"));
    if !claimed || training || expected.is_empty() {
        return Outcome::NotClaimed;
    }
    match run(proto, &inputs) {
        Err(why) => Outcome::Refused(why),
        Ok(found) => {
            let place = found.iter().zip(&expected).position(|(found, expected)| !same(found, expected));
            match place {
                None if found.len() == expected.len() => Outcome::Passed,
                place => Outcome::Wrong(format!("output {place:?}: {found:?}").chars().take(300).collect()),
            }
        }
    }
}

fn run(mut proto: ModelProto, inputs: &[TensorProto]) -> Result<TVec<TValue>, String> {
    let mut inputs = inputs.to_vec();
    if let Some(graph) = proto.graph.as_mut().filter(|graph| graph.node.len() == 1) {
        if CONSTANT_OPERANDS.contains(&graph.node[0].op_type.as_str()) {
            let names: Vec<String> = graph.input.iter().skip(1).map(|input| input.name.clone()).collect();
            let constants = inputs.drain(1..).zip(names).map(|(tensor, name)| TensorProto { name, ..tensor });
            graph.initializer.extend(constants);
            graph.input.truncate(1);
        }
    }
    let proto = normal_operators(proto).map_err(|error| error.to_string())?;
    graph::check(&proto).map_err(|error| error.to_string())?;
    let mut reader = tract_onnx::onnx();
    operators::register(&mut reader);
    caught(|| {
        let mut model = reader.model_for_proto_model(&proto)?;
        let mut values = tvec!();
        for (place, input) in inputs.iter().enumerate().take(model.inputs.len()) {
            let value = load_tensor(&FopenDataResolver, input, None)?;
            model.set_input_fact(place, InferenceFact::dt_shape(value.datum_type(), value.shape()))?;
            values.push(value.into_tvalue());
        }
        model.into_typed()?.into_optimized()?.into_runnable()?.run(values)
    })
}

fn same(found: &TValue, expected: &TensorProto) -> bool {
    let Ok(expected) = load_tensor(&FopenDataResolver, expected, None) else { return false };
    if found.shape() != expected.shape() {
        return false;
    }
    let half = expected.datum_type() == f16::datum_type();
    let numbers = |tensor: &Tensor| -> Option<Vec<f64>> {
        let tensor = tensor.cast_to::<f64>().ok()?.into_owned();
        Some(tensor.try_as_plain_ram().ok()?.as_slice::<f64>().ok()?.to_vec())
    };
    let (Some(found), Some(expected)) = (numbers(found), numbers(&expected)) else { return false };
    // Numbers of 16 bits have three digits.
    let relative = if half { 10.0 * RELATIVE } else { RELATIVE };
    found.iter().zip(&expected).all(|(found, expected)| {
        found == expected
            || (found.is_nan() && expected.is_nan())
            || (found - expected).abs() <= ABSOLUTE + relative * expected.abs()
    })
}
