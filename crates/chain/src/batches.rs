//! The messages and events of `batches`: drug batches from manufacture to patient.

use ::batches::{
    Alarm, Arrival, Attestation, AttestationRecord, Batch, ClearanceReason, Contents, DecommissionedUnit,
    Error, EvidencePolicy, Goods, Holding, LogisticUnit, NewBatch, Places, Purpose, QuarantineReason,
    QuarantineTarget, Recall, RecallNotice, RejectionReason, Resolution, Scan, Shipment, UnitOutcome,
    UnitState, Verdict,
};
use primitives::{
    AccountId, BatchId, DocumentHash, FeedId, Quantity, SerialProof, Sscc, UnitId, UpgradeProposal,
};

use crate::call::Call;
use crate::deploy::Constructor;
use crate::events::contract_events;

contract_events!(batches:
    BatchRegistered, BatchRegistrationCancelled, BatchAttested, BatchReleased, BatchBlocked, BatchUnblocked,
    UnitsShipped, UnitsReceived, ShipmentRejected, LogisticUnitPacked, LogisticUnitUnpacked, UnitDecommissioned,
    UnitsDecommissioned, UnitReverted, AlarmRaised, AlarmResolved, UnitsQuarantined, QuarantineReleased,
    BatchRecalled, RecallAcknowledged, EvidencePolicySet, UpgradeProposed, UpgradeCancelled, UpgradeApplied,
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

    /// Takes a registration back, before anything moved.
    #[must_use]
    pub fn cancel_registration(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "cancel_registration", batch)
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

    /// Puts goods of the caller in transit to a consignee. The shipment's number is in [`::batches::UnitsShipped`].
    #[must_use]
    pub fn ship(
        &self,
        goods: Goods,
        to: AccountId,
        purpose: Purpose,
        terms: Option<DocumentHash>,
    ) -> Call<u64> {
        Call::fallible::<Error>(self.0, "ship", (goods, to, purpose, terms))
    }

    /// Takes goods of a shipment over.
    #[must_use]
    pub fn receive(&self, shipment: u64, arrival: &Arrival) -> Call<()> {
        Call::fallible::<Error>(self.0, "receive", (shipment, arrival))
    }

    /// Gives what is still in transit of a shipment back.
    #[must_use]
    pub fn reject(&self, shipment: u64, reason: RejectionReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "reject", (shipment, reason))
    }

    /// Packs and closes a logistic unit.
    #[must_use]
    pub fn pack(&self, logistic_unit: Sscc, contents: &Contents) -> Call<()> {
        Call::fallible::<Error>(self.0, "pack", (logistic_unit, contents))
    }

    /// Opens a logistic unit.
    #[must_use]
    pub fn unpack(&self, logistic_unit: Sscc) -> Call<()> {
        Call::fallible::<Error>(self.0, "unpack", logistic_unit)
    }

    /// Hands the unit with this serial to a patient. What came of it is in [`::batches::UnitDecommissioned`] or
    /// [`::batches::AlarmRaised`].
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

    /// Takes units out of the supply chain that are not told apart.
    #[must_use]
    pub fn decommission_quantity(
        &self,
        batch: BatchId,
        quantity: Quantity,
        state: UnitState,
        document: Option<DocumentHash>,
    ) -> Call<()> {
        Call::fallible::<Error>(self.0, "decommission_quantity", (batch, quantity, state, document))
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

    /// Sets goods apart.
    #[must_use]
    pub fn quarantine(&self, target: QuarantineTarget, reason: QuarantineReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "quarantine", (target, reason))
    }

    /// Sets goods apart by a fresh report about them.
    #[must_use]
    pub fn quarantine_by_evidence(&self, target: QuarantineTarget, feed: FeedId) -> Call<()> {
        Call::fallible::<Error>(self.0, "quarantine_by_evidence", (target, feed))
    }

    /// Lets quarantined goods move again.
    #[must_use]
    pub fn release_quarantine(&self, target: QuarantineTarget, reason: ClearanceReason) -> Call<()> {
        Call::fallible::<Error>(self.0, "release_quarantine", (target, reason))
    }

    /// Says which reports of a feed let anybody set goods apart.
    #[must_use]
    pub fn set_evidence_policy(&self, feed: FeedId, policy: Option<EvidencePolicy>) -> Call<()> {
        Call::fallible::<Error>(self.0, "set_evidence_policy", (feed, policy))
    }

    /// Recalls a batch or a part of it for good.
    #[must_use]
    pub fn recall(&self, batch: BatchId, recall: &Recall) -> Call<()> {
        Call::fallible::<Error>(self.0, "recall", (batch, recall))
    }

    /// Says that the caller knows all recalls of the batch.
    #[must_use]
    pub fn acknowledge_recall(&self, batch: BatchId) -> Call<()> {
        Call::fallible::<Error>(self.0, "acknowledge_recall", batch)
    }

    /// Proposes code to replace the contract's.
    #[must_use]
    pub fn propose_upgrade(&self, code: [u8; 32]) -> Call<()> {
        Call::fallible::<Error>(self.0, "propose_upgrade", code)
    }

    /// Withdraws the proposed code.
    #[must_use]
    pub fn cancel_upgrade(&self) -> Call<()> {
        Call::fallible::<Error>(self.0, "cancel_upgrade", ())
    }

    /// Replaces the contract's code by the proposed one.
    #[must_use]
    pub fn apply_upgrade(&self) -> Call<()> {
        Call::fallible::<Error>(self.0, "apply_upgrade", ())
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

    /// A page of the batches, from number `start`: `limit`, and [`::batches::MAX_PAGE`] at most.
    #[must_use]
    pub fn batches(&self, start: u32, limit: u32) -> Call<Vec<BatchId>> {
        Call::infallible(self.0, "batches", (start, limit))
    }

    /// Where the batch's units are.
    #[must_use]
    pub fn mass_balance(&self, batch: BatchId) -> Call<Option<Places>> {
        Call::infallible(self.0, "mass_balance", batch)
    }

    /// What `holder` has or had of the batch.
    #[must_use]
    pub fn holding(&self, batch: BatchId, holder: AccountId) -> Call<Holding> {
        Call::infallible(self.0, "holding", (batch, holder))
    }

    /// A page of everybody who ever had units of the batch, from number `start`: `limit`, and
    /// [`::batches::MAX_PAGE`] at most.
    #[must_use]
    pub fn recall_reach(&self, batch: BatchId, start: u32, limit: u32) -> Call<Vec<(AccountId, Holding)>> {
        Call::infallible(self.0, "recall_reach", (batch, start, limit))
    }

    /// The recalls of the batch.
    #[must_use]
    pub fn recalls(&self, batch: BatchId) -> Call<Vec<RecallNotice>> {
        Call::infallible(self.0, "recalls", batch)
    }

    /// The shipment, while anything of it is in transit.
    #[must_use]
    pub fn shipment(&self, shipment: u64) -> Call<Option<Shipment>> {
        Call::infallible(self.0, "shipment", shipment)
    }

    /// The logistic unit, while it is packed.
    #[must_use]
    pub fn logistic_unit(&self, logistic_unit: Sscc) -> Call<Option<LogisticUnit>> {
        Call::infallible(self.0, "logistic_unit", logistic_unit)
    }

    /// Who attested, with which document.
    #[must_use]
    pub fn attestation(&self, batch: BatchId, attestation: Attestation) -> Call<Option<AttestationRecord>> {
        Call::infallible(self.0, "attestation", (batch, attestation))
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

    /// What makes a report of the feed evidence.
    #[must_use]
    pub fn evidence_policy(&self, feed: FeedId) -> Call<Option<EvidencePolicy>> {
        Call::infallible(self.0, "evidence_policy", feed)
    }

    /// The code that waits to replace the contract's.
    #[must_use]
    pub fn upgrade(&self) -> Call<Option<UpgradeProposal>> {
        Call::infallible(self.0, "upgrade", ())
    }

    /// The contract that knows the roles.
    #[must_use]
    pub fn access(&self) -> Call<AccountId> {
        Call::infallible(self.0, "access", ())
    }
}
