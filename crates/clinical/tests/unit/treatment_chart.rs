//! From a FHIR bundle to facts and options.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use clinical::treatment::{
    read_chart, recommend, risk, Chart, ChartError, Fact, NotModelled, State, Treatment,
};
use fhir::{ReadError, RecordError};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{json, Value};

use crate::record::{allergy, answer, at, condition, full, medicine, number, patient, read, status, FINDER};

fn with(resource: Value) -> Vec<Value> {
    let mut entries = full();
    entries.push(resource);
    entries
}

fn without(index: usize) -> Vec<Value> {
    let mut entries = full();
    entries.remove(index);
    entries
}

fn possible(chart: &Chart) -> Vec<Treatment> {
    let risks = chart.risk.clone().ok().map(|factors| risk::baseline(&factors).unwrap());
    recommend(&chart.facts, risks).possible.iter().map(|choice| choice.treatment).collect()
}

#[test]
fn a_complete_record_gives_all_options_ranked() {
    let chart = read(&full()).unwrap();
    let unknown: Vec<Fact> =
        Fact::ALL.into_iter().filter(|fact| chart.facts.get(*fact) == State::Unknown).collect();
    assert_eq!(unknown, []);
    assert_eq!(chart.facts.get(Fact::TakesStatin), State::Present);
    let risks = risk::baseline(chart.risk.as_ref().unwrap()).unwrap();
    assert!(risks.atherosclerotic > 0.05 && risks.atherosclerotic < 0.15, "{risks:?}");
    assert_eq!(possible(&chart).len(), Treatment::ALL.len());
    assert_eq!(possible(&chart)[0], Treatment::ThiazideLikeDiuretic);
}

#[test]
fn recorded_facts_rule_out_options() {
    let cases = [
        (condition("Angioedema (disorder)", "resolved"), Fact::AngioOedema),
        (condition("History of asthma", "active"), Fact::Asthma),
        (condition("Gout", "active"), Fact::Gout),
        (medicine("Losartan Potassium 50 MG Oral Tablet", "active"), Fact::TakesAngiotensinBlocker),
        (medicine("Hydrochlorothiazide 25 MG", "active"), Fact::TakesThiazide),
        (medicine("lithium carbonate 300 MG Oral Capsule", "active"), Fact::TakesLithium),
        (medicine("Valsartan and Sacubitril", "active"), Fact::TakesSacubitril),
        (allergy("lisinopril"), Fact::AllergicToAceInhibitors),
        (allergy("Allergy to sulfonamides"), Fact::AllergicToSulfonamides),
        (number("2823-3", 5.4, "mmol/L", "2026-11-02"), Fact::PotassiumAbove5),
        (number("33914-3", 24.0, "mL/min/{1.73_m2}", "2026-11-02"), Fact::EgfrBelow30),
        (number("8867-4", 44.0, "/min", "2026-11-02"), Fact::PulseBelow50),
    ];
    for (resource, fact) in cases {
        let chart = read(&with(resource.clone())).unwrap();
        assert_eq!(chart.facts.get(fact), State::Present, "{resource}");
        assert!(possible(&chart).len() < Treatment::ALL.len(), "{resource}");
    }
    let coded = json!({
        "resourceType": "Condition", "subject": { "reference": "Patient/p" },
        "code": { "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I44.2" }] }
    });
    assert_eq!(read(&with(coded)).unwrap().facts.get(Fact::AvBlock), State::Present);
}

#[test]
fn resolved_or_wrong_entries_count_only_as_history() {
    let over = read(&with(condition("Hyponatremia", "resolved"))).unwrap();
    assert_eq!(over.facts.get(Fact::Hyponatraemia), State::Absent);
    let stopped = read(&with(medicine("Lisinopril 10 MG", "stopped"))).unwrap();
    assert_eq!(stopped.facts.get(Fact::TakesAceInhibitor), State::Absent);
    let mut wrong = condition("Asthma", "active");
    wrong["verificationStatus"] = status("condition-ver-status", "entered-in-error");
    assert_eq!(read(&with(wrong.clone())).unwrap().facts.get(Fact::Asthma), State::Absent);
    wrong["verificationStatus"] = status("condition-ver-status", "provisional");
    assert_eq!(read(&with(wrong)).unwrap().facts.get(Fact::Asthma), State::Unknown);
    let relative = read(&with(condition("Family history of asthma", "active"))).unwrap();
    assert_eq!(relative.facts.get(Fact::Asthma), State::Absent);
}

#[test]
fn unrecorded_facts_are_unknown_and_prevent_a_recommendation() {
    let allergies = read(&without(3)).unwrap();
    assert_eq!(allergies.facts.get(Fact::AllergicToBetaBlockers), State::Unknown);
    assert_eq!(possible(&allergies), []);
    let medicines = read(&without(2)).unwrap();
    assert_eq!(medicines.facts.get(Fact::TakesLithium), State::Unknown);
    assert_eq!(possible(&medicines), []);
    let potassium = read(&without(7)).unwrap();
    assert_eq!(potassium.facts.get(Fact::PotassiumAbove5), State::Unknown);
    assert!(!possible(&potassium).contains(&Treatment::AceInhibitor));
    assert!(possible(&potassium).contains(&Treatment::BetaBlocker));
    // High blood pressure by its measurement, without a list of conditions.
    let conditions = read(&without(1)).unwrap();
    assert_eq!(conditions.facts.get(Fact::AngioOedema), State::Unknown);
}

#[test]
fn a_list_that_is_recorded_as_empty_is_known() {
    let mut entries = full();
    let snomed = |code: &str| json!({ "coding": [{ "system": "http://snomed.info/sct", "code": code }] });
    let subject = json!({ "reference": "Patient/p" });
    entries[1] = json!({ "resourceType": "Condition", "subject": subject, "code": snomed("160245001") });
    entries[2] = json!({
        "resourceType": "MedicationStatement", "status": "active", "subject": subject,
        "medicationCodeableConcept": snomed("787481004"),
    });
    let chart = read(&entries).unwrap();
    assert_eq!(chart.facts.get(Fact::AngioOedema), State::Absent);
    assert_eq!(chart.facts.get(Fact::TakesLithium), State::Absent);
    assert_eq!(possible(&chart).len(), Treatment::ALL.len());
}

#[test]
fn unreadable_entries_make_all_facts_of_their_list_unknown() {
    let problem = read(&with(condition("Blorptosis of the flange", "active"))).unwrap();
    assert_eq!(problem.unread.conditions, 1);
    assert_eq!(problem.facts.get(Fact::AvBlock), State::Unknown);
    let drug = read(&with(medicine("Jolivette 28 Day Pack", "active"))).unwrap();
    assert_eq!(drug.unread.medicines, 1);
    assert_eq!(drug.facts.get(Fact::TakesBetaBlocker), State::Unknown);
    let half = read(&with(medicine("Lisinopril / Blorptamine 10 MG", "active"))).unwrap();
    assert_eq!(half.unread.medicines, 1);
    assert_eq!(half.facts.get(Fact::TakesAceInhibitor), State::Present);
    let allergy = read(&with(allergy("green things"))).unwrap();
    assert_eq!(allergy.facts.get(Fact::AllergicToMethyldopa), State::Unknown);
}

#[test]
fn old_measurements_and_other_units_are_unknown() {
    let mut old = without(7);
    old.push(number("2823-3", 4.2, "mmol/L", "2025-11-01"));
    assert_eq!(read(&old).unwrap().facts.get(Fact::PotassiumAbove5), State::Unknown);
    let other = with(number("2823-3", 16.0, "mm[Hg]", "2026-11-01"));
    assert_eq!(read(&other).unwrap().facts.get(Fact::PotassiumAbove5), State::Unknown);
    // 5.1 mmol/L.
    let mass = with(number("2823-3", 20.0, "mg/dL", "2026-11-01"));
    assert_eq!(read(&mass).unwrap().facts.get(Fact::PotassiumAbove5), State::Present);
    let future = with(number("2823-3", 5.9, "mmol/L", "2026-12-01"));
    assert_eq!(read(&future).unwrap().facts.get(Fact::PotassiumAbove5), State::Absent);
}

#[test]
fn a_possible_pregnancy_must_be_excluded() {
    let mut woman = full();
    woman[0] = patient("female", "1990-01-01");
    assert_eq!(read(&woman).unwrap().facts.get(Fact::Pregnant), State::Unknown);
    woman.push(answer("82810-3", "60001007"));
    assert_eq!(read(&woman).unwrap().facts.get(Fact::Pregnant), State::Absent);
    woman.push(condition("Normal pregnancy", "active"));
    let pregnant = read(&woman).unwrap();
    assert_eq!(pregnant.facts.get(Fact::Pregnant), State::Present);
    assert_eq!(possible(&pregnant), [Treatment::Labetalol, Treatment::Methyldopa]);
    assert_eq!(pregnant.risk, Err(NotModelled::NotFirstEvent(Fact::Pregnant)));
    woman[0] = patient("female", "1960-01-01");
    woman.pop();
    woman.pop();
    assert_eq!(read(&woman).unwrap().facts.get(Fact::Pregnant), State::Absent);
}

#[test]
fn a_risk_is_modelled_only_in_the_range_of_the_equations() {
    let sick = read(&with(condition("Myocardial infarction", "resolved"))).unwrap();
    assert_eq!(sick.risk, Err(NotModelled::NotFirstEvent(Fact::CoronaryDisease)));
    assert_eq!(read(&without(12)).unwrap().risk, Err(NotModelled::Missing(vec!["smoking"])));
    let mut young = full();
    young[0] = patient("male", "2000-01-01");
    assert_eq!(read(&young).unwrap().risk, Err(NotModelled::OutOfRange("age")));
}

#[test]
fn a_bundle_of_anything_but_one_adult_with_high_pressure_has_its_own_error() {
    assert_eq!(read(&full()[1..]).unwrap_err(), RecordError::NotOnePatient(0).into());
    assert_eq!(read(&with(patient("male", "1960-01-01"))).unwrap_err(), RecordError::NotOnePatient(2).into());
    let mut foreign = condition("Gout", "active");
    foreign["subject"]["reference"] = json!("Patient/q");
    assert_eq!(
        read(&with(foreign)).unwrap_err(),
        RecordError::Foreign { entry: 13, element: "Condition.subject" }.into()
    );
    let mut child = full();
    child[0] = patient("male", "2010-01-01");
    assert_eq!(read(&child).unwrap_err(), ChartError::NotAnAdult);
    let urgent = with(number("8480-6", 180.0, "mm[Hg]", "2026-11-02"));
    assert_eq!(read(&urgent).unwrap_err(), ChartError::Urgent);
    let mut healthy = without(1);
    healthy.push(number("8480-6", 122.0, "mm[Hg]", "2026-11-02"));
    assert_eq!(read(&healthy).unwrap_err(), ChartError::NoHypertension);
    let error = read_chart(b"{\"resourceType\": \"Patient\"}", at(), &FINDER).unwrap_err();
    assert_eq!(error, ChartError::Read(ReadError::WrongType { expected: "Bundle" }));
}

#[test]
fn synthetic_patients_are_read() {
    let Some(folder) = std::env::var_os("THERIAC_FHIR_DIR") else {
        eprintln!("not run: THERIAC_FHIR_DIR does not name a folder with Synthea's bundles");
        return;
    };
    let mut outcomes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let at: Timestamp = "2020-12-31T00:00:00Z".parse().unwrap();
        let outcome = read_chart(&std::fs::read(&path).unwrap(), at, &FINDER);
        if let Ok(chart) = &outcome {
            // Synthea records no allergies of these patients, so nothing may be recommended.
            assert_eq!(possible(chart), [], "{name}");
        }
        outcomes.push((name, outcome.map(|chart| chart.unread).map_err(|error| error.to_string())));
    }
    assert!(outcomes.iter().any(|(_, outcome)| outcome.is_ok()), "{outcomes:?}");
}

proptest! {
    #[test]
    fn any_bytes_are_a_chart_or_a_named_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_chart(&bytes, at(), &FINDER).is_err());
    }

    #[test]
    fn any_words_of_a_record_are_read_without_a_panic(
        text in "\\PC{0,60}",
        status in prop::sample::select(vec!["active", "on-hold", "completed", "stopped", "unknown", "draft"]),
    ) {
        let mut entries = with(condition(&text, status));
        entries.push(medicine(&text, status));
        entries.push(allergy(&text));
        let chart = read(&entries).unwrap();
        let _ = recommend(&chart.facts, None);
    }
}
