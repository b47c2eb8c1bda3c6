//! Between the state changes of a batch on chain and EPCIS events, both ways, as pure functions.
//!
//! [`StateChange`] describes a change in the terms of the contract, with GS1 keys in place of accounts.
//! [`StateChange::to_event`] makes its event. [`StateChange::of_event`] reads an event that a partner captured and
//! finds the change that it stands for, and so the contract's message, or refuses the event with a [`Refusal`].
//! docs/epcis.md has the table.

mod from_event;
mod goods;
mod to_event;

use gs1::{Gln, Gtin, Sscc};

pub use from_event::Refusal;
pub use to_event::MappingError;

/// The batch that a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The trade item.
    pub gtin: Gtin,
    /// The lot: 1 to 20 characters of GS1's character set 82.
    pub lot: String,
}

/// The goods of the batch that a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
    /// The batch as such, wherever its units are.
    Batch,
    /// This many units without regard to their serials; at least one.
    Quantity(u64),
    /// Units by their serials; at least one.
    Serials(Vec<String>),
    /// Logistic units with their contents; at least one.
    LogisticUnits(Vec<Sscc>),
}

/// The state of units that left the supply chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Handed to a patient.
    Dispensed,
    /// Destroyed.
    Destroyed,
    /// Stolen.
    Stolen,
    /// Taken as a sample.
    Sample,
    /// Left the territory of the register.
    Exported,
}

/// A document that a release requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// The certificate of analysis.
    CertificateOfAnalysis,
    /// The certificate of good manufacturing practice.
    GoodManufacturingPractice,
}

/// A shipment, as one of its parties sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The other party: the consignee of an outgoing shipment, the consignor of an incoming one.
    pub partner: Gln,
    /// The shipment's number.
    pub shipment: u64,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The batch was registered, with its expiry date (YYMMDD).
    Registered {
        /// Year, month and day, each with two digits.
        expiry: u32,
    },
    /// The registration was cancelled.
    RegistrationCancelled,
    /// A release requirement was attested to by a document.
    Attested {
        /// The requirement.
        attestation: Attestation,
        /// The SHA-256 of the document.
        document: [u8; 32],
    },
    /// The quality unit released the batch.
    Released,
    /// A regulator blocked the batch.
    Blocked,
    /// A regulator unblocked the batch.
    Unblocked,
    /// Goods were shipped to a consignee for use.
    Shipped(Delivery),
    /// Goods were returned to the manufacturer, permanently.
    Returned(Delivery),
    /// Goods of a shipment were received.
    Received(Delivery),
    /// The consignee rejected a shipment's goods.
    Rejected(Delivery),
    /// Goods were packed into a logistic unit.
    Packed {
        /// The logistic unit.
        into: Sscc,
    },
    /// A logistic unit was unpacked.
    Unpacked {
        /// The logistic unit.
        from: Sscc,
    },
    /// Units were decommissioned.
    Decommissioned(Fate),
    /// A decommissioning was reverted.
    Reverted {
        /// The state of the units before.
        fate: Fate,
        /// When they were decommissioned, in milliseconds since 1970 in UTC.
        decommissioned_at: i64,
    },
    /// Two packs claim one serial: one may be a copy.
    AlarmRaised,
    /// A regulator resolved the alarm.
    AlarmResolved {
        /// Whether a copy was confirmed.
        counterfeit: bool,
    },
    /// Goods were quarantined.
    Quarantined,
    /// Goods were cleared from quarantine.
    QuarantineReleased,
    /// Goods were condemned: they can only be destroyed, or returned to the manufacturer.
    Condemned,
    /// Goods were recalled.
    Recalled,
    /// A regulator ended the recall of goods.
    RecallEnded,
    /// A holder acknowledged a recall.
    RecallAcknowledged,
}

/// A state change of a batch, with its time and party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// When, in milliseconds since 1970 in UTC.
    pub at: i64,
    /// The party that made the change, which also stands for the place.
    pub by: Gln,
    /// The batch.
    pub batch: Batch,
    /// The goods of the batch.
    pub goods: Goods,
    /// The change.
    pub change: Change,
}

impl Change {
    /// The message of `products`, `batches` or, for units by their serials, `units` that makes this change; `None` for an
    /// alarm, which the contract raises itself.
    #[must_use]
    pub const fn message(&self) -> Option<&'static str> {
        Some(match self {
            Change::Registered { .. } => "register_batch",
            Change::RegistrationCancelled => "cancel_registration",
            Change::Attested { .. } => "attest",
            Change::Released => "release",
            Change::Blocked => "block",
            Change::Unblocked => "unblock",
            Change::Shipped(_) | Change::Returned(_) => "ship",
            Change::Received(_) => "receive",
            Change::Rejected(_) => "reject",
            Change::Packed { .. } => "pack",
            Change::Unpacked { .. } => "unpack",
            Change::Decommissioned(Fate::Dispensed) => "dispense",
            Change::Decommissioned(_) => "decommission",
            Change::Reverted { .. } => "revert",
            Change::AlarmRaised => return None,
            Change::AlarmResolved { .. } => "resolve_alarms",
            Change::Quarantined => "quarantine",
            Change::QuarantineReleased => "release_quarantine",
            Change::Condemned => "condemn",
            Change::Recalled => "recall",
            Change::RecallEnded => "end_recall",
            Change::RecallAcknowledged => "acknowledge_recall",
        })
    }

    /// The CBV's business step and disposition of the change. Together with type, action and goods they
    /// identify it.
    pub(crate) const fn step(&self) -> (&'static str, &'static str) {
        match self {
            Change::Registered { .. } => ("commissioning", "active"),
            Change::RegistrationCancelled => ("decommissioning", "inactive"),
            Change::Attested { .. } => ("inspecting", "conformant"),
            Change::Released => ("inspecting", "available"),
            Change::Blocked => ("holding", "unavailable"),
            Change::Unblocked | Change::QuarantineReleased => ("holding", "available"),
            Change::Shipped(_) => ("shipping", "in_transit"),
            Change::Returned(_) => ("shipping", "returned"),
            Change::Received(_) => ("receiving", "in_progress"),
            Change::Rejected(_) => ("void_shipping", "returned"),
            Change::Packed { .. } => ("packing", "container_closed"),
            Change::Unpacked { .. } => ("unpacking", "container_open"),
            Change::Decommissioned(fate) | Change::Reverted { fate, .. } => fate.step(),
            Change::AlarmRaised => ("inspecting", "no_pedigree_match"),
            Change::AlarmResolved { counterfeit: true } => ("inspecting", "non_conformant"),
            Change::AlarmResolved { counterfeit: false } => ("inspecting", "sellable_accessible"),
            Change::Quarantined => ("holding", "non_sellable_other"),
            Change::Condemned => ("inspecting", "non_sellable_other"),
            // No recall, and no quarantine: the goods may be sold again where nothing else holds them.
            Change::RecallEnded => ("holding", "sellable_accessible"),
            Change::Recalled | Change::RecallAcknowledged => ("holding", "recalled"),
        }
    }
}

impl Fate {
    /// All states.
    pub(crate) const ALL: [Fate; 5] =
        [Fate::Dispensed, Fate::Destroyed, Fate::Stolen, Fate::Sample, Fate::Exported];

    pub(crate) const fn step(self) -> (&'static str, &'static str) {
        match self {
            Fate::Dispensed => ("dispensing", "dispensed"),
            Fate::Destroyed => ("destroying", "destroyed"),
            Fate::Stolen => ("stock_taking", "stolen"),
            Fate::Sample => ("sampling", "non_sellable_other"),
            Fate::Exported => ("departing", "in_transit"),
        }
    }
}
