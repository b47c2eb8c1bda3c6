//! No contraindicated option is ever shown: every combination of the facts that an option's rules name, every fact
//! and every pair of facts through the whole answer, and random patients.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::HashSet;

use clinical::treatment::risk::Risks;
use clinical::treatment::{
    recommend, rules_of, standing, Effect, Fact, Facts, Recommendation, Standing, State, Treatment, RULES,
};
use proptest::prelude::*;

const STATES: [State; 3] = [State::Absent, State::Present, State::Unknown];
const RISK: Risks = Risks { atherosclerotic: 0.1, heart_failure: 0.05 };

/// The facts that can rule out an option or make it need a check.
fn deciding(treatment: Treatment) -> Vec<(Fact, Effect)> {
    let decides = |effect: Effect| matches!(effect, Effect::Contraindicates | Effect::NeedsCheck);
    rules_of(treatment).filter(|rule| decides(rule.effect)).map(|rule| (rule.fact, rule.effect)).collect()
}

/// The standing that an option must have, from the table alone.
fn expected(states: &[(Effect, State)]) -> Standing {
    if states.contains(&(Effect::Contraindicates, State::Present)) {
        return Standing::Excluded;
    }
    if states.iter().all(|(_, state)| *state == State::Absent) {
        return Standing::Possible;
    }
    Standing::NeedsCheck
}

#[test]
fn every_combination_of_the_facts_of_an_option_has_its_standing() {
    let mut combinations = 0_u64;
    for treatment in Treatment::ALL {
        let facts = deciding(treatment);
        let count = 3_usize.pow(u32::try_from(facts.len()).unwrap());
        let mut patient = Facts::all(State::Absent);
        let mut states = vec![(Effect::Favours, State::Absent); facts.len()];
        for combination in 0..count {
            let mut rest = combination;
            for ((fact, effect), slot) in facts.iter().zip(&mut states) {
                let state = STATES[rest % 3];
                rest /= 3;
                patient.set(*fact, state);
                *slot = (*effect, state);
            }
            assert_eq!(standing(treatment, &patient), expected(&states), "{treatment:?} {states:?}");
            combinations += 1;
        }
    }
    // Grows with the table: a rule that is not covered would show here.
    let swept: u64 =
        Treatment::ALL.iter().map(|one| 3_u64.pow(u32::try_from(deciding(*one).len()).unwrap())).sum();
    assert_eq!(combinations, swept);
}

/// The properties of every answer.
fn assert_safe(facts: &Facts, answer: &Recommendation) {
    let contraindicated = |treatment: Treatment, state: State| {
        RULES.iter().any(|rule| {
            rule.treatment == treatment
                && rule.effect == Effect::Contraindicates
                && facts.get(rule.fact) == state
        })
    };
    for choice in answer.possible.iter().chain(&answer.needs_check) {
        assert!(!contraindicated(choice.treatment, State::Present), "{:?} is shown", choice.treatment);
    }
    for choice in &answer.possible {
        assert!(!contraindicated(choice.treatment, State::Unknown), "{:?} is recommended", choice.treatment);
    }
    for choice in &answer.needs_check {
        let is_open = |effect: Effect| matches!(effect, Effect::Contraindicates | Effect::NeedsCheck);
        assert!(
            choice.reasons.iter().any(|reason| is_open(reason.effect)),
            "{:?} has no question",
            choice.treatment
        );
    }
    let modelled: Vec<f64> = answer
        .possible
        .iter()
        .map(|choice| choice.modelled.map_or(f64::INFINITY, |risk| risk.events))
        .collect();
    assert!(modelled.is_sorted(), "{modelled:?}");
    let shown: HashSet<Treatment> =
        answer.possible.iter().chain(&answer.needs_check).map(|choice| choice.treatment).collect();
    assert_eq!(shown.len(), answer.possible.len() + answer.needs_check.len(), "an option is shown twice");
    for treatment in Treatment::ALL {
        assert!(
            shown.contains(&treatment) || contraindicated(treatment, State::Present),
            "{treatment:?} is lost"
        );
    }
}

#[test]
fn every_fact_and_every_pair_of_facts_is_safe_in_every_state() {
    for background in STATES {
        for (fact, state) in Fact::ALL.iter().flat_map(|fact| STATES.map(|state| (*fact, state))) {
            let mut facts = Facts::all(background);
            facts.set(fact, state);
            assert_safe(&facts, &recommend(&facts, Some(RISK)));
        }
    }
    for (index, one) in Fact::ALL.into_iter().enumerate() {
        for other in Fact::ALL.into_iter().skip(index + 1) {
            for (first, second) in STATES.iter().flat_map(|first| STATES.map(|second| (*first, second))) {
                let mut facts = Facts::all(State::Absent);
                facts.set(one, first);
                facts.set(other, second);
                assert_safe(&facts, &recommend(&facts, None));
            }
        }
    }
}

#[test]
fn every_contraindication_alone_rules_out_its_option() {
    let contraindications = RULES.iter().filter(|rule| rule.effect == Effect::Contraindicates);
    for rule in contraindications {
        let mut facts = Facts::all(State::Absent);
        facts.set(rule.fact, State::Present);
        assert_eq!(standing(rule.treatment, &facts), Standing::Excluded, "{rule:?}");
        facts.set(rule.fact, State::Unknown);
        assert_eq!(standing(rule.treatment, &facts), Standing::NeedsCheck, "{rule:?}");
    }
}

#[test]
fn the_table_has_the_well_known_contraindications() {
    use Fact::*;
    use Treatment::*;
    let never: &[(Fact, &[Treatment])] = &[
        (
            Pregnant,
            &[
                AceInhibitor,
                AngiotensinReceptorBlocker,
                Dihydropyridine,
                ThiazideLikeDiuretic,
                BetaBlocker,
                RateLimitingCalciumChannelBlocker,
                MineralocorticoidAntagonist,
            ],
        ),
        (AngioOedema, &[AceInhibitor]),
        (Asthma, &[BetaBlocker, Labetalol]),
        (AvBlock, &[BetaBlocker, Labetalol, RateLimitingCalciumChannelBlocker]),
        (HeartFailure, &[RateLimitingCalciumChannelBlocker]),
        (PotassiumAbove5, &[AceInhibitor, AngiotensinReceptorBlocker, MineralocorticoidAntagonist]),
        (EgfrBelow30, &[ThiazideLikeDiuretic, MineralocorticoidAntagonist]),
        (Gout, &[ThiazideLikeDiuretic]),
        (TakesAngiotensinBlocker, &[AceInhibitor, AngiotensinReceptorBlocker]),
        (TakesBetaBlocker, &[BetaBlocker, Labetalol, RateLimitingCalciumChannelBlocker]),
        (
            TakesLithium,
            &[AceInhibitor, AngiotensinReceptorBlocker, ThiazideLikeDiuretic, MineralocorticoidAntagonist],
        ),
        (AllergicToSulfonamides, &[ThiazideLikeDiuretic]),
        (Depression, &[Methyldopa]),
    ];
    for (fact, treatments) in never {
        let mut facts = Facts::all(State::Absent);
        facts.set(*fact, State::Present);
        for treatment in *treatments {
            assert_eq!(standing(*treatment, &facts), Standing::Excluded, "{treatment:?} with {fact:?}");
        }
    }
}

#[test]
fn a_rule_is_written_once_and_names_its_source() {
    let mut seen = HashSet::new();
    for rule in RULES {
        assert!(!rule.source.is_empty());
        let clashes = matches!(rule.effect, Effect::Contraindicates | Effect::NeedsCheck | Effect::Cautions);
        assert!(!clashes || seen.insert((rule.treatment, rule.fact)), "{rule:?} is written twice");
    }
    for treatment in Treatment::ALL {
        assert!(deciding(treatment).len() >= 6, "{treatment:?}");
    }
}

#[test]
fn a_patient_without_known_facts_gets_no_recommendation() {
    let answer = recommend(&Facts::all(State::Unknown), None);
    assert!(answer.possible.is_empty());
    assert_eq!(answer.needs_check.len(), Treatment::ALL.len());
}

#[test]
fn options_are_ranked_by_the_risk_that_the_model_leaves() {
    let order = |risk: Risks| -> Vec<Treatment> {
        let answer = recommend(&Facts::all(State::Absent), Some(risk));
        answer.possible.iter().map(|choice| choice.treatment).take(5).collect()
    };
    use Treatment::*;
    let usual = order(RISK);
    assert_eq!(usual[0], ThiazideLikeDiuretic);
    assert_eq!(usual[1], AceInhibitor);
    // With a low risk of heart failure the order of the others is reversed.
    let arterial = order(Risks { atherosclerotic: 0.2, heart_failure: 0.001 });
    let failing = order(Risks { atherosclerotic: 0.02, heart_failure: 0.2 });
    assert_eq!(
        arterial,
        [ThiazideLikeDiuretic, AceInhibitor, Dihydropyridine, AngiotensinReceptorBlocker, BetaBlocker]
    );
    assert_eq!(
        failing,
        [ThiazideLikeDiuretic, AceInhibitor, BetaBlocker, AngiotensinReceptorBlocker, Dihydropyridine]
    );
}

#[test]
fn without_a_model_favoured_options_come_first() {
    let mut facts = Facts::all(State::Absent);
    facts.set(Fact::Pregnant, State::Present);
    let answer = recommend(&facts, None);
    let shown: Vec<Treatment> = answer.possible.iter().map(|choice| choice.treatment).collect();
    assert_eq!(shown, [Treatment::Labetalol, Treatment::Methyldopa]);
    assert_eq!(answer.possible[0].reasons[0].effect, Effect::Favours);
    assert_eq!(answer.ruled_out.len(), 1);
    assert_eq!((answer.ruled_out[0].fact, answer.ruled_out[0].options), (Fact::Pregnant, 7));
}

fn patients() -> impl Strategy<Value = Facts> {
    let state = prop_oneof![4 => Just(State::Absent), 1 => Just(State::Present), 1 => Just(State::Unknown)];
    prop::collection::vec(state, Fact::ALL.len()).prop_map(|states| {
        let mut facts = Facts::all(State::Unknown);
        Fact::ALL.into_iter().zip(states).for_each(|(fact, state)| facts.set(fact, state));
        facts
    })
}

proptest! {
    #[test]
    fn every_answer_is_safe(facts in patients(), modelled in any::<bool>()) {
        assert_safe(&facts, &recommend(&facts, modelled.then_some(RISK)));
    }

    #[test]
    fn less_knowledge_never_improves_an_option(facts in patients(), at in 0..Fact::ALL.len()) {
        let mut less = facts;
        less.set(Fact::ALL[at], State::Unknown);
        for treatment in Treatment::ALL {
            let (before, after) = (standing(treatment, &facts), standing(treatment, &less));
            let was_present = facts.get(Fact::ALL[at]) == State::Present;
            prop_assert!(after >= before || was_present);
            prop_assert!(after != Standing::Possible || before == Standing::Possible);
        }
    }
}

/// The table of the document: facts, effects and sources.
fn card_rows() -> String {
    let effect = |effect: Effect| match effect {
        Effect::Contraindicates => "contraindicates",
        Effect::NeedsCheck => "needs a check",
        Effect::Cautions => "cautions",
        Effect::Favours => "favours",
    };
    let row = |rule: &clinical::treatment::Rule| {
        format!(
            "| {} | {} | {} | {} |\n",
            rule.treatment.text(),
            rule.fact.text(),
            effect(rule.effect),
            rule.source
        )
    };
    RULES.iter().map(row).collect()
}

#[test]
fn the_document_lists_every_rule_and_no_other() {
    let card = std::fs::read_to_string("../../docs/clinical.md").unwrap();
    let rows = card_rows();
    assert!(card.contains(&rows), "docs/clinical.md should have these rows:\n{rows}");
    let listed = card.lines().filter(|line| line.contains(" | contraindicates | ")).count();
    assert_eq!(listed, RULES.iter().filter(|rule| rule.effect == Effect::Contraindicates).count());
}
