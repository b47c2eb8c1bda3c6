use kernel::Call;
use primitives::batches::{
    ClearanceReason, Error, GoodsCondemned, Hold, QuarantineReason, QuarantineReleased, QuarantineTarget,
    Stop, UnitsQuarantined, Withdrawal,
};
use primitives::{ensure, BatchId, Quantity, Role, SiteId};

use super::custody::first_of;
use super::packs::Quarantined;
use super::{done, ensure_custodian, Model, Outcome};

/// Goods that are to be quarantined, or cleared.
pub(super) struct Targeted {
    batch: BatchId,
    site: SiteId,
    pub(super) free: Quantity,
    quarantined: Quantity,
    pub(super) hold: Hold,
}

impl Model {
    pub(super) fn quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: QuarantineReason,
    ) -> Outcome<Error> {
        let goods = self.targeted(target)?;
        self.ensure_not_a_part(&goods, target)?;
        let at_home = call.site == Some(goods.site);
        if at_home {
            ensure_custodian(&call)?;
        } else {
            call.ensure_role(Role::Regulator)?;
        }
        let stop = if at_home { None } else { Some(self.stop_by(&call)?) };
        self.set_apart(call, target, &goods, reason, stop)
    }

    pub(super) fn set_apart(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        goods: &Targeted,
        reason: QuarantineReason,
        stop: Option<Stop>,
    ) -> Outcome<Error> {
        let &Targeted { batch, site, free, quarantined, hold } = goods;
        let stop = stop.or(hold.stop);
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => {
                let quantity = quantity.unwrap_or(free);
                let chosen = self.some_free(batch, site, quantity)?;
                self.mark_packs(batch, chosen, Some(Quarantined::Counted));
                quantity
            }
            QuarantineTarget::Shipment(_) | QuarantineTarget::LogisticUnit(_) => {
                ensure(quarantined == 0, Error::AlreadyQuarantined)?;
                free
            }
        };
        self.set_hold(target, Hold { quarantined: true, stop, ..hold });
        Ok(done(&UnitsQuarantined { batch, by: call.actor(), site, target, quantity, reason }))
    }

    pub(super) fn release_quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: ClearanceReason,
    ) -> Outcome<Error> {
        let goods = self.targeted(target)?;
        let Targeted { batch, site, quarantined, hold, .. } = goods;
        self.answers_for(&call, batch)?;
        self.ensure_not_a_part(&goods, target)?;
        let is_regulator = call.roles.contains(Role::Regulator);
        ensure(is_regulator || hold.stop.is_none(), Error::CallerNotAuthorised)?;
        ensure(hold.stop.is_none_or(|stop| self.gives_way(stop, &call)), Error::StoppedByAnother)?;
        ensure(quarantined > 0, Error::NotQuarantined)?;
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => {
                let quantity = quantity.unwrap_or(quarantined);
                let chosen = self.some_quarantined(batch, site, quantity)?;
                self.mark_packs(batch, chosen, None);
                quantity
            }
            QuarantineTarget::Shipment(_) | QuarantineTarget::LogisticUnit(_) => quarantined,
        };
        self.set_hold(target, rest_of_hold(hold, quantity < quarantined, Some(self.now)));
        Ok(done(&QuarantineReleased { batch, by: call.actor(), site, target, quantity, reason }))
    }

    /// Goods that will never be supplied: what is quarantined, or a recalled container.
    pub(super) fn condemn(&mut self, call: Call, target: QuarantineTarget) -> Outcome<Error> {
        let goods = self.targeted(target)?;
        let Targeted { batch, site, free, quarantined, hold } = goods;
        let at_home = call.site == Some(site);
        let own = (at_home || self.answers_for(&call, batch).is_ok()) && hold.stop.is_none();
        ensure(own || call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)?;
        self.ensure_not_a_part(&goods, target)?;
        let counts_do = self.counts_do(batch);
        let quantity = match target {
            QuarantineTarget::Shipment(_) => return Err(Error::GoodsUnderWay),
            QuarantineTarget::Holding { quantity, .. } => {
                ensure(counts_do, Error::SerialRequired)?;
                ensure(quarantined > 0, Error::NotQuarantined)?;
                let quantity = quantity.unwrap_or(quarantined);
                for position in self.some_quarantined(batch, site, quantity)? {
                    let pack = &mut self.facts(batch).packs[position];
                    (pack.quarantined, pack.condemned) = (None, true);
                }
                quantity
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let container = &self.containers[&sscc];
                let recalled = self.is_container_recalled(container);
                let known = counts_do || recalled || container.cases.is_some();
                ensure(known, Error::SerialRequired)?;
                ensure(quarantined > 0 || recalled, Error::NotQuarantined)?;
                self.containers.get_mut(&sscc).unwrap().withdrawn = Some(Withdrawal::Condemned);
                free + quarantined
            }
        };
        self.set_hold(target, rest_of_hold(hold, quantity < quarantined, None));
        Ok(done(&GoodsCondemned { batch, by: call.actor(), site, target, quantity }))
    }

    /// So many of the loose packs that are quarantined there and counted only.
    fn some_quarantined(
        &self,
        batch: BatchId,
        site: SiteId,
        quantity: Quantity,
    ) -> Result<Vec<usize>, Error> {
        let there = self.batches[&batch].positions(|pack| pack.is_quarantined_at(site, Quarantined::Counted));
        first_of(there, quantity, Error::QuantityNotQuarantined)
    }

    /// Which packs a part of a holding is, must be said where that matters.
    fn ensure_not_a_part(&self, goods: &Targeted, target: QuarantineTarget) -> Result<(), Error> {
        let is_part = matches!(target, QuarantineTarget::Holding { quantity: Some(_), .. });
        ensure(!is_part || self.counts_do(goods.batch), Error::SerialRequired)
    }

    fn mark_packs(&mut self, batch: BatchId, positions: Vec<usize>, quarantined: Option<Quarantined>) {
        for position in positions {
            self.facts(batch).packs[position].quarantined = quarantined;
        }
    }

    fn set_hold(&mut self, target: QuarantineTarget, hold: Hold) {
        match target {
            // Which of the loose packs are quarantined, these know themselves.
            QuarantineTarget::Holding { batch, site, .. } => {
                let hold = Hold { quarantined: false, ..hold };
                self.facts(batch).holds.insert(site, hold);
            }
            QuarantineTarget::Shipment(number) => self.shipments.get_mut(&number).unwrap().hold = hold,
            QuarantineTarget::LogisticUnit(sscc) => self.containers.get_mut(&sscc).unwrap().hold = hold,
        }
    }

    pub(super) fn targeted(&self, target: QuarantineTarget) -> Result<Targeted, Error> {
        let all = |batch, site, quantity, hold: Hold| {
            let (free, quarantined) = if hold.quarantined { (0, quantity) } else { (quantity, 0) };
            Targeted { batch, site, free, quarantined, hold }
        };
        match target {
            QuarantineTarget::Holding { batch, site, .. } => {
                let facts = self.known(batch)?;
                Ok(Targeted {
                    batch,
                    site,
                    free: facts.count(|pack| pack.is_free_at(site)),
                    quarantined: facts.count(|pack| pack.is_quarantined_at(site, Quarantined::Counted)),
                    hold: facts.holds.get(&site).copied().unwrap_or_default(),
                })
            }
            QuarantineTarget::Shipment(number) => {
                let record = self.shipment(number).ok_or(Error::UnknownShipment)?;
                Ok(all(record.batch, record.to, record.quantity, record.hold))
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let container = self.containers.get(&sscc).ok_or(Error::UnknownLogisticUnit)?;
                ensure(container.parent.is_none(), Error::LogisticUnitInside)?;
                ensure(container.shipment.is_none(), Error::LogisticUnitInTransit)?;
                let free = container.withdrawn.is_none();
                let condemned = container.withdrawn == Some(Withdrawal::Condemned);
                ensure(free || condemned, Error::LogisticUnitNotHeld)?;
                ensure(free, Error::GoodsCondemned)?;
                Ok(all(container.batch, container.site, self.packs_inside(sscc), container.hold))
            }
        }
    }
}

/// The hold on what is left: a regulator's lasts as long as anything is quarantined; what is cleared as a whole is cleared of
/// what was known.
fn rest_of_hold(hold: Hold, rest: bool, cleared_at: Option<u64>) -> Hold {
    let cleared_at = if rest { None } else { cleared_at };
    let cleared_at = cleared_at.unwrap_or(hold.cleared_at);
    Hold { quarantined: false, stop: hold.stop.filter(|_| rest), cleared_at }
}
