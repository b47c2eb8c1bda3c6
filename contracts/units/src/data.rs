//! The rules of `units`, without the macro: who calls and when is an argument, what happened is the result.

use ink::storage::{traits::ManualKey, Lazy, Mapping};
use primitives::{
    ensure, AccountId, BatchId, Call, Packed, Role, SerialProof, UnitId, Whereabouts, CUSTODIANS, DISPENSERS,
};

use crate::errors::Error;
use crate::events::{AlarmRaised, AlarmResolved, UnitDecommissioned, UnitReverted};
use crate::types::{Alarm, AlarmCode, DecommissionedUnit, Resolution, UnitState, REVERT_WINDOW};

/// The layout of the storage that this code reads and writes. It changes with every change to a stored type.
pub const LAYOUT: u32 = 0x554E_0001;

/// What is stored once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub(crate) struct State {
    /// The contract that knows the roles.
    pub access: AccountId,
    /// The contract that knows the batches.
    pub batches: AccountId,
}

/// What came of the attempt to decommission a unit: one of two events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decommissioning {
    /// It is done, and to be booked in `batches`.
    Done(UnitDecommissioned),
    /// One of two packs is a copy.
    Alarm(AlarmRaised),
}

/// What the contract knows. Every field has its own storage key, listed in `docs/upgrades.md`.
///
/// Every unit that is kept here is booked in `batches` as well, in the same transaction: the counts there and the
/// states here cannot part.
#[derive(Debug)]
#[ink::storage_item]
pub struct Data {
    layout: Lazy<u32, ManualKey<0x4C41_594F>>,
    state: Lazy<State, ManualKey<0x5354_4154>>,
    units: Mapping<UnitId, DecommissionedUnit, ManualKey<0x554E_4954>>,
    alarms: Mapping<UnitId, Alarm, ManualKey<0x414C_4152>>,
}

impl Data {
    /// An empty register of the units of `batches`, whose callers' roles are in `access`.
    #[must_use]
    pub fn new(access: AccountId, batches: AccountId) -> Self {
        let mut data =
            Self { layout: Lazy::new(), state: Lazy::new(), units: Mapping::new(), alarms: Mapping::new() };
        data.layout.set(&LAYOUT);
        data.state.set(&State { access, batches });
        data
    }

    /// Whether the storage has the layout of this code.
    #[must_use]
    pub fn understands_layout(&self) -> bool {
        self.layout.get() == Some(LAYOUT)
    }

    /// The contract that knows the roles; all zero where the storage is not this contract's.
    #[must_use]
    pub fn access(&self) -> AccountId {
        self.state.get().map_or([0; 32].into(), |state| state.access)
    }

    /// The contract that knows the batches; all zero where the storage is not this contract's.
    #[must_use]
    pub fn batches(&self) -> AccountId {
        self.state.get().map_or([0; 32].into(), |state| state.batches)
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

    /// Takes a unit out of the supply chain, or raises the alarm where it cannot be here. `whereabouts` is what
    /// `batches` says about the proof's position and the caller.
    pub fn decommission(
        &mut self,
        call: Call,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
        (id, whereabouts): (BatchId, &Whereabouts),
    ) -> Result<Decommissioning, Error> {
        ensure_may_decommission(&call, state)?;
        let Whereabouts { batch, here, recalled, packed, .. } = whereabouts;
        gs1::validate_serial(serial).map_err(|_| Error::InvalidSerial)?;
        let root = batch.serial_root.ok_or(Error::SerialsNotRegistered)?;
        let unit = UnitId::of(id, serial);
        // The alarm comes before the state of the batch: a copy of a recalled pack is still a copy.
        let alarm = if !proof.verifies(unit, root, batch.quantity) {
            Some((AlarmCode::SerialNotInBatch, batch.manufacturer))
        } else if let Some(first) = self.units.get(unit) {
            Some((AlarmCode::SecondDecommission, first.by))
        } else if let Some(Packed { holder, .. }) = *packed {
            ensure(holder != call.caller, Error::UnitPacked)?;
            Some((AlarmCode::UnitElsewhere, holder))
        } else if here.is_none_or(|places| places.present() == 0) {
            Some((AlarmCode::UnitNeverReceived, batch.manufacturer))
        } else {
            None
        };
        if let Some((code, other)) = alarm {
            return Ok(self.alarm_about(call, id, unit, code, other));
        }
        if state == UnitState::Dispensed {
            batch.ensure_marketable(call.now)?;
            ensure(!*recalled, Error::UnitRecalled)?;
            self.ensure_no_alarm(unit)?;
        }
        let by = call.caller;
        self.units.insert(unit, &DecommissionedUnit { state, by, at: call.now });
        Ok(Decommissioning::Done(UnitDecommissioned { batch: id, unit, by, state }))
    }

    /// Takes a decommissioning back: by who did it, within [`REVERT_WINDOW`], and never where the pack was destroyed
    /// or stolen or the batch is recalled or expired. What was locked is unlocked at any time, also by a regulator.
    pub fn revert(
        &mut self,
        call: Call,
        serial: &[u8],
        (id, whereabouts): (BatchId, &Whereabouts),
    ) -> Result<UnitReverted, Error> {
        let batch = &whereabouts.batch;
        let unit = UnitId::of(id, serial);
        let DecommissionedUnit { state, by: holder, at } =
            self.units.get(unit).ok_or(Error::UnitNotDecommissioned)?;
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
        self.units.remove(unit);
        Ok(UnitReverted { batch: id, unit, holder, by: call.caller, state })
    }

    /// Notes a regulator's finding about an alarm. That there is a copy is final: the pack that is genuine cannot be told
    /// from it any more.
    pub fn resolve_alarm(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<AlarmResolved, Error> {
        ensure_regulator(&call)?;
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
        Ok(AlarmResolved { batch: id, unit, by: call.caller, resolution })
    }

    /// What the chain does to a record where `batches` does not book the unit: the whole message is taken back.
    #[cfg(test)]
    pub(crate) fn forget(&mut self, unit: UnitId) {
        self.units.remove(unit);
    }

    fn ensure_no_alarm(&self, proven: UnitId) -> Result<(), Error> {
        let alarm = self.alarms.get(proven);
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
        if let Some(first) = self.alarms.get(unit) {
            let count = first.count.saturating_add(1);
            // One about a proven serial tells more than one that came without a proof.
            alarm = if first.concerns_proven() { Alarm { count, ..first } } else { Alarm { count, ..alarm } };
        }
        self.alarms.insert(unit, &alarm);
        Decommissioning::Alarm(AlarmRaised { batch, unit, by, code, other })
    }
}

fn ensure_may_decommission(call: &Call, state: UnitState) -> Result<(), Error> {
    let entitled = if state == UnitState::Dispensed { DISPENSERS } else { CUSTODIANS };
    ensure(call.roles.intersects(entitled), Error::CallerNotAuthorised)
}

fn ensure_regulator(call: &Call) -> Result<(), Error> {
    ensure(call.roles.contains(Role::Regulator), Error::CallerNotAuthorised)
}
