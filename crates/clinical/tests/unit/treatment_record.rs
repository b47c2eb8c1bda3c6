//! What a record must not be misread for: other people, modifiers, values that are none, units, and bad entries.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use clinical::treatment::{read_chart, Chart, ChartError, Fact, NotModelled, State};
use fhir::{PatientError, RecordError, Unusable};
use proptest::prelude::*;
use serde_json::{json, Value};

use crate::record::{allergy, answer, at, condition, full, medicine, number, read, status, FINDER};

const SNOMED: &str = "http://snomed.info/sct";

fn with(resource: Value) -> Vec<Value> {
    let mut entries = full();
    entries.push(resource);
    entries
}

fn changed(place: usize, element: &str, value: Value) -> Vec<Value> {
    let mut entries = full();
    entries[place][element] = value;
    entries
}

fn problem(code: &str, display: &str) -> Value {
    let mut problem = condition(display, "active");
    problem["code"]["coding"][0]["code"] = json!(code);
    problem
}

fn modifier() -> Value {
    json!([{ "url": "https://records.example/negated", "valueBoolean": true }])
}

/// The state of a fact, and the number of conditions, medicines and allergies that were not understood.
fn state(entries: &[Value], fact: Fact) -> (State, usize) {
    let chart = read(entries).unwrap();
    (chart.facts.get(fact), chart.unread.conditions + chart.unread.medicines + chart.unread.allergies)
}

#[test]
fn nobody_is_treated_who_is_dead_or_somebody_else() {
    let dead = changed(0, "deceasedDateTime", json!("2026-10-30"));
    assert_eq!(read(&dead).unwrap_err(), RecordError::Patient(PatientError::Deceased).into());
    let mut entries = full();
    entries[0].as_object_mut().unwrap().remove("id");
    let foreign = RecordError::Foreign { entry: 1, element: "Condition.subject" };
    assert_eq!(read(&entries).unwrap_err(), foreign.into());
}

#[test]
fn a_medicine_that_must_not_be_given_is_not_taken() {
    let mut forbidden = medicine("Enalapril 10 MG Oral Tablet", "active");
    assert_eq!(state(&with(forbidden.clone()), Fact::TakesAceInhibitor), (State::Present, 0));
    forbidden["doNotPerform"] = json!(true);
    let chart = read(&with(forbidden)).unwrap();
    assert_eq!(chart.facts.get(Fact::TakesAceInhibitor), State::Absent);
    assert!(!chart.risk.unwrap().treated);
    assert_eq!(chart.left_out[0].element, "MedicationRequest.doNotPerform");
    // A prohibition alone is not a list of medicines.
    let mut only = full();
    only[2]["doNotPerform"] = json!(true);
    assert_eq!(state(&only, Fact::TakesLithium).0, State::Unknown);
}

#[test]
fn an_entry_with_a_modifier_that_is_not_understood_may_say_anything() {
    for element in ["modifierExtension", "implicitRules"] {
        for (resource, fact) in [
            (problem("195967001", "Asthma (disorder)"), Fact::Asthma),
            (medicine("Verapamil 80 MG", "active"), Fact::TakesRateLimitingBlocker),
            (allergy("bisoprolol"), Fact::AllergicToBetaBlockers),
        ] {
            assert_eq!(state(&with(resource.clone()), fact), (State::Present, 0));
            let mut modified = resource;
            modified[element] = modifier();
            let chart = read(&with(modified)).unwrap();
            assert_eq!(chart.facts.get(fact), State::Unknown, "{element}");
            assert!(chart.left_out[0].element.ends_with(element), "{:?}", chart.left_out);
        }
    }
}

#[test]
fn a_status_in_another_code_system_is_no_status() {
    for (element, code) in [("verificationStatus", "refuted"), ("clinicalStatus", "resolved")] {
        let mut gout = condition("Gout", "active");
        gout[element] = json!({ "coding": [{ "system": "urn:local", "code": code }] });
        assert_eq!(state(&with(gout), Fact::Gout), (State::Unknown, 1), "{element}");
    }
    let mut refuted = condition("Gout", "active");
    refuted["verificationStatus"] = status("condition-ver-status", "refuted");
    assert_eq!(state(&with(refuted), Fact::Gout), (State::Absent, 0));
}

#[test]
fn codes_count_only_in_their_own_system() {
    let mut local = problem("195967001", "Blorptosis");
    assert_eq!(state(&with(local.clone()), Fact::Asthma), (State::Present, 0));
    local["code"]["coding"][0]["system"] = json!("urn:local");
    assert_eq!(state(&with(local), Fact::Asthma), (State::Unknown, 1));
    let mut smoker = full();
    smoker[12] = answer("72166-2", "449868002");
    assert!(read(&smoker).unwrap().risk.unwrap().smoker);
    smoker[12]["valueCodeableConcept"]["coding"][0]["system"] = json!("urn:local");
    assert_eq!(read(&smoker).unwrap().risk, Err(NotModelled::Missing(vec!["smoking"])));
    let mut list = full();
    list[3]["code"]["coding"][0]["system"] = json!("urn:local");
    assert_eq!(state(&list, Fact::AllergicToBetaBlockers), (State::Unknown, 1));
}

#[test]
fn a_statement_that_there_is_nothing_counts_only_while_it_is_confirmed_and_current() {
    assert_eq!(state(&full(), Fact::AllergicToBetaBlockers), (State::Absent, 0));
    for (element, system, code) in [
        ("verificationStatus", "allergyintolerance-verification", "unconfirmed"),
        ("clinicalStatus", "allergyintolerance-clinical", "resolved"),
    ] {
        let entries = changed(3, element, status(system, code));
        assert_eq!(state(&entries, Fact::AllergicToBetaBlockers), (State::Unknown, 1), "{code}");
    }
    let refuted = changed(3, "verificationStatus", status("allergyintolerance-verification", "refuted"));
    assert_eq!(state(&refuted, Fact::AllergicToBetaBlockers), (State::Unknown, 0));
    // Nothing is known about medicines from a list of foods.
    let code =
        json!({ "coding": [{ "system": SNOMED, "code": "429625007", "display": "No known food allergy" }] });
    assert_eq!(state(&changed(3, "code", code), Fact::AllergicToBetaBlockers), (State::Unknown, 0));
    let mut peanut = full();
    peanut[3]["code"] = json!({ "text": "Peanut" });
    peanut[3]["category"] = json!(["food"]);
    assert_eq!(state(&peanut, Fact::AllergicToBetaBlockers), (State::Unknown, 0));
}

#[test]
fn words_that_deny_a_code_make_it_unknown() {
    let coded = |text: &str| {
        let mut asthma = condition(text, "active");
        asthma["code"]["coding"][0] =
            json!({ "system": "http://hl7.org/fhir/sid/icd-10", "code": "J45.9", "display": text });
        state(&with(asthma), Fact::Asthma)
    };
    assert_eq!(coded("Asthma, unspecified"), (State::Present, 0));
    for text in
        ["No evidence of asthma", "Family history of asthma", "Asthma was ruled out", "Suspected asthma"]
    {
        assert_eq!(coded(text), (State::Unknown, 0), "{text}");
    }
}

#[test]
fn a_finding_that_is_no_disorder_leaves_the_disorders_as_they_are() {
    let social = with(problem("224299000", "Received higher education (finding)"));
    let chart = read(&social).unwrap();
    assert_eq!((chart.facts, chart.risk.is_ok()), (read(&full()).unwrap().facts, true));
    assert_eq!((chart.unread.conditions, chart.left_out.len()), (0, 1));
    // What such a finding may state is unknown, unless it was measured.
    for (display, fact, state_of_fact) in [
        ("Low mood (finding)", Fact::Depression, State::Unknown),
        ("Serum calcium above reference range (finding)", Fact::Hypercalcaemia, State::Unknown),
        ("Serum potassium abnormal (finding)", Fact::PotassiumAbove5, State::Absent),
    ] {
        let chart = read(&with(problem("999000009", display))).unwrap();
        assert_eq!(chart.facts.get(fact), state_of_fact, "{display}");
        assert_eq!(chart.facts.get(Fact::Asthma), State::Absent, "{display}");
    }
    for (code, display) in [
        ("999000001", "Blorptosis of the flange (disorder)"),
        ("999000002", "History of blorptosis (situation)"),
        ("999000003", "Blorptosis"),
    ] {
        assert_eq!(state(&with(problem(code, display)), Fact::Asthma), (State::Unknown, 1), "{display}");
    }
    let mut local = problem("1", "Blorptosis (finding)");
    local["code"]["coding"][0]["system"] = json!("urn:local");
    assert_eq!(state(&with(local), Fact::Asthma), (State::Unknown, 1));
}

#[test]
fn a_medicine_is_read_through_its_reference() {
    let by = |reference: Value| {
        json!({ "resourceType": "MedicationRequest", "status": "active", "intent": "order",
            "subject": { "reference": "Patient/p" }, "medicationReference": reference })
    };
    let product = json!({ "resourceType": "Medication", "id": "m", "code": { "text": "Losartan 50 MG" } });
    let mut entries = with(by(json!({ "reference": "Medication/m" })));
    assert_eq!(state(&entries, Fact::TakesAngiotensinBlocker), (State::Unknown, 1));
    entries.push(product.clone());
    assert_eq!(state(&entries, Fact::TakesAngiotensinBlocker), (State::Present, 0));
    let mut inside = by(json!({ "reference": "#m" }));
    inside["contained"] = json!([product]);
    assert_eq!(state(&with(inside), Fact::TakesAngiotensinBlocker), (State::Present, 0));
    let words = by(json!({ "reference": "Medication/x", "display": "Losartan 50 MG" }));
    assert_eq!(state(&with(words), Fact::TakesAngiotensinBlocker), (State::Present, 0));
}

#[test]
fn a_medicine_on_hold_is_neither_taken_nor_not_taken() {
    for status in ["on-hold", "unknown"] {
        let entries = with(medicine("Lithium carbonate 300 MG", status));
        assert_eq!(state(&entries, Fact::TakesLithium), (State::Unknown, 0), "{status}");
    }
    assert_eq!(
        state(&with(medicine("Lithium carbonate 300 MG", "draft")), Fact::TakesLithium).0,
        State::Absent
    );
}

#[test]
fn values_are_read_in_any_unit_of_ucum_that_fits_their_analyte() {
    let systolic = |value: f64, unit: &str| {
        let mut entries = full();
        entries[4] = number("8480-6", value, unit, "2026-11-01");
        read(&entries).unwrap().risk.map(|risk| risk.systolic.round())
    };
    assert_eq!(systolic(20.8, "kPa"), Ok(156.0));
    assert_eq!(systolic(1.56e2, "mm[Hg]"), Ok(156.0));
    let missing = Err(NotModelled::Missing(vec!["systolic pressure"]));
    for unit in ["mmHg", "mm", "mg/dL", ""] {
        assert_eq!(systolic(156.0, unit), missing, "{unit}");
    }
    for (place, code, value, unit) in [
        (5, "8867-4", 72.0, "{beat}/min"),
        (6, "33914-3", 88.0, "mL/min/{1.73m2}"),
        (7, "2823-3", 4.2, "meq/L"),
        (8, "2951-2", 140.0, "meq/L"),
        (9, "2093-3", 2.0, "g/L"),
        (11, "39156-5", 28.0, "kg/m2{calculated}"),
    ] {
        let mut entries = full();
        entries[place] = number(code, value, unit, "2026-10-01");
        let chart = read(&entries).unwrap();
        assert_eq!(chart.unusable, [], "{unit}");
        assert!(chart.risk.is_ok(), "{unit}");
    }
    let mut own_surface = full();
    own_surface[6] = number("33914-3", 88.0, "mL/min", "2026-10-01");
    let chart = read(&own_surface).unwrap();
    assert_eq!((chart.unusable[0].value, chart.unusable[0].reason), ("eGFR", Unusable::OtherUnit));
}

#[test]
fn a_pressure_that_cannot_be_used_is_named_where_nothing_else_shows_hypertension() {
    let mut entries = full();
    entries[1] = condition("Osteoarthritis", "active");
    entries[4] = number("8480-6", 156.0, "mmHg", "2026-11-01");
    assert_eq!(read(&entries).unwrap_err(), ChartError::UnusablePressure(Unusable::OtherUnit));
    entries[4]["valueQuantity"]["code"] = json!(null);
    assert_eq!(read(&entries).unwrap_err(), ChartError::UnusablePressure(Unusable::NoUnit));
    entries[4] = number("8480-6", 20.8, "kPa", "2026-11-01");
    assert!(read(&entries).is_ok());
    // A lower bound of an emergency is one.
    for (sign, urgent) in [(">", true), (">=", true), ("<", false)] {
        let mut bound = number("8480-6", 24.0, "kPa", "2026-11-02");
        bound["valueQuantity"]["comparator"] = json!(sign);
        assert_eq!(read(&with(bound)).err() == Some(ChartError::Urgent), urgent, "{sign}");
    }
}

#[test]
fn a_bad_entry_is_named_with_its_element() {
    let mut entries = full();
    entries[7]["effectiveDateTime"] = json!("yesterday, says Jane");
    let error = read(&entries).unwrap_err().to_string();
    assert!(
        error.starts_with("entry 7 of the bundle: Observation.effectiveDateTime: not a FHIR date"),
        "{error}"
    );
    assert!(!error.contains("Jane"), "{error}");
    entries[7] = json!({ "resourceType": "Condition", "code": {} });
    let error = read(&entries).unwrap_err().to_string();
    assert_eq!(error, "entry 7 of the bundle: Condition.subject: this element is required, and missing");
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let entries: Vec<Value> = full().into_iter().map(|resource| json!({ "resource": resource })).collect();
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    assert!(read_chart(format!("\u{feff}{bundle}").as_bytes(), at(), &FINDER).is_ok());
}

/// All that is answered.
fn said(entries: &[Value]) -> Result<Chart, String> {
    read(entries).map_err(|error| error.to_string())
}

/// The measurements and answers of the complete record, by their place.
const VALUES: core::ops::RangeInclusive<usize> = 4..=12;

proptest! {
    #[test]
    fn an_entry_about_somebody_else_gives_no_answer(place in 1_usize..13, other in "[a-oq-z][a-z0-9]{0,8}") {
        let mut entries = full();
        let element = if place == 3 { "patient" } else { "subject" };
        entries[place][element] = json!({ "reference": format!("Patient/{other}") });
        let is_refused = matches!(
            read(&entries),
            Err(ChartError::Record(RecordError::Foreign { entry, .. })) if entry == place
        );
        prop_assert!(is_refused);
    }

    #[test]
    fn a_modifier_anywhere_changes_the_answer(place in 0_usize..13, which in 0_usize..3) {
        let value = match which {
            0 => ("modifierExtension", modifier()),
            1 => ("implicitRules", json!("https://rules.example")),
            _ => match place {
                0 => ("active", json!(false)),
                1 => ("verificationStatus", status("condition-ver-status", "entered-in-error")),
                2 => ("doNotPerform", json!(true)),
                3 => ("verificationStatus", status("allergyintolerance-verification", "refuted")),
                _ => ("status", json!("entered-in-error")),
            },
        };
        let entries = changed(place, value.0, value.1);
        prop_assert_ne!(said(&entries), said(&full()));
    }

    #[test]
    fn a_latest_value_that_is_made_unusable_never_makes_room_for_an_older_one(
        place in VALUES,
        how in 0_usize..9,
        older in "2026-(09|10)-0[1-9]",
    ) {
        let mut entries = full();
        let is_coded = place == 12;
        let latest = &mut entries[place];
        match how {
            0 => latest["dataAbsentReason"] = json!({ "text": "not done" }),
            1 => latest["modifierExtension"] = modifier(),
            5 => latest["effectiveDateTime"] = json!(null),
            6..=8 => latest["status"] = json!(["registered", "preliminary", "unknown"][how - 6]),
            2..=4 if is_coded => latest["valueCodeableConcept"] = json!(null),
            2 => latest["valueQuantity"]["comparator"] = json!("<"),
            3 => latest["valueQuantity"]["code"] = json!("furlong"),
            _ => latest["valueQuantity"] = json!(null),
        }
        let alone = said(&entries);
        prop_assert_ne!(&alone, &said(&full()));
        let mut before = full().remove(place);
        before["effectiveDateTime"] = json!(older);
        if how != 5 {
            entries[place]["effectiveDateTime"] = json!("2026-11-05");
        }
        entries.push(before);
        let with_older = said(&entries);
        prop_assert_eq!(with_older, alone);
    }
}
