//! The observation that counts, out of many.

use jiff::Timestamp;

use crate::{CodeableConcept, Observation, Quantity};

/// A code to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code<'a> {
    /// The code system's URI, for example `http://loinc.org`.
    pub system: &'a str,
    /// The code.
    pub code: &'a str,
}

/// The window in which an observation counts, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Earlier observations are too old.
    pub from: Timestamp,
    /// Later observations are in the future.
    pub until: Timestamp,
}

/// An observation, or the component of one, that has a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding<'a> {
    /// When it was true of the patient.
    pub effective: Timestamp,
    /// The measured amount.
    pub quantity: Option<&'a Quantity>,
    /// The coded answer.
    pub concept: Option<&'a CodeableConcept>,
}

/// The latest finding with any of the codes whose value `is_wanted`.
///
/// Only verified observations count (final, amended, corrected) whose time is known and lies in the window. Of
/// several at the same moment the one issued last counts, and then the one with the greatest id, so that all readers
/// of the same resources choose the same one, in whatever order the server gives them.
pub fn latest<'a>(
    observations: impl IntoIterator<Item = &'a Observation>,
    codes: &[Code<'_>],
    window: Window,
    is_wanted: impl Fn(&Finding<'a>) -> bool,
) -> Option<Finding<'a>> {
    observations
        .into_iter()
        .filter(|observation| observation.status.is_verified())
        .filter_map(|observation| {
            let effective = observation.effective()?;
            let finding = (window.from..=window.until).contains(&effective).then_some(observation)?;
            let finding = find(finding, effective, codes).find(|finding| is_wanted(finding))?;
            let issued = observation.issued.map(crate::DateTime::earliest);
            Some(((effective, issued, observation.id.as_deref()), finding))
        })
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map(|(_, finding)| finding)
}

fn find<'a, 'c>(
    observation: &'a Observation,
    effective: Timestamp,
    codes: &'c [Code<'c>],
) -> impl Iterator<Item = Finding<'a>> + use<'a, 'c> {
    let itself = (&observation.code, &observation.value_quantity, &observation.value_codeable_concept);
    let parts = observation.component.iter();
    let parts = parts.map(|part| (&part.code, &part.value_quantity, &part.value_codeable_concept));
    core::iter::once(itself)
        .chain(parts)
        .filter(|(concept, ..)| codes.iter().any(|code| concept.has(code.system, code.code)))
        .map(move |(_, quantity, concept)| Finding {
            effective,
            quantity: quantity.as_ref(),
            concept: concept.as_ref(),
        })
}
