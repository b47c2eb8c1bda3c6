//! New code for contracts with data: a real migration, and what must not take a contract's place.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use access::{Error, UpgradeApplied, UpgradeProposal, UPGRADE_DELAY};
use contract_runtime_tests::{bundle, feed, Party, Receipt, World, CONTRACTS};
use evidence::EvidencePolicy;
use primitives::{AccountId, Role};

fn send(world: &mut World, by: Party, message: &str, arguments: impl scale::Encode) -> Result<(), Error> {
    world.call(by, world.access, message, arguments)
}

/// Proposes code, lets the delay pass, and applies it.
fn upgrade(world: &mut World, contract: AccountId, code: [u8; 32]) -> Result<(), Error> {
    assert_eq!(send(world, Party::Administrator, "propose_upgrade", (contract, code)), Ok(()));
    world.pass(UPGRADE_DELAY);
    send(world, Party::Administrator, "apply_upgrade", contract)
}

fn policy(world: &World) -> EvidencePolicy {
    EvidencePolicy { feeds: world.feeds, threshold: 500_000, max_age: 60_000 }
}

/// A chain on which `evidence` has a policy.
fn with_data() -> World {
    let mut world = World::new();
    let policy = policy(&world);
    let set: Result<(), evidence::Error> =
        world.call(Party::Regulator, world.evidence, "set_policy", (feed(), Some(policy)));
    assert_eq!(set, Ok(()));
    world
}

#[test]
fn a_contract_with_data_is_upgraded_through_a_migration() {
    let mut world = with_data();
    let contract = world.evidence;
    let (access, batches) = (world.access, world.batches);
    let next = world.upload("fixture_evidence_next");
    assert_eq!(upgrade(&mut world, contract, next), Ok(()));
    let expected = UpgradeApplied { contract, code: next, by: Party::Administrator.id() };
    assert_eq!(world.events::<UpgradeApplied>(world.access), [expected]);
    assert_eq!(world.code_hash(contract), next);

    // The same address, the same data, and the new message.
    let kept: Option<EvidencePolicy> = world.call(Party::Stranger, contract, "policy", feed());
    assert_eq!(kept, Some(policy(&world)));
    let presented: Option<u64> = world.call(Party::Stranger, contract, "presented", ());
    assert_eq!(presented, Some(0));
    let of_access: Option<AccountId> = world.call(Party::Stranger, contract, "access", ());
    let of_batches: Option<AccountId> = world.call(Party::Stranger, contract, "batches", ());
    assert_eq!((of_access, of_batches), (Some(access), Some(batches)));

    // A migration that is done does nothing again, whoever asks for it.
    let before = world.storage_root();
    let again: Receipt<bool> = world.measure(Party::Stranger, contract, "Migration::migrate", ()).unwrap();
    assert!(again.returned);
    assert_eq!(world.storage_root(), before);

    // The way back is closed: the version before does not understand the new layout.
    let first = primitives::blake2_256(&bundle("evidence").wasm);
    assert_eq!(upgrade(&mut world, contract, first), Err(Error::LayoutNotUnderstood));
    assert_eq!(world.code_hash(contract), next);
}

#[test]
fn code_of_a_wrong_layout_takes_no_contracts_place() {
    let mut world = with_data();
    let next = world.upload("fixture_evidence_next");
    let foreign = world.upload("fixture_hostile");
    let nowhere = [9; 32];
    for name in CONTRACTS {
        let contract = world.address(name);
        let own = world.code_hash(contract);
        let others = CONTRACTS.into_iter().filter(|other| *other != name);
        let mut wrong: Vec<[u8; 32]> =
            others.map(|other| primitives::blake2_256(&bundle(other).wasm)).collect();
        wrong.extend([foreign, nowhere]);
        if name != "evidence" {
            wrong.push(next);
        }
        for code in wrong {
            assert_eq!(send(&mut world, Party::Administrator, "propose_upgrade", (contract, code)), Ok(()));
            world.pass(UPGRADE_DELAY);
            let before = world.storage_root();
            let refused = send(&mut world, Party::Administrator, "apply_upgrade", contract);
            assert_eq!(refused, Err(Error::LayoutNotUnderstood), "{name}");
            assert_eq!(world.storage_root(), before, "{name}: nothing of it is left");
            assert_eq!(world.code_hash(contract), own);
        }
    }
}

#[test]
fn every_contract_takes_its_own_code_and_keeps_its_data() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    world.attest_and_release(batch.id);
    for name in CONTRACTS {
        let contract = world.address(name);
        let own = world.code_hash(contract);
        assert_eq!(upgrade(&mut world, contract, own), Ok(()), "{name}");
    }
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, 10);
    let dispensed: Result<units::UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, world.units, "dispense", batch.unit(3));
    assert_eq!(dispensed, Ok(units::UnitOutcome::Done));
}

#[test]
fn an_account_that_is_no_contract_of_the_deployment_gets_no_code() {
    let mut world = World::new();
    let code = world.upload("fixture_evidence_next");
    let foreign = world.instantiate("evidence", (Party::Stranger.id(), world.batches));
    for nobody in [Party::Manufacturer.id(), foreign] {
        assert_eq!(upgrade(&mut world, nobody, code), Err(Error::LayoutNotUnderstood));
    }
}

#[test]
fn code_is_applied_neither_early_nor_by_a_former_administrator_nor_after_it_was_withdrawn() {
    let mut world = World::new();
    let contract = world.evidence;
    let next = world.upload("fixture_evidence_next");
    let (admin, successor) = (Party::Administrator, Party::Auditor);
    for by in Party::ALL.into_iter().filter(|party| *party != admin) {
        assert_eq!(
            send(&mut world, by, "propose_upgrade", (contract, next)),
            Err(Error::CallerNotAuthorised)
        );
    }
    assert_eq!(send(&mut world, admin, "propose_upgrade", (contract, next)), Ok(()));
    world.pass(UPGRADE_DELAY - 1);
    assert_eq!(send(&mut world, admin, "apply_upgrade", contract), Err(Error::UpgradeTooEarly));

    // The administration moves on while the proposal waits.
    assert_eq!(send(&mut world, admin, "offer_administration", successor.id()), Ok(()));
    assert_eq!(send(&mut world, successor, "accept_administration", ()), Ok(()));
    world.pass(1);
    assert_eq!(send(&mut world, admin, "apply_upgrade", contract), Err(Error::CallerNotAuthorised));
    let waiting: Option<UpgradeProposal> = world.call(Party::Stranger, world.access, "upgrade", contract);
    assert_eq!(waiting.unwrap().by, admin.id(), "everybody sees who proposed it");
    assert_eq!(send(&mut world, Party::Regulator, "cancel_upgrade", contract), Ok(()));
    assert_eq!(send(&mut world, successor, "apply_upgrade", contract), Err(Error::UpgradeNotProposed));
}

#[test]
fn a_role_that_ends_in_the_delay_applies_nothing() {
    let mut world = World::new();
    let (contract, deputy) = (world.evidence, Party::Auditor);
    let next = world.upload("fixture_evidence_next");
    let end = world.now() + UPGRADE_DELAY - 1;
    let granted = send(&mut world, Party::Administrator, "grant_role", (Role::Admin, deputy.id(), Some(end)));
    assert_eq!(granted, Ok(()));
    assert_eq!(send(&mut world, deputy, "propose_upgrade", (contract, next)), Ok(()));
    world.pass(UPGRADE_DELAY);
    assert_eq!(send(&mut world, deputy, "apply_upgrade", contract), Err(Error::CallerNotAuthorised));
    assert_eq!(send(&mut world, Party::Administrator, "apply_upgrade", contract), Ok(()));
}

#[test]
fn nobody_but_access_replaces_code() {
    let mut world = World::new();
    let next = world.upload("fixture_evidence_next");
    let contract = world.evidence;
    for by in Party::ALL {
        let replaced: bool = world.call(by, contract, "Upgradable::replace_code", next);
        assert!(!replaced, "{by:?}");
    }
    assert_ne!(world.code_hash(contract), next);
}
