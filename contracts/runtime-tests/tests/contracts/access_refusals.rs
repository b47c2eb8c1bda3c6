//! What `batches` and `feeds` do with the answers of `access`, through the real cross-contract call.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    feed, gln, model, new_batch, recall, shipping, Agent, Operators, Party, World, NOW, SUBJECT,
};
use primitives::access::{Limits, PrefixOwner, SiteStanding};
use primitives::batches::{
    Arrival, ClearanceReason, Error, QuarantineReason, QuarantineTarget, RecallScope, RejectionReason,
};
use primitives::governance::{Identifier, CHANGE_DELAY};
use primitives::{
    feeds, governance, products, AccountId, BatchId, Prefix, Question, Role, RoleSet, SiteId, Standing,
};

/// The party registers a batch at its own site.
fn register(world: &mut World, by: impl Into<Agent>) -> Result<BatchId, products::Error> {
    let by = by.into();
    world.call(by, world.products, "register_batch", (by.site, new_batch("ABC-123", 10, None)))
}

#[test]
fn a_caller_without_the_role_is_refused() {
    let mut world = World::new();
    for party in Party::ORGANISED.into_iter().filter(|party| *party != Party::Manufacturer) {
        assert_eq!(register(&mut world, party), Err(products::Error::CallerNotAuthorised), "{party:?}");
    }
    for party in [Party::Stranger, Party::Administrator] {
        let nobodys = Agent { account: party.id(), site: Party::Manufacturer.site() };
        assert_eq!(register(&mut world, nobodys), Err(products::Error::CallerNotAtSite), "{party:?}");
    }
    assert!(register(&mut world, Party::Manufacturer).is_ok());
}

#[test]
fn a_role_that_is_over_counts_no_more() {
    let mut world = World::new();
    let maker = Party::Manufacturer;
    world.grant(maker.organisation(), Role::Manufacturer, Some(NOW + 1_000));
    world.pass(1_001);
    assert_eq!(register(&mut world, maker), Err(products::Error::CallerNotAuthorised));
}

#[test]
fn a_suspended_organisation_has_no_role_until_it_is_reinstated() {
    let mut world = World::new();
    let maker = Party::Manufacturer;
    world.govern::<()>(Party::Regulator, "suspend_organisation", maker.organisation());
    assert_eq!(register(&mut world, maker), Err(products::Error::CallerNotAuthorised));
    world.administer("reinstate_organisation", maker.organisation());
    assert!(register(&mut world, maker).is_ok());
}

#[test]
fn a_revoked_role_is_lost_at_once() {
    let mut world = World::new();
    let maker = Party::Manufacturer;
    world.administer("revoke_role", (maker.organisation(), Role::Manufacturer));
    assert_eq!(register(&mut world, maker), Err(products::Error::CallerNotAuthorised));
}

#[test]
fn an_account_acts_where_it_is_let_with_the_roles_that_it_is_left_and_until_its_time_is_over() {
    let mut world = World::new();
    let maker = Party::Manufacturer;
    let second = world.register_site(maker.organisation());
    let at = |site: SiteId| Limits { site: Some(site), ..Limits::default() };
    let elsewhere = world.add_account(maker, "second plant", at(second));
    let here = Agent { site: maker.site(), ..elsewhere };
    assert_eq!(register(&mut world, here), Err(products::Error::CallerNotAtSite));

    let quality = Limits { roles: Some(RoleSet::of(&[Role::QualityUnit])), ..Limits::default() };
    let quality = world.add_account(maker, "quality unit", quality);
    assert_eq!(register(&mut world, quality), Err(products::Error::CallerNotAuthorised));

    let until = Some(world.now() + 1_000);
    let helper = world.add_account(maker, "helper", Limits { until, ..Limits::default() });
    world.pass(1_001);
    assert_eq!(register(&mut world, helper), Err(products::Error::CallerNotAtSite));

    let plant = world.add_account(maker, "plant", at(maker.site()));
    world.govern::<()>(maker, "remove_account", plant.account);
    assert_eq!(register(&mut world, plant), Err(products::Error::CallerNotAtSite));
    assert!(register(&mut world, elsewhere).is_ok());
}

#[test]
fn units_are_shipped_only_to_who_may_hold_them() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let ship = |world: &mut World, to: Agent| -> Result<u64, Error> {
        let arguments = shipping(id, Party::Manufacturer, to, 1);
        world.call(Party::Manufacturer, world.batches, "ship", arguments)
    };
    let unknown = Agent { site: SiteId::MAX, ..Party::Pharmacy.into() };
    for to in [Party::Regulator.into(), Party::Auditor.into(), unknown] {
        assert_eq!(ship(&mut world, to), Err(Error::ConsigneeNotAuthorised), "{to:?}");
    }
    world.administer("suspend_organisation", Party::Wholesaler.organisation());
    assert_eq!(ship(&mut world, Party::Wholesaler.into()), Err(Error::ConsigneeNotAuthorised));
    assert!(ship(&mut world, Party::Pharmacy.into()).is_ok());
}

#[test]
fn a_suspended_consignee_cannot_receive_and_can_reject() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let (consignee, site) = (Party::Wholesaler, Party::Wholesaler.site());
    let shipment = world.ship(id, Party::Manufacturer, consignee, 10);
    world.administer("suspend_organisation", consignee.organisation());
    let refused: Result<(), Error> =
        world.call(consignee, world.batches, "receive", (site, shipment, Arrival::Units(10)));
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    world.done(consignee, "reject", (Some(site), shipment, RejectionReason::Other));
}

#[test]
fn a_paused_contract_refuses_every_state_change_and_answers_reads() {
    let mut world = World::new();
    let (id, site) = (world.register_plain("ABC-123", 10), Party::Manufacturer.site());
    world.attest_and_release(id);
    let (contract, feeds) = (world.batches, world.feeds);
    world.administer("pause", contract);
    assert_eq!(register(&mut world, Party::Manufacturer), Err(products::Error::Paused));
    let target = QuarantineTarget::Holding { batch: id, site, quantity: Some(1) };
    let quarantine = (Some(site), target, QuarantineReason::Damaged);
    // What only restrains goods goes on.
    world.done(Party::Manufacturer, "quarantine", quarantine);
    world.done(Party::Manufacturer, "condemn", (Some(site), target));
    world.done(Party::Regulator, "block", id);
    let now = world.now();
    world.done(Party::Regulator, "recall", (id, recall(RecallScope::Batch, now)));
    world.done(Party::Manufacturer, "acknowledge_recall", (site, id));
    let cleared = (target, ClearanceReason::NothingFound);
    let refused: Result<(), Error> = world.call(Party::Regulator, contract, "release_quarantine", cleared);
    assert_eq!(refused, Err(Error::Paused));
    let refused: Result<(), Error> = world.call(Party::Regulator, contract, "unblock", id);
    assert_eq!(refused, Err(Error::Paused));
    let known: Option<primitives::batches::Batch> = world.call(Party::Stranger, contract, "batch", id);
    assert!(known.is_some());

    // The other contract goes on.
    world.with_feed(&Operators::new(1), 0);
    world.administer("pause", feeds);
    let refused: Result<u64, feeds::Error> =
        world.call(Party::Provider, feeds, "request_result", (feed(), SUBJECT, NOW));
    assert_eq!(refused, Err(feeds::Error::Paused));
    world.administer("unpause", contract);
    world.register_plain("OTHER", 10);
}

#[test]
fn a_contract_whose_access_gives_no_answer_refuses_every_state_change() {
    let mut world = World::new();
    let nobody = AccountId::from([7; 32]);
    // No contract at all, an account of a person, and contracts that do not know the question.
    for wrong in [nobody, Party::Manufacturer.id(), world.batches, world.governance] {
        let batches = world.instantiate("batches", wrong);
        let refused: Result<(), Error> = world.call(Party::Regulator, batches, "unblock", [0_u8; 32]);
        assert_eq!(refused, Err(Error::AccessUnavailable));
        let feeds = world.instantiate("feeds", (wrong, world.genesis_hash()));
        let refused: Result<(), feeds::Error> =
            world.call(Party::Regulator, feeds, "approve_model", model(NOW));
        assert_eq!(refused, Err(feeds::Error::AccessUnavailable));
        let access: Option<AccountId> = world.call(Party::Stranger, feeds, "access", ());
        assert_eq!(access, Some(wrong), "reads go on");
    }
}

#[test]
fn access_answers_site_roles_and_pause_at_once() {
    let mut world = World::new();
    let contract = world.batches;
    world.endow(contract);
    let (pharmacy, foreign) = (Party::Pharmacy, Party::OtherPharmacy.site());
    let ask = |world: &mut World, site: Option<SiteId>| -> Standing {
        let (access, through) = (world.access, Some(world.units));
        let key = Some(950_600_013_435);
        let question = Question { through, counterparty: site, key, ..Question::about(pharmacy.id(), site) };
        world.call(contract, access, "AccessControl::standing", question)
    };
    let of = |party: Party| {
        let roles = RoleSet::of(&[Role::Pharmacy]);
        Some(SiteStanding { organisation: party.organisation(), roles })
    };
    let owner = PrefixOwner {
        prefix: Prefix { length: 7, digits: 9_506_000 },
        organisation: Party::Regulator.organisation(),
    };
    let expected = Standing {
        organisation: Some(pharmacy.organisation()),
        site: Some(pharmacy.site()),
        roles: RoleSet::of(&[Role::Pharmacy]),
        in_set_up: false,
        paused: false,
        through: RoleSet::of(&[Role::UnitRegister]),
        counterparty: of(pharmacy),
        prefix: Some(owner),
    };
    assert_eq!(ask(&mut world, Some(pharmacy.site())), expected);
    assert_eq!(
        ask(&mut world, Some(foreign)),
        Standing { site: None, counterparty: of(Party::OtherPharmacy), ..expected }
    );
    for paused in [contract, world.units] {
        world.administer("pause", paused);
        assert_eq!(ask(&mut world, Some(pharmacy.site())), Standing { paused: true, ..expected });
        world.administer("unpause", paused);
    }
}

#[test]
fn the_administration_is_handed_over_in_two_steps() {
    use governance::Error;

    let mut world = World::new();
    let successor = Party::Auditor;
    let register = |world: &mut World, by: Party| -> Result<u32, Error> {
        let arguments = (String::from("Newcomer"), Identifier::Gln(gln(1_000)), Party::Stranger.id());
        world.call(by, world.governance, "register_organisation", arguments)
    };
    world.administer("offer_administration", successor.id());
    assert_eq!(register(&mut world, successor), Err(Error::CallerNotAuthorised));
    world.pass(CHANGE_DELAY);
    world.govern::<()>(successor, "accept_administration", ());
    assert_eq!(register(&mut world, Party::Administrator), Err(Error::CallerNotAuthorised));
    assert_eq!(register(&mut world, successor), Ok(7));
}
