use super::*;
use primitives::batches::{
    BatchRecalled, ProductRecalled, RecallAcknowledged, RecallEnded, RecallNotice, RecallOfBatchEnded,
    RecallOfProductEnded, MAX_RECALLS,
};

const RANGE: RecallScope = RecallScope::SerialRange { first: 2, last: 5 };

/// What is noted of a recall that goes on.
fn notice_of(recall: Recall, by: Call) -> RecallNotice {
    RecallNotice {
        recall,
        by: by.organisation.unwrap(),
        account: by.account,
        by_regulator: by.roles.contains(Role::Regulator),
        at: by.now,
        ended: None,
    }
}

#[test]
fn a_regulator_or_the_manufacturer_recalls() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let recall = recall_of(RecallScope::Batch);
    for caller in [wholesaler(), pharmacy(), auditor(), other_manufacturer(), without_roles(manufacturer())] {
        assert_eq!(data.recall(caller, id, recall), Err(Error::CallerNotAuthorised));
    }
    let event = BatchRecalled { batch: id, by: by(manufacturer()), by_regulator: false, number: 0, recall };
    assert_eq!(data.recall(manufacturer(), id, recall), Ok(event));
    let record = data.batch(id).unwrap();
    assert_eq!((record.recalled_at, record.recalls), (Some(NOW), 1));
    assert_eq!(data.all_recalls(id), [notice_of(recall, manufacturer())]);
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
    let plain = register(&mut data, manufacturer(), plain).unwrap();
    release(&mut data, plain);
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
    let other = register(&mut data, manufacturer(), other).unwrap();
    release(&mut data, other);
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
    assert_eq!(data.all_recalls(batch.id).len(), 16);
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
    let event =
        RecallAcknowledged { batch: batch.id, by: by(late), acknowledged: 2, acknowledged_of_product: 0 };
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

#[test]
fn only_what_was_released_is_recalled() {
    let mut data = empty_batches();
    let id = registered(&mut data, 10);
    for caller in [manufacturer(), quality_unit(), regulator()] {
        assert_eq!(data.recall(caller, id, recall_of(RecallScope::Batch)), Err(Error::NotReleased));
    }
    release(&mut data, id);
    assert!(data.recall(manufacturer(), id, recall_of(RecallScope::Batch)).is_ok());
    let of_product = recall_of(RecallScope::Product);
    let other = Serialised::released(&mut data, b"OTHER", 4).id;
    assert_eq!(data.recall(regulator(), other, of_product), Err(Error::CallerNotAuthorised));
}

#[test]
fn a_manufacturers_recall_ends_at_once_by_a_regulator_and_its_notice_stays() {
    let mut data = empty_batches();
    let id = released(&mut data, 10);
    let recall = recall_of(RecallScope::Batch);
    data.recall(manufacturer(), id, recall).unwrap();
    for caller in [manufacturer(), quality_unit(), auditor(), pharmacy()] {
        assert_eq!(data.end_recall(caller, id, 0, DOCUMENT), Err(Error::CallerNotAuthorised));
    }
    assert_eq!(data.end_recall(regulator(), id, 1, DOCUMENT), Err(Error::UnknownRecall));
    let event = RecallOfBatchEnded { batch: id, by: by(regulator()), number: 0, document: DOCUMENT };
    assert_eq!(data.end_recall(regulator(), id, 0, DOCUMENT), Ok(event));
    let ended = Some(RecallEnded { by: organisation(5), at: NOW, document: DOCUMENT });
    assert_eq!(data.all_recalls(id), [RecallNotice { ended, ..notice_of(recall, manufacturer()) }]);
    let record = data.batch(id).unwrap();
    assert_eq!((record.recalled_at, record.recalls), (None, 1));
    assert_eq!(data.end_recall(regulator(), id, 0, DOCUMENT), Err(Error::RecallEnded));
    assert!(ship(&mut data, manufacturer(), loose(id, 1), wholesaler()).is_ok());
    // It can be recalled anew.
    assert_eq!(data.recall(manufacturer(), id, recall).unwrap().number, 1);
    assert!(data.batch(id).unwrap().recalled_at.is_some());
}

#[test]
fn a_regulators_recall_stands_for_two_days_and_its_author_never_ends_it() {
    let due = NOW + CHANGE_DELAY;
    for ends in [second_inspector(), other_regulator()] {
        let mut data = empty_batches();
        let id = released(&mut data, 10);
        data.recall(regulator(), id, recall_of(RecallScope::Batch)).unwrap();
        assert_eq!(data.end_recall(at(regulator(), due), id, 0, DOCUMENT), Err(Error::RecallByCaller));
        assert_eq!(data.end_recall(at(ends, due - 1), id, 0, DOCUMENT), Err(Error::RecallStands));
        assert!(data.end_recall(at(ends, due), id, 0, DOCUMENT).is_ok());
        assert_eq!(data.batch(id).unwrap().recalled_at, None);
    }
}

/// A state institute that makes batches cannot be its own second pair of eyes.
#[test]
fn a_recall_of_the_own_organisation_stands_for_two_days() {
    let mut data = empty_batches();
    let id = released(&mut data, 10);
    data.recall(manufacturer(), id, recall_of(RecallScope::Batch)).unwrap();
    let own = Call { organisation: manufacturer().organisation, ..second_inspector() };
    assert_eq!(data.end_recall(own, id, 0, DOCUMENT), Err(Error::RecallStands));
    assert!(data.end_recall(at(own, NOW + CHANGE_DELAY), id, 0, DOCUMENT).is_ok());
}

#[test]
fn a_range_moves_again_when_its_recall_ended() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    pack_case(&mut data, batch.id, 0, 1);
    data.recall(manufacturer(), batch.id, recall_of(RANGE)).unwrap();
    let packed = Goods::LogisticUnit(sscc(1));
    let refused = ship(&mut data, manufacturer(), packed, wholesaler());
    assert_eq!(refused, Err(Error::LogisticUnitRecalled));
    let recalled = |data: &Data| data.whereabouts(batch.id, &[2], None, NOW).unwrap().positions[0].recalled;
    assert!(recalled(&data));
    data.end_recall(regulator(), batch.id, 0, DOCUMENT).unwrap();
    assert!(!recalled(&data));
    assert!(ship(&mut data, manufacturer(), packed, wholesaler()).is_ok());
}

#[test]
fn a_pallet_moves_again_when_the_recall_of_its_case_ended() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    for number in 1..=3 {
        pack_units(&mut data, manufacturer(), id, 10, number);
    }
    pack_pallet(&mut data, manufacturer(), &[1, 2, 3], 10);
    for (number, case) in [(0, 1), (1, 2)] {
        let recall = recall_of(RecallScope::LogisticUnit(sscc(case)));
        assert_eq!(data.recall(manufacturer(), id, recall).unwrap().number, number);
    }
    let pallet = Goods::LogisticUnit(sscc(10));
    for number in [0, 1] {
        let refused = ship(&mut data, manufacturer(), pallet, wholesaler());
        assert_eq!(refused, Err(Error::LogisticUnitRecalled));
        data.end_recall(regulator(), id, number, DOCUMENT).unwrap();
    }
    assert!(ship(&mut data, manufacturer(), pallet, wholesaler()).is_ok());
    // A case that was recalled before can be recalled again.
    data.receive(wholesaler(), 0, Arrival::LogisticUnits(vec![sscc(1)])).unwrap();
    let again = recall_of(RecallScope::LogisticUnit(sscc(1)));
    assert!(data.recall(manufacturer(), id, again).is_ok());
    assert_eq!(data.unpack(wholesaler(), sscc(1)), Err(Error::LogisticUnitRecalled));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_product_is_recalled_with_all_batches_that_were_registered_until_then() {
    let mut data = empty_batches();
    let first = released(&mut data, 10);
    let second = Serialised::at_pharmacy(&mut data, b"SECOND", 4);
    let recall = recall_of(RecallScope::Product);
    let send = |data: &mut Data, call, through| data.recall_product(call, through, GTIN, recall);
    assert_eq!(send(&mut data, regulator(), UNIT_REGISTER), Err(Error::NotProductRegister));
    for caller in [manufacturer(), auditor(), without_roles(regulator())] {
        assert_eq!(send(&mut data, caller, PRODUCT_REGISTER), Err(Error::CallerNotAuthorised));
    }
    let event = ProductRecalled { by: by(regulator()), gtin: GTIN, number: 0, recall };
    assert_eq!(send(&mut data, regulator(), PRODUCT_REGISTER), Ok(event));
    for id in [first, second.id] {
        let record = data.batch(id).unwrap();
        assert_eq!((record.recalled_at, record.recalls), (Some(NOW), 0));
        assert_eq!(data.all_recalls(id), [notice_of(recall, regulator())]);
    }
    let refused = ship(&mut data, manufacturer(), loose(first, 1), wholesaler());
    assert_eq!(refused, Err(Error::BatchRecalled));
    let again = data.recall(manufacturer(), first, recall_of(RecallScope::Batch));
    assert_eq!(again, Err(Error::BatchRecalled));
    // Its holders acknowledge it, batch by batch.
    let event = RecallAcknowledged {
        batch: second.id,
        by: by(pharmacy()),
        acknowledged: 0,
        acknowledged_of_product: 1,
    };
    assert_eq!(data.acknowledge_recall(pharmacy(), second.id), Ok(event));
    let twice = data.acknowledge_recall(pharmacy(), second.id);
    assert_eq!(twice, Err(Error::NothingToAcknowledge));
    // All packs go back without being named, as those of a batch that is recalled.
    assert!(send_back(&mut data, pharmacy(), loose(second.id, 4)).is_ok());

    let later =
        register(&mut data, at(manufacturer(), NOW + 1), NewBatch { lot: b"LATER".to_vec(), ..new_batch(1) });
    let later = later.unwrap();
    assert_eq!(data.batch(later).unwrap().recalled_at, None);
    assert_eq!(data.all_recalls(later), []);
    let nothing = data.acknowledge_recall(manufacturer(), later);
    assert_eq!(nothing, Err(Error::NothingToAcknowledge));
}

#[test]
fn a_recall_of_a_product_ends_like_any_other_and_an_earlier_one_may_go_on() {
    let mut data = empty_batches();
    let old = released(&mut data, 10);
    let recall = Recall { acknowledge_by: u64::MAX, ..recall_of(RecallScope::Product) };
    let end =
        |data: &mut Data, call: Call| data.end_recall_of_product(call, PRODUCT_REGISTER, GTIN, DOCUMENT);
    assert_eq!(end(&mut data, regulator()), Err(Error::UnknownRecall));
    data.recall_product(regulator(), PRODUCT_REGISTER, GTIN, recall).unwrap();
    let (week, due) = (NOW + 7 * CHANGE_DELAY, NOW + 8 * CHANGE_DELAY);
    let new = NewBatch { lot: b"NEW".to_vec(), ..new_batch(5) };
    let new = register(&mut data, at(manufacturer(), week - 1), new).unwrap();
    release(&mut data, new);
    data.recall_product(at(regulator(), week), PRODUCT_REGISTER, GTIN, recall).unwrap();
    assert_eq!(data.batch(new).unwrap().recalled_at, Some(week));
    assert_eq!(data.all_recalls(old).len(), 2);
    assert_eq!(data.all_recalls(new).len(), 1);

    let past_it = data.end_recall_of_product(at(second_inspector(), due), UNIT_REGISTER, GTIN, DOCUMENT);
    assert_eq!(past_it, Err(Error::NotProductRegister));
    assert_eq!(end(&mut data, at(regulator(), due)), Err(Error::RecallByCaller));
    assert_eq!(end(&mut data, at(second_inspector(), due - 1)), Err(Error::RecallStands));
    let call = at(second_inspector(), due);
    let event = RecallOfProductEnded { by: by(call), gtin: GTIN, number: 1, document: DOCUMENT };
    assert_eq!(end(&mut data, call), Ok(event));
    assert_eq!(end(&mut data, call), Err(Error::RecallEnded));
    assert_eq!(data.batch(new).unwrap().recalled_at, None);
    assert_eq!(data.batch(old).unwrap().recalled_at, Some(NOW), "the first one goes on");
    assert!(ship(&mut data, at(manufacturer(), due), loose(new, 1), wholesaler()).is_ok());
}
