use std::ops::{Deref, DerefMut};

use batches::{
    Arrival, Attestation, Contents, Data as BatchesData, Error as BatchesError, Goods, NewBatch, Places,
    Purpose, Recall, RecallClass, RecallReason, RecallScope, UnitsShipped,
};
use ink::env::DefaultEnvironment;
use primitives::{AccountId, BatchId, Call, Quantity, Role, SerialProof, UnitId};

use crate::{
    Alarm, DecommissionedUnit, Decommissioning, Error, Resolution, Scan, UnitReverted, UnitState, Verdict,
};
use support::*;

mod random_messages;
#[path = "../../batches/src/tests/support.rs"]
mod support;
mod units;
mod verdict;
mod verdict_of_random_states;

/// The rules of both contracts, each in a storage of its own, as they work together on chain.
struct Register {
    batches: BatchesData,
    batches_storage: AccountId,
    units: crate::Data,
    units_storage: AccountId,
}

/// Two empty contracts.
fn register() -> Register {
    let batches = support::register();
    let batches_storage = ink::env::test::callee::<DefaultEnvironment>();
    let units_storage = primitives::blake2_256(batches_storage.as_ref()).into();
    ink::env::test::set_callee::<DefaultEnvironment>(units_storage);
    let units = crate::Data::new(account(0xAC), account(0xBA));
    ink::env::test::set_callee::<DefaultEnvironment>(batches_storage);
    Register { batches, batches_storage, units, units_storage }
}

impl Deref for Register {
    type Target = BatchesData;

    fn deref(&self) -> &BatchesData {
        &self.batches
    }
}

impl DerefMut for Register {
    fn deref_mut(&mut self) -> &mut BatchesData {
        &mut self.batches
    }
}

impl Register {
    /// What `units` does, in its own storage.
    fn in_units<T>(&mut self, rule: impl FnOnce(&mut crate::Data) -> T) -> T {
        ink::env::test::set_callee::<DefaultEnvironment>(self.units_storage);
        let result = rule(&mut self.units);
        ink::env::test::set_callee::<DefaultEnvironment>(self.batches_storage);
        result
    }

    /// What `units` says, from its own storage.
    fn read_units<T>(&self, read: impl FnOnce(&crate::Data) -> T) -> T {
        ink::env::test::set_callee::<DefaultEnvironment>(self.units_storage);
        let result = read(&self.units);
        ink::env::test::set_callee::<DefaultEnvironment>(self.batches_storage);
        result
    }

    fn book(
        &mut self,
        id: BatchId,
        holder: AccountId,
        state: UnitState,
        taken_back: bool,
    ) -> Result<(), BatchesError> {
        let units = call(0x0E, &[Role::UnitRegister]);
        self.batches.book_unit(units, id, holder, state, taken_back).map(drop)
    }

    fn decommission(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
    ) -> Result<Decommissioning, Error> {
        let whereabouts =
            self.whereabouts(id, Some(proof.index), Some(call.caller)).ok_or(Error::UnknownBatch)?;
        let done =
            self.in_units(|units| units.decommission(call, serial, proof, state, (id, &whereabouts)))?;
        if let Decommissioning::Done(event) = &done {
            if let Err(refused) = self.book(id, event.by, state, false) {
                self.in_units(|units| units.forget(event.unit));
                return Err(primitives::BookingError::from(refused).into());
            }
        }
        Ok(done)
    }

    fn revert(&mut self, call: Call, id: BatchId, serial: &[u8]) -> Result<UnitReverted, Error> {
        let whereabouts = self.whereabouts(id, None, None).ok_or(Error::UnknownBatch)?;
        let event = self.in_units(|units| units.revert(call, serial, (id, &whereabouts)))?;
        self.book(id, event.holder, event.state, true).unwrap();
        Ok(event)
    }

    fn resolve_alarm(
        &mut self,
        call: Call,
        id: BatchId,
        serial: &[u8],
        resolution: Resolution,
    ) -> Result<crate::AlarmResolved, Error> {
        self.in_units(|units| units.resolve_alarm(call, id, serial, resolution))
    }

    fn verdict(&self, scan: &Scan, now: u64) -> Verdict {
        let position = scan.proof.as_ref().map(|proof| proof.index);
        let whereabouts = self.whereabouts(BatchId::of(scan.gtin, &scan.lot), position, scan.holder);
        self.read_units(|units| units.verdict(scan, whereabouts, now))
    }

    fn alarm(&self, unit: UnitId) -> Option<Alarm> {
        self.read_units(|units| units.alarm(unit))
    }

    fn decommissioned_unit(&self, unit: UnitId) -> Option<DecommissionedUnit> {
        self.read_units(|units| units.decommissioned_unit(unit))
    }
}

impl Serialised {
    fn decommission(
        &self,
        register: &mut Register,
        call: Call,
        number: usize,
        state: UnitState,
    ) -> Result<Decommissioning, Error> {
        register.decommission(call, self.id, &serial(number), &self.proof(number), state)
    }

    fn dispense(&self, register: &mut Register, call: Call, number: usize) -> Result<Decommissioning, Error> {
        self.decommission(register, call, number, UnitState::Dispensed)
    }
}

#[ink::test]
fn a_new_register_is_empty_and_knows_its_contracts() {
    let units = crate::units::Units::new(account(0xAC), account(0xBA));
    assert_eq!((units.access(), units.batches()), (account(0xAC), account(0xBA)));
    let unit = UnitId::of(BatchId::of(GTIN, LOT), b"S1");
    assert_eq!((units.decommissioned_unit(unit), units.alarm(unit)), (None, None));
}
