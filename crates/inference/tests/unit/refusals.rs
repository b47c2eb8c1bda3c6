//! Models that do not fit have their own errors, before they run.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::{self, File};
use std::path::Path;

use crate::support::{
    floats, heart_disease, integer, integer_list, integers, load, load_bytes, manifest_json, node, onnx,
    parse, patient, proto, with_graph,
};
use files::Fault;
use inference::manifest::MAX_MANIFEST_BYTES;
use inference::{
    FixedPointError, GraphError, LoadError, Manifest, ManifestError, Model, PartsError, PredictError,
    MAX_MODEL_BYTES, MAX_ROWS,
};
use prost::Message;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, ValueInfoProto};

#[track_caller]
fn graph_error(result: Result<Model, LoadError>) -> GraphError {
    match result {
        Err(LoadError::Graph(error)) => error,
        Err(error) => panic!("unexpected refusal: {error}"),
        Ok(_) => panic!("the model was loaded"),
    }
}

#[track_caller]
fn file_error(result: Result<Model, LoadError>) -> files::Error {
    match result {
        Err(LoadError::File(error) | LoadError::Parts(PartsError::File(error))) => error,
        Err(error) => panic!("unexpected refusal: {error}"),
        Ok(_) => panic!("the model was loaded"),
    }
}

#[test]
fn a_model_file_with_one_byte_changed_is_refused() {
    let original = onnx();
    for place in [0, original.len() / 2, original.len() - 1] {
        let mut changed = original.clone();
        changed[place] ^= 1;
        let error = Model::new(parse(&manifest_json()), &changed).err().unwrap();
        assert!(matches!(error, LoadError::WrongHash { .. }), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::copy(heart_disease().join("manifest.json"), folder.path().join("manifest.json")).unwrap();
    fs::write(folder.path().join("model.onnx"), &original[..original.len() - 1]).unwrap();
    assert!(matches!(Model::load(folder.path()), Err(LoadError::WrongHash { .. })));
}

#[test]
fn a_file_that_claims_a_huge_size_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(heart_disease().join("manifest.json"), folder.path().join("manifest.json")).unwrap();
    // Sparse: a terabyte that takes no room.
    for (name, most) in [("model.onnx", MAX_MODEL_BYTES), ("manifest.json", MAX_MANIFEST_BYTES)] {
        let huge = folder.path().join(name);
        File::create(&huge).unwrap().set_len(1 << 40).unwrap();
        match file_error(Model::load(folder.path())) {
            files::Error { path, fault: Fault::TooLarge { limit } } => {
                assert_eq!((path, limit), (huge, most))
            }
            error => panic!("unexpected refusal: {error}"),
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    let missing = |path: &Path| match file_error(Model::load(path)) {
        files::Error { path, fault: Fault::Unreadable(_) } => path,
        error => panic!("unexpected refusal: {error}"),
    };
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(missing(&folder.path().join("nothing.json")), folder.path().join("nothing.json"));
    fs::copy(heart_disease().join("manifest.json"), folder.path().join("manifest.json")).unwrap();
    assert_eq!(missing(folder.path()), folder.path().join("model.onnx"));
}

#[test]
fn a_broken_manifest_stops_the_load() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.json"), "{").unwrap();
    assert!(matches!(Model::load(folder.path()), Err(LoadError::Manifest(ManifestError::Malformed(_)))));
}

#[test]
fn inputs_in_another_order_or_with_another_name_are_refused() {
    let mut swapped = manifest_json();
    swapped["inputs"].as_array_mut().unwrap().swap(2, 3);
    let error = graph_error(Model::new(parse(&swapped), &onnx()));
    assert!(matches!(error, GraphError::Features { .. }), "{error}");

    let mut renamed = manifest_json();
    renamed["inputs"][3]["name"] = "ldl_cholesterol".into();
    match graph_error(Model::new(parse(&renamed), &onnx())) {
        GraphError::Features { expected, found } => {
            assert_eq!(expected, found.replace(",cholesterol,", ",ldl_cholesterol,"));
        }
        error => panic!("{error}"),
    }

    let mut others = proto();
    others.metadata_props[0].value = "age,sex".into();
    assert!(matches!(graph_error(load(&others)), GraphError::Features { found, .. } if found == "age,sex"));
}

/// The size of the second dimension.
fn columns(value: &mut ValueInfoProto) -> &mut Option<Dimension> {
    let Some(TypeValue::TensorType(tensor)) = &mut value.r#type.as_mut().unwrap().value else { panic!() };
    &mut tensor.shape.as_mut().unwrap().dim[1].value
}

#[test]
fn a_graph_with_another_input_is_refused() {
    type Change = fn(&mut GraphProto);
    let changes: [(Change, &str); 4] = [
        (|graph| graph.input[0].name = "x".into(), "the input \"features\""),
        (|graph| *columns(&mut graph.input[0]) = Some(Dimension::DimValue(8)), "has 8 columns"),
        (
            |graph| graph.input.push(ValueInfoProto { name: "second".into(), ..graph.input[0].clone() }),
            "has 18 columns",
        ),
        (|graph| graph.input.clear(), "has no input"),
    ];
    for (change, expected) in changes {
        let mut proto = proto();
        change(proto.graph.as_mut().unwrap());
        let error = graph_error(load(&proto)).to_string();
        assert!(error.contains(expected), "{error}");
    }
    let mut fewer = manifest_json();
    fewer["inputs"].as_array_mut().unwrap().pop();
    let error = graph_error(Model::new(parse(&fewer), &onnx())).to_string();
    assert!(error.contains("has 9 columns") && error.contains("the manifest has 8 inputs"), "{error}");
}

#[test]
fn a_graph_that_says_less_of_its_input_has_the_manifest_s_columns() {
    let row = |model: &Model| model.predict(&[patient(model.manifest())]).unwrap()[0][0];
    let expected = row(&load(&proto()).unwrap());
    let changes: [fn(&mut GraphProto); 3] = [
        |graph| *columns(&mut graph.input[0]) = Some(Dimension::DimValue(-1)),
        |graph| *columns(&mut graph.input[0]) = Some(Dimension::DimParam("N".into())),
        |graph| *columns(&mut graph.input[0]) = None,
    ];
    for change in changes {
        let mut proto = proto();
        change(proto.graph.as_mut().unwrap());
        proto.metadata_props.clear();
        assert_eq!(row(&load(&proto).unwrap()), expected);
    }
}

#[test]
fn a_graph_with_other_outputs_is_refused() {
    let changes: [fn(&mut GraphProto); 2] =
        [|graph| graph.output[0].name = "logits".into(), |graph| graph.output.clear()];
    for change in changes {
        let mut proto = proto();
        change(proto.graph.as_mut().unwrap());
        let error = graph_error(load(&proto));
        assert!(matches!(&error, GraphError::Output { output, .. } if output == "risk"), "{error}");
    }
}

#[test]
fn another_operator_set_is_refused() {
    let mut proto = proto();
    proto.opset_import[0].version = 18;
    assert_eq!(graph_error(load(&proto)), GraphError::Opset { expected: 17, found: 18 });
    // Tree boosters name none.
    proto.opset_import.clear();
    assert!(load(&proto).is_ok());
    proto.graph = None;
    assert_eq!(graph_error(load(&proto)), GraphError::NoGraph);
}

#[test]
fn operator_sets_outside_of_those_that_were_tried_are_refused_by_name() {
    let mut json = manifest_json();
    json["model"].as_object_mut().unwrap().remove("opset");
    for version in [5, 24] {
        let mut proto = proto();
        proto.opset_import[0].version = version;
        let error = graph_error(load_bytes(parse(&json), &proto.encode_to_vec()));
        assert_eq!(error, GraphError::OperatorSet { domain: "ai.onnx".into(), version });
    }
}

#[test]
fn undefined_values_and_values_defined_twice_are_refused() {
    let from_nowhere = with_graph(vec![node("Sigmoid", &["nowhere"], "risk")], vec![]);
    let expected = GraphError::UnknownValue { user: "risk".into(), value: "nowhere".into() };
    assert_eq!(graph_error(load(&from_nowhere)), expected);

    let no_output = with_graph(vec![node("Sigmoid", &["features"], "other")], vec![]);
    let expected = GraphError::UnknownValue { user: "the list of outputs".into(), value: "risk".into() };
    assert_eq!(graph_error(load(&no_output)), expected);

    let twice =
        with_graph(vec![node("Abs", &["features"], "risk"), node("Neg", &["features"], "risk")], vec![]);
    assert_eq!(graph_error(load(&twice)), GraphError::RepeatedValue { value: "risk".into() });
}

#[test]
fn loops_and_random_operators_are_refused() {
    let mut loops = node("Loop", &["features"], "risk");
    loops.attribute.push(AttributeProto {
        name: "body".into(),
        g: Some(GraphProto::default()),
        ..Default::default()
    });
    assert_eq!(
        graph_error(load(&with_graph(vec![loops], vec![]))),
        GraphError::Subgraph { node: "risk".into() }
    );

    let chance = with_graph(vec![node("RandomUniformLike", &["features"], "risk")], vec![]);
    assert_eq!(graph_error(load(&chance)), GraphError::Random { node: "risk".into() });
}

#[test]
fn a_small_file_that_requests_a_hundred_gigabytes_is_refused_before_allocation() {
    let huge = [1 << 18, 1 << 18];
    let constant =
        with_graph(vec![node("ConstantOfShape", &["shape"], "risk")], vec![integers("shape", &huge)]);
    let unbounded = GraphError::UnboundedConstant { node: "risk".into() };
    assert_eq!(graph_error(load(&constant)), unbounded);

    let long = vec![0.0; 1 << 14];
    let mut column = floats("column", &long);
    column.dims = vec![1 << 14, 1];
    let outer = with_graph(vec![node("Add", &["column", "row"], "risk")], vec![column, floats("row", &long)]);
    assert_eq!(graph_error(load(&outer)), unbounded);

    // Each is twice as long as the one before.
    let mut names: Vec<String> = (0..60).map(|step| format!("x{step}")).collect();
    names.push("risk".to_owned());
    let doubled = |pair: &[String]| {
        let mut concat = node("Concat", &[&pair[0], &pair[0]], &pair[1]);
        concat.attribute.push(integer("axis", 0));
        concat
    };
    let doubling = with_graph(names.windows(2).map(doubled).collect(), vec![floats("x0", &[0.0])]);
    assert_eq!(graph_error(load(&doubling)), GraphError::UnboundedConstant { node: "x25".into() });

    let random = with_graph(vec![node("RandomNormal", &[], "risk")], vec![]);
    assert_eq!(graph_error(load(&random)), unbounded);

    let tiled = with_graph(
        vec![node("Tile", &["features", "times"], "large"), node("ReduceMean", &["large"], "risk")],
        vec![integers("times", &[1, 1 << 30])],
    );
    match load(&tiled) {
        Err(LoadError::TooMuchMemory { .. }) => (),
        Err(error) => panic!("unexpected refusal: {error}"),
        Ok(_) => panic!("loaded"),
    }
}

#[test]
fn a_tensor_that_claims_more_than_it_holds_is_refused() {
    let mut claim = floats("claim", &[1.0]);
    claim.dims = vec![1 << 40];
    match load(&with_graph(vec![node("Add", &["features", "claim"], "risk")], vec![claim])) {
        Err(LoadError::Unsupported(_)) => (),
        Err(error) => panic!("unexpected refusal: {error}"),
        Ok(_) => panic!("loaded"),
    }
}

#[test]
fn unknown_operators_are_refused_by_name_all_at_once() {
    let nodes = vec![node("Divine", &["features"], "sign"), node("Guess", &["sign"], "risk")];
    let error = graph_error(load(&with_graph(nodes, vec![]))).to_string();
    for name in ["Divine (sign)", "Guess (risk)"] {
        assert!(error.contains(&format!("the operator {name} is not supported")), "{error}");
    }
}

#[test]
fn a_graph_that_gives_another_shape_than_it_declares_is_refused() {
    // Declared [N, 1], but of all nine inputs.
    let wide = with_graph(vec![node("Sigmoid", &["features"], "risk")], vec![]);
    assert!(matches!(graph_error(load(&wide)), GraphError::Output { output, .. } if output == "risk"));
    let flat = with_graph(vec![node("IsNaN", &["features"], "risk")], vec![]);
    assert!(matches!(graph_error(load(&flat)), GraphError::Output { output, .. } if output == "risk"));
}

/// A graph whose result is the age times a factor.
fn ages(factor: f32) -> Model {
    let nodes = vec![gather(), node("Mul", &["age", "factor"], "risk")];
    load(&with_graph(nodes, vec![integers("first", &[0]), floats("factor", &[factor])])).unwrap()
}

fn gather() -> NodeProto {
    let mut gather = node("Gather", &["features", "first"], "age");
    gather.attribute.push(integer("axis", 1));
    gather
}

#[test]
fn a_result_that_is_not_a_probability_is_refused() {
    let model = ages(0.01);
    let row = patient(model.manifest());
    assert_eq!(model.predict(&[row]).unwrap()[0][0].to_string(), "0.5400");

    let model = ages(0.1);
    let row = patient(model.manifest());
    let expected = PredictError::OutOfRange { output: "risk".into(), low: "0".into(), high: "1".into() };
    assert_eq!(model.predict(&[row]), Err(expected));

    for factor in [f32::NAN, f32::INFINITY] {
        let model = ages(factor);
        let row = patient(model.manifest());
        let expected = PredictError::NoValue { output: "risk".into(), source: FixedPointError::NotFinite };
        assert_eq!(model.predict(&[row]), Err(expected));
    }
}

#[test]
fn a_panic_of_the_runtime_is_an_error_and_the_process_survives() {
    // tract 0.23.9 trusts the indices of a Gather.
    let mut mean = node("ReduceMean", &["age"], "risk");
    mean.attribute.push(integer_list("axes", &[1]));
    let model = load(&with_graph(vec![gather(), mean], vec![integers("first", &[0, 50])])).unwrap();
    let row = patient(model.manifest());
    let expected = PredictError::Failed("the runtime panicked on this graph".into());
    assert_eq!(model.predict(&[row]), Err(expected));
}

#[test]
fn too_many_rows_and_another_model_s_rows_are_refused() {
    let model = Model::load(heart_disease()).unwrap();
    let row = patient(model.manifest());
    assert_eq!(model.predict(&vec![row.clone(); MAX_ROWS]).unwrap().rows().len(), MAX_ROWS);
    assert_eq!(model.predict(&vec![row.clone(); MAX_ROWS + 1]), Err(PredictError::TooManyRows(MAX_ROWS + 1)));

    let mut json = manifest_json();
    json["version"] = "1.0.1".into();
    let other: Manifest = parse(&json);
    assert_eq!(model.predict(&[row, patient(&other)]), Err(PredictError::ForeignFeatures(1)));
}
