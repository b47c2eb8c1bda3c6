//! A batch's history from events alone: who listened to all of them knows what the contract stores.
//!
//! A few random sequences run here. `THERIAC_SEQUENCES=500 cargo test --workspace --test history` runs more.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, dead_code, missing_docs)]

mod support;

use contract_runtime_tests::{World, NOW};
use proptest::prelude::*;
use support::chain::{ensure_all, is_for_batches, send};
use support::event::emitted;
use support::message::{opening, sequence, Call, Catalogue};
use support::state::State;

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/history.proptest-regressions");

proptest! {
    #![proptest_config(support::sequences(6, SEEDS))]

    #[test]
    fn what_events_say_is_what_is_stored((left_out, steps) in sequence(150)) {
        let (mut world, catalogue) = (World::new(), Catalogue::new());
        let mut listener = State::default();
        let mut hear = |listener: &mut State, call: &Call| {
            let now = world.now();
            send(&mut world, &catalogue, call);
            if is_for_batches(&call.message) {
                if let Some(event) = emitted(&world) {
                    listener.apply(&event, now);
                }
            }
            world.now()
        };
        let mut now = NOW;
        for call in opening(&catalogue, left_out) {
            now = hear(&mut listener, &call);
        }
        for step in steps {
            let call = step.call(&listener, &catalogue, now);
            now = hear(&mut listener, &call);
        }
        ensure_all(&mut world, &catalogue, &listener);
    }
}
