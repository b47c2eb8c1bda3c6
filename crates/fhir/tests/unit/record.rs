//! What counts as the record of one patient: references, modifiers, medicines by reference, and hostile bundles.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use fhir::{Bundle, BundleType, PatientError, Record, RecordError};
use proptest::prelude::*;
use serde_json::{json, Value};

fn bundle(entries: Vec<Value>) -> Bundle {
    let json = json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    fhir::read(json.to_string().as_bytes()).unwrap()
}

fn alone(resource: Value) -> Value {
    json!({ "resource": resource })
}

fn at(full_url: &str, resource: Value) -> Value {
    json!({ "fullUrl": full_url, "resource": resource })
}

fn patient() -> Value {
    json!({"resourceType": "Patient", "id": "anna", "birthDate": "1960-05-01",
        "identifier": [{"system": "urn:oid:1.2.3", "value": "77"}]})
}

fn pulse(subject: Value) -> Value {
    json!({"resourceType": "Observation", "status": "final", "subject": subject,
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, "effectiveDateTime": "2026-10-01",
        "valueQuantity": {"value": 61, "system": "http://unitsofmeasure.org", "code": "/min"}})
}

fn request(medicine: Value) -> Value {
    let mut request = json!({"resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/anna"}});
    request.as_object_mut().unwrap().extend(medicine.as_object().unwrap().clone());
    request
}

fn foreign(entries: Vec<Value>) -> Option<(usize, &'static str)> {
    match Record::of(&bundle(entries)) {
        Err(RecordError::Foreign { entry, element }) => Some((entry, element)),
        Ok(_) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn references_lead_to_the_patient_as_in_r4() {
    const HERE: &str = "https://one.example/fhir/Patient/anna";
    const UUID: &str = "urn:uuid:7f1d31fc-5bd8-4c3c-a2f5-b2b2f0a3a1c1";
    let own = [
        (vec![alone(patient()), alone(pulse(json!({"reference": "Patient/anna"})))], "by id"),
        (vec![at(UUID, patient()), alone(pulse(json!({"reference": UUID})))], "by fullUrl"),
        (
            vec![at(UUID, patient()), alone(pulse(json!({"reference": "Patient/anna"})))],
            "by id in a transaction",
        ),
        (vec![at(HERE, patient()), alone(pulse(json!({"reference": HERE})))], "absolute"),
        (
            vec![
                at(HERE, patient()),
                at("https://one.example/fhir/Observation/1", pulse(json!({"reference": "Patient/anna"}))),
            ],
            "relative to the entry's server",
        ),
        (
            vec![at(HERE, patient()), alone(pulse(json!({"reference": "Patient/anna/_history/4"})))],
            "a version",
        ),
        (
            vec![
                alone(patient()),
                alone(pulse(json!({"identifier": {"system": "urn:oid:1.2.3", "value": "77"}}))),
            ],
            "by identifier",
        ),
    ];
    for (entries, how) in own {
        assert_eq!(foreign(entries), None, "{how}");
    }
    let other = [
        (vec![alone(patient()), alone(pulse(json!({"reference": "Patient/bert"})))], "another id"),
        (vec![at(UUID, patient()), alone(pulse(json!({"reference": "urn:uuid:anna"})))], "another uuid"),
        (
            vec![
                at(HERE, patient()),
                alone(pulse(json!({"reference": "https://two.example/fhir/Patient/anna"}))),
            ],
            "another server",
        ),
        (
            vec![
                at(HERE, patient()),
                at("https://two.example/fhir/Observation/1", pulse(json!({"reference": "Patient/anna"}))),
            ],
            "an entry of another server",
        ),
        (vec![alone(patient()), alone(pulse(json!({"reference": "#anna"})))], "contained"),
        (vec![alone(patient()), alone(pulse(json!({"reference": "Device/anna"})))], "a device"),
        (vec![alone(patient()), alone(pulse(json!({"reference": "Group/anna"})))], "a group"),
        (vec![alone(patient()), alone(pulse(json!({"display": "Anna"})))], "only words"),
        (
            vec![alone(patient()), alone(pulse(json!({"identifier": {"value": "77"}})))],
            "an identifier without system",
        ),
        (vec![alone(patient()), alone(pulse(json!(null)))], "nobody"),
    ];
    for (entries, how) in other {
        assert_eq!(foreign(entries), Some((1, "Observation.subject")), "{how}");
    }
    let without_id = json!({"resourceType": "Patient", "birthDate": "1960"});
    let entries = vec![at(UUID, without_id), alone(pulse(json!({"reference": "Patient/bert"})))];
    assert_eq!(foreign(entries), Some((1, "Observation.subject")));
}

#[test]
fn every_resource_that_counts_must_be_about_the_patient() {
    let bert = json!({"reference": "Patient/bert"});
    let others = [
        (pulse(bert.clone()), "Observation.subject"),
        (json!({"resourceType": "Condition", "subject": bert}), "Condition.subject"),
        (json!({"resourceType": "AllergyIntolerance", "patient": bert}), "AllergyIntolerance.patient"),
        (request(json!({"subject": bert})), "MedicationRequest.subject"),
        (
            json!({"resourceType": "MedicationStatement", "status": "stopped", "subject": bert}),
            "MedicationStatement.subject",
        ),
        (
            json!({"resourceType": "DiagnosticReport", "status": "final", "code": {}, "contained": [pulse(bert.clone())]}),
            "Observation.subject",
        ),
    ];
    for (resource, element) in others {
        assert_eq!(foreign(vec![alone(patient()), alone(resource)]), Some((1, element)));
    }
}

#[test]
fn an_observation_on_something_else_is_left_out_by_name() {
    let mut fetal = pulse(json!({"reference": "Patient/anna"}));
    fetal["focus"] = json!([{"reference": "RelatedPerson/child"}]);
    let mut own = pulse(json!({"reference": "Patient/anna"}));
    own["focus"] = json!([{"reference": "Patient/anna"}]);
    let bundle = bundle(vec![alone(patient()), alone(fetal), alone(own)]);
    let record = Record::of(&bundle).unwrap();
    assert_eq!(record.observations.len(), 1);
    assert_eq!((record.left_out[0].entry, record.left_out[0].element), (1, "Observation.focus"));
}

#[test]
fn bundles_that_are_not_the_present_record_of_one_living_patient_are_refused() {
    let mut dead = patient();
    dead["deceasedBoolean"] = json!(true);
    let refused = |entries: Vec<Value>| Record::of(&bundle(entries)).map(|_| ()).unwrap_err();
    assert_eq!(refused(vec![alone(dead)]), RecordError::Patient(PatientError::Deceased));
    assert_eq!(refused(vec![]), RecordError::NotOnePatient(0));
    assert_eq!(refused(vec![alone(patient()), alone(patient())]), RecordError::NotOnePatient(2));
    let mut history = bundle(vec![alone(patient())]);
    history.kind = BundleType::History;
    assert_eq!(Record::of(&history), Err(RecordError::History));
    let implicit = json!({"resourceType": "Bundle", "type": "collection", "implicitRules": "urn:x"});
    let implicit: Bundle = fhir::read(implicit.to_string().as_bytes()).unwrap();
    assert_eq!(Record::of(&implicit), Err(RecordError::ImplicitRules));
}

#[test]
fn what_must_not_be_given_or_was_an_error_is_left_out_and_named() {
    let changes = [
        (json!({"doNotPerform": true}), "MedicationRequest.doNotPerform"),
        (json!({"status": "entered-in-error"}), "MedicationRequest.status"),
        (json!({"status": "draft"}), "MedicationRequest.status"),
        (json!({"intent": "plan"}), "MedicationRequest.intent"),
    ];
    for (change, element) in changes {
        let bundle = bundle(vec![alone(patient()), alone(request(change))]);
        let record = Record::of(&bundle).unwrap();
        assert_eq!(record.medicines, []);
        assert_eq!((record.left_out[0].entry, record.left_out[0].element), (1, element));
    }
    let nobody_knows = bundle(vec![alone(patient()), alone(request(json!({"_doNotPerform": {"id": "a"}})))]);
    assert!(!Record::of(&nobody_knows).unwrap().medicines[0].is_understood);
    let bundle = bundle(vec![alone(patient()), alone(request(json!({"doNotPerform": false})))]);
    assert_eq!(Record::of(&bundle).unwrap().medicines[0].is_current, Some(true));
}

#[test]
fn a_medicine_is_found_in_the_bundle_inside_the_request_and_in_words() {
    let medicine = json!({"resourceType": "Medication", "id": "m", "code": {"text": "Ramipril"}});
    let words = |entries: Vec<Value>| {
        let bundle = bundle(entries);
        let record = Record::of(&bundle).unwrap();
        (
            record.medicines[0].words().map(str::to_owned).collect::<Vec<_>>(),
            record.medicines[0].is_understood,
        )
    };
    let by = |reference: Value| alone(request(json!({ "medicationReference": reference })));
    let ramipril = (vec!["Ramipril".to_owned()], true);
    let link = json!({"reference": "Medication/m", "display": "a tablet"});
    assert_eq!(words(vec![alone(patient()), by(link.clone()), alone(medicine.clone())]), ramipril);
    let inside =
        request(json!({"medicationReference": {"reference": "#m"}, "contained": [medicine.clone()]}));
    assert_eq!(words(vec![alone(patient()), alone(inside)]), ramipril);
    assert_eq!(words(vec![alone(patient()), by(json!({"display": "Ramipril"}))]), ramipril);
    let parts = json!({"resourceType": "Medication", "id": "m", "ingredient": [
        {"itemCodeableConcept": {"text": "Amlodipine"}}, {"itemCodeableConcept": {"text": "Valsartan"}}]});
    let both = (vec!["Amlodipine".to_owned(), "Valsartan".to_owned()], true);
    assert_eq!(words(vec![alone(patient()), by(link.clone()), alone(parts)]), both);
    // Two of the same name, or none, or one on another server: nobody knows which is meant.
    let second = json!({"resourceType": "Medication", "id": "m", "code": {"text": "Metformin"}});
    let display = (vec!["a tablet".to_owned()], true);
    assert_eq!(
        words(vec![alone(patient()), by(link.clone()), alone(medicine.clone()), alone(second)]),
        display
    );
    assert_eq!(words(vec![alone(patient()), by(link)]), display);
    let elsewhere = by(json!({"reference": "https://two.example/Medication/m"}));
    assert_eq!(words(vec![alone(patient()), elsewhere, alone(medicine.clone())]), (vec![], true));
    for (field, value) in
        [("status", json!("entered-in-error")), ("modifierExtension", json!([{"url": "urn:x"}]))]
    {
        let mut doubtful = medicine.clone();
        doubtful[field] = value;
        let entries = vec![alone(patient()), by(json!({"reference": "Medication/m"})), alone(doubtful)];
        assert_eq!(words(entries), (vec!["Ramipril".to_owned()], false), "{field}");
    }
}

#[test]
fn the_results_inside_a_report_are_read() {
    let report = |status: &str| {
        json!({"resourceType": "DiagnosticReport", "status": status, "code": {},
            "contained": [pulse(json!({"reference": "Patient/anna"}))]})
    };
    let count = |report: Value| {
        let bundle = bundle(vec![alone(patient()), alone(report)]);
        let record = Record::of(&bundle).unwrap();
        (record.observations.len(), record.left_out.len())
    };
    for status in ["final", "amended", "corrected", "appended"] {
        assert_eq!(count(report(status)), (1, 0), "{status}");
    }
    // They stay, because they may be the latest, and have no usable value.
    for status in ["registered", "partial", "preliminary", "unknown", "done"] {
        assert_eq!(count(report(status)), (1, 1), "{status}");
    }
    for status in ["cancelled", "entered-in-error"] {
        assert_eq!(count(report(status)), (0, 1), "{status}");
    }
    let mut modified = report("final");
    modified["modifierExtension"] = json!([{"url": "urn:x"}]);
    // It stays, because it may be the latest, and has no usable value.
    assert_eq!(count(modified), (1, 1));
}

#[test]
fn a_result_is_verified_only_if_what_it_is_inside_of_is() {
    let inside = |around: &str, own: &str| {
        let mut result = pulse(json!({"reference": "Patient/anna"}));
        result["status"] = json!(own);
        let report =
            json!({"resourceType": "DiagnosticReport", "status": around, "code": {}, "contained": [result]});
        let bundle = bundle(vec![alone(patient()), alone(report)]);
        let record = Record::of(&bundle).unwrap();
        record.observations.first().map(|listed| listed.resource.status.code())
    };
    assert_eq!(inside("final", "amended"), Some("amended"));
    assert_eq!(inside("final", "preliminary"), Some("preliminary"));
    assert_eq!(inside("partial", "final"), Some("preliminary"));
    assert_eq!(inside("registered", "unknown"), Some("unknown"));
    assert_eq!(inside("cancelled", "final"), None);
    assert_eq!(inside("preliminary", "cancelled"), None);
    assert_eq!(inside("final", "entered-in-error"), None);
}

#[test]
fn a_modifier_may_change_a_status_too() {
    let withdrawn = json!({"coding": [{
        "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]});
    let mut condition = json!({"resourceType": "Condition", "subject": {"reference": "Patient/anna"},
        "verificationStatus": withdrawn});
    let mut stopped = request(json!({"status": "stopped"}));
    for modified in [false, true] {
        if modified {
            condition["modifierExtension"] = json!([{"url": "urn:x"}]);
            stopped["modifierExtension"] = json!([{"url": "urn:x"}]);
        }
        let bundle = bundle(vec![alone(patient()), alone(condition.clone()), alone(stopped.clone())]);
        let record = Record::of(&bundle).unwrap();
        assert_eq!(record.conditions.len(), usize::from(modified));
        assert_eq!(record.medicines[0].is_current, if modified { None } else { Some(false) });
        assert_eq!(record.medicines[0].is_understood, !modified);
    }
}

#[test]
fn ten_thousand_entries_that_refer_to_each_other_in_a_ring_are_read_at_once() {
    let mut entries = vec![alone(patient())];
    let count = fhir::MAX_ENTRIES - 1;
    for index in 0..count {
        let next = (index + 1) % count;
        entries.push(alone(match index % 2 {
            0 => {
                let mut medicine =
                    request(json!({"medicationReference": {"reference": format!("Medication/{next}")}}));
                medicine["id"] = json!(index.to_string());
                medicine
            }
            _ => json!({"resourceType": "Medication", "id": index.to_string(),
                "ingredient": [{"itemReference": {"reference": format!("Medication/{index}")}}]}),
        }));
    }
    let started = std::time::Instant::now();
    let bundle = bundle(entries);
    let record = Record::of(&bundle).unwrap();
    assert_eq!(record.medicines.len(), count.div_ceil(2));
    assert!(started.elapsed().as_secs() < 20);
    let one_more = json!({"resourceType": "Bundle", "type": "collection", "entry": vec![json!({}); fhir::MAX_ENTRIES + 1]});
    let limit = fhir::ReadError::TooMany { entry: None, limit: fhir::MAX_ENTRIES };
    assert_eq!(fhir::read::<Bundle>(one_more.to_string().as_bytes()), Err(limit));
}

/// One entry of each kind that counts.
fn entries() -> Vec<Value> {
    let anna = json!({"reference": "Patient/anna"});
    vec![
        patient(),
        pulse(anna.clone()),
        json!({"resourceType": "Condition", "subject": anna, "code": {"text": "Asthma"}}),
        request(json!({"medicationCodeableConcept": {"text": "Ramipril"}})),
        json!({"resourceType": "MedicationStatement", "status": "active", "subject": anna,
            "medicationCodeableConcept": {"text": "Aspirin"}}),
        json!({"resourceType": "AllergyIntolerance", "patient": anna, "code": {"text": "Penicillin"}}),
    ]
}

proptest! {
    #[test]
    fn an_entry_about_somebody_else_is_never_part_of_the_record(
        place in 1_usize..6,
        reference in prop_oneof![
            "Patient/[a-mo-z][a-z]{0,9}",
            "https://two.example/(r4/)?Patient/anna",
            "urn:uuid:[0-9a-f]{8}",
            "(Group|Device|Location|RelatedPerson)/anna",
            "#[a-z]{1,5}",
        ],
    ) {
        prop_assume!(reference != "Patient/anna");
        let mut entries = entries();
        let field = if entries[place]["resourceType"] == "AllergyIntolerance" { "patient" } else { "subject" };
        entries[place][field] = json!({ "reference": reference });
        let is_refused = matches!(
            Record::of(&bundle(entries.into_iter().map(alone).collect())),
            Err(RecordError::Foreign { entry, .. }) if entry == place
        );
        prop_assert!(is_refused);
    }

    #[test]
    fn a_modifier_always_changes_the_record(place in 0_usize..6, modifier in 0_usize..4) {
        let plain = bundle(entries().into_iter().map(alone).collect());
        let plain = Record::of(&plain).unwrap();
        let mut changed = entries();
        let resource = &mut changed[place];
        match modifier {
            0 => resource["modifierExtension"] = json!([{"url": "urn:x", "valueBoolean": true}]),
            1 => resource["implicitRules"] = json!("urn:x"),
            2 if place == 3 => resource["doNotPerform"] = json!(true),
            2 if place == 0 => resource["deceasedDateTime"] = json!("2026-10-02"),
            _ if place == 0 => resource["active"] = json!(false),
            _ if place == 2 || place == 5 => resource["verificationStatus"] = json!({"text": "refuted"}),
            _ => resource["status"] = json!("entered-in-error"),
        }
        let changed = bundle(changed.into_iter().map(alone).collect());
        match Record::of(&changed) {
            Err(error) => prop_assert!(place == 0 && matches!(error, RecordError::Patient(_))),
            Ok(changed) => {
                prop_assert!(plain.left_out.is_empty());
                prop_assert_eq!(changed.left_out.len(), 1);
                prop_assert_eq!(changed.left_out[0].entry, place);
            }
        }
    }
}
