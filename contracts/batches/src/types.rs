// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

use ink::prelude::vec::Vec;
use primitives::{AccountId, BatchId, DocumentHash, Quantity, SerialProof, Timestamp};

/// The most units of one batch: the greatest serial tree has so many leaves.
pub const MAX_QUANTITY: Quantity = 1 << primitives::MAX_PROOF_DEPTH;

/// A drug batch as its manufacturer registered it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Batch {
    /// The trade item: a GTIN of 14 digits, as a number (AI 01).
    pub gtin: u64,
    /// The lot (AI 10): 1 to 20 characters of CSET 82.
    pub lot: Vec<u8>,
    /// The last day of use: YYMMDD (AI 17). A printed day of 00 stands here as the month's last.
    pub expiry: u32,
    /// The last moment of that day in UTC.
    pub expires_at: Timestamp,
    /// How many sales packs were made.
    pub quantity: Quantity,
    /// The root of the units' serials; nothing where the packs have none.
    pub serial_root: Option<[u8; 32]>,
    /// Who made it.
    pub manufacturer: AccountId,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When quality released it.
    pub released_at: Option<Timestamp>,
    /// Whether a regulator blocks it.
    pub blocked: bool,
    /// Its recall.
    pub recall: Option<Recall>,
}

/// Where the units of a batch are. Their sum is the batch's quantity after every message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct MassBalance {
    /// With organisations, free to move.
    pub held: Quantity,
    /// Shipped, and not yet received or rejected.
    pub in_transit: Quantity,
    /// With organisations, set apart.
    pub quarantined: Quantity,
    /// Handed to patients.
    pub dispensed: Quantity,
}

impl MassBalance {
    /// The units in all places; nothing where the sum leaves the type, which no batch reaches.
    #[must_use]
    pub fn total(&self) -> Option<Quantity> {
        self.held.checked_add(self.in_transit)?.checked_add(self.quarantined)?.checked_add(self.dispensed)
    }
}

/// One of the places of [`MassBalance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// With organisations, free to move.
    Held,
    /// Between organisations.
    InTransit,
    /// With organisations, set apart.
    Quarantined,
    /// With patients.
    Dispensed,
}

impl MassBalance {
    /// The count of one place.
    pub(crate) fn place(&mut self, place: Place) -> &mut Quantity {
        match place {
            Place::Held => &mut self.held,
            Place::InTransit => &mut self.in_transit,
            Place::Quarantined => &mut self.quarantined,
            Place::Dispensed => &mut self.dispensed,
        }
    }
}

/// What one organisation has of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Holding {
    /// Free to ship or dispense.
    pub available: Quantity,
    /// Set apart.
    pub quarantined: Quantity,
}

/// Units on their way from one organisation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Shipment {
    /// The batch.
    pub batch: BatchId,
    /// The consignor.
    pub from: AccountId,
    /// The consignee.
    pub to: AccountId,
    /// What is still in transit: received units are gone from it, and an empty shipment is removed.
    pub quantity: Quantity,
    /// When it was shipped.
    pub shipped_at: Timestamp,
}

/// A document without which a batch is not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Attestation {
    /// The certificate of analysis, by the batch's manufacturer (EU GMP part I, chapter 6.8).
    CertificateOfAnalysis,
    /// Good manufacturing practice of the site, by a regulator or auditor.
    GoodManufacturingPractice,
    /// The market authorisation, by a regulator.
    MarketAuthorisation,
}

impl Attestation {
    /// All that a release needs.
    pub const REQUIRED: [Attestation; 3] = [
        Attestation::CertificateOfAnalysis,
        Attestation::GoodManufacturingPractice,
        Attestation::MarketAuthorisation,
    ];
}

/// Who attested with which document, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct AttestationRecord {
    /// The SHA-256 of the document.
    pub document: DocumentHash,
    /// Who attested.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A unit of which something out of the ordinary is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct DispensedUnit {
    /// Who dispensed it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// How often somebody tried to dispense it again.
    pub clone_alarms: u32,
}

/// What came of the attempt to dispense a unit.
///
/// The second outcome is no [`crate::Error`], because an error would take back its own alarm: the alarm is state,
/// and its event is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum DispenseOutcome {
    /// The unit is dispensed now.
    Dispensed,
    /// Nothing was dispensed: the serial was dispensed before. One of the two packs is a copy.
    CloneAlarm {
        /// Who dispensed it first.
        first_by: AccountId,
        /// When.
        first_at: Timestamp,
    },
}

/// A consignee's reason to reject goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum RejectionReason {
    /// Packs or cases are damaged.
    Damaged,
    /// Not what was ordered.
    WrongGoods,
    /// Less arrived than was shipped.
    QuantityShort,
    /// The temperature left its limits on the way.
    TemperatureExcursion,
    /// The consignee doubts that the goods are genuine.
    SuspectedCounterfeit,
    /// Another reason.
    Other,
}

/// Why units are set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum QuarantineReason {
    /// The temperature left its limits.
    TemperatureExcursion,
    /// Packs or cases are damaged.
    Damaged,
    /// The holder doubts that the goods are genuine.
    SuspectedCounterfeit,
    /// The quality is under investigation.
    QualityInvestigation,
    /// Another reason.
    Other,
}

/// How dangerous the recalled product is (21 CFR 7.3(m); the classes of the EU's rapid alerts rank alike).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum RecallClass {
    /// Serious harm or death is to be expected.
    I,
    /// Harm that passes, or serious harm with small probability.
    II,
    /// Harm is unlikely.
    III,
}

/// Why a batch is recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum RecallReason {
    /// Foreign matter or germs.
    Contamination,
    /// Too much or too little active substance.
    WrongStrength,
    /// Label or leaflet is wrong.
    Mislabelling,
    /// The product does not keep until its expiry date.
    Stability,
    /// Copies are on the market.
    Counterfeit,
    /// Unexpected adverse reactions.
    AdverseReactions,
    /// Another defect of quality.
    QualityDefect,
}

/// A batch's recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Recall {
    /// How dangerous.
    pub class: RecallClass,
    /// Why.
    pub reason: RecallReason,
    /// Who recalled it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// What a manufacturer registers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct NewBatch {
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date, YYMMDD; day 00 means the month's last.
    pub expiry: u32,
    /// How many sales packs, 1 to [`MAX_QUANTITY`].
    pub quantity: Quantity,
    /// The root of their serials.
    pub serial_root: Option<[u8; 32]>,
}

/// What somebody read from a pack, and wants judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Scan {
    /// The GTIN of 14 digits, as a number.
    pub gtin: u64,
    /// The lot.
    pub lot: Vec<u8>,
    /// The expiry date on the pack, YYMMDD, where it was read. A day of 00 is to be given as the month's last.
    pub expiry: Option<u32>,
    /// The serial on the pack, where it was read.
    pub serial: Option<Vec<u8>>,
    /// The proof that the serial is the batch's.
    pub proof: Option<SerialProof>,
    /// The organisation at which the pack is, where that is known: its quarantine and stock count then, instead
    /// of everybody's.
    pub holder: Option<AccountId>,
}

/// The answer to a scan, from the worst to the best: of all reasons, the worst one's outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum Outcome {
    /// The batch is recalled.
    Recalled,
    /// The unit was handed to a patient.
    Dispensed,
    /// The goods are set apart.
    Quarantined,
    /// The batch is not, or not any more, released to the market.
    NotReleased,
    /// The expiry date is over.
    Expired,
    /// The pack says something else than the register.
    Mismatch,
    /// The register does not know the pack, or cannot tell.
    Unknown,
    /// Nothing speaks against the pack.
    Valid,
}

/// One fact that speaks against a pack, in the order of [`Outcome`]: the first that holds decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(Hash))]
pub enum Reason {
    /// The batch is recalled.
    BatchRecalled,
    /// The unit was dispensed, or all units of the batch were.
    UnitDispensed,
    /// Somebody tried to dispense the serial again: there is a copy of the pack.
    CloneAlarm,
    /// Units of the batch are quarantined where the pack is; anywhere, where the place is not known.
    UnitsQuarantined,
    /// The release gate has not been passed.
    NotReleased,
    /// A regulator blocks the batch.
    BlockedByRegulator,
    /// The expiry date is over, by the chain's time.
    Expired,
    /// The expiry date on the pack is not the registered one.
    ExpiryMismatch,
    /// The batch's packs have serials, and none was read.
    SerialMissing,
    /// The proof does not show that the serial is the batch's.
    SerialNotInBatch,
    /// The organisation at which the pack is holds nothing of the batch.
    NotHeldHere,
    /// The serial came without a proof.
    SerialUnproven,
    /// The pack has a serial, and the batch was registered without.
    SerialsNotRegistered,
    /// No such GTIN and lot is registered.
    BatchUnknown,
}

impl Reason {
    /// The outcome that this fact alone leads to.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Reason::BatchRecalled => Outcome::Recalled,
            Reason::UnitDispensed | Reason::CloneAlarm => Outcome::Dispensed,
            Reason::UnitsQuarantined => Outcome::Quarantined,
            Reason::NotReleased | Reason::BlockedByRegulator => Outcome::NotReleased,
            Reason::Expired => Outcome::Expired,
            Reason::ExpiryMismatch
            | Reason::SerialMissing
            | Reason::SerialNotInBatch
            | Reason::NotHeldHere => Outcome::Mismatch,
            Reason::SerialUnproven | Reason::SerialsNotRegistered | Reason::BatchUnknown => Outcome::Unknown,
        }
    }
}

/// What the register says about a scanned pack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Verdict {
    /// The worst of the reasons' outcomes; valid where there is no reason.
    pub outcome: Outcome,
    /// Everything that speaks against the pack, the worst first.
    pub reasons: Vec<Reason>,
    /// The batch, where it is registered.
    pub batch: Option<Batch>,
    /// Who dispensed the unit, and when.
    pub dispensed: Option<DispensedUnit>,
    /// The chain's time to which all of this applies.
    pub judged_at: Timestamp,
}
