use super::*;
use crate::{
    RecallClass, RecallReason, RejectionReason, Shipment, ShipmentRejected, UnitsReceived, UnitsShipped,
};

fn ship(
    data: &mut Data,
    from: Call,
    id: BatchId,
    to: Call,
    quantity: Quantity,
) -> Result<UnitsShipped, Error> {
    data.ship(from, id, to.caller, to.roles, quantity)
}

fn available(data: &Data, id: BatchId, call: Call) -> Quantity {
    data.holding(id, call.caller).available
}

#[test]
fn shipped_units_are_in_transit_and_with_nobody() {
    let mut data = register();
    let id = released(&mut data, 100);
    let event = UnitsShipped { batch: id, from: account(1), to: account(2), shipment: 0, quantity: 60 };
    assert_eq!(ship(&mut data, manufacturer(), id, wholesaler(), 60), Ok(event));
    assert_eq!(available(&data, id, manufacturer()), 40);
    assert_eq!(available(&data, id, wholesaler()), 0);
    assert_eq!(data.mass_balance(id).unwrap().in_transit, 60);
    let record = Shipment { batch: id, from: account(1), to: account(2), quantity: 60, shipped_at: NOW };
    assert_eq!(data.shipment(0), Some(record));
    ensure_mass_balance(&data, id);
    assert_eq!(ship(&mut data, manufacturer(), id, wholesaler(), 1).unwrap().shipment, 1);
}

#[test]
fn a_batch_moves_only_after_its_release() {
    let mut data = register();
    let id = registered(&mut data, 100);
    assert_eq!(ship(&mut data, manufacturer(), id, wholesaler(), 1), Err(Error::NotReleased));
}

#[test]
fn what_is_blocked_recalled_or_expired_is_not_shipped() {
    let mut data = register();
    let id = released(&mut data, 100);
    let late = at(manufacturer(), EXPIRES_AT + 1);
    assert_eq!(ship(&mut data, late, id, wholesaler(), 1), Err(Error::BatchExpired));
    assert!(ship(&mut data, at(manufacturer(), EXPIRES_AT), id, wholesaler(), 1).is_ok());
    data.block(regulator(), id).unwrap();
    assert_eq!(ship(&mut data, manufacturer(), id, wholesaler(), 1), Err(Error::BatchBlocked));
    data.recall(regulator(), id, RecallClass::I, RecallReason::Contamination).unwrap();
    assert_eq!(ship(&mut data, manufacturer(), id, wholesaler(), 1), Err(Error::BatchRecalled));
    ensure_mass_balance(&data, id);
}

#[test]
fn nobody_ships_nothing_or_more_than_it_holds() {
    let mut data = register();
    let id = released(&mut data, 100);
    assert_eq!(ship(&mut data, manufacturer(), id, wholesaler(), 0), Err(Error::QuantityZero));
    for quantity in [101, Quantity::MAX] {
        let refused = ship(&mut data, manufacturer(), id, wholesaler(), quantity);
        assert_eq!(refused, Err(Error::QuantityNotHeld));
    }
    assert_eq!(ship(&mut data, wholesaler(), id, pharmacy(), 1), Err(Error::QuantityNotHeld));
    ensure_mass_balance(&data, id);
}

#[test]
fn consignor_and_consignee_need_a_role_that_may_hold_drugs() {
    let mut data = register();
    let id = released(&mut data, 100);
    let former = without_roles(manufacturer());
    assert_eq!(ship(&mut data, former, id, wholesaler(), 1), Err(Error::CallerNotAuthorised));
    for consignee in [bystander(), regulator(), auditor(), without_roles(wholesaler())] {
        let refused = ship(&mut data, manufacturer(), id, consignee, 1);
        assert_eq!(refused, Err(Error::ConsigneeNotAuthorised));
    }
    assert_eq!(ship(&mut data, manufacturer(), id, manufacturer(), 1), Err(Error::ConsigneeIsConsignor));
    let custodians = [Role::Manufacturer, Role::Wholesaler, Role::Logistics, Role::Pharmacy, Role::Provider];
    for (number, role) in (20..).zip(custodians) {
        assert!(ship(&mut data, manufacturer(), id, call(number, &[role]), 1).is_ok(), "{role:?}");
    }
}

#[test]
fn an_unknown_batch_is_not_shipped() {
    let unknown = BatchId([9; 32]);
    assert_eq!(ship(&mut register(), manufacturer(), unknown, wholesaler(), 1), Err(Error::UnknownBatch));
}

#[test]
fn a_shipment_is_received_in_parts() {
    let mut data = register();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), id, wholesaler(), 60).unwrap().shipment;
    let event = UnitsReceived {
        batch: id,
        from: account(1),
        to: account(2),
        shipment,
        quantity: 50,
        still_in_transit: 10,
    };
    assert_eq!(data.receive(wholesaler(), shipment, 50), Ok(event));
    assert_eq!(available(&data, id, wholesaler()), 50);
    assert_eq!(data.shipment(shipment).unwrap().quantity, 10);
    ensure_mass_balance(&data, id);

    assert_eq!(data.receive(wholesaler(), shipment, 11), Err(Error::QuantityNotInShipment));
    assert_eq!(data.receive(wholesaler(), shipment, 10).unwrap().still_in_transit, 0);
    assert_eq!(data.shipment(shipment), None, "a finished shipment is removed");
    assert_eq!(data.receive(wholesaler(), shipment, 1), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

#[test]
fn only_the_consignee_with_its_role_receives() {
    let mut data = register();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), id, wholesaler(), 60).unwrap().shipment;
    for caller in [manufacturer(), pharmacy(), regulator()] {
        assert_eq!(data.receive(caller, shipment, 1), Err(Error::CallerNotConsignee));
    }
    let former = without_roles(wholesaler());
    assert_eq!(data.receive(former, shipment, 1), Err(Error::CallerNotAuthorised));
    assert_eq!(data.receive(wholesaler(), shipment, 0), Err(Error::QuantityZero));
    assert_eq!(data.receive(wholesaler(), shipment, 61), Err(Error::QuantityNotInShipment));
    assert_eq!(data.receive(wholesaler(), 7, 1), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_recalled_blocked_or_expired_batch_is_received_and_goes_no_further() {
    let mut data = register();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), id, wholesaler(), 60).unwrap().shipment;
    data.block(regulator(), id).unwrap();
    assert!(data.receive(wholesaler(), shipment, 20).is_ok());
    data.recall(regulator(), id, RecallClass::I, RecallReason::Contamination).unwrap();
    assert!(data.receive(wholesaler(), shipment, 20).is_ok());
    assert!(data.receive(at(wholesaler(), EXPIRES_AT + 1), shipment, 20).is_ok());
    assert_eq!(ship(&mut data, wholesaler(), id, pharmacy(), 1), Err(Error::BatchRecalled));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_rejected_shipment_goes_back_to_its_consignor() {
    let mut data = register();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), id, wholesaler(), 60).unwrap().shipment;
    data.receive(wholesaler(), shipment, 20).unwrap();
    let event = ShipmentRejected {
        batch: id,
        from: account(1),
        to: account(2),
        shipment,
        quantity: 40,
        reason: RejectionReason::Damaged,
    };
    assert_eq!(data.reject(wholesaler(), shipment, RejectionReason::Damaged), Ok(event));
    assert_eq!(available(&data, id, manufacturer()), 80);
    assert_eq!(available(&data, id, wholesaler()), 20);
    assert_eq!(data.shipment(shipment), None);
    assert_eq!(data.reject(wholesaler(), shipment, RejectionReason::Other), Err(Error::UnknownShipment));
    ensure_mass_balance(&data, id);
}

#[test]
fn a_consignee_that_lost_its_role_can_still_reject() {
    let mut data = register();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), id, wholesaler(), 100).unwrap().shipment;
    assert!(data.reject(without_roles(wholesaler()), shipment, RejectionReason::Other).is_ok());
    assert_eq!(available(&data, id, manufacturer()), 100);
    ensure_mass_balance(&data, id);
}

#[test]
fn only_the_consignee_rejects() {
    let mut data = register();
    let id = released(&mut data, 100);
    let shipment = ship(&mut data, manufacturer(), id, wholesaler(), 60).unwrap().shipment;
    for caller in [manufacturer(), pharmacy(), regulator()] {
        let refused = data.reject(caller, shipment, RejectionReason::Other);
        assert_eq!(refused, Err(Error::CallerNotConsignee));
    }
    assert_eq!(data.reject(wholesaler(), 7, RejectionReason::Other), Err(Error::UnknownShipment));
}
