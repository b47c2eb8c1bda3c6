use std::time::Duration;

use inference::manifest::Missing;
use serde_json::{json, Value};

use super::*;
use crate::testing::{enough, manifest, patient, quantity};

const YEAR: Duration = Duration::from_secs(365 * 86_400);

fn record(patient: Value, observations: &[Value]) -> Record {
    let observations =
        observations.iter().map(|value| serde_json::from_value(value.clone()).unwrap()).collect();
    Record { patient: serde_json::from_value(patient).unwrap(), observations }
}

fn map(patient: Value, observations: &[Value]) -> Result<FeatureVector, MappingError> {
    from(&record(patient, observations), YEAR)
}

fn from(record: &Record, max_age: Duration) -> Result<FeatureVector, MappingError> {
    let (parameters, pushed) = (BTreeMap::new(), Pushed::default());
    let fetched = Fetched::Record(record.clone());
    let at = Timestamp::now();
    features(&manifest(), Known { parameters: &parameters, pushed: &pushed, fetched: &fetched, at, max_age })
}

/// The commitment of the same inputs set by hand. If it is equal, all values and units are as expected.
fn by_hand(values: &[(&str, f64, &str)]) -> [u8; 32] {
    let manifest = manifest();
    let mut features = Features::new(&manifest);
    for (name, value, unit) in values {
        features.set(name, *value, unit).unwrap();
    }
    features.build().unwrap().commitment(&[1; 32])
}

fn coded(code: &str, answer: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final",
        "code": {"coding": [{"system": "urn:theriac:heart-disease", "code": code}]},
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": Timestamp::now().to_string(),
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": answer}]},
    })
}

#[test]
fn inputs_have_the_sources_and_units_of_the_manifest() {
    let age = serde_json::from_value::<fhir::Patient>(patient()).unwrap().age_at(Timestamp::now()).unwrap();
    let observations = [
        quantity("8480-6", 17.6, "kPa"),
        quantity("14647-2", 5.2, "mmol/L"),
        coded("chest-pain", "371807002"),
        coded("exercise-angina", "373067005"),
    ];
    let expected = by_hand(&[
        ("age", f64::from(age), "a"),
        ("sex", 0.0, "1"),
        ("systolic_pressure", 17.6, "kPa"),
        ("cholesterol", 5.2, "mmol/L"),
        ("chest_pain", 2.0, "1"),
        ("exercise_angina", 0.0, "1"),
    ]);
    assert_eq!(map(patient(), &observations).unwrap().commitment(&[1; 32]), expected);
}

#[test]
fn missing_values_are_reported_by_the_names_of_the_model_s_inputs() {
    let error = map(patient(), &[quantity("8480-6", 132.0, "mm[Hg]")]).unwrap_err();
    let MappingError::MissingObservation(names) = &error else { unreachable!("{error}") };
    assert_eq!(
        *names,
        [
            "cholesterol",
            "fasting_glucose",
            "chest_pain",
            "maximum_heart_rate",
            "exercise_angina",
            "st_depression"
        ]
    );
    let mut nameless = patient();
    nameless["birthDate"] = json!("1970");
    let error = map(nameless, &enough()).unwrap_err();
    assert!(error.to_string().contains("age (the birthDate is too imprecise"), "{error}");
    let mut genderless = patient();
    genderless["gender"] = json!("other");
    let error = map(genderless, &enough()).unwrap_err();
    assert!(matches!(&error, MappingError::MissingObservation(names) if names.contains(&"sex".to_owned())));
    assert!(manifest().inputs.iter().any(|input| input.name == "sex" && input.missing == Missing::Refuse));
}

#[test]
fn an_unconvertible_unit_is_an_error_not_a_reason_to_use_an_older_value() {
    let expected = MappingError::UnitNotConvertible { input: "cholesterol".into(), unit: "mg/dL".into() };
    let mut older = quantity("2093-3", 200.0, "mg/dL");
    older["effectiveDateTime"] = json!((Timestamp::now() - Duration::from_secs(86_400)).to_string());
    let systolic = quantity("8480-6", 132.0, "mm[Hg]");
    for unit in ["furlong", "mm[Hg]", ""] {
        let wrong = quantity("2093-3", 200.0, unit);
        assert_eq!(
            map(patient(), &[systolic.clone(), older.clone(), wrong]),
            Err(expected.clone()),
            "{unit}"
        );
    }
    let mut for_people = quantity("2093-3", 200.0, "mg/dL");
    for_people["valueQuantity"] = json!({"value": 200.0, "unit": "mg/dL"});
    assert_eq!(map(patient(), &[systolic, older, for_people]), Err(expected));
}

#[test]
fn a_latest_finding_without_a_value_is_missing_with_its_reason_and_no_older_one_is_taken() {
    let mut older = quantity("2093-3", 200.0, "mg/dL");
    older["effectiveDateTime"] = json!((Timestamp::now() - Duration::from_secs(86_400)).to_string());
    let absent = json!({"coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "not-performed"}]});
    let changes: [(&str, Value, &str); 4] = [
        ("comparator", json!("<"), "only a bound"),
        ("value", json!(null), "no value"),
        ("dataAbsentReason", absent, "dataAbsentReason not-performed"),
        ("modifierExtension", json!([{"url": "urn:x"}]), "Observation.modifierExtension"),
    ];
    for (element, value, reason) in changes {
        let mut latest = quantity("2093-3", 200.0, "mg/dL");
        match element {
            "comparator" | "value" => latest["valueQuantity"][element] = value,
            _ => latest[element] = value,
        }
        let error =
            map(patient(), &[quantity("8480-6", 132.0, "mm[Hg]"), older.clone(), latest]).unwrap_err();
        let MappingError::MissingObservation(names) = &error else { unreachable!("{element}: {error}") };
        let name = names.iter().find(|name| name.starts_with("cholesterol (the latest finding")).unwrap();
        assert!(name.contains(reason), "{name}");
    }
    let mut answer = coded("chest-pain", "371807002");
    answer["valueCodeableConcept"]["coding"][0]["system"] = json!("urn:local");
    let error = map(patient(), &[answer]).unwrap_err().to_string();
    assert!(error.contains("chest_pain (the answer of the latest finding"), "{error}");
}

#[test]
fn a_value_outside_the_model_s_range_is_refused_and_not_shown() {
    let error = map(patient(), &[quantity("8480-6", 987.25, "mm[Hg]")]).unwrap_err();
    assert_eq!(error.kind(), "input-out-of-range");
    assert!(!error.to_string().contains("987"), "{error}");
    let mut child = patient();
    child["birthDate"] = json!("2020-05-17");
    assert_eq!(map(child, &enough()).unwrap_err().kind(), "input-out-of-range");
}

#[test]
fn an_old_measurement_does_not_count() {
    let mut old = enough();
    old[1]["effectiveDateTime"] = json!("2001-01-01");
    let error = map(patient(), &old).unwrap_err();
    assert!(
        matches!(&error, MappingError::MissingObservation(names) if names.contains(&"cholesterol".to_owned()))
    );
    let longer = from(&record(patient(), &old), YEAR * 100);
    assert!(longer.is_ok());
}

#[test]
fn all_codes_of_the_manifest_are_queried() {
    let codes = codes(&manifest());
    for code in ["8480-6", "2093-3", "14647-2", "chest-pain", "st-depression"] {
        assert!(codes.iter().any(|wanted| wanted.code == code), "{code}");
    }
}
