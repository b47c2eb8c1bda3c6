use super::*;
use crate::{BatchRegistered, MassBalance, MAX_QUANTITY};

#[track_caller]
fn assert_refused(new: NewBatch, error: Error) {
    let mut data = register();
    let id = BatchId::of(new.gtin, &new.lot);
    assert_eq!(data.register(manufacturer(), new), Err(error));
    assert_eq!(data.batch(id), None);
}

#[test]
fn a_registered_batch_is_all_with_its_manufacturer_and_not_released() {
    let mut data = register();
    let event = data.register(manufacturer(), new_batch(500)).unwrap();
    let id = BatchId::of(GTIN, LOT);
    let expected = BatchRegistered {
        batch: id,
        manufacturer: account(1),
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        quantity: 500,
        serial_root: None,
    };
    assert_eq!(event, expected);
    let batch = Batch {
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        expires_at: EXPIRES_AT,
        quantity: 500,
        serial_root: None,
        manufacturer: account(1),
        registered_at: NOW,
        released_at: None,
        blocked: false,
        recall: None,
    };
    assert_eq!(data.batch(id), Some(batch));
    assert_eq!(data.holding(id, account(1)), Holding { available: 500, quarantined: 0 });
    assert_eq!(data.mass_balance(id), Some(MassBalance { held: 500, ..MassBalance::default() }));
    ensure_mass_balance(&data, id);
}

#[test]
fn only_a_manufacturer_registers() {
    let mut data = register();
    for caller in
        [wholesaler(), pharmacy(), regulator(), auditor(), bystander(), without_roles(manufacturer())]
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
        assert!(register().register(manufacturer(), NewBatch { lot: lot.to_vec(), ..new_batch(1) }).is_ok());
    }
}

#[test]
fn an_expiry_that_is_no_date_is_refused() {
    for expiry in [260_231, 260_229, 261_301, 260_032, 1_260_101, u32::MAX] {
        assert_refused(NewBatch { expiry, ..new_batch(1) }, Error::InvalidExpiry);
    }
}

#[test]
fn day_00_is_the_last_day_of_the_month() {
    let mut data = register();
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
    assert!(register().register(manufacturer(), today).is_ok());
}

#[test]
fn a_quantity_is_1_to_the_leaves_of_the_greatest_tree() {
    assert_refused(new_batch(0), Error::QuantityZero);
    assert_refused(new_batch(MAX_QUANTITY + 1), Error::QuantityTooLarge);
    assert_refused(new_batch(Quantity::MAX), Error::QuantityTooLarge);
    assert!(register().register(manufacturer(), new_batch(MAX_QUANTITY)).is_ok());
}

#[test]
fn a_gtin_and_lot_are_registered_once_whoever_comes_second() {
    let mut data = register();
    let id = registered(&mut data, 10);
    assert_eq!(data.register(manufacturer(), new_batch(10)), Err(Error::BatchExists));
    let other = call(9, &[Role::Manufacturer]);
    assert_eq!(data.register(other, new_batch(99)), Err(Error::BatchExists));
    assert_eq!(data.batch(id).unwrap().quantity, 10);
    let other_lot = NewBatch { lot: b"ABC-124".to_vec(), ..new_batch(10) };
    assert!(data.register(other, other_lot).is_ok());
}
