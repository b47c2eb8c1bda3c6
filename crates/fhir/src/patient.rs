use jiff::tz::TimeZone;
use jiff::Timestamp;
use serde::Deserialize;

use crate::{Date, ReadError, Readable};

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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Patient {
    /// The logical id on its server.
    pub id: Option<String>,
    /// Administrative gender.
    pub gender: Option<Gender>,
    /// The date of birth, as precise as it is recorded.
    #[serde(rename = "birthDate")]
    pub birth_date: Option<Date>,
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

impl Readable for Patient {
    const TYPE: &'static str = "Patient";

    fn ensure_bounded(&self) -> Result<(), ReadError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(birth_date: &str, at: &str) -> Result<u16, AgeError> {
        let birth_date = Some(birth_date.parse().unwrap());
        Patient { id: None, gender: None, birth_date }.age_at(at.parse().unwrap())
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
        let patient = Patient { id: None, gender: None, birth_date: None };
        assert_eq!(patient.age_at(Timestamp::UNIX_EPOCH), Err(AgeError::Unknown));
    }
}
