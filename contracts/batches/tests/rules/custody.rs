use super::*;
use primitives::batches::{RejectionReason, Shipment, ShipmentRejected, UnitsReceived};

fn held(data: &Data, id: BatchId, call: Call) -> Quantity {
    places(data, id, call).held
}

#[test]
fn shipped_units_are_in_transit_to_their_consignee() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let event = UnitsShipped {
        batch: id,
        by: by(manufacturer()),
        shipment: 0,
        from: site(1),
        to: site(2),
        quantity: 60,
        logistic_unit: None,
        condemned: false,
        purpose: Purpose::Supply,
        terms: Some(DOCUMENT),
    };
    let (to, terms) = (consignee(wholesaler()), Some(DOCUMENT));
    assert_eq!(data.ship(manufacturer(), loose(id, 60), to, Purpose::Supply, terms), Ok(event));
    assert_eq!(held(&data, id, manufacturer()), 40);
    assert_eq!(held(&data, id, wholesaler()), 0);
    assert_eq!(places(&data, id, wholesaler()).in_transit, 60, "a recall reaches the site that waits for it");
    assert_eq!(data.mass_balance(id).unwrap().in_transit, 60);
    let record = Shipment {
        batch: id,
        from: site(1),
        to: site(2),
        quantity: 60,
        logistic_unit: None,
        condemned: false,
        purpose: Purpose::Supply,
        terms,
        shipped_at: NOW,
        hold: Hold::default(),
    };
    assert_eq!(data.shipment(0), Some(record));
    ensure_mass_balance(&data, id);
    assert_eq!(ship(&mut data, manufacturer(), loose(id, 1), wholesaler()).unwrap().shipment, 1);
}

#[test]
fn a_batch_moves_only_after_its_release() {
    let mut data = empty_batches();
    let id = registered(&mut data, 100);
    assert_eq!(ship(&mut data, manufacturer(), loose(id, 1), wholesaler()), Err(Error::NotReleased));
}

#[test]
fn what_is_blocked_recalled_or_expired_is_not_shipped() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let late = at(manufacturer(), EXPIRES_AT + 1);
    assert_eq!(ship(&mut data, late, loose(id, 1), wholesaler()), Err(Error::BatchExpired));
    assert!(ship(&mut data, at(manufacturer(), EXPIRES_AT), loose(id, 1), wholesaler()).is_ok());
    data.block(regulator(), id).unwrap();
    assert_eq!(ship(&mut data, manufacturer(), loose(id, 1), wholesaler()), Err(Error::BatchBlocked));
    recall_batch(&mut data, id);
    assert_eq!(ship(&mut data, manufacturer(), loose(id, 1), wholesaler()), Err(Error::BatchRecalled));
    ensure_mass_balance(&data, id);
}

#[test]
fn nobody_ships_nothing_or_more_than_it_holds() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    assert_eq!(ship(&mut data, manufacturer(), loose(id, 0), wholesaler()), Err(Error::QuantityZero));
    for quantity in [101, Quantity::MAX] {
        let refused = ship(&mut data, manufacturer(), loose(id, quantity), wholesaler());
        assert_eq!(refused, Err(Error::QuantityNotHeld));
    }
    assert_eq!(ship(&mut data, wholesaler(), loose(id, 1), pharmacy()), Err(Error::QuantityNotHeld));
    ensure_mass_balance(&data, id);
}

#[test]
fn consignor_and_consignee_need_a_role_that_may_hold_drugs() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let former = without_roles(manufacturer());
    assert_eq!(ship(&mut data, former, loose(id, 1), wholesaler()), Err(Error::CallerNotAuthorised));
    for consignee in [bystander(), without_roles(wholesaler())] {
        let refused = ship(&mut data, manufacturer(), loose(id, 1), consignee);
        assert_eq!(refused, Err(Error::ConsigneeNotAuthorised));
    }
    let nowhere = (site(99), None);
    let refused = data.ship(manufacturer(), loose(id, 1), nowhere, Purpose::Supply, None);
    assert_eq!(refused, Err(Error::ConsigneeNotAuthorised), "a site that nobody registered");
    let refused = ship(&mut data, manufacturer(), loose(id, 1), manufacturer());
    assert_eq!(refused, Err(Error::ConsigneeIsConsignor));
    let custodians = [Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider];
    for (number, role) in (20..).zip(custodians) {
        assert!(ship(&mut data, manufacturer(), loose(id, 1), call(number, &[role])).is_ok(), "{role:?}");
    }
}

#[test]
fn an_unknown_batch_is_not_shipped() {
    let unknown = BatchId([9; 32]);
    assert_eq!(
        ship(&mut empty_batches(), manufacturer(), loose(unknown, 1), wholesaler()),
        Err(Error::UnknownBatch)
    );
}

#[test]
fn a_shipment_is_received_in_parts() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 60), wholesaler()).unwrap().shipment;
    let event = UnitsReceived {
        batch: id,
        by: by(wholesaler()),
        shipment,
        from: site(1),
        to: site(2),
        quantity: 50,
        still_in_transit: 10,
        arrival: Arrival::Units(50),
    };
    assert_eq!(data.receive(wholesaler(), shipment, Arrival::Units(50)), Ok(event));
    assert_eq!(held(&data, id, wholesaler()), 50);
    assert_eq!(data.shipment(shipment).unwrap().quantity, 10);
    ensure_mass_balance(&data, id);

    assert_eq!(data.receive(wholesaler(), shipment, Arrival::Units(11)), Err(Error::QuantityNotInShipment));
    assert_eq!(data.receive(wholesaler(), shipment, Arrival::Units(10)).unwrap().still_in_transit, 0);
    assert_eq!(data.shipment(shipment), None, "a finished shipment is removed");
    assert_eq!(data.receive(wholesaler(), shipment, Arrival::Units(1)), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

#[test]
fn only_the_consignee_with_its_role_receives() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 60), wholesaler()).unwrap().shipment;
    let other_site = Call { site: Some(site(22)), ..wholesaler() };
    for caller in [manufacturer(), pharmacy(), regulator(), other_site] {
        assert_eq!(data.receive(caller, shipment, Arrival::Units(1)), Err(Error::CallerNotConsignee));
    }
    let former = without_roles(wholesaler());
    assert_eq!(data.receive(former, shipment, Arrival::Units(1)), Err(Error::CallerNotAuthorised));
    assert_eq!(data.receive(wholesaler(), shipment, Arrival::Units(0)), Err(Error::QuantityZero));
    assert_eq!(data.receive(wholesaler(), shipment, Arrival::Units(61)), Err(Error::QuantityNotInShipment));
    assert_eq!(data.receive(wholesaler(), 7, Arrival::Units(1)), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_recalled_blocked_or_expired_batch_is_received_and_goes_no_further() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 60), wholesaler()).unwrap().shipment;
    data.block(regulator(), id).unwrap();
    assert!(data.receive(wholesaler(), shipment, Arrival::Units(20)).is_ok());
    recall_batch(&mut data, id);
    assert!(data.receive(wholesaler(), shipment, Arrival::Units(20)).is_ok());
    assert!(data.receive(at(wholesaler(), EXPIRES_AT + 1), shipment, Arrival::Units(20)).is_ok());
    assert_eq!(ship(&mut data, wholesaler(), loose(id, 1), pharmacy()), Err(Error::BatchRecalled));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_rejected_shipment_goes_back_to_its_consignor() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 60), wholesaler()).unwrap().shipment;
    data.receive(wholesaler(), shipment, Arrival::Units(20)).unwrap();
    let event = ShipmentRejected {
        batch: id,
        by: by(wholesaler()),
        shipment,
        from: site(1),
        to: site(2),
        quantity: 40,
        reason: RejectionReason::Damaged,
    };
    assert_eq!(data.reject(wholesaler(), shipment, RejectionReason::Damaged), Ok(event));
    assert_eq!(held(&data, id, manufacturer()), 80);
    assert_eq!(held(&data, id, wholesaler()), 20);
    assert_eq!(data.shipment(shipment), None);
    assert_eq!(data.reject(wholesaler(), shipment, RejectionReason::Other), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_consignee_that_lost_its_role_can_still_reject() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 100), wholesaler()).unwrap().shipment;
    assert!(data.reject(without_roles(wholesaler()), shipment, RejectionReason::Other).is_ok());
    assert_eq!(held(&data, id, manufacturer()), 100);
    ensure_mass_balance(&data, id);
}

#[test]
fn only_the_consignee_or_a_regulator_rejects() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 60), wholesaler()).unwrap().shipment;
    let other_site = Call { site: Some(site(22)), ..wholesaler() };
    for caller in [manufacturer(), pharmacy(), auditor(), bystander(), other_site] {
        let refused = data.reject(caller, shipment, RejectionReason::Other);
        assert_eq!(refused, Err(Error::CallerNotConsignee));
    }
    assert_eq!(data.reject(wholesaler(), 7, RejectionReason::Other), Err(Error::UnknownShipment));
    let event = data.reject(regulator(), shipment, RejectionReason::Other).unwrap();
    assert_eq!((event.by, event.to), (by(regulator()), site(2)));
    assert_eq!(held(&data, id, manufacturer()), 100);
    ensure_mass_balance(&data, id);
}

#[test]
fn loose_units_do_not_arrive_as_logistic_units() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), loose(id, 60), wholesaler()).unwrap().shipment;
    let arrival = Arrival::LogisticUnits(vec![sscc(1)]);
    assert_eq!(data.receive(wholesaler(), shipment, arrival), Err(Error::NotInShipment));
}

#[test]
fn returned_goods_are_with_the_manufacturer_permanently() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    recall_batch(&mut data, id);
    let late = at(pharmacy(), EXPIRES_AT + 1);
    let shipment = send_back(&mut data, late, loose(id, 20)).unwrap().shipment;
    data.receive(manufacturer(), shipment, Arrival::Units(20)).unwrap();
    let expected = Places { held: 70, returned: 20, ..Places::default() };
    assert_eq!(places(&data, id, manufacturer()), expected);
    ensure_mass_balance(&data, id);
}

#[test]
fn goods_move_between_sites_of_one_organisation() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), second_plant(), 40);
    hand_over(&mut data, id, second_plant(), branch(), 10);
    hand_over(&mut data, id, branch(), pharmacy(), 4);
    let there = [manufacturer(), second_plant(), branch(), pharmacy()].map(|call| held(&data, id, call));
    assert_eq!(there, [60, 30, 6, 4]);
    let refused = ship(&mut data, pharmacy(), loose(id, 5), wholesaler());
    assert_eq!(refused, Err(Error::QuantityNotHeld), "what the branch has is not here");
    ensure_mass_balance(&data, id);
}

#[test]
fn goods_are_returned_to_any_site_of_the_manufacturer() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let to = consignee(second_plant());
    let shipment = data.ship(pharmacy(), loose(id, 20), to, Purpose::Return, None).unwrap().shipment;
    data.receive(second_plant(), shipment, Arrival::Units(20)).unwrap();
    assert_eq!(places(&data, id, second_plant()), Places { returned: 20, ..Places::default() });
    ensure_mass_balance(&data, id);
}

#[test]
fn goods_are_returned_to_the_manufacturer_only() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let to = consignee(wholesaler());
    let refused = data.ship(pharmacy(), loose(id, 1), to, Purpose::Return, None);
    assert_eq!(refused, Err(Error::ReturnNotToManufacturer));
    assert_eq!(send_back(&mut data, manufacturer(), loose(id, 1)), Err(Error::ConsigneeIsConsignor));
    let former = consignee(without_roles(manufacturer()));
    let refused = data.ship(pharmacy(), loose(id, 1), former, Purpose::Return, None);
    assert_eq!(refused, Err(Error::ConsigneeNotAuthorised));
}

#[test]
fn a_rejected_return_is_with_its_consignor_again() {
    let mut data = empty_batches();
    let id = released(&mut data, 100);
    hand_over(&mut data, id, manufacturer(), pharmacy(), 30);
    let shipment = send_back(&mut data, pharmacy(), loose(id, 20)).unwrap().shipment;
    data.reject(manufacturer(), shipment, RejectionReason::WrongGoods).unwrap();
    assert_eq!(held(&data, id, pharmacy()), 30);
    ensure_mass_balance(&data, id);
}
