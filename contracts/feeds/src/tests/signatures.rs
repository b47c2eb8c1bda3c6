use proptest::prelude::*;
use scale::{Decode, Encode};

use super::*;

#[test]
fn f_plus_1_operators_sign() {
    let (mut data, operators) = with_operators(4, 1);
    let report = report(&data, 1, &[1, 2, 3]);
    for places in [&[][..], &[2]] {
        let refused = send(&mut data, anybody(), &operators, &report, places);
        assert_eq!(refused, Err(Error::SignatureCountInvalid));
    }
    assert!(send(&mut data, anybody(), &operators, &report, &[2, 0]).is_ok());
}

#[test]
fn more_signatures_than_operators_are_not_even_checked() {
    let (mut data, operators) = with_operators(4, 1);
    let report = report(&data, 1, &[1, 2, 3]);
    let refused = send(&mut data, anybody(), &operators, &report, &[0, 1, 2, 3, 0]);
    assert_eq!(refused, Err(Error::SignatureCountInvalid));
}

#[test]
fn a_signature_counts_once() {
    let (mut data, operators) = with_operators(4, 1);
    let report = report(&data, 1, &[1, 2, 3]);
    let refused = send(&mut data, anybody(), &operators, &report, &[2, 2]);
    assert_eq!(refused, Err(Error::DuplicateSignature));
}

#[test]
fn the_other_form_of_a_signature_is_the_same_operators() {
    let (mut data, operators) = with_operators(4, 1);
    let report = report(&data, 1, &[1, 2, 3]);
    let signature = operators.sign(&report, &[0])[0];
    let ecdsa = Ecdsa::from_slice(&signature[..64]).unwrap();
    let (r, s) = ecdsa.split_scalars();
    let other = Ecdsa::from_scalars(r, -s).unwrap();
    let other = signature_bytes(&other, RecoveryId::from_byte(signature[64] ^ 1).unwrap());
    assert_ne!(signature, other);
    // The chain's library takes both forms, k256 only the first one.
    let recover = |signature: &Signature, hash: &[u8; 32]| {
        let mut key = [0; 33];
        ink::env::ecdsa_recover(signature, hash, &mut key).ok().map(|()| key)
    };
    let refused = data.report(anybody(), this(), &report, &[signature, other], recover);
    assert_eq!(refused, Err(Error::DuplicateSignature));
}

#[test]
fn a_strangers_signature_is_refused() {
    let (mut data, operators) = with_operators(4, 1);
    let strangers = Operators::numbered(9..=9);
    let report = report(&data, 1, &[1, 2, 3]);
    let signatures = [operators.sign(&report, &[0])[0], strangers.sign(&report, &[0])[0]];
    let refused = data.report(anybody(), this(), &report, &signatures, recover);
    assert_eq!(refused, Err(Error::BadSignature));
}

#[test]
fn a_signature_over_another_report_is_refused() {
    let (mut data, operators) = with_operators(1, 0);
    let signed = report(&data, 1, &[5]);
    let sent = Report { observations: observe(&[6]), ..signed.clone() };
    let refused = data.report(anybody(), this(), &sent, &operators.sign(&signed, &[0]), recover);
    assert_eq!(refused, Err(Error::BadSignature));
}

#[test]
fn bytes_that_are_no_signature_are_refused() {
    let (mut data, _) = with_operators(1, 0);
    let report = report(&data, 1, &[5]);
    for signature in [[0; 65], [0xFF; 65]] {
        let refused = data.report(anybody(), this(), &report, &[signature], recover);
        assert_eq!(refused, Err(Error::BadSignature));
    }
}

#[test]
fn inks_own_recovery_finds_the_same_keys() {
    ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
        let operators = Operators::numbered(1..=8);
        let report = report(&with_feed(), 1, &[5]);
        for (key, place) in operators.keys().into_iter().zip(0..) {
            let mut signature = operators.sign(&report, &[place])[0];
            // Both ways to write the recovery number: 0 or 1, and Ethereum's 27 or 28.
            for offset in [0, 27] {
                let mut found = [0; 33];
                signature[64] += offset;
                ink::env::ecdsa_recover(&signature, &report.hash(), &mut found).unwrap();
                assert_eq!(found, key);
            }
        }
        Ok(())
    })
    .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_report_that_is_changed_after_signing_is_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (mut data, operators) = with_operators(4, 1);
        data.request_result(provider(), feed(), SUBJECT, NOW + 1_000).unwrap();
        let signed = Report { request: Some(0), ..report(&data, 1, &[1, 2, 3]) };
        let mut bytes = signed.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = Report::decode(&mut &bytes[..]) {
            prop_assume!(changed != signed);
            let signatures = operators.sign(&signed, &[0, 1, 2, 3]);
            prop_assert!(data.report(anybody(), this(), &changed, &signatures, recover).is_err());
        }
        prop_assert_eq!(data.round(feed(), SUBJECT), 0);
    }

    #[test]
    fn f_liars_cannot_move_the_median_out_of_the_honest_range(
        honest in prop::collection::vec(0_i128..=1_000_000, 5),
        lies in prop::collection::vec(0_i128..=1_000_000, 2),
    ) {
        let (mut data, operators) = with_operators(7, 2);
        let mut values = [&honest[..], &lies[..]].concat();
        values.sort_unstable();
        let report = report(&data, 1, &values);
        let value = send(&mut data, anybody(), &operators, &report, &[0, 1, 2]).unwrap().value;
        prop_assert!(honest.iter().min() <= Some(&value) && Some(&value) <= honest.iter().max());
    }
}
