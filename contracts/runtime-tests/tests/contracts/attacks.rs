//! Attacks by name: what somebody tries, and what the contracts make of it. `docs/security.md` has the threat behind each.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    bundle, new_batch, shipping, sscc, Anything, BatchInHand, Failure, Operators, Party, World, NOW,
};
use primitives::access::{Change, Deployment};
use primitives::batches::Registered;
use primitives::batches::{
    Arrival, Contents, Error, Goods, Holding, Places, Purpose, QuarantineTarget, RejectionReason, UnitPlace,
    UnitState,
};
use primitives::evidence::{self, EvidencePolicy};
use primitives::governance::{self, Action, CHANGE_DELAY};
use primitives::products;
use primitives::units::{self, Alarm, AlarmCode, AlarmRaised, Resolution, UnitOutcome, UnitRecord};
use primitives::{access, feeds, AccountId, BatchId, DocumentHash, Role, RoleSet, SerialProof, UnitId};
use scale::{Compact, Encode};
use testing::goods::registration;

/// A released batch with serials, so many units of which are with the pharmacy.
fn at_pharmacy(world: &mut World, quantity: usize, at_pharmacy: u64) -> BatchInHand {
    let batch = world.register("ABC-123", quantity);
    world.attest_and_release(batch.id);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, at_pharmacy);
    batch
}

/// The party dispenses a unit at its own site.
fn dispense(
    world: &mut World,
    by: Party,
    unit: (BatchId, Vec<u8>, SerialProof, Option<u64>),
) -> Result<UnitOutcome, units::Error> {
    world.call(by, world.units, "dispense", (by.site(), unit))
}

fn receive(world: &mut World, by: Party, shipment: u64, arrival: Arrival) -> Result<(), Error> {
    world.call(by, world.batches, "receive", (by.site(), shipment, arrival))
}

fn reject(world: &mut World, by: Party, shipment: u64, reason: RejectionReason) {
    world.done(by, "reject", (Some(by.site()), shipment, reason));
}

fn balance(world: &mut World, batch: BatchId) -> Places {
    let places: Option<Places> = world.call(Party::Stranger, world.batches, "mass_balance", batch);
    places.unwrap()
}

const NOT_IN_BATCH: AlarmCode = AlarmCode::SerialNotInBatch;

#[test]
fn replay_a_dispense_is_an_alarm_and_not_a_second_dispense() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(3)), Ok(UnitOutcome::Done));
    // The same site is told what it did; another one has a copy.
    let (place, at) = (UnitPlace::Left(UnitState::Dispensed), world.now());
    let again = dispense(&mut world, Party::Pharmacy, batch.pack(3));
    assert_eq!(again, Ok(UnitOutcome::Already { place, at }));
    let alarm =
        UnitOutcome::Alarm { code: AlarmCode::SecondDecommission, other: Some(Party::Pharmacy.site()) };
    assert_eq!(dispense(&mut world, Party::OtherPharmacy, batch.pack(3)), Ok(alarm));
    assert_eq!(balance(&mut world, batch.id).dispensed, 1);
}

#[test]
fn replay_a_report_is_refused() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let report = world.report(1, &[612_500]);
    let sent = (&report, operators.sign(&report, &[0]));
    let mut send =
        || -> Result<(), feeds::Error> { world.call(Party::Stranger, world.feeds, "report", &sent) };
    assert_eq!(send(), Ok(()));
    assert_eq!(send(), Err(feeds::Error::RoundNotNewer));
}

#[test]
fn double_receive_takes_nothing_the_second_time() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let shipment = world.ship(id, Party::Manufacturer, Party::Wholesaler, 10);
    let mut receive = |quantity| receive(&mut world, Party::Wholesaler, shipment, Arrival::Units(quantity));
    assert_eq!(receive(6), Ok(()));
    assert_eq!(receive(6), Err(Error::QuantityNotInShipment));
    assert_eq!(receive(4), Ok(()));
    assert_eq!(receive(4), Err(Error::UnknownShipment));
    assert_eq!(balance(&mut world, id), Places { held: 10, ..Places::default() });
}

#[test]
fn double_receive_of_a_case_named_twice_is_refused() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 30);
    world.attest_and_release(id);
    let (maker, from) = (Party::Manufacturer, Party::Manufacturer.site());
    for number in [1, 2] {
        world.done(maker, "pack", (from, sscc(number), Contents::Units { batch: id, quantity: 10 }));
    }
    let inside = Contents::LogisticUnits(vec![sscc(1), sscc(2)]);
    world.done(maker, "pack", (from, sscc(3), inside));
    let terms = None::<DocumentHash>;
    let goods = (from, Goods::LogisticUnit(sscc(3)), Party::Wholesaler.site(), Purpose::Supply, terms);
    let shipped: Result<u64, Error> = world.call(maker, world.batches, "ship", goods);
    let twice = Arrival::LogisticUnits(vec![sscc(1), sscc(1)]);
    let refused = receive(&mut world, Party::Wholesaler, shipped.unwrap(), twice);
    assert_eq!(refused, Err(Error::NotInShipment));
    assert_eq!(balance(&mut world, id).in_transit, 20);
}

#[test]
fn self_shipment_is_refused() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let (maker, arguments) = (Party::Manufacturer, shipping(id, Party::Manufacturer, Party::Manufacturer, 1));
    let own: Result<u64, Error> = world.call(maker, world.batches, "ship", arguments);
    assert_eq!(own, Err(Error::ConsigneeIsConsignor));
}

#[test]
fn integer_edges_move_nothing_that_is_not_there() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    for (quantity, error) in [
        (0, Error::QuantityZero),
        (11, Error::QuantityNotHeld),
        (u64::MAX, Error::QuantityNotHeld),
        (u64::MAX - 9, Error::QuantityNotHeld),
    ] {
        let arguments = shipping(id, Party::Manufacturer, Party::Wholesaler, quantity);
        let refused: Result<u64, Error> = world.call(Party::Manufacturer, world.batches, "ship", arguments);
        assert_eq!(refused, Err(error), "{quantity}");
    }
    let shipment = world.ship(id, Party::Manufacturer, Party::Wholesaler, 10);
    for (quantity, error) in [(0, Error::QuantityZero), (u64::MAX, Error::QuantityNotInShipment)] {
        let refused = receive(&mut world, Party::Wholesaler, shipment, Arrival::Units(quantity));
        assert_eq!(refused, Err(error), "{quantity}");
    }
    let case = (Party::Manufacturer.site(), sscc(1), Contents::Case { batch: id, number: u32::MAX });
    let refused: Result<(), Error> = world.call(Party::Manufacturer, world.batches, "pack", case);
    assert_eq!(refused, Err(Error::UnknownCase));
    assert_eq!(balance(&mut world, id).total(), Some(10));
}

#[test]
fn a_proof_for_another_batch_is_an_alarm() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let other = world.register("OTHER", 10);
    let (_, serial, proof) = other.unit(3);
    let alarm = UnitOutcome::Alarm { code: NOT_IN_BATCH, other: None };
    assert_eq!(dispense(&mut world, Party::Pharmacy, (batch.id, serial, proof, None)), Ok(alarm));
    assert_eq!(balance(&mut world, batch.id).dispensed, 0);
}

#[test]
fn a_second_preimage_of_an_inner_node_is_not_a_leaf() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 4, 4);
    let (id, serial, proof) = batch.unit(0);
    // The two leaves below an inner node, put forward as if they were a serial with its salt, one level higher.
    let leaf = |number: usize| batch.unit(number ^ 1).2.siblings[0];
    let [inner @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = &[leaf(0), leaf(1)].concat()[..]
    else {
        panic!("two leaves have 64 bytes")
    };
    let salt = *leaf(1).last_chunk().unwrap();
    let forged = SerialProof { index: 0, salt, siblings: proof.siblings[1..].to_vec() };
    let refused = dispense(&mut world, Party::Pharmacy, (id, inner.to_vec(), forged.clone(), None));
    assert_eq!(refused, Err(units::Error::InvalidSerial), "it is not even a serial");
    assert!(!forged.verifies(id, inner, batch.new.serial_root.unwrap(), 4));
    // And as a real serial, with the inner node's siblings as its own.
    let forged = SerialProof { salt: proof.salt, ..forged };
    let refused = dispense(&mut world, Party::Pharmacy, (id, serial, forged, None));
    assert_eq!(refused, Err(units::Error::InvalidProof));
}

#[test]
fn a_leaf_beyond_the_batch_is_not_a_unit() {
    let mut world = World::new();
    // The maker built a tree of eight serials, and registers five units of it.
    let mut batch = BatchInHand::of("ABC-123", 8);
    batch.new.quantity = 5;
    let id = world.register_by(Party::Manufacturer, batch.new.clone());
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Pharmacy, 5);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(7)), Err(units::Error::InvalidProof));
}

#[test]
fn a_role_revoked_while_goods_are_in_flight_receives_nothing_and_can_still_reject() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let shipment = world.ship(id, Party::Manufacturer, Party::Wholesaler, 10);
    world.administer("revoke_role", (Party::Wholesaler.organisation(), Role::Wholesaler));
    let refused = receive(&mut world, Party::Wholesaler, shipment, Arrival::Units(10));
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    reject(&mut world, Party::Wholesaler, shipment, RejectionReason::Other);
    assert_eq!(balance(&mut world, id).held, 10);
}

#[test]
fn a_consignor_who_lost_its_role_gets_rejected_goods_back_and_moves_them_no_more() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Wholesaler, 10);
    let shipment = world.ship(id, Party::Wholesaler, Party::Pharmacy, 10);
    world.administer("revoke_role", (Party::Wholesaler.organisation(), Role::Wholesaler));
    reject(&mut world, Party::Pharmacy, shipment, RejectionReason::WrongGoods);
    let arguments = shipping(id, Party::Wholesaler, Party::Pharmacy, 10);
    let again: Result<u64, Error> = world.call(Party::Wholesaler, world.batches, "ship", arguments);
    assert_eq!(again, Err(Error::CallerNotAuthorised));
}

#[test]
fn unbounded_input_is_refused_before_it_costs_anything_big() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let site = Party::Manufacturer.site();
    // Lengths that promise four thousand million elements behind them.
    for (contract, message, head) in [
        ("batches", "pack", (site, sscc(1), 2_u8).encode()),
        ("batches", "receive", (site, 0_u64, 1_u8).encode()),
        ("units", "dispense", (site, id).encode()),
        ("feeds", "set_operators", Vec::new()),
        ("governance", "register_organisation", Vec::new()),
    ] {
        let input = [bundle(contract).selector(message).to_vec(), head, Compact(u32::MAX).encode()].concat();
        let address = world.address(contract);
        let failed =
            world.changing_nothing(|world| world.call_bytes::<Anything>(Party::Manufacturer, address, input));
        assert!(matches!(failed, Err(Failure::CouldNotReadInput | Failure::Stopped(_))), "{message}");
    }
    // More than a message takes, and well formed.
    let many: Vec<u64> = (0..129).map(sscc).collect();
    let refused: Result<(), Error> = world.changing_nothing(|world| {
        let contents = (site, sscc(999), Contents::LogisticUnits(many));
        world.call(Party::Manufacturer, world.batches, "pack", contents)
    });
    assert_eq!(refused, Err(Error::TooManyLogisticUnits));
    let long: Result<BatchId, products::Error> = world.changing_nothing(|world| {
        let new = new_batch(&"A".repeat(10_000), 10, None);
        world.call(Party::Manufacturer, world.products, "register_batch", (site, new))
    });
    assert_eq!(long, Err(products::Error::InvalidLot));
}

#[test]
fn a_proof_that_is_too_deep_is_refused_and_one_that_is_far_too_deep_stops() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 4, 4);
    let deep = |depth| SerialProof { index: 0, salt: [0; 16], siblings: vec![[0; 32]; depth] };
    let (id, serial, _) = batch.unit(1);
    let refused = dispense(&mut world, Party::Pharmacy, (id, serial.clone(), deep(400), None));
    assert_eq!(refused, Err(units::Error::InvalidProof));
    // ink! gives a message 16 KiB of input; the chain stops a longer one.
    let arguments = (Party::Pharmacy.site(), id, serial, deep(1_000), None::<u64>);
    let stopped = world.changing_nothing(|world| {
        world.measure::<Anything>(Party::Pharmacy, world.units, "dispense", arguments)
    });
    assert!(matches!(stopped, Err(Failure::Stopped(_))));
}

#[test]
fn nobody_but_the_governance_writes_into_access() {
    let mut world = World::new();
    let administrator = Party::Stranger.id();
    let change = Change::Deployment(Deployment { administrator, ..world.deployment() });
    for account in Party::ALL.map(Party::id).into_iter().chain([world.batches, world.units, world.feeds]) {
        let refused: Result<(), access::Error> = world.changing_nothing(|world| {
            world.call(account, world.access, "AccessControl::change", change.clone())
        });
        assert_eq!(refused, Err(access::Error::CallerNotAuthorised), "{account:?}");
    }
}

/// Arms a hostile contract, which then sends the message whenever it is asked something.
fn arm(
    world: &mut World,
    hostile: AccountId,
    contract: AccountId,
    message: (&str, &str),
    arguments: impl Encode,
) {
    let selector = bundle(message.0).selector(message.1);
    let armed = (contract, selector, arguments.encode());
    let receipt = world.measure::<Anything>(Party::Stranger, hostile, "arm", armed).unwrap();
    assert!(!receipt.reverted);
}

#[test]
fn reentrancy_through_a_hostile_access_changes_nothing() {
    let mut world = World::new();
    let hostile = world.instantiate("fixture_hostile", ());
    let victim = world.instantiate("batches", hostile);
    let site = Party::Manufacturer.site();
    let new = |lot: &str| registration(Party::Manufacturer.id(), site, new_batch(lot, 10, None));
    let register = |world: &mut World, lot: &str| -> Result<Registered, Error> {
        world.call(Party::Manufacturer, victim, "ProductBooks::register", new(lot))
    };
    assert!(register(&mut world, "FIRST").is_ok(), "as long as it only answers");
    arm(&mut world, hostile, victim, ("batches", "ProductBooks::register"), new("SECOND"));
    // The chain stops a contract that calls back into one that waits for it, and it has given no answer then.
    assert_eq!(register(&mut world, "THIRD"), Err(Error::AccessUnavailable));
    let count = |world: &mut World| {
        let batches: Vec<BatchId> = world.call(Party::Stranger, victim, "batches", (0_u32, 50_u32));
        batches.len()
    };
    assert_eq!(count(&mut world), 1);
}

#[test]
fn reentrancy_through_a_hostile_register_of_roles_books_nothing() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let hostile = world.instantiate("fixture_hostile", ());
    let (victim, site) = (world.instantiate("units", (hostile, world.batches)), Party::Pharmacy.site());
    let dispense = |world: &mut World| -> Result<UnitOutcome, units::Error> {
        world.call(Party::Pharmacy, victim, "dispense", (site, batch.pack(3)))
    };
    assert_eq!(
        dispense(&mut world),
        Err(units::Error::NotUnitRegister),
        "its own roles do not count elsewhere"
    );
    let roles = RoleSet::of(&[Role::UnitRegister]);
    world.decide(Action::ContractRoles { contract: victim, roles });
    // With the role it books for whom the deployment's own register of roles lets, and for nobody else.
    let by_stranger: Result<UnitOutcome, units::Error> =
        world.call(Party::Stranger, victim, "dispense", (site, batch.pack(3)));
    assert_eq!(by_stranger, Err(units::Error::CallerNotAtSite));
    arm(&mut world, hostile, victim, ("units", "dispense"), (site, batch.pack(3)));
    let resolve = (batch.id, vec![batch.unit(3).1], Resolution::FalseAlarm);
    let resolved: Result<(), units::Error> = world.call(Party::Pharmacy, victim, "resolve_alarms", resolve);
    assert_eq!(resolved, Err(units::Error::AccessUnavailable));
    assert_eq!(balance(&mut world, batch.id).dispensed, 0);
}

#[test]
fn reentrancy_through_a_hostile_feed_quarantines_nothing() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    let hostile = world.instantiate("fixture_hostile", ());
    let feed = contract_runtime_tests::feed();
    let policy = EvidencePolicy { feeds: hostile, threshold: 0, max_age: 60_000 };
    let set: Result<(), evidence::Error> =
        world.call(Party::Regulator, world.evidence, "set_policy", (feed, Some(policy)));
    assert_eq!(set, Ok(()));
    let site = Party::Manufacturer.site();
    let target = QuarantineTarget::Holding { batch: id, site, quantity: Some(4) };
    let present = |world: &mut World| -> Result<(), evidence::Error> {
        world.call(Party::Stranger, world.evidence, "present", (target, feed))
    };
    assert_eq!(present(&mut world), Ok(()), "a feed that a regulator trusts is believed");
    let contract = world.evidence;
    arm(&mut world, hostile, contract, ("evidence", "present"), (target, feed));
    assert_eq!(present(&mut world), Err(evidence::Error::EvidenceInsufficient));
    assert_eq!(balance(&mut world, id).quarantined, 10, "by the first report, which is about all loose ones");
}

#[test]
fn a_front_run_dispense_is_attributed_and_resolved() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    // Somebody sees the pharmacy's dispense in the pool, and sends the same serial and proof first.
    let alarm = UnitOutcome::Alarm { code: AlarmCode::UnitNeverReceived, other: None };
    assert_eq!(dispense(&mut world, Party::OtherPharmacy, batch.pack(3)), Ok(alarm));
    let [event] = &world.events::<AlarmRaised>(world.units)[..] else { panic!("one alarm") };
    assert_eq!(event.by.account, Party::OtherPharmacy.id(), "who did it is on record");
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(3)), Err(units::Error::AlarmOpen));
    let unit = UnitId::of(batch.id, &batch.unit(3).1);
    let raised: Option<Alarm> = world.call(Party::Stranger, world.units, "alarm", unit);
    assert_eq!(raised.unwrap().site, Party::OtherPharmacy.site());
    let finding = (batch.id, vec![batch.unit(3).1], Resolution::FalseAlarm);
    let resolved: Result<(), units::Error> =
        world.call(Party::Regulator, world.units, "resolve_alarms", finding);
    assert_eq!(resolved, Ok(()));
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(3)), Ok(UnitOutcome::Done));
}

#[test]
fn a_front_runner_without_the_role_does_nothing() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let unit = (Party::Pharmacy.site(), batch.pack(3));
    for party in Party::ALL.into_iter().filter(|party| *party != Party::Pharmacy) {
        let refused: Result<UnitOutcome, units::Error> =
            world.changing_nothing(|world| world.call(party, world.units, "dispense", &unit));
        assert_eq!(refused, Err(units::Error::CallerNotAtSite), "{party:?}");
    }
    for party in [Party::Wholesaler, Party::Auditor, Party::Manufacturer] {
        let refused = world.changing_nothing(|world| dispense(world, party, batch.pack(3)));
        assert_eq!(refused, Err(units::Error::CallerNotAuthorised), "{party:?}");
    }
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(3)), Ok(UnitOutcome::Done));
}

#[test]
fn dust_shipments_cost_their_sender_and_stop_nobody() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 1_000);
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Pharmacy, 100);
    let (sender, before) = (Party::Manufacturer, world.balance(Party::Manufacturer));
    let numbers: Vec<u64> = (0..50).map(|_| world.ship(id, sender, Party::Pharmacy, 1)).collect();
    assert!(world.balance(sender) < before, "each shipment takes a deposit from who sends it");
    // The victim pays nothing for them, works on, and may send them back: the deposit is then its own.
    let done: Result<(), Error> = world.call(
        Party::Pharmacy,
        world.batches,
        "decommission_quantity",
        (Party::Pharmacy.site(), id, 10_u64, UnitState::Dispensed, None::<DocumentHash>),
    );
    assert_eq!(done, Ok(()));
    let purse = world.balance(Party::Pharmacy);
    for number in numbers {
        reject(&mut world, Party::Pharmacy, number, RejectionReason::WrongGoods);
    }
    assert!(world.balance(Party::Pharmacy) > purse);
    let here: Holding = world.call(Party::Stranger, world.batches, "holding", (id, Party::Pharmacy.site()));
    assert_eq!(here.places, Places { held: 90, dispensed: 10, ..Places::default() });
}

#[test]
fn a_pause_is_not_bypassed_through_another_contract() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let before = balance(&mut world, batch.id);
    let (batches, units) = (world.batches, world.units);
    world.administer("pause", batches);
    // `units` is not paused itself.
    let refused = dispense(&mut world, Party::Pharmacy, batch.pack(3));
    assert_eq!(refused, Err(units::Error::Paused));
    let gone: Option<UnitRecord> =
        world.call(Party::Stranger, world.units, "unit", UnitId::of(batch.id, &batch.unit(3).1));
    assert_eq!((gone, balance(&mut world, batch.id)), (None, before));
    world.administer("unpause", batches);
    world.administer("pause", units);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(3)), Err(units::Error::Paused));
    world.administer("unpause", units);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.pack(3)), Ok(UnitOutcome::Done));
}

#[test]
fn a_former_administrator_neither_applies_nor_cancels_what_it_proposed() {
    let mut world = World::new();
    let code = world.code_hash(world.batches);
    let action = Action::Upgrade { contract: world.batches, code };
    let (former, successor) = (Party::Administrator, Party::Auditor);
    let proposal: u32 = world.govern(former, "propose", action);
    world.administer("offer_administration", successor.id());
    world.pass(CHANGE_DELAY);
    world.govern::<()>(successor, "accept_administration", ());
    for message in ["apply_proposal", "cancel_proposal"] {
        let refused: Result<(), governance::Error> = world.call(former, world.governance, message, proposal);
        assert_eq!(refused, Err(governance::Error::CallerNotAuthorised), "{message}");
    }
}

#[test]
fn a_foreign_register_of_units_books_nothing() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let foreign = world.instantiate("units", (world.access, world.batches));
    let refused: Result<UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, foreign, "dispense", (Party::Pharmacy.site(), batch.pack(3)));
    assert_eq!(refused, Err(units::Error::NotUnitRegister));
    assert_eq!(balance(&mut world, batch.id).dispensed, 0);
}

#[test]
fn evidence_that_is_stale_weak_or_about_other_goods_does_nothing() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let [warm, other] = ["WARM", "OTHER"].map(|lot| world.register_plain(lot, 10));
    let feed = contract_runtime_tests::feed();
    let site = Party::Manufacturer.site();
    let at = |batch: BatchId| QuarantineTarget::Holding { batch, site, quantity: None };
    let present = |world: &mut World, batch: BatchId| -> Result<(), evidence::Error> {
        world.call(Party::Stranger, world.evidence, "present", (at(batch), feed))
    };
    assert_eq!(present(&mut world, warm), Err(evidence::Error::NoPolicy));
    let policy = EvidencePolicy { feeds: world.feeds, threshold: 500_000, max_age: 60_000 };
    let set: Result<(), evidence::Error> =
        world.call(Party::Regulator, world.evidence, "set_policy", (feed, Some(policy)));
    assert_eq!(set, Ok(()));
    let report = |world: &mut World, round: u64, value: i128| {
        let subject = at(warm).subject(world.batches);
        let report = feeds::Report { subject, ..world.report(round, &[value]) };
        let sent: Result<(), feeds::Error> =
            world.call(Party::Provider, world.feeds, "report", (&report, operators.sign(&report, &[0])));
        assert_eq!(sent, Ok(()));
    };
    let insufficient = Err(evidence::Error::EvidenceInsufficient);
    assert_eq!(present(&mut world, warm), insufficient, "nothing was reported");
    report(&mut world, 1, 499_999);
    assert_eq!(present(&mut world, warm), insufficient, "weak");
    report(&mut world, 2, 500_000);
    assert_eq!(present(&mut world, other), insufficient, "about other goods");
    world.pass(60_001);
    assert_eq!(present(&mut world, warm), insufficient, "stale");
    report(&mut world, 3, 500_000);
    let unknown = BatchId([7; 32]);
    assert_eq!(present(&mut world, unknown), Err(evidence::Error::UnknownGoods));
    assert_eq!(present(&mut world, warm), Ok(()));
    assert_eq!(balance(&mut world, warm).quarantined, 10);
    assert_eq!(present(&mut world, warm), Err(evidence::Error::AlreadyPresented));
    report(&mut world, 4, 500_000);
    assert_eq!(present(&mut world, warm), Err(evidence::Error::AlreadyPresented), "observed no later");
    world.pass(1);
    report(&mut world, 5, 500_000);
    assert_eq!(
        present(&mut world, warm),
        Ok(()),
        "nothing is left to quarantine, and what left can be followed"
    );
    assert_eq!(balance(&mut world, warm).quarantined, 10);
    assert_eq!(balance(&mut world, other).quarantined, 0);
    assert!(world.now() > NOW);
}
