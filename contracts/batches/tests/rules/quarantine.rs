use super::*;
use primitives::batches::{
    ClearanceReason, QuarantineReason, QuarantineReleased, QuarantineTarget, RejectionReason,
    UnitsQuarantined,
};

const REASON: QuarantineReason = QuarantineReason::TemperatureExcursion;
const NOTHING_FOUND: ClearanceReason = ClearanceReason::NothingFound;

fn at_holder(batch: BatchId, holder: Call, quantity: Option<Quantity>) -> QuarantineTarget {
    QuarantineTarget::Holding { batch, site: site_of(holder), quantity }
}

/// A released batch of 100 units with the wholesaler: 50 loose, 30 in the logistic unit 1, 20 on their way to the
/// pharmacy in shipment 2.
fn spread() -> (Data, BatchId) {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), wholesaler(), 70);
    pack_units(&mut data, manufacturer(), id, 30, 1);
    hand_over_packed(&mut data, manufacturer(), wholesaler(), 1);
    assert_eq!(ship(&mut data, wholesaler(), loose(id, 20), pharmacy()).unwrap().shipment, 2);
    (data, id)
}

/// Everything that can be quarantined there: with whom it is, its units, and where these are counted then.
fn targets(id: BatchId) -> [(QuarantineTarget, Call, Places); 3] {
    let closed = |quarantined_closed| Places { quarantined_closed, ..Places::default() };
    [
        (at_holder(id, wholesaler(), None), wholesaler(), Places { quarantined: 50, ..closed(0) }),
        (QuarantineTarget::LogisticUnit(sscc(1)), wholesaler(), closed(30)),
        (QuarantineTarget::Shipment(2), pharmacy(), closed(20)),
    ]
}

#[test]
fn goods_are_quarantined_by_their_site_a_regulator_or_the_sentinel() {
    for (index, (target, holder, apart)) in targets(spread().1).into_iter().enumerate() {
        for by in [holder, regulator(), sentinel()] {
            let (mut data, id) = spread();
            let quantity = apart.total().unwrap();
            let (result, reason) = if by.account == sentinel().account {
                let all = data.quarantine_on_evidence(by, target, NOW);
                (all.map(|mut all| all.remove(0)), QuarantineReason::OracleEvidence)
            } else {
                (data.quarantine(by, target, REASON), REASON)
            };
            let (batch, site, by) = (id, site_of(holder), by.actor());
            assert_eq!(result, Ok(UnitsQuarantined { batch, by, site, target, quantity, reason }));
            let now = data.mass_balance(id).unwrap();
            let expected = (apart.quarantined, apart.quarantined_closed);
            assert_eq!((now.quarantined, now.quarantined_closed), expected, "target {index}");
            ensure_mass_balance(&data, id);
        }
    }
}

#[test]
fn nobody_else_quarantines_goods() {
    let (mut data, id) = spread();
    for (target, holder, _) in targets(id) {
        for caller in [manufacturer(), other_pharmacy(), auditor(), bystander(), without_roles(holder)] {
            assert_eq!(data.quarantine(caller, target, REASON), Err(Error::CallerNotAuthorised));
        }
    }
    assert_eq!(
        data.quarantine(wholesaler(), QuarantineTarget::Shipment(2), REASON),
        Err(Error::CallerNotAuthorised),
        "the consignor does not"
    );
}

#[test]
fn quarantined_goods_do_not_move() {
    for (target, holder, _) in targets(spread().1) {
        let (mut data, id) = spread();
        data.quarantine(holder, target, REASON).unwrap();
        let again = data.quarantine(holder, target, REASON);
        match target {
            QuarantineTarget::Holding { .. } => {
                assert_eq!(again, Err(Error::QuantityZero));
                let refused = ship(&mut data, wholesaler(), loose(id, 1), pharmacy());
                assert_eq!(refused, Err(Error::QuantityNotHeld));
            }
            QuarantineTarget::LogisticUnit(unit) => {
                assert_eq!(again, Err(Error::AlreadyQuarantined));
                let refused = ship(&mut data, wholesaler(), Goods::LogisticUnit(unit), pharmacy());
                assert_eq!(refused, Err(Error::LogisticUnitQuarantined));
                data.unpack(wholesaler(), unit).unwrap();
                let here = places(&data, id, wholesaler());
                assert_eq!((here.held, here.quarantined), (50, 30), "opened, it is quarantined still");
            }
            QuarantineTarget::Shipment(shipment) => {
                assert_eq!(again, Err(Error::AlreadyQuarantined));
                data.receive(pharmacy(), shipment, Arrival::Units(15)).unwrap();
                let here = places(&data, id, pharmacy());
                assert_eq!((here.held, here.quarantined), (0, 15), "it arrives quarantined");
                data.reject(pharmacy(), shipment, RejectionReason::Damaged).unwrap();
                assert_eq!(places(&data, id, wholesaler()).quarantined, 5);
            }
        }
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn a_regulator_or_the_manufacturer_ends_a_quarantine_and_the_holder_does_not() {
    for (target, holder, apart) in targets(spread().1) {
        for entitled in [regulator(), manufacturer(), quality_unit()] {
            let (mut data, id) = spread();
            let before = data.mass_balance(id);
            let refused = data.release_quarantine(entitled, target, NOTHING_FOUND);
            assert_eq!(refused, Err(Error::NotQuarantined));
            data.quarantine(holder, target, REASON).unwrap();
            for caller in
                [holder, other_manufacturer(), auditor(), without_roles(manufacturer()), bystander()]
            {
                let refused = data.release_quarantine(caller, target, NOTHING_FOUND);
                assert_eq!(refused, Err(Error::CallerNotAuthorised));
            }
            let event = QuarantineReleased {
                batch: id,
                by: by(entitled),
                site: site_of(holder),
                target,
                quantity: apart.total().unwrap(),
                reason: NOTHING_FOUND,
            };
            assert_eq!(data.release_quarantine(entitled, target, NOTHING_FOUND), Ok(event));
            assert_eq!(data.mass_balance(id), before);
            ensure_mass_balance(&data, id);
        }
    }
}

#[test]
fn what_a_regulator_quarantined_only_a_regulator_clears() {
    for (target, holder, _) in targets(spread().1) {
        let (mut data, id) = spread();
        data.quarantine(regulator(), target, REASON).unwrap();
        let refused = data.release_quarantine(manufacturer(), target, NOTHING_FOUND);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
        assert!(data.release_quarantine(regulator(), target, NOTHING_FOUND).is_ok());
        data.quarantine(holder, target, REASON).unwrap();
        let freed = data.release_quarantine(manufacturer(), target, NOTHING_FOUND);
        assert!(freed.is_ok(), "the regulator's hold is over");
        ensure_mass_balance(&data, id);
    }
}

#[test]
fn a_regulators_hold_goes_with_the_goods() {
    let (mut data, id) = spread();
    data.quarantine(regulator(), QuarantineTarget::Shipment(2), REASON).unwrap();
    data.receive(pharmacy(), 2, Arrival::Units(15)).unwrap();
    data.reject(pharmacy(), 2, RejectionReason::Damaged).unwrap();
    for holder in [pharmacy(), wholesaler()] {
        let refused = data.release_quarantine(manufacturer(), at_holder(id, holder, None), NOTHING_FOUND);
        assert_eq!(refused, Err(Error::CallerNotAuthorised));
    }
    let shipment = ship(&mut data, wholesaler(), Goods::LogisticUnit(sscc(1)), pharmacy()).unwrap().shipment;
    data.quarantine(regulator(), QuarantineTarget::Shipment(shipment), REASON).unwrap();
    data.receive(pharmacy(), shipment, Arrival::LogisticUnits(vec![sscc(1)])).unwrap();
    let unit = QuarantineTarget::LogisticUnit(sscc(1));
    let refused = data.release_quarantine(manufacturer(), unit, NOTHING_FOUND);
    assert_eq!(refused, Err(Error::CallerNotAuthorised));
    assert!(data.release_quarantine(regulator(), unit, NOTHING_FOUND).is_ok());
    ensure_mass_balance(&data, id);
}

#[test]
fn loose_units_are_quarantined_and_cleared_in_parts() {
    let (mut data, id) = spread();
    let some = |quantity| at_holder(id, wholesaler(), Some(quantity));
    for (quantity, error) in [(0, Error::QuantityZero), (51, Error::QuantityNotHeld)] {
        assert_eq!(data.quarantine(wholesaler(), some(quantity), REASON), Err(error));
    }
    data.quarantine(regulator(), some(20), REASON).unwrap();
    for (quantity, error) in [(0, Error::QuantityZero), (21, Error::QuantityNotQuarantined)] {
        let refused = data.release_quarantine(regulator(), some(quantity), NOTHING_FOUND);
        assert_eq!(refused, Err(error));
    }
    data.release_quarantine(regulator(), some(15), NOTHING_FOUND).unwrap();
    let refused = data.release_quarantine(manufacturer(), some(5), NOTHING_FOUND);
    assert_eq!(refused, Err(Error::CallerNotAuthorised), "the rest is held still");
    assert_eq!(places(&data, id, wholesaler()).quarantined, 5);
    let nobody = at_holder(id, call(9, &[]), Some(1));
    assert_eq!(data.quarantine(regulator(), nobody, REASON), Err(Error::QuantityNotHeld));
    ensure_mass_balance(&data, id);
}

#[test]
fn only_goods_that_are_there_are_quarantined() {
    let (mut data, id) = spread();
    pack_pallet(&mut data, wholesaler(), &[1], 2);
    let shipment = ship(&mut data, wholesaler(), Goods::LogisticUnit(sscc(2)), pharmacy()).unwrap().shipment;
    let cases = [
        (at_holder(BatchId([9; 32]), wholesaler(), None), Error::UnknownBatch),
        (QuarantineTarget::Shipment(99), Error::UnknownShipment),
        (QuarantineTarget::LogisticUnit(sscc(9)), Error::UnknownLogisticUnit),
        (QuarantineTarget::LogisticUnit(sscc(1)), Error::LogisticUnitInside),
        (QuarantineTarget::LogisticUnit(sscc(2)), Error::LogisticUnitInTransit),
    ];
    for (target, error) in cases {
        assert_eq!(data.quarantine(regulator(), target, REASON), Err(error));
        assert_eq!(data.release_quarantine(regulator(), target, NOTHING_FOUND), Err(error));
    }
    for (target, error) in &cases[..3] {
        assert_eq!(data.quarantine_on_evidence(sentinel(), *target, NOW), Err(*error));
    }
    data.reject(pharmacy(), shipment, RejectionReason::WrongGoods).unwrap();
    let shipment = send_back(&mut data, wholesaler(), Goods::LogisticUnit(sscc(2))).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::LogisticUnits(vec![sscc(2)])).unwrap();
    let returned = QuarantineTarget::LogisticUnit(sscc(2));
    assert_eq!(data.quarantine(regulator(), returned, REASON), Err(Error::LogisticUnitNotHeld));
    ensure_mass_balance(&data, id);
}

#[test]
fn only_the_sentinel_quarantines_on_evidence_and_it_does_nothing_else() {
    let (mut data, id) = spread();
    for (target, holder, _) in targets(id) {
        for caller in [holder, regulator(), bystander(), without_roles(sentinel())] {
            assert_eq!(data.quarantine_on_evidence(caller, target, NOW), Err(Error::CallerNotAuthorised));
        }
        assert_eq!(data.quarantine(sentinel(), target, REASON), Err(Error::CallerNotAuthorised));
        data.quarantine_on_evidence(sentinel(), target, NOW).unwrap();
        let released = data.release_quarantine(sentinel(), target, NOTHING_FOUND);
        assert_eq!(released, Err(Error::CallerNotAuthorised));
    }
    let unknown = QuarantineTarget::Shipment(99);
    assert_eq!(data.quarantine_on_evidence(sentinel(), unknown, NOW), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

/// The holder reads the report, packs the case into a pallet, and ships that.
#[test]
fn evidence_about_a_case_strikes_it_in_a_pallet_and_under_way() {
    let (mut data, id) = spread();
    let case = QuarantineTarget::LogisticUnit(sscc(1));
    pack_pallet(&mut data, wholesaler(), &[1], 2);
    let struck = |data: &mut Data| -> Vec<(QuarantineTarget, u64)> {
        let events = data.quarantine_on_evidence(sentinel(), case, NOW).unwrap();
        events.iter().map(|event| (event.target, event.quantity)).collect()
    };
    assert_eq!(struck(&mut data), [(QuarantineTarget::LogisticUnit(sscc(2)), 30)]);
    let pallet = QuarantineTarget::LogisticUnit(sscc(2));
    data.release_quarantine(regulator(), pallet, NOTHING_FOUND).unwrap();
    assert_eq!(data.cleared_at(case, NOW), Some(NOW), "what was cleared is cleared with it");
    let shipment = ship(&mut data, wholesaler(), Goods::LogisticUnit(sscc(2)), pharmacy()).unwrap().shipment;
    assert_eq!(struck(&mut data), [(QuarantineTarget::Shipment(shipment), 30)]);
    data.receive(pharmacy(), shipment, Arrival::LogisticUnits(vec![sscc(2)])).unwrap();
    assert_eq!(places(&data, id, pharmacy()).quarantined_closed, 50 - 20, "it arrives quarantined");
    assert_eq!(struck(&mut data), [], "it is quarantined already");
    ensure_mass_balance(&data, id);
}

#[test]
fn the_end_of_a_quarantine_is_kept() {
    for (target, holder, _) in targets(spread().1) {
        let (mut data, _) = spread();
        assert_eq!(data.cleared_at(target, NOW), Some(0));
        data.quarantine(holder, target, REASON).unwrap();
        assert_eq!(data.cleared_at(target, NOW), Some(0));
        data.release_quarantine(manufacturer(), target, ClearanceReason::WithinStabilityLimits).unwrap();
        assert_eq!(data.cleared_at(target, NOW), Some(NOW));
        assert_eq!(data.cleared_at(QuarantineTarget::Shipment(99), NOW), None);
    }
}

#[test]
fn units_of_a_recalled_batch_can_still_be_quarantined() {
    let (mut data, id) = spread();
    recall_batch(&mut data, id);
    for (target, holder, _) in targets(id) {
        assert!(data.quarantine(holder, target, REASON).is_ok());
    }
    ensure_mass_balance(&data, id);
}

#[test]
fn what_one_regulator_quarantined_another_one_frees_after_two_days() {
    let due = NOW + CHANGE_DELAY;
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let all = QuarantineTarget::holding(id, site(1));
    let free = |data: &mut Data, call| data.release_quarantine(call, all, ClearanceReason::NothingFound);
    data.quarantine(regulator(), all, QuarantineReason::Other).unwrap();
    let stop = Some(Stop { by: organisation(5), at: NOW });
    assert_eq!(data.holding(id, site(1)).hold.stop, stop);
    assert_eq!(free(&mut data, manufacturer()), Err(Error::CallerNotAuthorised));
    assert_eq!(free(&mut data, at(manufacturer(), due)), Err(Error::CallerNotAuthorised));
    assert_eq!(free(&mut data, at(other_regulator(), due - 1)), Err(Error::StoppedByAnother));
    assert!(free(&mut data, second_inspector()).is_ok(), "its own organisation does so at once");
    assert_eq!(data.holding(id, site(1)).hold.stop, None);
    data.quarantine(regulator(), all, QuarantineReason::Other).unwrap();
    assert!(free(&mut data, at(other_regulator(), due)).is_ok());
    // Nobody needs to wait to restrain it further.
    data.quarantine(regulator(), all, QuarantineReason::Other).unwrap();
    assert!(data.condemn(other_regulator(), all).is_ok());
    ensure_mass_balance(&data, id);
}
