//! The parts of a record in FHIR R4, for tests.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::LazyLock;

use clinical::text::Finder;
use clinical::treatment::{read_chart, Chart, ChartError};
use jiff::Timestamp;
use serde_json::{json, Value};

pub static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new().unwrap());

pub fn at() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub fn read(entries: &[Value]) -> Result<Chart, ChartError> {
    let entries: Vec<Value> = entries.iter().map(|resource| json!({ "resource": resource })).collect();
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    read_chart(bundle.to_string().as_bytes(), at(), &FINDER)
}

pub fn patient(gender: &str, birth: &str) -> Value {
    json!({ "resourceType": "Patient", "id": "p", "gender": gender, "birthDate": birth })
}

pub fn number(code: &str, value: f64, unit: &str, when: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final", "effectiveDateTime": when,
        "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
        "subject": { "reference": "Patient/p" },
        "valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": unit },
    })
}

pub fn answer(code: &str, snomed: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-10",
        "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
        "subject": { "reference": "Patient/p" },
        "valueCodeableConcept": { "coding": [{ "system": "http://snomed.info/sct", "code": snomed }] },
    })
}

pub fn status(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code }] })
}

pub fn condition(display: &str, clinical: &str) -> Value {
    json!({
        "resourceType": "Condition", "subject": { "reference": "Patient/p" },
        "clinicalStatus": status("condition-clinical", clinical),
        "verificationStatus": status("condition-ver-status", "confirmed"),
        "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "0", "display": display }] },
    })
}

pub fn medicine(display: &str, status: &str) -> Value {
    json!({
        "resourceType": "MedicationRequest", "status": status, "intent": "order",
        "subject": { "reference": "Patient/p" },
        "medicationCodeableConcept": { "coding": [{ "code": "1", "display": display }] },
    })
}

pub fn allergy(text: &str) -> Value {
    json!({ "resourceType": "AllergyIntolerance", "patient": { "reference": "Patient/p" }, "code": { "text": text } })
}

pub fn no_allergy() -> Value {
    let code = json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "716186003" }] });
    json!({ "resourceType": "AllergyIntolerance", "patient": { "reference": "Patient/p" }, "code": code })
}

/// A man of 60 years with a complete record.
pub fn full() -> Vec<Value> {
    vec![
        patient("male", "1966-01-01"),
        condition("Hypertension", "active"),
        medicine("Atorvastatin 20 MG Oral Tablet", "active"),
        no_allergy(),
        number("8480-6", 156.0, "mm[Hg]", "2026-11-01"),
        number("8867-4", 72.0, "/min", "2026-11-01"),
        number("33914-3", 88.0, "mL/min/{1.73_m2}", "2026-10-01"),
        number("2823-3", 4.2, "mmol/L", "2026-10-01"),
        number("2951-2", 140.0, "mmol/L", "2026-10-01"),
        number("2093-3", 200.0, "mg/dL", "2026-10-01"),
        number("2085-9", 1.2, "mmol/L", "2026-10-01"),
        number("39156-5", 28.0, "kg/m2", "2026-10-01"),
        answer("72166-2", "266919005"),
    ]
}
