use super::*;
use crate::{AttestationRecord, BatchAttested, BatchBlocked, BatchReleased, BatchUnblocked};
use Attestation::{CertificateOfAnalysis, GoodManufacturingPractice, MarketAuthorisation};

#[test]
fn an_attestation_is_recorded_with_its_document() {
    let mut data = register();
    let id = registered(&mut data, 1);
    let event = BatchAttested {
        batch: id,
        attestation: GoodManufacturingPractice,
        by: account(6),
        document: DOCUMENT,
    };
    assert_eq!(data.attest(auditor(), id, GoodManufacturingPractice, DOCUMENT), Ok(event));
    let record = AttestationRecord { document: DOCUMENT, by: account(6), at: NOW };
    assert_eq!(data.attestation(id, GoodManufacturingPractice), Some(record));
    assert_eq!(data.attestation(id, MarketAuthorisation), None);
}

#[test]
fn each_attestation_has_its_own_authors() {
    let other_manufacturer = call(9, &[Role::Manufacturer]);
    let wrong = [
        (CertificateOfAnalysis, &[other_manufacturer, regulator(), auditor(), pharmacy(), bystander()][..]),
        (GoodManufacturingPractice, &[manufacturer(), wholesaler(), pharmacy(), bystander()][..]),
        (MarketAuthorisation, &[manufacturer(), auditor(), wholesaler(), bystander()][..]),
    ];
    let mut data = register();
    let id = registered(&mut data, 1);
    for (attestation, callers) in wrong {
        for caller in callers {
            let refused = data.attest(*caller, id, attestation, DOCUMENT);
            assert_eq!(refused, Err(Error::CallerNotAuthorised), "{attestation:?} by {caller:?}");
        }
    }
    let former = without_roles(manufacturer());
    assert_eq!(data.attest(former, id, CertificateOfAnalysis, DOCUMENT), Err(Error::CallerNotAuthorised));
    assert!(data.attest(regulator(), id, GoodManufacturingPractice, DOCUMENT).is_ok());
}

#[test]
fn an_attestation_is_given_once() {
    let mut data = register();
    let id = registered(&mut data, 1);
    data.attest(regulator(), id, MarketAuthorisation, DOCUMENT).unwrap();
    let again = data.attest(regulator(), id, MarketAuthorisation, primitives::DocumentHash([1; 32]));
    assert_eq!(again, Err(Error::AlreadyAttested));
    assert_eq!(data.attestation(id, MarketAuthorisation).unwrap().document, DOCUMENT);
}

#[test]
fn a_batch_is_released_only_with_every_attestation() {
    for missing in Attestation::REQUIRED {
        let mut data = register();
        let id = registered(&mut data, 1);
        for attestation in Attestation::REQUIRED.into_iter().filter(|one| *one != missing) {
            let by = if attestation == CertificateOfAnalysis { manufacturer() } else { regulator() };
            data.attest(by, id, attestation, DOCUMENT).unwrap();
        }
        assert_eq!(data.release(manufacturer(), id), Err(Error::AttestationMissing), "{missing:?}");
        assert_eq!(data.batch(id).unwrap().released_at, None);
    }
}

#[test]
fn attestations_of_one_batch_serve_no_other() {
    let mut data = register();
    released(&mut data, 1);
    let other = NewBatch { lot: b"OTHER".to_vec(), ..new_batch(1) };
    let other = data.register(manufacturer(), other).unwrap().batch;
    assert_eq!(data.release(manufacturer(), other), Err(Error::AttestationMissing));
}

#[test]
fn the_manufacturer_of_the_batch_releases_it_once() {
    let mut data = register();
    let id = registered(&mut data, 1);
    attest_all(&mut data, id);
    let other_manufacturer = call(9, &[Role::Manufacturer]);
    for caller in [other_manufacturer, regulator(), without_roles(manufacturer()), bystander()] {
        assert_eq!(data.release(caller, id), Err(Error::CallerNotAuthorised));
    }
    let event = BatchReleased { batch: id, by: account(1) };
    assert_eq!(data.release(manufacturer(), id), Ok(event));
    assert_eq!(data.batch(id).unwrap().released_at, Some(NOW));
    assert_eq!(data.release(manufacturer(), id), Err(Error::AlreadyReleased));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_blocked_or_recalled_batch_is_not_released() {
    let mut data = register();
    let id = registered(&mut data, 1);
    attest_all(&mut data, id);
    data.block(regulator(), id).unwrap();
    assert_eq!(data.release(manufacturer(), id), Err(Error::BatchBlocked));
    data.unblock(regulator(), id).unwrap();
    recall_batch(&mut data, id);
    assert_eq!(data.release(manufacturer(), id), Err(Error::BatchRecalled));
}

#[test]
fn a_regulator_alone_blocks_and_unblocks() {
    let mut data = register();
    let id = registered(&mut data, 1);
    for caller in [manufacturer(), auditor(), bystander()] {
        assert_eq!(data.block(caller, id), Err(Error::CallerNotAuthorised));
        assert_eq!(data.unblock(caller, id), Err(Error::CallerNotAuthorised));
    }
    assert_eq!(data.unblock(regulator(), id), Err(Error::BatchNotBlocked));
    assert_eq!(data.block(regulator(), id), Ok(BatchBlocked { batch: id, by: account(5) }));
    assert_eq!(data.block(regulator(), id), Err(Error::BatchBlocked));
    assert_eq!(data.unblock(regulator(), id), Ok(BatchUnblocked { batch: id, by: account(5) }));
    assert!(!data.batch(id).unwrap().blocked);
}

#[test]
fn nothing_happens_to_an_unknown_batch() {
    let mut data = register();
    let id = BatchId::of(GTIN, b"NONE");
    assert_eq!(data.attest(regulator(), id, MarketAuthorisation, DOCUMENT), Err(Error::UnknownBatch));
    assert_eq!(data.release(manufacturer(), id), Err(Error::UnknownBatch));
    assert_eq!(data.block(regulator(), id), Err(Error::UnknownBatch));
    assert_eq!(data.unblock(regulator(), id), Err(Error::UnknownBatch));
}
