//! Goods go from one site to another: two parties hand over.

use kernel::Call;
use primitives::access::SiteStanding;
use primitives::batches::{
    Arrival, Batch, Error, Goods, Hold, LogisticUnit, Purpose, QuarantineTarget, RejectionReason, Shipment,
    ShipmentRejected, UnitsReceived, UnitsShipped, Withdrawal, MAX_CHILDREN,
};
use primitives::{ensure, BatchId, DocumentHash, Quantity, Role, SiteId, Sscc, CUSTODIANS};

use super::logistics::ensure_movable;
use super::trail::End;
use super::{ensure_custodian, Data};
use crate::place::Place;

impl Data {
    /// Puts goods of the caller's site in transit to the site `to`, of which `access` says `consignee`. What goes back to
    /// its manufacturer needs no role: an organisation that lost its own still has to get rid of it.
    pub fn ship(
        &mut self,
        call: Call,
        goods: Goods,
        to: (SiteId, Option<SiteStanding>),
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Result<UnitsShipped, Error> {
        let from = match purpose {
            Purpose::Supply => ensure_custodian(&call)?,
            Purpose::Return => call.site()?,
        };
        self.send(call, (from, goods), to, purpose, terms)
    }

    /// The same by a regulator, for a site of which `access` says `consignor`: its organisation may not hold drugs any more,
    /// so that nobody moves what it has.
    pub fn ship_for(
        &mut self,
        call: Call,
        (from, consignor): (SiteId, Option<SiteStanding>),
        goods: Goods,
        to: (SiteId, Option<SiteStanding>),
        (purpose, document): (Purpose, DocumentHash),
    ) -> Result<UnitsShipped, Error> {
        call.ensure_role(Role::Regulator)?;
        let acts = consignor.is_some_and(|site| site.roles.intersects(CUSTODIANS));
        ensure(!acts, Error::SiteActsItself)?;
        self.send(call, (from, goods), to, purpose, Some(document))
    }

    fn send(
        &mut self,
        call: Call,
        (from, goods): (SiteId, Goods),
        (to, consignee): (SiteId, Option<SiteStanding>),
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Result<UnitsShipped, Error> {
        let (record, batch, quantity, source, packed) = match goods {
            Goods::Units { batch, quantity } => (self.current(&batch)?, batch, quantity, Place::Held, None),
            Goods::Condemned { batch, quantity } => {
                (self.current(&batch)?, batch, quantity, Place::Condemned, None)
            }
            Goods::LogisticUnit(sscc) => {
                let unit = self.packed_unit(sscc)?;
                let record = self.record_of(&unit)?;
                ensure_movable(&unit, from)?;
                (record, unit.batch, unit.quantity, free_place(&unit), Some((sscc, unit)))
            }
        };
        let condemned = matches!(source, Place::Condemned | Place::CondemnedClosed);
        match purpose {
            Purpose::Supply => {
                record.ensure_marketable(call.now)?;
                ensure(!condemned, Error::GoodsCondemned)?;
                if let Some((_, unit)) = &packed {
                    let recalled = record.any_goes_on(unit.recalls.and(unit.recalls_inside));
                    ensure(!recalled && !self.has_recalled_case(&record, unit), Error::LogisticUnitRecalled)?;
                }
            }
            Purpose::Return => {
                let to_manufacturer = consignee.is_some_and(|site| site.organisation == record.manufacturer);
                ensure(to_manufacturer, Error::ReturnNotToManufacturer)?;
                ensure(record.blocked.is_none(), Error::BatchBlocked)?;
                // Until then it does not leave the site where it was made: its registration can be cancelled.
                ensure(record.released_at.is_some(), Error::NotReleased)?;
                // Afterwards nobody could tell a pack that came back from one that did not: so it is known which they are.
                let known = match &packed {
                    _ if condemned => true,
                    Some((_, unit)) => {
                        counts_do(&record) || record.any_goes_on(unit.recalls) || unit.cases.is_some()
                    }
                    None => counts_do(&record),
                };
                ensure(known, Error::SerialRequired)?;
            }
        }
        ensure(to != from, Error::ConsigneeIsConsignor)?;
        let authorised = consignee.is_some_and(|site| site.roles.intersects(CUSTODIANS));
        ensure(authorised, Error::ConsigneeNotAuthorised)?;

        self.transfer(&batch, (from, source), (to, Place::InTransit), quantity, Error::QuantityNotHeld)?;
        let mut state = self.state()?;
        let shipment = state.shipments;
        state.shipments = shipment.checked_add(1).ok_or(Error::BalanceBroken)?;
        self.state.set(&state);
        let logistic_unit = packed.as_ref().map(|(sscc, _)| *sscc);
        if let Some((sscc, mut unit)) = packed {
            unit.shipment = Some(shipment);
            self.save_unit(sscc, &unit);
        }
        let record = Shipment {
            batch,
            from,
            to,
            quantity,
            logistic_unit,
            condemned,
            purpose,
            terms,
            shipped_at: call.now,
            hold: Hold::default(),
        };
        self.save_shipment(shipment, &record);
        if !condemned {
            // The consignor pays for what is kept of it afterwards: unwanted goods cost their consignee nothing.
            self.ends.insert(QuarantineTarget::Shipment(shipment), &End::of_shipment(&record));
        }
        let by = call.actor();
        Ok(UnitsShipped { batch, by, shipment, from, to, quantity, logistic_unit, condemned, purpose, terms })
    }

    /// Takes goods of a shipment over.
    ///
    /// A recalled, blocked or expired batch is received as well: the goods are there, and must be counted where
    /// they are. They just do not move on.
    pub fn receive(&mut self, call: Call, shipment: u64, arrival: Arrival) -> Result<UnitsReceived, Error> {
        let mut record = self.shipment_under_way(shipment)?;
        ensure(call.site == Some(record.to), Error::CallerNotConsignee)?;
        ensure_custodian(&call)?;
        let back = record.purpose == Purpose::Return;
        ensure(!back || !is_withheld(&record), Error::ShipmentQuarantined)?;
        let quantity = match (&arrival, record.logistic_unit) {
            (Arrival::Units(quantity), None) => *quantity,
            (Arrival::LogisticUnits(units), Some(shipped)) => {
                ensure((1..=MAX_CHILDREN).contains(&units.len()), Error::TooManyLogisticUnits)?;
                self.take_out_of_transit(call, &record, shipped, units)?
            }
            _ => return Err(Error::NotInShipment),
        };
        let still_in_transit = record.quantity.checked_sub(quantity).ok_or(Error::QuantityNotInShipment)?;
        let Shipment { batch, from, to, hold, .. } = record;
        let (source, free, apart) = transit_places(&record);
        // Goods that come back permanently are not supplied again, quarantined or not.
        let target = match record.purpose {
            Purpose::Return => Place::Returned,
            Purpose::Supply if hold.quarantined => apart,
            Purpose::Supply => free,
        };
        self.transfer(&batch, (to, source), (to, target), quantity, Error::QuantityNotInShipment)?;
        if target == Place::Quarantined {
            self.keep_regulator_hold(&batch, to, hold);
        }
        let loose = if record.logistic_unit.is_none() { quantity } else { 0 };
        let in_what = QuarantineTarget::Shipment(shipment);
        if back && still_in_transit == 0 {
            // What came back permanently is not supplied again: nothing is to be followed.
            self.ends.remove(in_what);
        } else if !back && (loose > 0 || still_in_transit == 0) {
            let end = End::of_shipment(&record);
            self.note_end(in_what, end, (to, call.now), (loose, target == Place::Held));
        }
        if still_in_transit == 0 {
            self.shipments.remove(shipment);
        } else {
            record.quantity = still_in_transit;
            self.save_shipment(shipment, &record);
        }
        let by = call.actor();
        Ok(UnitsReceived { batch, by, shipment, from, to, quantity, still_in_transit, arrival })
    }

    /// Gives what is still in transit back to the consignor. The consignee needs no role: one that lost its own must
    /// still be able to refuse goods. A regulator may act for a consignee that stays silent.
    pub fn reject(
        &mut self,
        call: Call,
        shipment: u64,
        reason: RejectionReason,
    ) -> Result<ShipmentRejected, Error> {
        let record = self.shipment_under_way(shipment)?;
        let entitled = call.site == Some(record.to) || call.roles.contains(Role::Regulator);
        ensure(entitled, Error::CallerNotConsignee)?;
        ensure(!record.condemned || !is_withheld(&record), Error::ShipmentQuarantined)?;
        let (source, free, apart) = transit_places(&record);
        let Shipment { batch, from, to, quantity, mut hold, .. } = record;
        // What is condemned needs no other hold.
        hold.quarantined &= !record.condemned;
        let target = if hold.quarantined { apart } else { free };
        self.transfer(&batch, (to, source), (from, target), quantity, Error::BalanceBroken)?;
        if target == Place::Quarantined {
            self.keep_regulator_hold(&batch, from, hold);
        }
        if let Some(sscc) = record.logistic_unit {
            let mut unit = self.packed_unit(sscc)?;
            unit.shipment = None;
            unit.hold = hold;
            self.save_unit(sscc, &unit);
        }
        if !record.condemned {
            let loose = if record.logistic_unit.is_none() { quantity } else { 0 };
            let in_what = QuarantineTarget::Shipment(shipment);
            let end = End::of_shipment(&record);
            self.note_end(in_what, end, (from, call.now), (loose, target == Place::Held));
        }
        self.shipments.remove(shipment);
        Ok(ShipmentRejected { batch, by: call.actor(), shipment, from, to, quantity, reason })
    }

    /// Gives logistic units of a shipment to its consignee, and returns how many units are in them.
    fn take_out_of_transit(
        &mut self,
        call: Call,
        record: &Shipment,
        shipped: Sscc,
        arrived: &[Sscc],
    ) -> Result<Quantity, Error> {
        let mut quantity: Quantity = 0;
        for sscc in arrived {
            let mut unit = self.packed_unit(*sscc)?;
            if *sscc == shipped {
                // After a part of it arrived, the rest arrives as what is left in it.
                ensure(arrived.len() == 1, Error::NotInShipment)?;
            } else {
                ensure(unit.parent == Some(shipped), Error::NotInShipment)?;
                unit.recalls = unit.recalls.and(self.take_out(call, (*sscc, &unit), (shipped, record.to))?);
                unit.taken_out_at = Some(call.now);
            }
            quantity = quantity.checked_add(unit.quantity).ok_or(Error::BalanceBroken)?;
            let returned = record.purpose == Purpose::Return;
            unit.withdrawn = returned.then_some(Withdrawal::Returned);
            unit.parent = None;
            unit.shipment = None;
            unit.site = record.to;
            unit.hold = record.hold;
            // What came back permanently is counted as returned, and not as quarantined.
            unit.hold.quarantined &= !returned;
            unit.hold.stop = unit.hold.stop.filter(|_| !returned);
            self.save_unit(*sscc, &unit);
        }
        Ok(quantity)
    }

    /// A regulator's hold on goods goes with them.
    pub(super) fn keep_regulator_hold(&mut self, batch: &BatchId, site: SiteId, hold: Hold) {
        if hold.quarantined && hold.stop.is_some() {
            let mut holding = self.holding_of(batch, site);
            holding.hold.stop = hold.stop;
            self.save_holding(batch, site, &holding);
        }
    }
}

/// Where a shipment's units are counted under way, and where they are to be counted at its end: free, or quarantined.
fn transit_places(record: &Shipment) -> (Place, Place, Place) {
    let source = if record.hold.quarantined { Place::QuarantinedClosed } else { Place::InTransit };
    match record.logistic_unit {
        Some(_) if record.condemned => (source, Place::CondemnedClosed, Place::CondemnedClosed),
        None if record.condemned => (source, Place::Condemned, Place::Condemned),
        Some(_) => (source, Place::Packed, Place::QuarantinedClosed),
        None => (source, Place::Held, Place::Quarantined),
    }
}

/// Whether a regulator quarantined the shipment.
fn is_withheld(record: &Shipment) -> bool {
    record.hold.quarantined && record.hold.stop.is_some()
}

/// Where the units of a logistic unit are counted that is not quarantined.
pub(super) fn free_place(unit: &LogisticUnit) -> Place {
    if unit.withdrawn == Some(Withdrawal::Condemned) {
        Place::CondemnedClosed
    } else {
        Place::Packed
    }
}

/// Whether it does not matter which units of the batch these are: they have no serials, or all are recalled.
pub(super) fn counts_do(batch: &Batch) -> bool {
    batch.serial_root.is_none() || batch.recalled_at.is_some()
}
