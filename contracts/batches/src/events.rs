use ink::prelude::vec::Vec;
use primitives::{AccountId, BatchId, DocumentHash, Quantity, Sscc};

use crate::types::{
    Arrival, Attestation, ClearanceReason, Contents, Purpose, QuarantineReason, QuarantineTarget, Recall,
    RejectionReason, UnitState,
};

/// A batch was registered: all its units are with its manufacturer.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRegistered {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who made it.
    #[ink(topic)]
    pub manufacturer: AccountId,
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date, YYMMDD.
    pub expiry: u32,
    /// How many sales packs.
    pub quantity: Quantity,
    /// The root of their serials.
    pub serial_root: Option<[u8; 32]>,
    /// How many units a numbered case holds.
    pub units_per_case: Option<u32>,
}

/// A registration was taken back before anything moved: the register knows nothing of the batch any more.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRegistrationCancelled {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The manufacturer or a regulator.
    #[ink(topic)]
    pub by: AccountId,
}

/// Somebody answered for one requirement of the release gate.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchAttested {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who attested.
    #[ink(topic)]
    pub by: AccountId,
    /// Which requirement.
    pub attestation: Attestation,
    /// The SHA-256 of the document.
    pub document: DocumentHash,
}

/// Quality released a batch to the market.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchReleased {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who released it.
    #[ink(topic)]
    pub by: AccountId,
}

/// A regulator stopped a batch from moving.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchBlocked {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The regulator.
    #[ink(topic)]
    pub by: AccountId,
}

/// A regulator lets a batch move again.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchUnblocked {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The regulator.
    #[ink(topic)]
    pub by: AccountId,
}

/// Goods left the consignor for the consignee.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitsShipped {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The consignor.
    #[ink(topic)]
    pub from: AccountId,
    /// The consignee.
    #[ink(topic)]
    pub to: AccountId,
    /// The shipment's number.
    pub shipment: u64,
    /// How many units.
    pub quantity: Quantity,
    /// The logistic unit that is shipped as one.
    pub logistic_unit: Option<Sscc>,
    /// Why they move.
    pub purpose: Purpose,
    /// The SHA-256 of the sealed terms of delivery.
    pub terms: Option<DocumentHash>,
}

/// The consignee took goods of a shipment over.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitsReceived {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The consignor.
    #[ink(topic)]
    pub from: AccountId,
    /// The consignee.
    #[ink(topic)]
    pub to: AccountId,
    /// The shipment's number.
    pub shipment: u64,
    /// How many units.
    pub quantity: Quantity,
    /// How many of the shipment are not received yet.
    pub still_in_transit: Quantity,
    /// What arrived.
    pub arrival: Arrival,
}

/// What was still in transit is back with the consignor.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentRejected {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The consignor.
    #[ink(topic)]
    pub from: AccountId,
    /// The consignee.
    #[ink(topic)]
    pub to: AccountId,
    /// The shipment's number.
    pub shipment: u64,
    /// How many units went back.
    pub quantity: Quantity,
    /// The consignee, or a regulator in its place.
    pub by: AccountId,
    /// Why.
    pub reason: RejectionReason,
}

/// A logistic unit was packed and closed.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogisticUnitPacked {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who has it.
    #[ink(topic)]
    pub by: AccountId,
    /// The logistic unit.
    pub logistic_unit: Sscc,
    /// How many units are in it.
    pub quantity: Quantity,
    /// What was put in.
    pub contents: Contents,
}

/// A logistic unit was opened: what was in it is loose, or stands alone.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogisticUnitUnpacked {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who has it.
    #[ink(topic)]
    pub by: AccountId,
    /// The logistic unit.
    pub logistic_unit: Sscc,
    /// How many units were in it.
    pub quantity: Quantity,
}

/// The register of units booked that a unit was decommissioned, or that this was taken back. Which unit it is, is in
/// the register's own event.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitBooked {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who has it, or had it.
    #[ink(topic)]
    pub holder: AccountId,
    /// What became of it.
    pub state: UnitState,
    /// Whether this was taken back: the unit is loose again.
    pub taken_back: bool,
}

/// Units that are not told apart were dispensed, destroyed, or left the supply chain otherwise.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitsDecommissioned {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who did it.
    #[ink(topic)]
    pub by: AccountId,
    /// How many.
    pub quantity: Quantity,
    /// How many of them had been returned.
    pub of_returned: Quantity,
    /// What became of them.
    pub state: UnitState,
    /// The SHA-256 of a document about it, such as the certificate of destruction.
    pub document: Option<DocumentHash>,
}

/// Units were set apart.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitsQuarantined {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// With whom they are; the consignee of a shipment.
    #[ink(topic)]
    pub holder: AccountId,
    /// Who set them apart.
    #[ink(topic)]
    pub by: AccountId,
    /// What exactly.
    pub target: QuarantineTarget,
    /// How many.
    pub quantity: Quantity,
    /// Why.
    pub reason: QuarantineReason,
}

/// Units are free to move again.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineReleased {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// With whom they are; the consignee of a shipment.
    #[ink(topic)]
    pub holder: AccountId,
    /// Who set them free.
    #[ink(topic)]
    pub by: AccountId,
    /// What exactly.
    pub target: QuarantineTarget,
    /// How many.
    pub quantity: Quantity,
    /// Why.
    pub reason: ClearanceReason,
}

/// A batch or a part of it was recalled.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRecalled {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who recalled it.
    #[ink(topic)]
    pub by: AccountId,
    /// The number of the recall among those of the batch, from 0.
    pub number: u8,
    /// The recall.
    pub recall: Recall,
}

/// A holder has taken note of recalls.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallAcknowledged {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The holder.
    #[ink(topic)]
    pub by: AccountId,
    /// How many of the batch's recalls it knows now.
    pub acknowledged: u8,
}
