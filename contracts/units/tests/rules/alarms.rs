//! Alarms: when none is raised, how a regulator puts a wrong record right, and how the alarms of one site are dismissed.

use primitives::units::{AlarmResolved, Error, REVERT_WINDOW};

use super::units_of_a_batch::{alarm_by, left};
use super::*;

/// An answer was lost, or the second till sends the same: the site learns what it did.
#[test]
fn the_same_site_again_is_answered_and_not_suspected() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    let place = UnitPlace::Left(UnitState::Dispensed);
    let again = Ok(Decommissioning::Already { place, at: NOW });
    let last = NOW + REVERT_WINDOW;
    for caller in [pharmacy(), second_till(), at(pharmacy(), last)] {
        assert_eq!(batch.dispense(&mut data, caller, 3), again);
        // It may have been dispensed instead of destroyed: the answer says what is booked.
        assert_eq!(batch.decommission(&mut data, caller, 3, UnitState::Destroyed), again);
    }
    assert_eq!(data.alarm(batch.unit(3)), None);
    assert_eq!(data.mass_balance(batch.id).unwrap().dispensed, 1);
    // Too late it is a second pack; and so it is anywhere else.
    let late = at(pharmacy(), last + 1);
    let alarm = alarm_by(&batch, 3, late, AlarmCode::SecondDecommission, Some(pharmacy()));
    assert_eq!(batch.dispense(&mut data, late, 3), Ok(alarm));
    let elsewhere = alarm_by(&batch, 3, branch(), AlarmCode::SecondDecommission, Some(pharmacy()));
    assert_eq!(batch.dispense(&mut data, branch(), 3), Ok(elsewhere));
    ensure_mass_balance(&data, batch.id);
}

/// A site with stock takes another one's pack: a regulator removes the wrong record, and the patient gets the pack.
#[test]
fn a_regulator_puts_a_wrong_first_record_right() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    hand_over(&mut data, batch.id, pharmacy(), other_pharmacy(), 1);
    batch.decommission(&mut data, other_pharmacy(), 3, UnitState::Stolen).unwrap();
    let alarm = alarm_by(&batch, 3, pharmacy(), AlarmCode::SecondDecommission, Some(other_pharmacy()));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(alarm));
    let resolution = Resolution::RecordWrong;
    for caller in [pharmacy(), other_pharmacy(), manufacturer(), auditor()] {
        let refused = data.resolve_alarm(caller, batch.id, &serial(3), resolution);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let unit = batch.unit(3);
    let event = AlarmResolved { batch: batch.id, unit, by: by(regulator()), resolution };
    assert_eq!(data.resolve_alarm(regulator(), batch.id, &serial(3), resolution), Ok(event));
    assert_eq!((data.unit(unit), data.alarm(unit)), (None, None));
    assert_eq!(places(&data, batch.id, other_pharmacy()).held, 1, "the pack that it booked is on its shelf");
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
    assert_eq!(data.unit(unit), Some(left(UnitState::Dispensed, pharmacy(), 3)));
    ensure_mass_balance(&data, batch.id);
}

/// A site that holds other packs of the batch condemns or quarantines one that lies elsewhere: that is put right, too.
#[test]
fn a_pack_that_was_restrained_where_it_never_was_is_put_right() {
    for condemned in [false, true] {
        let mut data = Registers::default();
        let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
        hand_over(&mut data, batch.id, pharmacy(), other_pharmacy(), 1);
        if condemned {
            batch.condemn(&mut data, other_pharmacy(), &[3]);
        } else {
            batch.quarantine(&mut data, other_pharmacy(), &[3]);
        }
        let alarm = alarm_by(&batch, 3, pharmacy(), AlarmCode::UnitElsewhere, Some(other_pharmacy()));
        assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Ok(alarm));
        data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::RecordWrong).unwrap();
        assert_eq!(places(&data, batch.id, other_pharmacy()).held, 1);
        assert!(matches!(batch.dispense(&mut data, pharmacy(), 3), Ok(Decommissioning::Done(_))));
        ensure_mass_balance(&data, batch.id);
    }
}

#[test]
fn a_record_is_put_right_only_where_there_is_one_and_an_alarm_about_it() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    let correct = |data: &mut Registers, number| {
        data.resolve_alarm(regulator(), batch.id, &serial(number), Resolution::RecordWrong)
    };
    assert_eq!(correct(&mut data, 3), Err(Error::UnknownAlarm));
    batch.dispense(&mut data, pharmacy(), 3).unwrap();
    assert_eq!(correct(&mut data, 3), Err(Error::UnknownAlarm), "nobody doubts it");
    batch.dispense(&mut data, other_pharmacy(), 4).unwrap();
    assert_eq!(correct(&mut data, 4), Err(Error::UnitNotDecommissioned));
    let two = [serial(3), serial(4)];
    let books = |_: &Registers| Ok((regulator(), UNIT_REGISTER));
    let both = data.resolve_alarms_by(regulator(), books, (batch.id, &two), Resolution::RecordWrong);
    assert_eq!(both, Err(Error::TooManySerials));
}

#[test]
fn alarms_are_resolved_together() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 60);
    let numbers: Vec<usize> = (0..51).collect();
    for number in &numbers {
        batch.dispense(&mut data, other_pharmacy(), *number).unwrap();
    }
    let serials: Vec<Vec<u8>> = numbers.iter().copied().map(serial).collect();
    let resolve = |data: &mut Registers, serials: &[Vec<u8>]| {
        let books = |_: &Registers| Ok((regulator(), UNIT_REGISTER));
        data.resolve_alarms_by(regulator(), books, (batch.id, serials), Resolution::FalseAlarm)
    };
    assert_eq!(resolve(&mut data, &serials), Err(Error::TooManySerials));
    assert_eq!(resolve(&mut data, &[]), Err(Error::TooManySerials));
    assert_eq!(resolve(&mut data, &serials[..50]).unwrap().len(), 50);
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 0), Ok(Decommissioning::Done(_))));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 50), Err(Error::AlarmOpen));
}

/// A site that never had the packs raises alarms about a thousand real serials. One word of a regulator frees them.
#[test]
fn the_alarms_of_one_site_are_dismissed_with_one_word() {
    let mut data = Registers::default();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for number in [1, 2, 3] {
        batch.dispense(&mut data, other_pharmacy(), number).unwrap();
    }
    // Another site saw one of them, too, and a regulator confirmed one.
    batch.dispense(&mut data, branch(), 2).unwrap();
    data.resolve_alarm(regulator(), batch.id, &serial(3), Resolution::CounterfeitConfirmed).unwrap();
    for caller in [pharmacy(), other_pharmacy(), manufacturer(), auditor(), bystander()] {
        assert_eq!(data.dismiss_alarms(caller, site(4)), Err(Error::CallerNotAuthorised));
    }
    assert_eq!(batch.dispense(&mut data, pharmacy(), 1), Err(Error::AlarmOpen));
    data.dismiss_alarms(at(regulator(), NOW + 5), site(4)).unwrap();
    assert!(matches!(batch.dispense(&mut data, pharmacy(), 1), Ok(Decommissioning::Done(_))));
    assert_eq!(batch.dispense(&mut data, pharmacy(), 2), Err(Error::AlarmOpen), "two sites saw it");
    assert_eq!(batch.dispense(&mut data, pharmacy(), 3), Err(Error::AlarmOpen), "it is confirmed");
    // What the site says from now on counts again, and first.
    let later = at(other_pharmacy(), NOW + 6);
    batch.dispense(&mut data, later, 1).unwrap();
    let record = data.alarm(batch.unit(1)).unwrap();
    assert_eq!((record.code, record.count, record.at), (AlarmCode::SecondDecommission, 1, NOW + 6));
}
