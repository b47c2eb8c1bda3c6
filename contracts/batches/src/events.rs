use ink::prelude::vec::Vec;
use primitives::{AccountId, BatchId, DocumentHash, Quantity, Timestamp, UnitId};

use crate::types::{Attestation, QuarantineReason, RecallClass, RecallReason, RejectionReason};

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
}

/// Somebody answered for one requirement of the release gate.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchAttested {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Which requirement.
    #[ink(topic)]
    pub attestation: Attestation,
    /// Who attested.
    #[ink(topic)]
    pub by: AccountId,
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

/// Units left the consignor for the consignee.
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
}

/// The consignee took units of a shipment over.
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
}

/// The consignee sent what was still in transit back to the consignor.
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
    /// Why.
    pub reason: RejectionReason,
}

/// A unit was handed to a patient.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitDispensed {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The unit.
    #[ink(topic)]
    pub unit: UnitId,
    /// Who dispensed it.
    #[ink(topic)]
    pub by: AccountId,
}

/// Units without serials were handed to patients.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnserialisedUnitsDispensed {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// Who dispensed them.
    #[ink(topic)]
    pub by: AccountId,
    /// How many.
    pub quantity: Quantity,
}

/// A serial that was dispensed before was about to be dispensed again: one of the packs is a copy.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloneAlarmRaised {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// The unit.
    #[ink(topic)]
    pub unit: UnitId,
    /// Who was about to dispense it now.
    #[ink(topic)]
    pub second_by: AccountId,
    /// Who dispensed it first.
    pub first_by: AccountId,
    /// When.
    pub first_at: Timestamp,
}

/// Units were set apart.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitsQuarantined {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// With whom they are.
    #[ink(topic)]
    pub holder: AccountId,
    /// Who set them apart.
    #[ink(topic)]
    pub by: AccountId,
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
    /// With whom they are.
    #[ink(topic)]
    pub holder: AccountId,
    /// Who set them free.
    #[ink(topic)]
    pub by: AccountId,
    /// How many.
    pub quantity: Quantity,
}

/// A batch was recalled.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRecalled {
    /// The batch.
    #[ink(topic)]
    pub batch: BatchId,
    /// How dangerous.
    #[ink(topic)]
    pub class: RecallClass,
    /// Who recalled it.
    #[ink(topic)]
    pub by: AccountId,
    /// Why.
    pub reason: RecallReason,
}
