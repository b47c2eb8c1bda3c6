//! The messages and events of `units`: what became of single packs, and what a scan of one is to be told.

use ::units::{Alarm, DecommissionedUnit, Error, Resolution, Scan, UnitOutcome, UnitState, Verdict};
use primitives::{AccountId, BatchId, SerialProof, UnitId};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(units: UnitDecommissioned, UnitReverted, AlarmRaised, AlarmResolved);

/// An empty register of the units of the contract `batches`, whose callers' roles are in the contract `access`.
#[must_use]
pub fn new(access: AccountId, batches: AccountId) -> Constructor {
    Constructor::new("new", (access, batches))
}

/// The contract `units` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units(pub AccountId);

impl Units {
    /// Hands the unit with this serial to a patient. What came of it is in [`::units::UnitDecommissioned`] or
    /// [`::units::AlarmRaised`].
    #[must_use]
    pub fn dispense(&self, batch: BatchId, serial: &[u8], proof: &SerialProof) -> Call<UnitOutcome> {
        Call::fallible::<Error>(self.0, "dispense", (batch, serial, proof))
    }

    /// Takes the unit with this serial out of the supply chain. What came of it is where `dispense` has it.
    #[must_use]
    pub fn decommission(
        &self,
        batch: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
    ) -> Call<UnitOutcome> {
        Call::fallible::<Error>(self.0, "decommission", (batch, serial, proof, state))
    }

    /// Takes a decommissioning back.
    #[must_use]
    pub fn revert(&self, batch: BatchId, serial: &[u8]) -> Call<()> {
        Call::fallible::<Error>(self.0, "revert", (batch, serial))
    }

    /// Notes a regulator's finding about an alarm.
    #[must_use]
    pub fn resolve_alarm(&self, batch: BatchId, serial: &[u8], resolution: Resolution) -> Call<()> {
        Call::fallible::<Error>(self.0, "resolve_alarm", (batch, serial, resolution))
    }

    /// Judges a scanned pack by the chain's time.
    #[must_use]
    pub fn verdict(&self, scan: &Scan) -> Call<Verdict> {
        Call::fallible::<Error>(self.0, "verdict", scan)
    }

    /// What became of a unit that was decommissioned.
    #[must_use]
    pub fn decommissioned_unit(&self, unit: UnitId) -> Call<Option<DecommissionedUnit>> {
        Call::infallible(self.0, "decommissioned_unit", unit)
    }

    /// The alarm about a serial.
    #[must_use]
    pub fn alarm(&self, unit: UnitId) -> Call<Option<Alarm>> {
        Call::infallible(self.0, "alarm", unit)
    }

    /// The contract that knows the roles.
    #[must_use]
    pub fn access(&self) -> Call<AccountId> {
        Call::infallible(self.0, "access", ())
    }

    /// The contract that knows the batches.
    #[must_use]
    pub fn batches(&self) -> Call<AccountId> {
        Call::infallible(self.0, "batches", ())
    }
}
