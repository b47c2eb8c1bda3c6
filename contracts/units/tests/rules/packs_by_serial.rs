//! Packs are quarantined, condemned and cleared by their serials; what was done offline is judged by its own time.

use primitives::batches::{Error as BatchError, UnitsBooked};
use primitives::units::{Error, UnitRecord, UnitsQuarantinedBySerial, REVERT_WINDOW};

use super::units_of_a_batch::{alarm_by, left};
use super::*;

const DAMAGED: (bool, QuarantineReason) = (false, QuarantineReason::Damaged);
const OUT_OF_QUARANTINE: (bool, QuarantineReason) = (true, QuarantineReason::Damaged);

fn quarantine(
    data: &mut Registers,
    call: Call,
    batch: &Serialised,
    numbers: &[usize],
) -> Result<UnitsQuarantinedBySerial, Error> {
    let named = batch.at(site(3), numbers);
    data.quarantine_by(call, UNIT_REGISTER, named, DAMAGED).map(|(event, _)| event)
}

fn condemn(
    data: &mut Registers,
    call: Call,
    batch: &Serialised,
    numbers: &[usize],
    from_quarantine: bool,
) -> Result<(), Error> {
    let named = batch.at(site(3), numbers);
    data.condemn_by(call, UNIT_REGISTER, named, from_quarantine).map(drop)
}

fn release(data: &mut Registers, call: Call, batch: &Serialised, numbers: &[usize]) -> Result<(), Error> {
    let serials: Vec<Vec<u8>> = numbers.iter().copied().map(serial).collect();
    let named = data.quarantined(batch.id, &serials)?;
    data.release_by(call, UNIT_REGISTER, named, ClearanceReason::NothingFound).map(drop)
}

fn whole(batch: &Serialised) -> QuarantineTarget {
    QuarantineTarget::Holding { batch: batch.id, site: site(3), quantity: None }
}

#[test]
fn packs_are_quarantined_by_their_serials_and_the_others_stay_free() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let named = batch.at(site(3), &[7, 2]);
    let (event, booked) = data.quarantine_by(pharmacy(), UNIT_REGISTER, named, DAMAGED).unwrap();
    let units = vec![(batch.unit(2), 2), (batch.unit(7), 7)];
    let (by, reason) = (by(pharmacy()), QuarantineReason::Damaged);
    let expected = UnitsQuarantinedBySerial { batch: batch.id, by, site: site(3), units, stop: None, reason };
    assert_eq!(event, expected);
    let (from, to) = (UnitPlace::Shelf, UnitPlace::QuarantineBySerial);
    assert_eq!(booked, [UnitsBooked { batch: batch.id, site: site(3), from, to, quantity: 2 }]);
    let here = Places { held: 8, quarantined_by_serial: 2, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), here);
    let record = UnitRecord { place: to, site: site(3), at: NOW, position: 7, stop: None, registration: 0 };
    assert_eq!(data.unit(batch.unit(7)), Some(record));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 7), Err(Error::UnitQuarantined));
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
    // Somebody else shows the pack that stands in quarantine.
    hand_over(&mut data, batch.id, pharmacy(), other_pharmacy(), 1);
    let alarm = alarm_by(&batch, 7, other_pharmacy(), AlarmCode::UnitElsewhere, Some(pharmacy()));
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 7), Ok(alarm));
    ensure_mass_balance(&data, batch.id);
}

/// Ten damaged packs are disposed of: they are never valid again, and never dispensed.
#[test]
fn quarantine_has_two_ways_out_and_one_of_them_never_leads_to_a_patient() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    quarantine(&mut data, pharmacy(), &batch, &[1, 2, 3]).unwrap();
    for caller in [pharmacy(), wholesaler(), other_manufacturer(), auditor(), without_roles(manufacturer())] {
        assert_eq!(release(&mut data, caller, &batch, &[1]), Err(Error::CallerNotAuthorised));
    }
    release(&mut data, manufacturer(), &batch, &[1]).unwrap();
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 1), Ok(Decommissioning::Done(_))));
    condemn(&mut data, pharmacy(), &batch, &[2, 3], true).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 2), Err(Error::UnitCondemned));
    assert_eq!(release(&mut data, regulator(), &batch, &[2]), Err(Error::UnitNotThere));
    assert_eq!(data.revert(pharmacy(), batch.id, &serial(2)), Err(Error::UnitNotDecommissioned));
    // Destroyed by its serial, or by number: each is condemned by name.
    let destroyed = batch.decommission(&mut data, pharmacy(), 2, UnitState::Destroyed);
    assert!(matches!(destroyed, Ok(Decommissioning::Done(_))));
    assert_eq!(data.unit(batch.unit(2)), Some(left(UnitState::Destroyed, pharmacy(), 2)));
    let by_number = data.decommission_quantity(pharmacy(), batch.id, 1, UnitState::Destroyed, None).unwrap();
    assert_eq!((by_number.quantity, by_number.of_condemned), (1, 1));
    let here = Places { held: 7, dispensed: 1, destroyed: 2, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), here);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::UnitCondemned));
    ensure_mass_balance(&data, batch.id);
}

/// Nine packs go back: they are condemned by name first, so that none of them reads valid, there or on the way.
#[test]
fn packs_go_back_condemned_and_by_name() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    assert_eq!(send_back(&mut data, pharmacy(), loose(batch.id, 9)), Err(BatchError::SerialRequired));
    let nine: Vec<usize> = (0..9).collect();
    condemn(&mut data, pharmacy(), &batch, &nine, false).unwrap();
    let goods = Goods::Condemned { batch: batch.id, quantity: 9 };
    assert_eq!(ship(&mut data, pharmacy(), goods, wholesaler()), Err(BatchError::GoodsCondemned));
    let shipment = send_back(&mut data, without_roles(pharmacy()), goods).unwrap().shipment;
    let scan = |number, site| Scan {
        gtin: GTIN,
        lot: LOT.to_vec(),
        serial: Some(serial(number)),
        proof: Some(batch.proof(number)),
        site,
        ..Scan::default()
    };
    let condemned = |data: &Registers| {
        for site in [None, Some(site(1)), Some(site(3))] {
            let verdict = data.verdict(&scan(4, site), NOW);
            assert_eq!(verdict.outcome, Outcome::Decommissioned);
            assert!(verdict.reasons.contains(Reason::UnitCondemned));
        }
    };
    condemned(&data);
    // Rejected, they are condemned again; received, they are back permanently; destroyed, they stay named.
    data.reject(manufacturer(), shipment, primitives::batches::RejectionReason::WrongGoods).unwrap();
    assert_eq!(places(&data, batch.id, pharmacy()).condemned, 9);
    let shipment = send_back(&mut data, pharmacy(), goods).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::Units(9)).unwrap();
    condemned(&data);
    data.decommission_quantity(manufacturer(), batch.id, 9, UnitState::Destroyed, Some(DOCUMENT)).unwrap();
    condemned(&data);
    assert_eq!(data.verdict(&scan(9, Some(site(3))), NOW).outcome, Outcome::Valid);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn what_a_regulator_quarantined_the_site_neither_clears_nor_condemns() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    quarantine(&mut data, regulator(), &batch, &[1, 2]).unwrap();
    assert_eq!(release(&mut data, manufacturer(), &batch, &[1]), Err(Error::CallerNotAuthorised));
    assert_eq!(condemn(&mut data, pharmacy(), &batch, &[1, 2], true), Err(Error::CallerNotAuthorised));
    assert_eq!(places(&data, batch.id, pharmacy()).quarantined_by_serial, 2, "nothing is half done");
    release(&mut data, regulator(), &batch, &[1]).unwrap();
    condemn(&mut data, regulator(), &batch, &[2], true).unwrap();

    // The same where a regulator quarantined all that is there, and the site says which packs these are.
    data.quarantine(regulator(), whole(&batch), QuarantineReason::Other).unwrap();
    let named = batch.at(site(3), &[4, 5]);
    data.quarantine_by(pharmacy(), UNIT_REGISTER, named, OUT_OF_QUARANTINE).unwrap();
    assert!(data.unit(batch.unit(4)).unwrap().stop.is_some());
    assert_eq!(condemn(&mut data, pharmacy(), &batch, &[4], true), Err(Error::CallerNotAuthorised));
    assert_eq!(condemn(&mut data, pharmacy(), &batch, &[6], true), Err(Error::CallerNotAuthorised));
    assert_eq!(release(&mut data, quality_unit(), &batch, &[4]), Err(Error::CallerNotAuthorised));
    assert!(release(&mut data, regulator(), &batch, &[4]).is_ok());
    ensure_mass_balance(&data, batch.id);
}

/// A refrigerator fails: all packs are quarantined, new ones are delivered, and the old ones are named. Then the new ones
/// are free.
#[test]
fn packs_that_came_later_are_free_when_those_in_quarantine_are_named() {
    let mut data = Registers::default();
    let batch = Serialised::released(&mut data, LOT, 10);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 3);
    data.quarantine_on_evidence(sentinel(), whole(&batch), NOW).unwrap();
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 4);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 6), Err(Error::UnitsQuarantined));
    batch.name_quarantined(&mut data, pharmacy(), &[0, 1]);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 6), Err(Error::UnitsQuarantined));
    batch.name_quarantined(&mut data, pharmacy(), &[2]);
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 6), Ok(Decommissioning::Done(_))));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 2), Err(Error::UnitQuarantined));
    let named = batch.at(site(3), &[5]);
    let refused = data.quarantine_by(pharmacy(), UNIT_REGISTER, named, OUT_OF_QUARANTINE);
    assert_eq!(refused.map(drop), Err(Error::QuantityNotHeld), "no more are quarantined without a name");
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn who_may_not_and_what_is_not_there_is_refused_and_nothing_is_half_done() {
    let mut data = Registers::default();
    let batch = Serialised::released(&mut data, LOT, 12);
    pack_case(&mut data, batch.id, 0, 1);
    hand_over_packed(&mut data, manufacturer(), pharmacy(), 1);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 3);
    pack_case(&mut data, batch.id, 2, 2);
    let before = data.mass_balance(batch.id);
    for caller in [wholesaler(), branch(), manufacturer(), auditor(), bystander(), without_roles(pharmacy())]
    {
        assert_eq!(quarantine(&mut data, caller, &batch, &[5]), Err(Error::CallerNotAuthorised));
    }
    for caller in [wholesaler(), branch(), manufacturer(), auditor(), bystander()] {
        assert_eq!(condemn(&mut data, caller, &batch, &[5], false), Err(Error::CallerNotAuthorised));
    }
    let cases: [(&[usize], Error); 4] = [
        (&[3, 5], Error::UnitPacked),
        (&[5, 9], Error::UnitNotThere),
        (&[4, 5, 6, 7], Error::QuantityNotHeld),
        (&[5, 6], Error::UnitNotThere),
    ];
    for (index, (numbers, error)) in cases.into_iter().enumerate() {
        if index == 3 {
            batch.dispense(&mut data, pharmacy(), 6).unwrap();
        }
        assert_eq!(quarantine(&mut data, pharmacy(), &batch, numbers), Err(error), "{numbers:?}");
        assert_eq!(condemn(&mut data, pharmacy(), &batch, numbers, false), Err(error), "{numbers:?}");
    }
    let after = Places { held: before.unwrap().held - 1, dispensed: 1, ..before.unwrap() };
    assert_eq!(data.mass_balance(batch.id), Some(after));
    assert_eq!(data.unit(batch.unit(5)), None);
    // An organisation that lost its role still condemns what it has.
    condemn(&mut data, without_roles(pharmacy()), &batch, &[5], false).unwrap();
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_proof_that_does_not_show_each_serial_once_is_refused() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let other = Serialised::registered(&mut data, b"OTHER", 10);
    let (serials, proof) = batch.named(&[2, 3, 7]);
    let named =
        |serials: &[Vec<u8>], proof: &MultiProof| Registers::named((batch.id, site(3)), serials, proof);
    let twice = [serial(2), serial(2), serial(7)];
    let shown = named(&twice, &proof).unwrap();
    let refused = data.quarantine_by(pharmacy(), UNIT_REGISTER, shown, DAMAGED);
    assert_eq!(refused.map(drop), Err(Error::InvalidProof), "the same serial in two places");
    let mut foreign = serials.clone();
    foreign[1] = b"COPY".to_vec();
    let shown = named(&foreign, &proof).unwrap();
    let refused = data.quarantine_by(pharmacy(), UNIT_REGISTER, shown, DAMAGED);
    assert_eq!(refused.map(drop), Err(Error::InvalidProof), "one of another batch in the middle");
    let (serials_of_other, proof_of_other) = other.named(&[2, 3, 7]);
    let shown = named(&serials_of_other, &proof_of_other).unwrap();
    let refused = data.quarantine_by(pharmacy(), UNIT_REGISTER, shown, DAMAGED);
    assert_eq!(refused.map(drop), Err(Error::InvalidProof));
    let more = MultiProof { siblings: [&proof.siblings[..], &[[0; 32]]].concat(), ..proof.clone() };
    assert_eq!(named(&serials, &more).map(drop), Err(Error::InvalidProof), "a hash too many");
    assert_eq!(named(&serials[..2], &proof).map(drop), Err(Error::InvalidProof), "a leaf too many");
    assert_eq!(data.alarm(batch.unit(3)), None);
    assert_eq!(places(&data, batch.id, pharmacy()).held, 10);
}

#[test]
fn only_packs_that_are_quarantined_at_one_site_are_released_each_once() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    hand_over(&mut data, batch.id, pharmacy(), wholesaler(), 2);
    batch.quarantine(&mut data, pharmacy(), &[1, 2]);
    batch.quarantine(&mut data, wholesaler(), &[5]);
    for numbers in [&[1, 1][..], &[1, 5], &[1, 3]] {
        assert_eq!(release(&mut data, regulator(), &batch, numbers), Err(Error::UnitNotThere), "{numbers:?}");
    }
    assert_eq!(release(&mut data, regulator(), &batch, &[]), Err(Error::TooManySerials));
    let many: Vec<usize> = (0..51).collect();
    assert_eq!(release(&mut data, regulator(), &batch, &many), Err(Error::TooManySerials));
    assert!(release(&mut data, regulator(), &batch, &[1, 2]).is_ok());
    ensure_mass_balance(&data, batch.id);
}

/// The connection was down for a day. What was dispensed then is judged by that day.
#[test]
fn what_was_done_offline_is_judged_by_its_own_time() {
    let dispense = |data: &mut Registers, batch: &Serialised, now: u64, done_at: u64| {
        let (serial, proof) = (serial(3), batch.proof(3));
        let unit = (batch.id, &serial[..], &proof);
        let how = (UnitState::Dispensed, Some(done_at));
        data.decommission_by(at(pharmacy(), now), UNIT_REGISTER, unit, how).map(|(outcome, _)| outcome)
    };
    let done = |outcome| matches!(outcome, Ok(Decommissioning::Done(event)) if event.at == NOW + 10);
    let sound = || {
        let mut data = Registers::default();
        let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
        (data, batch)
    };
    // A recall, a block, an alarm, the end of its use: later than it was dispensed.
    let (mut data, batch) = sound();
    data.recall(at(regulator(), NOW + 11), batch.id, recall_of_now(NOW + 11)).unwrap();
    assert_eq!(dispense(&mut data, &batch, NOW + 20, NOW + 11), Err(Error::BatchRecalled));
    assert!(done(dispense(&mut data, &batch, NOW + 20, NOW + 10)));
    assert_eq!(data.unit(batch.unit(3)).map(|unit| unit.at), Some(NOW + 10));
    let (mut data, batch) = sound();
    data.block(at(regulator(), NOW + 11), batch.id).unwrap();
    assert_eq!(dispense(&mut data, &batch, NOW + 20, NOW + 11), Err(Error::BatchBlocked));
    assert!(done(dispense(&mut data, &batch, NOW + 20, NOW + 10)));
    let (mut data, batch) = sound();
    batch.dispense(&mut data, at(other_pharmacy(), NOW + 11), 3).unwrap();
    assert_eq!(dispense(&mut data, &batch, NOW + 20, NOW + 11), Err(Error::AlarmOpen));
    assert!(done(dispense(&mut data, &batch, NOW + 20, NOW + 10)));
    let (mut data, batch) = sound();
    assert_eq!(dispense(&mut data, &batch, EXPIRES_AT + 9, EXPIRES_AT + 1), Err(Error::BatchExpired));
    assert!(dispense(&mut data, &batch, EXPIRES_AT + 9, EXPIRES_AT).is_ok());

    let (mut data, batch) = sound();
    assert_eq!(dispense(&mut data, &batch, NOW, NOW + 1), Err(Error::TimeInFuture));
    let late = NOW + REVERT_WINDOW + 11;
    assert_eq!(dispense(&mut data, &batch, late, NOW + 10), Err(Error::TimeTooOld));
    assert_eq!(dispense(&mut data, &batch, NOW, NOW - 1), Err(Error::TimeTooOld), "before it was registered");
    assert!(done(dispense(&mut data, &batch, late - 1, NOW + 10)));
    ensure_mass_balance(&data, batch.id);
}

fn recall_of_now(now: u64) -> primitives::batches::Recall {
    primitives::batches::Recall { acknowledge_by: now + 1, ..recall_of(RecallScope::Batch) }
}

/// Packs of a batch whose registration was cancelled are not those of the next one, though their serials are the same.
#[test]
fn what_was_done_to_units_of_a_cancelled_registration_is_forgotten() {
    let mut data = Registers::default();
    let first = Serialised::registered(&mut data, LOT, 10);
    first.condemn(&mut data, manufacturer(), &[2]);
    first.quarantine(&mut data, manufacturer(), &[3]);
    data.cancel_registration(regulator(), first.id).unwrap();
    let anew = Serialised::registered(&mut data, LOT, 10);
    for number in [2, 3] {
        let outcome = anew.decommission(&mut data, manufacturer(), number, UnitState::Destroyed);
        assert!(matches!(outcome, Ok(Decommissioning::Done(_))), "{number}: {outcome:?}");
    }
    let left = Places { held: 8, destroyed: 2, ..Places::default() };
    assert_eq!(places(&data, anew.id, manufacturer()), left);
    ensure_mass_balance(&data, anew.id);
}
