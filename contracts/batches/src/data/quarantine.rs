//! Goods are quarantined, by the site that has them, by a regulator, or by the sentinel on evidence; and cleared again.

use kernel::Call;
use primitives::batches::{
    Batch, ClearanceReason, Error, GoodsCondemned, Hold, QuarantineReason, QuarantineReleased,
    QuarantineTarget, Shipment, Stop, UnitsQuarantined, Withdrawal,
};
use primitives::{ensure, BatchId, Quantity, Role, SiteId, Timestamp};

use super::custody::counts_do;
use super::{ensure_answers_for, ensure_custodian, Data};
use crate::place::Place;

/// What both directions need to know of a target.
pub(super) struct Targeted {
    batch: BatchId,
    record: Batch,
    site: SiteId,
    /// Where its units are while they are free, and while they are quarantined.
    free: Place,
    apart: Place,
    /// How many are free, and how many are quarantined.
    pub(super) quantity_free: Quantity,
    quantity_apart: Quantity,
    pub(super) hold: Hold,
}

impl Data {
    /// Quarantines goods: by the site that has them (of a shipment the consignee), or by a regulator.
    pub fn quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: QuarantineReason,
    ) -> Result<UnitsQuarantined, Error> {
        let goods = self.goods(target)?;
        ensure_known(&goods, target)?;
        let stop = if call.site == Some(goods.site) {
            ensure_custodian(&call)?;
            None
        } else {
            call.ensure_role(Role::Regulator)?;
            Some(Stop { by: call.author()?, at: call.now })
        };
        self.isolate(call, target, &goods, reason, stop)
    }

    /// Ends a quarantine: by a regulator, or by the batch's manufacturer where no regulator quarantined the goods. What
    /// another regulator quarantined stays so for some time.
    pub fn release_quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: ClearanceReason,
    ) -> Result<QuarantineReleased, Error> {
        let goods = self.goods(target)?;
        let batch = goods.batch;
        ensure_answers_for(&call, &goods.record)?;
        ensure_known(&goods, target)?;
        if let Some(stop) = goods.hold.stop {
            call.ensure_role(Role::Regulator)?;
            ensure(stop.yields_to(call.organisation, call.now), Error::StoppedByAnother)?;
        }
        let quantity = match target {
            QuarantineTarget::Holding { quantity: Some(quantity), .. } => quantity,
            _ => goods.quantity_apart,
        };
        let site = goods.site;
        ensure(goods.quantity_apart > 0, Error::NotQuarantined)?;
        let (from, to) = ((site, goods.apart), (site, goods.free));
        self.transfer(&batch, from, to, quantity, Error::QuantityNotQuarantined)?;
        self.mark(target, rest_of_hold(&goods, quantity, Some(call.now)));
        if quantity == goods.quantity_apart {
            self.suspicions.remove(target.whole());
        }
        Ok(QuarantineReleased { batch, by: call.actor(), site, target, quantity, reason })
    }

    /// Condemns goods that are quarantined, or a logistic unit that is recalled: by a regulator; or by their site or the
    /// batch's manufacturer, where no regulator quarantined them. The site needs no role.
    pub fn condemn(&mut self, call: Call, target: QuarantineTarget) -> Result<GoodsCondemned, Error> {
        let goods = self.goods(target)?;
        let &Targeted { batch, site, ref record, .. } = &goods;
        let answers = call.site == Some(site) || ensure_answers_for(&call, record).is_ok();
        let entitled = answers && goods.hold.stop.is_none();
        ensure(entitled || call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)?;
        ensure_known(&goods, target)?;
        let (mut from, mut to, mut quantity) = (goods.apart, Place::Condemned, goods.quantity_apart);
        match target {
            QuarantineTarget::Shipment(_) => return Err(Error::GoodsUnderWay),
            QuarantineTarget::Holding { quantity: some, .. } => {
                ensure(counts_do(record), Error::SerialRequired)?;
                quantity = some.unwrap_or(quantity);
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let mut unit = self.packed_unit(sscc)?;
                let recalled = record.any_goes_on(unit.recalls);
                let known = counts_do(record) || unit.cases.is_some() || recalled;
                ensure(known, Error::SerialRequired)?;
                if recalled && !unit.hold.quarantined {
                    (from, quantity) = (goods.free, goods.quantity_free);
                }
                unit.withdrawn = Some(Withdrawal::Condemned);
                self.save_unit(sscc, &unit);
                to = Place::CondemnedClosed;
            }
        }
        ensure(goods.quantity_apart > 0 || from == goods.free, Error::NotQuarantined)?;
        let (from, to) = ((site, from), (site, to));
        self.transfer(&batch, from, to, quantity, Error::QuantityNotQuarantined)?;
        self.mark(target, rest_of_hold(&goods, quantity, None));
        Ok(GoodsCondemned { batch, by: call.actor(), site, target, quantity })
    }

    pub(super) fn isolate(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        goods: &Targeted,
        reason: QuarantineReason,
        stop: Option<Stop>,
    ) -> Result<UnitsQuarantined, Error> {
        let &Targeted { batch, site, .. } = goods;
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => quantity.unwrap_or(goods.quantity_free),
            _ => {
                ensure(goods.quantity_apart == 0, Error::AlreadyQuarantined)?;
                goods.quantity_free
            }
        };
        let (from, to) = ((site, goods.free), (site, goods.apart));
        self.transfer(&batch, from, to, quantity, Error::QuantityNotHeld)?;
        self.mark(target, Hold { quarantined: true, stop: stop.or(goods.hold.stop), ..goods.hold });
        Ok(UnitsQuarantined { batch, by: call.actor(), site, target, quantity, reason })
    }

    pub(super) fn goods(&self, target: QuarantineTarget) -> Result<Targeted, Error> {
        let whole = |quantity, hold: Hold| if hold.quarantined { (0, quantity) } else { (quantity, 0) };
        let ((batch, record), site, (free, apart), (quantity_free, quantity_apart), hold) = match target {
            QuarantineTarget::Holding { batch, site, .. } => {
                let record = self.current(&batch)?;
                let holding = self.holding_of(&batch, site);
                let quantities = (holding.places.held, holding.places.quarantined);
                ((batch, record), site, (Place::Held, Place::Quarantined), quantities, holding.hold)
            }
            QuarantineTarget::Shipment(number) => {
                let Shipment { batch, to, quantity, hold, .. } = self.shipment_under_way(number)?;
                let places = (Place::InTransit, Place::QuarantinedClosed);
                ((batch, self.current(&batch)?), to, places, whole(quantity, hold), hold)
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let unit = self.packed_unit(sscc)?;
                let record = self.record_of(&unit)?;
                ensure(unit.parent.is_none(), Error::LogisticUnitInside)?;
                ensure(unit.shipment.is_none(), Error::LogisticUnitInTransit)?;
                match unit.withdrawn {
                    None => {}
                    Some(Withdrawal::Condemned) => return Err(Error::GoodsCondemned),
                    Some(_) => return Err(Error::LogisticUnitNotHeld),
                }
                let places = (Place::Packed, Place::QuarantinedClosed);
                ((unit.batch, record), unit.site, places, whole(unit.quantity, unit.hold), unit.hold)
            }
        };
        Ok(Targeted { batch, record, site, free, apart, quantity_free, quantity_apart, hold })
    }

    fn mark(&mut self, target: QuarantineTarget, hold: Hold) {
        match target {
            QuarantineTarget::Holding { batch, site, .. } => {
                let mut holding = self.holding_of(&batch, site);
                // Its units are counted: a part of them can be quarantined.
                holding.hold = Hold { quarantined: false, ..hold };
                self.save_holding(&batch, site, &holding);
            }
            QuarantineTarget::Shipment(number) => {
                if let Ok(mut record) = self.shipment_under_way(number) {
                    record.hold = hold;
                    self.save_shipment(number, &record);
                }
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                if let Ok(mut unit) = self.packed_unit(sscc) {
                    unit.hold = hold;
                    self.save_unit(sscc, &unit);
                }
            }
        }
    }
}

/// Refuses a part of what a site has of a batch with serials: which units these are is for the register of units to say.
fn ensure_known(goods: &Targeted, target: QuarantineTarget) -> Result<(), Error> {
    let is_part = matches!(target, QuarantineTarget::Holding { quantity: Some(_), .. });
    ensure(!is_part || counts_do(&goods.record), Error::SerialRequired)
}

/// The hold on what is left of the goods, after so many of them were cleared at this time, or condemned.
fn rest_of_hold(goods: &Targeted, quantity: Quantity, cleared_at: Option<Timestamp>) -> Hold {
    let rest = quantity < goods.quantity_apart;
    // What was known when all were cleared does not count again. A part says nothing about the rest.
    let cleared_at = cleared_at.filter(|_| !rest).unwrap_or(goods.hold.cleared_at);
    Hold { quarantined: false, stop: goods.hold.stop.filter(|_| rest), cleared_at }
}
