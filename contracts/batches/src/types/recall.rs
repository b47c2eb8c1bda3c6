use primitives::{AccountId, DocumentHash, Sscc, Timestamp};

/// The most recalls of one batch: a whole one ends the list.
pub const MAX_RECALLS: u8 = 16;

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

/// What is recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum RecallScope {
    /// All of the batch.
    Batch,
    /// The units at these positions of the serial tree, both ends included.
    SerialRange {
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// A closed logistic unit with all that is in it.
    LogisticUnit(Sscc),
}

/// A recall. There is no way back: goods recalled in error are registered anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct RecallNotice {
    /// The recall.
    pub recall: Recall,
    /// Who ordered it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}
