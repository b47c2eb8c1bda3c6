//! Valid means valid: the scenarios by which a pack that must not be dispensed read valid, or an honest one was held up, on
//! the built contracts. `docs/verdict.md` has the promise.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use contract_runtime_tests::{
    feed, plain_scan, recall, shipping, sscc, BatchInHand, Operators, Party, World,
};
use primitives::batches::{
    Arrival, ClearanceReason, Contents, Error, Goods, Places, Purpose, QuarantineReason, QuarantineTarget,
    RecallScope, RejectionReason, UnitState,
};
use primitives::evidence::{self, EvidencePolicy};
use primitives::feeds::Report;
use primitives::units::{self, AlarmCode, Outcome, Reason, Resolution, Scan, UnitOutcome, Verdict};
use primitives::{feeds, BatchId, DocumentHash, SiteId, Sscc};

const DAMAGED: QuarantineReason = QuarantineReason::Damaged;
const NO_DOCUMENT: Option<DocumentHash> = None;

fn at_pharmacy(world: &mut World, quantity: usize, at_pharmacy: u64) -> BatchInHand {
    let batch = world.register("ABC-123", quantity);
    world.attest_and_release(batch.id);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, at_pharmacy);
    batch
}

/// A released batch in numbered cases of ten, the first of which is with the pharmacy, closed.
fn case_at_pharmacy(world: &mut World) -> BatchInHand {
    let mut batch = BatchInHand::of("CASED", 30);
    batch.new.units_per_case = Some(10);
    world.register_by(Party::Manufacturer, batch.new.clone());
    world.attest_and_release(batch.id);
    let maker = Party::Manufacturer.site();
    world.done(Party::Manufacturer, "pack", (maker, sscc(1), Contents::Case { batch: batch.id, number: 0 }));
    move_case(world, Party::Manufacturer, Party::Pharmacy, Purpose::Supply);
    batch
}

fn ship_case(world: &mut World, from: Party, to: Party, purpose: Purpose) -> Result<u64, Error> {
    ship_unit(world, sscc(1), from, to, purpose)
}

fn ship_unit(world: &mut World, unit: Sscc, from: Party, to: Party, purpose: Purpose) -> Result<u64, Error> {
    let shipping = (from.site(), Goods::LogisticUnit(unit), to.site(), purpose, NO_DOCUMENT);
    world.call(from, world.batches, "ship", shipping)
}

fn move_case(world: &mut World, from: Party, to: Party, purpose: Purpose) {
    let shipment = ship_case(world, from, to, purpose).unwrap();
    world.done(to, "receive", (to.site(), shipment, Arrival::LogisticUnits(vec![sscc(1)])));
}

fn verdict(world: &mut World, scan: Scan) -> Verdict {
    let verdict: Result<Verdict, units::Error> = world.call(Party::Stranger, world.units, "verdict", scan);
    verdict.unwrap()
}

/// What a scan of the pack at the party's counter is answered with.
fn at_counter(world: &mut World, party: Party, batch: &BatchInHand, number: usize) -> Verdict {
    verdict(world, Scan { site: Some(party.site()), ..batch.scan(number) })
}

#[track_caller]
fn assert_reads(verdict: &Verdict, outcome: Outcome, reason: Reason) {
    let reasons = verdict.reasons.by_severity();
    assert_eq!((verdict.outcome, reasons.first()), (outcome, Some(&reason)), "{reasons:?}");
}

fn dispense(
    world: &mut World,
    by: Party,
    batch: &BatchInHand,
    number: usize,
) -> Result<UnitOutcome, units::Error> {
    world.call(by, world.units, "dispense", (by.site(), batch.pack(number)))
}

fn of_units(world: &mut World, by: Party, message: &str, arguments: impl scale::Encode) {
    let result: Result<(), units::Error> = world.call(by, world.units, message, arguments);
    assert_eq!(result, Ok(()), "{message}");
}

fn quarantine(world: &mut World, by: Party, batch: &BatchInHand, numbers: &[usize]) {
    let named = (Some(by.site()), by.site(), batch.id, batch.units(numbers), false);
    of_units(world, by, "quarantine", (named, DAMAGED));
}

fn condemn(world: &mut World, by: Party, batch: &BatchInHand, numbers: &[usize], from_quarantine: bool) {
    let named = (Some(by.site()), by.site(), batch.id, batch.units(numbers), from_quarantine);
    of_units(world, by, "condemn", named);
}

fn balance(world: &mut World, batch: BatchId) -> Places {
    let places: Option<Places> = world.call(Party::Stranger, world.batches, "mass_balance", batch);
    places.unwrap()
}

#[test]
fn packs_that_are_to_be_disposed_of_never_read_valid_and_are_never_dispensed() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 20, 15);
    let ten: Vec<usize> = (0..10).collect();
    quarantine(&mut world, Party::Pharmacy, &batch, &ten);
    condemn(&mut world, Party::Pharmacy, &batch, &ten, true);
    for number in ten {
        let verdict = at_counter(&mut world, Party::Pharmacy, &batch, number);
        assert_reads(&verdict, Outcome::Decommissioned, Reason::UnitCondemned);
        let refused = dispense(&mut world, Party::Pharmacy, &batch, number);
        assert_eq!(refused, Err(units::Error::UnitCondemned));
    }
    assert_eq!(at_counter(&mut world, Party::Pharmacy, &batch, 10).outcome, Outcome::Valid);
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 10), Ok(UnitOutcome::Done));
}

#[test]
fn packs_that_went_back_permanently_never_read_valid() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 20, 15);
    let (here, home) = (Party::Pharmacy, Party::Manufacturer);
    let loose = shipping(batch.id, here, home, 9);
    let back = (loose.0, loose.1, loose.2, Purpose::Return, NO_DOCUMENT);
    let refused: Result<u64, Error> = world.call(here, world.batches, "ship", back);
    assert_eq!(refused, Err(Error::SerialRequired));
    let nine: Vec<usize> = (0..9).collect();
    condemn(&mut world, here, &batch, &nine, false);
    let goods = Goods::Condemned { batch: batch.id, quantity: 9 };
    let back = (here.site(), goods, home.site(), Purpose::Return, NO_DOCUMENT);
    let shipment: Result<u64, Error> = world.call(here, world.batches, "ship", back);
    world.done(home, "receive", (home.site(), shipment.unwrap(), Arrival::Units(9)));
    let destroyed = (home.site(), batch.id, 9_u64, UnitState::Destroyed, NO_DOCUMENT);
    world.done(home, "decommission_quantity", destroyed);
    for number in nine {
        for party in [here, home] {
            let verdict = at_counter(&mut world, party, &batch, number);
            assert_reads(&verdict, Outcome::Decommissioned, Reason::UnitCondemned);
        }
        let verdict = verdict(&mut world, batch.scan(number));
        assert_reads(&verdict, Outcome::Decommissioned, Reason::UnitCondemned);
    }
    assert_eq!(balance(&mut world, batch.id).destroyed, 9);
}

#[test]
fn a_case_that_came_back_never_reads_valid() {
    let mut world = World::new();
    let batch = case_at_pharmacy(&mut world);
    move_case(&mut world, Party::Pharmacy, Party::Manufacturer, Purpose::Return);
    let verdict = verdict(&mut world, batch.scan(4));
    assert_reads(&verdict, Outcome::Decommissioned, Reason::LogisticUnitWithdrawn);
}

#[test]
fn one_custodians_quarantine_says_nothing_about_packs_elsewhere() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 20, 10);
    world.hand_over(batch.id, Party::Manufacturer, Party::OtherPharmacy, 5);
    quarantine(&mut world, Party::OtherPharmacy, &batch, &[15]);
    let anywhere = verdict(&mut world, batch.scan(3));
    assert_eq!((anywhere.outcome, anywhere.reasons.is_empty()), (Outcome::Genuine, true));
    assert!(anywhere.notes.contains(Reason::UnitsQuarantined));
    assert_eq!(at_counter(&mut world, Party::Pharmacy, &batch, 3).outcome, Outcome::Valid);
    // After the counter the patient's scan is not red either.
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 3), Ok(UnitOutcome::Done));
    let patients = verdict(&mut world, batch.scan(3));
    assert_eq!((patients.outcome, patients.notes.contains(Reason::UnitDispensed)), (Outcome::Genuine, true));
    assert_eq!(patients.unit().unwrap().site, Party::Pharmacy.site());
}

#[test]
fn a_lost_answer_is_no_alarm_against_oneself() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 3), Ok(UnitOutcome::Done));
    world.pass(600_000);
    assert!(matches!(
        dispense(&mut world, Party::Pharmacy, &batch, 3),
        Ok(UnitOutcome::Already { at, .. }) if at + 600_000 == world.now()
    ));
    assert_eq!(world.emitted(), []);
    assert_eq!(verdict(&mut world, batch.scan(3)).outcome, Outcome::Genuine);
    assert_eq!(balance(&mut world, batch.id).dispensed, 1);
}

#[test]
fn a_first_record_that_is_wrong_is_put_right_and_the_patient_gets_the_pack() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    world.hand_over(batch.id, Party::Manufacturer, Party::OtherPharmacy, 1);
    let thief = Party::OtherPharmacy;
    let stolen: Result<UnitOutcome, units::Error> =
        world.call(thief, world.units, "decommission", (thief.site(), batch.leaving(3, UnitState::Stolen)));
    assert_eq!(stolen, Ok(UnitOutcome::Done));
    let alarm = UnitOutcome::Alarm { code: AlarmCode::SecondDecommission, other: Some(thief.site()) };
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 3), Ok(alarm));
    let finding = (batch.id, vec![batch.unit(3).1], Resolution::RecordWrong);
    of_units(&mut world, Party::Regulator, "resolve_alarms", finding);
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 3), Ok(UnitOutcome::Done));
    let places = balance(&mut world, batch.id);
    assert_eq!((places.decommissioned, places.dispensed), (0, 1));
}

#[test]
fn one_word_of_a_regulator_frees_the_packs_that_one_site_raised_alarms_about() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 20, 10);
    for number in 0..10 {
        let alarm = UnitOutcome::Alarm { code: AlarmCode::UnitNeverReceived, other: None };
        assert_eq!(dispense(&mut world, Party::OtherPharmacy, &batch, number), Ok(alarm));
    }
    assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 3), Err(units::Error::AlarmOpen));
    of_units(&mut world, Party::Regulator, "dismiss_alarms", Party::OtherPharmacy.site());
    for number in 0..10 {
        assert_eq!(at_counter(&mut world, Party::Pharmacy, &batch, number).outcome, Outcome::Valid);
        assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, number), Ok(UnitOutcome::Done));
    }
}

#[test]
fn a_pause_stops_no_recall_and_shows_at_every_counter() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    for contract in [world.batches, world.units] {
        world.administer("pause", contract);
        let verdict = at_counter(&mut world, Party::Pharmacy, &batch, 3);
        assert_reads(&verdict, Outcome::Genuine, Reason::DispensingStopped);
        assert_eq!(dispense(&mut world, Party::Pharmacy, &batch, 3), Err(units::Error::Paused));
        world.administer("unpause", contract);
    }
    for contract in [world.batches, world.units, world.governance] {
        world.administer("pause", contract);
    }
    quarantine(&mut world, Party::Pharmacy, &batch, &[1]);
    condemn(&mut world, Party::Pharmacy, &batch, &[1], true);
    let now = world.now();
    world.done(Party::Regulator, "recall", (batch.id, recall(RecallScope::Batch, now)));
    world.done(Party::Regulator, "block", batch.id);
    let suspended = Party::Wholesaler.organisation();
    world.govern::<()>(Party::Regulator, "suspend_organisation", suspended);
    assert_eq!(verdict(&mut world, batch.scan(3)).outcome, Outcome::Recalled);
}

#[test]
fn the_verdict_knows_who_may_dispense_and_what_is_closed() {
    let mut world = World::new();
    let batch = case_at_pharmacy(&mut world);
    let verdict = at_counter(&mut world, Party::Pharmacy, &batch, 4);
    assert_reads(&verdict, Outcome::Genuine, Reason::UnitPacked);
    world.done(Party::Pharmacy, "unpack", (Party::Pharmacy.site(), sscc(1)));
    assert_eq!(at_counter(&mut world, Party::Pharmacy, &batch, 4).outcome, Outcome::Valid);
    let verdict = at_counter(&mut world, Party::Manufacturer, &batch, 25);
    assert_reads(&verdict, Outcome::Genuine, Reason::SiteNotDispenser);
    world.administer("suspend_organisation", Party::Pharmacy.organisation());
    let verdict = at_counter(&mut world, Party::Pharmacy, &batch, 4);
    assert_reads(&verdict, Outcome::Genuine, Reason::SiteNotDispenser);
}

#[test]
fn goods_of_an_organisation_without_a_role_are_not_stuck() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 20, 10);
    let (here, home) = (Party::Pharmacy, Party::Wholesaler);
    world.administer("suspend_organisation", here.organisation());
    // It gets rid of what it has; and what is fit for use a regulator moves.
    condemn(&mut world, here, &batch, &[1, 2], false);
    let goods = Goods::Condemned { batch: batch.id, quantity: 2 };
    let back = (here.site(), goods, Party::Manufacturer.site(), Purpose::Return, NO_DOCUMENT);
    let shipment: Result<u64, Error> = world.call(here, world.batches, "ship", back);
    assert!(shipment.is_ok());
    let goods = Goods::Units { batch: batch.id, quantity: 8 };
    let order = (here.site(), goods, home.site(), Purpose::Supply, DocumentHash([1; 32]));
    let refused: Result<u64, Error> = world.call(home, world.batches, "ship_for", order);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let shipment: Result<u64, Error> = world.call(Party::Regulator, world.batches, "ship_for", order);
    world.done(home, "receive", (home.site(), shipment.unwrap(), Arrival::Units(8)));
    let order = (home.site(), goods, here.site(), Purpose::Supply, DocumentHash([1; 32]));
    let refused: Result<u64, Error> = world.call(Party::Regulator, world.batches, "ship_for", order);
    assert_eq!(refused, Err(Error::SiteActsItself));
}

#[test]
fn a_recalled_case_whose_manufacturer_is_gone_is_destroyed_where_it_is() {
    let mut world = World::new();
    let batch = case_at_pharmacy(&mut world);
    let now = world.now();
    let scope = RecallScope::LogisticUnit(sscc(1));
    world.done(Party::Regulator, "recall", (batch.id, recall(scope, now)));
    world.administer("suspend_organisation", Party::Manufacturer.organisation());
    let here = Party::Pharmacy;
    world.done(here, "condemn", (Some(here.site()), QuarantineTarget::LogisticUnit(sscc(1))));
    world.done(here, "destroy", (here.site(), sscc(1), Some(DocumentHash([1; 32]))));
    assert_eq!(balance(&mut world, batch.id).destroyed, 10);
    assert_reads(&verdict(&mut world, batch.scan(4)), Outcome::Recalled, Reason::LogisticUnitRecalled);
}

#[test]
fn a_typing_error_is_undone_and_packs_that_do_not_exist_are_written_off() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 20, 15);
    let here = Party::Pharmacy;
    let lost = |document| (here.site(), batch.id, 10_u64, UnitState::Stolen, document);
    let refused: Result<(), Error> =
        world.call(here, world.batches, "decommission_quantity", lost(NO_DOCUMENT));
    assert_eq!(refused, Err(Error::DocumentMissing));
    world.done(here, "decommission_quantity", lost(Some(DocumentHash([1; 32]))));
    world.done(here, "revert_quantity", (here.site(), batch.id, 9_u64, UnitState::Stolen));
    let places = balance(&mut world, batch.id);
    assert_eq!((places.held, places.decommissioned), (19, 1));
}

#[test]
fn a_recalled_range_reaches_closed_cases_and_what_was_taken_as_a_sample() {
    let mut world = World::new();
    let batch = case_at_pharmacy(&mut world);
    world.hand_over(batch.id, Party::Manufacturer, Party::Pharmacy, 5);
    let here = Party::Pharmacy;
    let sample: Result<UnitOutcome, units::Error> =
        world.call(here, world.units, "decommission", (here.site(), batch.leaving(12, UnitState::Sample)));
    assert_eq!(sample, Ok(UnitOutcome::Done));
    let now = world.now();
    for (first, last) in [(4, 6), (12, 12)] {
        let scope = RecallScope::SerialRange { first, last };
        world.done(Party::Regulator, "recall", (batch.id, recall(scope, now)));
    }
    let refused = ship_case(&mut world, here, Party::Wholesaler, Purpose::Supply);
    assert_eq!(refused, Err(Error::LogisticUnitRecalled));
    let refused: Result<(), units::Error> =
        world.call(here, world.units, "revert", (here.site(), batch.id, batch.unit(12).1));
    assert_eq!(refused, Err(units::Error::NotRevertible));
}

/// Operators, and a policy by which reports of their feed are evidence.
fn with_evidence(world: &mut World) -> Operators {
    let operators = Operators::new(1);
    world.with_feed(&operators, 0);
    let policy = EvidencePolicy { feeds: world.feeds, threshold: 500_000, max_age: 3_600_000 };
    let set: Result<(), evidence::Error> =
        world.call(Party::Regulator, world.evidence, "set_policy", (feed(), Some(policy)));
    assert_eq!(set, Ok(()));
    operators
}

/// The operators report that something is wrong with the goods, as observed now.
fn report_on(world: &mut World, operators: &Operators, target: QuarantineTarget) {
    let subject = target.subject(world.batches);
    let report = Report { subject, ..world.report(1, &[612_500]) };
    let signatures = operators.sign(&report, &[0]);
    let sent: Result<(), feeds::Error> =
        world.call(Party::Stranger, world.feeds, "report", (report, signatures));
    assert_eq!(sent, Ok(()));
}

fn present(world: &mut World, target: QuarantineTarget) -> Result<(), evidence::Error> {
    world.call(Party::Stranger, world.evidence, "present", (target, feed()))
}

#[test]
fn evidence_strikes_a_case_in_a_pallet_and_counts_once() {
    let mut world = World::new();
    let operators = with_evidence(&mut world);
    let batch = case_at_pharmacy(&mut world);
    let target = QuarantineTarget::LogisticUnit(sscc(1));
    report_on(&mut world, &operators, target);
    // The holder reads the report, and packs the case into a pallet, which it ships.
    let here = Party::Pharmacy;
    let pallet = here.sscc(2);
    world.done(here, "pack", (here.site(), pallet, Contents::LogisticUnits(vec![sscc(1)])));
    let shipping =
        (here.site(), Goods::LogisticUnit(pallet), Party::Wholesaler.site(), Purpose::Supply, NO_DOCUMENT);
    let shipment: Result<u64, Error> = world.call(here, world.batches, "ship", shipping);
    assert_eq!(present(&mut world, target), Ok(()));
    assert_eq!(balance(&mut world, batch.id).quarantined_closed, 10);
    // The same report again is no new evidence, whatever lies there now.
    assert_eq!(present(&mut world, target), Err(evidence::Error::AlreadyPresented));
    let arrival = (Party::Wholesaler.site(), shipment.unwrap(), Arrival::LogisticUnits(vec![pallet]));
    world.done(Party::Wholesaler, "receive", arrival);
    assert_eq!(balance(&mut world, batch.id).quarantined_closed, 10, "it arrives quarantined");
}

/// The logger is read when the lorry is there; or the consignee reads the report, and receives first.
#[test]
fn evidence_about_a_shipment_that_was_received_strikes_what_came_of_it() {
    let mut world = World::new();
    let operators = with_evidence(&mut world);
    let batch = at_pharmacy(&mut world, 100, 10);
    let (maker, here) = (Party::Manufacturer, Party::Pharmacy);
    let goods = Goods::Units { batch: batch.id, quantity: 40 };
    let shipping = (maker.site(), goods, here.site(), Purpose::Supply, NO_DOCUMENT);
    let shipment: Result<u64, Error> = world.call(maker, world.batches, "ship", shipping);
    let shipment = shipment.unwrap();
    report_on(&mut world, &operators, QuarantineTarget::Shipment(shipment));
    world.done(here, "receive", (here.site(), shipment, Arrival::Units(40)));
    assert_eq!(present(&mut world, QuarantineTarget::Shipment(shipment)), Ok(()));
    let places = balance(&mut world, batch.id);
    assert_eq!((places.quarantined, places.held), (40, 60), "and not the ten that were there");
    assert_reads(&at_counter(&mut world, here, &batch, 3), Outcome::Quarantined, Reason::UnitsQuarantined);
}

/// The holder reads the report, packs everything, ships it, and the consignee opens it.
#[test]
fn evidence_is_followed_to_what_left_the_shelf_before_it_was_presented() {
    let mut world = World::new();
    let operators = with_evidence(&mut world);
    let batch = at_pharmacy(&mut world, 100, 60);
    let (here, there) = (Party::Pharmacy, Party::Wholesaler);
    let shelf = QuarantineTarget::holding(batch.id, here.site());
    let packed = here.sscc(1);
    let case = QuarantineTarget::LogisticUnit(packed);
    report_on(&mut world, &operators, shelf);
    world.pass(1);
    let all = Contents::Units { batch: batch.id, quantity: 60 };
    world.done(here, "pack", (here.site(), packed, all));
    let shipment = ship_unit(&mut world, packed, here, there, Purpose::Supply).unwrap();
    let arrival = (there.site(), shipment, Arrival::LogisticUnits(vec![packed]));
    world.done(there, "receive", arrival);
    world.done(there, "unpack", (there.site(), packed));
    let follow = |world: &mut World, trail: Vec<QuarantineTarget>| -> Result<(), Error> {
        world.call(Party::Stranger, world.batches, "follow_evidence", trail)
    };
    assert_eq!(follow(&mut world, vec![shelf, case]), Err(Error::NotSuspect), "nothing was presented");
    assert_eq!(present(&mut world, shelf), Ok(()));
    assert_eq!(balance(&mut world, batch.id).all_quarantined(), 0, "nothing is on the shelf");
    // What is taken in later is not touched.
    world.hand_over(batch.id, Party::Manufacturer, here, 5);
    assert_eq!(follow(&mut world, vec![shelf, case]), Ok(()));
    let places = balance(&mut world, batch.id);
    assert_eq!((places.quarantined, places.held), (60, 40));
    let onward = QuarantineTarget::holding(batch.id, there.site());
    assert_eq!(follow(&mut world, vec![shelf, onward]), Err(Error::TrailBroken));
    world.pass(1);
    let next = here.sscc(3);
    world.done(here, "pack", (here.site(), next, Contents::Units { batch: batch.id, quantity: 5 }));
    let later = vec![shelf, QuarantineTarget::LogisticUnit(next)];
    assert_eq!(follow(&mut world, later), Err(Error::NotSuspect));
}

#[test]
fn what_a_regulator_withholds_on_its_way_back_stays_so_and_a_block_stops_returns() {
    let mut world = World::new();
    let batch = case_at_pharmacy(&mut world);
    let shipment = ship_case(&mut world, Party::Pharmacy, Party::Manufacturer, Purpose::Return).unwrap();
    let target = QuarantineTarget::Shipment(shipment);
    world.done(Party::Regulator, "quarantine", (None::<SiteId>, target, DAMAGED));
    let arrival = (Party::Manufacturer.site(), shipment, Arrival::LogisticUnits(vec![sscc(1)]));
    let refused: Result<(), Error> =
        world.call(Party::Manufacturer, world.batches, "receive", arrival.clone());
    assert_eq!(refused, Err(Error::ShipmentQuarantined));
    world.done(Party::Regulator, "release_quarantine", (target, ClearanceReason::NothingFound));
    let rejection = (Some(Party::Manufacturer.site()), shipment, RejectionReason::WrongGoods);
    world.done(Party::Manufacturer, "reject", rejection);
    world.done(Party::Regulator, "block", batch.id);
    let refused = ship_case(&mut world, Party::Pharmacy, Party::Manufacturer, Purpose::Return);
    assert_eq!(refused, Err(Error::BatchBlocked));
}

/// The line was down: what was dispensed before the recall is booked after it.
#[test]
fn what_was_done_offline_is_judged_by_its_own_time() {
    let mut world = World::new();
    let batch = at_pharmacy(&mut world, 10, 5);
    let then = world.now();
    world.pass(3_600_000);
    let now = world.now();
    world.done(Party::Regulator, "recall", (batch.id, recall(RecallScope::Batch, now)));
    let here = Party::Pharmacy;
    let mut send = |number, done_at: u64| -> Result<UnitOutcome, units::Error> {
        let arguments = (here.site(), batch.unit(number), Some(done_at));
        world.call(here, world.units, "dispense", arguments)
    };
    assert_eq!(send(3, now), Err(units::Error::BatchRecalled));
    assert_eq!(send(3, now + 60_000), Err(units::Error::TimeInFuture));
    assert_eq!(send(3, then - 864_000_001), Err(units::Error::TimeTooOld));
    assert_eq!(send(3, then), Ok(UnitOutcome::Done));
}

#[test]
fn a_batch_without_serials_is_judged_by_what_is_counted_at_the_counter() {
    let mut world = World::new();
    let id = world.register_plain("PLAIN", 100);
    world.attest_and_release(id);
    world.hand_over(id, Party::Manufacturer, Party::Pharmacy, 50);
    let here = Party::Pharmacy;
    let scan = Scan { site: Some(here.site()), ..plain_scan("PLAIN") };
    assert_eq!(verdict(&mut world, scan.clone()).outcome, Outcome::Valid);
    let some = QuarantineTarget::Holding { batch: id, site: here.site(), quantity: Some(5) };
    world.done(here, "quarantine", (Some(here.site()), some, DAMAGED));
    assert_reads(&verdict(&mut world, scan.clone()), Outcome::Quarantined, Reason::UnitsQuarantined);
    world.done(here, "condemn", (Some(here.site()), some));
    let destroyed = (here.site(), id, 5_u64, UnitState::Destroyed, NO_DOCUMENT);
    world.done(here, "decommission_quantity", destroyed);
    assert_eq!(verdict(&mut world, scan).outcome, Outcome::Valid);
}
