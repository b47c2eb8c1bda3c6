//! From facts to options.

use serde::Serialize;

use super::fact::{Fact, Facts, State};
use super::risk::{under, Risks};
use super::rules::{rules_of, Effect, Treatment};

/// The standing of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Every contraindication is known to be absent.
    Possible,
    /// A fact that could rule it out is unknown.
    NeedsCheck,
    /// A contraindication is present: the option is not shown.
    Excluded,
}

/// The standing of an option for a patient. Unknown facts count against it.
#[must_use]
pub fn standing(treatment: Treatment, facts: &Facts) -> Standing {
    let of_rule = |effect: Effect, state: State| match (effect, state) {
        (Effect::Contraindicates, State::Present) => Standing::Excluded,
        (Effect::Contraindicates | Effect::NeedsCheck, State::Unknown)
        | (Effect::NeedsCheck, State::Present) => Standing::NeedsCheck,
        _ => Standing::Possible,
    };
    rules_of(treatment)
        .map(|rule| of_rule(rule.effect, facts.get(rule.fact)))
        .max()
        .unwrap_or(Standing::Excluded)
}

/// A reason for an option's standing: a rule that applies, or may apply, to the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The effect of the fact on the option.
    pub effect: Effect,
    /// The fact.
    pub fact: Fact,
    /// The fact in words.
    pub text: &'static str,
    /// Present or unknown.
    pub state: State,
    /// The source of the rule.
    pub source: &'static str,
}

/// The modelled ten-year risks under an option, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Modelled {
    /// Of a first atherosclerotic event.
    pub atherosclerotic: f64,
    /// Of heart failure.
    pub heart_failure: f64,
    /// Their sum, by which options are ranked: expected first events of both kinds; one person may have both.
    pub events: f64,
}

impl From<Risks> for Modelled {
    fn from(Risks { atherosclerotic, heart_failure }: Risks) -> Self {
        Self { atherosclerotic, heart_failure, events: atherosclerotic + heart_failure }
    }
}

/// An option that is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// The option.
    pub treatment: Treatment,
    /// Its name for people.
    pub name: &'static str,
    /// The risks under it, if they can be modelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modelled: Option<Modelled>,
    /// The reasons for its standing: facts that favour it, cautions, and facts to find out first.
    pub reasons: Vec<Reason>,
}

/// A fact that ruled out options. The options are not named: a contraindicated option is never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuledOut {
    /// The fact.
    pub fact: Fact,
    /// The fact in words.
    pub text: &'static str,
    /// The number of options that it ruled out.
    pub options: usize,
}

/// The options for a patient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// Options without a contraindication, the lowest modelled risk first; those without a model come last.
    pub possible: Vec<Choice>,
    /// Options that are not recommended until the named facts are known.
    pub needs_check: Vec<Choice>,
    /// The facts that ruled out the others.
    pub ruled_out: Vec<RuledOut>,
    /// The risks without a new treatment; `None` if they cannot be modelled, and options are then ordered by the facts
    /// that favour them and by their cautions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Modelled>,
}

/// The options for a patient with these facts and, if it is known, this risk.
#[must_use]
pub fn recommend(facts: &Facts, baseline: Option<Risks>) -> Recommendation {
    let shown = |wanted: Standing| {
        let mut choices: Vec<Choice> = Treatment::ALL
            .into_iter()
            .filter(|treatment| standing(*treatment, facts) == wanted)
            .map(|treatment| choice(treatment, facts, baseline))
            .collect();
        // Stable: equal options stay in the order of the guideline.
        choices
            .sort_by(|one, other| rank(one).partial_cmp(&rank(other)).unwrap_or(core::cmp::Ordering::Equal));
        choices
    };
    Recommendation {
        possible: shown(Standing::Possible),
        needs_check: shown(Standing::NeedsCheck),
        ruled_out: ruled_out(facts),
        baseline: baseline.map(Modelled::from),
    }
}

fn choice(treatment: Treatment, facts: &Facts, baseline: Option<Risks>) -> Choice {
    let reasons = rules_of(treatment).filter_map(|rule| {
        let state = facts.get(rule.fact);
        // An unknown fact that would favour an option does not matter.
        let matters = state == State::Present || (state == State::Unknown && rule.effect != Effect::Favours);
        matters.then(|| Reason {
            effect: rule.effect,
            fact: rule.fact,
            text: rule.fact.text(),
            state,
            source: rule.source,
        })
    });
    Choice {
        treatment,
        name: treatment.text(),
        modelled: baseline.and_then(|baseline| under(treatment, baseline)).map(Modelled::from),
        reasons: reasons.collect(),
    }
}

/// The sort key of options, the smallest first: the modelled risk; without one, more favouring facts and fewer
/// cautions.
fn rank(choice: &Choice) -> (f64, usize, usize) {
    let count = |effect: Effect| {
        choice
            .reasons
            .iter()
            .filter(|reason| reason.effect == effect && reason.state == State::Present)
            .count()
    };
    let favours = usize::MAX.saturating_sub(count(Effect::Favours));
    (choice.modelled.map_or(f64::INFINITY, |modelled| modelled.events), favours, count(Effect::Cautions))
}

fn ruled_out(facts: &Facts) -> Vec<RuledOut> {
    let count = |fact: Fact| {
        let rules = Treatment::ALL.into_iter().flat_map(rules_of);
        rules.filter(|rule| rule.fact == fact && rule.effect == Effect::Contraindicates).count()
    };
    Fact::ALL
        .into_iter()
        .filter(|fact| facts.get(*fact) == State::Present)
        .map(|fact| RuledOut { fact, text: fact.text(), options: count(fact) })
        .filter(|ruled_out| ruled_out.options > 0)
        .collect()
}
