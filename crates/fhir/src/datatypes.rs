//! The parts of FHIR's general-purpose data types that we read (<https://hl7.org/fhir/R4/datatypes.html>).

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::{DateTime, Unusable};

/// The code system of units: the Unified Code for Units of Measure.
pub const UCUM: &str = "http://unitsofmeasure.org";

/// An element that is there, whatever it says: `implicitRules`, or a `modifierExtension`, of which we understand none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present;

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A code of a code system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Coding {
    /// The code system's URI.
    pub system: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The code in words.
    pub display: Option<String>,
}

impl Coding {
    /// Whether it is this code of this system.
    #[must_use]
    pub fn is(&self, system: &str, code: &str) -> bool {
        self.code_in(system) == Some(code)
    }

    /// The code, if it is one of this system: the same text in another system means something else.
    #[must_use]
    pub fn code_in(&self, system: &str) -> Option<&str> {
        self.code.as_deref().filter(|_| self.system.as_deref() == Some(system))
    }
}

/// A concept by one or more codes that mean the same, or in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CodeableConcept {
    /// The codes.
    #[serde(default)]
    pub coding: Vec<Coding>,
    /// The words of the person who recorded it.
    pub text: Option<String>,
}

impl CodeableConcept {
    /// Whether one of its codes is this one.
    #[must_use]
    pub fn has(&self, system: &str, code: &str) -> bool {
        self.coding.iter().any(|coding| coding.is(system, code))
    }

    /// Whether one of its codes is one of these, of this system.
    #[must_use]
    pub fn has_any(&self, system: &str, codes: &[&str]) -> bool {
        self.codes_in(system).any(|code| codes.contains(&code))
    }

    /// Its codes of this system.
    pub fn codes_in<'a>(&'a self, system: &'a str) -> impl Iterator<Item = &'a str> {
        self.coding.iter().filter_map(move |coding| coding.code_in(system))
    }

    /// All its words: the displays, and the text.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.coding.iter().filter_map(|coding| coding.display.as_deref()).chain(self.text.as_deref())
    }
}

/// A name of something in a system of names, such as the number of a patient in a hospital.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Identifier {
    /// `old` is a modifier: the name no longer stands for it.
    #[serde(rename = "use")]
    pub usage: Option<String>,
    /// The system of names.
    pub system: Option<String>,
    /// The name.
    pub value: Option<String>,
}

impl Identifier {
    /// Whether both name the same thing. A name without its system says nothing.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let is_current = |identifier: &Self| identifier.usage.as_deref() != Some("old");
        is_current(self)
            && is_current(other)
            && self.system.is_some()
            && self.value.is_some()
            && (&self.system, &self.value) == (&other.system, &other.value)
    }
}

/// A measured amount.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Quantity {
    /// The number.
    pub value: Option<f64>,
    /// `<`, `<=`, `>=`, `>`: the number is only a bound.
    pub comparator: Option<String>,
    /// An extension in place of it.
    #[serde(rename = "_comparator")]
    pub comparator_extension: Option<Present>,
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
    /// The number with its unit, or why there is none. A unit for people (`mmHg`) never counts as a UCUM code.
    pub fn measurement(&self) -> Result<Measurement<'_>, Unusable> {
        if self.comparator.is_some() || self.comparator_extension.is_some() {
            return Err(Unusable::Bound);
        }
        let value = self.value.filter(|value| value.is_finite()).ok_or(Unusable::NoValue)?;
        let unit = self.code.as_deref().filter(|_| self.system.as_deref() == Some(UCUM));
        Ok(Measurement { value, unit: unit.ok_or(Unusable::NoUnit)? })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_has_an_exact_number_and_a_ucum_unit() {
        let quantity = |json: &str| serde_json::from_str::<Quantity>(json).unwrap();
        let full = quantity(
            r#"{"value": 1.32E+2, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}"#,
        );
        assert_eq!(full.measurement(), Ok(Measurement { value: 132.0, unit: "mm[Hg]" }));
        assert_eq!(quantity(r#"{"value": 132, "unit": "mm[Hg]"}"#).measurement(), Err(Unusable::NoUnit));
        let local = r#"{"value": 132, "system": "urn:local", "code": "mm[Hg]"}"#;
        assert_eq!(quantity(local).measurement(), Err(Unusable::NoUnit));
        let bound =
            r#"{"value": 5, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "mmol/L"}"#;
        assert_eq!(quantity(bound).measurement(), Err(Unusable::Bound));
        assert_eq!(quantity(r#"{"value": 5, "_comparator": {}}"#).measurement(), Err(Unusable::Bound));
        assert_eq!(quantity("{}").measurement(), Err(Unusable::NoValue));
    }

    #[test]
    fn a_code_counts_only_in_its_own_system() {
        let concept: CodeableConcept = serde_json::from_str(
            r#"{"coding": [{"system": "http://loinc.org", "code": "2093-3"}, {"code": "4"}]}"#,
        )
        .unwrap();
        assert!(concept.has("http://loinc.org", "2093-3"));
        assert!(!concept.has("http://snomed.info/sct", "2093-3"));
        assert!(!concept.has_any("http://loinc.org", &["4"]));
    }

    #[test]
    fn an_identifier_is_the_same_only_with_its_system_and_if_it_is_not_old() {
        let identifier = |usage: Option<&str>, system: Option<&str>| Identifier {
            usage: usage.map(str::to_owned),
            system: system.map(str::to_owned),
            value: Some("1".to_owned()),
        };
        let one = identifier(None, Some("urn:a"));
        assert!(one.is_same(&identifier(Some("usual"), Some("urn:a"))));
        assert!(!one.is_same(&identifier(None, Some("urn:b"))));
        assert!(!one.is_same(&identifier(Some("old"), Some("urn:a"))));
        assert!(!identifier(None, None).is_same(&identifier(None, None)));
    }
}
