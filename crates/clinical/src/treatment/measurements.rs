//! Facts from the observations of a record: measurements, pregnancy, and risk factors.

use fhir::{latest, Code, Finding, Gender, Patient, Window};
use jiff::{SignedDuration, Timestamp};

use super::chart::{NotModelled, Reader};
use super::fact::{Fact, Facts, State};
use super::risk::{baseline, RiskFactors, Sex};

const LOINC: &str = "http://loinc.org";
/// Ages in years at which an unknown pregnancy matters.
const FERTILE: core::ops::RangeInclusive<u16> = 12..=55;
/// Maximum age of a measurement, in days.
const LABORATORY_DAYS: i64 = 365;
pub(super) const PRESSURE_DAYS: i64 = 180;
const LIPID_DAYS: i64 = 5 * 365;
const PREGNANCY_DAYS: i64 = 30;

impl Reader<'_> {
    pub(super) fn measurements(&self, facts: &mut Facts, systolic: Option<f64>) {
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
            // A recorded condition stays; without one, only a measurement shows its absence.
            let state = match (facts.get(fact), holds) {
                (State::Present, _) | (_, Some(true)) => State::Present,
                (_, Some(false)) => State::Absent,
                (_, None) => State::Unknown,
            };
            facts.set(fact, state);
        }
    }

    pub(super) fn pregnancy(&self, patient: &Patient, age: u16, facts: &mut Facts) {
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

    pub(super) fn risk(
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
        baseline(&factors).map(|_| factors).map_err(|error| NotModelled::OutOfRange(error.0))
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

    /// All codes that laboratories use for a rate estimated from creatinine or cystatin C.
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

    /// The latest number with this unit or an equivalent one.
    pub(super) fn number(&self, codes: &[&str], wanted: &str, days: i64) -> Option<f64> {
        let same: &[&str] = match wanted {
            "mmol/L" => &["mmol/L", "meq/L", "mEq/L"],
            "/min" => &["/min", "{beats}/min", "{Beats}/min"],
            "mL/min/{1.73_m2}" => &["mL/min/{1.73_m2}", "mL/min/1.73.m2", "mL/min/1.73m2"],
            _ => core::slice::from_ref(&wanted),
        };
        // The latest measurement counts: if it has another unit, the value is unknown.
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
