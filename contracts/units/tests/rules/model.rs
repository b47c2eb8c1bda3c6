//! Random sequences of calls on the rules, against the reference model, which follows each pack.
//!
//! After every tenth call and at the end of each sequence, the books of all batches are those of the model, their places add
//! up to what was registered, all verdicts are the model's, and the promise is held that a pack is valid if and only if it
//! can be dispensed. `THERIAC_SEQUENCES=50000 cargo test --test rules model` plays as many sequences as it says.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use primitives::batches::{Error as BatchError, QuarantineError};
use primitives::products::Error as ProductError;
use primitives::units::{Error, Reasons, Scan, UnitOutcome, Verdict};
use primitives::{AccountId, Timestamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use testing::backend::{AnyError, Backend, Books, Done, Scope};
use testing::cast::Contracts;
use testing::message::Message;
use testing::native::Native;
use testing::organisations::Administration;
use testing::sequence::{config, sequences, tally, Catalogue, Promise, Sequence};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/model.proptest-regressions");
/// How many calls a sequence has, after those of its opening.
const LENGTH: usize = 100;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::default);

/// What was asked of the promise in all sequences so far.
static PROMISE: Mutex<Promise> = Mutex::new(Promise { asked: 0, valid: 0, elsewhere: 0 });

proptest! {
    #![proptest_config(config(5_000, 1, SEEDS))]

    #[test]
    fn every_call_does_what_the_reference_model_says(sequence in sequences(LENGTH)) {
        held(&sequence);
    }
}

proptest! {
    #![proptest_config(config(5_000, 2, SEEDS))]

    /// The same on another core.
    #[test]
    fn every_call_of_as_many_more_sequences_does(sequence in sequences(LENGTH)) {
        held(&sequence);
    }
}

fn held(sequence: &Sequence) {
    Native::with(CATALOGUE.scope(0), |rules| {
        let held = sequence.play(&CATALOGUE, rules, 10);
        let mut promise = PROMISE.lock().unwrap_or_else(PoisonError::into_inner);
        promise.add(held);
        let Promise { asked, valid, elsewhere } = *promise;
        if asked / 250_000 > (asked - held.asked) / 250_000 {
            // `eprintln` would be captured of a test that passes. It is to be read in CI.
            let line = format!(
                "{asked} packs at pharmacies, {valid} of them valid, {elsewhere} where another pack of the batch is\n"
            );
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
    });
}

/// The rules, with one thing wrong.
struct Faulty<'a> {
    rules: &'a mut Native,
    fault: Fault,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Refuses for another reason.
    Error,
    /// Emits nothing.
    Events,
    /// Knows no shipment.
    Books,
    /// Finds every pack valid.
    Verdict,
}

impl Backend for Faulty<'_> {
    fn contracts(&self) -> Contracts {
        self.rules.contracts()
    }

    fn administer(&mut self, change: &Administration) {
        self.rules.administer(change);
    }

    fn send(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<Done, AnyError> {
        match (self.fault, self.rules.send(who, now, message)) {
            (Fault::Error, Err(_)) => Err(AnyError::Batches(BatchError::BalanceBroken)),
            (Fault::Events, Ok(done)) => Ok(Done { events: Vec::new(), ..done }),
            (_, result) => result,
        }
    }

    fn would(&mut self, who: AccountId, now: Timestamp, message: &Message) -> Result<UnitOutcome, Error> {
        self.rules.would(who, now, message)
    }

    fn stored(&mut self, scope: &Scope) -> Books {
        let mut books = self.rules.stored(scope);
        if let Fault::Books = self.fault {
            books.shipments.clear();
        }
        books
    }

    fn verdict(&mut self, now: Timestamp, scan: &Scan) -> Verdict {
        match self.fault {
            Fault::Verdict => Verdict::new(Reasons::default(), scan.site.is_some(), now),
            _ => self.rules.verdict(now, scan),
        }
    }
}

#[test]
fn a_fault_in_an_error_an_event_a_book_or_a_verdict_is_noticed() {
    for fault in [Fault::Error, Fault::Events, Fault::Books, Fault::Verdict] {
        let noticed = some_sequences(3).any(|sequence| {
            let play = || {
                Native::with(CATALOGUE.scope(0), |rules| {
                    sequence.play(&CATALOGUE, &mut Faulty { rules, fault }, 10);
                });
            };
            std::panic::catch_unwind(play).is_err()
        });
        assert!(noticed, "{fault:?}");
    }
}

/// The same sequences in every run.
fn some_sequences(count: usize) -> impl Iterator<Item = Sequence> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(move |_| sequences(LENGTH).new_tree(&mut runner).unwrap().current())
}

const CONTRACTS: Contracts = Contracts {
    products: AccountId([0x9D; 32]),
    batches: AccountId([0xBA; 32]),
    units: AccountId([0x0E; 32]),
};

/// What no sequence comes to: a contract that gives no answer, what no message can bring about, sixteen recalls of one
/// batch or product, what `products` says in its own words, and delegates of company prefixes. Trails of evidence have a
/// property of their own.
const NOT_REACHED: [AnyError; 17] = [
    AnyError::Batches(BatchError::AccessUnavailable),
    AnyError::Batches(BatchError::BatchExists),
    AnyError::Batches(BatchError::AlreadyReleased),
    AnyError::Batches(BatchError::SerialsNotRegistered),
    AnyError::Batches(BatchError::BalanceBroken),
    AnyError::Batches(BatchError::TooManyRecalls),
    AnyError::Batches(BatchError::NotSuspect),
    AnyError::Batches(BatchError::TrailBroken),
    AnyError::Batches(BatchError::NotProductRegister),
    AnyError::Units(Error::AccessUnavailable),
    AnyError::Units(Error::BatchesUnavailable),
    AnyError::Products(ProductError::AccessUnavailable),
    AnyError::Products(ProductError::BatchesUnavailable),
    AnyError::Products(ProductError::PrefixOfAnother),
    AnyError::Products(ProductError::InvalidPrefix),
    AnyError::Products(ProductError::TooManyRecalls),
    AnyError::Products(ProductError::GovernanceUnavailable),
];

#[test]
fn random_sequences_come_to_every_event_alarm_and_error() {
    let mut seen = BTreeMap::new();
    for sequence in some_sequences(1_000) {
        sequence.imagine(&CATALOGUE, CONTRACTS, |_, result| tally(&mut seen, result));
    }
    let (errors, others): (Vec<String>, Vec<String>) =
        seen.keys().cloned().partition(|name| name.contains('('));
    // 35 events, one of which has four codes.
    assert_eq!(others.len(), 39, "{seen:#?}");
    let of_batches = BatchError::ALL.iter().copied().map(AnyError::Batches);
    let of_units = Error::ALL.iter().copied().map(AnyError::Units);
    let of_products = ProductError::ALL.iter().copied().map(AnyError::Products);
    let of_sentinel = [QuarantineError::UnknownGoods, QuarantineError::Refused];
    let all = of_batches.chain(of_units).chain(of_products).chain(of_sentinel.map(AnyError::Quarantine));
    let missing: Vec<AnyError> = all.filter(|error| !errors.contains(&format!("{error:?}"))).collect();
    assert_eq!(missing, NOT_REACHED);
    let done: usize = others.iter().map(|name| seen[name]).sum();
    assert!(done > 1_000 * LENGTH / 3, "too few calls do something: {seen:#?}");
}
