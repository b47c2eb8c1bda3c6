use ink::prelude::vec::Vec;
use primitives::{AccountId, DocumentHash, Quantity, Timestamp};

/// The most units of one batch: the greatest serial tree has so many leaves.
pub const MAX_QUANTITY: Quantity = 1 << primitives::MAX_PROOF_DEPTH;
/// The most batches or holders that one page lists.
pub const MAX_PAGE: u32 = 50;

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
