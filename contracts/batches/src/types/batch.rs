use ink::prelude::vec::Vec;
use primitives::{AccountId, DocumentHash, Quantity, Timestamp};

/// The most units of one batch: the greatest serial tree has so many leaves.
pub const MAX_QUANTITY: Quantity = 1 << primitives::MAX_PROOF_DEPTH;
/// The most batches or holders that one page lists.
pub const MAX_PAGE: u32 = 50;

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
    /// How many units a closed case of the packaging line holds: case 0 has the units 0 to this less 1 in the order
    /// of the serial tree, and so on, the last case the rest. Nothing where cases are not numbered.
    pub units_per_case: Option<u32>,
    /// Who made it.
    pub manufacturer: AccountId,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When quality released it.
    pub released_at: Option<Timestamp>,
    /// Whether a regulator blocks it.
    pub blocked: bool,
    /// Whether the whole batch is recalled.
    pub recalled: bool,
    /// How many recalls there are of it or of a part of it: see [`crate::RecallNotice`].
    pub recalls: u8,
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
    /// How many units a numbered case holds, at least 1; only for batches with serials.
    pub units_per_case: Option<u32>,
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
