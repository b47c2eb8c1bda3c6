//! Random organisations, roles, times and calls on the built Wasm, against the reference model: each call has the result and
//! the events that the model says, and the books and verdicts are its own.
//!
//! Twenty sequences run here; the rules alone are compared with thousands (`units/tests/rules`). `THERIAC_SEQUENCES=2000 cargo
//! test --workspace --test contracts model_based` runs as many as it says.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use contract_runtime_tests::Wasm;
use proptest::prelude::*;
use testing::sequence::{config, sequences, Catalogue, Sequence};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/model_based.proptest-regressions");
/// How many calls a sequence has.
const LENGTH: usize = 100;
/// After how many calls all books and verdicts are compared, and the promise is held: at the end here, more often on the
/// rules alone.
const OFTEN: usize = 100;

proptest! {
    #![proptest_config(config(10, 1, SEEDS))]

    #[test]
    fn every_call_does_what_the_reference_model_says(sequence in sequences(LENGTH)) {
        held(&sequence);
    }
}

proptest! {
    #![proptest_config(config(10, 2, SEEDS))]

    /// The same on another core.
    #[test]
    fn every_call_of_as_many_more_sequences_does(sequence in sequences(LENGTH)) {
        held(&sequence);
    }
}

fn held(sequence: &Sequence) {
    println!("{:?}", sequence.play(&Catalogue::default(), &mut Wasm::new(), OFTEN));
}
