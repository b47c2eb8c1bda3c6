//! The messages and events of `units`: what became of single packs, and verdicts on scans.

use primitives::batches::UnitState;
use primitives::units::{Alarm, DecommissionedUnit, Error, Resolution, Scan, UnitOutcome, Verdict};
use primitives::{AccountId, BatchId, SerialProof, SiteId, UnitId};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(units: UnitDecommissioned, UnitReverted, AlarmRaised, AlarmResolved);

/// An empty register of the units of the contract `batches`, in the deployment of the contract `access`.
#[must_use]
pub fn new(access: AccountId, batches: AccountId) -> Constructor {
    Constructor::new("new", (access, batches))
}

/// The contract `units` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units(pub AccountId);

impl Units {
    /// Hands the unit with this serial to a patient, at a site. What came of it is in [`primitives::units::UnitDecommissioned`] or
    /// [`primitives::units::AlarmRaised`].
    #[must_use]
    pub fn dispense(
        &self,
        site: SiteId,
        batch: BatchId,
        serial: &[u8],
        proof: &SerialProof,
    ) -> Call<UnitOutcome> {
        Call::fallible::<Error>(self.0, "dispense", (site, batch, serial, proof))
    }

    /// Takes the unit with this serial out of the supply chain. What came of it is where `dispense` has it.
    #[must_use]
    pub fn decommission(
        &self,
        site: SiteId,
        batch: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        state: UnitState,
    ) -> Call<UnitOutcome> {
        Call::fallible::<Error>(self.0, "decommission", (site, batch, serial, proof, state))
    }

    /// Undoes a decommissioning: for the site that did it, or as a regulator who unlocks.
    #[must_use]
    pub fn revert(&self, site: Option<SiteId>, batch: BatchId, serial: &[u8]) -> Call<()> {
        Call::fallible::<Error>(self.0, "revert", (site, batch, serial))
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

    /// The contract `access`.
    #[must_use]
    pub fn access(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "access", ())
    }

    /// The contract that knows the batches.
    #[must_use]
    pub fn batches(&self) -> Call<Option<AccountId>> {
        Call::infallible(self.0, "batches", ())
    }
}
