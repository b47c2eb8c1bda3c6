use super::*;
use primitives::batches::{BatchRecalled, RecallAcknowledged, RecallNotice, MAX_RECALLS};

const RANGE: RecallScope = RecallScope::SerialRange { first: 2, last: 5 };

#[test]
fn a_regulator_or_the_manufacturer_recalls_permanently() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let recall = recall_of(RecallScope::Batch);
    for caller in [wholesaler(), pharmacy(), auditor(), other_manufacturer(), without_roles(manufacturer())] {
        assert_eq!(data.recall(caller, id, recall), Err(Error::CallerNotAuthorised));
    }
    let event = BatchRecalled { batch: id, by: by(manufacturer()), number: 0, recall };
    assert_eq!(data.recall(manufacturer(), id, recall), Ok(event));
    let record = data.batch(id).unwrap();
    assert_eq!((record.recalled_at, record.recalls), (Some(NOW), 1));
    assert_eq!(data.recalls(id), [RecallNotice { recall, by: organisation(1), at: NOW }]);
    assert_eq!(data.recall(regulator(), id, recall), Err(Error::BatchRecalled));
    assert_eq!(data.recall(regulator(), BatchId([9; 32]), recall), Err(Error::UnknownBatch));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_range_of_serials_is_within_the_batch() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for (first, last) in [(5, 4), (0, 10), (10, 10), (0, u32::MAX)] {
        let range = recall_of(RecallScope::SerialRange { first, last });
        assert_eq!(data.recall(regulator(), batch.id, range), Err(Error::InvalidRange), "{first} to {last}");
    }
    assert!(data.recall(regulator(), batch.id, recall_of(RANGE)).is_ok());
    assert_eq!(data.batch(batch.id).unwrap().recalled_at, None, "the others are not");
    let plain = NewBatch { lot: b"PLAIN".to_vec(), ..new_batch(10) };
    let plain = data.register(manufacturer(), plain).unwrap().batch;
    assert_eq!(data.recall(regulator(), plain, recall_of(RANGE)), Err(Error::SerialsNotRegistered));
}

#[test]
fn a_logistic_unit_is_recalled_once_as_its_batchs() {
    let mut data = empty_batches();
    let id = released(&mut data, 10);
    pack_units(&mut data, manufacturer(), id, 5, 1);
    let recall = |number| recall_of(RecallScope::LogisticUnit(sscc(number)));
    assert_eq!(data.recall(regulator(), id, recall(2)), Err(Error::UnknownLogisticUnit));
    let other = NewBatch { lot: b"OTHER".to_vec(), ..new_batch(10) };
    let other = data.register(manufacturer(), other).unwrap().batch;
    assert_eq!(data.recall(regulator(), other, recall(1)), Err(Error::MixedBatches));
    assert!(data.recall(regulator(), id, recall(1)).is_ok());
    assert_eq!(data.recall(regulator(), id, recall(1)), Err(Error::LogisticUnitRecalled));
}

#[test]
fn a_recall_gives_time_to_acknowledge() {
    let mut data = empty_batches();
    let id = released(&mut data, 10);
    let recall = Recall { acknowledge_by: NOW - 1, ..recall_of(RecallScope::Batch) };
    assert_eq!(data.recall(regulator(), id, recall), Err(Error::DeadlineInPast));
    assert!(data.recall(regulator(), id, Recall { acknowledge_by: NOW, ..recall }).is_ok());
}

#[test]
fn there_is_always_room_to_recall_the_whole_batch() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    for number in 0..MAX_RECALLS - 1 {
        assert_eq!(data.recall(regulator(), batch.id, recall_of(RANGE)).unwrap().number, number);
    }
    assert_eq!(data.recall(regulator(), batch.id, recall_of(RANGE)), Err(Error::TooManyRecalls));
    recall_batch(&mut data, batch.id);
    assert_eq!(data.recalls(batch.id).len(), 16);
}

#[test]
fn a_site_that_has_or_had_units_acknowledges_every_recall_once() {
    let mut data = empty_batches();
    let batch = Serialised::at_pharmacy(&mut data, LOT, 10);
    assert_eq!(data.acknowledge_recall(pharmacy(), batch.id), Err(Error::NothingToAcknowledge));
    for _ in 0..2 {
        data.recall(regulator(), batch.id, recall_of(RANGE)).unwrap();
    }
    let late = at(without_roles(pharmacy()), NOW + 99);
    let event = RecallAcknowledged { batch: batch.id, by: by(late), acknowledged: 2 };
    assert_eq!(data.acknowledge_recall(late, batch.id), Ok(event));
    assert_eq!(data.acknowledge_recall(late, batch.id), Err(Error::NothingToAcknowledge));
    let holding = data.holding(batch.id, site(3));
    assert_eq!((holding.acknowledged, holding.acknowledged_at), (2, NOW + 99));
    assert!(data.acknowledge_recall(manufacturer(), batch.id).is_ok(), "it had all of them");
    let refused = data.acknowledge_recall(wholesaler(), batch.id);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    let refused = data.acknowledge_recall(branch(), batch.id);
    assert_eq!(refused, Err(Error::CallerNotAuthorised), "another site of the same organisation");
    let nowhere = Call { site: None, ..pharmacy() };
    assert_eq!(data.acknowledge_recall(nowhere, batch.id), Err(Error::CallerNotAtSite));
    assert_eq!(data.acknowledge_recall(pharmacy(), BatchId([9; 32])), Err(Error::UnknownBatch));
    recall_batch(&mut data, batch.id);
    assert_eq!(data.acknowledge_recall(pharmacy(), batch.id).unwrap().acknowledged, 3);
}

#[test]
fn a_recall_reaches_every_site_with_all_that_was_registered() {
    let mut data = empty_batches();
    let id = released(&mut data, 1_000);
    let holders: Vec<Call> = (20..90).map(|number| call(number, &[Role::Pharmacy])).collect();
    for (quantity, holder) in (1..).zip(&holders) {
        let shipped = ship(&mut data, manufacturer(), loose(id, quantity % 7 + 1), *holder).unwrap();
        if quantity % 3 > 0 {
            data.receive(*holder, shipped.shipment, Arrival::Units(1)).unwrap();
            data.decommission_quantity(*holder, id, 1, UnitState::Dispensed, None).unwrap();
        }
    }
    recall_batch(&mut data, id);
    data.acknowledge_recall(holders[0], id).unwrap();
    let (first, second) = (data.recall_reach(id, 0, u32::MAX), data.recall_reach(id, 50, 50));
    assert_eq!((first.len(), second.len()), (50, 21));
    let reached: Vec<_> = first.into_iter().chain(second).collect();
    let expected: Vec<SiteId> = [site(1)].into_iter().chain(holders.iter().copied().map(site_of)).collect();
    assert_eq!(reached.iter().map(|(holder, _)| *holder).collect::<Vec<_>>(), expected);
    assert_eq!(sum(reached.iter().map(|(_, holding)| holding.places)).total(), Some(1_000));
    let acknowledged = reached.iter().filter(|(_, holding)| holding.acknowledged == 1);
    assert_eq!(acknowledged.map(|(holder, _)| *holder).collect::<Vec<_>>(), [site_of(holders[0])]);
    assert_eq!(data.recall_reach(id, 71, 50), []);
    assert_eq!(data.recall_reach(id, u32::MAX, 50), []);
    ensure_mass_balance(&data, id);
}
