//! Random organisations, roles, times and calls on the built Wasm, against a small reference model: after every call
//! the books of the chain are the model's.
//!
//! A few sequences run here. `THERIAC_SEQUENCES=2000 cargo test --workspace --test model_based` runs as many as it
//! says.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod support;

use std::collections::BTreeMap;

use contract_runtime_tests::{sscc, Party, World};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use support::chain::{
    ensure_all, ensure_batch, ensure_logistic_unit, ensure_shipment, ensure_units, ensure_verdict,
    is_for_batches, send,
};
use support::event::{emitted, Event};
use support::message::{opening, sequence, Call, Message, Step, BATCHES, SSCCS};
use support::model::Model;

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model_based.proptest-regressions");
/// How many calls a sequence has.
const LENGTH: usize = 120;

/// Sends a call, and says whether the model and the chain agreed that it is allowed.
fn send_to_both(world: &mut World, model: &mut Model, call: &Call) {
    let accepted = send(world, &model.catalogue, call);
    if let Message::Pass(time) = call.message {
        model.now += time;
    } else if is_for_batches(&call.message) {
        let expected = model.expect(call);
        assert_eq!(emitted(world), expected, "{call:?}");
        assert_eq!(accepted, expected.is_some(), "{call:?}");
        if let Some(event) = expected {
            model.state.apply(&event, model.now);
        }
    } else {
        assert_eq!(accepted, model.administer(&call.message), "{call:?}");
    }
}

/// Compares what a call at this place of the sequence could have touched, and by turns the rest.
fn ensure_agree(world: &mut World, model: &Model, turn: usize) {
    for batch in 0..BATCHES {
        ensure_batch(world, &model.state, model.catalogue.id(batch));
    }
    let number = turn as u64;
    ensure_shipment(world, &model.state, number % (model.state.shipped + 1));
    ensure_logistic_unit(world, &model.state, sscc(number % SSCCS));
    let batch = turn % BATCHES;
    ensure_units(world, &model.catalogue, &model.state, batch);
    let serial = number % model.catalogue.serials(batch);
    let proof_of = if turn % 16 == 9 { (serial + 1) % model.catalogue.serials(batch) } else { serial };
    let holder = if turn.is_multiple_of(2) { None } else { Some(Party::ALL[turn / 2 % Party::ALL.len()]) };
    let reasons = model.reasons(batch, serial, proof_of == serial, holder);
    ensure_verdict(world, &model.catalogue, &model.state, (batch, serial, proof_of), holder, &reasons);
}

fn run(left_out: u16, steps: &[Step]) {
    let mut world = World::new();
    let mut model = Model::new();
    for call in opening(&model.catalogue, left_out) {
        send_to_both(&mut world, &mut model, &call);
    }
    for (turn, step) in steps.iter().enumerate() {
        let call = step.call(&model.state, &model.catalogue, model.now);
        send_to_both(&mut world, &mut model, &call);
        ensure_agree(&mut world, &model, turn);
    }
    ensure_all(&mut world, &model.catalogue, &model.state);
}

/// What the model alone makes of a sequence.
fn expected_events(left_out: u16, steps: &[Step]) -> Vec<Event> {
    let mut model = Model::new();
    let mut events = Vec::new();
    let mut take = |model: &mut Model, call: &Call| {
        if let Message::Pass(time) = call.message {
            model.now += time;
        } else if !is_for_batches(&call.message) {
            model.administer(&call.message);
        } else if let Some(event) = model.expect(call) {
            model.state.apply(&event, model.now);
            events.push(event);
        }
    };
    for call in opening(&model.catalogue, left_out) {
        take(&mut model, &call);
    }
    for step in steps {
        let call = step.call(&model.state, &model.catalogue, model.now);
        take(&mut model, &call);
    }
    events
}

/// The name of an event, with the code of an alarm.
fn kind(event: &Event) -> String {
    match event {
        Event::AlarmRaised(alarm) => format!("AlarmRaised {:?}", alarm.code),
        other => format!("{other:?}").split('(').next().unwrap().to_owned(),
    }
}

#[test]
fn random_sequences_come_to_every_event_and_alarm() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..200 {
        let (left_out, steps) = sequence(LENGTH).new_tree(&mut runner).unwrap().current();
        for event in expected_events(left_out, &steps) {
            *seen.entry(kind(&event)).or_default() += 1;
        }
    }
    // 20 events, one of which tells of four alarms.
    assert_eq!(seen.len(), 23, "{seen:#?}");
    assert!(seen.values().sum::<usize>() > 200 * LENGTH / 4, "{seen:#?}");
}

proptest! {
    #![proptest_config(support::sequences(4, SEEDS))]

    #[test]
    fn every_call_does_what_the_reference_model_says((left_out, steps) in sequence(LENGTH)) {
        run(left_out, &steps);
    }
}
