//! Goods are set apart, by who has them, by a regulator, or by the sentinel on evidence; and set free again.

use primitives::{ensure, AccountId, BatchId, Call, Quantity, Role, Timestamp};

use super::{ensure_answers_for, ensure_custodian, ensure_regulator, Data};
use crate::errors::Error;
use crate::events::{QuarantineReleased, UnitsQuarantined};
use crate::types::{ClearanceReason, Place, QuarantineReason, QuarantineTarget};

/// What both directions need to know of a target.
struct Goods {
    batch: BatchId,
    holder: AccountId,
    /// Where its units are while they are free, and while they are set apart.
    free: Place,
    apart: Place,
    /// How many are free, and how many are set apart.
    quantity_free: Quantity,
    quantity_apart: Quantity,
    regulator_hold: bool,
    cleared_at: Timestamp,
}

impl Data {
    /// Sets goods apart: by their holder (of a shipment the consignee), or by a regulator.
    pub fn quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: QuarantineReason,
    ) -> Result<UnitsQuarantined, Error> {
        let goods = self.goods(target)?;
        let by_regulator = call.caller != goods.holder;
        if by_regulator {
            ensure_regulator(&call)?;
        } else {
            ensure_custodian(&call)?;
        }
        self.set_apart(call, target, &goods, reason, by_regulator)
    }

    /// Sets goods apart, because the deployment's sentinel saw evidence against them.
    pub fn quarantine_on_evidence(
        &mut self,
        call: Call,
        target: QuarantineTarget,
    ) -> Result<UnitsQuarantined, Error> {
        ensure(call.roles.contains(Role::Sentinel), Error::CallerNotAuthorised)?;
        let goods = self.goods(target)?;
        self.set_apart(call, target, &goods, QuarantineReason::OracleEvidence, false)
    }

    /// When a quarantine of these goods was last ended: 0 where none was, nothing where there are no such goods.
    #[must_use]
    pub fn quarantine_cleared_at(&self, target: QuarantineTarget) -> Option<Timestamp> {
        self.goods(target).ok().map(|goods| goods.cleared_at)
    }

    /// Sets goods free: by a regulator, or by the batch's manufacturer where no regulator set them apart.
    pub fn release_quarantine(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        reason: ClearanceReason,
    ) -> Result<QuarantineReleased, Error> {
        let goods = self.goods(target)?;
        let batch = goods.batch;
        ensure_answers_for(&call, &self.known(&batch)?)?;
        let is_regulator = call.roles.contains(Role::Regulator);
        ensure(is_regulator || !goods.regulator_hold, Error::CallerNotAuthorised)?;
        let quantity = match target {
            QuarantineTarget::Holding { quantity: Some(quantity), .. } => quantity,
            _ => goods.quantity_apart,
        };
        let holder = goods.holder;
        ensure(goods.quantity_apart > 0, Error::NotQuarantined)?;
        let (from, to) = ((&holder, goods.apart), (&holder, goods.free));
        self.transfer(&batch, from, to, quantity, Error::QuantityNotQuarantined)?;
        let hold_stays = goods.regulator_hold && quantity < goods.quantity_apart;
        self.mark(target, false, hold_stays, call.now);
        Ok(QuarantineReleased { batch, holder, by: call.caller, target, quantity, reason })
    }

    fn set_apart(
        &mut self,
        call: Call,
        target: QuarantineTarget,
        goods: &Goods,
        reason: QuarantineReason,
        by_regulator: bool,
    ) -> Result<UnitsQuarantined, Error> {
        let &Goods { batch, holder, .. } = goods;
        let quantity = match target {
            QuarantineTarget::Holding { quantity, .. } => quantity.unwrap_or(goods.quantity_free),
            _ => {
                ensure(goods.quantity_apart == 0, Error::AlreadyQuarantined)?;
                goods.quantity_free
            }
        };
        let (from, to) = ((&holder, goods.free), (&holder, goods.apart));
        self.transfer(&batch, from, to, quantity, Error::QuantityNotHeld)?;
        self.mark(target, true, by_regulator || goods.regulator_hold, goods.cleared_at);
        Ok(UnitsQuarantined { batch, holder, by: call.caller, target, quantity, reason })
    }

    fn goods(&self, target: QuarantineTarget) -> Result<Goods, Error> {
        let whole = |quantity, apart| if apart { (0, quantity) } else { (quantity, 0) };
        match target {
            QuarantineTarget::Holding { batch, holder, .. } => {
                self.known(&batch)?;
                let holding = self.holding_of(&batch, &holder);
                Ok(Goods {
                    batch,
                    holder,
                    free: Place::Held,
                    apart: Place::Quarantined,
                    quantity_free: holding.places.held,
                    quantity_apart: holding.places.quarantined,
                    regulator_hold: holding.regulator_hold,
                    cleared_at: holding.cleared_at,
                })
            }
            QuarantineTarget::Shipment(number) => {
                let record = self.shipments.get(number).ok_or(Error::UnknownShipment)?;
                let (quantity_free, quantity_apart) = whole(record.quantity, record.quarantined);
                Ok(Goods {
                    batch: record.batch,
                    holder: record.to,
                    free: Place::InTransit,
                    apart: Place::QuarantinedClosed,
                    quantity_free,
                    quantity_apart,
                    regulator_hold: record.regulator_hold,
                    cleared_at: record.cleared_at,
                })
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                let unit = self.logistic_units.get(sscc).ok_or(Error::UnknownLogisticUnit)?;
                ensure(unit.parent.is_none(), Error::LogisticUnitInside)?;
                ensure(unit.shipment.is_none(), Error::LogisticUnitInTransit)?;
                ensure(!unit.returned, Error::LogisticUnitNotHeld)?;
                let (quantity_free, quantity_apart) = whole(unit.quantity, unit.quarantined);
                Ok(Goods {
                    batch: unit.batch,
                    holder: unit.holder,
                    free: Place::Packed,
                    apart: Place::QuarantinedClosed,
                    quantity_free,
                    quantity_apart,
                    regulator_hold: unit.regulator_hold,
                    cleared_at: unit.cleared_at,
                })
            }
        }
    }

    fn mark(
        &mut self,
        target: QuarantineTarget,
        quarantined: bool,
        regulator_hold: bool,
        cleared_at: Timestamp,
    ) {
        match target {
            QuarantineTarget::Holding { batch, holder, .. } => {
                let mut holding = self.holding_of(&batch, &holder);
                holding.regulator_hold = regulator_hold;
                holding.cleared_at = cleared_at;
                self.holdings.insert((&batch, &holder), &holding);
            }
            QuarantineTarget::Shipment(number) => {
                if let Some(mut record) = self.shipments.get(number) {
                    record.quarantined = quarantined;
                    record.regulator_hold = regulator_hold;
                    record.cleared_at = cleared_at;
                    self.shipments.insert(number, &record);
                }
            }
            QuarantineTarget::LogisticUnit(sscc) => {
                if let Some(mut unit) = self.logistic_units.get(sscc) {
                    unit.quarantined = quarantined;
                    unit.regulator_hold = regulator_hold;
                    unit.cleared_at = cleared_at;
                    self.logistic_units.insert(sscc, &unit);
                }
            }
        }
    }
}
