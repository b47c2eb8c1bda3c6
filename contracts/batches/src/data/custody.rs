//! Goods go from one organisation to another: two parties hand over.

use primitives::{ensure, AccountId, BatchId, Call, DocumentHash, Quantity, Role, RoleSet, Sscc, CUSTODIANS};

use super::{ensure_custodian, Data};
use crate::errors::Error;
use crate::events::{ShipmentRejected, UnitsReceived, UnitsShipped};
use crate::types::{Arrival, Goods, Place, Purpose, RejectionReason, Shipment, MAX_CHILDREN};

impl Data {
    /// Puts goods of the caller in transit to `to`, whose roles are `consignee`.
    pub fn ship(
        &mut self,
        call: Call,
        goods: Goods,
        (to, consignee): (AccountId, RoleSet),
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Result<UnitsShipped, Error> {
        ensure_custodian(&call)?;
        let from = call.caller;
        let packed = match goods {
            Goods::Units { .. } => None,
            Goods::LogisticUnit(sscc) => Some((sscc, self.outermost_of(call, sscc)?)),
        };
        let (batch, quantity, source) = match (&packed, goods) {
            (Some((_, unit)), _) => (unit.batch, unit.quantity, Place::Packed),
            (None, Goods::Units { batch, quantity }) => (batch, quantity, Place::Held),
            (None, Goods::LogisticUnit(_)) => return Err(Error::UnknownLogisticUnit),
        };
        let record = self.known(&batch)?;
        match purpose {
            Purpose::Supply => {
                record.ensure_marketable(call.now)?;
                if let Some((_, unit)) = &packed {
                    ensure(!unit.recalled && !unit.holds_recalled, Error::LogisticUnitRecalled)?;
                }
            }
            Purpose::Return => ensure(to == record.manufacturer, Error::ReturnNotToManufacturer)?,
        }
        ensure(to != from, Error::ConsigneeIsConsignor)?;
        ensure(consignee.intersects(CUSTODIANS), Error::ConsigneeNotAuthorised)?;

        self.transfer(&batch, (&from, source), (&to, Place::InTransit), quantity, Error::QuantityNotHeld)?;
        let mut state = self.state()?;
        let shipment = state.shipments;
        state.shipments = shipment.checked_add(1).ok_or(Error::BalanceBroken)?;
        self.state.set(&state);
        let logistic_unit = packed.as_ref().map(|(sscc, _)| *sscc);
        if let Some((sscc, mut unit)) = packed {
            unit.shipment = Some(shipment);
            self.logistic_units.insert(sscc, &unit);
        }
        let record = Shipment {
            batch,
            from,
            to,
            quantity,
            logistic_unit,
            purpose,
            terms,
            shipped_at: call.now,
            quarantined: false,
            regulator_hold: false,
            cleared_at: 0,
        };
        self.shipments.insert(shipment, &record);
        Ok(UnitsShipped { batch, from, to, shipment, quantity, logistic_unit, purpose, terms })
    }

    /// Takes goods of a shipment over.
    ///
    /// A recalled, blocked or expired batch is received as well: the goods are there, and must be counted where
    /// they are. They just do not move on.
    pub fn receive(&mut self, call: Call, shipment: u64, arrival: Arrival) -> Result<UnitsReceived, Error> {
        let mut record = self.shipments.get(shipment).ok_or(Error::UnknownShipment)?;
        ensure(record.to == call.caller, Error::CallerNotConsignee)?;
        ensure_custodian(&call)?;
        let quantity = match (&arrival, record.logistic_unit) {
            (Arrival::Units(quantity), None) => *quantity,
            (Arrival::LogisticUnits(units), Some(shipped)) => {
                ensure((1..=MAX_CHILDREN).contains(&units.len()), Error::TooManyLogisticUnits)?;
                self.take_out_of_transit(&record, shipped, units)?
            }
            _ => return Err(Error::NotInShipment),
        };
        let still_in_transit = record.quantity.checked_sub(quantity).ok_or(Error::QuantityNotInShipment)?;
        let Shipment { batch, from, to, quarantined, .. } = record;
        let (source, free, apart) = transit_places(&record);
        // Goods that come back for good are not supplied again, whatever holds them apart.
        let target = match record.purpose {
            Purpose::Return => Place::Returned,
            Purpose::Supply if quarantined => apart,
            Purpose::Supply => free,
        };
        self.transfer(&batch, (&to, source), (&to, target), quantity, Error::QuantityNotInShipment)?;
        if target == Place::Quarantined {
            self.keep_regulator_hold(batch, to, record.regulator_hold);
        }
        if still_in_transit == 0 {
            self.shipments.remove(shipment);
        } else {
            record.quantity = still_in_transit;
            self.shipments.insert(shipment, &record);
        }
        Ok(UnitsReceived { batch, from, to, shipment, quantity, still_in_transit, arrival })
    }

    /// Gives what is still in transit back to the consignor. Needs the consignee, which needs no role: one that lost
    /// its own must still be able to refuse goods. A regulator may act for a consignee that stays silent.
    pub fn reject(
        &mut self,
        call: Call,
        shipment: u64,
        reason: RejectionReason,
    ) -> Result<ShipmentRejected, Error> {
        let record = self.shipments.get(shipment).ok_or(Error::UnknownShipment)?;
        let entitled = record.to == call.caller || call.roles.contains(Role::Regulator);
        ensure(entitled, Error::CallerNotConsignee)?;
        let (source, free, apart) = transit_places(&record);
        let Shipment { batch, from, to, quantity, quarantined, regulator_hold, cleared_at, .. } = record;
        let target = if quarantined { apart } else { free };
        self.transfer(&batch, (&to, source), (&from, target), quantity, Error::BalanceBroken)?;
        if target == Place::Quarantined {
            self.keep_regulator_hold(batch, from, regulator_hold);
        }
        if let Some(sscc) = record.logistic_unit {
            let mut unit = self.logistic_units.get(sscc).ok_or(Error::UnknownLogisticUnit)?;
            unit.shipment = None;
            unit.quarantined = quarantined;
            unit.regulator_hold = regulator_hold;
            unit.cleared_at = cleared_at;
            self.logistic_units.insert(sscc, &unit);
        }
        self.shipments.remove(shipment);
        Ok(ShipmentRejected { batch, from, to, shipment, quantity, by: call.caller, reason })
    }

    /// Gives logistic units of a shipment to its consignee, and returns how many units are in them.
    fn take_out_of_transit(
        &mut self,
        record: &Shipment,
        shipped: Sscc,
        arrived: &[Sscc],
    ) -> Result<Quantity, Error> {
        let mut quantity: Quantity = 0;
        for sscc in arrived {
            let mut unit = self.logistic_units.get(*sscc).ok_or(Error::UnknownLogisticUnit)?;
            if *sscc == shipped {
                // After a part of it arrived, the rest arrives as what is left in it.
                ensure(arrived.len() == 1, Error::NotInShipment)?;
            } else {
                ensure(unit.parent == Some(shipped), Error::NotInShipment)?;
                unit.recalled |= self.take_out(*sscc, &unit, shipped)?;
            }
            quantity = quantity.checked_add(unit.quantity).ok_or(Error::BalanceBroken)?;
            unit.returned = record.purpose == Purpose::Return;
            unit.parent = None;
            unit.shipment = None;
            unit.holder = record.to;
            // What came back for good is counted as returned, and not as set apart.
            unit.quarantined = record.quarantined && !unit.returned;
            unit.regulator_hold = record.regulator_hold && !unit.returned;
            unit.cleared_at = record.cleared_at;
            self.logistic_units.insert(*sscc, &unit);
        }
        Ok(quantity)
    }

    /// A regulator's hold on goods goes with them.
    fn keep_regulator_hold(&mut self, batch: BatchId, holder: AccountId, regulator_hold: bool) {
        let mut holding = self.holding_of(&batch, &holder);
        holding.regulator_hold |= regulator_hold;
        self.holdings.insert((&batch, &holder), &holding);
    }
}

/// Where a shipment's units are counted under way, and where they are to be counted at its end: free, or set apart.
fn transit_places(record: &Shipment) -> (Place, Place, Place) {
    let source = if record.quarantined { Place::QuarantinedClosed } else { Place::InTransit };
    match record.logistic_unit {
        Some(_) => (source, Place::Packed, Place::QuarantinedClosed),
        None => (source, Place::Held, Place::Quarantined),
    }
}
