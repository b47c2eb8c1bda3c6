//! Bytes that nobody meant: they never change anything.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    bundle, gln, new_batch, recall, shipping, Anything, BatchInHand, Failure, Operators, Party, Receipt,
    World, CONTRACTS, NOW,
};
use primitives::access::Limits;
use primitives::batches::{QuarantineReason, QuarantineTarget, RecallScope};
use primitives::governance::{Action, Identifier};
use primitives::{ModelId, Role};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use scale::Encode;

/// A chain on which every contract has something to lose.
fn world() -> (World, BatchInHand) {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    world.attest_and_release(batch.id);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, 5);
    world.with_feed(&Operators::new(1), 0);
    (world, batch)
}

#[test]
fn a_message_without_its_arguments_changes_nothing() {
    let (mut world, _) = world();
    for name in CONTRACTS {
        for (message, selector) in &bundle(name).selectors {
            let before = world.storage_root();
            let address = world.address(name);
            for input in [vec![], selector[..3].to_vec(), [0xFF; 4].to_vec()] {
                let failed = world.call_bytes::<Anything>(Party::Administrator, address, input);
                assert!(failed.is_err(), "{name}: {message}");
            }
            assert_eq!(world.storage_root(), before, "{name}: {message}");
        }
    }
}

/// A contract, the name of one of its messages, and random arguments.
fn messages() -> impl Strategy<Value = (&'static str, String, Vec<u8>)> {
    let arguments = prop::collection::vec(any::<u8>(), 0..200);
    (prop::sample::select(&CONTRACTS[..]), any::<prop::sample::Index>(), arguments).prop_map(
        |(contract, message, arguments)| {
            let (label, _) = message.get(&bundle(contract).selectors).clone();
            (contract, label, arguments)
        },
    )
}

fn send(
    world: &mut World,
    caller: Party,
    contract: &str,
    message: &str,
    arguments: Vec<u8>,
) -> Result<Receipt<Anything>, Failure> {
    let input = [&bundle(contract).selector(message)[..], &arguments].concat();
    let address = world.address(contract);
    world.call_bytes(caller, address, input)
}

/// How many random arguments each message gets: `THERIAC_ARGUMENTS`, or a few.
fn arguments_each() -> usize {
    let set = std::env::var("THERIAC_ARGUMENTS").ok();
    set.map_or(4, |count| count.parse().expect("THERIAC_ARGUMENTS is a number"))
}

/// Bytes that decode more often than any would: small numbers, known identifiers, and noise.
fn likely_bytes(batch: &BatchInHand) -> impl Strategy<Value = Vec<u8>> {
    let pharmacy = Party::Pharmacy;
    let known = [
        batch.id.encode(),
        pharmacy.id().encode(),
        pharmacy.site().encode(),
        Some(pharmacy.site()).encode(),
        (pharmacy.site(), batch.pack(3)).encode(),
    ];
    let piece = prop_oneof![
        3 => prop::collection::vec(0_u8..4, 1..9),
        2 => prop::sample::select(known.to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..40),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Asserts that a call changed nothing about which no event tells, and nothing at all where it was refused. `before` is the
/// storage's root then.
fn ensure_told(world: &mut World, before: &[u8], sent: &Result<Receipt<Anything>, Failure>, what: &str) {
    let stopped = matches!(sent, Err(Failure::Stopped(_) | Failure::UnexpectedResult));
    assert!(!stopped, "{what}: {sent:?}");
    let told = !world.emitted().is_empty();
    let changed = world.storage_root() != before;
    assert!(told || !changed, "{what}: {sent:?}");
    let done = sent.as_ref().is_ok_and(|receipt| !receipt.reverted);
    assert!(done || !told, "{what}: {sent:?}");
}

/// Every message, by everybody: an error or a revert, never a stop that hides its cause, and never a change about which no
/// event tells.
#[test]
fn every_message_withstands_random_arguments() {
    let (mut world, batch) = world();
    let mut runner = TestRunner::deterministic();
    let arguments = likely_bytes(&batch);
    let before = world.storage_root();
    for contract in CONTRACTS {
        for (message, _) in bundle(contract).selectors.iter().filter(|(message, _)| message != "new") {
            for number in 0..arguments_each() {
                let bytes = arguments.new_tree(&mut runner).unwrap().current();
                let caller = Party::ALL[number % Party::ALL.len()];
                let what = format!("{contract} {message} {bytes:?}");
                world.rolled_back(|world| {
                    let sent = send(world, caller, contract, message, bytes);
                    ensure_told(world, &before, &sent, &what);
                });
            }
        }
    }
}

/// Messages that are right, each with who may send it: what lies beside them reaches the rules.
fn right_messages(batch: &BatchInHand) -> Vec<(Party, &'static str, &'static str, Vec<u8>)> {
    let (maker, pharmacy, admin) = (Party::Manufacturer, Party::Pharmacy, Party::Administrator);
    let (steward, own) = (pharmacy.id(), pharmacy.organisation());
    let shipping = shipping(batch.id, maker, Party::Wholesaler, 2).encode();
    let registration = (maker.site(), new_batch("NEW", 10, Some([1; 32]))).encode();
    let account = (own, Party::Stranger.id(), Limits { site: Some(pharmacy.site()), ..Limits::default() });
    let organisation = ("New".to_owned(), Identifier::Gln(gln(1_000)), Party::Stranger.id());
    let target = QuarantineTarget::Holding { batch: batch.id, site: pharmacy.site(), quantity: None };
    let quarantine = (Some(pharmacy.site()), target, QuarantineReason::Damaged);
    let here = pharmacy.site();
    let restrained = &(Some(here), here, batch.id, batch.units(&[2, 5, 6]));
    let code = primitives::blake2_256(&bundle("evidence").wasm);
    let upgrade = Action::Upgrade { contract: steward, code };
    vec![
        (pharmacy, "units", "dispense", (pharmacy.site(), batch.pack(3)).encode()),
        (pharmacy, "units", "quarantine", (restrained, false, QuarantineReason::Damaged).encode()),
        (pharmacy, "units", "condemn", (restrained, false).encode()),
        (maker, "batches", "ship", shipping),
        (maker, "products", "register_batch", registration),
        (pharmacy, "batches", "quarantine", quarantine.encode()),
        (Party::Regulator, "batches", "recall", (batch.id, recall(RecallScope::Batch, NOW)).encode()),
        (admin, "governance", "register_organisation", organisation.encode()),
        (pharmacy, "governance", "add_account", account.encode()),
        (admin, "governance", "grant_role", (own, Role::Provider, Some(NOW + 1)).encode()),
        (admin, "governance", "propose", upgrade.encode()),
        (admin, "feeds", "approve_model", (ModelId([7; 32]), [1_u8; 32], "2".to_owned(), NOW + 1).encode()),
    ]
}

#[test]
fn the_messages_that_are_changed_below_are_right() {
    let (mut world, batch) = world();
    for (caller, contract, message, arguments) in right_messages(&batch) {
        world.rolled_back(|world| {
            let sent = send(world, caller, contract, message, arguments).unwrap();
            assert!(!sent.reverted, "{message}");
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn who_has_no_role_changes_nothing_whatever_it_sends(
        (contract, message, arguments) in messages(),
    ) {
        let (mut world, _) = world();
        let before = world.storage_root();
        let _ = send(&mut world, Party::Stranger, contract, &message, arguments);
        prop_assert_eq!(world.storage_root(), before);
    }

    #[test]
    fn random_arguments_change_nothing_in_silence(
        caller in prop::sample::select(&Party::ALL[..]),
        (contract, message, arguments) in messages(),
    ) {
        let (mut world, _) = world();
        let before = world.storage_root();
        let sent = send(&mut world, caller, contract, &message, arguments);
        // Random bytes may be a sound message, such as the pause of an account by the administrator. Then it
        // succeeded and said so; all else left no trace.
        ensure_told(&mut world, &before, &sent, &message);
    }

    #[test]
    fn a_right_message_with_a_changed_byte_changes_nothing_in_silence(
        number in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        change in 1_u8..,
    ) {
        let (mut world, batch) = world();
        let messages = right_messages(&batch);
        let (caller, contract, message, mut arguments) = messages[number.index(messages.len())].clone();
        let place = place.index(arguments.len());
        arguments[place] ^= change;
        let before = world.storage_root();
        let sent = send(&mut world, caller, contract, message, arguments.clone());
        ensure_told(&mut world, &before, &sent, &format!("{contract} {message} {arguments:?}"));
    }

    #[test]
    fn a_cut_message_never_changes_the_state(cut in any::<prop::sample::Index>()) {
        let (mut world, batch) = world();
        let whole = (bundle("units").selector("dispense"), Party::Pharmacy.site(), batch.pack(3)).encode();
        let before = world.storage_root();
        let input = whole[..cut.index(whole.len())].to_vec();
        let result = world.call_bytes::<Anything>(Party::Pharmacy, world.units, input);
        prop_assert!(result.is_err());
        prop_assert_eq!(world.storage_root(), before);
    }
}
