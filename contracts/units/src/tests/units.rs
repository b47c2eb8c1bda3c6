use super::*;
use crate::{
    Alarm, AlarmCode, AlarmRaised, AlarmResolved, DecommissionedUnit, Resolution, UnitDecommissioned,
    UnitReverted, REVERT_WINDOW,
};
use batches::UnitsDecommissioned;

const STATES: [UnitState; 6] = [
    UnitState::Dispensed,
    UnitState::Destroyed,
    UnitState::Stolen,
    UnitState::Sample,
    UnitState::Exported,
    UnitState::Locked,
];

fn alarm_event(batch: &Serialised, unit: usize, by: u8, code: AlarmCode, other: u8) -> Decommissioning {
    let (unit, by, other) = (batch.unit(unit), account(by), account(other));
    Decommissioning::Alarm(AlarmRaised { batch: batch.id, unit, by, code, other })
}

#[test]
fn a_unit_is_dispensed_with_its_proof() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let (unit, state) = (batch.unit(3), UnitState::Dispensed);
    let event = UnitDecommissioned { batch: batch.id, unit, by: account(3), state };
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(event)));
    let record = DecommissionedUnit { state, by: account(3), at: NOW };
    assert_eq!(data.decommissioned_unit(unit), Some(record));
    let expected = Places { held: 9, dispensed: 1, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), expected);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn each_state_has_its_place() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for (number, state) in STATES.into_iter().enumerate() {
        assert!(matches!(
            batch.decommission(&mut data, pharmacy(), number, state),
            Ok(Decommissioning::Done(event)) if event.state == state
        ));
        ensure_mass_balance(&data, batch.id);
    }
    let expected = Places { held: 4, dispensed: 1, destroyed: 1, decommissioned: 4, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), expected);
}

#[test]
fn only_pharmacies_and_providers_dispense_and_only_custodians_decommission() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for caller in [manufacturer(), wholesaler(), regulator(), bystander(), without_roles(pharmacy())] {
        assert_eq!(batch.dispense(&mut data, caller, 3), Err(Error::CallerNotAuthorised));
        let refused = data.decommission_quantity(caller, batch.id, 1, UnitState::Dispensed, None);
        assert_eq!(refused, Err(BatchesError::CallerNotAuthorised));
    }
    for caller in [regulator(), auditor(), bystander(), without_roles(pharmacy())] {
        for state in STATES {
            let refused = batch.decommission(&mut data, caller, 3, state);
            assert_eq!(refused, Err(Error::CallerNotAuthorised), "{state:?}");
            let refused = data.decommission_quantity(caller, batch.id, 1, state, None);
            assert_eq!(refused, Err(BatchesError::CallerNotAuthorised), "{state:?}");
        }
    }
    let hospital = call(8, &[Role::Provider]);
    hand_over(&mut data, batch.id, pharmacy(), hospital, 1);
    assert!(batch.dispense(&mut data, hospital, 3).is_ok());
}

#[test]
fn a_second_dispense_of_a_serial_is_an_alarm_that_names_both_parties() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    let later = at(other_pharmacy(), NOW + 5);
    let alarm = alarm_event(&batch, 3, 4, AlarmCode::SecondDecommission, 3);
    assert_eq!(batch.dispense(&mut data, later, 3), Ok(alarm));
    let again = alarm_event(&batch, 3, 3, AlarmCode::SecondDecommission, 3);
    assert_eq!(batch.decommission(&mut data, pharmacy(), 3, UnitState::Stolen), Ok(again));
    let record = Alarm {
        code: AlarmCode::SecondDecommission,
        by: account(4),
        other: account(3),
        at: NOW + 5,
        count: 2,
        confirmed: false,
    };
    assert_eq!(data.alarm(batch.unit(3)), Some(record), "the first one is kept, and counted");
    assert_eq!(data.decommissioned_unit(batch.unit(3)).unwrap().by, account(3));
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 1, "nothing more is dispensed");
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn who_has_no_unit_of_the_batch_and_dispenses_one_raises_the_alarm() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let alarm = alarm_event(&batch, 3, 4, AlarmCode::UnitNeverReceived, 1);
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(alarm));
    assert_eq!(data.decommissioned_unit(batch.unit(3)), None);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::AlarmOpen));
    assert!(batch.decommission(&mut data, pharmacy(), 3, UnitState::Locked).is_ok());
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_serial_outside_the_batch_raises_the_alarm() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let alarm = AlarmRaised {
        batch: batch.id,
        unit: UnitId::of(batch.id, b"COPY"),
        by: account(3),
        code: AlarmCode::SerialNotInBatch,
        other: account(1),
    };
    let outcome = data.decommission(pharmacy(), batch.id, b"COPY", &batch.proof(3), UnitState::Dispensed);
    assert_eq!(outcome, Ok(Decommissioning::Alarm(alarm)));
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_unit_in_a_case_elsewhere_raises_the_alarm_and_one_in_a_case_here_is_unpacked_first() {
    let mut data = register();
    let batch = Serialised::released(&mut data, LOT, 10);
    pack_case(&mut data, batch.id, 0, 1);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 2);
    let alarm = alarm_event(&batch, 3, 3, AlarmCode::UnitElsewhere, 1);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(alarm));
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::FalseAlarm).unwrap();
    let shipped = ship(&mut data, manufacturer(), Goods::LogisticUnit(sscc(1)), pharmacy()).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::UnitPacked), "it is on its way here");
    let alarm = alarm_event(&batch, 3, 4, AlarmCode::UnitElsewhere, 3);
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(alarm), "and not there");
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::FalseAlarm).unwrap();
    data.receive(pharmacy(), shipped.shipment, Arrival::LogisticUnits(vec![sscc(1)])).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::UnitPacked));
    data.unpack(pharmacy(), sscc(1)).unwrap();
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_copy_of_a_recalled_pack_still_raises_the_alarm() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    recall_batch(&mut data, batch.id);
    assert!(matches!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(Decommissioning::Alarm(_))));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 4), Err(Error::BatchRecalled));
}

#[test]
fn a_wrong_proof_does_not_keep_a_genuine_pack_from_its_patient() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let wrong = batch.proof(4);
    let outcome =
        data.decommission(other_pharmacy(), batch.id, &serial(3), &wrong, UnitState::Dispensed).unwrap();
    assert_eq!(outcome, alarm_event(&batch, 3, 4, AlarmCode::SerialNotInBatch, 1));
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
    let alarm = alarm_event(&batch, 3, 4, AlarmCode::SecondDecommission, 3);
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(alarm));
    let record = data.alarm(batch.unit(3)).unwrap();
    assert_eq!((record.code, record.count), (AlarmCode::SecondDecommission, 2), "it hides no other alarm");
}

#[test]
fn every_wrong_proof_raises_the_alarm_and_a_malformed_serial_is_refused() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let other = Serialised::registered(&mut data, b"OTHER", 10);
    let proof = batch.proof(3);
    let longer = SerialProof { siblings: [&proof.siblings[..], &[[0; 32]]].concat(), ..proof.clone() };
    let shorter = SerialProof { siblings: proof.siblings[..3].to_vec(), ..proof.clone() };
    let elsewhere = SerialProof { index: 4, ..proof.clone() };
    let beyond = SerialProof { index: 10, ..proof.clone() };
    let empty = SerialProof { index: 0, siblings: Vec::new() };
    let alarm = Ok(alarm_event(&batch, 3, 3, AlarmCode::SerialNotInBatch, 1));
    for wrong in [longer, shorter, elsewhere, beyond, empty, other.proof(3), batch.proof(4)] {
        let outcome = data.decommission(pharmacy(), batch.id, &serial(3), &wrong, UnitState::Dispensed);
        assert_eq!(outcome, alarm);
    }
    for text in [&b""[..], b"A B", b"123456789012345678901"] {
        let refused = data.decommission(pharmacy(), batch.id, text, &proof, UnitState::Dispensed);
        assert_eq!(refused, Err(Error::InvalidSerial));
    }
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn nobody_dispenses_units_that_are_set_apart() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let all = batches::QuarantineTarget::Holding { batch: batch.id, holder: account(3), quantity: None };
    data.quarantine(pharmacy(), all, batches::QuarantineReason::Damaged).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::QuantityNotHeld));
    assert_eq!(data.decommissioned_unit(batch.unit(3)), None);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_unit_is_dispensed_only_while_its_batch_may_be_supplied() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(batch.dispense(&mut data, late, 3), Err(Error::BatchExpired));
    data.block(regulator(), batch.id).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::BatchBlocked));
    assert!(batch.decommission(&mut data, late, 4, UnitState::Destroyed).is_ok(), "waste is booked always");
    let unknown = BatchId([9; 32]);
    let (proof, state) = (batch.proof(3), UnitState::Dispensed);
    let refused = data.decommission(pharmacy(), unknown, &serial(3), &proof, state);
    assert_eq!(refused, Err(Error::UnknownBatch));
    assert_eq!(
        data.decommission_quantity(pharmacy(), unknown, 1, state, None),
        Err(BatchesError::UnknownBatch)
    );
    let hospital = call(1, &[Role::Manufacturer, Role::Provider]);
    let unreleased = Serialised::registered(&mut data, b"OTHER", 10);
    assert_eq!(unreleased.dispense(&mut data, hospital, 3), Err(Error::NotReleased));
}

#[test]
fn a_unit_of_a_recalled_range_is_not_dispensed() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    data.recall(manufacturer(), batch.id, recall_of(RecallScope::SerialRange { first: 2, last: 3 })).unwrap();
    for number in [2, 3] {
        assert_eq!(batch.dispense(&mut data, pharmacy(), number), Err(Error::UnitRecalled));
    }
    for number in [1, 4] {
        assert!(matches!(batch.dispense(&mut data, pharmacy(), number), Ok(Decommissioning::Done(_))));
    }
    assert!(batch.decommission(&mut data, pharmacy(), 3, UnitState::Destroyed).is_ok());
}

#[test]
fn a_regulator_resolves_an_alarm() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    let resolve = |data: &mut Register, call, number, resolution| {
        data.resolve_alarm(call, batch.id, &serial(number), resolution)
    };
    for caller in [manufacturer(), pharmacy(), auditor(), bystander()] {
        let refused = resolve(&mut data, caller, 3, Resolution::FalseAlarm);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    assert_eq!(resolve(&mut data, regulator(), 4, Resolution::FalseAlarm), Err(Error::UnknownAlarm));
    let resolution = Resolution::CounterfeitConfirmed;
    let event = AlarmResolved { batch: batch.id, unit: batch.unit(3), by: account(5), resolution };
    assert_eq!(resolve(&mut data, regulator(), 3, resolution), Ok(event));
    assert!(data.alarm(batch.unit(3)).unwrap().confirmed);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::AlarmOpen));
    let refused = resolve(&mut data, regulator(), 3, Resolution::FalseAlarm);
    assert_eq!(refused, Err(Error::CounterfeitConfirmed), "the finding is final");

    batch.dispense(&mut data, other_pharmacy(), 5).unwrap();
    assert!(resolve(&mut data, regulator(), 5, Resolution::FalseAlarm).is_ok());
    assert_eq!(data.alarm(batch.unit(5)), None);
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 5), Ok(Decommissioning::Done(_))));
}

#[test]
fn who_decommissioned_a_unit_takes_it_back_within_ten_days() {
    for state in [UnitState::Dispensed, UnitState::Sample, UnitState::Exported, UnitState::Locked] {
        let mut data = register();
        let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        let last = at(pharmacy(), NOW + REVERT_WINDOW);
        for caller in [other_pharmacy(), manufacturer(), bystander(), without_roles(pharmacy())] {
            let refused = data.revert(caller, batch.id, &serial(3));
            assert_eq!(refused, Err(Error::CallerNotAuthorised));
        }
        assert_eq!(data.revert(last, batch.id, &serial(4)), Err(Error::UnitNotDecommissioned));
        assert_eq!(data.revert(last, BatchId([9; 32]), &serial(3)), Err(Error::UnknownBatch));
        let (holder, by) = (account(3), account(3));
        let event = UnitReverted { batch: batch.id, unit: batch.unit(3), holder, by, state };
        assert_eq!(data.revert(last, batch.id, &serial(3)), Ok(event));
        assert_eq!(data.decommissioned_unit(batch.unit(3)), None);
        assert_eq!(places(&data, batch.id, pharmacy()), Places { held: 10, ..Places::default() });
        assert_eq!(data.revert(last, batch.id, &serial(3)), Err(Error::UnitNotDecommissioned));
        ensure_mass_balance(&data, batch.id);
    }
}

#[test]
fn what_is_final_is_not_taken_back() {
    let refused = |state, when: fn(&mut Register, BatchId) -> u64| {
        let mut data = register();
        let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        let now = when(&mut data, batch.id);
        data.revert(at(pharmacy(), now), batch.id, &serial(3)).map(drop)
    };
    for state in [UnitState::Destroyed, UnitState::Stolen] {
        assert_eq!(refused(state, |_, _| NOW), Err(Error::NotRevertible), "{state:?}");
    }
    let recalled = |data: &mut Register, id| {
        recall_batch(data, id);
        NOW
    };
    for state in [UnitState::Dispensed, UnitState::Sample, UnitState::Exported] {
        assert_eq!(refused(state, |_, _| NOW + REVERT_WINDOW + 1), Err(Error::NotRevertible), "{state:?}");
        assert_eq!(refused(state, |_, _| EXPIRES_AT + 1), Err(Error::NotRevertible), "{state:?}");
        assert_eq!(refused(state, recalled), Err(Error::NotRevertible), "{state:?}");
    }
    assert_eq!(refused(UnitState::Locked, |_, _| EXPIRES_AT + 1), Ok(()), "a lock is no end");
    assert_eq!(refused(UnitState::Locked, recalled), Ok(()));
}

#[test]
fn a_dispensed_unit_is_not_taken_back_on_the_last_day_after_expiry() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, at(pharmacy(), EXPIRES_AT), 3).unwrap();
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(data.revert(late, batch.id, &serial(3)), Err(Error::NotRevertible));
    assert!(data.revert(at(pharmacy(), EXPIRES_AT), batch.id, &serial(3)).is_ok());
}

#[test]
fn nothing_is_taken_back_while_an_alarm_is_open() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    assert_eq!(data.revert(pharmacy(), batch.id, &serial(3)), Err(Error::AlarmOpen));
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::FalseAlarm).unwrap();
    assert!(data.revert(pharmacy(), batch.id, &serial(3)).is_ok());
}

#[test]
fn a_regulator_unlocks_what_others_locked_and_nothing_else() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.decommission(&mut data, pharmacy(), 3, UnitState::Locked).unwrap();
    batch.decommission(&mut data, pharmacy(), 4, UnitState::Sample).unwrap();
    let event = data.revert(regulator(), batch.id, &serial(3)).unwrap();
    assert_eq!((event.holder, event.by), (account(3), account(5)));
    assert_eq!(data.revert(regulator(), batch.id, &serial(4)), Err(Error::CallerNotAuthorised));
    assert_eq!(places(&data, batch.id, pharmacy()).held, 9);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn units_without_serials_are_decommissioned_by_number() {
    let mut data = register();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let state = UnitState::Dispensed;
    let document = Some(DOCUMENT);
    let event =
        UnitsDecommissioned { batch: id, by: account(3), quantity: 12, of_returned: 0, state, document };
    assert_eq!(data.decommission_quantity(pharmacy(), id, 12, state, document), Ok(event));
    for (quantity, error) in [(0, BatchesError::QuantityZero), (19, BatchesError::QuantityNotHeld)] {
        assert_eq!(data.decommission_quantity(pharmacy(), id, quantity, state, None), Err(error));
    }
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(data.decommission_quantity(late, id, 1, state, None), Err(BatchesError::BatchExpired));
    assert!(data.decommission_quantity(late, id, 18, UnitState::Destroyed, None).is_ok());
    ensure_mass_balance(&data, id);
}

#[test]
fn returned_units_are_destroyed_first_and_of_serialised_ones_only_these() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let id = batch.id;
    let shipment = send_back(&mut data, pharmacy(), loose(id, 6)).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::Units(6)).unwrap();
    let destroy = |data: &mut Register, call, quantity| {
        data.decommission_quantity(call, id, quantity, UnitState::Destroyed, Some(DOCUMENT))
    };
    assert_eq!(destroy(&mut data, manufacturer(), 4).unwrap().of_returned, 4);
    assert_eq!(destroy(&mut data, manufacturer(), 3), Err(BatchesError::SerialRequired));
    assert_eq!(destroy(&mut data, manufacturer(), 0), Err(BatchesError::QuantityZero));
    assert_eq!(destroy(&mut data, pharmacy(), 1), Err(BatchesError::SerialRequired));
    for state in STATES.into_iter().filter(|state| *state != UnitState::Destroyed) {
        let refused = data.decommission_quantity(pharmacy(), id, 1, state, None);
        assert_eq!(refused, Err(BatchesError::SerialRequired), "{state:?}");
    }
    hand_over(&mut data, id, pharmacy(), manufacturer(), 1);
    recall_batch(&mut data, id);
    let event = destroy(&mut data, manufacturer(), 3).unwrap();
    assert_eq!((event.quantity, event.of_returned), (3, 2), "and one that was not returned");
    assert_eq!(places(&data, id, manufacturer()), Places { destroyed: 7, ..Places::default() });
    assert_eq!(destroy(&mut data, manufacturer(), 1), Err(BatchesError::QuantityNotHeld));
    assert!(destroy(&mut data, pharmacy(), 3).is_ok());
    ensure_mass_balance(&data, id);
}

#[test]
fn serials_decide_which_way_a_batch_is_dispensed() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let plain = NewBatch { lot: b"PLAIN".to_vec(), ..new_batch(10) };
    let plain = data.register(manufacturer(), plain).unwrap().batch;
    let refused = data.decommission(pharmacy(), plain, &serial(3), &batch.proof(3), UnitState::Dispensed);
    assert_eq!(refused, Err(Error::SerialsNotRegistered));
}

#[test]
fn every_unit_of_a_batch_can_be_dispensed_and_no_further_one() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 5);
    for number in 0..5 {
        assert!(matches!(batch.dispense(&mut data, pharmacy(), number), Ok(Decommissioning::Done(_))));
        ensure_mass_balance(&data, batch.id);
    }
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 5);
    assert_eq!(places(&data, batch.id, pharmacy()).present(), 0);
}
