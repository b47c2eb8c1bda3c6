//! Facts from the observations of a record: measurements, pregnancy, and risk factors.

use fhir::{latest, Code, CodeableConcept, Finding, Gender, Unusable, Window};
use jiff::{SignedDuration, Timestamp};
use ucum::Analyte;

use super::chart::{Chart, NotModelled, Reader, UnusableValue};
use super::codes::SNOMED_CT;
use super::fact::{Fact, Facts, State};
use super::risk::{baseline, RiskFactors, Sex};

const LOINC: &str = "http://loinc.org";
/// Ages in years at which an unknown pregnancy matters.
const FERTILE: core::ops::RangeInclusive<u16> = 12..=55;
/// Maximum age of a measurement, in days.
const LABORATORY_DAYS: i64 = 365;
const PRESSURE_DAYS: i64 = 180;
const LIPID_DAYS: i64 = 5 * 365;
const PREGNANCY_DAYS: i64 = 30;

/// A value that is measured: by which codes, in which unit the rules want it, and for how long it counts.
pub(super) struct Measured {
    name: &'static str,
    codes: &'static [&'static str],
    unit: &'static str,
    analyte: Option<Analyte>,
    days: i64,
}

pub(super) const SYSTOLIC: Measured = Measured {
    name: "systolic pressure",
    codes: &["8480-6"],
    unit: "mm[Hg]",
    analyte: None,
    days: PRESSURE_DAYS,
};
const PULSE: Measured =
    Measured { name: "pulse", codes: &["8867-4"], unit: "/min", analyte: None, days: PRESSURE_DAYS };
/// All codes that laboratories use for a rate estimated from creatinine or cystatin C.
const EGFR: Measured = Measured {
    name: "eGFR",
    codes: &[
        "33914-3", "48642-3", "48643-1", "62238-1", "69405-9", "77147-7", "88293-6", "88294-4", "98979-8",
        "98980-6",
    ],
    unit: "mL/min/{1.73_m2}",
    analyte: None,
    days: LABORATORY_DAYS,
};
const POTASSIUM: Measured = Measured {
    name: "potassium",
    codes: &["2823-3", "6298-4", "75940-7"],
    unit: "mmol/L",
    analyte: Some(Analyte::Potassium),
    days: LABORATORY_DAYS,
};
const SODIUM: Measured = Measured {
    name: "sodium",
    codes: &["2951-2", "2947-0"],
    unit: "mmol/L",
    analyte: Some(Analyte::Sodium),
    days: LABORATORY_DAYS,
};
const BODY_MASS_INDEX: Measured = Measured {
    name: "body mass index",
    codes: &["39156-5"],
    unit: "kg/m2",
    analyte: None,
    days: LABORATORY_DAYS,
};
const CHOLESTEROL: Measured = Measured {
    name: "cholesterol",
    codes: &["2093-3", "14647-2"],
    unit: "mmol/L",
    analyte: Some(Analyte::Cholesterol),
    days: LIPID_DAYS,
};
const HDL: Measured = Measured {
    name: "HDL cholesterol",
    codes: &["2085-9", "14646-4"],
    unit: "mmol/L",
    analyte: Some(Analyte::Cholesterol),
    days: LIPID_DAYS,
};

const PREGNANCY: &[&str] = &["82810-3"];
const SMOKING: &[&str] = &["72166-2"];

/// What a record says about a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Known {
    /// The latest finding has this value.
    Value(f64),
    /// The latest finding, in this entry, cannot be used.
    Unusable(usize, Unusable),
    /// No finding is recent enough.
    Nothing,
}

impl Known {
    fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unusable(..) | Self::Nothing => None,
        }
    }
}

impl Reader<'_> {
    pub(super) fn measurements(&self, chart: &mut Chart) {
        for measured in [&SYSTOLIC, &PULSE, &EGFR, &POTASSIUM, &SODIUM, &BODY_MASS_INDEX, &CHOLESTEROL, &HDL]
        {
            if let Known::Unusable(entry, reason) = self.number(measured) {
                chart.unusable.push(UnusableValue { value: measured.name, entry, reason });
            }
        }
        for (name, codes, days) in
            [("pregnancy", PREGNANCY, PREGNANCY_DAYS), ("smoking", SMOKING, LIPID_DAYS)]
        {
            let unusable =
                self.finding(codes, days).and_then(|finding| Some((finding, finding.concept().err()?)));
            if let Some((finding, reason)) = unusable {
                chart.unusable.push(UnusableValue { value: name, entry: self.entry_of(&finding), reason });
            }
        }
        let value = |measured| self.number(measured).value();
        let (egfr, potassium) = (value(&EGFR), value(&POTASSIUM));
        for (fact, holds) in [
            (Fact::EgfrBelow30, egfr.map(|value| value < 30.0)),
            (Fact::EgfrBelow60, egfr.map(|value| value < 60.0)),
            (Fact::PotassiumAbove5, potassium.map(|value| value > 5.0)),
            (Fact::PotassiumBelow3_5, potassium.map(|value| value < 3.5)),
            (Fact::Hyponatraemia, value(&SODIUM).map(|value| value < 130.0)),
            (Fact::PulseBelow50, value(&PULSE).map(|value| value < 50.0)),
            (Fact::SystolicBelow100, value(&SYSTOLIC).map(|value| value < 100.0)),
        ] {
            // A recorded condition stays; without one, only a measurement shows its absence.
            let state = match (chart.facts.get(fact), holds) {
                (State::Present, _) | (_, Some(true)) => State::Present,
                (_, Some(false)) => State::Absent,
                (_, None) => State::Unknown,
            };
            chart.facts.set(fact, state);
        }
    }

    pub(super) fn pregnancy(&self, age: u16, facts: &mut Facts) {
        const PREGNANT: &str = "77386006";
        const NOT_PREGNANT: &str = "60001007";
        if facts.get(Fact::Pregnant) == State::Present {
            return;
        }
        let concept = self.answer(PREGNANCY, PREGNANCY_DAYS);
        let says = |code: &str| concept.is_some_and(|concept| concept.has(SNOMED_CT, code));
        let cannot_be = self.record.patient.gender == Some(Gender::Male) || !FERTILE.contains(&age);
        let state = match (says(PREGNANT), says(NOT_PREGNANT) || cannot_be) {
            (true, _) => State::Present,
            (false, true) => State::Absent,
            (false, false) => State::Unknown,
        };
        facts.set(Fact::Pregnant, state);
    }

    pub(super) fn risk(&self, age: u16, facts: &Facts) -> Result<RiskFactors, NotModelled> {
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
        let mut need = |(name, value): (&'static str, Option<f64>)| {
            value.unwrap_or_else(|| {
                missing.push(name);
                f64::NAN
            })
        };
        let measured = |measured: &Measured| (measured.name, self.number(measured).value());
        let holds = |fact: Fact| match facts.get(fact) {
            State::Unknown => None,
            state => Some(if state == State::Present { 1.0 } else { 0.0 }),
        };
        let sex = match self.record.patient.gender {
            Some(Gender::Female) => Some(Sex::Female),
            Some(Gender::Male) => Some(Sex::Male),
            _ => None,
        };
        need(("sex", sex.map(|_| 1.0)));
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
            cholesterol: need(measured(&CHOLESTEROL)),
            hdl: need(measured(&HDL)),
            systolic: need(measured(&SYSTOLIC)),
            body_mass_index: need(measured(&BODY_MASS_INDEX)),
            egfr: need(measured(&EGFR)).min(140.0),
            diabetes: need(("diabetes", holds(Fact::Diabetes))) > 0.5,
            smoker: need(("smoking", self.smokes())) > 0.5,
            treated: need(("medicines", treated)) > 0.5,
            statin: need(("statins", holds(Fact::TakesStatin))) > 0.5,
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
        let concept = self.answer(SMOKING, LIPID_DAYS)?;
        let says = |codes: &[&str]| concept.has_any(SNOMED_CT, codes);
        match (says(&NOW), says(&NOT_NOW)) {
            (true, _) => Some(1.0),
            (false, true) => Some(0.0),
            (false, false) => None,
        }
    }

    /// The latest finding's value in the unit that the rules want. An older finding is never taken for it.
    pub(super) fn number(&self, measured: &Measured) -> Known {
        let Some(finding) = self.finding(measured.codes, measured.days) else { return Known::Nothing };
        let value = finding.measurement().and_then(|found| {
            ucum::convert(found.value, found.unit, measured.unit, measured.analyte)
                .map_err(|_| Unusable::OtherUnit)
        });
        value.map_or_else(|reason| Known::Unusable(self.entry_of(&finding), reason), Known::Value)
    }

    fn entry_of(&self, finding: &Finding<'_>) -> usize {
        let mut observations = self.record.observations.iter();
        let found = observations.find(|listed| core::ptr::eq(listed.resource, finding.observation));
        found.map(|listed| listed.entry).unwrap_or_default()
    }

    /// Whether the latest finding says that the value is this or more; a lower bound says so, too.
    pub(super) fn is_at_least(&self, measured: &Measured, limit: f64) -> bool {
        let quantity = self.finding(measured.codes, measured.days).and_then(|finding| finding.quantity());
        quantity.is_some_and(|quantity| {
            let exact = fhir::Quantity {
                comparator: quantity.comparator.clone().filter(|sign| !matches!(sign.as_str(), ">" | ">=")),
                ..quantity.clone()
            };
            exact.measurement().is_ok_and(|found| {
                ucum::convert(found.value, found.unit, measured.unit, measured.analyte)
                    .is_ok_and(|value| value >= limit)
            })
        })
    }

    /// The coded answer of the latest finding.
    fn answer(&self, codes: &[&str], days: i64) -> Option<&CodeableConcept> {
        self.finding(codes, days)?.concept().ok()
    }

    fn finding(&self, codes: &[&str], days: i64) -> Option<Finding<'_>> {
        let codes: Vec<Code<'_>> = codes.iter().map(|code| Code { system: LOINC, code }).collect();
        let age = SignedDuration::from_hours(days.saturating_mul(24));
        let from = self.at.checked_sub(age).unwrap_or(Timestamp::MIN);
        latest(self.record.observed(), &codes, Window { from, until: self.at })
    }
}
