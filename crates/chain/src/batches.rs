//! The messages and events of `batches`: drug batches from manufacture to patient.

use ::batches::{
    Attestation, AttestationRecord, Batch, DispenseOutcome, DispensedUnit, Error, Holding, MassBalance,
    NewBatch, QuarantineReason, RecallClass, RecallReason, RejectionReason, Scan, Shipment, Verdict,
};
use primitives::{AccountId, BatchId, DocumentHash, Quantity, SerialProof, UnitId};

use crate::call::Call;
use crate::deploy::Constructor;
use crate::events::contract_events;

contract_events!(batches:
    BatchRegistered, BatchAttested, BatchReleased, BatchBlocked, BatchUnblocked, UnitsShipped, UnitsReceived,
    ShipmentRejected, UnitDispensed, UnserialisedUnitsDispensed, CloneAlarmRaised, UnitsQuarantined,
    QuarantineReleased, BatchRecalled,
);

/// An empty register whose callers' roles are in the contract `access`.
#[must_use]
pub fn new(access: AccountId) -> Constructor {
    Constructor::new("new", access)
}

/// The contract `batches` at an address. Each function makes the call of the message of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches(pub AccountId);

impl Batches {
    /// Registers a batch, all units of which are with the caller then.
    #[must_use]
    pub fn register_batch(&self, batch: &NewBatch) -> Call<BatchId> {
        Call::fallible::<Error>(self.0, "register_batch", batch)
    }

    /// Answers for one requirement of the release gate with a document.
    #[must_use]
    pub fn attest(&self, batch: BatchId, attestation: Attestation, document: DocumentHash) -> Call<()> {
        Call::fallible::<Error>(self.0, "attest", (batch, attestation, document))
    }

    /// Releases a batch to the market.
    #[must_use]
    pub fn release(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "release", batch)
    }

    /// Stops a batch from moving.
    #[must_use]
    pub fn block(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "block", batch)
    }

    /// Lets a blocked batch move again.
    #[must_use]
    pub fn unblock(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "unblock", batch)
    }

    /// Puts units of the caller in transit to a consignee. The shipment's number is in
    /// [`::batches::UnitsShipped`].
    #[must_use]
    pub fn ship(&self, batch: BatchId, to: AccountId, quantity: Quantity) -> Call<u64> {
        Call::fallible::<Error>(self.0, "ship", (batch, to, quantity))
    }

    /// Takes units of a shipment over.
    #[must_use]
    pub fn receive(&self, shipment: u64, quantity: Quantity) -> Call<()> {
        Call::fallible::<Error>(self.0, "receive", (shipment, quantity))
    }

    /// Sends what is still in transit of a shipment back.
    #[must_use]
    pub fn reject(&self, shipment: u64, reason: RejectionReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "reject", (shipment, reason))
    }

    /// Hands the unit with this serial to a patient. What came of it is in [`::batches::UnitDispensed`] or
    /// [`::batches::CloneAlarmRaised`].
    #[must_use]
    pub fn dispense(&self, batch: BatchId, serial: &[u8], proof: &SerialProof) -> Call<DispenseOutcome> {
        Call::fallible::<Error>(self.0, "dispense", (batch, serial, proof))
    }

    /// Hands units of a batch without serials to patients.
    #[must_use]
    pub fn dispense_unserialised(&self, batch: BatchId, quantity: Quantity) -> Call<()> {
        Call::fallible::<Error>(self.0, "dispense_unserialised", (batch, quantity))
    }

    /// Sets units of `holder` apart.
    #[must_use]
    pub fn quarantine(
        &self,
        batch: BatchId,
        holder: AccountId,
        quantity: Quantity,
        reason: QuarantineReason,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "quarantine", (batch, holder, quantity, reason))
    }

    /// Lets quarantined units of `holder` move again.
    #[must_use]
    pub fn release_quarantine(&self, batch: BatchId, holder: AccountId, quantity: Quantity) -> Call<()> {
        Call::fallible::<Error>(self.0, "release_quarantine", (batch, holder, quantity))
    }

    /// Recalls a batch for good.
    #[must_use]
    pub fn recall(&self, batch: BatchId, class: RecallClass, reason: RecallReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "recall", (batch, class, reason))
    }

    /// Judges a scanned pack by the chain's time.
    #[must_use]
    pub fn verdict(&self, scan: &Scan) -> Call<Verdict> {
        Call::infallible(self.0, "verdict", scan)
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self, batch: BatchId) -> Call<Option<Batch>> {
        Call::infallible(self.0, "batch", batch)
    }

    /// Where the batch's units are.
    #[must_use]
    pub fn mass_balance(&self, batch: BatchId) -> Call<Option<MassBalance>> {
        Call::infallible(self.0, "mass_balance", batch)
    }

    /// What `holder` has of the batch.
    #[must_use]
    pub fn holding(&self, batch: BatchId, holder: AccountId) -> Call<Holding> {
        Call::infallible(self.0, "holding", (batch, holder))
    }

    /// The shipment, while anything of it is in transit.
    #[must_use]
    pub fn shipment(&self, shipment: u64) -> Call<Option<Shipment>> {
        Call::infallible(self.0, "shipment", shipment)
    }

    /// Who attested, with which document.
    #[must_use]
    pub fn attestation(&self, batch: BatchId, attestation: Attestation) -> Call<Option<AttestationRecord>> {
        Call::infallible(self.0, "attestation", (batch, attestation))
    }

    /// Who dispensed a unit, and how often its serial raised an alarm since.
    #[must_use]
    pub fn dispensed_unit(&self, unit: UnitId) -> Call<Option<DispensedUnit>> {
        Call::infallible(self.0, "dispensed_unit", unit)
    }

    /// The contract that knows the roles.
    #[must_use]
    pub fn access(&self) -> Call<AccountId> {
        Call::infallible(self.0, "access", ())
    }
}
