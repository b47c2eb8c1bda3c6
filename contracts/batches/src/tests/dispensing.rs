use super::*;
use crate::{CloneAlarmRaised, RecallClass, RecallReason, UnitDispensed, UnserialisedUnitsDispensed};

#[test]
fn a_unit_is_dispensed_with_its_proof() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let event = UnitDispensed { batch: batch.id, unit: batch.unit(3), by: account(3) };
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(Dispensing::Done(event)));
    let record = DispensedUnit { by: account(3), at: NOW, clone_alarms: 0 };
    assert_eq!(data.dispensed_unit(batch.unit(3)), Some(record));
    assert_eq!(data.holding(batch.id, account(3)).available, 9);
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 1);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_second_dispense_of_a_serial_is_an_alarm_that_names_both_parties() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    let later = at(other_pharmacy(), NOW + 5);
    let alarm = CloneAlarmRaised {
        batch: batch.id,
        unit: batch.unit(3),
        second_by: account(4),
        first_by: account(3),
        first_at: NOW,
    };
    assert_eq!(batch.dispense(&mut data, later, 3), Ok(Dispensing::Clone(alarm.clone())));
    assert_eq!(batch.dispense(&mut data, later, 3), Ok(Dispensing::Clone(alarm)));
    let record = DispensedUnit { by: account(3), at: NOW, clone_alarms: 2 };
    assert_eq!(data.dispensed_unit(batch.unit(3)), Some(record));
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 1, "nothing more is dispensed");
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_copy_of_a_recalled_pack_still_raises_the_alarm() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    data.recall(regulator(), batch.id, RecallClass::I, RecallReason::Counterfeit).unwrap();
    assert!(matches!(batch.dispense(&mut data, other_pharmacy(), 3), Ok(Dispensing::Clone(_))));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 4), Err(Error::BatchRecalled));
}

#[test]
fn who_cannot_prove_a_serial_raises_no_alarm() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    let refused = data.dispense(other_pharmacy(), batch.id, &serial(3), &batch.proof(4));
    assert_eq!(refused, Err(Error::SerialNotInBatch));
    assert_eq!(data.dispensed_unit(batch.unit(3)).unwrap().clone_alarms, 0);
}

#[test]
fn only_pharmacies_and_providers_dispense() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for caller in [manufacturer(), wholesaler(), regulator(), bystander(), without_roles(pharmacy())] {
        assert_eq!(batch.dispense(&mut data, caller, 3), Err(Error::CallerNotAuthorised));
        let refused = data.dispense_unserialised(caller, batch.id, 1);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let hospital = call(8, &[Role::Provider]);
    hand_over(&mut data, batch.id, pharmacy(), hospital, 1);
    assert!(batch.dispense(&mut data, hospital, 3).is_ok());
}

#[test]
fn nobody_dispenses_what_it_does_not_hold() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    assert_eq!(batch.dispense(&mut data, other_pharmacy(), 3), Err(Error::QuantityNotHeld));
    data.quarantine(pharmacy(), batch.id, account(3), 10, crate::QuarantineReason::Damaged).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::QuantityNotHeld));
    assert_eq!(data.dispensed_unit(batch.unit(3)), None);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_wrong_serial_or_proof_is_refused() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let other = Serialised::registered(&mut data, b"OTHER", 10);
    let proof = batch.proof(3);
    let longer = SerialProof { siblings: [&proof.siblings[..], &[[0; 32]]].concat(), ..proof.clone() };
    let shorter = SerialProof { siblings: proof.siblings[..3].to_vec(), ..proof.clone() };
    let elsewhere = SerialProof { index: 4, ..proof.clone() };
    let beyond = SerialProof { index: 10, ..proof.clone() };
    let empty = SerialProof { index: 0, siblings: Vec::new() };
    for wrong in [longer, shorter, elsewhere, beyond, empty, other.proof(3), batch.proof(4)] {
        let refused = data.dispense(pharmacy(), batch.id, &serial(3), &wrong);
        assert_eq!(refused, Err(Error::SerialNotInBatch));
    }
    let refused = data.dispense(pharmacy(), batch.id, b"S99999", &proof);
    assert_eq!(refused, Err(Error::SerialNotInBatch));
    for text in [&b""[..], b"A B", b"123456789012345678901"] {
        assert_eq!(data.dispense(pharmacy(), batch.id, text, &proof), Err(Error::InvalidSerial));
    }
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_unit_moves_only_in_the_states_in_which_it_may() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(batch.dispense(&mut data, late, 3), Err(Error::BatchExpired));
    data.block(regulator(), batch.id).unwrap();
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::BatchBlocked));
    let unreleased = Serialised::registered(&mut data, b"OTHER", 10);
    assert_eq!(unreleased.dispense(&mut data, pharmacy(), 3), Err(Error::NotReleased));
    let unknown = BatchId([9; 32]);
    let refused = data.dispense(pharmacy(), unknown, &serial(3), &batch.proof(3));
    assert_eq!(refused, Err(Error::UnknownBatch));
    assert_eq!(data.dispense_unserialised(pharmacy(), unknown, 1), Err(Error::UnknownBatch));
}

#[test]
fn units_without_serials_are_dispensed_by_number() {
    let mut data = register();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let event = UnserialisedUnitsDispensed { batch: id, by: account(3), quantity: 12 };
    assert_eq!(data.dispense_unserialised(pharmacy(), id, 12), Ok(event));
    assert_eq!(data.dispense_unserialised(pharmacy(), id, 0), Err(Error::QuantityZero));
    assert_eq!(data.dispense_unserialised(pharmacy(), id, 19), Err(Error::QuantityNotHeld));
    let late = at(pharmacy(), EXPIRES_AT + 1);
    assert_eq!(data.dispense_unserialised(late, id, 1), Err(Error::BatchExpired));
    ensure_mass_balance(&data, id);
}

#[test]
fn serials_decide_which_way_a_batch_is_dispensed() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    assert_eq!(data.dispense_unserialised(pharmacy(), batch.id, 1), Err(Error::SerialRequired));
    let plain = NewBatch { lot: b"PLAIN".to_vec(), ..new_batch(10) };
    let plain = data.register(manufacturer(), plain).unwrap().batch;
    let refused = data.dispense(pharmacy(), plain, &serial(3), &batch.proof(3));
    assert_eq!(refused, Err(Error::SerialsNotRegistered));
}

#[test]
fn every_unit_of_a_batch_can_be_dispensed_and_no_further_one() {
    let mut data = register();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 5);
    for number in 0..5 {
        assert!(matches!(batch.dispense(&mut data, pharmacy(), number), Ok(Dispensing::Done(_))));
        ensure_mass_balance(&data, batch.id);
    }
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 5);
    assert_eq!(data.holding(batch.id, account(3)), Holding::default());
}
