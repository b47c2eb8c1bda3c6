use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

use super::Program;
use crate::manifest::{Input, Manifest, Missing};
use crate::model::Model;

/// All shipped models: the manifest twice, because it is not cloned, and the graph.
fn shipped() -> Vec<(Manifest, Manifest, Vec<u8>)> {
    let models = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let folders = fs::read_dir(models).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|folder| folder.join("manifest.json").is_file());
    let read = |folder: PathBuf| {
        let json = fs::read(folder.join("manifest.json")).unwrap();
        let parse = || Manifest::parse(&json).unwrap();
        (parse(), parse(), fs::read(folder.join("model.onnx")).unwrap())
    };
    folders.map(read).collect()
}

/// Numbers that look random, from 0 to 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        // Splitmix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A value that the manifest allows, or NaN where one may be missing.
    fn value(&mut self, input: &Input) -> f64 {
        if input.missing == Missing::ImputeInGraph && self.roll() < 0.2 {
            return f64::NAN;
        }
        let chance = self.roll();
        let [low, high] = input.range;
        let category = (chance * input.categories.len() as f64) as usize;
        let value = low * (1.0 - chance) + high * chance;
        input.categories.get(category).map_or(value, |category| category.value)
    }

    fn rows(&mut self, manifest: &Manifest, count: usize) -> Vec<f64> {
        let mut row = || -> Vec<f64> {
            match &manifest.image {
                Some(image) => {
                    (0..image.values()).map(|_| image.value((self.roll() * 256.0) as u8)).collect()
                }
                None => manifest.inputs.iter().map(|input| self.value(input)).collect(),
            }
        };
        (0..count).flat_map(|_| row()).collect()
    }
}

#[test]
fn shipped_models_give_the_same_results_as_tract() {
    for (manifest, same, onnx) in shipped() {
        let name = manifest.name.clone();
        let (model, in_tract) =
            (Model::new(manifest, &onnx).unwrap(), Model::new_in_tract(same, &onnx).unwrap());
        assert!(in_tract.is_in_tract() && !model.is_in_tract(), "{name}");
        let values = Dice(1).rows(model.manifest(), 100);
        let own = model.run(&values).unwrap();
        let other = in_tract.run(&values).unwrap();
        assert_eq!(own.len(), other.len());
        for (own, other) in own.iter().flatten().zip(other.iter().flatten()) {
            let near = (own - other).abs() <= 2e-5 * other.abs().max(1.0);
            assert!(near || own.to_bits() == other.to_bits(), "{name}: {own}, tract {other}");
        }
    }
}

#[test]
fn a_row_s_result_is_the_same_alone_and_in_any_batch() {
    let models: Vec<_> =
        shipped().into_iter().map(|(manifest, _, onnx)| Model::new(manifest, &onnx).unwrap()).collect();
    proptest!(ProptestConfig::with_cases(16), |(seed in any::<u64>(), count in 1usize..200, place in any::<prop::sample::Index>())| {
        for model in &models {
            let width = model.manifest().columns();
            let values = Dice(seed).rows(model.manifest(), count);
            let place = place.index(count);
            let together = model.run(&values).unwrap();
            let alone = model.run(&values[place * width..][..width]).unwrap();
            for (together, alone) in together.iter().zip(&alone) {
                prop_assert_eq!(together.len(), count);
                prop_assert_eq!(together[place].to_bits(), alone[0].to_bits(), "{}", &model.manifest().name);
            }
        }
    });
}

/// A graph of one operator on the input `x`.
fn graph(operator: &str, domain: &str) -> GraphProto {
    let value = |name: &str| ValueInfoProto { name: name.to_owned(), ..Default::default() };
    let node = NodeProto {
        op_type: operator.to_owned(),
        domain: domain.to_owned(),
        input: vec!["x".to_owned()],
        output: vec!["y".to_owned()],
        ..Default::default()
    };
    GraphProto { node: vec![node], input: vec![value("x")], output: vec![value("y")], ..Default::default() }
}

#[test]
fn graphs_with_unknown_operators_are_left_to_tract() {
    assert!(Program::of(&graph("Abs", ""), 1).is_some());
    assert!(Program::of(&graph("Abs", ""), 2).is_none(), "an output of two columns");
    assert!(Program::of(&graph("Erf", ""), 1).is_none());
    assert!(Program::of(&graph("Abs", "elsewhere"), 1).is_none());
    assert!(Program::of(&graph("IsNaN", ""), 1).is_none(), "an output that is not a float");
}

#[test]
fn a_step_that_reads_its_own_columns_keeps_their_order() {
    let mut twice = graph("Exp", "");
    for (name, of) in [("z", "y"), ("w", "z")] {
        let node =
            NodeProto { input: vec![of.to_owned()], output: vec![name.to_owned()], ..twice.node[0].clone() };
        twice.node.push(node);
    }
    twice.output[0].name = "w".to_owned();
    let results = Program::of(&twice, 1).unwrap().run(&[0.0, 0.5]).unwrap();
    assert_eq!(results, [vec![0f32.exp().exp().exp(), 0.5f32.exp().exp().exp()]]);
}

/// The heart disease model with another graph, here and in tract: age and sex go through an operator.
fn with_operator(operator: &str, operands: &[&str]) -> (Model, Model) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/heart-disease");
    let mut proto = ModelProto::decode(&*fs::read(folder.join("model.onnx")).unwrap()).unwrap();
    let graph = proto.graph.as_mut().unwrap();
    let node = |operator: &str, operands: &[&str], result: &str, integer: Option<(&str, i64)>| NodeProto {
        op_type: operator.to_owned(),
        input: operands.iter().map(|name| (*name).to_owned()).collect(),
        output: vec![result.to_owned()],
        attribute: integer
            .map(|(name, i)| AttributeProto { name: name.to_owned(), i, r#type: 2, ..Default::default() })
            .into_iter()
            .collect(),
        ..Default::default()
    };
    let constant = |name: &str, data_type: i32, int64_data: Vec<i64>, float_data: Vec<f32>| TensorProto {
        name: name.to_owned(),
        dims: vec![1],
        data_type,
        int64_data,
        float_data,
        ..Default::default()
    };
    graph.initializer = vec![
        constant("first", 7, vec![0], vec![]),
        constant("second", 7, vec![1], vec![]),
        constant("half", 1, vec![], vec![0.5]),
    ];
    graph.node = vec![
        node("Gather", &["features", "first"], "a", Some(("axis", 1))),
        node("Gather", &["features", "second"], "b", Some(("axis", 1))),
        node("Greater", &["a", "b"], "above", None),
        node("Equal", &["a", "b"], "same", None),
        node("Less", &["a", "b"], "below", None),
        node("IsNaN", &["a"], "gap", None),
        node(operator, operands, "risk", None),
    ];
    let bytes = proto.encode_to_vec();
    let json = fs::read(folder.join("manifest.json")).unwrap();
    let manifest = || {
        let mut manifest = Manifest::parse(&json).unwrap();
        manifest.model.sha256 = Sha256::digest(&bytes).into();
        manifest
    };
    (Model::new(manifest(), &bytes).unwrap(), Model::new_in_tract(manifest(), &bytes).unwrap())
}

#[test]
fn every_operator_gives_the_same_result_as_tract_for_all_kinds_of_numbers() {
    const NUMBERS: [f32; 13] = [
        f32::NAN,
        f32::NEG_INFINITY,
        f32::MIN,
        -90.0,
        -1.5,
        -0.0,
        0.0,
        1e-30,
        0.5,
        1.0,
        90.0,
        f32::MAX,
        f32::INFINITY,
    ];
    let unary = ["Abs", "Neg", "Exp", "Log", "Sqrt", "Sin", "Cos", "Sigmoid", "Relu", "Identity"];
    let binary = ["Add", "Sub", "Mul", "Div", "Max", "Min"];
    let mut graphs: Vec<(&str, Vec<&str>)> = unary.map(|operator| (operator, vec!["a"])).to_vec();
    for operator in binary {
        graphs.extend(
            [vec!["a", "b"], vec!["a", "half"], vec!["half", "b"]].map(|operands| (operator, operands)),
        );
    }
    graphs.extend(["above", "same", "below", "gap"].map(|which| ("Where", vec![which, "a", "b"])));
    for (operator, operands) in graphs {
        let (model, in_tract) = with_operator(operator, &operands);
        assert!(!model.is_in_tract(), "{operator}");
        let width = model.manifest().inputs.len();
        for a in NUMBERS {
            for b in NUMBERS {
                let mut row = vec![0.0; width];
                (row[0], row[1]) = (f64::from(a), f64::from(b));
                let own = model.run(&row).unwrap()[0][0];
                let other = in_tract.run(&row).unwrap()[0][0];
                let near = (own - other).abs() <= 1e-6 * other.abs().max(1.0);
                // tract 0.23.9 turns NaN into a number in some kernels, such as its sigmoid.
                let same = own == other || own.is_nan() && (other.is_nan() || a.is_nan() || b.is_nan());
                assert!(near || same, "{operator} {operands:?} of {a} and {b}: {own}, tract {other}");
            }
        }
    }
}
