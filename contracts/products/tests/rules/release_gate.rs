use super::*;
use primitives::batches::{Batch, RecallSet};
use primitives::products::{Attestation, AttestationRecord, BatchAttested};
use primitives::{BatchId, DocumentHash};
use Attestation::{CertificateOfAnalysis, GoodManufacturingPractice};

/// A batch of the manufacturer as `batches` knows it.
fn batch(registration: u32) -> Batch {
    Batch {
        registration,
        gtin: GTIN,
        lot: LOT.to_vec(),
        expiry: EXPIRY,
        expires_at: EXPIRES_AT,
        quantity: 1_000,
        serial_root: Some([7; 32]),
        units_per_case: Some(4),
        manufacturer: organisation(1),
        registered_at: NOW,
        released_at: None,
        blocked: None,
        recalled_at: None,
        recalls: 0,
        ended_recalls: RecallSet::NONE,
    }
}

fn attest(
    data: &mut Data,
    by: Call,
    batch: &Batch,
    attestation: Attestation,
) -> Result<BatchAttested, Error> {
    let id = BatchId::of(GTIN, LOT);
    data.attest(&by, (id, batch, batch.registration_hash()), attestation, DOCUMENT)
}

fn attest_all(data: &mut Data, batch: &Batch) {
    attest(data, quality_unit(), batch, CertificateOfAnalysis).unwrap();
    attest(data, auditor(), batch, GoodManufacturingPractice).unwrap();
}

#[test]
fn an_attestation_is_recorded_with_its_document() {
    let mut data = with_product();
    let event = BatchAttested {
        batch: BatchId::of(GTIN, LOT),
        by: by(auditor()),
        registration: 3,
        attestation: GoodManufacturingPractice,
        document: DOCUMENT,
    };
    assert_eq!(attest(&mut data, auditor(), &batch(3), GoodManufacturingPractice), Ok(event));
    let record = AttestationRecord { document: DOCUMENT, by: organisation(6), at: NOW };
    assert_eq!(data.attestation(3, GoodManufacturingPractice), Some(record));
    assert_eq!(data.attestation(3, CertificateOfAnalysis), None);
    assert_eq!(data.attestation(4, GoodManufacturingPractice), None);
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
    ];
    let mut data = with_product();
    for (attestation, callers) in wrong {
        for caller in callers {
            let refused = attest(&mut data, *caller, &batch(0), attestation);
            assert_eq!(refused, Err(Error::CallerNotAuthorised), "{attestation:?} by {caller:?}");
        }
    }
    let former = without_roles(quality_unit());
    assert_eq!(attest(&mut data, former, &batch(0), CertificateOfAnalysis), Err(Error::CallerNotAuthorised));
    assert!(attest(&mut data, regulator(), &batch(0), GoodManufacturingPractice).is_ok());
}

#[test]
fn an_attestation_is_given_once() {
    let mut data = with_product();
    attest(&mut data, regulator(), &batch(0), GoodManufacturingPractice).unwrap();
    let (id, known) = (BatchId::of(GTIN, LOT), batch(0));
    let reviewed = (id, &known, known.registration_hash());
    let again = data.attest(&auditor(), reviewed, GoodManufacturingPractice, DocumentHash([1; 32]));
    assert_eq!(again, Err(Error::AlreadyAttested));
    assert_eq!(data.attestation(0, GoodManufacturingPractice).unwrap().document, DOCUMENT);
}

/// Whatever a later registration says otherwise, the attestation of an earlier one does not land on it.
#[test]
fn what_was_reviewed_must_be_what_is_registered() {
    let reviewed = batch(0);
    let changes: [fn(&mut Batch); 7] = [
        |batch| batch.registration = 1,
        |batch| batch.quantity = 1_000_000,
        |batch| batch.serial_root = Some([8; 32]),
        |batch| batch.serial_root = None,
        |batch| batch.expiry += 1,
        |batch| batch.units_per_case = None,
        |batch| batch.manufacturer = organisation(9),
    ];
    let id = BatchId::of(GTIN, LOT);
    let mut data = with_product();
    for change in changes {
        let mut registered = batch(0);
        change(&mut registered);
        let what = (id, &registered, reviewed.registration_hash());
        let attested = data.attest(&auditor(), what, GoodManufacturingPractice, DOCUMENT);
        assert_eq!(attested, Err(Error::RegistrationChanged), "{registered:?}");
    }
    // What became of the batch since is not part of it.
    let moved = Batch { recalls: 2, recalled_at: Some(NOW), ..batch(0) };
    let what = (id, &moved, reviewed.registration_hash());
    assert!(data.attest(&auditor(), what, GoodManufacturingPractice, DOCUMENT).is_ok());
}

#[test]
fn a_batch_is_released_only_with_every_attestation_of_its_own_registration() {
    for missing in Attestation::REQUIRED {
        let mut data = with_product();
        attest_all(&mut data, &batch(1));
        for attestation in Attestation::REQUIRED.into_iter().filter(|one| *one != missing) {
            let by = if attestation == CertificateOfAnalysis { quality_unit() } else { regulator() };
            attest(&mut data, by, &batch(0), attestation).unwrap();
        }
        let refused = data.ensure_releasable(&batch(0), NOW);
        assert_eq!(refused, Err(Error::AttestationMissing), "{missing:?}");
        assert_eq!(data.ensure_releasable(&batch(1), NOW), Ok(()));
    }
}

#[test]
fn a_batch_is_released_while_its_product_is_authorised_for_its_maker() {
    let mut data = empty();
    let until = Some(NOW + 9);
    authorise(&mut data, NewProduct { until, ..new_product(organisation(1)) }).unwrap();
    attest_all(&mut data, &batch(0));
    assert_eq!(data.ensure_releasable(&batch(0), NOW + 9), Ok(()));
    assert_eq!(data.ensure_releasable(&batch(0), NOW + 10), Err(Error::AuthorisationLapsed));
    let known = known();
    data.change(&regulator(), authority(&known), new_product(organisation(9))).unwrap();
    assert_eq!(data.ensure_releasable(&batch(0), NOW), Err(Error::NotMaker));
    let both = NewProduct { makers: vec![organisation(1)], ..new_product(organisation(9)) };
    data.change(&regulator(), authority(&known), both).unwrap();
    assert_eq!(data.ensure_releasable(&batch(0), NOW), Ok(()));
}
