use scale::{Decode, Encode};

use crate::{DocumentHash, OrganisationId, Timestamp};

/// A document without which a batch is not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Attestation {
    /// The certificate of analysis, by the batch's manufacturer (EU GMP part I, chapter 6.8).
    CertificateOfAnalysis = 0,
    /// Good manufacturing practice of the site, by a regulator or auditor.
    GoodManufacturingPractice = 1,
}

impl Attestation {
    /// All that a release needs.
    pub const REQUIRED: [Attestation; 2] =
        [Attestation::CertificateOfAnalysis, Attestation::GoodManufacturingPractice];
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
