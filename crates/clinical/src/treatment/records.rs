//! Facts from the lists of a record: conditions, medicines, allergies.
//!
//! A list is known if it exists and all its entries are understood; otherwise the facts that it does not name are
//! unknown.

use super::chart::{Chart, Reader};
use super::codes::{allergic, of_substance, taken, Said, CONDITIONS, HYPERTENSION, SNOMED};
use super::fact::{Fact, Facts, State};
use super::resources::{Allergy, Concept, Condition, Medicine, Record, Resource};
use crate::text::{Assertion, Kind};

const ICD_10: [&str; 2] = ["http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"];

/// SNOMED CT: no known allergy, no known drug allergy; no current problem; no known medication. An entry with one of
/// them states that the list is complete.
const NO_ALLERGY: [&str; 2] = ["716186003", "409137002"];
const NO_PROBLEM: [&str; 1] = ["160245001"];
const NO_MEDICINE: [&str; 1] = ["787481004"];

impl Reader<'_> {
    /// Whether high blood pressure is recorded.
    pub(super) fn conditions(&self, record: &Record, chart: &mut Chart) -> bool {
        let conditions = record.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::Condition(condition)) => Some(condition),
            _ => None,
        });
        let mut found: Vec<(String, State, bool)> = Vec::new();
        let mut is_listed = false;
        for condition in conditions {
            is_listed = true;
            let Some(state) = verified(condition.verification_status.as_ref()) else { continue };
            if condition.code.as_ref().is_some_and(|code| code.has_code(&NO_PROBLEM)) {
                continue;
            }
            let codes = self.icd_10(condition);
            if codes.is_empty() {
                chart.unread.conditions = chart.unread.conditions.saturating_add(1);
            }
            let is_over = is_over(condition.clinical_status.as_ref());
            found.extend(codes.into_iter().map(|(code, said)| (code, weaker(state, said), is_over)));
        }
        for (fact, beginnings, stays) in CONDITIONS {
            let of_fact = found.iter().filter(|(code, _, is_over)| {
                (*stays || !is_over) && beginnings.iter().any(|beginning| code.starts_with(beginning))
            });
            let unread = !is_listed || chart.unread.conditions > 0;
            let background = if unread { State::Unknown } else { State::Absent };
            chart
                .facts
                .set(*fact, of_fact.fold(background, |before, (_, state, _)| stronger(before, *state)));
        }
        found.iter().any(|(code, state, is_over)| {
            *state == State::Present
                && !is_over
                && HYPERTENSION.iter().any(|beginning| code.starts_with(beginning))
        })
    }

    /// The ICD-10 codes of a condition: its own, else those of its SNOMED CT code, else those of its words. A code
    /// whose words state its absence is understood, but sets no fact.
    fn icd_10(&self, condition: &Condition) -> Vec<(String, State)> {
        let Some(concept) = &condition.code else { return Vec::new() };
        let mut codes: Vec<(String, State)> = Vec::new();
        for coding in &concept.coding {
            let (Some(system), Some(code)) = (coding.system.as_deref(), coding.code.as_deref()) else {
                continue;
            };
            if ICD_10.contains(&system) {
                codes.push((code.to_uppercase(), State::Present));
            } else if let Some((_, code)) = SNOMED.iter().find(|(snomed, _)| *snomed == code) {
                codes.push(((*code).to_owned(), State::Present));
            }
        }
        if codes.is_empty() {
            for mention in concept.words().filter_map(|words| self.finder.find_exact(words).ok()).flatten() {
                let state = match mention.assertion {
                    Assertion::Present | Assertion::Past => State::Present,
                    Assertion::Possible | Assertion::Allergy => State::Unknown,
                    Assertion::Absent | Assertion::Family => State::Absent,
                };
                codes
                    .extend(mention.code.filter(|_| mention.kind == Kind::Problem).map(|code| (code, state)));
            }
        }
        codes
    }

    pub(super) fn medicines(&self, record: &Record, chart: &mut Chart) {
        let medicines: Vec<&Medicine> = record
            .entry
            .iter()
            .filter_map(|entry| match &entry.resource {
                Some(Resource::MedicationRequest(medicine) | Resource::MedicationStatement(medicine)) => {
                    Some(medicine)
                }
                _ => None,
            })
            .collect();
        let mut present: Vec<Fact> = Vec::new();
        for medicine in medicines.iter().filter(|medicine| is_current(medicine)) {
            let concept = medicine.medication_codeable_concept.as_ref();
            if concept.is_some_and(|concept| concept.has_code(&NO_MEDICINE)) {
                continue;
            }
            let (facts, is_read) = self.substances(concept);
            present.extend(facts.into_iter().filter_map(|(taken, _)| taken));
            if !is_read {
                chart.unread.medicines = chart.unread.medicines.saturating_add(1);
            }
        }
        let is_known = !medicines.is_empty() && chart.unread.medicines == 0;
        set_all(&mut chart.facts, taken(), &present, is_known);
    }

    pub(super) fn allergies(&self, record: &Record, chart: &mut Chart) {
        let mut present: Vec<Fact> = Vec::new();
        let mut is_listed = false;
        for allergy in record.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::AllergyIntolerance(allergy)) => Some(allergy),
            _ => None,
        }) {
            is_listed = true;
            let is_none = allergy.code.as_ref().is_some_and(|code| code.has_code(&NO_ALLERGY));
            if is_none || is_of_food(allergy) || verified(allergy.verification_status.as_ref()).is_none() {
                continue;
            }
            // A resolved allergy counts: a physician decides on another attempt.
            let (facts, is_read) = self.substances(allergy.code.as_ref());
            present.extend(facts.into_iter().filter_map(|(_, allergic)| allergic));
            if !is_read {
                chart.unread.allergies = chart.unread.allergies.saturating_add(1);
            }
        }
        let is_known = is_listed && chart.unread.allergies == 0;
        set_all(&mut chart.facts, allergic(), &present, is_known);
    }

    /// The facts from the substances of a medicine, and whether all its words are understood.
    fn substances(&self, concept: Option<&Concept>) -> (Vec<Said>, bool) {
        let words: Vec<&str> = concept.map(|concept| concept.words().collect()).unwrap_or_default();
        let mut facts = Vec::new();
        let mut is_read = !words.is_empty();
        for text in words {
            let mentions = self.finder.find_exact(text).unwrap_or_default();
            let drugs = mentions.iter().filter(|mention| mention.kind == Kind::Drug);
            let mut rest = text.to_owned();
            let mut is_named = false;
            for drug in drugs {
                is_named = true;
                facts.extend(of_substance(&drug.name));
                let word = text.get(drug.bytes.clone()).unwrap_or_default();
                // The word itself counts too: the dictionary knows "penicillin V potassium" as one substance.
                facts.extend(of_substance(word));
                rest = rest.replacen(word, " ", 1);
            }
            is_read &= is_named && rest.split(|letter: char| !letter.is_alphanumeric()).all(is_form);
        }
        (facts, is_read)
    }
}

/// Facts of a list: present if they were found, and absent if the list is complete and understood.
fn set_all(facts: &mut Facts, of_list: impl Iterator<Item = Fact>, present: &[Fact], is_known: bool) {
    let background = if is_known { State::Absent } else { State::Unknown };
    for fact in of_list {
        facts.set(fact, if present.contains(&fact) { State::Present } else { background });
    }
}

/// The certainty of a record; `None` if it was entered in error.
fn verified(status: Option<&Concept>) -> Option<State> {
    match status {
        Some(status) if status.has_code(&["entered-in-error", "refuted"]) => None,
        Some(status) if status.has_code(&["unconfirmed", "provisional", "differential"]) => {
            Some(State::Unknown)
        }
        _ => Some(State::Present),
    }
}

fn is_over(status: Option<&Concept>) -> bool {
    status.is_some_and(|status| status.has_code(&["inactive", "remission", "resolved"]))
}

/// A medicine counts unless its record says otherwise.
fn is_current(medicine: &Medicine) -> bool {
    let is_over = matches!(
        medicine.status.as_deref(),
        Some("stopped" | "completed" | "cancelled" | "entered-in-error" | "draft" | "not-taken" | "ended")
    );
    !is_over && !matches!(medicine.intent.as_deref(), Some("proposal" | "plan" | "option"))
}

fn is_of_food(allergy: &Allergy) -> bool {
    !allergy.category.is_empty()
        && allergy.category.iter().all(|category| matches!(category.as_str(), "food" | "environment"))
}

/// The less certain of two sources about one record.
fn weaker(one: State, other: State) -> State {
    match (one, other) {
        (State::Absent, _) | (_, State::Absent) => State::Absent,
        (State::Unknown, _) | (_, State::Unknown) => State::Unknown,
        (State::Present, State::Present) => State::Present,
    }
}

/// The worse of two records about one fact.
fn stronger(one: State, other: State) -> State {
    match (one, other) {
        (State::Present, _) | (_, State::Present) => State::Present,
        (State::Unknown, _) | (_, State::Unknown) => State::Unknown,
        (State::Absent, State::Absent) => State::Absent,
    }
}

/// Whether a word of a medicine's name is not a substance: an amount, a form, a salt, a pack.
fn is_form(word: &str) -> bool {
    const FORMS: [&str; 66] = [
        "mg",
        "mcg",
        "ug",
        "g",
        "ml",
        "l",
        "meq",
        "unt",
        "units",
        "iu",
        "mmol",
        "actuat",
        "hr",
        "h",
        "pack",
        "day",
        "dose",
        "oral",
        "tablet",
        "tablets",
        "capsule",
        "capsules",
        "solution",
        "suspension",
        "injectable",
        "injection",
        "topical",
        "ophthalmic",
        "inhaler",
        "metered",
        "inhalant",
        "transdermal",
        "patch",
        "cream",
        "ointment",
        "gel",
        "extended",
        "delayed",
        "release",
        "chewable",
        "disintegrating",
        "sublingual",
        "nasal",
        "spray",
        "prefilled",
        "syringe",
        "kit",
        "film",
        "coated",
        "xr",
        "er",
        "sr",
        "cr",
        "allergy",
        "allergic",
        "to",
        "sodium",
        "potassium",
        "hydrochloride",
        "hcl",
        "maleate",
        "tartrate",
        "succinate",
        "besylate",
        "acid",
        "and",
    ];
    let lower = word.to_lowercase();
    word.is_empty()
        || word.starts_with(|first: char| first.is_ascii_digit())
        || FORMS.contains(&lower.as_str())
}
