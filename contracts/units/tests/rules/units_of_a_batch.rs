use primitives::batches::Error as BatchError;
use primitives::units::{
    AlarmRaised, AlarmResolved, Error, UnitDecommissioned, UnitRecord, UnitReverted, REVERT_WINDOW,
};

use super::*;

pub const STATES: [UnitState; 5] =
    [UnitState::Dispensed, UnitState::Destroyed, UnitState::Stolen, UnitState::Sample, UnitState::Exported];

/// What is known of a unit that left the supply chain at a site.
pub fn left(state: UnitState, by: Call, position: u32) -> UnitRecord {
    let place = UnitPlace::Left(state);
    UnitRecord { place, site: site_of(by), at: by.now, position, stop: None, registration: 0 }
}

/// The alarm that a call raises about a unit, which is or was with another party.
pub fn alarm_by(
    batch: &Serialised,
    unit: usize,
    by: Call,
    code: AlarmCode,
    other: Option<Call>,
) -> Decommissioning {
    let (unit, by, other) = (batch.unit(unit), by.actor(), other.map(site_of));
    Decommissioning::Alarm(AlarmRaised { batch: batch.id, unit, by, code, other })
}

#[test]
fn a_unit_is_dispensed_with_its_proof() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let (unit, state) = (batch.unit(3), UnitState::Dispensed);
    let event = UnitDecommissioned { batch: batch.id, unit, by: by(pharmacy()), state, at: NOW, position: 3 };
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(event)));
    assert_eq!(data.unit(unit), Some(left(state, pharmacy(), 3)));
    let expected = Places { held: 9, dispensed: 1, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), expected);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn each_state_has_its_place() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for (number, state) in STATES.into_iter().enumerate() {
        assert!(matches!(
            batch.decommission(&mut data, pharmacy(), number, state),
            Ok(Decommissioning::Done(event)) if event.state == state
        ));
        ensure_mass_balance(&data, batch.id);
    }
    let expected = Places { held: 5, dispensed: 1, destroyed: 1, decommissioned: 3, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), expected);
}

#[test]
fn only_pharmacies_and_providers_dispense_and_only_custodians_decommission() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for caller in [manufacturer(), wholesaler(), regulator(), bystander(), without_roles(pharmacy())] {
        assert_eq!(batch.dispense(&mut data, caller, 3), Err(Error::CallerNotAuthorised));
        let refused = data.decommission_quantity(caller, batch.id, 1, UnitState::Dispensed, None);
        assert_eq!(refused, Err(BatchError::CallerNotAuthorised));
    }
    // An organisation without a role still destroys what it has; who acts for no site does not.
    let gets_rid = batch.decommission(&mut data, without_roles(pharmacy()), 9, UnitState::Destroyed);
    assert!(matches!(gets_rid, Ok(Decommissioning::Done(_))));
    for caller in [regulator(), auditor()] {
        let refused = batch.decommission(&mut data, caller, 3, UnitState::Destroyed);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    for caller in [regulator(), auditor(), bystander(), without_roles(pharmacy())] {
        for state in STATES.into_iter().filter(|state| *state != UnitState::Destroyed) {
            let refused = batch.decommission(&mut data, caller, 3, state);
            assert_eq!(refused, Err(Error::CallerNotAuthorised), "{state:?}");
            let refused = data.decommission_quantity(caller, batch.id, 1, state, None);
            assert_eq!(refused, Err(BatchError::CallerNotAuthorised), "{state:?}");
        }
    }
    let hospital = call(8, &[primitives::Role::Provider]);
    hand_over(&mut data, batch.id, pharmacy(), hospital, 1);
    assert!(batch.dispense(&mut data, hospital, 3).is_ok());
}

#[test]
fn a_second_dispense_of_a_serial_is_an_alarm_that_names_both_parties() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    let later = at(other_pharmacy(), NOW + 5);
    let alarm = alarm_by(&batch, 3, later, AlarmCode::SecondDecommission, Some(pharmacy()));
    assert_eq!(batch.dispense(&mut data, later, 3), Ok(alarm));
    let again = alarm_by(&batch, 3, later, AlarmCode::SecondDecommission, Some(pharmacy()));
    assert_eq!(batch.decommission(&mut data, later, 3, UnitState::Stolen), Ok(again));
    let record = Alarm {
        code: AlarmCode::SecondDecommission,
        site: site(4),
        other: Some(site(3)),
        at: NOW + 5,
        count: 2,
        by_others: false,
        confirmed: false,
        registration: 0,
    };
    assert_eq!(data.alarm(batch.unit(3)), Some(record), "the first one is kept, and counted");
    assert_eq!(data.unit(batch.unit(3)).unwrap().site, site(3));
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 1, "nothing more is dispensed");
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_dispense_where_no_unit_of_the_batch_ever_was_raises_the_alarm() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let alarm = alarm_by(&batch, 3, other_pharmacy(), AlarmCode::UnitNeverReceived, None);
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(alarm));
    assert_eq!(data.unit(batch.unit(3)), None);
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::AlarmOpen));
    assert!(batch.decommission(&mut data, pharmacy(), 3, UnitState::Sample).is_ok());
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_serial_outside_the_batch_raises_the_alarm() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let alarm = AlarmRaised {
        batch: batch.id,
        unit: UnitId::of(batch.id, b"COPY"),
        by: by(pharmacy()),
        code: AlarmCode::SerialNotInBatch,
        other: None,
    };
    let outcome = data.decommission(pharmacy(), batch.id, b"COPY", &batch.proof(3), UnitState::Dispensed);
    assert_eq!(outcome, Ok(Decommissioning::Alarm(alarm)));
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_unit_in_a_case_elsewhere_raises_the_alarm_and_one_in_a_case_here_is_unpacked_first() {
    let mut data = Registers::default();
    let batch = Serialised::released(&mut data, LOT, 10);
    pack_case(&mut data, batch.id, 0, 1);
    hand_over(&mut data, batch.id, manufacturer(), pharmacy(), 2);
    let alarm = alarm_by(&batch, 3, pharmacy(), AlarmCode::UnitElsewhere, Some(manufacturer()));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(alarm));
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::FalseAlarm).unwrap();
    let shipped = ship(&mut data, manufacturer(), Goods::LogisticUnit(sscc(1)), pharmacy()).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::UnitPacked), "it is on its way here");
    let alarm = alarm_by(&batch, 3, other_pharmacy(), AlarmCode::UnitElsewhere, Some(pharmacy()));
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
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    recall_batch(&mut data, batch.id);
    assert!(matches!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(Decommissioning::Alarm(_))));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 4), Err(Error::BatchRecalled));
}

#[test]
fn a_wrong_proof_does_not_keep_a_genuine_pack_from_its_patient() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let wrong = batch.proof(4);
    let outcome =
        data.decommission(other_pharmacy(), batch.id, &serial(3), &wrong, UnitState::Dispensed).unwrap();
    assert_eq!(outcome, alarm_by(&batch, 3, other_pharmacy(), AlarmCode::SerialNotInBatch, None));
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
    let alarm = alarm_by(&batch, 3, other_pharmacy(), AlarmCode::SecondDecommission, Some(pharmacy()));
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(alarm));
    let record = data.alarm(batch.unit(3)).unwrap();
    assert_eq!((record.code, record.count), (AlarmCode::SecondDecommission, 2), "it hides no other alarm");
}

#[test]
fn every_wrong_proof_raises_the_alarm_and_a_malformed_one_is_refused() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let other = Serialised::registered(&mut data, b"OTHER", 10);
    let proof = batch.proof(3);
    let longer = SerialProof { siblings: [&proof.siblings[..], &[[0; 32]]].concat(), ..proof.clone() };
    let shorter = SerialProof { siblings: proof.siblings[..3].to_vec(), ..proof.clone() };
    let elsewhere = SerialProof { index: 4, ..proof.clone() };
    let beyond = SerialProof { index: 10, ..proof.clone() };
    let empty = SerialProof { siblings: Vec::new(), ..proof.clone() };
    let unsalted = SerialProof { salt: [0; 16], ..proof.clone() };
    let salt_of_another = SerialProof { salt: batch.proof(4).salt, ..proof.clone() };
    let alarm = Ok(alarm_by(&batch, 3, pharmacy(), AlarmCode::SerialNotInBatch, None));
    let dispense = |data: &mut Registers, proof: &SerialProof| {
        data.decommission(pharmacy(), batch.id, &serial(3), proof, UnitState::Dispensed)
    };
    for malformed in [longer, shorter, beyond, empty] {
        assert_eq!(dispense(&mut data, &malformed), Err(Error::InvalidProof));
    }
    assert_eq!(data.alarm(batch.unit(3)), None, "a mistake says nothing about the pack");
    for wrong in [elsewhere, unsalted, salt_of_another, other.proof(3), batch.proof(4)] {
        assert_eq!(dispense(&mut data, &wrong), alarm);
    }
    for text in [&b""[..], b"A B", b"123456789012345678901"] {
        let refused = data.decommission(pharmacy(), batch.id, text, &proof, UnitState::Dispensed);
        assert_eq!(refused, Err(Error::InvalidSerial));
    }
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn nobody_dispenses_units_that_are_quarantined() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let all = QuarantineTarget::Holding { batch: batch.id, site: site(3), quantity: None };
    data.quarantine(pharmacy(), all, QuarantineReason::Damaged).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::UnitsQuarantined));
    let refused = batch.decommission(&mut data, pharmacy(), 3, UnitState::Sample);
    assert_eq!(refused, Err(Error::QuantityNotHeld));
    assert_eq!(data.unit(batch.unit(3)), None);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_unit_is_dispensed_only_while_its_batch_may_be_supplied() {
    let mut data = Registers::default();
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
        Err(BatchError::UnknownBatch)
    );
    let hospital = call(1, &[primitives::Role::Manufacturer, primitives::Role::Provider]);
    let unreleased = Serialised::registered(&mut data, b"OTHER", 10);
    assert_eq!(unreleased.dispense(&mut data, hospital, 3), Err(Error::NotReleased));
}

#[test]
fn a_unit_of_a_recalled_range_is_not_dispensed() {
    let mut data = Registers::default();
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
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    let resolve = |data: &mut Registers, call, number, resolution| {
        data.resolve_alarm(call, batch.id, &serial(number), resolution)
    };
    for caller in [manufacturer(), pharmacy(), auditor(), bystander()] {
        let refused = resolve(&mut data, caller, 3, Resolution::FalseAlarm);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    assert_eq!(resolve(&mut data, regulator(), 4, Resolution::FalseAlarm), Err(Error::UnknownAlarm));
    let resolution = Resolution::CounterfeitConfirmed;
    let event = AlarmResolved { batch: batch.id, unit: batch.unit(3), by: by(regulator()), resolution };
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
fn a_site_that_decommissioned_a_unit_reverts_that_within_ten_days() {
    for state in [UnitState::Dispensed, UnitState::Sample, UnitState::Exported] {
        let mut data = Registers::default();
        let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        let last = at(pharmacy(), NOW + REVERT_WINDOW);
        for caller in [other_pharmacy(), branch(), manufacturer(), bystander(), without_roles(pharmacy())] {
            let refused = data.revert(caller, batch.id, &serial(3));
            assert_eq!(refused, Err(Error::CallerNotAuthorised));
        }
        assert_eq!(data.revert(last, batch.id, &serial(4)), Err(Error::UnitNotDecommissioned));
        assert_eq!(data.revert(last, BatchId([9; 32]), &serial(3)), Err(Error::UnitNotDecommissioned));
        let (unit, site) = (batch.unit(3), site(3));
        let event = UnitReverted { batch: batch.id, unit, by: by(last), site, state };
        assert_eq!(data.revert(last, batch.id, &serial(3)), Ok(event));
        assert_eq!(data.unit(batch.unit(3)), None);
        assert_eq!(places(&data, batch.id, pharmacy()), Places { held: 10, ..Places::default() });
        assert_eq!(data.revert(last, batch.id, &serial(3)), Err(Error::UnitNotDecommissioned));
        ensure_mass_balance(&data, batch.id);
    }
}

#[test]
fn what_is_final_is_not_reverted() {
    let refused = |state, when: fn(&mut Registers, BatchId) -> u64| {
        let mut data = Registers::default();
        let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
        batch.decommission(&mut data, pharmacy(), 3, state).unwrap();
        let now = when(&mut data, batch.id);
        data.revert(at(pharmacy(), now), batch.id, &serial(3)).map(drop)
    };
    for state in [UnitState::Destroyed, UnitState::Stolen] {
        assert_eq!(refused(state, |_, _| NOW), Err(Error::NotRevertible), "{state:?}");
    }
    let recalled = |data: &mut Registers, id| {
        recall_batch(data, id);
        NOW
    };
    let in_range = |data: &mut Registers, id| {
        data.recall(regulator(), id, recall_of(RecallScope::SerialRange { first: 3, last: 3 })).unwrap();
        NOW
    };
    let beside_range = |data: &mut Registers, id| {
        data.recall(regulator(), id, recall_of(RecallScope::SerialRange { first: 4, last: 9 })).unwrap();
        NOW
    };
    for state in [UnitState::Dispensed, UnitState::Sample, UnitState::Exported] {
        assert_eq!(refused(state, |_, _| NOW + REVERT_WINDOW + 1), Err(Error::NotRevertible), "{state:?}");
        assert_eq!(refused(state, |_, _| EXPIRES_AT + 1), Err(Error::NotRevertible), "{state:?}");
        assert_eq!(refused(state, recalled), Err(Error::NotRevertible), "{state:?}");
        assert_eq!(refused(state, in_range), Err(Error::NotRevertible), "{state:?}");
        assert_eq!(refused(state, beside_range), Ok(()), "{state:?}");
    }
}

#[test]
fn a_dispensed_unit_is_not_reverted_after_the_last_day_of_use() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, at(pharmacy(), EXPIRES_AT), 3).unwrap();
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(data.revert(late, batch.id, &serial(3)), Err(Error::NotRevertible));
    assert!(data.revert(at(pharmacy(), EXPIRES_AT), batch.id, &serial(3)).is_ok());
}

#[test]
fn any_account_of_the_same_site_reverts_what_another_did_there() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    assert_eq!(data.revert(branch(), batch.id, &serial(3)), Err(Error::CallerNotAuthorised));
    let event = data.revert(second_till(), batch.id, &serial(3)).unwrap();
    assert_eq!((event.by, event.site), (by(second_till()), site(3)));
    assert!(matches!(batch.dispense(&mut data, second_till(), 3), Ok(Decommissioning::Done(_))));
}

#[test]
fn a_branch_without_units_of_the_batch_raises_the_alarm_as_any_other_site() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let alarm = alarm_by(&batch, 3, branch(), AlarmCode::UnitNeverReceived, None);
    assert_eq!(batch.dispense(&mut data, branch(), 3), Ok(alarm));
}

#[test]
fn units_are_booked_by_the_register_of_units_alone() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let former = primitives::RoleSet::EMPTY;
    let (serial, proof) = (serial(3), batch.proof(3));
    let unit = (batch.id, &serial[..], &proof);
    let refused = data.decommission_by(pharmacy(), former, unit, (UnitState::Dispensed, None));
    assert_eq!(refused, Err(Error::NotUnitRegister));
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    let refused = data.revert_by(pharmacy(), former, batch.id, &serial);
    assert_eq!(refused, Err(Error::NotUnitRegister));
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn nothing_is_reverted_while_an_alarm_is_open() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    batch.dispense(&mut data, other_pharmacy(), 3).unwrap();
    assert_eq!(data.revert(pharmacy(), batch.id, &serial(3)), Err(Error::AlarmOpen));
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::FalseAlarm).unwrap();
    assert!(data.revert(pharmacy(), batch.id, &serial(3)).is_ok());
}

#[test]
fn serials_decide_which_way_a_batch_is_dispensed() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let plain = primitives::products::NewBatch { lot: b"PLAIN".to_vec(), ..new_batch(10) };
    let plain = register(&mut data, manufacturer(), plain).unwrap();
    let refused = data.decommission(pharmacy(), plain, &serial(3), &batch.proof(3), UnitState::Dispensed);
    assert_eq!(refused, Err(Error::SerialsNotRegistered));
}

#[test]
fn every_unit_of_a_batch_can_be_dispensed_and_no_further_one() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 5);
    for number in 0..5 {
        assert!(matches!(batch.dispense(&mut data, pharmacy(), number), Ok(Decommissioning::Done(_))));
        ensure_mass_balance(&data, batch.id);
    }
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 5);
    assert_eq!(places(&data, batch.id, pharmacy()).present(), 0);
}
