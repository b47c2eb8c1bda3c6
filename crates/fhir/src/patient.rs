use jiff::tz::TimeZone;
use jiff::Timestamp;
use serde::Deserialize;

use crate::read::readable;
use crate::{Date, DateTime, Identifier, Identity, Present};

/// Administrative gender (<https://hl7.org/fhir/R4/valueset-administrative-gender.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// `female`
    Female,
    /// `male`
    Male,
    /// `other`
    Other,
    /// `unknown`
    Unknown,
}

impl Gender {
    /// FHIR's code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// The fields of a patient that we read: never a name or an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// The logical id on its server.
    pub id: Option<String>,
    /// Rules without which the content cannot be read.
    pub implicit_rules: Option<Present>,
    /// May change the meaning.
    pub modifier_extension: Option<Present>,
    /// The patient's numbers in hospitals and the like.
    #[serde(default)]
    pub identifier: Vec<Identifier>,
    /// Whether the record is in use.
    pub active: Option<bool>,
    /// Administrative gender.
    pub gender: Option<Gender>,
    /// The date of birth, as precise as it is recorded.
    pub birth_date: Option<Date>,
    /// Whether the patient is dead.
    pub deceased_boolean: Option<bool>,
    /// When the patient died.
    pub deceased_date_time: Option<DateTime>,
    /// An extension in place of [`Self::deceased_boolean`].
    #[serde(rename = "_deceasedBoolean")]
    pub deceased_boolean_extension: Option<Present>,
    /// An extension in place of [`Self::deceased_date_time`], such as why the time of death is not known.
    #[serde(rename = "_deceasedDateTime")]
    pub deceased_date_time_extension: Option<Present>,
    /// Other records of the same patient.
    #[serde(default)]
    pub link: Vec<PatientLink>,
}

/// A link to another record of the same patient.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PatientLink {
    /// `replaced-by`, `replaces`, `refer` or `seealso`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Why a patient's record must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatientError {
    /// `deceased[x]`.
    #[error("the patient is dead (Patient.deceased[x])")]
    Deceased,
    /// `active` is false.
    #[error("the record of the patient is not in use (Patient.active is false); send the one that is")]
    Inactive,
    /// A `link` of the type `replaced-by`.
    #[error("another record replaces the one of this patient (Patient.link is replaced-by); send that one")]
    Replaced,
    /// A modifier that is not understood.
    #[error("the patient has {0}, which may change the meaning of the record and is not understood")]
    Modified(&'static str),
}

/// Why a patient has no age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// No `birthDate`.
    #[error("the patient has no birthDate; record it")]
    Unknown,
    /// The birth date is so imprecise that two ages are possible.
    #[error("the birthDate is too imprecise for the age in completed years; record the day")]
    Imprecise,
    /// Born after the moment in question.
    #[error("the birthDate lies in the future; correct it")]
    NotBorn,
}

impl Patient {
    /// Whether the record may be used: the modifier elements of R4 permit it.
    ///
    /// Errors, the first that holds: `Modified`, `Deceased`, `Inactive`, `Replaced`.
    pub fn ensure_usable(&self) -> Result<(), PatientError> {
        if self.implicit_rules.is_some() {
            return Err(PatientError::Modified("Patient.implicitRules"));
        }
        if self.modifier_extension.is_some() {
            return Err(PatientError::Modified("Patient.modifierExtension"));
        }
        let has_time = self.deceased_date_time.is_some() || self.deceased_date_time_extension.is_some();
        if self.deceased_boolean == Some(true) || has_time {
            return Err(PatientError::Deceased);
        }
        if self.deceased_boolean.is_none() && self.deceased_boolean_extension.is_some() {
            return Err(PatientError::Modified("Patient.deceasedBoolean without a value"));
        }
        if self.active == Some(false) {
            return Err(PatientError::Inactive);
        }
        if self.link.iter().any(|link| link.kind == "replaced-by") {
            return Err(PatientError::Replaced);
        }
        Ok(())
    }

    /// All by which references may name the patient, who was read at this address.
    #[must_use]
    pub fn identity<'a>(&'a self, full_url: Option<&'a str>) -> Identity<'a> {
        Identity { full_url, id: self.id.as_deref(), identifiers: &self.identifier }
    }

    /// The age in completed years at a moment, in UTC.
    pub fn age_at(&self, at: Timestamp) -> Result<u16, AgeError> {
        let birth = self.birth_date.ok_or(AgeError::Unknown)?;
        let today = at.to_zoned(TimeZone::UTC).date();
        let years = |born: jiff::civil::Date| {
            let birthday_to_come = (today.month(), today.day()) < (born.month(), born.day());
            let years = i32::from(today.year()).checked_sub(i32::from(born.year()))?;
            u16::try_from(years.checked_sub(i32::from(birthday_to_come))?).ok()
        };
        let oldest = years(birth.first_day()).ok_or(AgeError::NotBorn)?;
        let youngest = years(birth.last_day()).ok_or(AgeError::Imprecise)?;
        if oldest != youngest {
            return Err(AgeError::Imprecise);
        }
        Ok(oldest)
    }
}

readable!(Patient, |patient| [patient.identifier.len(), patient.link.len()]);

#[cfg(test)]
mod tests {
    use super::*;

    fn age(birth_date: &str, at: &str) -> Result<u16, AgeError> {
        let birth_date = Some(birth_date.parse().unwrap());
        Patient { birth_date, ..Patient::default() }.age_at(at.parse().unwrap())
    }

    #[test]
    fn a_year_of_life_is_complete_on_the_birthday() {
        assert_eq!(age("1979-12-19", "2026-12-18T23:59:59Z"), Ok(46));
        assert_eq!(age("1979-12-19", "2026-12-19T00:00:00Z"), Ok(47));
        assert_eq!(age("2026-11-21", "2026-11-21T12:00:00Z"), Ok(0));
        assert_eq!(age("2024-02-29", "2025-02-28T12:00:00Z"), Ok(0));
        assert_eq!(age("2024-02-29", "2025-03-01T00:00:00Z"), Ok(1));
    }

    #[test]
    fn an_imprecise_birth_date_gives_an_age_only_if_one_is_possible() {
        assert_eq!(age("1979-12", "2026-11-21T00:00:00Z"), Ok(46));
        assert_eq!(age("1979-11", "2026-11-21T00:00:00Z"), Err(AgeError::Imprecise));
        assert_eq!(age("1979", "2026-11-21T00:00:00Z"), Err(AgeError::Imprecise));
        assert_eq!(age("1979", "2026-12-31T00:00:00Z"), Ok(47));
        assert_eq!(age("2026", "2026-11-21T00:00:00Z"), Err(AgeError::Imprecise));
    }

    #[test]
    fn nobody_has_an_age_before_birth_or_without_a_birth_date() {
        assert_eq!(age("2026-11-22", "2026-11-21T23:59:59Z"), Err(AgeError::NotBorn));
        assert_eq!(Patient::default().age_at(Timestamp::UNIX_EPOCH), Err(AgeError::Unknown));
    }

    #[test]
    fn a_record_that_a_modifier_forbids_is_not_used() {
        let usable = |json: &str| serde_json::from_str::<Patient>(json).unwrap().ensure_usable();
        let fine =
            r#"{"active": true, "deceasedBoolean": false, "link": [{"other": {}, "type": "replaces"}]}"#;
        assert_eq!(usable(fine), Ok(()));
        for (json, error) in [
            (r#"{"deceasedBoolean": true}"#, PatientError::Deceased),
            (r#"{"deceasedDateTime": "2026"}"#, PatientError::Deceased),
            (r#"{"_deceasedDateTime": {"extension": []}}"#, PatientError::Deceased),
            (
                r#"{"_deceasedBoolean": {"extension": []}}"#,
                PatientError::Modified("Patient.deceasedBoolean without a value"),
            ),
            (r#"{"active": false}"#, PatientError::Inactive),
            (r#"{"link": [{"type": "seealso"}, {"type": "replaced-by"}]}"#, PatientError::Replaced),
            (r#"{"implicitRules": "urn:x"}"#, PatientError::Modified("Patient.implicitRules")),
            (
                r#"{"modifierExtension": [{"url": "urn:x"}]}"#,
                PatientError::Modified("Patient.modifierExtension"),
            ),
        ] {
            assert_eq!(usable(json), Err(error), "{json}");
        }
    }
}
