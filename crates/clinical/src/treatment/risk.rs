//! The modelled risk by which options are ranked.
//!
//! The ten-year risks of atherosclerotic cardiovascular disease (coronary disease and stroke) and of heart failure come
//! from the base model of the PREVENT equations: Khan S. S. et al., Circulation 149 (2024) 430–449, supplemental tables
//! S12. The effect of a class of medicines on them comes from a network meta-analysis of first-line treatments, Psaty
//! B. M. et al., JAMA 289 (2003) 2534–2544 (see [`effect`] for the rest), and for angiotensin receptor blockers from
//! their comparison with an ACE inhibitor, ONTARGET, N. Engl. J. Med. 358 (2008) 1547–1559. The shipped models do not
//! fit: heart disease describes people at angiography, diabetes Pima women, mortality people in hospital.
//!
//! It combines an average over trials with an average over cohorts: it ranks options, and does not predict a person's
//! outcome.

use super::rules::Treatment;

/// Biological sex, as the equations use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// The inputs of the equations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskFactors {
    /// Biological sex.
    pub sex: Sex,
    /// Years, 30 to 79.
    pub age: f64,
    /// Total cholesterol, mmol/L, 3.36 to 8.28.
    pub cholesterol: f64,
    /// HDL cholesterol, mmol/L, 0.51 to 2.59.
    pub hdl: f64,
    /// Systolic pressure, mmHg, 90 to 180.
    pub systolic: f64,
    /// Body mass index, kg/m², 18.5 to below 40.
    pub body_mass_index: f64,
    /// mL/min/1.73 m², 15 to 140.
    pub egfr: f64,
    /// Diabetes of any type.
    pub diabetes: bool,
    /// Smokes now.
    pub smoker: bool,
    /// Takes a medicine against high blood pressure.
    pub treated: bool,
    /// Takes a statin.
    pub statin: bool,
}

/// Ten-year risks, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Risks {
    /// Of a first atherosclerotic event.
    pub atherosclerotic: f64,
    /// Of heart failure.
    pub heart_failure: f64,
}

/// A value of the patient is outside the range of the equations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {0} is outside the range of the PREVENT equations")]
pub struct OutOfRange(pub &'static str);

/// The coefficients of one outcome and sex, in the order of [`terms`], and the constant last.
struct Model([f64; 22]);

const ATHEROSCLEROTIC: [Model; 2] = [
    Model([
        0.719883, 0.1176967, -0.151185, -0.0835358, 0.3592852, 0.8348585, 0.4831078, 0.0, 0.0, 0.4864619,
        0.0397779, 0.2265309, -0.0592374, -0.0395762, 0.0844423, -0.0567839, 0.0325692, -0.1035985,
        -0.2417542, -0.0791142, 0.0, -0.1671492,
    ]),
    Model([
        0.7099847, 0.1658663, -0.1144285, -0.2837212, 0.3239977, 0.7189597, 0.3956973, 0.0, 0.0, 0.3690075,
        0.0203619, 0.2036522, -0.0865581, -0.0322916, 0.114563, -0.0300005, 0.0232747, -0.0927024,
        -0.2018525, -0.0970527, 0.0, -0.1217081,
    ]),
];
const ATHEROSCLEROTIC_CONSTANT: [f64; 2] = [-3.819975, -3.500655];
const HEART_FAILURE: [Model; 2] = [
    Model([
        0.8998235, 0.0, 0.0, -0.4559771, 0.3576505, 1.038346, 0.583916, -0.0072294, 0.2997706, 0.7451638,
        0.0557087, 0.3534442, 0.0, -0.0981511, 0.0, 0.0, 0.0, -0.0946663, -0.3581041, -0.1159453, -0.003878,
        -0.1884289,
    ]),
    Model([
        0.8972642, 0.0, 0.0, -0.6811466, 0.3634461, 0.923776, 0.5023736, -0.0485841, 0.3726929, 0.6926917,
        0.0251827, 0.2980922, 0.0, -0.0497731, 0.0, 0.0, 0.0, -0.1289201, -0.3040924, -0.1401688, 0.0068126,
        -0.1797778,
    ]),
];
const HEART_FAILURE_CONSTANT: [f64; 2] = [-4.310409, -3.946391];

/// The equations' terms, centred and scaled as in the paper.
fn terms(person: &RiskFactors) -> [f64; 22] {
    let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
    let age = (person.age - 55.0) / 10.0;
    let non_hdl = person.cholesterol - person.hdl - 3.5;
    let hdl = (person.hdl - 1.3) / 0.3;
    let low_pressure = (person.systolic.min(110.0) - 110.0) / 20.0;
    let pressure = (person.systolic.max(110.0) - 130.0) / 20.0;
    let (diabetes, smoker) = (flag(person.diabetes), flag(person.smoker));
    let lean = (person.body_mass_index.min(30.0) - 25.0) / 5.0;
    let obese = (person.body_mass_index.max(30.0) - 30.0) / 5.0;
    let poor_kidney = (person.egfr.min(60.0) - 60.0) / -15.0;
    let kidney = (person.egfr.max(60.0) - 90.0) / -15.0;
    let (treated, statin) = (flag(person.treated), flag(person.statin));
    [
        age,
        non_hdl,
        hdl,
        low_pressure,
        pressure,
        diabetes,
        smoker,
        lean,
        obese,
        poor_kidney,
        kidney,
        treated,
        statin,
        treated * pressure,
        statin * non_hdl,
        age * non_hdl,
        age * hdl,
        age * pressure,
        age * diabetes,
        age * smoker,
        age * obese,
        age * poor_kidney,
    ]
}

/// The ten-year risks without a new treatment.
///
/// Errors: the first value outside the range of the equations.
pub fn baseline(person: &RiskFactors) -> Result<Risks, OutOfRange> {
    for (value, low, high, name) in [
        (person.age, 30.0, 79.999, "age"),
        (person.cholesterol, 3.36, 8.28, "cholesterol"),
        (person.hdl, 0.51, 2.59, "HDL cholesterol"),
        (person.systolic, 90.0, 180.0, "systolic pressure"),
        (person.body_mass_index, 18.5, 39.999, "body mass index"),
        (person.egfr, 15.0, 140.0, "eGFR"),
    ] {
        if !(low..=high).contains(&value) {
            return Err(OutOfRange(name));
        }
    }
    let terms = terms(person);
    let index = usize::from(person.sex == Sex::Male);
    let risk = |models: &[Model; 2], constants: &[f64; 2]| {
        let sum = models.get(index).zip(constants.get(index)).map(|(model, constant)| {
            model.0.iter().zip(terms).map(|(coefficient, term)| coefficient * term).sum::<f64>() + constant
        });
        sum.map_or(f64::NAN, |sum| 1.0 / (1.0 + (-sum).exp()))
    };
    Ok(Risks {
        atherosclerotic: risk(&ATHEROSCLEROTIC, &ATHEROSCLEROTIC_CONSTANT),
        heart_failure: risk(&HEART_FAILURE, &HEART_FAILURE_CONSTANT),
    })
}

/// The relative risks under a treatment, from 0 to 1: of atherosclerotic events, and of heart failure.
///
/// Low-dose diuretics against no treatment: 0.76 (cardiovascular events) and 0.51 (heart failure); other classes by the
/// diuretics' ratio to them: ACE inhibitors 0.94 and 0.88, calcium channel blockers 0.94 and 0.74, beta-blockers 0.89
/// for events. Beta-blockers against no treatment: 0.58 for heart failure (Psaty B. M. et al., JAMA 277 (1997)
/// 739–745). Angiotensin receptor blockers against an ACE inhibitor: 1.01 and 1.12. `None` for the other options: they
/// have no outcome trials in uncomplicated hypertension.
#[must_use]
pub fn effect(treatment: Treatment) -> Option<Risks> {
    let (atherosclerotic, heart_failure) = match treatment {
        Treatment::ThiazideLikeDiuretic => (0.76, 0.51),
        Treatment::AceInhibitor => (0.76 / 0.94, 0.51 / 0.88),
        Treatment::AngiotensinReceptorBlocker => (0.76 / 0.94 * 1.01, 0.51 / 0.88 * 1.12),
        Treatment::Dihydropyridine => (0.76 / 0.94, 0.51 / 0.74),
        Treatment::BetaBlocker => (0.76 / 0.89, 0.58),
        Treatment::RateLimitingCalciumChannelBlocker
        | Treatment::MineralocorticoidAntagonist
        | Treatment::Labetalol
        | Treatment::Methyldopa => return None,
    };
    Some(Risks { atherosclerotic, heart_failure })
}

/// The risks under a treatment.
#[must_use]
pub fn under(treatment: Treatment, baseline: Risks) -> Option<Risks> {
    effect(treatment).map(|left| Risks {
        atherosclerotic: baseline.atherosclerotic * left.atherosclerotic,
        heart_failure: baseline.heart_failure * left.heart_failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The person of the paper's supplement and of the `preventr` package: 9.2 % and 8.1 %.
    fn example() -> RiskFactors {
        RiskFactors {
            sex: Sex::Female,
            age: 50.0,
            cholesterol: 200.0 * 0.02586,
            hdl: 45.0 * 0.02586,
            systolic: 160.0,
            body_mass_index: 35.0,
            egfr: 90.0,
            diabetes: true,
            smoker: false,
            treated: true,
            statin: false,
        }
    }

    #[test]
    fn the_published_example_is_reproduced() {
        let risks = baseline(&example()).unwrap();
        assert_eq!((risks.atherosclerotic * 1000.0).round(), 92.0);
        assert_eq!((risks.heart_failure * 1000.0).round(), 81.0);
    }

    #[test]
    fn the_risk_differs_by_sex() {
        let man = baseline(&RiskFactors { sex: Sex::Male, ..example() }).unwrap();
        assert_eq!((man.atherosclerotic * 1000.0).round(), 102.0);
    }

    #[test]
    fn values_outside_the_range_get_no_risk() {
        for (person, name) in [
            (RiskFactors { age: 29.0, ..example() }, "age"),
            (RiskFactors { systolic: 181.0, ..example() }, "systolic pressure"),
            (RiskFactors { egfr: f64::NAN, ..example() }, "eGFR"),
            (RiskFactors { cholesterol: 100.0, ..example() }, "cholesterol"),
        ] {
            assert_eq!(baseline(&person), Err(OutOfRange(name)));
        }
    }
}
