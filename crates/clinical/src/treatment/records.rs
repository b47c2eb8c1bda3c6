//! Facts from the lists of a record: conditions, medicines, allergies.
//!
//! A list is known if it exists and all its entries are understood; otherwise the facts that it does not name are
//! unknown.

use fhir::{AllergyIntolerance, Certainty, CodeableConcept, Condition, Course, LeftOut, Listed};

use super::chart::{Chart, Reader};
use super::codes::{
    allergic, of_substance, taken, Said, CONDITIONS, HYPERTENSION, SNOMED, SNOMED_CT, STATED_BY_FINDINGS,
};
use super::fact::{Fact, Facts, State};
use crate::text::{Assertion, Kind};

const ICD_10: [&str; 2] = ["http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"];

/// SNOMED CT: no known allergy, no known drug allergy; no current problem; no known medication. A confirmed and current
/// entry with one of them states that the list is complete.
const NO_ALLERGY: [&str; 2] = ["716186003", "409137002"];
const NO_PROBLEM: [&str; 1] = ["160245001"];
const NO_MEDICINE: [&str; 1] = ["787481004"];
/// SNOMED CT: no known food, environmental or latex allergy. They say nothing about medicines.
const NO_OTHER_ALLERGY: [&str; 3] = ["429625007", "428607008", "1003774007"];

const NOT_UNDERSTOOD: &str = "it is not understood";

impl Reader<'_> {
    /// Whether high blood pressure is recorded.
    pub(super) fn conditions(&self, chart: &mut Chart) -> bool {
        let mut found: Vec<(String, State, bool)> = Vec::new();
        let mut findings = String::new();
        for condition in &self.record.conditions {
            match self.condition(condition) {
                Read::Codes(codes) => found.extend(codes),
                Read::Nothing => {}
                Read::Finding(words) => {
                    findings.push_str(&words);
                    chart.left_out.push(not_understood(condition.entry, "Condition.code"));
                }
                Read::Unread => {
                    chart.unread.conditions = chart.unread.conditions.saturating_add(1);
                    if condition.is_understood {
                        chart.left_out.push(not_understood(condition.entry, "Condition.code"));
                    }
                }
            }
        }
        let is_known = !self.record.conditions.is_empty() && chart.unread.conditions == 0;
        for (fact, beginnings, stays) in CONDITIONS {
            let of_fact = found.iter().filter(|(code, _, is_over)| {
                (*stays || !is_over) && beginnings.iter().any(|beginning| code.starts_with(beginning))
            });
            let may_state = |(stated, words): &(Fact, &[&str])| {
                stated == fact && words.iter().any(|word| findings.contains(word))
            };
            let is_open = STATED_BY_FINDINGS.iter().any(may_state);
            let background = if is_known && !is_open { State::Absent } else { State::Unknown };
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

    fn condition(&self, listed: &Listed<'_, Condition>) -> Read {
        let condition = listed.resource;
        let (Some(concept), true) = (&condition.code, listed.is_understood) else { return Read::Unread };
        let (certainty, course) = (condition.certainty(), condition.course());
        if concept.has_any(SNOMED_CT, &NO_PROBLEM) {
            let holds = certainty == Certainty::Confirmed && course == Course::Active;
            return if holds { Read::Nothing } else { Read::Unread };
        }
        let state = if certainty == Certainty::Confirmed { State::Present } else { State::Unknown };
        let codes = self.icd_10(concept);
        if codes.is_empty() {
            let words = || concept.words().map(|words| words.to_lowercase() + " ").collect();
            return if is_finding(concept) { Read::Finding(words()) } else { Read::Unread };
        }
        let is_over = course == Course::Over;
        Read::Codes(codes.into_iter().map(|(code, said)| (code, weaker(state, said), is_over)).collect())
    }

    /// The ICD-10 codes of a condition: its own, else those of its SNOMED CT code, else those of its words. Words that
    /// deny what a code says make it unknown. A code whose words alone state its absence is understood, but sets no
    /// fact.
    fn icd_10(&self, concept: &CodeableConcept) -> Vec<(String, State)> {
        let own = ICD_10.iter().flat_map(|system| concept.codes_in(system)).map(str::to_uppercase);
        let mapped = concept
            .codes_in(SNOMED_CT)
            .filter_map(|code| SNOMED.iter().find(|(snomed, _)| *snomed == code))
            .map(|(_, code)| (*code).to_owned());
        let codes: Vec<String> = own.chain(mapped).collect();
        let mentions = concept.words().filter_map(|words| self.finder.find_exact(words).ok()).flatten();
        let said: Vec<(String, State)> = mentions
            .filter(|mention| mention.kind == Kind::Problem)
            .filter_map(|mention| {
                let state = match mention.assertion {
                    Assertion::Present | Assertion::Past => State::Present,
                    Assertion::Possible | Assertion::Allergy => State::Unknown,
                    Assertion::Absent | Assertion::Family => State::Absent,
                };
                Some((mention.code?, state))
            })
            .collect();
        if codes.is_empty() {
            return said;
        }
        let is_denied = |code: &str| {
            let same = |(said, state): &(String, State)| {
                *state != State::Present && said.get(..3).is_some_and(|category| code.starts_with(category))
            };
            said.iter().any(same)
        };
        let state = |code: &str| if is_denied(code) { State::Unknown } else { State::Present };
        codes.into_iter().map(|code| (state(&code), code)).map(|(state, code)| (code, state)).collect()
    }

    pub(super) fn medicines(&self, chart: &mut Chart) {
        let mut taken_now: Vec<(Fact, State)> = Vec::new();
        for medicine in self.record.medicines.iter().filter(|medicine| medicine.is_current != Some(false)) {
            let state = if medicine.is_current.is_some() { State::Present } else { State::Unknown };
            let is_none = medicine.concepts.iter().any(|concept| concept.has_any(SNOMED_CT, &NO_MEDICINE));
            if is_none && medicine.is_understood && state == State::Present {
                continue;
            }
            // A word that is not understood takes nothing away from one that is; a modifier does.
            let words: Vec<&str> = medicine.words().collect();
            let (facts, is_read) = self.substances(&words);
            if medicine.is_understood {
                taken_now.extend(facts.into_iter().filter_map(|(taken, _)| Some((taken?, state))));
            }
            if is_none || !is_read || !medicine.is_understood {
                chart.unread.medicines = chart.unread.medicines.saturating_add(1);
                if medicine.is_understood {
                    chart.left_out.push(not_understood(medicine.entry, "medication[x]"));
                }
            }
        }
        let is_known = !self.record.medicines.is_empty() && chart.unread.medicines == 0;
        set_all(&mut chart.facts, taken(), &taken_now, is_known);
    }

    pub(super) fn allergies(&self, chart: &mut Chart) {
        let mut present: Vec<(Fact, State)> = Vec::new();
        let mut is_listed = false;
        for listed in &self.record.allergies {
            let allergy = listed.resource;
            let has =
                |codes: &[&str]| allergy.code.as_ref().is_some_and(|code| code.has_any(SNOMED_CT, codes));
            if listed.is_understood && (is_of_food(allergy) || has(&NO_OTHER_ALLERGY)) {
                continue;
            }
            is_listed = true;
            let holds = allergy.certainty() == Certainty::Confirmed && allergy.course() == Course::Active;
            if listed.is_understood && has(&NO_ALLERGY) && holds {
                continue;
            }
            // A resolved or unconfirmed allergy counts: a physician decides on another attempt.
            let words: Vec<&str> = allergy.code.iter().flat_map(CodeableConcept::words).collect();
            let (facts, is_read) = self.substances(&words);
            let state = if listed.is_understood { State::Present } else { State::Unknown };
            present.extend(facts.into_iter().filter_map(|(_, allergic)| Some((allergic?, state))));
            if !is_read || !listed.is_understood {
                chart.unread.allergies = chart.unread.allergies.saturating_add(1);
                if listed.is_understood {
                    chart.left_out.push(not_understood(listed.entry, "AllergyIntolerance.code"));
                }
            }
        }
        let is_known = is_listed && chart.unread.allergies == 0;
        set_all(&mut chart.facts, allergic(), &present, is_known);
    }

    /// The facts from the substances of a medicine, and whether all its words are understood.
    fn substances(&self, words: &[&str]) -> (Vec<Said>, bool) {
        let mut facts = Vec::new();
        let mut is_read = !words.is_empty();
        for text in words.iter().copied() {
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

/// What a condition says.
enum Read {
    /// Its ICD-10 codes, each with what is said about it and whether it is over.
    Codes(Vec<(String, State, bool)>),
    /// That there is no problem.
    Nothing,
    /// Something that is not a disorder and is not known here, in these words in lower case.
    Finding(String),
    /// Something that may be any disorder.
    Unread,
}

fn not_understood(entry: usize, element: &'static str) -> LeftOut {
    LeftOut { entry, element, reason: NOT_UNDERSTOOD }
}

/// Whether a concept is in the hierarchy of SNOMED CT for findings that are no disorders, by its full name.
fn is_finding(concept: &CodeableConcept) -> bool {
    let mut coded = concept.coding.iter().peekable();
    coded.peek().is_some()
        && coded.all(|coding| {
            coding.system.as_deref() == Some(SNOMED_CT)
                && coding.display.as_deref().is_some_and(|name| name.trim_end().ends_with("(finding)"))
        })
}

/// Facts of a list: as they were found, and absent if the list is complete and understood.
fn set_all(facts: &mut Facts, of_list: impl Iterator<Item = Fact>, found: &[(Fact, State)], is_known: bool) {
    let background = if is_known { State::Absent } else { State::Unknown };
    for fact in of_list {
        let said = found.iter().filter(|(found, _)| *found == fact);
        facts.set(fact, said.fold(background, |before, (_, state)| stronger(before, *state)));
    }
}

fn is_of_food(allergy: &AllergyIntolerance) -> bool {
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
