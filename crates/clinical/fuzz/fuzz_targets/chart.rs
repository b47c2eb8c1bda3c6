//! Any bytes are a chart or a named error, and no answer shows a contraindicated option.
#![no_main]

use std::sync::LazyLock;

use clinical::text::Finder;
use clinical::treatment::{read_chart, recommend, rules_of, Effect, State};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let Ok(chart) = read_chart(bytes, at, &FINDER) else { return };
    let answer = recommend(&chart.facts, None);
    for choice in answer.possible.iter().chain(&answer.needs_check) {
        for rule in rules_of(choice.treatment).filter(|rule| rule.effect == Effect::Contraindicates) {
            assert_ne!(chart.facts.get(rule.fact), State::Present);
        }
    }
    for choice in &answer.possible {
        for rule in rules_of(choice.treatment).filter(|rule| rule.effect == Effect::Contraindicates) {
            assert_eq!(chart.facts.get(rule.fact), State::Absent);
        }
    }
});
