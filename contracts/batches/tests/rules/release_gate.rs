use super::*;
use primitives::batches::{AttestationRecord, BatchAttested, BatchBlocked, BatchReleased, BatchUnblocked};
use Attestation::{CertificateOfAnalysis, GoodManufacturingPractice, MarketAuthorisation};

#[test]
fn an_attestation_is_recorded_with_its_document() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    let event = BatchAttested {
        batch: id,
        by: by(auditor()),
        attestation: GoodManufacturingPractice,
        document: DOCUMENT,
    };
    assert_eq!(data.attest(auditor(), id, GoodManufacturingPractice, DOCUMENT), Ok(event));
    let record = AttestationRecord { document: DOCUMENT, by: organisation(6), at: NOW };
    assert_eq!(data.attestation(id, GoodManufacturingPractice), Some(record));
    assert_eq!(data.attestation(id, MarketAuthorisation), None);
}

#[test]
fn each_attestation_has_its_own_authors() {
    let own_regulator = Call { organisation: Some(organisation(1)), ..regulator() };
    let wrong = [
        (
            CertificateOfAnalysis,
            &[manufacturer(), other_manufacturer(), regulator(), auditor(), bystander()][..],
        ),
        (
            GoodManufacturingPractice,
            &[manufacturer(), quality_unit(), wholesaler(), bystander(), own_regulator][..],
        ),
        (MarketAuthorisation, &[quality_unit(), auditor(), wholesaler(), bystander(), own_regulator][..]),
    ];
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    for (attestation, callers) in wrong {
        for caller in callers {
            let refused = data.attest(*caller, id, attestation, DOCUMENT);
            assert_eq!(refused, Err(Error::CallerNotAuthorised), "{attestation:?} by {caller:?}");
        }
    }
    let former = without_roles(quality_unit());
    assert_eq!(data.attest(former, id, CertificateOfAnalysis, DOCUMENT), Err(Error::CallerNotAuthorised));
    assert!(data.attest(regulator(), id, GoodManufacturingPractice, DOCUMENT).is_ok());
}

#[test]
fn an_attestation_is_given_once() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    data.attest(regulator(), id, MarketAuthorisation, DOCUMENT).unwrap();
    let again = data.attest(regulator(), id, MarketAuthorisation, primitives::DocumentHash([1; 32]));
    assert_eq!(again, Err(Error::AlreadyAttested));
    assert_eq!(data.attestation(id, MarketAuthorisation).unwrap().document, DOCUMENT);
}

#[test]
fn a_batch_is_released_only_with_every_attestation() {
    for missing in Attestation::REQUIRED {
        let mut data = empty_batches();
        let id = registered(&mut data, 1);
        for attestation in Attestation::REQUIRED.into_iter().filter(|one| *one != missing) {
            let by = if attestation == CertificateOfAnalysis { quality_unit() } else { regulator() };
            data.attest(by, id, attestation, DOCUMENT).unwrap();
        }
        assert_eq!(data.release(quality_unit(), id), Err(Error::AttestationMissing), "{missing:?}");
        assert_eq!(data.batch(id).unwrap().released_at, None);
    }
}

#[test]
fn attestations_of_one_batch_serve_no_other() {
    let mut data = empty_batches();
    released(&mut data, 1);
    let other = NewBatch { lot: b"OTHER".to_vec(), ..new_batch(1) };
    let other = data.register(manufacturer(), other).unwrap().batch;
    assert_eq!(data.release(quality_unit(), other), Err(Error::AttestationMissing));
}

#[test]
fn the_quality_unit_of_the_manufacturer_releases_a_batch_once() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    attest_all(&mut data, id);
    for caller in
        [manufacturer(), other_manufacturer(), regulator(), without_roles(quality_unit()), bystander()]
    {
        assert_eq!(data.release(caller, id), Err(Error::CallerNotAuthorised));
    }
    let event = BatchReleased { batch: id, by: by(quality_unit()) };
    assert_eq!(data.release(quality_unit(), id), Ok(event));
    assert_eq!(data.batch(id).unwrap().released_at, Some(NOW));
    assert_eq!(data.release(quality_unit(), id), Err(Error::AlreadyReleased));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_blocked_or_recalled_batch_is_not_released() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    attest_all(&mut data, id);
    data.block(regulator(), id).unwrap();
    assert_eq!(data.release(quality_unit(), id), Err(Error::BatchBlocked));
    data.unblock(regulator(), id).unwrap();
    recall_batch(&mut data, id);
    assert_eq!(data.release(quality_unit(), id), Err(Error::BatchRecalled));
}

#[test]
fn a_regulator_alone_blocks_and_unblocks() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    for caller in [manufacturer(), quality_unit(), auditor(), bystander()] {
        assert_eq!(data.block(caller, id), Err(Error::CallerNotAuthorised));
        assert_eq!(data.unblock(caller, id), Err(Error::CallerNotAuthorised));
    }
    assert_eq!(data.unblock(regulator(), id), Err(Error::BatchNotBlocked));
    assert_eq!(data.block(regulator(), id), Ok(BatchBlocked { batch: id, by: by(regulator()) }));
    assert_eq!(data.block(regulator(), id), Err(Error::BatchBlocked));
    assert_eq!(data.unblock(regulator(), id), Ok(BatchUnblocked { batch: id, by: by(regulator()) }));
    assert_eq!(data.batch(id).unwrap().blocked_at, None);
}

#[test]
fn nothing_happens_to_an_unknown_batch() {
    let mut data = empty_batches();
    let id = BatchId::of(GTIN, b"NONE");
    assert_eq!(data.attest(regulator(), id, MarketAuthorisation, DOCUMENT), Err(Error::UnknownBatch));
    assert_eq!(data.release(quality_unit(), id), Err(Error::UnknownBatch));
    assert_eq!(data.block(regulator(), id), Err(Error::UnknownBatch));
    assert_eq!(data.unblock(regulator(), id), Err(Error::UnknownBatch));
}
