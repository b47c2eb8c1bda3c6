use super::*;
use primitives::batches::{BatchBlocked, BatchReleased, BatchUnblocked};

fn release_by(data: &mut Data, call: Call, id: BatchId) -> Result<BatchReleased, Error> {
    data.release(call, PRODUCT_REGISTER, id).map(|(_, event)| event)
}

#[test]
fn the_quality_unit_of_the_manufacturer_releases_a_batch_once() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    for caller in
        [manufacturer(), other_manufacturer(), regulator(), without_roles(quality_unit()), bystander()]
    {
        assert_eq!(release_by(&mut data, caller, id), Err(Error::CallerNotAuthorised));
    }
    let past_the_gate = data.release(quality_unit(), UNIT_REGISTER, id).map(drop);
    assert_eq!(past_the_gate, Err(Error::NotProductRegister), "who is not the register of products");
    let (released, event) = data.release(quality_unit(), PRODUCT_REGISTER, id).unwrap();
    assert_eq!(event, BatchReleased { batch: id, by: by(quality_unit()) });
    assert_eq!((released.by, released.batch.get()), (by(quality_unit()), data.batch(id)));
    assert_eq!(data.batch(id).unwrap().released_at, Some(NOW));
    assert_eq!(release_by(&mut data, quality_unit(), id), Err(Error::AlreadyReleased));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_blocked_batch_is_not_released() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    data.block(regulator(), id).unwrap();
    assert_eq!(release_by(&mut data, quality_unit(), id), Err(Error::BatchBlocked));
    data.unblock(regulator(), id).unwrap();
    assert!(release_by(&mut data, quality_unit(), id).is_ok());
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
    let stop = Stop { by: organisation(5), at: NOW };
    assert_eq!(data.batch(id).unwrap().blocked, Some(stop));
    assert_eq!(data.block(regulator(), id), Err(Error::BatchBlocked));
    assert_eq!(data.block(other_regulator(), id), Err(Error::BatchBlocked));
    assert_eq!(data.unblock(regulator(), id), Ok(BatchUnblocked { batch: id, by: by(regulator()) }));
    assert_eq!(data.batch(id).unwrap().blocked, None);
}

#[test]
fn what_one_regulator_blocked_another_one_frees_after_two_days() {
    let mut data = empty_batches();
    let id = registered(&mut data, 1);
    data.block(regulator(), id).unwrap();
    let early = at(other_regulator(), NOW + CHANGE_DELAY - 1);
    assert_eq!(data.unblock(early, id), Err(Error::StoppedByAnother));
    assert!(data.unblock(second_inspector(), id).is_ok(), "its own organisation does so at once");
    data.block(regulator(), id).unwrap();
    assert!(data.unblock(at(other_regulator(), NOW + CHANGE_DELAY), id).is_ok());
}

#[test]
fn nothing_happens_to_an_unknown_batch() {
    let mut data = empty_batches();
    let id = BatchId::of(GTIN, b"NONE");
    assert_eq!(release_by(&mut data, quality_unit(), id), Err(Error::UnknownBatch));
    assert_eq!(data.block(regulator(), id), Err(Error::UnknownBatch));
    assert_eq!(data.unblock(regulator(), id), Err(Error::UnknownBatch));
}
