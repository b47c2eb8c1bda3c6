use super::*;
use primitives::batches::{Registration, MAX_QUANTITY};
use primitives::Quantity;

fn registration(new: NewBatch) -> Result<Registration, Error> {
    with_product().registration((account(1), site(1)), new, NOW)
}

#[track_caller]
fn assert_refused(new: NewBatch, error: Error) {
    assert_eq!(registration(new), Err(error));
}

#[test]
fn what_batches_is_to_register_is_what_was_sent_with_the_expiry_as_a_date() {
    let new = NewBatch { serial_root: Some([1; 32]), units_per_case: Some(4), ..new_batch(500) };
    let expected = Registration {
        account: account(1),
        site: site(1),
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        expires_at: EXPIRES_AT,
        quantity: 500,
        serial_root: Some([1; 32]),
        units_per_case: Some(4),
    };
    assert_eq!(registration(new), Ok(expected));
}

#[test]
fn a_gtin_with_a_wrong_check_digit_is_refused() {
    assert_refused(NewBatch { gtin: GTIN + 1, ..new_batch(1) }, Error::InvalidGtin);
    assert_refused(NewBatch { gtin: 0, ..new_batch(1) }, Error::InvalidGtin);
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
        assert!(registration(NewBatch { lot: lot.to_vec(), ..new_batch(1) }).is_ok());
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
    let registration = registration(NewBatch { expiry: 280_200, ..new_batch(1) }).unwrap();
    // 2028-02-29T23:59:59.999Z: a leap year.
    assert_eq!(registration.expires_at, 1_835_481_599_999);
    assert_eq!(registration.expiry, 280_229, "a scanner reads it as a full date");
}

#[test]
fn a_batch_that_is_over_cannot_be_registered_and_its_last_day_counts() {
    assert_refused(NewBatch { expiry: 251_231, ..new_batch(1) }, Error::BatchExpired);
    assert!(registration(NewBatch { expiry: 260_101, ..new_batch(1) }).is_ok());
}

#[test]
fn a_quantity_is_1_to_the_leaves_of_the_greatest_tree() {
    assert_refused(new_batch(0), Error::QuantityZero);
    assert_refused(new_batch(MAX_QUANTITY + 1), Error::QuantityTooLarge);
    assert_refused(new_batch(Quantity::MAX), Error::QuantityTooLarge);
    assert!(registration(new_batch(MAX_QUANTITY)).is_ok());
}

#[test]
fn cases_are_numbered_only_where_packs_have_serials_and_hold_something() {
    assert_refused(NewBatch { units_per_case: Some(4), ..new_batch(10) }, Error::SerialsNotRegistered);
    let empty = NewBatch { units_per_case: Some(0), serial_root: Some([1; 32]), ..new_batch(10) };
    assert_refused(empty, Error::QuantityZero);
}

#[test]
fn only_a_product_whose_authorisation_stands_is_registered() {
    let by = (account(1), site(1));
    let unknown = empty().registration(by, new_batch(1), NOW);
    assert_eq!(unknown, Err(Error::UnknownProduct));
    let mut data = empty();
    authorise(&mut data, NewProduct { until: Some(NOW + 9), ..new_product(organisation(1)) }).unwrap();
    assert!(data.registration(by, new_batch(1), NOW + 9).is_ok(), "the last moment counts");
    let late = data.registration(by, new_batch(1), NOW + 10);
    assert_eq!(late, Err(Error::AuthorisationLapsed));
}

#[test]
fn the_holder_and_the_makers_that_are_named_make_a_product_and_nobody_else() {
    let mut data = empty();
    let product = NewProduct { makers: vec![organisation(9)], ..new_product(organisation(1)) };
    authorise(&mut data, product).unwrap();
    for maker in [1, 9] {
        assert_eq!(data.ensure_maker(GTIN, Some(organisation(maker)), NOW), Ok(()));
    }
    for stranger in [Some(organisation(2)), Some(organisation(5)), None] {
        assert_eq!(data.ensure_maker(GTIN, stranger, NOW), Err(Error::NotMaker));
    }
    assert_eq!(data.ensure_maker(GTIN + 7, Some(organisation(1)), NOW), Err(Error::UnknownProduct));
}
