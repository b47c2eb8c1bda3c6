//! The whole first path of a batch through the built contracts: from registration to recall.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{recall, shipping, BatchInHand, Party, World, NOW};
use primitives::batches::{
    Arrival, Batch, BatchRecalled, BatchRegistered, BatchReleased, Error, Holding, Places, RecallScope,
    RejectionReason, Shipment, ShipmentRejected, UnitsBooked, UnitsReceived, UnitsShipped,
};
use primitives::products::{self, Attestation, NewBatch};
use primitives::units::{
    self, AlarmCode, AlarmRaised, Outcome, Reason, Scan, UnitDecommissioned, UnitOutcome, Verdict,
};
use primitives::{Actor, BatchId};

/// What events say about a party that acts at its site.
fn actor(party: Party) -> Actor {
    let (organisation, site) = (Some(party.organisation()), Some(party.site()));
    Actor { account: party.id(), organisation, site }
}

/// The same, where it acts for its organisation alone.
fn author(party: Party) -> Actor {
    Actor { site: None, ..actor(party) }
}

fn balance(world: &mut World, batch: BatchId) -> Places {
    let balance: Option<Places> = world.call(Party::Stranger, world.batches, "mass_balance", batch);
    let balance = balance.unwrap();
    assert_eq!(balance.total(), Some(10_000), "no unit appears or vanishes");
    balance
}

fn verdict(world: &mut World, scan: Scan) -> (Outcome, Vec<Reason>) {
    let verdict: Result<Verdict, units::Error> = world.call(Party::Stranger, world.units, "verdict", scan);
    let verdict = verdict.unwrap();
    (verdict.outcome, verdict.reasons.by_severity())
}

fn dispense(
    world: &mut World,
    by: Party,
    batch: &BatchInHand,
    number: usize,
) -> Result<UnitOutcome, units::Error> {
    world.call(by, world.units, "dispense", (by.site(), batch.pack(number)))
}

#[test]
fn a_batch_goes_from_its_manufacturer_to_a_patient_and_is_recalled() {
    let mut world = World::new();
    let contract = world.batches;
    let batch = world.register("ABC-123", 10_000);
    let [registered] = &world.events::<BatchRegistered>(contract)[..] else { panic!("one event") };
    assert_eq!((registered.batch, registered.by), (batch.id, actor(Party::Manufacturer)));
    assert_eq!(verdict(&mut world, batch.scan(7)), (Outcome::NotReleased, vec![Reason::NotReleased]));

    // Nothing moves before the release, and nothing is released before it is attested.
    let to_wholesaler = shipping(batch.id, Party::Manufacturer, Party::Wholesaler, 6_000);
    let early: Result<u64, Error> = world.call(Party::Manufacturer, contract, "ship", to_wholesaler);
    assert_eq!(early, Err(Error::NotReleased));
    let early: Result<(), products::Error> =
        world.call(Party::Manufacturer, world.products, "release", batch.id);
    assert_eq!(early, Err(products::Error::AttestationMissing));
    world.attest_and_release(batch.id);
    let released = BatchReleased { batch: batch.id, by: author(Party::Manufacturer) };
    assert_eq!(world.events::<BatchReleased>(contract), [released]);
    assert_eq!(verdict(&mut world, batch.scan(7)), (Outcome::Genuine, vec![]));

    // The wholesaler counts 5,990 of 6,000 units, and sends the rest back.
    let shipment = world.ship(batch.id, Party::Manufacturer, Party::Wholesaler, 6_000);
    assert_eq!(world.events::<UnitsShipped>(contract)[0].shipment, shipment);
    assert_eq!(balance(&mut world, batch.id).in_transit, 6_000);
    let wholesaler = Party::Wholesaler.site();
    world.done(Party::Wholesaler, "receive", (wholesaler, shipment, Arrival::Units(5_990)));
    assert_eq!(world.events::<UnitsReceived>(contract)[0].still_in_transit, 10);
    let open: Option<Shipment> = world.call(Party::Stranger, contract, "shipment", shipment);
    assert_eq!(open.unwrap().quantity, 10);
    world.done(Party::Wholesaler, "reject", (Some(wholesaler), shipment, RejectionReason::QuantityShort));
    assert_eq!(world.events::<ShipmentRejected>(contract)[0].quantity, 10);
    let places = Places { held: 10_000, ..Places::default() };
    assert_eq!(balance(&mut world, batch.id), places);

    // On to the pharmacy, which dispenses one unit. Its copy turns up elsewhere.
    world.hand_over(batch.id, Party::Wholesaler, Party::Pharmacy, 100);
    let at_pharmacy: Holding =
        world.call(Party::Stranger, contract, "holding", (batch.id, Party::Pharmacy.site()));
    assert_eq!(at_pharmacy.places, Places { held: 100, ..Places::default() });
    let here = Some(Party::Pharmacy.site());
    let at_pharmacy = Scan { site: here, ..batch.scan(7) };
    assert_eq!(verdict(&mut world, at_pharmacy.clone()), (Outcome::Valid, vec![]));
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 7), Ok(UnitOutcome::Done));
    assert_eq!(world.events::<UnitDecommissioned>(world.units)[0].by, actor(Party::Pharmacy));
    assert_eq!(world.events::<UnitsBooked>(contract)[0].site, Party::Pharmacy.site());
    // The patient has it rightly; at a counter it is not a pack to be dispensed.
    assert_eq!(verdict(&mut world, batch.scan(7)), (Outcome::Genuine, vec![]));
    let sold = (Outcome::Decommissioned, vec![Reason::UnitDispensed]);
    assert_eq!(verdict(&mut world, at_pharmacy), sold);
    world.pass(60_000);
    let first = Some(Party::Pharmacy.site());
    let alarm = UnitOutcome::Alarm { code: AlarmCode::SecondDecommission, other: first };
    assert_eq!(dispense(&mut world, Party::OtherPharmacy, &batch, 7), Ok(alarm));
    let [raised] = &world.events::<AlarmRaised>(world.units)[..] else { panic!("one alarm") };
    assert_eq!((raised.by, raised.other), (actor(Party::OtherPharmacy), first));
    let copied = (Outcome::Decommissioned, vec![Reason::AlarmOpen]);
    assert_eq!(verdict(&mut world, batch.scan(7)), copied);
    assert_eq!(verdict(&mut world, batch.scan(8)), (Outcome::Genuine, vec![]));
    assert_eq!(balance(&mut world, batch.id).dispensed, 1);

    // Recalled: the same packs now say so, and none moves.
    world.done(Party::Regulator, "recall", (batch.id, recall(RecallScope::Batch, NOW + 60_000)));
    assert_eq!(world.events::<BatchRecalled>(contract)[0].by, author(Party::Regulator));
    let recalled = (Outcome::Recalled, vec![Reason::BatchRecalled]);
    assert_eq!(verdict(&mut world, batch.scan(8)), recalled);
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 8), Err(units::Error::BatchRecalled));
    let to_pharmacy = shipping(batch.id, Party::Wholesaler, Party::Pharmacy, 1);
    let late: Result<u64, Error> = world.call(Party::Wholesaler, contract, "ship", to_pharmacy);
    assert_eq!(late, Err(Error::BatchRecalled));
}

#[test]
fn a_pack_expires_with_the_chains_time() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    world.attest_and_release(batch.id);
    let record: Option<Batch> = world.call(Party::Stranger, world.batches, "batch", batch.id);
    let last = record.unwrap().expires_at;
    world.pass(last - NOW);
    assert_eq!(verdict(&mut world, batch.scan(7)), (Outcome::Genuine, vec![]));
    world.pass(1);
    assert_eq!(verdict(&mut world, batch.scan(7)), (Outcome::Expired, vec![Reason::Expired]));
}

#[test]
fn bad_registrations_are_refused_by_name() {
    let mut world = World::new();
    let site = Party::Manufacturer.site();
    let good = contract_runtime_tests::new_batch("ABC-123", 10, None);
    let gtin = good.gtin;
    let bad = [
        (NewBatch { gtin: gtin + 1, ..good.clone() }, products::Error::InvalidGtin),
        (NewBatch { lot: b"ABC 123".to_vec(), ..good.clone() }, products::Error::InvalidLot),
        (NewBatch { expiry: 280_231, ..good.clone() }, products::Error::InvalidExpiry),
        (NewBatch { expiry: 200_101, ..good.clone() }, products::Error::BatchExpired),
        (NewBatch { quantity: 0, ..good.clone() }, products::Error::QuantityZero),
        (NewBatch { quantity: u64::MAX, ..good.clone() }, products::Error::QuantityTooLarge),
    ];
    for (new, error) in bad {
        let refused: Result<BatchId, products::Error> =
            world.call(Party::Manufacturer, world.products, "register_batch", (site, new));
        assert_eq!(refused, Err(error));
        assert_eq!(world.emitted(), []);
    }
    let first: Result<BatchId, products::Error> =
        world.call(Party::Manufacturer, world.products, "register_batch", (site, good.clone()));
    assert!(first.is_ok());
    let again: Result<BatchId, products::Error> =
        world.call(Party::Manufacturer, world.products, "register_batch", (site, good));
    assert_eq!(again, Err(products::Error::BatchExists));
}

#[test]
fn a_unit_of_another_batch_proves_nothing() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    let other = world.register("OTHER", 10);
    let (_, serial, proof) = other.unit(3);
    let here = Party::Pharmacy.site();
    let refused: Result<UnitOutcome, units::Error> =
        world.call(Party::Pharmacy, world.units, "dispense", (here, batch.id, serial, proof, None::<u64>));
    let alarm = UnitOutcome::Alarm { code: AlarmCode::SerialNotInBatch, other: None };
    assert_eq!(refused, Ok(alarm));
}

#[test]
fn a_document_is_attested_once() {
    let mut world = World::new();
    let batch = world.register("ABC-123", 10);
    let reviewed = world.reviewed(batch.id, Attestation::GoodManufacturingPractice);
    world.decided(Party::Regulator, "attest", reviewed);
    let again: Result<(), products::Error> = world.call(Party::Regulator, world.products, "attest", reviewed);
    assert_eq!(again, Err(products::Error::AlreadyAttested));
}
