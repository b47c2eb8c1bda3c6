use super::*;
use primitives::batches::{
    BatchRegistered, BatchRegistrationCancelled, QuarantineReason, QuarantineTarget, Registered,
};
use primitives::units::{Outcome, Reason, Resolution, Scan};

#[test]
fn a_registered_batch_is_all_with_its_manufacturer_and_not_released() {
    let mut data = empty_batches();
    let new = registration(account(1), site(1), new_batch(500));
    let (answer, event) = data.register(manufacturer(), PRODUCT_REGISTER, new).unwrap();
    let id = BatchId::of(GTIN, LOT);
    assert_eq!(answer, Registered { by: by(manufacturer()), batch: id });
    let expected = BatchRegistered {
        batch: id,
        by: by(manufacturer()),
        registration: 0,
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        quantity: 500,
        serial_root: None,
        units_per_case: None,
    };
    assert_eq!(event, expected);
    let batch = Batch {
        registration: 0,
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        expires_at: EXPIRES_AT,
        quantity: 500,
        serial_root: None,
        units_per_case: None,
        manufacturer: organisation(1),
        registered_at: NOW,
        released_at: None,
        blocked: None,
        recalled_at: None,
        recalls: 0,
        ended_recalls: RecallSet::NONE,
    };
    assert_eq!(data.batch(id), Some(batch));
    let all = Places { held: 500, ..Places::default() };
    assert_eq!(data.holding(id, site(1)), Holding { places: all, ..Holding::default() });
    assert_eq!(data.mass_balance(id), Some(all));
    assert_eq!(data.list_batches(0, 50), [id]);
    ensure_mass_balance(&data, id);
}

#[test]
fn a_batch_is_registered_at_a_site_of_its_manufacturer() {
    let mut data = empty_batches();
    let nowhere = Call { site: None, ..manufacturer() };
    assert_eq!(register(&mut data, nowhere, new_batch(1)), Err(Error::CallerNotAtSite));
    let id = register(&mut data, second_plant(), new_batch(1)).unwrap();
    assert_eq!(data.batch(id).unwrap().manufacturer, organisation(1));
    assert_eq!(places(&data, id, second_plant()).held, 1);
    assert_eq!(places(&data, id, manufacturer()).held, 0);
    assert!(data.cancel_registration(quality_unit(), id).is_ok(), "wherever its units are");
}

#[test]
fn only_a_manufacturer_registers_and_only_through_the_register_of_products() {
    let mut data = empty_batches();
    for caller in
        [quality_unit(), wholesaler(), pharmacy(), regulator(), bystander(), without_roles(manufacturer())]
    {
        assert_eq!(register(&mut data, caller, new_batch(1)), Err(Error::CallerNotAuthorised));
    }
    let new = registration(account(1), site(1), new_batch(1));
    let past_it = data.register(manufacturer(), UNIT_REGISTER, new).map(drop);
    assert_eq!(past_it, Err(Error::NotProductRegister));
}

#[test]
fn a_gtin_and_lot_are_registered_once_whoever_comes_second() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    assert_eq!(register(&mut data, manufacturer(), new_batch(10)), Err(Error::BatchExists));
    let other = other_manufacturer();
    assert_eq!(register(&mut data, other, new_batch(99)), Err(Error::BatchExists));
    assert_eq!(data.batch(id).unwrap().quantity, 10);
    let other_lot = NewBatch { lot: b"ABC-124".to_vec(), ..new_batch(10) };
    assert!(register(&mut data, other, other_lot).is_ok());
}

#[test]
fn a_registration_is_cancelled_by_the_manufacturer_or_a_regulator_without_a_trace() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    let other_manufacturer = other_manufacturer();
    for caller in [wholesaler(), auditor(), bystander(), other_manufacturer, without_roles(manufacturer())] {
        assert_eq!(data.cancel_registration(caller, id), Err(Error::CallerNotAuthorised));
    }
    let event = BatchRegistrationCancelled { batch: id, by: by(regulator()), registration: 0 };
    assert_eq!(data.cancel_registration(regulator(), id), Ok(event));
    assert_eq!(data.cancel_registration(regulator(), id), Err(Error::UnknownBatch));
    assert_eq!((data.batch(id), data.mass_balance(id)), (None, None));
    assert_eq!(data.holding(id, site(1)), Holding::default());
    assert_eq!(data.recall_reach(id, 0, 50), []);
    assert_eq!(data.list_batches(0, 50), []);
    // The rightful manufacturer can register now.
    assert_eq!(register(&mut data, other_manufacturer, new_batch(7)), Ok(id));
    assert_eq!(data.batch(id).unwrap().registration, 1, "it is another registration");
    assert_eq!(data.list_batches(0, 50), [id]);
    assert!(data.cancel_registration(other_manufacturer, id).is_ok());
}

/// Before that, nothing leaves the site where it was made: not even for another one of the manufacturer.
#[test]
fn goods_leave_the_site_where_they_were_made_only_after_the_release() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    let to = consignee(second_plant());
    for purpose in [Purpose::Return, Purpose::Supply] {
        let refused = data.ship(manufacturer(), loose(id, 3), to, purpose, None);
        assert_eq!(refused, Err(Error::NotReleased), "{purpose:?}");
    }
    release(&mut data, id);
    assert!(data.ship(manufacturer(), loose(id, 3), to, Purpose::Return, None).is_ok());
}

const BECAME: [fn(&mut Data, BatchId); 4] = [
    |data, id| pack_units(data, manufacturer(), id, 1, 1),
    |data, id| {
        let target = QuarantineTarget::Holding { batch: id, site: site(1), quantity: Some(1) };
        data.quarantine(manufacturer(), target, QuarantineReason::Other).unwrap();
    },
    |data, id| {
        data.decommission_quantity(manufacturer(), id, 1, UnitState::Sample, None).unwrap();
    },
    |data, id| {
        pack_units(data, manufacturer(), id, 4, 1);
        pack_pallet(data, manufacturer(), &[1], 2);
    },
];

#[test]
fn a_regulator_cancels_what_is_not_released_whatever_its_author_did_since() {
    for change in BECAME {
        let mut data = empty_batches();
        let id = registered(&mut data, 10);
        change(&mut data, id);
        assert_eq!(data.cancel_registration(manufacturer(), id), Err(Error::RegistrationFinal));
        assert_eq!(data.cancel_registration(quality_unit(), id), Err(Error::RegistrationFinal));
        assert!(data.cancel_registration(regulator(), id).is_ok());
        let owner = other_manufacturer();
        assert_eq!(register(&mut data, owner, new_batch(10)), Ok(id));
        assert_eq!(places(&data, id, owner), Places { held: 10, ..Places::default() });
        assert_eq!(places(&data, id, manufacturer()), Places::default());
        for number in [1, 2] {
            assert_eq!(data.logistic_unit(sscc(number)), None);
            let refused = data.unpack(manufacturer(), sscc(number));
            assert!(refused.is_err(), "{refused:?}");
        }
        let revert = data.revert_quantity(manufacturer(), id, 1, UnitState::Sample);
        assert_eq!(revert, Err(Error::NothingToRevert));
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn a_released_batch_stays_and_a_blocked_one_for_who_may_not_unblock_it() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    data.block(regulator(), id).unwrap();
    for caller in [manufacturer(), other_regulator()] {
        assert_eq!(data.cancel_registration(caller, id), Err(Error::RegistrationFinal));
    }
    data.unblock(regulator(), id).unwrap();
    release(&mut data, id);
    for caller in [manufacturer(), regulator()] {
        assert_eq!(data.cancel_registration(caller, id), Err(Error::RegistrationFinal));
    }
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    data.block(regulator(), id).unwrap();
    assert!(data.cancel_registration(regulator(), id).is_ok(), "who blocked it");
    assert!(register(&mut data, manufacturer(), new_batch(1)).is_ok());
}

/// H1 and H2 of the review: who was here first without a right leaves nothing that speaks against a genuine pack.
#[test]
fn nothing_of_a_cancelled_registration_speaks_against_packs_of_the_next_one() {
    let mut registers = Registers::default();
    let squatter = other_manufacturer();
    let batch = Serialised::of(LOT, 8);
    let new = batch.new_batch(LOT, Some(4));
    register(&mut registers, squatter, new.clone()).unwrap();
    // It packs a case, destroys one pack, quarantines one, and raises an alarm about a third.
    registers
        .pack(squatter, squatter.organisation, sscc(1), Contents::Case { batch: batch.id, number: 0 })
        .unwrap();
    batch.decommission(&mut registers, squatter, 5, UnitState::Destroyed).unwrap();
    batch.quarantine(&mut registers, squatter, &[6]);
    let elsewhere = batch.decommission(&mut registers, wholesaler(), 7, UnitState::Sample).unwrap();
    assert!(matches!(elsewhere, Decommissioning::Alarm(_)));
    registers.cancel_registration(regulator(), batch.id).unwrap();

    register(&mut registers, manufacturer(), new).unwrap();
    registers.release(quality_unit(), PRODUCT_REGISTER, batch.id).unwrap();
    hand_over(&mut registers, batch.id, manufacturer(), pharmacy(), 8);
    for number in 0..8 {
        let scan = Scan {
            gtin: GTIN,
            lot: LOT.to_vec(),
            expiry: Some(EXPIRY),
            serial: Some(serial(number)),
            proof: Some(batch.proof(number)),
            site: Some(site(3)),
        };
        let verdict = registers.verdict(&scan, NOW);
        assert_eq!(verdict.outcome, Outcome::Valid, "{number}: {:?}", verdict.reasons.by_severity());
        assert!(!verdict.reasons.contains(Reason::AlarmOpen));
        let dispensed = batch.dispense(&mut registers, pharmacy(), number);
        assert!(matches!(dispensed, Ok(Decommissioning::Done(_))), "{number}: {dispensed:?}");
    }
    // Nor can the squatter bring anything back by what it had booked.
    let refused = registers.revert(squatter, batch.id, &serial(5));
    assert_eq!(refused, Err(primitives::units::Error::CallerNotAuthorised));
    let alarm = registers.resolve_alarm(regulator(), batch.id, &serial(7), Resolution::FalseAlarm);
    assert!(alarm.is_ok(), "it can be put away");
    ensure_mass_balance(&registers, batch.id);
}

#[test]
fn batches_are_listed_by_pages_in_the_order_of_their_registration() {
    let mut data = empty_batches();
    let lots = 0..60_u64;
    let lot = |number: u64| NewBatch { lot: format!("L{number}").into_bytes(), ..new_batch(1) };
    let ids: Vec<BatchId> =
        lots.map(|number| register(&mut data, manufacturer(), lot(number)).unwrap()).collect();
    assert_eq!(data.list_batches(0, 1_000), ids[..50], "no page is longer than 50");
    assert_eq!(data.list_batches(50, 1_000), ids[50..]);
    assert_eq!(data.list_batches(58, 1), ids[58..59]);
    assert_eq!(data.list_batches(60, 50), []);
    assert_eq!(data.list_batches(u32::MAX, u32::MAX), []);
    data.cancel_registration(manufacturer(), ids[1]).unwrap();
    assert_eq!(data.list_batches(0, 3), [ids[0], ids[2]], "a cancelled one leaves a gap");
}
