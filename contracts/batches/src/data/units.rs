//! Single units: dispensed, destroyed, or gone otherwise, and the alarms that copies raise.

use primitives::{
    ensure, AccountId, BatchId, Call, DocumentHash, Quantity, Role, RoleSet, SerialProof, UnitId,
};

use super::{ensure_custodian, ensure_marketable, ensure_regulator, Data};
use crate::errors::Error;
use crate::events::{AlarmRaised, AlarmResolved, UnitDecommissioned, UnitReverted, UnitsDecommissioned};
use crate::types::{
    Alarm, AlarmCode, Batch, DecommissionedUnit, Place, Resolution, UnitState, REVERT_WINDOW,
};

/// Who may hand units to patients.
const DISPENSERS: RoleSet = RoleSet::of(&[Role::Pharmacy, Role::Provider]);

/// What came of the attempt to decommission a unit: one of two events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decommissioning {
    /// It is done.
    Done(UnitDecommissioned),
    /// One of two packs is a copy.
    Alarm(AlarmRaised),
}

impl Data {
    /// Takes a unit out of the supply chain, or raises the alarm where it cannot be here.
    pub fn decommission(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
    ) -> Result<Decommissioning, Error> {
        ensure_may_decommission(&call, state)?;
        let batch = self.known(&id)?;
        gs1::validate_serial(serial).map_err(|_| Error::InvalidSerial)?;
        let root = batch.serial_root.ok_or(Error::SerialsNotRegistered)?;
        let unit = UnitId::of(id, serial);
        // The alarm comes before the state of the batch: a copy of a recalled pack is still a copy.
        if !proof.verifies(unit, root, batch.quantity) {
            return Ok(self.alarm_about(call, id, unit, AlarmCode::SerialNotInBatch, batch.manufacturer));
        }
        if let Some(first) = self.units.get(&unit) {
            return Ok(self.alarm_about(call, id, unit, AlarmCode::SecondDecommission, first.by));
        }
        if let Some((_, holder)) = self.packed_position(id, &batch, proof.index) {
            ensure(holder != call.caller, Error::UnitPacked)?;
            return Ok(self.alarm_about(call, id, unit, AlarmCode::UnitElsewhere, holder));
        }
        if self.holding_of(&id, &call.caller).places.present() == 0 {
            return Ok(self.alarm_about(call, id, unit, AlarmCode::UnitNeverReceived, batch.manufacturer));
        }
        if state == UnitState::Dispensed {
            ensure_marketable(&call, &batch)?;
            ensure(!self.is_unit_recalled(id, &batch, proof.index), Error::UnitRecalled)?;
            self.ensure_no_alarm(unit)?;
        }
        let by = call.caller;
        self.transfer(&id, (&by, Place::Held), (&by, place_of(state)), 1, Error::QuantityNotHeld)?;
        self.units.insert(&unit, &DecommissionedUnit { state, by, at: call.now });
        Ok(Decommissioning::Done(UnitDecommissioned { batch: id, unit, by, state }))
    }

    /// Takes units out of the supply chain that are not told apart: of a batch without serials, or to be destroyed
    /// after a recall or return, those that came back first.
    pub fn decommission_quantity(
        &mut self,
        call: Call,
        id: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Result<UnitsDecommissioned, Error> {
        ensure_may_decommission(&call, state)?;
        let batch = self.known(&id)?;
        let by = call.caller;
        let destroyed = state == UnitState::Destroyed;
        let returned = self.holding_of(&id, &by).places.returned;
        let of_returned = if destroyed { quantity.min(returned) } else { 0 };
        let others = quantity.saturating_sub(of_returned);
        if others > 0 && batch.serial_root.is_some() {
            ensure(destroyed && batch.recalled, Error::SerialRequired)?;
        }
        if state == UnitState::Dispensed {
            ensure_marketable(&call, &batch)?;
        }
        let target = (&by, place_of(state));
        if of_returned == 0 || others > 0 {
            self.transfer(&id, (&by, Place::Held), target, others, Error::QuantityNotHeld)?;
        }
        if of_returned > 0 {
            self.transfer(&id, (&by, Place::Returned), target, of_returned, Error::QuantityNotHeld)?;
        }
        Ok(UnitsDecommissioned { batch: id, by, quantity, of_returned, state, document })
    }

    /// Takes a decommissioning back: by who did it, within [`REVERT_WINDOW`], and never where the pack was destroyed
    /// or stolen or the batch is recalled or expired. What was locked is unlocked at any time, also by a regulator.
    pub fn revert(&mut self, call: Call, id: BatchId, serial: &[u8]) -> Result<UnitReverted, Error> {
        let batch = self.known(&id)?;
        let unit = UnitId::of(id, serial);
        let DecommissionedUnit { state, by: holder, at } =
            self.units.get(&unit).ok_or(Error::UnitNotDecommissioned)?;
        let locked = state == UnitState::Locked;
        let entitled = if call.caller == holder {
            ensure_may_decommission(&call, state)
        } else if locked {
            ensure_regulator(&call)
        } else {
            Err(Error::CallerNotAuthorised)
        };
        entitled?;
        self.ensure_no_alarm(unit)?;
        let for_good = matches!(state, UnitState::Destroyed | UnitState::Stolen);
        let in_time = call.now <= at.saturating_add(REVERT_WINDOW) && call.now <= batch.expires_at;
        ensure(locked || (!for_good && in_time && !batch.recalled), Error::NotRevertible)?;
        self.transfer(&id, (&holder, place_of(state)), (&holder, Place::Held), 1, Error::BalanceBroken)?;
        self.units.remove(&unit);
        Ok(UnitReverted { batch: id, unit, holder, by: call.caller, state })
    }

    /// Notes a regulator's finding about an alarm.
    pub fn resolve_alarm(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<AlarmResolved, Error> {
        ensure_regulator(&call)?;
        let unit = UnitId::of(id, serial);
        let mut alarm = self.alarms.get(&unit).ok_or(Error::UnknownAlarm)?;
        match resolution {
            Resolution::FalseAlarm => self.alarms.remove(&unit),
            Resolution::CounterfeitConfirmed => {
                alarm.confirmed = true;
                self.alarms.insert(&unit, &alarm);
            }
        }
        Ok(AlarmResolved { batch: id, unit, by: call.caller, resolution })
    }

    fn ensure_no_alarm(&self, proven: UnitId) -> Result<(), Error> {
        let alarm = self.alarms.get(&proven);
        ensure(!alarm.is_some_and(|alarm| alarm.concerns_proven()), Error::AlarmOpen)
    }

    fn alarm_about(
        &mut self,
        call: Call,
        batch: BatchId,
        unit: UnitId,
        code: AlarmCode,
        other: AccountId,
    ) -> Decommissioning {
        let by = call.caller;
        let mut alarm = Alarm { code, by, other, at: call.now, count: 1, confirmed: false };
        if let Some(first) = self.alarms.get(&unit) {
            let count = first.count.saturating_add(1);
            // One about a proven serial tells more than one that came without a proof.
            alarm = if first.concerns_proven() { Alarm { count, ..first } } else { Alarm { count, ..alarm } };
        }
        self.alarms.insert(&unit, &alarm);
        Decommissioning::Alarm(AlarmRaised { batch, unit, by, code, other })
    }

    /// Whether a recall of a range of serials, or of a logistic unit around it, covers the unit at this position.
    pub(crate) fn is_unit_recalled(&self, id: BatchId, batch: &Batch, position: u32) -> bool {
        batch.recalls > 0 && self.recalls(id).iter().any(|notice| notice.recall.scope.covers(position))
    }
}

fn ensure_may_decommission(call: &Call, state: UnitState) -> Result<(), Error> {
    if state == UnitState::Dispensed {
        ensure(call.roles.intersects(DISPENSERS), Error::CallerNotAuthorised)
    } else {
        ensure_custodian(call)
    }
}

fn place_of(state: UnitState) -> Place {
    match state {
        UnitState::Dispensed => Place::Dispensed,
        UnitState::Destroyed => Place::Destroyed,
        _ => Place::Decommissioned,
    }
}
