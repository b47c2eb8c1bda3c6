//! The parts of FHIR's general-purpose data types that we read (<https://hl7.org/fhir/R4/datatypes.html>).

use serde::Deserialize;

use crate::DateTime;

/// The code system of units: the Unified Code for Units of Measure.
pub const UCUM: &str = "http://unitsofmeasure.org";

/// A code of a code system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Coding {
    /// The code system's URI.
    pub system: Option<String>,
    /// The code.
    pub code: Option<String>,
}

impl Coding {
    /// Whether it is this code of this system.
    #[must_use]
    pub fn is(&self, system: &str, code: &str) -> bool {
        self.system.as_deref() == Some(system) && self.code.as_deref() == Some(code)
    }
}

/// A concept by one or more codes that mean the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CodeableConcept {
    /// The codes.
    #[serde(default)]
    pub coding: Vec<Coding>,
}

impl CodeableConcept {
    /// Whether one of its codes is this one.
    #[must_use]
    pub fn has(&self, system: &str, code: &str) -> bool {
        self.coding.iter().any(|coding| coding.is(system, code))
    }
}

/// A measured amount.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Quantity {
    /// The number.
    pub value: Option<f64>,
    /// `<`, `<=`, `>=`, `>`: the number is only a bound.
    pub comparator: Option<String>,
    /// The unit for people.
    pub unit: Option<String>,
    /// The code system of the unit's code.
    pub system: Option<String>,
    /// The unit's code.
    pub code: Option<String>,
}

/// A number with its UCUM unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement<'a> {
    /// Finite.
    pub value: f64,
    /// The UCUM code, case sensitive.
    pub unit: &'a str,
}

impl Quantity {
    /// Whether a number was measured: there is one, and it is not only a bound.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.comparator.is_none() && self.value.is_some_and(f64::is_finite)
    }

    /// The number with its unit; `None` if it is not exact, or its unit is not a UCUM code. A unit for people
    /// (`mmHg`) never counts as one.
    #[must_use]
    pub fn measurement(&self) -> Option<Measurement<'_>> {
        let value = self.value.filter(|_| self.is_exact())?;
        let unit = self.code.as_deref().filter(|_| self.system.as_deref() == Some(UCUM))?;
        Some(Measurement { value, unit })
    }
}

/// A span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Period {
    /// Its beginning.
    pub start: Option<DateTime>,
    /// Its end; `None` if it is ongoing.
    pub end: Option<DateTime>,
}

/// A pointer to another resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Reference {
    /// `Patient/1`, an absolute URL, or `urn:uuid:…`.
    pub reference: Option<String>,
}

impl Reference {
    /// Whether it points to the patient with this logical id, on whichever server.
    #[must_use]
    pub fn is_to_patient(&self, id: &str) -> bool {
        let Some(reference) = self.reference.as_deref() else { return false };
        // A reference to a version is `Patient/1/_history/2`.
        let plain = reference.split_once("/_history/").map_or(reference, |(plain, _)| plain);
        if let Some(uuid) = plain.strip_prefix("urn:uuid:") {
            return uuid == id;
        }
        let mut parts = plain.rsplit('/');
        parts.next() == Some(id) && parts.next() == Some("Patient")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_has_an_exact_number_and_a_ucum_unit() {
        let quantity = |json: &str| serde_json::from_str::<Quantity>(json).unwrap();
        let full = quantity(
            r#"{"value": 132, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}"#,
        );
        assert_eq!(full.measurement(), Some(Measurement { value: 132.0, unit: "mm[Hg]" }));
        let no_code = quantity(r#"{"value": 132, "unit": "mm[Hg]"}"#);
        assert!(no_code.is_exact());
        assert_eq!(no_code.measurement(), None);
        let bound = quantity(
            r#"{"value": 5, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "mmol/L"}"#,
        );
        assert!(!bound.is_exact());
        assert_eq!(bound.measurement(), None);
        assert_eq!(quantity("{}").measurement(), None);
    }

    #[test]
    fn a_reference_is_to_exactly_one_patient() {
        let to = |text: &str, id: &str| Reference { reference: Some(text.into()) }.is_to_patient(id);
        assert!(to("Patient/p1", "p1"));
        assert!(to("Patient/p1/_history/3", "p1"));
        assert!(to("https://fhir.example/r4/Patient/p1", "p1"));
        assert!(to("urn:uuid:p1", "p1"));
        assert!(!to("Patient/p11", "p1"));
        assert!(!to("Group/p1", "p1"));
        assert!(!to("p1", "p1"));
        assert!(!Reference::default().is_to_patient("p1"));
    }
}
