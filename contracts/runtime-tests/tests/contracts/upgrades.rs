//! New code for contracts with data: a real migration, and what must not take a contract's place.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{bundle, feed, Party, Receipt, World, CONTRACTS};
use primitives::evidence::{self, EvidencePolicy};
use primitives::governance::{Action, Error, Proposal, ProposalApplied, CHANGE_DELAY};
use primitives::units::{self, UnitOutcome};
use primitives::{AccountId, Actor, Grant, Role};

fn propose(world: &mut World, by: Party, contract: AccountId, code: [u8; 32]) -> Result<u32, Error> {
    world.call(by, world.governance, "propose", Action::Upgrade { contract, code })
}

fn apply(world: &mut World, by: Party, proposal: u32) -> Result<(), Error> {
    world.call(by, world.governance, "apply_proposal", proposal)
}

/// Proposes code, lets the delay pass, and applies it.
fn upgrade(world: &mut World, contract: AccountId, code: [u8; 32]) -> Result<(), Error> {
    let proposal = propose(world, Party::Administrator, contract, code).unwrap();
    world.pass(CHANGE_DELAY);
    apply(world, Party::Administrator, proposal)
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
    let code = world.upload("fixture_evidence_next");
    assert_eq!(upgrade(&mut world, contract, code), Ok(()));
    let by = Actor { account: Party::Administrator.id(), organisation: None, site: None };
    let action = Action::Upgrade { contract, code };
    let applied = ProposalApplied { by, proposal: 0, action };
    assert_eq!(world.events::<ProposalApplied>(world.governance), [applied]);
    assert_eq!(world.code_hash(contract), code);

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
    let again: Receipt<bool> = world.measure(Party::Stranger, contract, "Replaceable::migrate", ()).unwrap();
    assert!(again.returned);
    assert_eq!(world.storage_root(), before);

    // The way back is closed: the version before does not understand the new layout.
    let first = primitives::blake2_256(&bundle("evidence").wasm);
    assert_eq!(upgrade(&mut world, contract, first), Err(Error::LayoutNotUnderstood));
    assert_eq!(world.code_hash(contract), code);
}

#[test]
fn code_of_a_wrong_layout_takes_no_contracts_place() {
    let mut world = with_data();
    let next = world.upload("fixture_evidence_next");
    let foreign = world.upload("fixture_hostile");
    for name in CONTRACTS {
        let contract = world.address(name);
        let own = world.code_hash(contract);
        let others = CONTRACTS.into_iter().filter(|other| *other != name);
        let mut wrong: Vec<[u8; 32]> =
            others.map(|other| primitives::blake2_256(&bundle(other).wasm)).collect();
        wrong.push(foreign);
        if name != "evidence" {
            wrong.push(next);
        }
        for code in wrong {
            let proposal = propose(&mut world, Party::Administrator, contract, code).unwrap();
            world.pass(CHANGE_DELAY);
            let before = world.storage_root();
            let refused = apply(&mut world, Party::Administrator, proposal);
            assert_eq!(refused, Err(Error::LayoutNotUnderstood), "{name}");
            assert!(world.storage_root() == before, "{name}: nothing of it is left");
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
    let arguments = (Party::Pharmacy.site(), batch.pack(3));
    let dispensed: Result<UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, world.units, "dispense", arguments);
    assert_eq!(dispensed, Ok(UnitOutcome::Done));
}

#[test]
fn an_account_that_is_not_a_contract_of_the_deployment_gets_no_code() {
    let mut world = World::new();
    let code = world.upload("fixture_evidence_next");
    let foreign = world.instantiate("evidence", (Party::Stranger.id(), world.batches));
    for nobody in [Party::Manufacturer.id(), foreign] {
        assert_eq!(upgrade(&mut world, nobody, code), Err(Error::LayoutNotUnderstood));
    }
}

#[test]
fn code_is_applied_neither_early_nor_by_a_former_administrator_nor_after_it_was_cancelled() {
    let mut world = World::new();
    let contract = world.evidence;
    let next = world.upload("fixture_evidence_next");
    let (admin, successor) = (Party::Administrator, Party::Auditor);
    for by in Party::ALL.into_iter().filter(|party| *party != admin) {
        assert_eq!(propose(&mut world, by, contract, next), Err(Error::CallerNotAuthorised));
    }
    world.administer("offer_administration", successor.id());
    let proposal = propose(&mut world, admin, contract, next).unwrap();
    world.pass(CHANGE_DELAY - 1);
    assert_eq!(apply(&mut world, admin, proposal), Err(Error::ProposalTooEarly));

    // The administration moves on while the proposal waits.
    world.pass(1);
    world.govern::<()>(successor, "accept_administration", ());
    assert_eq!(apply(&mut world, admin, proposal), Err(Error::CallerNotAuthorised));
    let waiting: Option<Proposal> = world.call(Party::Stranger, world.governance, "proposal", proposal);
    assert_eq!(waiting.unwrap().by.account, admin.id(), "everybody sees who proposed it");
    world.govern::<()>(Party::Regulator, "cancel_proposal", proposal);
    assert_eq!(apply(&mut world, successor, proposal), Err(Error::UnknownProposal));
}

#[test]
fn a_role_that_ends_in_the_delay_applies_nothing() {
    let mut world = World::new();
    let (contract, deputy) = (world.evidence, Party::Auditor);
    let next = world.upload("fixture_evidence_next");
    // The role itself waits for as long before.
    let expires_at = Some(world.now() + 2 * CHANGE_DELAY - 1);
    let grant = Grant { role: Role::Admin, expires_at };
    world.decide(Action::Grant { organisation: deputy.organisation(), grant });
    let proposal = propose(&mut world, deputy, contract, next).unwrap();
    world.pass(CHANGE_DELAY);
    assert_eq!(apply(&mut world, deputy, proposal), Err(Error::CallerNotAuthorised));
    assert_eq!(apply(&mut world, Party::Administrator, proposal), Ok(()));
}

#[test]
fn nobody_but_the_governance_replaces_code() {
    let mut world = World::new();
    let next = world.upload("fixture_evidence_next");
    for name in CONTRACTS {
        let contract = world.address(name);
        let own = world.code_hash(contract);
        for by in Party::ALL.map(Party::id).into_iter().chain([world.batches, world.feeds]) {
            let replaced: bool = world.call(by, contract, "Replaceable::replace_code", own);
            assert!(!replaced, "{name}: {by:?}");
        }
    }
    assert_ne!(world.code_hash(world.evidence), next);
}

/// In its emergency a deployment is paused, and must still be mended.
#[test]
fn a_contract_that_is_paused_gets_new_code_even_where_the_governance_is_paused_too() {
    let mut world = with_data();
    let (evidence, governance) = (world.evidence, world.governance);
    let next = world.upload("fixture_evidence_next");
    [evidence, governance].into_iter().for_each(|contract| world.administer("pause", contract));
    assert_eq!(upgrade(&mut world, evidence, next), Ok(()));
    assert_eq!(world.code_hash(evidence), next);
}
