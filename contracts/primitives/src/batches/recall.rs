use scale::{Decode, Encode};

use crate::{DocumentHash, OrganisationId, Sscc, Timestamp};

/// The most recalls of one batch: a whole one ends the list.
pub const MAX_RECALLS: u8 = 16;

/// How dangerous the recalled product is (21 CFR 7.3(m); the classes of the EU's rapid alerts rank alike).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum RecallClass {
    /// Serious harm or death is to be expected.
    I = 0,
    /// Harm that passes, or serious harm with small probability.
    II = 1,
    /// Harm is unlikely.
    III = 2,
}

/// Why a batch is recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum RecallReason {
    /// Foreign matter or germs.
    Contamination = 0,
    /// Too much or too little active substance.
    WrongStrength = 1,
    /// Label or leaflet is wrong.
    Mislabelling = 2,
    /// The product does not stay within its specification until its expiry date.
    Stability = 3,
    /// Copies are on the market.
    Counterfeit = 4,
    /// Unexpected adverse reactions.
    AdverseReactions = 5,
    /// Another defect of quality.
    QualityDefect = 6,
}

/// What is recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum RecallScope {
    /// All of the batch.
    #[codec(index = 0)]
    Batch,
    /// The units at these positions of the serial tree, both ends included.
    #[codec(index = 1)]
    SerialRange {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// A closed logistic unit with all that is in it.
    #[codec(index = 2)]
    LogisticUnit(Sscc),
}

/// A recall. It is permanent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Recall {
    /// What is recalled.
    pub scope: RecallScope,
    /// How dangerous.
    pub class: RecallClass,
    /// Why.
    pub reason: RecallReason,
    /// The SHA-256 of the instructions to holders.
    pub instructions: DocumentHash,
    /// By when every holder is to acknowledge, in milliseconds.
    pub acknowledge_by: Timestamp,
}

/// A recall, and who ordered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct RecallNotice {
    /// The recall.
    pub recall: Recall,
    /// The organisation that ordered it.
    pub by: OrganisationId,
    /// When.
    pub at: Timestamp,
}
