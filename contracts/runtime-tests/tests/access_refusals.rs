//! What `batches` and `feeds` do with the answers of `access`, through the real cross-contract call.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use batches::{Arrival, Error, QuarantineReason, QuarantineTarget};
use contract_runtime_tests::{feed, model, new_batch, shipping, Operators, Party, World, NOW, SUBJECT};
use primitives::{AccountId, BatchId, Role, RoleSet, Standing};

fn register(world: &mut World, contract: AccountId, by: Party) -> Result<BatchId, Error> {
    world.call(by, contract, "register_batch", new_batch("ABC-123", 10, None))
}

fn administer(world: &mut World, message: &str, arguments: impl scale::Encode) {
    let result: Result<(), access::Error> =
        world.call(Party::Administrator, world.access, message, arguments);
    assert_eq!(result, Ok(()), "{message}");
}

#[test]
fn a_caller_without_the_role_is_refused() {
    let mut world = World::new();
    let contract = world.batches;
    for party in Party::ALL.into_iter().filter(|party| *party != Party::Manufacturer) {
        assert_eq!(register(&mut world, contract, party), Err(Error::CallerNotAuthorised), "{party:?}");
    }
    assert!(register(&mut world, contract, Party::Manufacturer).is_ok());
}

#[test]
fn a_role_that_is_over_counts_no_more() {
    let mut world = World::new();
    let contract = world.batches;
    administer(&mut world, "grant_role", (Role::Manufacturer, Party::Manufacturer.id(), Some(NOW + 1_000)));
    world.pass(1_001);
    assert_eq!(register(&mut world, contract, Party::Manufacturer), Err(Error::CallerNotAuthorised));
}

#[test]
fn a_suspended_organisation_has_no_role_until_it_is_reinstated() {
    let mut world = World::new();
    let contract = world.batches;
    let account = Party::Manufacturer.id();
    let suspended: Result<(), access::Error> =
        world.call(Party::Regulator, world.access, "suspend_organisation", account);
    assert_eq!(suspended, Ok(()));
    assert_eq!(register(&mut world, contract, Party::Manufacturer), Err(Error::CallerNotAuthorised));
    administer(&mut world, "reinstate_organisation", account);
    assert!(register(&mut world, contract, Party::Manufacturer).is_ok());
}

#[test]
fn a_revoked_role_is_lost_at_once() {
    let mut world = World::new();
    let contract = world.batches;
    administer(&mut world, "revoke_role", (Role::Manufacturer, Party::Manufacturer.id()));
    assert_eq!(register(&mut world, contract, Party::Manufacturer), Err(Error::CallerNotAuthorised));
}

#[test]
fn units_are_shipped_only_to_who_may_hold_them() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let ship = |world: &mut World, to: Party| -> Result<u64, Error> {
        world.call(Party::Manufacturer, world.batches, "ship", shipping(id, to, 1))
    };
    for party in [Party::Stranger, Party::Regulator, Party::Auditor, Party::Administrator] {
        assert_eq!(ship(&mut world, party), Err(Error::ConsigneeNotAuthorised), "{party:?}");
    }
    administer(&mut world, "suspend_organisation", Party::Wholesaler.id());
    assert_eq!(ship(&mut world, Party::Wholesaler), Err(Error::ConsigneeNotAuthorised));
    assert!(ship(&mut world, Party::Pharmacy).is_ok());
}

#[test]
fn a_suspended_consignee_cannot_receive_and_can_reject() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let shipment = world.ship(id, Party::Manufacturer, Party::Wholesaler, 10);
    administer(&mut world, "suspend_organisation", Party::Wholesaler.id());
    let refused: Result<(), Error> =
        world.call(Party::Wholesaler, world.batches, "receive", (shipment, Arrival::Units(10)));
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    world.done(Party::Wholesaler, "reject", (shipment, batches::RejectionReason::Other));
}

#[test]
fn a_paused_contract_refuses_every_state_change_and_answers_reads() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    let (contract, feeds) = (world.batches, world.feeds);
    administer(&mut world, "pause", contract);
    assert_eq!(register(&mut world, contract, Party::Manufacturer), Err(Error::Paused));
    let refused: Result<(), Error> = world.call(
        Party::Manufacturer,
        contract,
        "quarantine",
        (
            QuarantineTarget::Holding { batch: id, holder: Party::Manufacturer.id(), quantity: Some(1) },
            QuarantineReason::Damaged,
        ),
    );
    assert_eq!(refused, Err(Error::Paused));
    let known: Option<batches::Batch> = world.call(Party::Stranger, contract, "batch", id);
    assert!(known.is_some());

    // The other contract goes on.
    world.with_feed(&Operators::new(1), 0);
    administer(&mut world, "pause", feeds);
    let refused: Result<u64, feeds::Error> =
        world.call(Party::Provider, feeds, "request_result", (feed(), SUBJECT, NOW));
    assert_eq!(refused, Err(feeds::Error::Paused));
    administer(&mut world, "unpause", contract);
    let other = new_batch("OTHER", 10, None);
    let registered: Result<BatchId, Error> =
        world.call(Party::Manufacturer, contract, "register_batch", other);
    assert!(registered.is_ok());
}

#[test]
fn a_contract_whose_access_gives_no_answer_refuses_every_state_change() {
    let mut world = World::new();
    let nobody = AccountId::from([7; 32]);
    // No contract at all, an account of a person, and contracts that do not know the question.
    for wrong in [nobody, Party::Manufacturer.id(), world.batches, world.feeds] {
        world.pass(1);
        let batches = world.instantiate("batches", wrong);
        assert_eq!(register(&mut world, batches, Party::Manufacturer), Err(Error::AccessUnavailable));
        let feeds = world.instantiate("feeds", (wrong, world.genesis_hash()));
        let refused: Result<(), feeds::Error> =
            world.call(Party::Regulator, feeds, "approve_model", model(NOW));
        assert_eq!(refused, Err(feeds::Error::AccessUnavailable));
        let access: AccountId = world.call(Party::Stranger, feeds, "access", ());
        assert_eq!(access, wrong, "reads go on");
    }
}

#[test]
fn access_tells_roles_and_pause_in_one_answer() {
    let mut world = World::new();
    let contract = world.batches;
    let question = (Party::Pharmacy.id(), contract);
    let ask = |world: &mut World| -> Standing {
        world.call(Party::Stranger, world.access, "AccessControl::standing", question)
    };
    let roles = RoleSet::of(&[Role::Pharmacy]);
    assert_eq!(ask(&mut world), Standing { roles, paused: false });
    administer(&mut world, "pause", contract);
    assert_eq!(ask(&mut world), Standing { roles, paused: true });
}

#[test]
fn the_administration_is_handed_over_in_two_steps() {
    let mut world = World::new();
    let successor = Party::Auditor;
    let register = |world: &mut World, by: Party| -> Result<(), access::Error> {
        let identifier = access::Identifier::Gln(6_291_041_500_213);
        let arguments = (Party::Stranger.id(), String::from("Newcomer"), identifier);
        world.call(by, world.access, "register_organisation", arguments)
    };
    administer(&mut world, "offer_administration", successor.id());
    assert_eq!(register(&mut world, successor), Err(access::Error::CallerNotAuthorised));
    let accepted: Result<(), access::Error> =
        world.call(successor, world.access, "accept_administration", ());
    assert_eq!(accepted, Ok(()));
    assert_eq!(register(&mut world, Party::Administrator), Err(access::Error::CallerNotAuthorised));
    assert_eq!(register(&mut world, successor), Ok(()));
}
