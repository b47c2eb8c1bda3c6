use super::*;
use primitives::batches::{
    BatchRegistered, BatchRegistrationCancelled, QuarantineReason, QuarantineTarget, RejectionReason,
    MAX_QUANTITY,
};

#[track_caller]
fn assert_refused(new: NewBatch, error: Error) {
    let mut data = empty_batches();
    let id = BatchId::of(new.gtin, &new.lot);
    assert_eq!(data.register(manufacturer(), new), Err(error));
    assert_eq!(data.batch(id), None);
}

#[test]
fn a_registered_batch_is_all_with_its_manufacturer_and_not_released() {
    let mut data = empty_batches();
    let event = data.register(manufacturer(), new_batch(500)).unwrap();
    let id = BatchId::of(GTIN, LOT);
    let expected = BatchRegistered {
        batch: id,
        by: by(manufacturer()),
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        quantity: 500,
        serial_root: None,
        units_per_case: None,
    };
    assert_eq!(event, expected);
    let batch = Batch {
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
        blocked_at: None,
        recalled_at: None,
        recalls: 0,
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
    assert_eq!(data.register(nowhere, new_batch(1)), Err(Error::CallerNotAtSite));
    let id = data.register(second_plant(), new_batch(1)).unwrap().batch;
    assert_eq!(data.batch(id).unwrap().manufacturer, organisation(1));
    assert_eq!(places(&data, id, second_plant()).held, 1);
    assert_eq!(places(&data, id, manufacturer()).held, 0);
    assert!(data.cancel_registration(quality_unit(), id).is_ok(), "wherever its units are");
}

#[test]
fn only_a_manufacturer_registers() {
    let mut data = empty_batches();
    for caller in
        [quality_unit(), wholesaler(), pharmacy(), regulator(), bystander(), without_roles(manufacturer())]
    {
        assert_eq!(data.register(caller, new_batch(1)), Err(Error::CallerNotAuthorised));
    }
}

#[test]
fn a_gtin_with_a_wrong_check_digit_is_refused() {
    assert_refused(NewBatch { gtin: GTIN + 1, ..new_batch(1) }, Error::InvalidGtin);
}

#[test]
fn a_gtin_of_more_than_14_digits_is_refused() {
    assert_refused(NewBatch { gtin: 109_506_000_134_351, ..new_batch(1) }, Error::InvalidGtin);
    assert_refused(NewBatch { gtin: u64::MAX, ..new_batch(1) }, Error::InvalidGtin);
}

#[test]
fn a_lot_is_1_to_20_characters_of_cset_82() {
    let wrong: [&[u8]; 6] =
        [b"", b"LOT 1", b"LOT#1", b"LOT\x1d1", "LÖT".as_bytes(), b"123456789012345678901"];
    for lot in wrong {
        assert_refused(NewBatch { lot: lot.to_vec(), ..new_batch(1) }, Error::InvalidLot);
    }
    for lot in [&b"12345678901234567890"[..], b"a/B_c-1"] {
        assert!(empty_batches()
            .register(manufacturer(), NewBatch { lot: lot.to_vec(), ..new_batch(1) })
            .is_ok());
    }
}

#[test]
fn an_expiry_that_is_not_a_date_is_refused() {
    for expiry in [260_231, 260_229, 261_301, 260_032, 1_260_101, u32::MAX] {
        assert_refused(NewBatch { expiry, ..new_batch(1) }, Error::InvalidExpiry);
    }
}

#[test]
fn day_00_is_the_last_day_of_the_month() {
    let mut data = empty_batches();
    let event = data.register(manufacturer(), NewBatch { expiry: 280_200, ..new_batch(1) }).unwrap();
    let batch = data.batch(event.batch).unwrap();
    // 2028-02-29T23:59:59.999Z: a leap year.
    assert_eq!(batch.expires_at, 1_835_481_599_999);
    assert_eq!((event.expiry, batch.expiry), (280_229, 280_229), "a scanner reads it as a full date");
}

#[test]
fn a_batch_that_is_over_cannot_be_registered_and_its_last_day_counts() {
    assert_refused(NewBatch { expiry: 251_231, ..new_batch(1) }, Error::BatchExpired);
    let today = NewBatch { expiry: 260_101, ..new_batch(1) };
    assert!(empty_batches().register(manufacturer(), today).is_ok());
}

#[test]
fn a_quantity_is_1_to_the_leaves_of_the_greatest_tree() {
    assert_refused(new_batch(0), Error::QuantityZero);
    assert_refused(new_batch(MAX_QUANTITY + 1), Error::QuantityTooLarge);
    assert_refused(new_batch(Quantity::MAX), Error::QuantityTooLarge);
    assert!(empty_batches().register(manufacturer(), new_batch(MAX_QUANTITY)).is_ok());
}

#[test]
fn a_gtin_and_lot_are_registered_once_whoever_comes_second() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    assert_eq!(data.register(manufacturer(), new_batch(10)), Err(Error::BatchExists));
    let other = other_manufacturer();
    assert_eq!(data.register(other, new_batch(99)), Err(Error::BatchExists));
    assert_eq!(data.batch(id).unwrap().quantity, 10);
    let other_lot = NewBatch { lot: b"ABC-124".to_vec(), ..new_batch(10) };
    assert!(data.register(other, other_lot).is_ok());
}

#[test]
fn cases_are_numbered_only_where_packs_have_serials_and_hold_something() {
    assert_refused(NewBatch { units_per_case: Some(4), ..new_batch(10) }, Error::SerialsNotRegistered);
    let empty = NewBatch { units_per_case: Some(0), serial_root: Some([1; 32]), ..new_batch(10) };
    assert_refused(empty, Error::QuantityZero);
}

#[test]
fn a_registration_is_cancelled_by_the_manufacturer_or_a_regulator_without_a_trace() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    attest_all(&mut data, id);
    let other_manufacturer = other_manufacturer();
    for caller in [wholesaler(), auditor(), bystander(), other_manufacturer, without_roles(manufacturer())] {
        assert_eq!(data.cancel_registration(caller, id), Err(Error::CallerNotAuthorised));
    }
    let event = BatchRegistrationCancelled { batch: id, by: by(regulator()) };
    assert_eq!(data.cancel_registration(regulator(), id), Ok(event));
    assert_eq!(data.cancel_registration(regulator(), id), Err(Error::UnknownBatch));
    assert_eq!((data.batch(id), data.mass_balance(id)), (None, None));
    assert_eq!(data.holding(id, site(1)), Holding::default());
    assert_eq!(data.recall_reach(id, 0, 50), []);
    assert_eq!(data.list_batches(0, 50), []);
    for attestation in Attestation::REQUIRED {
        assert_eq!(data.attestation(id, attestation), None);
    }
    // The rightful manufacturer can register now.
    assert_eq!(data.register(other_manufacturer, new_batch(7)).unwrap().batch, id);
    assert_eq!(data.list_batches(0, 50), [id]);
    assert!(data.cancel_registration(other_manufacturer, id).is_ok());
}

/// A return between two sites of the manufacturer needs no release.
#[test]
fn a_registration_is_final_once_units_were_on_their_way() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    let to = consignee(second_plant());
    let shipment = data.ship(manufacturer(), loose(id, 3), to, Purpose::Return, None).unwrap().shipment;
    data.reject(second_plant(), shipment, RejectionReason::WrongGoods).unwrap();
    assert_eq!(places(&data, id, manufacturer()).held, 10);
    assert_eq!(data.cancel_registration(manufacturer(), id), Err(Error::RegistrationFinal));
}

#[test]
fn a_registration_is_final_once_anything_became_of_the_batch() {
    let became: [fn(&mut Data, BatchId); 5] = [
        |data, id| {
            attest_all(data, id);
            data.release(quality_unit(), id).unwrap();
        },
        recall_batch,
        |data, id| assert!(data.block(regulator(), id).is_ok()),
        |data, id| pack_units(data, manufacturer(), id, 1, 1),
        |data, id| {
            let target = QuarantineTarget::Holding { batch: id, site: site(1), quantity: Some(1) };
            data.quarantine(manufacturer(), target, QuarantineReason::Other).unwrap();
        },
    ];
    for change in became {
        let mut data = empty_batches();
        let id = registered(&mut data, 10);
        change(&mut data, id);
        assert_eq!(data.cancel_registration(manufacturer(), id), Err(Error::RegistrationFinal));
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn batches_are_listed_by_pages_in_the_order_of_their_registration() {
    let mut data = empty_batches();
    let lots = 0..60_u64;
    let lot = |number: u64| NewBatch { lot: format!("L{number}").into_bytes(), ..new_batch(1) };
    let ids: Vec<BatchId> =
        lots.map(|number| data.register(manufacturer(), lot(number)).unwrap().batch).collect();
    assert_eq!(data.list_batches(0, 1_000), ids[..50], "no page is longer than 50");
    assert_eq!(data.list_batches(50, 1_000), ids[50..]);
    assert_eq!(data.list_batches(58, 1), ids[58..59]);
    assert_eq!(data.list_batches(60, 50), []);
    assert_eq!(data.list_batches(u32::MAX, u32::MAX), []);
    data.cancel_registration(manufacturer(), ids[1]).unwrap();
    assert_eq!(data.list_batches(0, 3), [ids[0], ids[2]], "a cancelled one leaves a gap");
}
