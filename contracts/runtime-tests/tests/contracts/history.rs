//! A batch's history from events alone: whoever listened to all of them knows what the contracts store.
//!
//! A few random sequences run here on the built contracts, more on the rules alone. `THERIAC_SEQUENCES=500 cargo test
//! --workspace --test contracts history` runs more of both.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod listener;

use contract_runtime_tests::Wasm;
use listener::Listener;
use primitives::units::{Error, Scan, UnitOutcome, Verdict};
use primitives::{AccountId, Timestamp};
use proptest::prelude::*;
use testing::backend::{AnyError, Backend, Books, Done, Scope};
use testing::cast::Contracts;
use testing::message::Message;
use testing::native::Native;
use testing::organisations::Administration;
use testing::sequence::{config, sequences, Catalogue};

const ON_CHAIN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/history/on_chain.proptest-regressions");
const NATIVELY: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/history/natively.proptest-regressions");
const LENGTH: usize = 150;
const OFTEN: usize = 50;

/// A backend, and somebody who hears its events and nothing else.
struct Overheard<B> {
    backend: B,
    listener: Listener,
}

impl<B: Backend> Backend for Overheard<B> {
    fn contracts(&self) -> Contracts {
        self.backend.contracts()
    }

    fn administer(&mut self, change: &Administration) {
        self.backend.administer(change);
    }

    fn send(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<Done, AnyError> {
        let done = self.backend.send(who, now, message)?;
        done.events.iter().for_each(|event| self.listener.hear(event, now));
        Ok(done)
    }

    fn would(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<UnitOutcome, Error> {
        self.backend.would(who, now, message)
    }

    fn stored(&mut self, scope: &Scope) -> Books {
        let stored = self.backend.stored(scope);
        assert_eq!(self.listener.books(scope), stored, "what events said is what is stored");
        stored
    }

    fn verdict(&mut self, now: Timestamp, scan: &Scan) -> Verdict {
        self.backend.verdict(now, scan)
    }
}

fn overhear<B>(backend: B) -> Overheard<B> {
    Overheard { backend, listener: Listener::default() }
}

proptest! {
    #![proptest_config(config(3, 1, ON_CHAIN))]

    #[test]
    fn what_events_say_is_what_is_stored_on_chain(sequence in sequences(LENGTH)) {
        let _ = sequence.play(&Catalogue::default(), &mut overhear(Wasm::new()), OFTEN);
    }
}

proptest! {
    #![proptest_config(config(50, 1, NATIVELY))]

    #[test]
    fn what_events_say_is_what_the_rules_store(sequence in sequences(LENGTH)) {
        let catalogue = Catalogue::default();
        let native = Native::new(catalogue.scope(0));
        let _ = sequence.play(&catalogue, &mut overhear(native), OFTEN);
    }
}
