use kernel::Call;
use primitives::batches::{
    Arrival, Error, Goods, Hold, Purpose, RejectionReason, Shipment, ShipmentRejected, UnitsReceived,
    UnitsShipped, Withdrawal, MAX_CHILDREN,
};
use primitives::{ensure, BatchId, DocumentHash, Quantity, Role, SiteId, Sscc, CUSTODIANS};

use super::packs::Quarantined;
use super::{done, ensure_custodian, today, Answer, Model, Outcome};
use crate::backend::{Done, Event};

impl Model {
    pub(super) fn ship(
        &mut self,
        call: Call,
        goods: Goods,
        to: SiteId,
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Outcome<Error> {
        // What goes back needs no role.
        let from = if purpose == Purpose::Supply { ensure_custodian(&call)? } else { call.site()? };
        self.send_off(call, (from, goods), to, purpose, terms)
    }

    /// A regulator moves what a site has that may not hold drugs.
    pub(super) fn ship_for(
        &mut self,
        call: Call,
        (from, goods): (SiteId, Goods),
        to: SiteId,
        purpose: Purpose,
        document: DocumentHash,
    ) -> Outcome<Error> {
        call.ensure_role(Role::Regulator)?;
        let consignor = self.organisations.site_standing(from, self.now);
        let acts = consignor.is_some_and(|site| site.roles.intersects(CUSTODIANS));
        ensure(!acts, Error::SiteActsItself)?;
        self.send_off(call, (from, goods), to, purpose, Some(document))
    }

    fn send_off(
        &mut self,
        call: Call,
        (from, goods): (SiteId, Goods),
        to: SiteId,
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Outcome<Error> {
        let (batch, logistic_unit) = match goods {
            Goods::Units { batch, .. } | Goods::Condemned { batch, .. } => (batch, None),
            Goods::LogisticUnit(sscc) => (self.free_to_go(from, sscc)?.batch, Some(sscc)),
        };
        let container = logistic_unit.map(|sscc| &self.containers[&sscc]);
        let condemned = match goods {
            Goods::Condemned { .. } => true,
            _ => container.is_some_and(|container| container.withdrawn.is_some()),
        };
        let facts = self.known(batch)?;
        let consignee = self.organisations.site_standing(to, self.now);
        match purpose {
            Purpose::Supply => {
                self.hindrance(batch, self.now)?;
                ensure(!condemned, Error::GoodsCondemned)?;
                let recalled = logistic_unit.is_some_and(|sscc| today::is_known_as_recalled(self, sscc));
                ensure(!recalled, Error::LogisticUnitRecalled)?;
            }
            Purpose::Return => {
                // A recalled or expired batch goes back as well.
                let home = consignee.is_some_and(|site| site.organisation == facts.manufacturer);
                ensure(home, Error::ReturnNotToManufacturer)?;
                ensure(facts.blocked.is_none(), Error::BatchBlocked)?;
                // Until then it stays where it was made.
                ensure(facts.released_at.is_some(), Error::NotReleased)?;
                // Afterwards it is known which packs went back, where that matters.
                let known = container.is_some_and(|it| self.is_container_recalled(it) || it.cases.is_some());
                ensure(condemned || known || self.counts_do(batch), Error::SerialRequired)?;
            }
        }
        ensure(to != from, Error::ConsigneeIsConsignor)?;
        let authorised = consignee.is_some_and(|site| site.roles.intersects(CUSTODIANS));
        ensure(authorised, Error::ConsigneeNotAuthorised)?;
        let going = match (goods, logistic_unit) {
            (_, Some(sscc)) => self.positions_inside(sscc),
            (Goods::Units { quantity, .. }, _) => self.some_free(batch, from, quantity)?,
            (Goods::Condemned { quantity, .. }, _) => {
                let there = self.batches[&batch].positions(|pack| pack.is_condemned_at(from));
                first_of(there, quantity, Error::QuantityNotHeld)?
            }
            (Goods::LogisticUnit(_), None) => unreachable!("it has an SSCC"),
        };
        let quantity = u64::try_from(going.len()).unwrap();

        let shipment = self.shipped;
        self.shipped += 1;
        for position in going {
            let pack = &mut self.facts(batch).packs[position];
            (pack.site, pack.shipment) = (to, Some(shipment));
        }
        self.facts(batch).come_to(to);
        if let Some(container) = logistic_unit.and_then(|sscc| self.containers.get_mut(&sscc)) {
            container.shipment = Some(shipment);
        }
        // Its quantity is counted over packs.
        let (quantity_of_record, shipped_at, hold) = (0, self.now, Hold::default());
        let record = Shipment {
            batch,
            from,
            to,
            quantity: quantity_of_record,
            logistic_unit,
            condemned,
            purpose,
            terms,
            shipped_at,
            hold,
        };
        self.shipments.insert(shipment, record);
        let by = call.actor();
        let event = UnitsShipped {
            batch,
            by,
            shipment,
            from,
            to,
            quantity,
            logistic_unit,
            condemned,
            purpose,
            terms,
        };
        Ok(Done { answer: Answer::Shipment(shipment), events: vec![Event::of(&event)] })
    }

    /// So many loose packs of the site that are free to move.
    pub(super) fn some_free(
        &self,
        batch: BatchId,
        site: SiteId,
        quantity: Quantity,
    ) -> Result<Vec<usize>, Error> {
        let free = self.batches[&batch].positions(|pack| pack.is_free_at(site));
        first_of(free, quantity, Error::QuantityNotHeld)
    }

    pub(super) fn receive(&mut self, call: Call, number: u64, arrival: Arrival) -> Outcome<Error> {
        let record = self.shipments.get(&number).ok_or(Error::UnknownShipment)?.clone();
        let Shipment { batch, from, to, logistic_unit, purpose, hold, .. } = record;
        ensure(call.site == Some(to), Error::CallerNotConsignee)?;
        ensure_custodian(&call)?;
        let withheld = hold.quarantined && hold.stop.is_some();
        ensure(purpose == Purpose::Supply || !withheld, Error::ShipmentQuarantined)?;
        let under_way = self.batches[&batch].positions(|pack| pack.shipment == Some(number));
        let arrived = match (&arrival, logistic_unit) {
            (Arrival::Units(quantity), None) => {
                // More than there is, is refused before nothing.
                let left = u64::try_from(under_way.len()).unwrap();
                ensure(*quantity <= left, Error::QuantityNotInShipment)?;
                first_of(under_way.clone(), *quantity, Error::QuantityNotInShipment)?
            }
            (Arrival::LogisticUnits(units), Some(shipped)) => {
                ensure((1..=MAX_CHILDREN).contains(&units.len()), Error::TooManyLogisticUnits)?;
                let mut arrived = Vec::new();
                for sscc in units {
                    arrived.extend(self.take_out_of_shipment(*sscc, shipped, units.len(), &record)?);
                }
                arrived
            }
            _ => return Err(Error::NotInShipment),
        };
        let back = purpose == Purpose::Return;
        let quantity = u64::try_from(arrived.len()).unwrap();
        let still_in_transit = u64::try_from(under_way.len()).unwrap() - quantity;
        for position in arrived {
            let pack = &mut self.facts(batch).packs[position];
            pack.shipment = None;
            pack.returned |= back;
            pack.quarantined = counted(hold.quarantined && logistic_unit.is_none() && !back);
        }
        if logistic_unit.is_none() && !back {
            self.bring_hold(batch, to, hold);
        }
        let loose = if logistic_unit.is_none() { quantity } else { 0 };
        if !back && (loose > 0 || still_in_transit == 0) {
            self.note_end_of_shipment(number, &record, to, loose);
        }
        if still_in_transit == 0 {
            self.shipments.remove(&number);
        }
        let (by, shipment) = (call.actor(), number);
        Ok(done(&UnitsReceived { batch, by, shipment, from, to, quantity, still_in_transit, arrival }))
    }

    /// A logistic unit of a shipment stands alone at the consignee's site: the positions of its packs.
    fn take_out_of_shipment(
        &mut self,
        sscc: Sscc,
        shipped: Sscc,
        named: usize,
        record: &Shipment,
    ) -> Result<Vec<usize>, Error> {
        let parent = self.containers.get(&sscc).ok_or(Error::UnknownLogisticUnit)?.parent;
        if sscc == shipped {
            ensure(named == 1, Error::NotInShipment)?;
        } else {
            ensure(parent == Some(shipped), Error::NotInShipment)?;
        }
        let positions = self.positions_inside(sscc);
        let around = parent.map(|parent| self.containers[&parent].recalls.clone());
        let back = record.purpose == Purpose::Return;
        let now = self.now;
        let container = self.containers.get_mut(&sscc).unwrap();
        // What was in a recalled one is recalled.
        container.recalls.extend(around.unwrap_or_default());
        container.withdrawn = back.then_some(Withdrawal::Returned);
        if sscc != shipped {
            container.taken_out_at = Some(now);
        }
        container.parent = None;
        container.shipment = None;
        container.site = record.to;
        container.hold = Hold {
            quarantined: record.hold.quarantined && !back,
            stop: record.hold.stop.filter(|_| !back),
            cleared_at: record.hold.cleared_at,
        };
        if let Some(parent) = parent {
            self.forget_if_empty(parent, record.to);
        }
        Ok(positions)
    }

    pub(super) fn reject(&mut self, call: Call, number: u64, reason: RejectionReason) -> Outcome<Error> {
        let record = self.shipment(number).ok_or(Error::UnknownShipment)?;
        let Shipment { batch, from, to, quantity, logistic_unit, condemned, mut hold, .. } = record;
        let entitled = call.site == Some(to) || call.roles.contains(Role::Regulator);
        ensure(entitled, Error::CallerNotConsignee)?;
        let withheld = hold.quarantined && hold.stop.is_some();
        ensure(!condemned || !withheld, Error::ShipmentQuarantined)?;
        hold.quarantined &= !condemned;
        for pack in self.facts(batch).packs.iter_mut().filter(|pack| pack.shipment == Some(number)) {
            (pack.site, pack.shipment) = (from, None);
            pack.quarantined = counted(hold.quarantined && logistic_unit.is_none());
        }
        match logistic_unit {
            Some(sscc) => {
                let container = self.containers.get_mut(&sscc).unwrap();
                (container.shipment, container.hold) = (None, hold);
            }
            None => self.bring_hold(batch, from, hold),
        }
        if !condemned {
            let loose = if logistic_unit.is_none() { quantity } else { 0 };
            self.note_end_of_shipment(number, &record, from, loose);
        }
        self.shipments.remove(&number);
        let (by, shipment) = (call.actor(), number);
        Ok(done(&ShipmentRejected { batch, by, shipment, from, to, quantity, reason }))
    }

    /// A regulator's hold goes with loose goods.
    pub(super) fn bring_hold(&mut self, batch: BatchId, site: SiteId, hold: Hold) {
        if hold.quarantined && hold.stop.is_some() {
            self.facts(batch).holds.entry(site).or_default().stop = hold.stop;
        }
    }
}

/// How loose packs are quarantined that nobody named.
pub(super) fn counted(quarantined: bool) -> Option<Quarantined> {
    quarantined.then_some(Quarantined::Counted)
}

/// The first so many of these.
pub(super) fn first_of(mut from: Vec<usize>, quantity: Quantity, short: Error) -> Result<Vec<usize>, Error> {
    ensure(quantity > 0, Error::QuantityZero)?;
    let quantity = usize::try_from(quantity).unwrap();
    ensure(quantity <= from.len(), short)?;
    from.truncate(quantity);
    Ok(from)
}
