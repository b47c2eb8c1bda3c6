use ink::scale::Encode;
use primitives::{blake2_256, AccountId, BatchId, Quantity, Sscc, Subject, Timestamp};

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
    /// A report of an oracle over the policy's threshold.
    OracleEvidence,
}

/// Why units are set free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ClearanceReason {
    /// The investigation found nothing wrong.
    NothingFound,
    /// The product stands what happened to it: a judgement on stability data.
    WithinStabilityLimits,
    /// They were set apart by mistake.
    Mistake,
    /// They are to be returned or destroyed.
    ForDisposal,
}

/// What is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum QuarantineTarget {
    /// Loose units with a holder.
    Holding {
        /// The batch.
        batch: BatchId,
        /// With whom they are.
        holder: AccountId,
        /// How many; all where nothing is said.
        quantity: Option<Quantity>,
    },
    /// A shipment under way, with all that is still in it.
    Shipment(u64),
    /// An outermost logistic unit that is not under way.
    LogisticUnit(Sscc),
}

impl QuarantineTarget {
    /// Whom or what a report must be about to be evidence against this target in the contract `batches`: the hash
    /// over both, whatever the quantity. So a report about other goods, or for another contract, is no evidence.
    #[must_use]
    pub fn subject(&self, batches: AccountId) -> Subject {
        let target = match *self {
            QuarantineTarget::Holding { batch, holder, .. } => {
                QuarantineTarget::Holding { batch, holder, quantity: None }
            }
            other => other,
        };
        Subject(blake2_256(&(b"theriac/evidence/1", batches, target).encode()))
    }
}

/// Which reports let anybody set goods apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct EvidencePolicy {
    /// The contract with the feed.
    pub feeds: AccountId,
    /// The least value that is evidence, in the feed's fixed point.
    pub threshold: i128,
    /// How old the observation may be, in milliseconds.
    pub max_age: Timestamp,
}
