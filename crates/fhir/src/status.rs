//! How sure a record is of a condition or an allergy, and whether it is over: both are modifier elements.

use crate::CodeableConcept;

/// How sure a record is (`verificationStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Confirmed, or nothing is said.
    Confirmed,
    /// Unconfirmed, provisional or differential.
    Uncertain,
    /// Refuted, or entered in error, by this code: it does not count.
    Withdrawn(&'static str),
    /// In no code of R4's code system.
    NotUnderstood,
}

/// Whether it is over (`clinicalStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Active, recurrence or relapse, or nothing is said.
    Active,
    /// Inactive, remission or resolved.
    Over,
    /// In no code of R4's code system.
    NotUnderstood,
}

/// The only code of this system; `None` if there is none or several.
fn only<'a>(status: &'a CodeableConcept, system: &'a str) -> Option<&'a str> {
    let mut codes = status.codes_in(system);
    let first = codes.next()?;
    codes.all(|code| code == first).then_some(first)
}

impl Certainty {
    pub(crate) fn of(status: Option<&CodeableConcept>, system: &str) -> Self {
        let Some(status) = status else { return Self::Confirmed };
        match only(status, system) {
            Some("confirmed") => Self::Confirmed,
            Some("unconfirmed" | "provisional" | "differential") => Self::Uncertain,
            Some("refuted") => Self::Withdrawn("refuted"),
            Some("entered-in-error") => Self::Withdrawn("entered-in-error"),
            _ => Self::NotUnderstood,
        }
    }
}

impl Course {
    pub(crate) fn of(status: Option<&CodeableConcept>, system: &str) -> Self {
        let Some(status) = status else { return Self::Active };
        match only(status, system) {
            Some("active" | "recurrence" | "relapse") => Self::Active,
            Some("inactive" | "remission" | "resolved") => Self::Over,
            _ => Self::NotUnderstood,
        }
    }
}
