//! Goods that are never supplied again: condemned, returned, destroyed; and goods of sites that cannot act any more.

use primitives::batches::{
    ClearanceReason, GoodsCondemned, LogisticUnitDestroyed, QuarantineReason, QuarantineTarget,
    RejectionReason, Withdrawal,
};

use super::*;

const DAMAGED: QuarantineReason = QuarantineReason::Damaged;

fn unit(number: u64) -> QuarantineTarget {
    QuarantineTarget::LogisticUnit(sscc(number))
}

fn some_of(batch: BatchId, holder: Call, quantity: Option<Quantity>) -> QuarantineTarget {
    QuarantineTarget::Holding { batch, site: site_of(holder), quantity }
}

fn withdrawn(data: &Data, number: u64) -> Option<Withdrawal> {
    data.logistic_unit(sscc(number)).unwrap().withdrawn
}

#[test]
fn what_is_condemned_is_only_destroyed_or_returned() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 50);
    let ten = some_of(id, pharmacy(), Some(10));
    assert_eq!(data.condemn(pharmacy(), ten), Err(Error::NotQuarantined));
    data.quarantine(pharmacy(), ten, DAMAGED).unwrap();
    for caller in [wholesaler(), branch(), other_manufacturer(), auditor(), bystander()] {
        assert_eq!(data.condemn(caller, ten), Err(Error::CallerNotAuthorised));
    }
    let (by, site) = (by(without_roles(pharmacy())), site(3));
    let event = GoodsCondemned { batch: id, by, site, target: ten, quantity: 10 };
    assert_eq!(data.condemn(without_roles(pharmacy()), ten), Ok(event));
    assert_eq!(places(&data, id, pharmacy()), Places { held: 40, condemned: 10, ..Places::default() });
    let refused = data.release_quarantine(regulator(), ten, ClearanceReason::Mistake);
    assert_eq!(refused, Err(Error::NotQuarantined));
    let goods = |quantity| Goods::Condemned { batch: id, quantity };
    assert_eq!(ship(&mut data, pharmacy(), goods(4), wholesaler()), Err(Error::GoodsCondemned));
    assert_eq!(send_back(&mut data, pharmacy(), goods(11)), Err(Error::QuantityNotHeld));
    let shipment = send_back(&mut data, without_roles(pharmacy()), goods(4)).unwrap().shipment;
    assert!(data.shipment(shipment).unwrap().condemned);
    data.reject(manufacturer(), shipment, RejectionReason::WrongGoods).unwrap();
    assert_eq!(places(&data, id, pharmacy()).condemned, 10, "rejected, they are no better");
    let shipment = send_back(&mut data, pharmacy(), goods(4)).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::Units(4)).unwrap();
    assert_eq!(places(&data, id, manufacturer()).returned, 4);
    data.decommission_quantity(without_roles(pharmacy()), id, 6, UnitState::Destroyed, None).unwrap();
    assert_eq!(places(&data, id, pharmacy()), Places { held: 40, destroyed: 6, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn what_a_regulator_quarantined_only_a_regulator_condemns() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let ten = some_of(id, manufacturer(), Some(10));
    data.quarantine(regulator(), ten, DAMAGED).unwrap();
    assert_eq!(data.condemn(manufacturer(), ten), Err(Error::CallerNotAuthorised));
    let four = some_of(id, manufacturer(), Some(4));
    assert!(data.condemn(regulator(), four).is_ok());
    let rest = some_of(id, manufacturer(), None);
    assert_eq!(data.condemn(manufacturer(), rest), Err(Error::CallerNotAuthorised), "the rest is held still");
    assert_eq!(data.condemn(regulator(), rest).unwrap().quantity, 6);
    ensure_mass_balance(&data, id);
}

/// Of a batch with serials it is known which packs are condemned or come back: by serial, or in numbered cases.
#[test]
fn packs_with_serials_are_restrained_as_a_whole_by_serial_or_in_numbered_cases() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 20);
    let id = batch.id;
    let (some, all) = (some_of(id, manufacturer(), Some(2)), some_of(id, manufacturer(), None));
    assert_eq!(data.quarantine(manufacturer(), some, DAMAGED), Err(Error::SerialRequired));
    pack_case(&mut data, id, 0, 1);
    pack_case(&mut data, id, 1, 2);
    pack_pallet(&mut data, manufacturer(), &[1, 2], 10);
    pack_units(&mut data, manufacturer(), id, 3, 3);
    pack_case(&mut data, id, 2, 4);
    pack_pallet(&mut data, manufacturer(), &[3, 4], 11);
    data.quarantine(manufacturer(), all, DAMAGED).unwrap();
    assert_eq!(data.condemn(manufacturer(), all), Err(Error::SerialRequired));
    let refused = data.release_quarantine(manufacturer(), some, ClearanceReason::Mistake);
    assert_eq!(refused, Err(Error::SerialRequired));
    assert!(data.release_quarantine(manufacturer(), all, ClearanceReason::Mistake).is_ok());
    for (number, numbered) in [(10, true), (11, false)] {
        hand_over_packed(&mut data, manufacturer(), wholesaler(), number);
        let goods = Goods::LogisticUnit(sscc(number));
        let back = send_back(&mut data, wholesaler(), goods);
        let condemned = data.quarantine(wholesaler(), unit(number), DAMAGED).and_then(|_| {
            let condemned = data.condemn(wholesaler(), unit(number));
            condemned.map(drop)
        });
        if numbered {
            let shipment = back.unwrap().shipment;
            assert_eq!(condemned, Err(Error::LogisticUnitInTransit));
            let facts = data.whereabouts(id, &[5], None, NOW).unwrap().positions[0].packed.unwrap();
            assert!(facts.withdrawn, "on its way back it is not genuine goods for anybody");
            data.reject(manufacturer(), shipment, RejectionReason::Other).unwrap();
            assert!(!data.whereabouts(id, &[5], None, NOW).unwrap().positions[0].packed.unwrap().withdrawn);
        } else {
            assert_eq!(back, Err(Error::SerialRequired));
            assert_eq!(condemned, Err(Error::SerialRequired));
        }
    }
    ensure_mass_balance(&data, id);
}

#[test]
fn a_condemned_case_is_destroyed_whole_or_goes_back_and_stays_in_the_books() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 8);
    let id = batch.id;
    for number in [0, 1] {
        pack_case(&mut data, id, number, u64::from(number) + 1);
        hand_over_packed(&mut data, manufacturer(), pharmacy(), u64::from(number) + 1);
    }
    let destroy = |data: &mut Data, call| data.destroy(call, sscc(1), Some(DOCUMENT));
    assert_eq!(destroy(&mut data, pharmacy()), Err(Error::NotCondemned));
    for case in [1, 2] {
        data.quarantine(pharmacy(), unit(case), DAMAGED).unwrap();
        data.condemn(pharmacy(), unit(case)).unwrap();
        assert_eq!(withdrawn(&data, case), Some(Withdrawal::Condemned));
        assert_eq!(data.unpack(pharmacy(), sscc(case)), Err(Error::GoodsCondemned));
        let again = data.quarantine(regulator(), unit(case), DAMAGED);
        assert_eq!(again, Err(Error::GoodsCondemned));
    }
    assert_eq!(places(&data, id, pharmacy()).condemned_closed, 8);
    let pallet = Contents::LogisticUnits(vec![sscc(1), sscc(2)]);
    assert_eq!(data.pack(pharmacy(), pharmacy().organisation, sscc(9), pallet), Err(Error::GoodsCondemned));
    let by_number = data.decommission_quantity(pharmacy(), id, 1, UnitState::Destroyed, None);
    assert_eq!(by_number, Err(Error::SerialRequired), "which one of the case?");
    assert_eq!(destroy(&mut data, branch()), Err(Error::LogisticUnitNotHeld));
    let (by, logistic_unit, document) = (by(without_roles(pharmacy())), sscc(1), Some(DOCUMENT));
    let event = LogisticUnitDestroyed { batch: id, by, logistic_unit, quantity: 4, document };
    assert_eq!(destroy(&mut data, without_roles(pharmacy())), Ok(event));
    assert_eq!(destroy(&mut data, pharmacy()), Err(Error::NotCondemned));
    assert_eq!(data.unpack(pharmacy(), sscc(1)), Err(Error::LogisticUnitNotHeld));
    let goods = Goods::LogisticUnit(sscc(1));
    assert_eq!(send_back(&mut data, pharmacy(), goods), Err(Error::LogisticUnitNotHeld));
    let goods = Goods::LogisticUnit(sscc(2));
    assert_eq!(ship(&mut data, pharmacy(), goods, wholesaler()), Err(Error::GoodsCondemned));
    let shipment = send_back(&mut data, pharmacy(), goods).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::LogisticUnits(vec![sscc(2)])).unwrap();
    assert_eq!(withdrawn(&data, 2), Some(Withdrawal::Returned));
    assert_eq!(data.mass_balance(id), Some(Places { destroyed: 4, returned: 4, ..Places::default() }));
    for position in [0, 4] {
        let facts = data.whereabouts(id, &[position], None, NOW).unwrap().positions[0].packed.unwrap();
        assert!(facts.withdrawn, "the books know by the case which packs these were");
    }
    ensure_mass_balance(&data, id);
}

/// The manufacturer of a recalled case is gone: who has it disposes of it.
#[test]
fn a_recalled_case_is_condemned_and_destroyed_by_who_has_it() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 8);
    pack_case(&mut data, batch.id, 0, 1);
    hand_over_packed(&mut data, manufacturer(), pharmacy(), 1);
    data.recall(regulator(), batch.id, recall_of(RecallScope::LogisticUnit(sscc(1)))).unwrap();
    assert_eq!(data.unpack(pharmacy(), sscc(1)), Err(Error::LogisticUnitRecalled));
    assert_eq!(data.condemn(pharmacy(), unit(1)).unwrap().quantity, 4);
    assert!(data.destroy(pharmacy(), sscc(1), None).is_ok());
    assert_eq!(places(&data, batch.id, pharmacy()), Places { destroyed: 4, ..Places::default() });
    ensure_mass_balance(&data, batch.id);
}

#[test]
fn a_quarantined_case_that_is_opened_leaves_its_packs_in_quarantine() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 8);
    pack_case(&mut data, batch.id, 0, 1);
    pack_case(&mut data, batch.id, 1, 2);
    pack_pallet(&mut data, manufacturer(), &[1, 2], 10);
    hand_over_packed(&mut data, manufacturer(), pharmacy(), 10);
    data.quarantine(regulator(), unit(10), DAMAGED).unwrap();
    data.unpack(pharmacy(), sscc(10)).unwrap();
    assert_eq!(places(&data, batch.id, pharmacy()).quarantined_closed, 8);
    data.unpack(pharmacy(), sscc(1)).unwrap();
    let here = Places { quarantined_closed: 4, quarantined: 4, ..Places::default() };
    assert_eq!(places(&data, batch.id, pharmacy()), here);
    for target in [unit(2), some_of(batch.id, pharmacy(), None)] {
        let refused = data.release_quarantine(manufacturer(), target, ClearanceReason::NothingFound);
        assert_eq!(refused, Err(Error::CallerNotAuthorised), "a regulator's hold goes with the goods");
        assert!(data.release_quarantine(regulator(), target, ClearanceReason::NothingFound).is_ok());
    }
    ensure_mass_balance(&data, batch.id);
}

/// A regulator stops a return under way: the manufacturer cannot destroy the evidence.
#[test]
fn a_return_that_a_regulator_withholds_arrives_when_that_ends() {
    for condemned in [false, true] {
        let mut data = empty_batches();
        let id = released(&mut data, 20);
        hand_over(&mut data, id, manufacturer(), pharmacy(), 10);
        let mut goods = loose(id, 10);
        if condemned {
            let all = some_of(id, pharmacy(), None);
            data.quarantine(pharmacy(), all, DAMAGED).unwrap();
            data.condemn(pharmacy(), all).unwrap();
            goods = Goods::Condemned { batch: id, quantity: 10 };
        }
        let shipment = send_back(&mut data, pharmacy(), goods).unwrap().shipment;
        let target = QuarantineTarget::Shipment(shipment);
        data.quarantine(regulator(), target, DAMAGED).unwrap();
        let receive = |data: &mut Data| data.receive(manufacturer(), shipment, Arrival::Units(10)).map(drop);
        assert_eq!(receive(&mut data), Err(Error::ShipmentQuarantined));
        assert_eq!(data.condemn(regulator(), target), Err(Error::GoodsUnderWay));
        if condemned {
            let refused = data.reject(manufacturer(), shipment, RejectionReason::Other);
            assert_eq!(refused, Err(Error::ShipmentQuarantined));
        }
        data.release_quarantine(regulator(), target, ClearanceReason::NothingFound).unwrap();
        assert_eq!(receive(&mut data), Ok(()));
        assert_eq!(places(&data, id, manufacturer()).returned, 10);
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn a_blocked_batch_does_not_go_back_either() {
    let mut data = empty_batches();
    let id = released(&mut data, 20);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 10);
    data.block(regulator(), id).unwrap();
    assert_eq!(send_back(&mut data, pharmacy(), loose(id, 1)), Err(Error::BatchBlocked));
    data.unblock(regulator(), id).unwrap();
    assert!(send_back(&mut data, pharmacy(), loose(id, 1)).is_ok());
}

/// A range of serials is recalled, and a closed case has some of them.
#[test]
fn a_case_between_whose_cases_a_recalled_range_lies_is_not_supplied() {
    let mut data = empty_batches();
    let batch = Serialised::released(&mut data, LOT, 20);
    for case in 0..5 {
        pack_case(&mut data, batch.id, case, u64::from(case) + 1);
    }
    pack_pallet(&mut data, manufacturer(), &[2, 4], 10);
    let range = RecallScope::SerialRange { first: 9, last: 10 };
    data.recall(regulator(), batch.id, recall_of(range)).unwrap();
    let supply = |data: &mut Data, number| {
        ship(data, manufacturer(), Goods::LogisticUnit(sscc(number)), wholesaler()).map(drop)
    };
    assert_eq!(supply(&mut data, 3), Err(Error::LogisticUnitRecalled));
    assert_eq!(supply(&mut data, 10), Err(Error::LogisticUnitRecalled), "it may be inside");
    assert_eq!(supply(&mut data, 1), Ok(()));
    data.unpack(manufacturer(), sscc(10)).unwrap();
    for case in [2, 4, 5] {
        assert_eq!(supply(&mut data, case), Ok(()), "case {case}");
    }
    ensure_mass_balance(&data, batch.id);
}

/// An organisation lost its role, its keys or its existence: a regulator moves what it had.
#[test]
fn a_regulator_ships_for_a_site_that_may_not_hold_drugs() {
    let mut data = empty_batches();
    let id = released(&mut data, 20);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 10);
    let (from, gone) = (consignee(pharmacy()), consignee(without_roles(pharmacy())));
    let send = |data: &mut Data, call, from, purpose| {
        data.ship_for(call, from, loose(id, 4), consignee(manufacturer()), (purpose, DOCUMENT))
    };
    let refused = send(&mut data, regulator(), from, Purpose::Supply);
    assert_eq!(refused, Err(Error::SiteActsItself));
    for caller in [pharmacy(), wholesaler(), manufacturer(), auditor()] {
        assert_eq!(send(&mut data, caller, gone, Purpose::Supply), Err(Error::CallerNotAuthorised));
    }
    for purpose in [Purpose::Supply, Purpose::Return] {
        let event = send(&mut data, regulator(), gone, purpose).unwrap();
        assert_eq!((event.from, event.by, event.terms), (site(3), by(regulator()), Some(DOCUMENT)));
        data.receive(manufacturer(), event.shipment, Arrival::Units(4)).unwrap();
    }
    // A site that was never registered has nothing.
    let nobody = (99, None);
    assert_eq!(send(&mut data, regulator(), nobody, Purpose::Supply), Err(Error::QuantityNotHeld));
    ensure_mass_balance(&data, id);
}

#[test]
fn zeros_are_the_number_of_nothing() {
    let mut data = empty_batches();
    let id = released(&mut data, 10);
    let contents = Contents::Units { batch: id, quantity: 1 };
    assert_eq!(data.pack(manufacturer(), manufacturer().organisation, 0, contents), Err(Error::InvalidSscc));
}
