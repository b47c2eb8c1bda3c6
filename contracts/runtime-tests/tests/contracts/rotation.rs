//! Every account of every organisation is replaced in the middle of a story: with goods under way, quarantined and packed, a
//! recall that is not acknowledged, a request that is open. Nothing is stuck, since nothing belongs to an account.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;

use contract_runtime_tests::{feed, recall, shipping, Agent, BatchInHand, Operators, Party, World, SUBJECT};
use primitives::access::Limits;
use primitives::batches::{
    Arrival, ClearanceReason, Contents, Error, Holding, Places, QuarantineReason, QuarantineTarget,
    RecallScope, RejectionReason, UnitState,
};
use primitives::feeds;
use primitives::governance::Action;
use primitives::units::{self, UnitOutcome};
use primitives::{AccountId, OrganisationId};

/// Replaces all accounts of a party's organisation: the new steward is added by the last one, which leaves then.
fn rotate(world: &mut World, party: Party) -> Agent {
    let new = world.add_account(party, "successor", Limits::STEWARD);
    let accounts = accounts(world, party.organisation());
    for former in accounts.into_iter().filter(|account| *account != new.account) {
        world.govern::<()>(new, "remove_account", former);
    }
    assert_eq!(self::accounts(world, party.organisation()), [new.account]);
    Agent { site: party.site(), ..new }
}

fn accounts(world: &mut World, organisation: OrganisationId) -> Vec<AccountId> {
    let list: Vec<(AccountId, Limits)> =
        world.call(Party::Stranger, world.governance, "accounts", (organisation, 0_u32, 50_u32));
    list.into_iter().map(|(account, _)| account).collect()
}

fn holding(world: &mut World, batch: &BatchInHand, agent: Agent) -> Places {
    let holding: Holding = world.call(Party::Stranger, world.batches, "holding", (batch.id, agent.site));
    holding.places
}

fn of_units(world: &mut World, by: Agent, message: &str, arguments: impl scale::Encode) -> UnitOutcome {
    let outcome: Result<UnitOutcome, units::Error> = world.call(by, world.units, message, arguments);
    outcome.unwrap()
}

#[test]
fn nothing_is_stuck_where_every_account_of_every_organisation_is_replaced() {
    let mut world = World::new();
    let (maker, wholesaler, pharmacy) = (Party::Manufacturer, Party::Wholesaler, Party::Pharmacy);
    let till =
        world.add_account(pharmacy, "till", Limits { site: Some(pharmacy.site()), ..Limits::default() });

    // Before: everything is begun.
    let batch = world.register("ABC-123", 100);
    let id = batch.id;
    world.attest_and_release(id);
    world.hand_over(id, maker, wholesaler, 60);
    world.hand_over(id, wholesaler, pharmacy, 20);
    let rejected = world.ship(id, maker, wholesaler, 5);
    let under_way = world.ship(id, wholesaler, pharmacy, 10);
    let packed = wholesaler.sscc(1);
    world.done(wholesaler, "pack", (wholesaler.site(), packed, Contents::Units { batch: id, quantity: 6 }));
    let sample = (pharmacy.site(), batch.leaving(3, UnitState::Sample));
    assert_eq!(of_units(&mut world, till, "decommission", sample), UnitOutcome::Done);
    let dispensed = (pharmacy.site(), batch.pack(4));
    assert_eq!(of_units(&mut world, till, "dispense", dispensed), UnitOutcome::Done);
    let target = |party: Party| QuarantineTarget::Holding { batch: id, site: party.site(), quantity: None };
    for (party, named) in [(wholesaler, Some(wholesaler.site())), (Party::Regulator, None)] {
        let apart = if party == wholesaler { target(wholesaler) } else { target(pharmacy) };
        world.done(party, "quarantine", (named, apart, QuarantineReason::Damaged));
    }
    world.with_feed(&Operators::new(1), 0);
    let now = world.now();
    let asked: Result<u64, feeds::Error> =
        world.call(Party::Provider, world.feeds, "request_result", (feed(), SUBJECT, now + 60_000));
    let scope = RecallScope::SerialRange { first: 90, last: 99 };
    world.done(maker, "recall", (id, recall(scope, now)));

    // Every account is replaced.
    let agents: BTreeMap<OrganisationId, Agent> =
        Party::ORGANISED.into_iter().map(|party| (party.organisation(), rotate(&mut world, party))).collect();
    let agent = |party: Party| agents[&party.organisation()];
    for party in Party::ORGANISED {
        let former: Result<(), Error> =
            world.call(party, world.batches, "acknowledge_recall", (party.site(), id));
        assert_eq!(former, Err(Error::CallerNotAtSite), "{party:?}");
    }

    // After: everything comes to its end.
    let [maker, wholesaler, pharmacy, regulator, provider] =
        [maker, wholesaler, pharmacy, Party::Regulator, Party::Provider].map(agent);
    world.done(wholesaler, "reject", (Some(wholesaler.site), rejected, RejectionReason::WrongGoods));
    world.done(pharmacy, "receive", (pharmacy.site, under_way, Arrival::Units(10)));
    world.done(wholesaler, "unpack", (wholesaler.site, packed));
    let cleared = ClearanceReason::NothingFound;
    world.done(maker, "release_quarantine", (target(Party::Wholesaler), cleared));
    world.done(regulator, "release_quarantine", (target(Party::Pharmacy), cleared));
    for holder in [maker, wholesaler, pharmacy] {
        world.done(holder, "acknowledge_recall", (holder.site, id));
    }
    // The same site again: it takes back what another account of it did, and learns what that one dispensed.
    let reverted: Result<(), units::Error> =
        world.call(pharmacy, world.units, "revert", (pharmacy.site, id, batch.unit(3).1));
    assert_eq!(reverted, Ok(()));
    let again = of_units(&mut world, pharmacy, "dispense", (pharmacy.site, batch.pack(4)));
    assert!(matches!(again, UnitOutcome::Already { .. }), "{again:?}");
    let done = of_units(&mut world, pharmacy, "dispense", (pharmacy.site, batch.pack(5)));
    assert_eq!(done, UnitOutcome::Done);
    let cancelled: Result<(), feeds::Error> =
        world.call(provider, world.feeds, "cancel_request", asked.unwrap());
    assert_eq!(cancelled, Ok(()));

    let free = |held, dispensed| Places { held, dispensed, ..Places::default() };
    assert_eq!(holding(&mut world, &batch, maker), free(40, 0));
    assert_eq!(holding(&mut world, &batch, wholesaler), free(30, 0));
    assert_eq!(holding(&mut world, &batch, pharmacy), free(28, 2));
}

#[test]
fn an_organisation_that_lost_its_keys_gets_a_steward_and_its_goods_back() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    world.attest_and_release(batch.id);
    let (organisation, account) =
        (Party::Manufacturer.organisation(), Party::Manufacturer.account("rescued"));
    world.endow(account);
    world.decide(Action::Steward { organisation, account });
    let rescued = Agent { account, site: Party::Manufacturer.site() };
    world.govern::<()>(rescued, "remove_account", Party::Manufacturer.id());
    let lost: Result<u64, Error> = world.call(
        Party::Manufacturer,
        world.batches,
        "ship",
        shipping(batch.id, Party::Manufacturer, Party::Wholesaler, 1),
    );
    assert_eq!(lost, Err(Error::CallerNotAtSite));
    world.hand_over(batch.id, rescued, Party::Wholesaler, 10);
}
