use alloc::vec::Vec;

use scale::{Decode, Encode};

use crate::{ensure, DocumentHash, OrganisationId, Quantity, Timestamp, MAX_PROOF_DEPTH};

/// The most units of one batch: the greatest serial tree has so many leaves.
pub const MAX_QUANTITY: Quantity = 1 << MAX_PROOF_DEPTH;
/// The most batches or holders that one page lists.
pub const MAX_PAGE: u32 = 50;

/// What a manufacturer registers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
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

/// A drug batch as its manufacturer registered it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
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
    /// The root of the units' serials. `None` where the packs have none.
    pub serial_root: Option<[u8; 32]>,
    /// How many units a closed case of the packaging line holds: case 0 has the units 0 to this less 1 in the order
    /// of the serial tree, and so on, the last case the rest. `None` where cases are not numbered.
    pub units_per_case: Option<u32>,
    /// The organisation that made it.
    pub manufacturer: OrganisationId,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When quality released it.
    pub released_at: Option<Timestamp>,
    /// Since when a regulator blocks it. `None` where none does.
    pub blocked_at: Option<Timestamp>,
    /// Since when the whole batch is recalled.
    pub recalled_at: Option<Timestamp>,
    /// How many recalls there are of it or of a part of it: see [`super::RecallNotice`].
    pub recalls: u8,
}

/// Why goods of a batch may not be supplied or dispensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMarketable {
    /// The batch is recalled.
    Recalled,
    /// A regulator blocks it.
    Blocked,
    /// It is not released.
    NotReleased,
    /// Its expiry date is over.
    Expired,
}

impl Batch {
    /// Refuses a batch that might not be supplied or dispensed at the time `at`: it must have been released, and neither
    /// recalled, blocked nor expired. A block that was lifted since does not count.
    pub fn ensure_marketable(&self, at: Timestamp) -> Result<(), NotMarketable> {
        let since = |event: Option<Timestamp>| event.is_some_and(|since| since <= at);
        ensure(!since(self.recalled_at), NotMarketable::Recalled)?;
        ensure(!since(self.blocked_at), NotMarketable::Blocked)?;
        ensure(since(self.released_at), NotMarketable::NotReleased)?;
        ensure(at <= self.expires_at, NotMarketable::Expired)
    }
}

/// A document without which a batch is not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Attestation {
    /// The certificate of analysis, by the batch's manufacturer (EU GMP part I, chapter 6.8).
    CertificateOfAnalysis = 0,
    /// Good manufacturing practice of the site, by a regulator or auditor.
    GoodManufacturingPractice = 1,
    /// The market authorisation, by a regulator.
    MarketAuthorisation = 2,
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
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct AttestationRecord {
    /// The SHA-256 of the document.
    pub document: DocumentHash,
    /// The organisation that attested.
    pub by: OrganisationId,
    /// When.
    pub at: Timestamp,
}
