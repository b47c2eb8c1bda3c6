use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const SYSTOLIC: Code<'static> = Code { system: "http://loinc.org", code: "8480-6" };
const CHOLESTEROL: [Code<'static>; 2] = [
    Code { system: "http://loinc.org", code: "2093-3" },
    Code { system: "http://loinc.org", code: "14647-2" },
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn always() -> Window {
    Window { from: Timestamp::MIN, until: at("2026-11-21T12:00:00Z") }
}

fn cholesterol(id: &str, status: &str, effective: &str, value: f64) -> Observation {
    let json = serde_json::json!({
        "resourceType": "Observation", "id": id, "status": status,
        "code": {"coding": [{"system": "http://loinc.org", "code": "2093-3", "display": "Cholesterol"}]},
        "effectiveDateTime": effective,
        "valueQuantity": {"value": value, "system": UCUM, "code": "mg/dL"},
    });
    read(json.to_string().as_bytes()).unwrap()
}

fn latest_value(observations: &[Observation], codes: &[Code<'_>], window: Window) -> Option<f64> {
    latest(observations, codes, window).map(|finding| finding.measurement().unwrap().value)
}

#[test]
fn the_systolic_pressure_is_found_inside_its_panel() {
    let panel: Observation = read(
        br#"{"resourceType": "Observation", "status": "final",
             "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
             "effectiveDateTime": "2026-11-01T08:00:00+01:00",
             "component": [
               {"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]},
                "valueQuantity": {"value": 81, "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
               {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
                "valueQuantity": {"value": 132, "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}]}"#,
    )
    .unwrap();
    assert_eq!(latest_value(&[panel], &[SYSTOLIC], always()), Some(132.0));
    assert!(panels_with("8480-6").contains(&"85354-9"));
}

#[test]
fn the_latest_observation_counts_whatever_the_order() {
    let old = cholesterol("a", "final", "2025-01-01", 180.0);
    let new = cholesterol("b", "amended", "2026-01-01T10:00:00Z", 200.0);
    assert_eq!(latest_value(&[old.clone(), new.clone()], &CHOLESTEROL, always()), Some(200.0));
    assert_eq!(latest_value(&[new, old], &CHOLESTEROL, always()), Some(200.0));
}

#[test]
fn of_two_at_the_same_moment_the_one_issued_last_counts_and_then_the_greater_id() {
    let a = cholesterol("a", "final", "2026-01-01", 180.0);
    let mut b = cholesterol("b", "final", "2026-01-01", 190.0);
    assert_eq!(latest_value(&[b.clone(), a.clone()], &CHOLESTEROL, always()), Some(190.0));
    let mut issued = a.clone();
    issued.issued = Some("2026-01-02T00:00:00Z".parse().unwrap());
    b.issued = Some("2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(latest_value(&[issued, b], &CHOLESTEROL, always()), Some(180.0));
}

#[test]
fn a_result_that_is_not_verified_has_no_value_and_hides_what_is_older() {
    let old = cholesterol("a", "final", "2025-01-01", 180.0);
    let measured = |status: &str| {
        let both = [cholesterol("b", status, "2026-01-01", 200.0), old.clone()];
        latest(&both, &CHOLESTEROL, always()).unwrap().measurement().map(|measured| measured.value)
    };
    for status in ["final", "amended", "corrected"] {
        assert_eq!(measured(status), Ok(200.0), "{status}");
    }
    for status in ["registered", "preliminary", "unknown"] {
        assert_eq!(measured(status), Err(Unusable::NotVerified(status)));
    }
    // These were never found.
    for status in ["cancelled", "entered-in-error"] {
        assert_eq!(measured(status), Ok(180.0), "{status}");
        let alone = [cholesterol("a", status, "2026-01-01", 200.0)];
        assert_eq!(latest(&alone, &CHOLESTEROL, always()), None, "{status}");
    }
}

#[test]
fn a_verified_result_replaces_the_preliminary_one_of_its_moment_or_before() {
    let measured = |preliminary: (&str, Option<&str>), issued: Option<&str>| {
        let mut early = cholesterol("z", "preliminary", preliminary.0, 200.0);
        let mut verified = cholesterol("a", "final", "2026-02-01", 180.0);
        early.issued = preliminary.1.map(|issued| issued.parse().unwrap());
        verified.issued = issued.map(|issued| issued.parse().unwrap());
        let both = [early, verified];
        latest(&both, &CHOLESTEROL, always()).unwrap().measurement().map(|measured| measured.value)
    };
    let (first, then) = (Some("2026-02-02T00:00:00Z"), Some("2026-02-03T00:00:00Z"));
    let hidden = Err(Unusable::NotVerified("preliminary"));
    assert_eq!(measured(("2026-01-31", None), None), Ok(180.0));
    assert_eq!(measured(("2026-02-01", None), None), Ok(180.0));
    assert_eq!(measured(("2026-02-01", first), then), Ok(180.0));
    assert_eq!(measured(("2026-02-01", first), first), Ok(180.0));
    assert_eq!(measured(("2026-02-01", then), first), hidden);
    assert_eq!(measured(("2026-02-02", None), None), hidden);
}

#[test]
fn a_panel_that_says_why_it_has_no_part_hides_the_older_part() {
    let panel = |status: &str, day: &str, rest: serde_json::Value| -> Observation {
        let mut panel = serde_json::json!({"resourceType": "Observation", "status": status,
            "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}, "effectiveDateTime": day});
        panel.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        read(panel.to_string().as_bytes()).unwrap()
    };
    let parts = serde_json::json!({"component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
        "valueQuantity": {"value": 132, "system": UCUM, "code": "mm[Hg]"}}]});
    let old = panel("final", "2026-01-01", parts.clone());
    let measured = |new: Observation| {
        let both = [old.clone(), new];
        latest(&both, &[SYSTOLIC], always()).unwrap().measurement().map(|measured| measured.value)
    };
    let nothing = serde_json::json!({});
    let absent = serde_json::json!({"dataAbsentReason": {"text": "refused"}});
    assert_eq!(
        measured(panel("registered", "2026-02-01", nothing.clone())),
        Err(Unusable::NotVerified("registered"))
    );
    assert_eq!(
        measured(panel("preliminary", "2026-02-01", parts)),
        Err(Unusable::NotVerified("preliminary"))
    );
    assert_eq!(
        measured(panel("final", "2026-02-01", absent.clone())),
        Err(Unusable::Absent("in another code system"))
    );
    // The systolic pressure was not a part of these.
    assert_eq!(measured(panel("final", "2026-02-01", nothing.clone())), Ok(132.0));
    assert_eq!(measured(panel("cancelled", "2026-02-01", nothing)), Ok(132.0));
    let mut other = panel("registered", "2026-02-01", absent);
    other.code.coding[0].system = Some("urn:local".into());
    assert_eq!(measured(other), Ok(132.0));
}

#[test]
fn observations_outside_the_window_do_not_count() {
    let window = Window { from: at("2026-01-01T00:00:00Z"), until: at("2026-06-01T00:00:00Z") };
    let value =
        |effective| latest_value(&[cholesterol("a", "final", effective, 200.0)], &CHOLESTEROL, window);
    assert_eq!(value("2025-12-31T23:59:59Z"), None);
    assert_eq!(value("2026-01-01T00:00:00Z"), Some(200.0));
    assert_eq!(value("2026-06-01T00:00:00Z"), Some(200.0));
    assert_eq!(value("2026-06-01T00:00:01Z"), None);
}

#[test]
fn a_finding_without_a_time_hides_what_may_be_older() {
    let dated = cholesterol("a", "final", "2026-02-01", 180.0);
    let measured = |issued: Option<&str>| {
        let mut timeless = cholesterol("b", "final", "2026-02-01", 200.0);
        timeless.effective_date_time = None;
        timeless.issued = issued.map(|issued| issued.parse().unwrap());
        let both = [dated.clone(), timeless];
        latest(&both, &CHOLESTEROL, always()).unwrap().measurement().map(|measured| measured.value)
    };
    assert_eq!(measured(None), Err(Unusable::NoTime));
    assert_eq!(measured(Some("2026-02-02T00:00:00Z")), Err(Unusable::NoTime));
    // Older than the dated one, or issued only later.
    assert_eq!(measured(Some("2026-01-31T00:00:00Z")), Ok(180.0));
    assert_eq!(measured(Some("2027-01-01T00:00:00Z")), Ok(180.0));
}

#[test]
fn a_span_counts_at_its_end() {
    let mut observation = cholesterol("a", "final", "2026-02-01", 200.0);
    observation.effective_date_time = None;
    observation.effective_period =
        Some(serde_json::from_str(r#"{"start": "2026-01-01", "end": "2026-01-03"}"#).unwrap());
    assert_eq!(observation.effective(), Some(at("2026-01-03T00:00:00Z")));
    observation.effective_period = Some(serde_json::from_str(r#"{"start": "2026-01-01"}"#).unwrap());
    assert_eq!(observation.effective(), Some(at("2026-01-01T00:00:00Z")));
}

#[test]
fn another_code_system_is_another_code() {
    let observation = cholesterol("a", "final", "2026-01-01", 200.0);
    let code = Code { system: "http://snomed.info/sct", code: "2093-3" };
    assert_eq!(latest_value(&[observation], &[code], always()), None);
}

#[test]
fn a_page_has_its_observations_and_a_link_to_the_next() {
    let page: Bundle = read(
        br#"{"resourceType": "Bundle", "type": "searchset", "total": 3, "unknown": {"field": 1},
             "link": [{"relation": "self", "url": "a"}, {"relation": "next", "url": "https://fhir.example/?page=2"}],
             "entry": [
               {"resource": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970"}},
               {"resource": {"resourceType": "Device", "id": "d"}},
               {"response": {"status": "200"}},
               {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}},
               {"resource": {"resourceType": "Observation", "status": "final", "code": {"text": "free text"}}}]}"#,
    )
    .unwrap();
    assert_eq!(page.kind, BundleType::Searchset);
    assert_eq!(page.next(), Some("https://fhir.example/?page=2"));
    assert_eq!(page.observations().count(), 1);
    let patient = page.patients().next().unwrap();
    assert_eq!((patient.gender, patient.birth_date), (Some(Gender::Female), Some(Date::Year(1970))));
    assert!(matches!(page.entry[1].resource, Some(Resource::Other)));
}

#[test]
fn decimal_numbers_in_a_bundle_are_read_with_any_features_of_serde_json() {
    let decimal = cholesterol("a", "final", "2026-01-01", 5.9);
    let page: Bundle = read(
        br#"{"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": {
             "status": "final", "resourceType": "Observation", "id": "a",
             "code": {"coding": [{"system": "http://loinc.org", "code": "2093-3", "display": "Cholesterol"}]}, "effectiveDateTime": "2026-01-01",
             "valueQuantity": {"value": 5.9, "system": "http://unitsofmeasure.org", "code": "mg/dL"}}}]}"#,
    )
    .unwrap();
    assert_eq!(page.observations().next(), Some(&decimal));
}

#[test]
fn another_resource_than_the_expected_one_is_refused() {
    let outcome = br#"{"resourceType": "OperationOutcome", "issue": [
        {"severity": "error", "code": "not-found", "diagnostics": "Patient/jane-doe is unknown"},
        {"severity": "error", "code": "Jane Doe"}]}"#;
    assert_eq!(read::<Patient>(outcome), Err(ReadError::WrongType { expected: "Patient" }));
    assert_eq!(read::<OperationOutcome>(outcome).unwrap().summary(), "error/not-found");
}

#[test]
fn an_error_has_the_entry_and_the_element_and_none_of_the_content() {
    let of_element = |element: &str, reason: &str| {
        let (element, reason) = (element.to_owned(), reason.to_owned());
        ReadError::Element { entry: None, element, reason }
    };
    let refused = |element: &str, reason: &str| Err(of_element(element, reason));
    let refused_observation = |element: &str, reason: &str| Err(of_element(element, reason));
    let day = InvalidDate.to_string();
    let error = read::<Patient>(br#"{"resourceType": "Patient", "birthDate": "31 February of Jane Doe"}"#);
    assert_eq!(error, refused("Patient.birthDate", &day));
    let status = br#"{"resourceType": "Observation", "status": "done by Jane", "code": {}}"#;
    let error = read::<Observation>(status).unwrap_err().to_string();
    assert!(error.starts_with("Observation.status: expected one of `registered`, `preliminary`"), "{error}");
    assert_eq!(read::<Patient>(b"<html>"), Err(ReadError::NotJson { line: 1, column: 1 }));
    assert!(matches!(
        read::<Patient>(br#"{"resourceType": "Patient","#),
        Err(ReadError::NotJson { line: 1, .. })
    ));
    assert_eq!(read::<Patient>(b"[]"), Err(ReadError::WrongType { expected: "Patient" }));
    let bundle = br#"{"resourceType": "Bundle", "type": "collection", "entry": [{}, {"resource": {
        "resourceType": "Observation", "status": "final", "code": {}, "component": [
            {"code": {}}, {"code": {}, "valueQuantity": {"value": "Jane, expected: 5"}}]}}]}"#;
    assert_eq!(
        read::<Bundle>(bundle).unwrap_err().to_string(),
        "entry 1 of the bundle: Observation.component[1].valueQuantity.value: expected a number"
    );
    let list = br#"{"resourceType": "Observation", "status": "final", "code": {}, "component": {}}"#;
    assert_eq!(read::<Observation>(list), refused_observation("Observation.component", "expected a list"));
    let object = br#"{"resourceType": "Observation", "status": "final", "code": "8480-6"}"#;
    assert_eq!(read::<Observation>(object), refused_observation("Observation.code", "expected an object"));
    let without_type = br#"{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {}}]}"#;
    assert_eq!(
        read::<Bundle>(without_type).unwrap_err().to_string(),
        "entry 0 of the bundle: resource.resourceType: this element is required, and missing"
    );
    let inside = br#"{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {
        "resourceType": "Claim", "contained": [{"resourceType": "Patient", "birthDate": 5}]}}]}"#;
    assert_eq!(
        read::<Bundle>(inside).unwrap_err().to_string(),
        "entry 0 of the bundle: contained[0]: Patient.birthDate: expected a FHIR date"
    );
}

#[test]
fn a_byte_order_mark_is_ignored_once_and_only_at_the_beginning() {
    let marked = |json: &str| read::<Patient>(json.as_bytes()).map(|patient| patient.id);
    assert_eq!(marked("\u{feff}{\"resourceType\": \"Patient\", \"id\": \"p\"}"), Ok(Some("p".into())));
    assert!(matches!(
        marked("\u{feff}\u{feff}{\"resourceType\": \"Patient\"}"),
        Err(ReadError::NotJson { .. })
    ));
}

#[test]
fn the_latest_finding_counts_even_if_it_has_no_usable_value() {
    let old = cholesterol("a", "final", "2025-01-01", 180.0);
    let newest = |change: &dyn Fn(&mut Observation)| {
        let mut new = cholesterol("b", "final", "2026-01-01", 200.0);
        change(&mut new);
        let both = [new, old.clone()];
        latest(&both, &CHOLESTEROL, always()).unwrap().measurement().map(|measured| measured.value)
    };
    let quantity = |change: &dyn Fn(&mut Quantity)| {
        newest(&|new: &mut Observation| change(new.value_quantity.as_mut().unwrap()))
    };
    assert_eq!(newest(&|_| {}), Ok(200.0));
    assert_eq!(quantity(&|quantity| quantity.comparator = Some("<".into())), Err(Unusable::Bound));
    assert_eq!(quantity(&|quantity| quantity.value = None), Err(Unusable::NoValue));
    assert_eq!(quantity(&|quantity| quantity.code = None), Err(Unusable::NoUnit));
    assert_eq!(quantity(&|quantity| quantity.system = Some("urn:local".into())), Err(Unusable::NoUnit));
    assert_eq!(newest(&|new| new.value_quantity = None), Err(Unusable::NoValue));
    assert_eq!(
        newest(&|new| new.modifier_extension = Some(Present)),
        Err(Unusable::Modified("Observation.modifierExtension"))
    );
    assert_eq!(
        newest(&|new| new.implicit_rules = Some(Present)),
        Err(Unusable::Modified("Observation.implicitRules"))
    );
    let absent = |json: &str| {
        let reason: CodeableConcept = serde_json::from_str(json).unwrap();
        newest(&|new| new.data_absent_reason = Some(reason.clone()))
    };
    let standard = r#"{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "error"}]}"#;
    assert_eq!(absent(standard), Err(Unusable::Absent("error")));
    assert_eq!(absent(r#"{"text": "Jane spilt it"}"#), Err(Unusable::Absent("in another code system")));
}

#[test]
fn a_modifier_of_a_component_is_its_own_and_one_of_the_panel_is_every_component_s() {
    let panel = |of_panel: bool, of_systolic: bool| -> Result<f64, Unusable> {
        let modifier =
            |present: bool| if present { r#""modifierExtension": [{"url": "urn:x"}],"# } else { "" };
        let json = format!(
            r#"{{"resourceType": "Observation", "status": "final", {} "code": {{}}, "effectiveDateTime": "2026-11-01",
                "component": [{{{} "code": {{"coding": [{{"system": "http://loinc.org", "code": "8480-6"}}]}},
                "valueQuantity": {{"value": 132, "system": "{UCUM}", "code": "mm[Hg]"}}}}]}}"#,
            modifier(of_panel),
            modifier(of_systolic)
        );
        let panel: Observation = read(json.as_bytes()).unwrap();
        latest([&panel], &[SYSTOLIC], always()).unwrap().measurement().map(|measured| measured.value)
    };
    assert_eq!(panel(false, false), Ok(132.0));
    assert_eq!(panel(true, false), Err(Unusable::Modified("Observation.modifierExtension")));
    assert_eq!(panel(false, true), Err(Unusable::Modified("Observation.component.modifierExtension")));
}

#[test]
fn sizes_are_bounded() {
    assert_eq!(read::<Patient>(&vec![b' '; MAX_RESOURCE_BYTES + 1]), Err(ReadError::TooLong));
    let coding = vec![serde_json::json!({"system": "s", "code": "c"}); MAX_ITEMS + 1];
    let observation =
        serde_json::json!({"resourceType": "Observation", "status": "final", "code": {"coding": coding}});
    let limit = ReadError::TooMany { entry: None, limit: MAX_ITEMS };
    assert_eq!(read::<Observation>(observation.to_string().as_bytes()), Err(limit));
    let bundle = serde_json::json!({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": observation}]});
    let too_many = ReadError::TooMany { entry: Some(0), limit: MAX_ITEMS };
    assert_eq!(read::<Bundle>(bundle.to_string().as_bytes()), Err(too_many));
    let deep = format!("{}{}", r#"{"resourceType":"Bundle","type":"searchset","x":"#, "[".repeat(100_000));
    assert!(matches!(read::<Bundle>(deep.as_bytes()), Err(ReadError::NotJson { .. })));
}

/// JSON that looks like a resource, with fields of the right names and any content.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[0-9T:Z+-]{0,26}|final|male|searchset|Patient|Observation|Bundle|http://loinc.org|8480-6"
            .prop_map(Into::into),
    ];
    let name = "resourceType|type|entry|resource|status|code|coding|system|component|valueQuantity|value|birthDate|\
                effectiveDateTime|effectivePeriod|start|end|issued|subject|reference|link|relation|url|gender|id";
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(name, inner, 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_resource_or_a_named_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read::<Bundle>(&bytes);
        let _ = read::<Observation>(&bytes);
    }

    #[test]
    fn any_json_is_a_resource_or_a_named_error(value in anything(), now in 0_i64..4_000_000_000) {
        let bytes = serde_json::to_vec(&value).unwrap();
        let now = Timestamp::from_second(now).unwrap();
        if let Ok(patient) = read::<Patient>(&bytes) {
            let _ = patient.age_at(now);
        }
        if let Ok(bundle) = read::<Bundle>(&bytes) {
            let window = Window { from: Timestamp::MIN, until: now };
            let _ = latest(bundle.observations(), &[SYSTOLIC], window).map(|finding| finding.measurement().is_ok());
            let _ = Record::of(&bundle);
        }
    }

    #[test]
    fn no_later_observation_is_overlooked(days in prop::collection::vec(1_u32..=28, 1..20)) {
        let observations: Vec<_> = days
            .iter()
            .map(|day| cholesterol(&format!("{day}"), "final", &format!("2026-02-{day:02}"), f64::from(*day)))
            .collect();
        let found = latest_value(&observations, &CHOLESTEROL, always()).unwrap();
        prop_assert_eq!(found, f64::from(*days.iter().max().unwrap()));
    }

    #[test]
    fn no_latest_finding_without_a_usable_value_makes_room_for_an_older_one(
        days in prop::collection::vec(1_u32..=27, 1..8),
        how in 0_usize..10,
        order in any::<prop::sample::Index>(),
    ) {
        let mut all: Vec<_> = days
            .iter()
            .map(|day| cholesterol(&format!("{day}"), "final", &format!("2026-02-{day:02}"), f64::from(*day)))
            .collect();
        let before = latest_value(&all, &CHOLESTEROL, always());
        let mut new = cholesterol("new", "final", "2026-02-28", 300.0);
        let quantity = new.value_quantity.as_mut().unwrap();
        match how {
            0 => new.status = Status::Registered,
            1 => new.status = Status::Preliminary,
            2 => new.status = Status::Unknown,
            3 => new.modifier_extension = Some(Present),
            4 => new.implicit_rules = Some(Present),
            5 => new.data_absent_reason = Some(serde_json::from_str(r#"{"text": "spilt"}"#).unwrap()),
            6 => new.value_quantity = None,
            7 => quantity.comparator = Some("<".into()),
            8 => quantity.code = None,
            _ => new.effective_date_time = None,
        }
        all.insert(order.index(days.len() + 1), new.clone());
        prop_assert!(latest(&all, &CHOLESTEROL, always()).unwrap().measurement().is_err());
        // What was never found does not change the answer.
        for status in [Status::Cancelled, Status::EnteredInError] {
            let never = |given: &Observation| Observation { status, ..given.clone() };
            let with: Vec<_> =
                all.iter().map(|it| if it.id == new.id { never(it) } else { it.clone() }).collect();
            prop_assert_eq!(latest_value(&with, &CHOLESTEROL, always()), before);
        }
    }
}
