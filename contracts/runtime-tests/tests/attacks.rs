//! Attacks by name: what somebody tries, and what the contracts make of it. `docs/security.md` has the threat behind each.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use batches::{Arrival, Contents, Error, Goods, Holding, Places, Purpose, RejectionReason};
use contract_runtime_tests::{
    bundle, new_batch, serials, shipping, sscc, Anything, BatchInHand, Failure, Operators, Party, World, NOW,
};
use primitives::{AccountId, BatchId, DocumentHash, Role, SerialProof, SerialTree, UnitId};
use scale::{Compact, Encode};
use units::{AlarmCode, UnitOutcome};

/// A released batch with serials, so many units of which are with the pharmacy.
fn at_pharmacy(world: &mut World, quantity: u64, at_pharmacy: u64) -> BatchInHand {
    let batch = world.register("ABC-123", quantity);
    world.attest_and_release(batch.id);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, at_pharmacy);
    batch
}

fn dispense(
    world: &mut World,
    by: Party,
    unit: (BatchId, Vec<u8>, SerialProof),
) -> Result<UnitOutcome, units::Error> {
    world.call(by, world.units, "dispense", unit)
}

fn balance(world: &mut World, batch: BatchId) -> Places {
    let places: Option<Places> = world.call(Party::Stranger, world.batches, "mass_balance", batch);
    places.unwrap()
}

fn administer(world: &mut World, message: &str, arguments: impl Encode) {
    let done: Result<(), access::Error> = world.call(Party::Administrator, world.access, message, arguments);
    assert_eq!(done, Ok(()), "{message}");
}

const NOT_IN_BATCH: AlarmCode = AlarmCode::SerialNotInBatch;

#[test]
fn replay_a_dispense_is_an_alarm_and_not_a_second_dispense() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Ok(UnitOutcome::Done));
    let alarm = UnitOutcome::Alarm { code: AlarmCode::SecondDecommission, other: Party::Pharmacy.id() };
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Ok(alarm));
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
    let mut receive = |quantity: u64| -> Result<(), Error> {
        world.call(Party::Wholesaler, world.batches, "receive", (shipment, Arrival::Units(quantity)))
    };
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
    for number in [1, 2] {
        world.done(Party::Manufacturer, "pack", (sscc(number), Contents::Units { batch: id, quantity: 10 }));
    }
    let inside = Contents::LogisticUnits(vec![sscc(1), sscc(2)]);
    world.done(Party::Manufacturer, "pack", (sscc(3), inside));
    let goods = (Goods::LogisticUnit(sscc(3)), Party::Wholesaler.id(), Purpose::Supply, None::<DocumentHash>);
    let shipped: Result<u64, Error> = world.call(Party::Manufacturer, world.batches, "ship", goods);
    let twice = Arrival::LogisticUnits(vec![sscc(1), sscc(1)]);
    let refused: Result<(), Error> =
        world.call(Party::Wholesaler, world.batches, "receive", (shipped.unwrap(), twice));
    assert_eq!(refused, Err(Error::NotInShipment));
    assert_eq!(balance(&mut world, id).in_transit, 20);
}

#[test]
fn self_shipment_is_refused() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let own: Result<u64, Error> =
        world.call(Party::Manufacturer, world.batches, "ship", shipping(id, Party::Manufacturer, 1));
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
        let refused: Result<u64, Error> =
            world.call(Party::Manufacturer, world.batches, "ship", shipping(id, Party::Wholesaler, quantity));
        assert_eq!(refused, Err(error), "{quantity}");
    }
    let shipment = world.ship(id, Party::Manufacturer, Party::Wholesaler, 10);
    for (quantity, error) in [(0, Error::QuantityZero), (u64::MAX, Error::QuantityNotInShipment)] {
        let refused: Result<(), Error> =
            world.call(Party::Wholesaler, world.batches, "receive", (shipment, Arrival::Units(quantity)));
        assert_eq!(refused, Err(error), "{quantity}");
    }
    let case = (sscc(1), Contents::Case { batch: id, number: u32::MAX });
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
    let alarm = UnitOutcome::Alarm { code: NOT_IN_BATCH, other: Party::Manufacturer.id() };
    assert_eq!(dispense(&mut world, Party::Pharmacy, (batch.id, serial, proof)), Ok(alarm));
    assert_eq!(balance(&mut world, batch.id).dispensed, 0);
}

#[test]
fn a_second_preimage_of_an_inner_node_is_no_leaf() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 4, 4);
    let (_, _, proof) = batch.unit(0);
    // The two leaves below an inner node, put forward as if they were a serial, one level higher.
    let leaf = |number: u64| UnitId::of(batch.id, &batch.unit(number).1).0;
    let inner = [leaf(0), leaf(1)].concat();
    let upper = proof.siblings[1..].to_vec();
    let forged = SerialProof { index: 0, siblings: upper.clone() };
    let refused = dispense(&mut world, Party::Pharmacy, (batch.id, inner.clone(), forged.clone()));
    assert_eq!(refused, Err(units::Error::InvalidSerial), "it is not even a serial");
    // And as a real serial, with the inner node's siblings as its own.
    let (_, serial, _) = batch.unit(0);
    let alarm = UnitOutcome::Alarm { code: NOT_IN_BATCH, other: Party::Manufacturer.id() };
    assert_eq!(dispense(&mut world, Party::Pharmacy, (batch.id, serial, forged)), Ok(alarm));
    let root = batch.tree.root();
    assert!(!SerialProof { index: 0, siblings: upper }.verifies(UnitId(leaf(0)), root, 4));
}

#[test]
fn a_leaf_beyond_the_batch_is_no_unit() {
    let mut world = World::new();
    let id = BatchId::of(9_506_000_134_352, b"ABC-123");
    // The maker built a tree of eight serials, and registered five units of it.
    let tree = SerialTree::new(id, &serials(8)).unwrap();
    let registered: Result<BatchId, Error> = world.call(
        Party::Manufacturer,
        world.batches,
        "register_batch",
        new_batch("ABC-123", 5, Some(tree.root())),
    );
    assert_eq!(registered, Ok(id));
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Pharmacy, 5);
    let serial = serials(8).pop().unwrap();
    let proof = tree.prove(&serial).unwrap();
    let alarm = UnitOutcome::Alarm { code: NOT_IN_BATCH, other: Party::Manufacturer.id() };
    assert_eq!(dispense(&mut world, Party::Pharmacy, (id, serial, proof)), Ok(alarm));
}

#[test]
fn a_role_revoked_while_goods_are_in_flight_receives_nothing_and_can_still_reject() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let shipment = world.ship(id, Party::Manufacturer, Party::Wholesaler, 10);
    administer(&mut world, "revoke_role", (Role::Wholesaler, Party::Wholesaler.id()));
    let refused: Result<(), Error> =
        world.call(Party::Wholesaler, world.batches, "receive", (shipment, Arrival::Units(10)));
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    world.done(Party::Wholesaler, "reject", (shipment, RejectionReason::Other));
    assert_eq!(balance(&mut world, id).held, 10);
}

#[test]
fn a_consignor_who_lost_its_role_gets_rejected_goods_back_and_moves_them_no_more() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Wholesaler, 10);
    let shipment = world.ship(id, Party::Wholesaler, Party::Pharmacy, 10);
    administer(&mut world, "revoke_role", (Role::Wholesaler, Party::Wholesaler.id()));
    world.done(Party::Pharmacy, "reject", (shipment, RejectionReason::WrongGoods));
    let again: Result<u64, Error> =
        world.call(Party::Wholesaler, world.batches, "ship", shipping(id, Party::Pharmacy, 10));
    assert_eq!(again, Err(Error::CallerNotAuthorised));
}

#[test]
fn unbounded_input_is_refused_before_it_costs_anything_big() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    world.attest_and_release(id);
    let before = world.storage_root();
    // Lengths that promise four thousand million elements behind them.
    for (contract, message, head) in [
        ("batches", "pack", (sscc(1), 2_u8).encode()),
        ("batches", "receive", (0_u64, 1_u8).encode()),
        ("units", "dispense", id.encode()),
        ("feeds", "set_operators", Vec::new()),
        ("access", "register_organisation", Party::Stranger.id().encode()),
    ] {
        let input = [bundle(contract).selector(message).to_vec(), head, Compact(u32::MAX).encode()].concat();
        let address = world.address(contract);
        let failed = world.call_bytes::<Anything>(Party::Manufacturer, address, input);
        assert!(matches!(failed, Err(Failure::CouldNotReadInput | Failure::Stopped(_))), "{message}");
    }
    // More than a message takes, and well formed.
    let many: Vec<u64> = (0..129).map(sscc).collect();
    let refused: Result<(), Error> =
        world.call(Party::Manufacturer, world.batches, "pack", (sscc(999), Contents::LogisticUnits(many)));
    assert_eq!(refused, Err(Error::TooManyLogisticUnits));
    let long: Result<BatchId, Error> = world.call(
        Party::Manufacturer,
        world.batches,
        "register_batch",
        new_batch(&"A".repeat(10_000), 10, None),
    );
    assert_eq!(long, Err(Error::InvalidLot));
    let deep = |depth| SerialProof { index: 0, siblings: vec![[0; 32]; depth] };
    let serialised = world.register("SERIAL", 4);
    let (batch, serial, _) = serialised.unit(1);
    let alarm = UnitOutcome::Alarm { code: NOT_IN_BATCH, other: Party::Manufacturer.id() };
    assert_eq!(dispense(&mut world, Party::Pharmacy, (batch, serial.clone(), deep(400))), Ok(alarm));
    // ink! gives a message 16 KiB of input; the chain stops what is longer.
    let arguments = (batch, serial, deep(1_000));
    let stopped = world.measure::<Anything>(Party::Pharmacy, world.units, "dispense", arguments);
    assert!(matches!(stopped, Err(Failure::Stopped(_))));
    assert_ne!(world.storage_root(), before, "only the registration and the alarm are new");
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
    let register = |world: &mut World, lot: &str| -> Result<BatchId, Error> {
        world.call(Party::Manufacturer, victim, "register_batch", new_batch(lot, 10, None))
    };
    assert!(register(&mut world, "FIRST").is_ok(), "as long as it only answers");
    arm(&mut world, hostile, victim, ("batches", "register_batch"), new_batch("SECOND", 10, None));
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
    let victim = world.instantiate("units", (hostile, world.batches));
    let dispense = |world: &mut World| -> Result<UnitOutcome, units::Error> {
        world.call(Party::Pharmacy, victim, "dispense", batch.unit(3))
    };
    assert_eq!(
        dispense(&mut world),
        Err(units::Error::BookingRefused),
        "its own roles do not count elsewhere"
    );
    let uri = access::Identifier::Uri("urn:test:victim".to_owned());
    administer(&mut world, "register_organisation", (victim, "victim".to_owned(), uri));
    administer(&mut world, "grant_role", (Role::UnitRegister, victim, None::<u64>));
    arm(&mut world, hostile, victim, ("units", "dispense"), batch.unit(3));
    assert_eq!(dispense(&mut world), Err(units::Error::AccessUnavailable));
    assert_eq!(balance(&mut world, batch.id).dispensed, 0);
}

#[test]
fn reentrancy_through_a_hostile_feed_quarantines_nothing() {
    let mut world = World::new();
    let id = world.register_plain("ABC-123", 10);
    let hostile = world.instantiate("fixture_hostile", ());
    let feed = contract_runtime_tests::feed();
    let policy = evidence::EvidencePolicy { feeds: hostile, threshold: 0, max_age: 60_000 };
    let set: Result<(), evidence::Error> =
        world.call(Party::Regulator, world.evidence, "set_policy", (feed, Some(policy)));
    assert_eq!(set, Ok(()));
    let holder = Party::Manufacturer.id();
    let target = batches::QuarantineTarget::Holding { batch: id, holder, quantity: Some(4) };
    let present = |world: &mut World| -> Result<(), evidence::Error> {
        world.call(Party::Stranger, world.evidence, "present", (target, feed))
    };
    assert_eq!(present(&mut world), Ok(()), "a feed that a regulator trusts is believed");
    let contract = world.evidence;
    arm(&mut world, hostile, contract, ("evidence", "present"), (target, feed));
    assert_eq!(present(&mut world), Err(evidence::Error::EvidenceInsufficient));
    assert_eq!(balance(&mut world, id).quarantined, 4);
}

#[test]
fn a_front_run_dispense_is_attributed_and_resolved() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    // Somebody sees the pharmacy's dispense in the pool, and sends the same serial and proof first.
    let alarm = UnitOutcome::Alarm { code: AlarmCode::UnitNeverReceived, other: Party::Manufacturer.id() };
    assert_eq!(dispense(&mut world, Party::OtherPharmacy, batch.unit(3)), Ok(alarm));
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Err(units::Error::AlarmOpen));
    let unit = UnitId::of(batch.id, &batch.unit(3).1);
    let raised: Option<units::Alarm> = world.call(Party::Stranger, world.units, "alarm", unit);
    assert_eq!(raised.unwrap().by, Party::OtherPharmacy.id(), "who did it is on record");
    let finding = (batch.id, batch.unit(3).1, units::Resolution::FalseAlarm);
    let resolved: Result<(), units::Error> =
        world.call(Party::Regulator, world.units, "resolve_alarm", finding);
    assert_eq!(resolved, Ok(()));
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Ok(UnitOutcome::Done));
}

#[test]
fn a_front_runner_without_the_role_does_nothing() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    for party in [Party::Stranger, Party::Administrator, Party::Wholesaler, Party::Auditor] {
        let refused = dispense(&mut world, party, batch.unit(3));
        assert_eq!(refused, Err(units::Error::CallerNotAuthorised), "{party:?}");
    }
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Ok(UnitOutcome::Done));
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
        (id, 10_u64, batches::UnitState::Dispensed, None::<DocumentHash>),
    );
    assert_eq!(done, Ok(()));
    let purse = world.balance(Party::Pharmacy);
    for number in numbers {
        world.done(Party::Pharmacy, "reject", (number, RejectionReason::WrongGoods));
    }
    assert!(world.balance(Party::Pharmacy) > purse);
    let here: Holding = world.call(Party::Stranger, world.batches, "holding", (id, Party::Pharmacy.id()));
    assert_eq!(here.places, Places { held: 90, dispensed: 10, ..Places::default() });
}

#[test]
fn a_pause_is_not_bypassed_through_another_contract() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let before = balance(&mut world, batch.id);
    let (batches, units) = (world.batches, world.units);
    administer(&mut world, "pause", batches);
    // `units` is not paused: what it has `batches` book is refused, and takes all of it back.
    let refused = dispense(&mut world, Party::Pharmacy, batch.unit(3));
    assert_eq!(refused, Err(units::Error::BookingRefused));
    let gone: Option<units::DecommissionedUnit> = world.call(
        Party::Stranger,
        world.units,
        "decommissioned_unit",
        UnitId::of(batch.id, &batch.unit(3).1),
    );
    assert_eq!((gone, balance(&mut world, batch.id)), (None, before));
    administer(&mut world, "unpause", batches);
    administer(&mut world, "pause", units);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Err(units::Error::Paused));
    administer(&mut world, "unpause", units);
    assert_eq!(dispense(&mut world, Party::Pharmacy, batch.unit(3)), Ok(UnitOutcome::Done));
}

#[test]
fn an_upgrade_by_a_former_administrator_is_refused() {
    let mut world = World::new();
    let contract = world.batches;
    let (former, successor) = (Party::Administrator, Party::Auditor);
    administer(&mut world, "propose_upgrade", (contract, [9_u8; 32]));
    administer(&mut world, "offer_administration", successor.id());
    let accepted: Result<(), access::Error> =
        world.call(successor, world.access, "accept_administration", ());
    assert_eq!(accepted, Ok(()));
    world.pass(access::UPGRADE_DELAY);
    for message in ["apply_upgrade", "cancel_upgrade"] {
        let refused: Result<(), access::Error> = world.call(former, world.access, message, contract);
        assert_eq!(refused, Err(access::Error::CallerNotAuthorised), "{message}");
    }
}

#[test]
fn a_foreign_register_of_units_books_nothing() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    world.pass(1);
    let foreign = world.instantiate("units", (world.access, world.batches));
    let refused: Result<UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, foreign, "dispense", batch.unit(3));
    assert_eq!(refused, Err(units::Error::BookingRefused));
    assert_eq!(balance(&mut world, batch.id).dispensed, 0);
}

#[test]
fn evidence_that_is_stale_weak_or_about_other_goods_does_nothing() {
    let mut world = World::new();
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let [warm, other] = ["WARM", "OTHER"].map(|lot| world.register_plain(lot, 10));
    let feed = contract_runtime_tests::feed();
    let at = |batch: BatchId| batches::QuarantineTarget::Holding {
        batch,
        holder: Party::Manufacturer.id(),
        quantity: None,
    };
    let present = |world: &mut World, batch: BatchId| -> Result<(), evidence::Error> {
        world.call(Party::Stranger, world.evidence, "present", (at(batch), feed))
    };
    assert_eq!(present(&mut world, warm), Err(evidence::Error::NoPolicy));
    let policy = evidence::EvidencePolicy { feeds: world.feeds, threshold: 500_000, max_age: 60_000 };
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
    assert_eq!(present(&mut world, warm), Err(evidence::Error::NothingFree));
    assert_eq!(balance(&mut world, other).quarantined, 0);
    assert!(world.now() > NOW);
}
