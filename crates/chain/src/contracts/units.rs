//! The messages and events of `units`: what became of single packs, and verdicts on scans.

use primitives::batches::{ClearanceReason, QuarantineReason, UnitState};
use primitives::units::{Alarm, Error, Resolution, Scan, UnitOutcome, UnitRecord, Verdict};
use primitives::{AccountId, BatchId, MultiProof, SerialProof, SiteId, Timestamp, UnitId};

use crate::contracts::event_enum::contract_events;
use crate::node::call::Call;
use crate::node::constructor::Constructor;

contract_events!(units:
    UnitDecommissioned, UnitReverted, UnitsQuarantinedBySerial, UnitsReleased, UnitsCondemned, AlarmRaised,
    AlarmResolved, AlarmsDismissed,
);

/// An empty register of the units of the contract `batches`, in the deployment of the contract `access`.
#[must_use]
pub fn new(access: AccountId, batches: AccountId) -> Constructor {
    Constructor::new("new", (access, batches))
}

/// Units of a batch at a site, by their serials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The site in whose books they are.
    pub at: SiteId,
    /// The batch.
    pub batch: BatchId,
    /// Their serials in the order of their positions, at most [`primitives::MAX_UNITS`].
    pub serials: Vec<Vec<u8>>,
    /// One proof of all.
    pub proof: MultiProof,
    /// Whether they are taken out of a quarantine, and not from the shelf.
    pub from_quarantine: bool,
}

/// The contract `units` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units(pub AccountId);

impl Units {
    /// Hands the unit with this serial to a patient, at a site: now, or earlier where it was done offline. What came of it
    /// is in [`primitives::units::UnitDecommissioned`] or [`primitives::units::AlarmRaised`]; without an event, the
    /// site had done it before.
    #[must_use]
    pub fn dispense(
        &self,
        site: SiteId,
        batch: BatchId,
        serial: &[u8],
        proof: &SerialProof,
        done_at: Option<Timestamp>,
    ) -> Call<UnitOutcome> {
        Call::fallible::<Error>(self.0, "dispense", (site, batch, serial, proof, done_at))
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
        done_at: Option<Timestamp>,
    ) -> Call<UnitOutcome> {
        Call::fallible::<Error>(self.0, "decommission", (site, batch, serial, proof, state, done_at))
    }

    /// Undoes a decommissioning at the site that did it.
    #[must_use]
    pub fn revert(&self, site: SiteId, batch: BatchId, serial: &[u8]) -> Call<()> {
        Call::fallible::<Error>(self.0, "revert", (site, batch, serial))
    }

    /// Quarantines units at a site by their serials: for the site, or as a regulator.
    #[must_use]
    pub fn quarantine(&self, site: Option<SiteId>, units: &Named, reason: QuarantineReason) -> Call<()> {
        let Named { at, batch, serials, proof, from_quarantine } = units;
        Call::fallible::<Error>(
            self.0,
            "quarantine",
            (site, at, batch, serials, proof, from_quarantine, reason),
        )
    }

    /// Condemns units at a site by their serials: for the site, or as a regulator.
    #[must_use]
    pub fn condemn(&self, site: Option<SiteId>, units: &Named) -> Call<()> {
        let Named { at, batch, serials, proof, from_quarantine } = units;
        Call::fallible::<Error>(self.0, "condemn", (site, at, batch, serials, proof, from_quarantine))
    }

    /// Ends the quarantine of units that are quarantined by their serials at one site.
    #[must_use]
    pub fn release(&self, batch: BatchId, serials: &[Vec<u8>], reason: ClearanceReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "release", (batch, serials, reason))
    }

    /// Notes a regulator's finding about alarms on serials of a batch.
    #[must_use]
    pub fn resolve_alarms(&self, batch: BatchId, serials: &[Vec<u8>], resolution: Resolution) -> Call<()> {
        Call::fallible::<Error>(self.0, "resolve_alarms", (batch, serials, resolution))
    }

    /// Dismisses all alarms that a site raised alone until now.
    #[must_use]
    pub fn dismiss_alarms(&self, of: SiteId) -> Call<()> {
        Call::fallible::<Error>(self.0, "dismiss_alarms", of)
    }

    /// Judges a scanned pack by the chain's time.
    #[must_use]
    pub fn verdict(&self, scan: &Scan) -> Call<Verdict> {
        Call::fallible::<Error>(self.0, "verdict", scan)
    }

    /// What is known of a unit that is not free on a shelf.
    #[must_use]
    pub fn unit(&self, unit: UnitId) -> Call<Option<UnitRecord>> {
        Call::infallible(self.0, "unit", unit)
    }

    /// The alarm about a serial.
    #[must_use]
    pub fn alarm(&self, unit: UnitId) -> Call<Option<Alarm>> {
        Call::infallible(self.0, "alarm", unit)
    }

    /// Until when the alarms are dismissed that the site raised alone.
    #[must_use]
    pub fn alarms_dismissed_at(&self, site: SiteId) -> Call<Option<Timestamp>> {
        Call::infallible(self.0, "alarms_dismissed_at", site)
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
