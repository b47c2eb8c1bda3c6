use scale::{Decode, Encode};

use crate::{AccountId, DocumentHash, OrganisationId, Sscc, Timestamp};

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
    /// All batches of the product that were registered until then: its authorisation was withdrawn.
    #[codec(index = 3)]
    Product,
}

/// A recall. Its notice stays when it ends.
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
    /// The account that ordered it.
    pub account: AccountId,
    /// Whether it ordered it as a regulator.
    pub by_regulator: bool,
    /// When.
    pub at: Timestamp,
    /// How it ended. `None` while it goes on.
    pub ended: Option<RecallEnded>,
}

/// The end of a recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct RecallEnded {
    /// The regulator that ended it.
    pub by: OrganisationId,
    /// When.
    pub at: Timestamp,
    /// The SHA-256 of its reasons.
    pub document: DocumentHash,
}

/// Some of the at most [`MAX_RECALLS`] recalls of a batch, by their numbers: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct RecallSet(u16);

impl RecallSet {
    /// No recall.
    pub const NONE: RecallSet = RecallSet(0);

    /// These, and the one of this number.
    #[must_use]
    pub fn with(self, number: u8) -> Self {
        RecallSet(self.0 | 1_u16.checked_shl(number.into()).unwrap_or(0))
    }

    /// All that are in either set.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        RecallSet(self.0 | others.0)
    }

    /// Those that are not in the other set.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        RecallSet(self.0 & !others.0)
    }

    /// Whether the one of this number is among them.
    #[must_use]
    pub fn contains(self, number: u8) -> bool {
        self.0 & RecallSet::NONE.with(number).0 != 0
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
