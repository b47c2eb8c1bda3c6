//! Bytes that nobody meant: they never change anything.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    bundle, Anything, BatchInHand, Failure, Operators, Party, Receipt, World, CONTRACTS,
};
use proptest::prelude::*;
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
        let traceless = world.storage_root() == before;
        prop_assert_eq!(traceless, world.event_count() == 0);
        prop_assert!(traceless || sent.is_ok());
    }

    #[test]
    fn a_cut_message_never_changes_the_state(cut in any::<prop::sample::Index>()) {
        let (mut world, batch) = world();
        let whole = (bundle("batches").selector("dispense"), batch.unit(3)).encode();
        let before = world.storage_root();
        let input = whole[..cut.index(whole.len())].to_vec();
        let result = world.call_bytes::<Anything>(Party::Pharmacy, world.batches, input);
        prop_assert!(result.is_err());
        prop_assert_eq!(world.storage_root(), before);
    }
}
