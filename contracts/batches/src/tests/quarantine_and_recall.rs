use super::*;
use crate::{
    BatchRecalled, QuarantineReason, QuarantineReleased, Recall, RecallClass, RecallReason, UnitsQuarantined,
};

const REASON: QuarantineReason = QuarantineReason::TemperatureExcursion;

#[test]
fn a_holder_sets_its_own_units_apart() {
    let mut data = register();
    let id = released(&mut data, 100);
    let event =
        UnitsQuarantined { batch: id, holder: account(1), by: account(1), quantity: 30, reason: REASON };
    assert_eq!(data.quarantine(manufacturer(), id, account(1), 30, REASON), Ok(event));
    assert_eq!(data.holding(id, account(1)), Holding { available: 70, quarantined: 30 });
    ensure_mass_balance(&data, id);
    let refused = data.ship(manufacturer(), id, account(2), wholesaler().roles, 71);
    assert_eq!(refused, Err(Error::QuantityNotHeld));
}

#[test]
fn a_regulator_sets_units_of_others_apart_and_nobody_else_does() {
    let mut data = register();
    let id = released(&mut data, 100);
    for caller in [wholesaler(), pharmacy(), auditor(), bystander()] {
        let refused = data.quarantine(caller, id, account(1), 1, REASON);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let former = without_roles(manufacturer());
    assert_eq!(data.quarantine(former, id, account(1), 1, REASON), Err(Error::CallerNotAuthorised));
    assert!(data.quarantine(regulator(), id, account(1), 1, REASON).is_ok());
    ensure_mass_balance(&data, id);
}

#[test]
fn only_units_that_are_there_are_set_apart() {
    let mut data = register();
    let id = released(&mut data, 100);
    assert_eq!(data.quarantine(manufacturer(), id, account(1), 0, REASON), Err(Error::QuantityZero));
    assert_eq!(data.quarantine(manufacturer(), id, account(1), 101, REASON), Err(Error::QuantityNotHeld));
    assert_eq!(data.quarantine(regulator(), id, account(9), 1, REASON), Err(Error::QuantityNotHeld));
    let unknown = BatchId([9; 32]);
    assert_eq!(data.quarantine(regulator(), unknown, account(1), 1, REASON), Err(Error::UnknownBatch));
    data.quarantine(manufacturer(), id, account(1), 60, REASON).unwrap();
    assert_eq!(data.quarantine(manufacturer(), id, account(1), 60, REASON), Err(Error::QuantityNotHeld));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_regulator_or_the_manufacturer_ends_a_quarantine_and_the_holder_does_not() {
    let mut data = register();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), wholesaler(), 50);
    data.quarantine(wholesaler(), id, account(2), 50, REASON).unwrap();
    let other_manufacturer = call(9, &[Role::Manufacturer]);
    for caller in [wholesaler(), other_manufacturer, auditor(), without_roles(manufacturer()), bystander()] {
        let refused = data.release_quarantine(caller, id, account(2), 1);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let event = QuarantineReleased { batch: id, holder: account(2), by: account(5), quantity: 20 };
    assert_eq!(data.release_quarantine(regulator(), id, account(2), 20), Ok(event));
    assert!(data.release_quarantine(manufacturer(), id, account(2), 30).is_ok());
    assert_eq!(data.holding(id, account(2)), Holding { available: 50, quarantined: 0 });
    ensure_mass_balance(&data, id);
}

#[test]
fn only_quarantined_units_are_freed() {
    let mut data = register();
    let id = released(&mut data, 100);
    data.quarantine(manufacturer(), id, account(1), 10, REASON).unwrap();
    let free = |data: &mut Data, id, quantity| data.release_quarantine(regulator(), id, account(1), quantity);
    assert_eq!(free(&mut data, id, 0), Err(Error::QuantityZero));
    assert_eq!(free(&mut data, id, 11), Err(Error::QuantityNotQuarantined));
    assert_eq!(free(&mut data, BatchId([9; 32]), 1), Err(Error::UnknownBatch));
    assert!(free(&mut data, id, 10).is_ok());
    assert_eq!(free(&mut data, id, 1), Err(Error::QuantityNotQuarantined));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_regulator_or_the_manufacturer_recalls_for_good() {
    let mut data = register();
    let id = released(&mut data, 100);
    let other_manufacturer = call(9, &[Role::Manufacturer]);
    let recall = |data: &mut Data, call| data.recall(call, id, RecallClass::I, RecallReason::Contamination);
    for caller in [wholesaler(), pharmacy(), auditor(), other_manufacturer, without_roles(manufacturer())] {
        assert_eq!(recall(&mut data, caller), Err(Error::CallerNotAuthorised));
    }
    let event = BatchRecalled {
        batch: id,
        class: RecallClass::I,
        by: account(1),
        reason: RecallReason::Contamination,
    };
    assert_eq!(recall(&mut data, manufacturer()), Ok(event));
    let record =
        Recall { class: RecallClass::I, reason: RecallReason::Contamination, by: account(1), at: NOW };
    assert_eq!(data.batch(id).unwrap().recall, Some(record));
    assert_eq!(recall(&mut data, regulator()), Err(Error::BatchRecalled));
    ensure_mass_balance(&data, id);
    let unknown = data.recall(regulator(), BatchId([9; 32]), RecallClass::III, RecallReason::Mislabelling);
    assert_eq!(unknown, Err(Error::UnknownBatch));
}

#[test]
fn units_of_a_recalled_batch_can_still_be_set_apart() {
    let mut data = register();
    let id = released(&mut data, 100);
    data.recall(manufacturer(), id, RecallClass::III, RecallReason::Mislabelling).unwrap();
    assert!(data.quarantine(manufacturer(), id, account(1), 100, REASON).is_ok());
    ensure_mass_balance(&data, id);
}
