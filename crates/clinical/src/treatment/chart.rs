//! What a FHIR R4 bundle says about a patient.

use fhir::{latest, AgeError, Code, Finding, Gender, Patient, ReadError, Reference, Window};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::codes::{allergic, of_substance, taken, Said, CONDITIONS, HYPERTENSION, SNOMED};
use super::fact::{Fact, Facts, State};
use super::resources::{Allergy, Concept, Condition, Medicine, Record, Resource};
use super::risk::{RiskFactors, Sex};
use crate::text::{Assertion, Finder, Kind};

const LOINC: &str = "http://loinc.org";
const ICD_10: [&str; 2] = ["http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"];
/// Adults are treated by these rules.
const ADULT: u16 = 18;
/// Years in which an unknown pregnancy matters.
const FERTILE: core::ops::RangeInclusive<u16> = 12..=55;
/// From this systolic pressure on, in mmHg, somebody must see the patient at once (ESH 2023, grade 3).
const URGENT: f64 = 180.0;
/// High blood pressure that is not recorded as a condition: mmHg, systolic, measured in the office (ESH 2023).
const HIGH: f64 = 140.0;
/// How old a measurement may be, in days.
const LABORATORY_DAYS: i64 = 365;
const PRESSURE_DAYS: i64 = 180;
const LIPID_DAYS: i64 = 5 * 365;
const PREGNANCY_DAYS: i64 = 30;

/// Why a bundle has no options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// Not a bundle.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// None, or several.
    #[error("the bundle has {0} patients; send the record of one")]
    NotOnePatient(usize),
    /// A resource of somebody else.
    #[error("entry {0} of the bundle is about another patient; send the record of one")]
    ForeignResource(usize),
    /// No age.
    #[error(transparent)]
    Age(#[from] AgeError),
    /// Children are treated by other rules.
    #[error("the patient is younger than {ADULT} years; these rules are for adults")]
    NotAnAdult,
    /// Nothing to treat.
    #[error(
        "neither is high blood pressure recorded nor was a systolic pressure of 140 mmHg measured in the last 180 days; \
         record the diagnosis first"
    )]
    NoHypertension,
    /// More than a choice of medicines.
    #[error("the latest systolic pressure is 180 mmHg or more: a physician has to see the patient at once")]
    Urgent,
}

/// Why a risk is not modelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "what")]
pub enum NotModelled {
    /// These are not known.
    Missing(Vec<&'static str>),
    /// Outside of what the equations were made for.
    OutOfRange(&'static str),
    /// The equations are for people without it.
    NotFirstEvent(Fact),
}

/// How many records could not be read: what they may mean is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Conditions that are neither coded in ICD-10 nor named in words that we know.
    pub conditions: usize,
    /// Current medicines with a part that we do not know.
    pub medicines: usize,
    /// Allergies to something that we do not know.
    pub allergies: usize,
}

/// What the rules and the risk model need to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The facts.
    pub facts: Facts,
    /// What the risk depends on, or why there is none.
    pub risk: Result<RiskFactors, NotModelled>,
    /// What could not be read.
    pub unread: Unread,
}

/// Reads a bundle with the record of one patient, as it was at a moment.
///
/// What was found later does not count. Errors, the first that holds: `Read`, `NotOnePatient`, `ForeignResource`,
/// `Age`, `NotAnAdult`, `Urgent`, `NoHypertension`.
pub fn read_chart(bytes: &[u8], at: Timestamp, finder: &Finder) -> Result<Chart, ChartError> {
    let bundle: fhir::Bundle = fhir::read(bytes)?;
    let record: Record = fhir::read(bytes)?;
    let patients: Vec<&Patient> = bundle.patients().collect();
    let [patient] = patients[..] else { return Err(ChartError::NotOnePatient(patients.len())) };
    ensure_own(&bundle, &record, patient)?;
    let age = patient.age_at(at)?;
    if age < ADULT {
        return Err(ChartError::NotAnAdult);
    }
    let reader = Reader { bundle: &bundle, at, finder };
    let systolic = reader.number(&["8480-6"], "mm[Hg]", PRESSURE_DAYS);
    if systolic.is_some_and(|pressure| pressure >= URGENT) {
        return Err(ChartError::Urgent);
    }
    let mut chart = Chart {
        facts: Facts::all(State::Unknown),
        risk: Err(NotModelled::Missing(Vec::new())),
        unread: Unread::default(),
    };
    let is_recorded = reader.conditions(&record, &mut chart);
    if !is_recorded && systolic.is_none_or(|pressure| pressure < HIGH) {
        return Err(ChartError::NoHypertension);
    }
    reader.medicines(&record, &mut chart);
    reader.allergies(&record, &mut chart);
    reader.measurements(&mut chart.facts, systolic);
    reader.pregnancy(patient, age, &mut chart.facts);
    chart.risk = reader.risk(patient, age, systolic, &chart.facts);
    Ok(chart)
}

fn ensure_own(bundle: &fhir::Bundle, record: &Record, patient: &Patient) -> Result<(), ChartError> {
    let Some(id) = patient.id.as_deref() else { return Ok(()) };
    let is_foreign =
        |reference: Option<&Reference>| reference.is_some_and(|reference| !reference.is_to_patient(id));
    let observed = bundle.entry.iter().position(|entry| match &entry.resource {
        Some(fhir::Resource::Observation(observation)) => is_foreign(observation.subject.as_ref()),
        _ => false,
    });
    let recorded = record.entry.iter().position(|entry| match &entry.resource {
        Some(Resource::Condition(condition)) => is_foreign(condition.subject.as_ref()),
        Some(Resource::MedicationRequest(medicine) | Resource::MedicationStatement(medicine)) => {
            is_foreign(medicine.subject.as_ref())
        }
        Some(Resource::AllergyIntolerance(allergy)) => is_foreign(allergy.patient.as_ref()),
        _ => false,
    });
    observed.into_iter().chain(recorded).min().map_or(Ok(()), |entry| Err(ChartError::ForeignResource(entry)))
}

struct Reader<'a> {
    bundle: &'a fhir::Bundle,
    at: Timestamp,
    finder: &'a Finder,
}

impl Reader<'_> {
    /// Whether high blood pressure is recorded.
    fn conditions(&self, record: &Record, chart: &mut Chart) -> bool {
        let conditions = record.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::Condition(condition)) => Some(condition),
            _ => None,
        });
        let mut found: Vec<(String, State, bool)> = Vec::new();
        let mut is_listed = false;
        for condition in conditions {
            is_listed = true;
            let Some(state) = verified(condition.verification_status.as_ref()) else { continue };
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
    /// whose words say that it is absent is read, and says nothing.
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

    fn medicines(&self, record: &Record, chart: &mut Chart) {
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
            let (facts, is_read) = self.substances(medicine.medication_codeable_concept.as_ref());
            present.extend(facts.into_iter().filter_map(|(taken, _)| taken));
            if !is_read {
                chart.unread.medicines = chart.unread.medicines.saturating_add(1);
            }
        }
        let is_known = !medicines.is_empty() && chart.unread.medicines == 0;
        set_all(&mut chart.facts, taken(), &present, is_known);
    }

    fn allergies(&self, record: &Record, chart: &mut Chart) {
        // SNOMED CT: no known allergy, no known drug allergy.
        const NONE: [&str; 2] = ["716186003", "409137002"];
        let mut present: Vec<Fact> = Vec::new();
        let mut is_listed = false;
        for allergy in record.entry.iter().filter_map(|entry| match &entry.resource {
            Some(Resource::AllergyIntolerance(allergy)) => Some(allergy),
            _ => None,
        }) {
            is_listed = true;
            let is_none = allergy.code.as_ref().is_some_and(|code| code.has_code(&NONE));
            if is_none || is_of_food(allergy) || verified(allergy.verification_status.as_ref()).is_none() {
                continue;
            }
            // A resolved allergy counts: to try again is a physician's decision.
            let (facts, is_read) = self.substances(allergy.code.as_ref());
            present.extend(facts.into_iter().filter_map(|(_, allergic)| allergic));
            if !is_read {
                chart.unread.allergies = chart.unread.allergies.saturating_add(1);
            }
        }
        let is_known = is_listed && chart.unread.allergies == 0;
        set_all(&mut chart.facts, allergic(), &present, is_known);
    }

    /// What the substances of a medicine say, and whether all of its words are understood.
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
                // The word itself counts, too: the dictionary knows "penicillin V potassium" as one substance.
                facts.extend(of_substance(word));
                rest = rest.replacen(word, " ", 1);
            }
            is_read &= is_named && rest.split(|letter: char| !letter.is_alphanumeric()).all(is_form);
        }
        (facts, is_read)
    }

    fn measurements(&self, facts: &mut Facts, systolic: Option<f64>) {
        let egfr = self.egfr();
        let potassium = self.number(&["2823-3", "6298-4", "75940-7"], "mmol/L", LABORATORY_DAYS);
        let sodium = self.number(&["2951-2", "2947-0"], "mmol/L", LABORATORY_DAYS);
        let pulse = self.number(&["8867-4"], "/min", PRESSURE_DAYS);
        for (fact, holds) in [
            (Fact::EgfrBelow30, egfr.map(|value| value < 30.0)),
            (Fact::EgfrBelow60, egfr.map(|value| value < 60.0)),
            (Fact::PotassiumAbove5, potassium.map(|value| value > 5.0)),
            (Fact::PotassiumBelow3_5, potassium.map(|value| value < 3.5)),
            (Fact::Hyponatraemia, sodium.map(|value| value < 130.0)),
            (Fact::PulseBelow50, pulse.map(|value| value < 50.0)),
            (Fact::SystolicBelow100, systolic.map(|value| value < 100.0)),
        ] {
            // A recorded condition stays; without one, only a measurement says that it is absent.
            let state = match (facts.get(fact), holds) {
                (State::Present, _) | (_, Some(true)) => State::Present,
                (_, Some(false)) => State::Absent,
                (_, None) => State::Unknown,
            };
            facts.set(fact, state);
        }
    }

    fn pregnancy(&self, patient: &Patient, age: u16, facts: &mut Facts) {
        const PREGNANT: &str = "77386006";
        const NOT_PREGNANT: &str = "60001007";
        if facts.get(Fact::Pregnant) == State::Present {
            return;
        }
        let finding = self.finding(&["82810-3"], PREGNANCY_DAYS, |finding| finding.concept.is_some());
        let says = |code: &str| {
            finding.and_then(|finding| finding.concept).is_some_and(|concept| {
                concept.coding.iter().any(|coding| coding.code.as_deref() == Some(code))
            })
        };
        let cannot_be = patient.gender == Some(Gender::Male) || !FERTILE.contains(&age);
        let state = match (says(PREGNANT), says(NOT_PREGNANT) || cannot_be) {
            (true, _) => State::Present,
            (false, true) => State::Absent,
            (false, false) => State::Unknown,
        };
        facts.set(Fact::Pregnant, state);
    }

    fn risk(
        &self,
        patient: &Patient,
        age: u16,
        systolic: Option<f64>,
        facts: &Facts,
    ) -> Result<RiskFactors, NotModelled> {
        let earlier = [
            Fact::Pregnant,
            Fact::CoronaryDisease,
            Fact::CerebrovascularDisease,
            Fact::HeartFailure,
            Fact::PeripheralArterialDisease,
        ];
        if let Some(fact) = earlier.into_iter().find(|fact| facts.get(*fact) == State::Present) {
            return Err(NotModelled::NotFirstEvent(fact));
        }
        let mut missing: Vec<&'static str> = Vec::new();
        let mut need = |name: &'static str, value: Option<f64>| {
            value.unwrap_or_else(|| {
                missing.push(name);
                f64::NAN
            })
        };
        let holds = |fact: Fact| match facts.get(fact) {
            State::Unknown => None,
            state => Some(if state == State::Present { 1.0 } else { 0.0 }),
        };
        let sex = match patient.gender {
            Some(Gender::Female) => Some(Sex::Female),
            Some(Gender::Male) => Some(Sex::Male),
            _ => None,
        };
        need("sex", sex.map(|_| 1.0));
        let against_pressure = [
            Fact::TakesAceInhibitor,
            Fact::TakesAngiotensinBlocker,
            Fact::TakesBetaBlocker,
            Fact::TakesDihydropyridine,
            Fact::TakesRateLimitingBlocker,
            Fact::TakesThiazide,
            Fact::TakesPotassiumOrSparer,
            Fact::TakesMethyldopa,
            Fact::TakesAliskiren,
        ];
        let treated = if against_pressure.iter().any(|fact| facts.get(*fact) == State::Present) {
            Some(1.0)
        } else {
            against_pressure.into_iter().map(holds).try_fold(0.0, |_, holds| holds)
        };
        let factors = RiskFactors {
            sex: sex.unwrap_or(Sex::Female),
            age: f64::from(age),
            cholesterol: need("cholesterol", self.cholesterol(&["2093-3", "14647-2"])),
            hdl: need("HDL cholesterol", self.cholesterol(&["2085-9", "14646-4"])),
            systolic: need("systolic pressure", systolic),
            body_mass_index: need("body mass index", self.number(&["39156-5"], "kg/m2", LABORATORY_DAYS)),
            egfr: need("eGFR", self.egfr()).min(140.0),
            diabetes: need("diabetes", holds(Fact::Diabetes)) > 0.5,
            smoker: need("smoking", self.smokes()) > 0.5,
            treated: need("medicines", treated) > 0.5,
            statin: need("statins", holds(Fact::TakesStatin)) > 0.5,
        };
        if !missing.is_empty() {
            return Err(NotModelled::Missing(missing));
        }
        super::risk::baseline(&factors).map(|_| factors).map_err(|error| NotModelled::OutOfRange(error.0))
    }

    /// LOINC 72166-2 with the answers of US Core: 1 smokes now, 0 does not.
    fn smokes(&self) -> Option<f64> {
        const NOW: [&str; 5] =
            ["449868002", "428041000124106", "77176002", "428071000124103", "428061000124105"];
        const NOT_NOW: [&str; 2] = ["8517006", "266919005"];
        let finding = self.finding(&["72166-2"], LIPID_DAYS, |finding| finding.concept.is_some())?;
        let says = |codes: &[&str]| {
            finding.concept.is_some_and(|concept| {
                concept
                    .coding
                    .iter()
                    .any(|coding| coding.code.as_deref().is_some_and(|code| codes.contains(&code)))
            })
        };
        match (says(&NOW), says(&NOT_NOW)) {
            (true, _) => Some(1.0),
            (false, true) => Some(0.0),
            (false, false) => None,
        }
    }

    /// All ways in which laboratories code an estimated rate by creatinine or cystatin C.
    fn egfr(&self) -> Option<f64> {
        let codes = [
            "33914-3", "48642-3", "48643-1", "62238-1", "69405-9", "77147-7", "88293-6", "88294-4",
            "98979-8", "98980-6",
        ];
        self.number(&codes, "mL/min/{1.73_m2}", LABORATORY_DAYS)
    }

    /// In mmol/L, by the factor of the equations' paper.
    fn cholesterol(&self, codes: &[&str]) -> Option<f64> {
        let wanted =
            |finding: &Finding<'_>| unit(finding).is_some_and(|unit| matches!(unit, "mg/dL" | "mmol/L"));
        let finding = self.finding(codes, LIPID_DAYS, wanted)?;
        let measurement = finding.quantity?.measurement()?;
        Some(if measurement.unit == "mg/dL" { measurement.value * 0.02586 } else { measurement.value })
    }

    /// The latest number with this unit, or with one that means the same.
    fn number(&self, codes: &[&str], wanted: &str, days: i64) -> Option<f64> {
        let same: &[&str] = match wanted {
            "mmol/L" => &["mmol/L", "meq/L", "mEq/L"],
            "/min" => &["/min", "{beats}/min", "{Beats}/min"],
            "mL/min/{1.73_m2}" => &["mL/min/{1.73_m2}", "mL/min/1.73.m2", "mL/min/1.73m2"],
            _ => core::slice::from_ref(&wanted),
        };
        // The latest measurement counts: where its unit is another, nothing is known.
        let finding = self.finding(codes, days, |finding| finding.quantity.is_some())?;
        unit(&finding).filter(|unit| same.contains(unit))?;
        finding.quantity?.measurement().map(|measurement| measurement.value)
    }

    fn finding<'a>(
        &'a self,
        codes: &[&str],
        days: i64,
        wanted: impl Fn(&Finding<'a>) -> bool,
    ) -> Option<Finding<'a>> {
        let codes: Vec<Code<'_>> = codes.iter().map(|code| Code { system: LOINC, code }).collect();
        let age = SignedDuration::from_hours(days.saturating_mul(24));
        let from = self.at.checked_sub(age).unwrap_or(Timestamp::MIN);
        latest(self.bundle.observations(), &codes, Window { from, until: self.at }, wanted)
    }
}

fn unit<'a>(finding: &Finding<'a>) -> Option<&'a str> {
    finding.quantity?.measurement().map(|measurement| measurement.unit)
}

/// Facts of a list: present where they were found, and absent where the list is complete and understood.
fn set_all(facts: &mut Facts, of_list: impl Iterator<Item = Fact>, present: &[Fact], is_known: bool) {
    let background = if is_known { State::Absent } else { State::Unknown };
    for fact in of_list {
        facts.set(fact, if present.contains(&fact) { State::Present } else { background });
    }
}

/// How sure a record is; nothing where it was wrong.
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

/// A medicine counts until its record says that it does not.
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

/// Of what two sources say about one record, the less certain.
fn weaker(one: State, other: State) -> State {
    match (one, other) {
        (State::Absent, _) | (_, State::Absent) => State::Absent,
        (State::Unknown, _) | (_, State::Unknown) => State::Unknown,
        (State::Present, State::Present) => State::Present,
    }
}

/// Of what two records say about one fact, the worse.
fn stronger(one: State, other: State) -> State {
    match (one, other) {
        (State::Present, _) | (_, State::Present) => State::Present,
        (State::Unknown, _) | (_, State::Unknown) => State::Unknown,
        (State::Absent, State::Absent) => State::Absent,
    }
}

/// Whether a word of a medicine's name is no substance: an amount, a form, a salt, a pack.
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
