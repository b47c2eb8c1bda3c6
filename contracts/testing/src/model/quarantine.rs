use kernel::Call;
use primitives::batches::{
    ClearanceReason, Error, Hold, QuarantineReason, QuarantineReleased, QuarantineTarget, UnitsQuarantined,
};
use primitives::{ensure, BatchId, Quantity, Role, SiteId};

use super::custody::first_of;
use super::{done, ensure_custodian, today, Model, Outcome};

/// Goods that are to be quarantined, or cleared.
struct Targeted {
    batch: BatchId,
    site: SiteId,
    free: Quantity,
    quarantined: Quantity,
    hold: Hold,
}

impl Model {
    pub(super) fn quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: QuarantineReason,
    ) -> Outcome<Error> {
        let goods = self.targeted(target)?;
        let at_home = call.site == Some(goods.site);
        if at_home {
            ensure_custodian(&call)?;
        } else {
            call.ensure_role(Role::Regulator)?;
        }
        self.set_apart(call, target, &goods, reason, !at_home)
    }

    pub(super) fn quarantine_on_evidence(&mut self, call: Call, target: QuarantineTarget) -> Outcome<Error> {
        call.ensure_role(Role::Sentinel)?;
        let goods = self.targeted(target)?;
        self.set_apart(call, target, &goods, QuarantineReason::OracleEvidence, false)
    }

    fn set_apart(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        goods: &Targeted,
        reason: QuarantineReason,
        by_regulator: bool,
    ) -> Outcome<Error> {
        let &Targeted { batch, site, free, quarantined, hold } = goods;
        let by_regulator = by_regulator || hold.by_regulator;
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => {
                let quantity = quantity.unwrap_or(free);
                let chosen = self.some_free(batch, site, quantity)?;
                self.mark_packs(batch, chosen, true);
                quantity
            }
            QuarantineTarget::Shipment(_) | QuarantineTarget::LogisticUnit(_) => {
                ensure(quarantined == 0, Error::AlreadyQuarantined)?;
                free
            }
        };
        self.set_hold(target, Hold { quarantined: true, by_regulator, ..hold });
        Ok(done(&UnitsQuarantined { batch, by: call.actor(), site, target, quantity, reason }))
    }

    pub(super) fn release_quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: ClearanceReason,
    ) -> Outcome<Error> {
        let Targeted { batch, site, quarantined, hold, .. } = self.targeted(target)?;
        self.answers_for(&call, batch)?;
        let entitled = call.roles.contains(Role::Regulator) || !hold.by_regulator;
        ensure(entitled, Error::CallerNotAuthorised)?;
        ensure(quarantined > 0, Error::NotQuarantined)?;
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => {
                let quantity = quantity.unwrap_or(quarantined);
                let facts = &self.batches[&batch];
                let there = facts.positions(|pack| pack.is_loose_at(site) && pack.quarantined);
                let chosen = first_of(there, quantity, Error::QuantityNotQuarantined)?;
                self.mark_packs(batch, chosen, today::stays_quarantined(reason));
                quantity
            }
            QuarantineTarget::Shipment(_) | QuarantineTarget::LogisticUnit(_) => quarantined,
        };
        // A regulator's hold lasts as long as anything of the goods is quarantined.
        let by_regulator = hold.by_regulator && quantity < quarantined;
        self.set_hold(target, Hold { quarantined: false, by_regulator, cleared_at: self.now });
        Ok(done(&QuarantineReleased { batch, by: call.actor(), site, target, quantity, reason }))
    }

    fn mark_packs(&mut self, batch: BatchId, positions: Vec<usize>, quarantined: bool) {
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

    fn targeted(&self, target: QuarantineTarget) -> Result<Targeted, Error> {
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
                    quarantined: facts.count(|pack| pack.is_loose_at(site) && pack.quarantined),
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
                ensure(!container.returned, Error::LogisticUnitNotHeld)?;
                Ok(all(container.batch, container.site, self.packs_inside(sscc), container.hold))
            }
        }
    }
}
