use super::*;
use serde_json::{json, Value};

/// A manifest with every kind of source, for the tests of this crate.
pub(crate) const SMALL: &str = r#"{
    "format": 1, "name": "small", "version": "1.0.0", "kind": "disease-risk", "description": "A risk.",
    "licence": "Apache-2.0", "valid_until": "2028-02-29", "intended_use": "Tests.", "limits": ["Nothing else."],
    "model": {"file": "model.onnx", "sha256": "00000000000000000000000000000000000000000000000000000000000000ff", "opset": 17, "input": "features"},
    "inputs": [
        {"name": "age", "description": "Age", "unit": "a", "range": [28, 77], "missing": "refuse", "source": {"from": "patient-age"}},
        {"name": "cholesterol", "description": "Total cholesterol", "unit": "mg/dL", "substance": "cholesterol", "range": [85, 603],
         "missing": "impute-in-graph",
         "source": {"from": "observation", "codes": [{"system": "http://loinc.org", "code": "2093-3", "display": "Cholesterol"}]}},
        {"name": "smoker", "description": "Smokes", "unit": "1", "range": [0, 1], "missing": "impute-in-graph",
         "categories": [{"value": 0, "meaning": "no"}, {"value": 1, "meaning": "yes"}],
         "source": {"from": "coded-observation", "codes": [{"system": "http://loinc.org", "code": "72166-2", "display": "Smoking"}],
                    "answers": [{"system": "http://snomed.info/sct", "code": "266919005", "value": 0}]}}
    ],
    "max_missing": 1,
    "outputs": [{"name": "risk", "description": "Risk", "unit": "1", "range": [0, 1], "decimals": 4}],
    "thresholds": [{"name": "elevated", "output": "risk", "at_least": 0.5, "meaning": "More likely than not"}],
    "training_data": {"name": "Data", "origin": "Somewhere", "sha256": "0000000000000000000000000000000000000000000000000000000000000001", "rows": 10, "licence": "CC0-1.0"}
}"#;

/// [`SMALL`] with a reference of its ages: a half up to 40 years, a quarter up to 50, a quarter above.
pub(crate) fn with_reference() -> Manifest {
    let mut json: Value = serde_json::from_str(SMALL).unwrap();
    json["inputs"][0]["reference"] = json!({"edges": [40, 50], "shares": [0.5, 0.25, 0.25]});
    Manifest::parse(json.to_string().as_bytes()).unwrap()
}

/// [`SMALL`] with a calibration.
pub(crate) fn with_conformal(entries: Value) -> Result<Manifest, ManifestError> {
    let mut json: Value = serde_json::from_str(SMALL).unwrap();
    json["conformal"] = entries;
    Manifest::parse(json.to_string().as_bytes())
}

/// Two readings of a temperature in Cel as the only inputs, the earlier one first.
pub(crate) fn with_series(step: &str) -> Manifest {
    let input = |lag: usize| {
        json!({"name": format!("t_{lag}"), "description": "Temperature", "unit": "Cel", "range": [-40, 60],
               "missing": "refuse", "source": {"from": "series", "series": "temperature", "step": step, "lag": lag}})
    };
    let mut json: Value = serde_json::from_str(SMALL).unwrap();
    json["inputs"] = json!([input(1), input(0)]);
    json["max_missing"] = json!(0);
    Manifest::parse(json.to_string().as_bytes()).unwrap()
}

fn changed(pointer: &str, value: Value) -> Result<Manifest, ManifestError> {
    let mut json: Value = serde_json::from_str(SMALL).unwrap();
    *json.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    Manifest::parse(json.to_string().as_bytes())
}

#[test]
fn a_manifest_is_read_with_all_its_fields() {
    let manifest = Manifest::parse(SMALL.as_bytes()).unwrap();
    assert_eq!(manifest.kind, Kind::DiseaseRisk);
    assert_eq!(manifest.model.sha256[31], 0xff);
    assert_eq!(manifest.hash(), <[u8; 32]>::from(Sha256::digest(SMALL.as_bytes())));
    let (place, cholesterol) = manifest.input("cholesterol").unwrap();
    assert_eq!((place, cholesterol.substance), (1, Some(Analyte::Cholesterol)));
    assert!(matches!(&cholesterol.source, Source::Observation { codes } if codes[0].code == "2093-3"));
    assert!(manifest.input("height").is_none());
    assert_eq!(manifest.output("risk").unwrap().1.decimals, 4);
}

#[test]
fn the_last_day_counts_to_its_end() {
    // 2028-03-01T00:00:00Z.
    assert_eq!(Manifest::parse(SMALL.as_bytes()).unwrap().valid_until_ms(), 1_835_481_600_000);
    assert_eq!(check::end_of_day_ms("1970-01-01"), Some(86_400_000));
    for wrong in [
        "2027-02-29",
        "2028-13-01",
        "2028-2-29",
        "28-02-2029",
        "1969-12-30",
        "2028-02-29T00:00",
        "20280229",
        "",
        "2028-02--1",
    ] {
        assert_eq!(check::end_of_day_ms(wrong), None, "{wrong}");
    }
}

#[test]
fn an_unknown_field_is_refused_at_every_level() {
    for pointer in [
        "",
        "/model",
        "/inputs/0",
        "/inputs/0/source",
        "/inputs/1/source",
        "/inputs/1/source/codes/0",
        "/inputs/2/categories/0",
        "/inputs/2/source/answers/0",
        "/outputs/0",
        "/thresholds/0",
        "/training_data",
    ] {
        let mut json: Value = serde_json::from_str(SMALL).unwrap();
        json.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert("new".into(), json!(1));
        let refused = Manifest::parse(json.to_string().as_bytes());
        assert!(matches!(refused, Err(ManifestError::Malformed(_))), "{pointer}");
    }
}

#[test]
fn a_missing_field_is_refused_by_its_name() {
    let json: Value = serde_json::from_str(SMALL).unwrap();
    for field in json.as_object().unwrap().keys() {
        let mut json = json.clone();
        json.as_object_mut().unwrap().remove(field);
        let error = Manifest::parse(json.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains(field), "{error}");
    }
}

#[test]
fn an_invalid_value_is_refused_with_its_field() {
    let code = json!({"system": "s", "code": "c", "display": "d"});
    let many = |value: Value, count: usize| Value::Array(vec![value; count]);
    for (pointer, value, field) in [
        ("/format", json!(2), "format"),
        ("/name", json!("Heart"), "name"),
        ("/name", json!("a".repeat(33)), "name"),
        ("/version", json!("1.0"), "version"),
        ("/version", json!("1.02.0"), "version"),
        ("/version", json!("1..0"), "version"),
        ("/valid_until", json!("2027-02-29"), "valid_until"),
        ("/description", json!(""), "description"),
        ("/intended_use", json!("x".repeat(1025)), "intended_use"),
        ("/limits", json!([]), "limits"),
        ("/model/file", json!("../model.onnx"), "model.file"),
        ("/model/file", json!("/etc/passwd"), "model.file"),
        ("/model/file", json!(".."), "model.file"),
        ("/model/opset", json!(5), "model.opset"),
        ("/model/opset", json!(24), "model.opset"),
        ("/model/input", json!(""), "model.input"),
        ("/inputs", json!([]), "inputs"),
        ("/inputs/1/name", json!("age"), "inputs[age].name"),
        ("/inputs/1/name", json!("a,b"), "inputs.name"),
        ("/inputs/1/unit", json!("MG/DL"), "inputs[cholesterol].unit"),
        ("/inputs/1/range", json!([603, 85]), "inputs[cholesterol].range"),
        ("/inputs/1/source/codes", json!([]), "inputs[cholesterol].source"),
        ("/inputs/1/source/codes", many(code, 65), "inputs[cholesterol].source"),
        ("/inputs/0/unit", json!("1"), "inputs[age].source"),
        (
            "/inputs/0/source",
            json!({"from": "patient-gender", "values": {"female": 0}}),
            "inputs[age].source",
        ),
        (
            "/inputs/2/source",
            json!({"from": "patient-gender", "values": {"man": 1}}),
            "inputs[smoker].source",
        ),
        ("/inputs/2/source", json!({"from": "patient-gender", "values": {}}), "inputs[smoker].source"),
        ("/inputs/2/source/answers/0/value", json!(2), "inputs[smoker].source"),
        ("/inputs/2/source/answers", json!([]), "inputs[smoker].source"),
        ("/inputs/2/categories/1/value", json!(0), "inputs[smoker].categories"),
        ("/inputs/2/categories/1/value", json!(5), "inputs[smoker].categories"),
        ("/inputs/2/unit", json!("mm"), "inputs[smoker].categories"),
        ("/max_missing", json!(3), "max_missing"),
        ("/outputs", json!([]), "outputs"),
        ("/outputs/0/decimals", json!(19), "outputs[risk].decimals"),
        ("/outputs/0/range", json!([0, 0]), "outputs[risk].range"),
        ("/thresholds/0/at_least", json!(1.5), "thresholds[elevated].at_least"),
        ("/thresholds/0/output", json!("other"), "thresholds[elevated].at_least"),
        ("/training_data/rows", json!(0), "training_data.rows"),
    ] {
        match changed(pointer, value.clone()) {
            Err(ManifestError::Invalid { field: found, .. }) => {
                assert_eq!(found, field, "{pointer} = {value}")
            }
            Err(error) => panic!("{pointer} = {value}: {error}"),
            Ok(_) => panic!("{pointer} = {value} was accepted"),
        }
    }
}

#[test]
fn an_invalid_reference_or_calibration_is_refused() {
    for reference in [
        json!({"edges": [], "shares": [1]}),
        json!({"edges": [50, 40], "shares": [0.5, 0.25, 0.25]}),
        json!({"edges": [40, 50], "shares": [0.5, 0.5]}),
        json!({"edges": [40, 50], "shares": [0.5, 0.5, 0.5]}),
        json!({"edges": [40, 50], "shares": [1.5, -0.25, -0.25]}),
    ] {
        let mut json: Value = serde_json::from_str(SMALL).unwrap();
        json["inputs"][0]["reference"] = reference.clone();
        let refused = Manifest::parse(json.to_string().as_bytes());
        let expected = "inputs[age].reference";
        assert!(
            matches!(&refused, Err(ManifestError::Invalid { field, .. }) if field == expected),
            "{reference}"
        );
    }
    let set = json!({
        "output": "risk", "confidence": 0.9, "score": "probability", "quantile_yes": 0.5, "quantile_no": 0.5,
    });
    let interval = json!({"output": "risk", "confidence": 0.9, "score": "residual", "quantile": 2});
    assert!(with_conformal(json!([set])).is_ok());
    assert!(with_conformal(json!([interval])).is_ok());
    assert!(with_conformal(json!([set, interval])).is_err());
    let wrong = [
        (&set, "output", json!("other")),
        (&set, "confidence", json!(1)),
        (&set, "quantile_yes", json!(1.5)),
        (&set, "quantile_no", json!(-0.5)),
        (&interval, "quantile", json!(-1)),
    ];
    for (entry, field, value) in wrong {
        let mut entry = entry.clone();
        entry[field] = value;
        let refused = with_conformal(json!([entry]));
        assert!(matches!(refused, Err(ManifestError::Invalid { .. })), "{field}");
    }
    for (mut entry, extra) in [(set, "quantile"), (interval, "quantile_yes")] {
        entry[extra] = json!(0.5);
        assert!(matches!(with_conformal(json!([entry])), Err(ManifestError::Malformed(_))), "{extra}");
    }
}

#[test]
fn a_series_has_one_step_and_each_lag_once() {
    let text = |value: Value| {
        let mut json: Value = serde_json::from_str(SMALL).unwrap();
        json["inputs"][0]["source"] = json!({"from": "series", "series": "s", "step": "P1D", "lag": 0});
        json["inputs"][0]["unit"] = json!("1");
        json["inputs"][1]["source"] = value;
        json["inputs"][1]["unit"] = json!("1");
        Manifest::parse(json.to_string().as_bytes())
    };
    let source = |step: &str, lag: usize| json!({"from": "series", "series": "s", "step": step, "lag": lag});
    assert!(text(source("P1D", 1)).is_ok());
    for wrong in [source("P1M", 1), source("P1D", 0), source("P1D", 4096)] {
        assert!(
            matches!(text(wrong), Err(ManifestError::Invalid { field, .. }) if field == "inputs[cholesterol].source")
        );
    }
    assert!(matches!(text(source("P2D", 1)), Err(ManifestError::Malformed(_))));
}

#[test]
fn hashes_are_64_lower_case_digits() {
    for hash in ["00".repeat(31), "00".repeat(33), "0g".repeat(32), "AB".repeat(32)] {
        assert!(matches!(changed("/model/sha256", json!(hash)), Err(ManifestError::Malformed(_))), "{hash}");
    }
}

#[test]
fn unknown_kinds_sources_and_rules_are_refused() {
    for (pointer, value) in [
        ("/kind", json!("horoscope")),
        ("/inputs/0/missing", json!("guess")),
        ("/inputs/0/source", json!({"from": "memory"})),
        ("/inputs/1/substance", json!("unobtainium")),
        ("/inputs/1/range", json!([1, 2, 3])),
        ("/max_missing", json!(-1)),
    ] {
        assert!(matches!(changed(pointer, value), Err(ManifestError::Malformed(_))), "{pointer}");
    }
}

#[test]
fn a_manifest_that_is_too_long_is_refused_unparsed() {
    let long = vec![b' '; MAX_MANIFEST_BYTES + 1];
    assert!(matches!(Manifest::parse(&long), Err(ManifestError::TooLong)));
}
