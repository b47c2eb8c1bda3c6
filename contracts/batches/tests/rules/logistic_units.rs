use super::*;
use primitives::batches::{
    LogisticUnit, LogisticUnitPacked, LogisticUnitUnpacked, QuarantineReason, QuarantineTarget,
    RejectionReason, MAX_CHILDREN, TRAIL,
};

fn units(batch: BatchId, quantity: Quantity) -> Contents {
    Contents::Units { batch, quantity }
}

fn pallet_of(inside: &[u64]) -> Contents {
    Contents::LogisticUnits(inside.iter().copied().map(sscc).collect())
}

fn arrival_of(arrived: &[u64]) -> Arrival {
    Arrival::LogisticUnits(arrived.iter().copied().map(sscc).collect())
}

fn ship_packed(data: &mut Data, from: Call, to: Call, number: u64) -> Result<UnitsShipped, Error> {
    ship(data, from, Goods::LogisticUnit(sscc(number)), to)
}

fn recall_unit(data: &mut Data, id: BatchId, number: u64) {
    data.recall(regulator(), id, recall_of(RecallScope::LogisticUnit(sscc(number)))).unwrap();
}

/// A released batch of 100 units; the pallet 10 with the cases 1, 2 and 3 of 10 units each is with the manufacturer.
fn palletised() -> (Data, BatchId) {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    for case in [1, 2, 3] {
        pack_units(&mut data, manufacturer(), id, 10, case);
    }
    pack_pallet(&mut data, manufacturer(), &[1, 2, 3], 10);
    (data, id)
}

#[test]
fn units_are_packed_and_unpacked_where_they_are() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let (by, logistic_unit, contents) = (by(manufacturer()), sscc(1), units(id, 30));
    let packed =
        LogisticUnitPacked { batch: id, by, logistic_unit, quantity: 30, contents: contents.clone() };
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, logistic_unit, contents.clone()),
        Ok(packed)
    );
    let record = LogisticUnit {
        batch: id,
        registration: 0,
        quantity: 30,
        site: site(1),
        level: 0,
        packed_by: site(1),
        packed_at: NOW,
        taken_out_at: None,
        parent: None,
        shipment: None,
        case: None,
        cases: None,
        recalls: RecallSet::NONE,
        recalls_inside: RecallSet::NONE,
        withdrawn: None,
        hold: Hold::default(),
    };
    assert_eq!(data.logistic_unit(logistic_unit), Some(record));
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, packed: 30, ..Places::default() });
    ensure_mass_balance(&data, id);
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, logistic_unit, contents),
        Err(Error::LogisticUnitExists)
    );
    let unpacked = LogisticUnitUnpacked { batch: id, by, logistic_unit, quantity: 30 };
    assert_eq!(data.unpack(manufacturer(), logistic_unit), Ok(unpacked));
    assert_eq!(data.logistic_unit(logistic_unit), None);
    assert_eq!(places(&data, id, manufacturer()), Places { held: 100, ..Places::default() });
    assert_eq!(data.unpack(manufacturer(), logistic_unit), Err(Error::UnknownLogisticUnit));
    ensure_mass_balance(&data, id);
}

#[test]
fn only_held_units_of_a_known_batch_are_packed_by_custodians_under_an_sscc() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    for caller in [quality_unit(), regulator(), bystander(), without_roles(manufacturer())] {
        assert_eq!(
            data.pack(caller, caller.organisation, sscc(1), units(id, 1)),
            Err(Error::CallerNotAuthorised)
        );
        assert_eq!(data.unpack(caller, sscc(1)), Err(Error::CallerNotAuthorised));
    }
    for wrong in [sscc(1) + 1, u64::MAX, 10_u64.pow(18)] {
        assert_eq!(
            data.pack(manufacturer(), manufacturer().organisation, wrong, units(id, 1)),
            Err(Error::InvalidSscc)
        );
    }
    for (quantity, error) in [(0, Error::QuantityZero), (101, Error::QuantityNotHeld)] {
        assert_eq!(
            data.pack(manufacturer(), manufacturer().organisation, sscc(1), units(id, quantity)),
            Err(error)
        );
    }
    assert_eq!(
        data.pack(wholesaler(), wholesaler().organisation, sscc(1), units(id, 1)),
        Err(Error::QuantityNotHeld)
    );
    let unknown = units(BatchId([9; 32]), 1);
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(1), unknown),
        Err(Error::UnknownBatch)
    );
}

#[test]
fn a_numbered_case_has_its_units_and_the_last_one_the_rest() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    let case = |number| Contents::Case { batch: batch.id, number };
    assert_eq!(
        data.pack(wholesaler(), wholesaler().organisation, sscc(1), case(0)),
        Err(Error::CallerNotAuthorised)
    );
    for number in [3, u32::MAX] {
        assert_eq!(
            data.pack(manufacturer(), manufacturer().organisation, sscc(1), case(number)),
            Err(Error::UnknownCase)
        );
    }
    assert_eq!(data.pack(manufacturer(), manufacturer().organisation, sscc(1), case(0)).unwrap().quantity, 4);
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(2), case(0)),
        Err(Error::CaseAlreadyPacked)
    );
    assert_eq!(data.pack(manufacturer(), manufacturer().organisation, sscc(3), case(2)).unwrap().quantity, 2);
    assert_eq!(data.logistic_unit(sscc(3)).unwrap().case, Some(2));
    ensure_mass_balance(&data, batch.id);
    data.unpack(manufacturer(), sscc(1)).unwrap();
    assert_eq!(data.pack(manufacturer(), manufacturer().organisation, sscc(2), case(0)).unwrap().quantity, 4);
    let unknown = Contents::Case { batch: BatchId([9; 32]), number: 0 };
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(4), unknown),
        Err(Error::UnknownBatch)
    );
    let plain = NewBatch { lot: b"PLAIN".to_vec(), ..new_batch(10) };
    let plain = register(&mut data, manufacturer(), plain).unwrap();
    let unnumbered = Contents::Case { batch: plain, number: 0 };
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(5), unnumbered),
        Err(Error::UnknownCase)
    );
}

#[test]
fn logistic_units_nest_in_four_levels() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    pack_units(&mut data, manufacturer(), id, 10, 0);
    for level in 1..=3 {
        pack_pallet(&mut data, manufacturer(), &[level - 1], level);
        let record = data.logistic_unit(sscc(level)).unwrap();
        assert_eq!((u64::from(record.level), record.quantity), (level, 10));
    }
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(4), pallet_of(&[3])),
        Err(Error::NestedTooDeep)
    );
    ensure_mass_balance(&data, id);
}

#[test]
fn a_logistic_unit_has_1_to_128_logistic_units_of_one_batch() {
    let mut data = empty_batches();
    let id = released(&mut data, 1_000);
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(999), pallet_of(&[])),
        Err(Error::TooManyLogisticUnits)
    );
    let cases: Vec<u64> = (0..=128).collect();
    for case in &cases {
        pack_units(&mut data, manufacturer(), id, 1, *case);
    }
    let refused = data.pack(manufacturer(), manufacturer().organisation, sscc(999), pallet_of(&cases));
    assert_eq!((refused, MAX_CHILDREN), (Err(Error::TooManyLogisticUnits), 128));
    pack_pallet(&mut data, manufacturer(), &cases[..128], 999);
    assert_eq!(data.logistic_unit(sscc(999)).unwrap().quantity, 128);
    ensure_mass_balance(&data, id);
    let other = NewBatch { lot: b"OTHER".to_vec(), ..new_batch(10) };
    let other = register(&mut data, manufacturer(), other).unwrap();
    pack_units(&mut data, manufacturer(), other, 1, 500);
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(998), pallet_of(&[128, 500])),
        Err(Error::MixedBatches)
    );
}

#[test]
fn only_what_stands_alone_with_the_packer_is_put_inside() {
    let (mut data, id) = palletised();
    let pack =
        |data: &mut Data, by, inside: &[u64]| data.pack(by, by.organisation, sscc(20), pallet_of(inside));
    assert_eq!(pack(&mut data, manufacturer(), &[1]), Err(Error::LogisticUnitInside));
    assert_eq!(pack(&mut data, wholesaler(), &[10]), Err(Error::LogisticUnitNotHeld));
    assert_eq!(pack(&mut data, manufacturer(), &[99]), Err(Error::UnknownLogisticUnit));
    assert_eq!(pack(&mut data, manufacturer(), &[20]), Err(Error::UnknownLogisticUnit), "not in itself");
    ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    assert_eq!(pack(&mut data, manufacturer(), &[10]), Err(Error::LogisticUnitInTransit));
    pack_units(&mut data, manufacturer(), id, 10, 4);
    let target = QuarantineTarget::LogisticUnit(sscc(4));
    data.quarantine(manufacturer(), target, QuarantineReason::Damaged).unwrap();
    assert_eq!(pack(&mut data, manufacturer(), &[4]), Err(Error::LogisticUnitQuarantined));
    pack_units(&mut data, manufacturer(), id, 10, 5);
    recall_unit(&mut data, id, 5);
    assert_eq!(pack(&mut data, manufacturer(), &[5]), Err(Error::LogisticUnitRecalled));
    pack_units(&mut data, manufacturer(), id, 10, 6);
    assert_eq!(pack(&mut data, manufacturer(), &[6, 6]), Err(Error::LogisticUnitInside), "named twice");
}

#[test]
fn a_pallet_is_shipped_and_received_as_one() {
    let (mut data, id) = palletised();
    let shipped = ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    assert_eq!((shipped.batch, shipped.quantity, shipped.logistic_unit), (id, 30, Some(sscc(10))));
    assert_eq!(places(&data, id, wholesaler()), Places { in_transit: 30, ..Places::default() });
    assert_eq!(data.logistic_unit(sscc(10)).unwrap().shipment, Some(0));
    let refused = ship_packed(&mut data, manufacturer(), pharmacy(), 10);
    assert_eq!(refused, Err(Error::LogisticUnitInTransit));
    assert_eq!(data.unpack(manufacturer(), sscc(10)), Err(Error::LogisticUnitInTransit));
    ensure_mass_balance(&data, id);
    let event = data.receive(wholesaler(), 0, arrival_of(&[10])).unwrap();
    assert_eq!((event.quantity, event.still_in_transit), (30, 0));
    assert_eq!(data.shipment(0), None);
    assert_eq!(places(&data, id, wholesaler()), Places { packed: 30, ..Places::default() });
    for case in [1, 2, 3] {
        assert_eq!(data.logistic_unit(sscc(case)).unwrap().site, site(2), "what is inside came along");
    }
    data.unpack(wholesaler(), sscc(10)).unwrap();
    data.unpack(wholesaler(), sscc(1)).unwrap();
    assert_eq!(places(&data, id, wholesaler()), Places { held: 10, packed: 20, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn a_logistic_unit_is_shipped_from_its_site_alone() {
    let (mut data, id) = palletised();
    assert_eq!(ship_packed(&mut data, wholesaler(), pharmacy(), 10), Err(Error::LogisticUnitNotHeld));
    assert_eq!(ship_packed(&mut data, manufacturer(), wholesaler(), 1), Err(Error::LogisticUnitInside));
    assert_eq!(ship_packed(&mut data, manufacturer(), wholesaler(), 99), Err(Error::UnknownLogisticUnit));
    let refused = ship(&mut data, manufacturer(), loose(id, 71), wholesaler());
    assert_eq!(refused, Err(Error::QuantityNotHeld), "packed units are not loose");
    data.block(regulator(), id).unwrap();
    assert_eq!(ship_packed(&mut data, manufacturer(), wholesaler(), 10), Err(Error::BatchBlocked));
}

#[test]
fn a_pallet_arrives_in_parts_and_the_rest_goes_back() {
    let (mut data, id) = palletised();
    ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    let event = data.receive(wholesaler(), 0, arrival_of(&[1, 3])).unwrap();
    assert_eq!((event.quantity, event.still_in_transit), (20, 10));
    for case in [1, 3] {
        let record = data.logistic_unit(sscc(case)).unwrap();
        assert_eq!((record.site, record.parent), (site(2), None));
    }
    assert_eq!(data.logistic_unit(sscc(10)).unwrap().quantity, 10);
    assert_eq!(data.receive(wholesaler(), 0, arrival_of(&[1])), Err(Error::NotInShipment), "received twice");
    ensure_mass_balance(&data, id);
    data.reject(wholesaler(), 0, RejectionReason::QuantityShort).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, packed: 10, ..Places::default() });
    assert_eq!(data.unpack(manufacturer(), sscc(10)).unwrap().quantity, 10);
    assert!(data.unpack(manufacturer(), sscc(2)).is_ok());
    assert_eq!(places(&data, id, manufacturer()), Places { held: 80, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn a_pallet_of_which_every_part_arrived_does_not_exist_any_more() {
    let (mut data, id) = palletised();
    ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    data.receive(wholesaler(), 0, arrival_of(&[1])).unwrap();
    assert_eq!(data.receive(wholesaler(), 0, arrival_of(&[2, 3])).unwrap().still_in_transit, 0);
    assert_eq!((data.shipment(0), data.logistic_unit(sscc(10))), (None, None));
    assert_eq!(places(&data, id, wholesaler()), Places { packed: 30, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn what_is_not_in_the_shipment_does_not_arrive() {
    let (mut data, id) = palletised();
    pack_units(&mut data, manufacturer(), id, 10, 4);
    ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    let cases = [
        (vec![], Error::TooManyLogisticUnits),
        ((0..129).collect(), Error::TooManyLogisticUnits),
        (vec![4], Error::NotInShipment),
        (vec![10, 1], Error::NotInShipment),
        (vec![99], Error::UnknownLogisticUnit),
    ];
    for (arrived, error) in cases {
        assert_eq!(data.receive(wholesaler(), 0, arrival_of(&arrived)), Err(error), "{arrived:?}");
    }
    assert_eq!(data.receive(wholesaler(), 0, Arrival::Units(30)), Err(Error::NotInShipment));
    assert_eq!(data.receive(wholesaler(), 0, arrival_of(&[1, 1])), Err(Error::NotInShipment));
}

#[test]
fn a_rejected_pallet_is_with_its_consignor_again() {
    let (mut data, id) = palletised();
    ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    data.reject(wholesaler(), 0, RejectionReason::WrongGoods).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, packed: 30, ..Places::default() });
    assert_eq!(ship_packed(&mut data, manufacturer(), pharmacy(), 10).unwrap().shipment, 1);
    ensure_mass_balance(&data, id);
}

#[test]
fn a_recalled_case_stops_the_pallet_around_it() {
    let (mut data, id) = palletised();
    recall_unit(&mut data, id, 1);
    assert_eq!(ship_packed(&mut data, manufacturer(), wholesaler(), 10), Err(Error::LogisticUnitRecalled));
    data.unpack(manufacturer(), sscc(10)).unwrap();
    assert!(ship_packed(&mut data, manufacturer(), wholesaler(), 2).is_ok());
    assert_eq!(ship_packed(&mut data, manufacturer(), wholesaler(), 1), Err(Error::LogisticUnitRecalled));
}

#[test]
fn a_recalled_logistic_unit_is_opened_by_the_manufacturer_alone_and_returned_by_others() {
    let (mut data, id) = palletised();
    hand_over_packed(&mut data, manufacturer(), wholesaler(), 10);
    recall_unit(&mut data, id, 10);
    assert_eq!(data.unpack(wholesaler(), sscc(10)), Err(Error::LogisticUnitRecalled));
    let shipped = send_back(&mut data, wholesaler(), Goods::LogisticUnit(sscc(10))).unwrap().shipment;
    data.receive(manufacturer(), shipped, arrival_of(&[10])).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, returned: 30, ..Places::default() });
    data.unpack(manufacturer(), sscc(10)).unwrap();
    for refused in [Goods::LogisticUnit(sscc(10)), Goods::LogisticUnit(sscc(1))] {
        let error = ship(&mut data, manufacturer(), refused, wholesaler()).unwrap_err();
        assert!(matches!(error, Error::UnknownLogisticUnit | Error::LogisticUnitNotHeld), "{error:?}");
    }
    data.unpack(manufacturer(), sscc(1)).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, returned: 30, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn the_manufacturer_opens_a_recalled_pallet_of_its_own_as_returned() {
    let (mut data, id) = palletised();
    recall_unit(&mut data, id, 10);
    data.unpack(manufacturer(), sscc(10)).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, returned: 30, ..Places::default() });
    let case = data.logistic_unit(sscc(1)).unwrap();
    assert!(case.recalls.contains(0));
    assert_eq!(case.withdrawn, Some(primitives::batches::Withdrawal::Returned));
    let refused = data.pack(manufacturer(), manufacturer().organisation, sscc(20), pallet_of(&[1]));
    assert_eq!(refused, Err(Error::LogisticUnitNotHeld), "it is not supplied again");
    data.unpack(manufacturer(), sscc(1)).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, returned: 30, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn a_part_of_a_pallet_that_was_recalled_on_its_way_arrives_as_recalled() {
    let (mut data, id) = palletised();
    ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap();
    recall_unit(&mut data, id, 10);
    data.receive(wholesaler(), 0, arrival_of(&[1])).unwrap();
    data.receive(wholesaler(), 0, arrival_of(&[2, 3])).unwrap();
    for case in [1, 2, 3] {
        assert!(data.logistic_unit(sscc(case)).unwrap().recalls.contains(0));
        assert_eq!(data.unpack(wholesaler(), sscc(case)), Err(Error::LogisticUnitRecalled));
        assert_eq!(ship_packed(&mut data, wholesaler(), pharmacy(), case), Err(Error::LogisticUnitRecalled));
    }
    ensure_mass_balance(&data, id);
}

#[test]
fn a_numbered_case_that_came_back_stays_in_the_books() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    pack_case(&mut data, batch.id, 0, 1);
    recall_unit(&mut data, batch.id, 1);
    data.unpack(manufacturer(), sscc(1)).unwrap();
    let expected = Places { held: 6, returned: 4, ..Places::default() };
    assert_eq!(places(&data, batch.id, manufacturer()), expected);
    assert_eq!(
        data.logistic_unit(sscc(1)).unwrap().withdrawn,
        Some(primitives::batches::Withdrawal::Returned)
    );
    assert_eq!(data.unpack(manufacturer(), sscc(1)), Err(Error::LogisticUnitNotHeld));
    let again = Contents::Case { batch: batch.id, number: 0 };
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(2), again),
        Err(Error::CaseAlreadyPacked)
    );
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn the_number_of_a_case_that_was_opened_elsewhere_is_not_packed_again() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    let case = |number| Contents::Case { batch: batch.id, number };
    pack_case(&mut data, batch.id, 0, 3);
    data.unpack(manufacturer(), sscc(3)).unwrap();
    pack_case(&mut data, batch.id, 0, 1);
    hand_over_packed(&mut data, manufacturer(), wholesaler(), 1);
    let packed = |data: &Data| data.whereabouts(batch.id, &[0], None, NOW).unwrap().positions[0].packed;
    assert_eq!(packed(&data).unwrap().site, site(2));
    data.unpack(wholesaler(), sscc(1)).unwrap();
    assert_eq!(packed(&data), None);
    assert_eq!(
        data.pack(manufacturer(), manufacturer().organisation, sscc(2), case(0)),
        Err(Error::CaseAlreadyPacked)
    );
    let long_after = Call { now: NOW + TRAIL + 1, ..wholesaler() };
    pack_units(&mut data, long_after, batch.id, 4, 1);
    assert_eq!(packed(&data), None, "the SSCC names something else now");
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn the_number_of_a_case_is_packed_again_where_another_site_of_the_manufacturer_opened_it() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 10);
    pack_case(&mut data, batch.id, 0, 1);
    hand_over_packed(&mut data, manufacturer(), second_plant(), 1);
    data.unpack(second_plant(), sscc(1)).unwrap();
    let case = Contents::Case { batch: batch.id, number: 0 };
    assert_eq!(data.pack(second_plant(), second_plant().organisation, sscc(2), case).unwrap().quantity, 4);
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_pallet_moves_again_when_its_recalled_case_has_left_it() {
    let (mut data, id) = palletised();
    let shipped = ship_packed(&mut data, manufacturer(), wholesaler(), 10).unwrap().shipment;
    recall_unit(&mut data, id, 1);
    data.receive(wholesaler(), shipped, arrival_of(&[2])).unwrap();
    assert!(data.logistic_unit(sscc(10)).unwrap().recalls_inside.contains(0));
    data.receive(wholesaler(), shipped, arrival_of(&[1])).unwrap();
    assert!(data.logistic_unit(sscc(10)).unwrap().recalls_inside.is_empty());
    data.receive(wholesaler(), shipped, arrival_of(&[10])).unwrap();
    assert!(ship_packed(&mut data, wholesaler(), pharmacy(), 10).is_ok());
    assert_eq!(ship_packed(&mut data, wholesaler(), pharmacy(), 1), Err(Error::LogisticUnitRecalled));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_return_that_was_quarantined_on_its_way_can_be_opened() {
    let (mut data, id) = palletised();
    hand_over_packed(&mut data, manufacturer(), wholesaler(), 10);
    let shipped = send_back(&mut data, wholesaler(), Goods::LogisticUnit(sscc(10))).unwrap().shipment;
    let target = QuarantineTarget::Shipment(shipped);
    data.quarantine(manufacturer(), target, QuarantineReason::SuspectedCounterfeit).unwrap();
    data.receive(manufacturer(), shipped, arrival_of(&[10])).unwrap();
    assert_eq!(places(&data, id, manufacturer()), Places { held: 70, returned: 30, ..Places::default() });
    assert!(data.unpack(manufacturer(), sscc(10)).is_ok());
    ensure_mass_balance(&data, id);
}
