//! The observation that counts, out of many.

use jiff::Timestamp;

use crate::{CodeableConcept, Measurement, Observation, Quantity};

const LOINC: &str = "http://loinc.org";

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

/// Why the finding that counts has no value to work with. An older finding is never taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A modifier element that is not understood.
    #[error("the latest finding has {0}, which may change its meaning and is not understood")]
    Modified(&'static str),
    /// Its status, which is one of results that nobody has verified.
    #[error("the latest finding is not verified (status {0})")]
    NotVerified(&'static str),
    /// It has a `comparator`.
    #[error("the latest finding is only a bound (Quantity.comparator)")]
    Bound,
    /// It has a `dataAbsentReason`, of this code.
    #[error("the latest finding has no value (dataAbsentReason {0})")]
    Absent(&'static str),
    /// It has no value of the expected type.
    #[error("the latest finding has no value of the expected type")]
    NoValue,
    /// It has no time that is read, and may be newer than all others.
    #[error("a finding has no time (effective[x]), and may be the latest")]
    NoTime,
    /// Its unit is not coded in UCUM.
    #[error("the latest finding has no UCUM unit; a unit for people does not count")]
    NoUnit,
    /// Its unit cannot be converted to the one that is needed.
    #[error("the unit of the latest finding cannot be converted to the one that is needed")]
    OtherUnit,
    /// Its answer is not one that the reader knows.
    #[error("the answer of the latest finding is not one that is known here")]
    OtherAnswer,
}

/// An observation, or the component of one, that has a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding<'a> {
    /// When it was true of the patient, or the last moment at which it can have been.
    pub effective: Timestamp,
    /// The observation.
    pub observation: &'a Observation,
    has_time: bool,
    part: Part<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Part<'a> {
    code: &'a CodeableConcept,
    quantity: Option<&'a Quantity>,
    concept: Option<&'a CodeableConcept>,
    absent: Option<&'a CodeableConcept>,
    doubt: Option<&'static str>,
}

impl<'a> Finding<'a> {
    /// The number with its UCUM unit, or why there is none.
    pub fn measurement(&self) -> Result<Measurement<'a>, Unusable> {
        self.ensure_said()?;
        self.part.quantity.ok_or(Unusable::NoValue)?.measurement()
    }

    /// The coded answer, or why there is none.
    pub fn concept(&self) -> Result<&'a CodeableConcept, Unusable> {
        self.ensure_said()?;
        self.part.concept.ok_or(Unusable::NoValue)
    }

    /// The amount as it is written, a bound too.
    #[must_use]
    pub fn quantity(&self) -> Option<&'a Quantity> {
        self.part.quantity
    }

    fn ensure_said(&self) -> Result<(), Unusable> {
        if let Some(element) = self.part.doubt {
            return Err(Unusable::Modified(element));
        }
        let status = self.observation.status;
        if !status.is_verified() {
            return Err(Unusable::NotVerified(status.code()));
        }
        if !self.has_time {
            return Err(Unusable::NoTime);
        }
        self.part.absent.map_or(Ok(()), |reason| Err(Unusable::Absent(absent_code(reason))))
    }
}

/// The code of R4 for why a value is absent; none of the words of the record.
fn absent_code(reason: &CodeableConcept) -> &'static str {
    const SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    const CODES: [&str; 15] = [
        "unknown",
        "asked-unknown",
        "temp-unknown",
        "not-asked",
        "asked-declined",
        "masked",
        "not-applicable",
        "unsupported",
        "as-text",
        "error",
        "not-a-number",
        "negative-infinity",
        "positive-infinity",
        "not-performed",
        "not-permitted",
    ];
    CODES.into_iter().find(|code| reason.has(SYSTEM, code)).unwrap_or("in another code system")
}

/// The latest finding with any of the codes, whether it has a usable value or not: a finding without one never makes
/// room for an older one.
///
/// Only observations count whose time lies in the window. What was cancelled or entered in error was never found, and is
/// passed over. A result that is not verified (registered, preliminary, unknown) hides what is older, and has no usable
/// value. So does one without a time: it can be of any age up to the moment when it was issued.
///
/// Of several at the same moment the one issued last counts, then a verified one, and then the one with the greatest id,
/// so that all readers of the same resources choose the same one, in whatever order the server gives them.
pub fn latest<'a>(
    observations: impl IntoIterator<Item = &'a Observation>,
    codes: &[Code<'_>],
    window: Window,
) -> Option<Finding<'a>> {
    observations
        .into_iter()
        .filter(|observation| !observation.status.is_void())
        .filter_map(|observation| {
            let issued = observation.issued.map(crate::DateTime::earliest);
            let known = observation.effective();
            let effective = known.or(issued).unwrap_or(window.until);
            let observation = (window.from..=window.until).contains(&effective).then_some(observation)?;
            let part = parts(observation)
                .find(|part| codes.iter().any(|code| part.code.has(code.system, code.code)))
                .or_else(|| panel_without_values(observation, codes))?;
            let finding = Finding { effective, observation, has_time: known.is_some(), part };
            let is_verified = observation.status.is_verified();
            Some(((effective, issued, is_verified, observation.id.as_deref()), finding))
        })
        .max_by(|(one, _), (other, _)| one.cmp(other))
        .map(|(_, finding)| finding)
}

/// A panel that would have the code as a component, and says why it has none: the part is missing for the same reason.
fn panel_without_values<'a>(observation: &'a Observation, codes: &[Code<'_>]) -> Option<Part<'a>> {
    let is_panel = codes.iter().any(|code| {
        let mut panels = crate::panels_with(code.code).iter();
        code.system == LOINC && panels.any(|panel| observation.code.has(LOINC, panel))
    });
    let says_why = !observation.status.is_verified() || observation.data_absent_reason.is_some();
    parts(observation).next().filter(|_| is_panel && says_why)
}

/// The observation itself, and its components. A modifier of the observation is one of its components, too.
fn parts(observation: &Observation) -> impl Iterator<Item = Part<'_>> {
    let doubt = observation.doubt();
    let itself = Part {
        code: &observation.code,
        quantity: observation.value_quantity.as_ref(),
        concept: observation.value_codeable_concept.as_ref(),
        absent: observation.data_absent_reason.as_ref(),
        doubt,
    };
    let components = observation.component.iter().map(move |component| Part {
        code: &component.code,
        quantity: component.value_quantity.as_ref(),
        concept: component.value_codeable_concept.as_ref(),
        absent: component.data_absent_reason.as_ref(),
        doubt: doubt.or(component.modifier_extension.map(|_| "Observation.component.modifierExtension")),
    });
    core::iter::once(itself).chain(components)
}
