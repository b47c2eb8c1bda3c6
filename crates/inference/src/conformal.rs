//! The certainty of a result: prediction sets and intervals by split conformal prediction, or no decision.
//!
//! Source: Angelopoulos and Bates, A Gentle Introduction to Conformal Prediction, 2021, sections 1, 2 and 4.2. The set
//! or interval contains the truth in the stated share of cases, as long as cases are like those of the calibration. A
//! set does so both among cases whose truth is yes and among those whose truth is no (Vovk, Conditional validity of
//! inductive conformal predictors, 2012): with one quantile for both, a model of a rare outcome could miss every yes
//! and still reach the stated share.

use crate::fixed::FixedPoint;
use crate::manifest::{Conformal, Manifest};

/// The statement of a result at the confidence of its calibration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Certainty {
    /// Only yes is in the set.
    Yes,
    /// Only no is in the set.
    No,
    /// No decision.
    Abstain(Reason),
    /// The interval, cut to the output's range, in the output's unit.
    Interval {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
}

/// Why there is no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Yes and no are both in the set.
    #[error("the model cannot decide between yes and no here; decide by other means")]
    Ambiguous,
    /// Neither yes nor no is in the set.
    #[error("the case is unlike those of the model's calibration; decide by other means")]
    Unfamiliar,
}

/// The certainty of an output, as on the chain; `None` if the manifest has no calibration for it, or the prediction is
/// another model's.
#[must_use]
pub fn certainty(manifest: &Manifest, values: &[FixedPoint], output: &str) -> Option<Certainty> {
    let calibration = manifest.conformal.iter().find(|entry| entry.output() == output)?;
    let (place, output) = manifest.output(output)?;
    let value = number(*values.get(place)?)?;
    Some(judge(calibration, value, output.range))
}

fn judge(calibration: &Conformal, value: f64, [least, most]: [f64; 2]) -> Certainty {
    match calibration {
        Conformal::Probability { quantile_yes, quantile_no, .. } => {
            match (1.0 - value <= *quantile_yes, value <= *quantile_no) {
                (true, false) => Certainty::Yes,
                (false, true) => Certainty::No,
                (true, true) => Certainty::Abstain(Reason::Ambiguous),
                (false, false) => Certainty::Abstain(Reason::Unfamiliar),
            }
        }
        Conformal::Residual { quantile, .. } => {
            Certainty::Interval { low: (value - quantile).max(least), high: (value + quantile).min(most) }
        }
    }
}

/// The fixed-point value, not the graph's, so that every operator decides the same.
fn number(fixed: FixedPoint) -> Option<f64> {
    fixed.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::with_conformal;
    use serde_json::{json, Value};

    fn judged(entry: Value, value: i128) -> Option<Certainty> {
        let manifest = with_conformal(json!([entry])).unwrap();
        certainty(&manifest, &[FixedPoint { value, decimals: 4 }], "risk")
    }

    fn set(quantile_yes: f64, quantile_no: f64) -> Value {
        json!({
            "output": "risk", "confidence": 0.9, "score": "probability",
            "quantile_yes": quantile_yes, "quantile_no": quantile_no,
        })
    }

    fn interval() -> Value {
        json!({"output": "risk", "confidence": 0.9, "score": "residual", "quantile": 0.25})
    }

    #[test]
    fn a_clear_risk_is_decided_and_an_unclear_one_is_not() {
        assert_eq!(judged(set(0.75, 0.75), 9000), Some(Certainty::Yes));
        assert_eq!(judged(set(0.75, 0.75), 1000), Some(Certainty::No));
        assert_eq!(judged(set(0.75, 0.75), 5000), Some(Certainty::Abstain(Reason::Ambiguous)));
        assert_eq!(judged(set(0.25, 0.25), 5000), Some(Certainty::Abstain(Reason::Unfamiliar)));
    }

    #[test]
    fn each_answer_has_a_limit_of_its_own() {
        // A rare outcome: a risk of 0.06 is high for it, and one of 0.03 is not.
        assert_eq!(judged(set(0.95, 0.055), 600), Some(Certainty::Yes));
        assert_eq!(judged(set(0.95, 0.055), 550), Some(Certainty::Abstain(Reason::Ambiguous)));
        assert_eq!(judged(set(0.95, 0.055), 499), Some(Certainty::No));
    }

    #[test]
    fn an_interval_stays_in_the_output_s_range() {
        assert_eq!(judged(interval(), 5000), Some(Certainty::Interval { low: 0.25, high: 0.75 }));
        assert_eq!(judged(interval(), 0), Some(Certainty::Interval { low: 0.0, high: 0.25 }));
        assert_eq!(judged(interval(), 10_000), Some(Certainty::Interval { low: 0.75, high: 1.0 }));
    }

    #[test]
    fn without_a_calibration_there_is_no_certainty() {
        let manifest = with_conformal(json!([])).unwrap();
        let values = [FixedPoint { value: 9000, decimals: 4 }];
        assert_eq!(certainty(&manifest, &values, "risk"), None);
        assert_eq!(certainty(&manifest, &values, "other"), None);
    }
}
