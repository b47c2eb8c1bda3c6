//! The rules of `units`, without the macro: who calls and when is an argument, what happened is the result.

use kernel::{key, Call, Item, Map, Member};
use primitives::batches::{Batch, UnitState, Whereabouts};
use primitives::units::{
    Alarm, AlarmCode, AlarmRaised, AlarmResolved, DecommissionedUnit, Error, Resolution, UnitDecommissioned,
    UnitReverted, REVERT_WINDOW,
};
use primitives::{ensure, AccountId, Actor, BatchId, Role, ShownPosition, SiteId, Timestamp, UnitId};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x554E_0002;

/// What came of the attempt to decommission a unit: one of two events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decommissioning {
    /// It is done, and booked in `batches`.
    Done(UnitDecommissioned),
    /// One of two packs is a copy. Nothing is booked.
    Alarm(AlarmRaised),
}

/// What the contract knows. Every field has its own storage key, which spells its name.
///
/// Every unit that is kept here is booked in `batches` as well, in the same transaction: the counts there and the
/// states here cannot part.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Data {
    /// What every contract of a deployment keeps.
    pub member: Member,
    batches: Item<AccountId, { key(b"BATC") }>,
    units: Map<UnitId, DecommissionedUnit, { key(b"UNIT") }>,
    alarms: Map<UnitId, Alarm, { key(b"ALAR") }>,
}

impl Data {
    /// An empty register of the units of `batches`, in the deployment of `access`.
    #[must_use]
    pub fn new(access: AccountId, batches: AccountId) -> Self {
        let mut data = Self::default();
        data.member.join(LAYOUT, access);
        data.batches.set(&batches);
        data
    }

    /// The contract that knows the batches. `None` where the storage is not this contract's.
    #[must_use]
    pub fn batches(&self) -> Option<AccountId> {
        self.batches.get()
    }

    /// What became of a unit.
    #[must_use]
    pub fn decommissioned_unit(&self, unit: UnitId) -> Option<DecommissionedUnit> {
        self.units.get(unit)
    }

    /// The alarm about a serial.
    #[must_use]
    pub fn alarm(&self, unit: UnitId) -> Option<Alarm> {
        self.alarms.get(unit)
    }

    /// Takes a unit out of the supply chain, or raises the alarm where it cannot be here. `first` is what became of it
    /// before; `done` and `whereabouts` are what `batches` booked, and says about what the proof shows and the site.
    pub fn decommission(
        &mut self,
        (by, site, now): (Actor, SiteId, Timestamp),
        (id, unit): (BatchId, UnitId),
        shown: &ShownPosition,
        state: UnitState,
        (first, done, whereabouts): (Option<DecommissionedUnit>, bool, &Whereabouts),
    ) -> Result<Decommissioning, Error> {
        let Whereabouts { batch, here, recalled, packed, .. } = whereabouts;
        let root = batch.serial_root.ok_or(Error::SerialsNotRegistered)?;
        // A mistake of who made the proof says nothing about the pack.
        ensure(shown.fits(batch.quantity), Error::InvalidProof)?;
        // The alarm comes before the state of the batch: a copy of a recalled pack is still a copy.
        let alarm = if !shown.is_of(root, batch.quantity) {
            Some((AlarmCode::SerialNotInBatch, None))
        } else if let Some(first) = first {
            Some((AlarmCode::SecondDecommission, Some(first.site)))
        } else if let Some(around) = *packed {
            ensure(around.site != site, Error::UnitPacked)?;
            Some((AlarmCode::UnitElsewhere, Some(around.site)))
        } else if here.is_none_or(|places| places.present() == 0) {
            Some((AlarmCode::UnitNeverReceived, None))
        } else {
            None
        };
        if let Some((code, other)) = alarm {
            let alarm = Alarm { code, site, other, at: now, count: 1, confirmed: false };
            return Ok(Decommissioning::Alarm(self.raise(by, (id, unit), alarm)));
        }
        if state == UnitState::Dispensed {
            batch.ensure_marketable(now)?;
            ensure(!*recalled, Error::UnitRecalled)?;
            self.ensure_no_alarm(unit)?;
        }
        ensure(done, Error::QuantityNotHeld)?;
        self.units.insert(unit, &DecommissionedUnit { state, site, at: now });
        Ok(Decommissioning::Done(UnitDecommissioned { batch: id, unit, by, state }))
    }

    /// Undoes a decommissioning, which `batches` took back for who may: within [`REVERT_WINDOW`], and never where the pack
    /// was destroyed or stolen or the batch is recalled or expired. What was locked is unlocked at any time.
    pub fn revert(
        &mut self,
        (by, now): (Actor, Timestamp),
        (id, unit): (BatchId, UnitId),
        DecommissionedUnit { state, site, at }: DecommissionedUnit,
        batch: &Batch,
    ) -> Result<UnitReverted, Error> {
        self.ensure_no_alarm(unit)?;
        let is_final = matches!(state, UnitState::Destroyed | UnitState::Stolen);
        let in_time = now <= at.saturating_add(REVERT_WINDOW) && now <= batch.expires_at;
        let revertible = state == UnitState::Locked || (!is_final && in_time && !batch.recalled);
        ensure(revertible, Error::NotRevertible)?;
        self.units.remove(unit);
        Ok(UnitReverted { batch: id, unit, by, site, state })
    }

    /// Notes a regulator's finding about an alarm. That there is a copy is final: the genuine pack cannot be distinguished
    /// from it any more.
    pub fn resolve_alarm(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<AlarmResolved, Error> {
        call.ensure_role(Role::Regulator)?;
        let unit = UnitId::of(id, serial);
        let mut alarm = self.alarms.get(unit).ok_or(Error::UnknownAlarm)?;
        match resolution {
            Resolution::FalseAlarm => {
                ensure(!alarm.confirmed, Error::CounterfeitConfirmed)?;
                self.alarms.remove(unit);
            }
            Resolution::CounterfeitConfirmed => {
                alarm.confirmed = true;
                self.alarms.insert(unit, &alarm);
            }
        }
        Ok(AlarmResolved { batch: id, unit, by: call.actor(), resolution })
    }

    fn ensure_no_alarm(&self, proven: UnitId) -> Result<(), Error> {
        let alarm = self.alarms.get(proven);
        ensure(!alarm.is_some_and(|alarm| alarm.concerns_proven()), Error::AlarmOpen)
    }

    /// Keeps the alarm. The first one about a proven serial stays, and counts the others: it says more than one that came
    /// without a proof.
    fn raise(&mut self, by: Actor, (batch, unit): (BatchId, UnitId), new: Alarm) -> AlarmRaised {
        let (code, other) = (new.code, new.other);
        let alarm = match self.alarms.get(unit) {
            None => new,
            Some(first) => {
                let count = first.count.saturating_add(1);
                Alarm { count, ..if first.concerns_proven() { first } else { new } }
            }
        };
        self.alarms.insert(unit, &alarm);
        AlarmRaised { batch, unit, by, code, other }
    }
}
