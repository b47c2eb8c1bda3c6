//! The pseudonymous subject of a report.

use primitives::{blake2_256, Subject};

/// A patient's logical id on a FHIR server: 1 to 64 of `A-Z a-z 0-9 - .`
/// (<https://hl7.org/fhir/R4/datatypes.html#id>). Personal data: it is stored, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientId(String);

/// A text is not a FHIR id. The error does not repeat it: it may be a patient's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the patient's id is not a FHIR id; use 1 to 64 letters, digits, hyphens and dots")]
pub struct InvalidPatientId;

impl PatientId {
    /// Checks an id.
    pub fn new(id: &str) -> Result<Self, InvalidPatientId> {
        let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
        // As a part of an address, these two would lead to another path.
        if !plain || !(1..=64).contains(&id.len()) || matches!(id, "." | "..") {
            return Err(InvalidPatientId);
        }
        Ok(Self(id.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PatientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientId(…)")
    }
}

/// 32 random bytes that keep a hash of guessable data from being guessed.
pub type Salt = [u8; 32];

/// A new salt from the operating system.
pub fn new_salt() -> Result<Salt, getrandom::Error> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

/// The subject of a patient on chain: `BLAKE2b-256("theriac/subject/1" ‖ salt ‖ "Patient/<id>")`.
///
/// Every registration has a new salt, so nobody can see that two subjects are one patient.
#[must_use]
pub fn subject(salt: &Salt, patient: &PatientId) -> Subject {
    let mut input = b"theriac/subject/1".to_vec();
    input.extend_from_slice(salt);
    input.extend_from_slice(b"Patient/");
    input.extend_from_slice(patient.0.as_bytes());
    Subject(blake2_256(&input))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_could_leave_its_place_in_an_address_is_refused() {
        for id in ["", ".", "..", "a/b", "a?b", "a b", "a%2fb", "é", &"a".repeat(65)] {
            assert_eq!(PatientId::new(id), Err(InvalidPatientId), "{id:?}");
        }
        for id in ["a", "6f8ccac9-41a3-42a2-a97b-06bfc0a91c26", "1.2", &"a".repeat(64)] {
            assert_eq!(PatientId::new(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn a_subject_depends_on_salt_and_patient_and_shows_neither() {
        let [one, other] = ["p1", "p2"].map(|id| PatientId::new(id).unwrap());
        assert_eq!(subject(&[1; 32], &one), subject(&[1; 32], &one));
        assert_ne!(subject(&[1; 32], &one), subject(&[2; 32], &one));
        assert_ne!(subject(&[1; 32], &one), subject(&[1; 32], &other));
        assert_ne!(new_salt().unwrap(), new_salt().unwrap());
        assert_eq!(format!("{one:?}"), "PatientId(…)");
    }

    #[test]
    fn a_subject_is_the_documented_hash() {
        let patient = PatientId::new("p1").unwrap();
        let mut input = b"theriac/subject/1".to_vec();
        input.extend([7; 32]);
        input.extend(b"Patient/p1");
        assert_eq!(subject(&[7; 32], &patient).0, blake2_256(&input));
    }
}
