//! Between the state changes of a batch on chain and EPCIS events, both ways, as pure functions.
//!
//! [`StateChange`] says what happened in the words of the contract, with GS1 keys in place of accounts;
//! [`StateChange::to_event`] makes the event of it, [`StateChange::of_event`] reads an event that a partner captured
//! and either finds the change that it stands for, and thereby the contract's message, or refuses it by name.
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

/// Which goods of the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
    /// The batch as such, wherever its units are.
    Batch,
    /// So many units that are not told apart; at least one.
    Quantity(u64),
    /// Units by their serials; at least one.
    Serials(Vec<String>),
    /// Logistic units, with all that is in them; at least one.
    LogisticUnits(Vec<Sscc>),
}

/// What became of units that left the supply chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Kept back while somebody looks into it.
    Locked,
}

/// A document that the release gate asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// The certificate of analysis.
    CertificateOfAnalysis,
    /// The certificate of good manufacturing practice.
    GoodManufacturingPractice,
    /// The market authorisation.
    MarketAuthorisation,
}

/// What a party shipped, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The other party: of a shipment that left the consignee, of one that arrived the consignor.
    pub partner: Gln,
    /// The shipment's number.
    pub shipment: u64,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The batch was made, with its expiry date (YYMMDD).
    Registered {
        /// Year, month and day, each with two digits.
        expiry: u32,
    },
    /// The registration was taken back.
    RegistrationCancelled,
    /// A document was answered for, named by its SHA-256.
    Attested {
        /// Which of the documents that a release needs.
        attestation: Attestation,
        /// The SHA-256 of the document.
        document: [u8; 32],
    },
    /// Quality released the batch.
    Released,
    /// A regulator stopped the batch.
    Blocked,
    /// A regulator lets the batch move again.
    Unblocked,
    /// Goods left for a consignee, to be used.
    Shipped(Delivery),
    /// Goods left for the manufacturer, back for good.
    Returned(Delivery),
    /// Goods of a shipment were taken over.
    Received(Delivery),
    /// The consignee sent a shipment's goods back.
    Rejected(Delivery),
    /// Goods were packed into a logistic unit.
    Packed {
        /// The logistic unit.
        into: Sscc,
    },
    /// A logistic unit was opened.
    Unpacked {
        /// The logistic unit.
        from: Sscc,
    },
    /// Units left the supply chain.
    Decommissioned(Fate),
    /// A decommissioning was a mistake.
    Reverted {
        /// What the units were.
        fate: Fate,
        /// When they were decommissioned, in milliseconds since 1970 in UTC.
        decommissioned_at: i64,
    },
    /// A unit is where it cannot be: there may be a copy of it.
    AlarmRaised,
    /// A regulator looked into the alarm.
    AlarmResolved {
        /// Whether there is a copy.
        counterfeit: bool,
    },
    /// Goods were set apart.
    Quarantined,
    /// Goods are free again.
    QuarantineReleased,
    /// Goods were recalled.
    Recalled,
    /// A holder took note of a recall.
    RecallAcknowledged,
}

/// Something that happened to a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// When, in milliseconds since 1970 in UTC.
    pub at: i64,
    /// Who did it, which is also where.
    pub by: Gln,
    /// The batch.
    pub batch: Batch,
    /// Which of its goods.
    pub goods: Goods,
    /// What happened.
    pub change: Change,
}

impl Change {
    /// The message of the contract `batches` that makes this change; nothing for an alarm, which the register raises
    /// by itself.
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
            Change::AlarmResolved { .. } => "resolve_alarm",
            Change::Quarantined => "quarantine",
            Change::QuarantineReleased => "release_quarantine",
            Change::Recalled => "recall",
            Change::RecallAcknowledged => "acknowledge_recall",
        })
    }

    /// The CBV's business step and disposition of the change. Together with type, action and goods they are
    /// different for each.
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
            Change::Recalled | Change::RecallAcknowledged => ("holding", "recalled"),
        }
    }
}

impl Fate {
    /// All fates.
    pub(crate) const ALL: [Fate; 6] =
        [Fate::Dispensed, Fate::Destroyed, Fate::Stolen, Fate::Sample, Fate::Exported, Fate::Locked];

    pub(crate) const fn step(self) -> (&'static str, &'static str) {
        match self {
            Fate::Dispensed => ("dispensing", "dispensed"),
            Fate::Destroyed => ("destroying", "destroyed"),
            Fate::Stolen => ("stock_taking", "stolen"),
            Fate::Sample => ("sampling", "non_sellable_other"),
            Fate::Exported => ("departing", "in_transit"),
            Fate::Locked => ("holding", "reserved"),
        }
    }
}
