use scale::{Decode, Encode};

use crate::{blake2_256, AccountId, BatchId, Quantity, SiteId, Sscc, Subject, Timestamp};

/// How long it is known where the content of a shipment or logistic unit went after that ended, in milliseconds: 30 days.
/// So long evidence about it finds that, and its SSCC names nothing else.
pub const TRAIL: Timestamp = 30 * 24 * 60 * 60 * 1_000;
/// The most stations of a trail that one message follows.
pub const MAX_TRAIL: usize = 8;

/// What is quarantined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum QuarantineTarget {
    /// Loose units at a site.
    #[codec(index = 0)]
    Holding {
        /// The batch.
        batch: BatchId,
        /// Where they are.
        site: SiteId,
        /// How many. `None` for all that are counted only: units that are quarantined by serial stay so.
        quantity: Option<Quantity>,
    },
    /// A shipment under way, with all that is still in it.
    #[codec(index = 1)]
    Shipment(u64),
    /// An outermost logistic unit that is not under way.
    #[codec(index = 2)]
    LogisticUnit(Sscc),
}

impl QuarantineTarget {
    /// Whom or what a report must be about to be evidence against this target in the contract `batches`: the hash
    /// over both, whatever the quantity. So a report about other goods, or for another contract, is not evidence.
    #[must_use]
    pub fn subject(&self, batches: AccountId) -> Subject {
        Subject(blake2_256(&(b"theriac/evidence/2", batches, self.whole()).encode()))
    }

    /// All loose units of the batch at the site.
    #[must_use]
    pub fn holding(batch: BatchId, site: SiteId) -> Self {
        QuarantineTarget::Holding { batch, site, quantity: None }
    }

    /// The same goods, and of loose units all.
    #[must_use]
    pub fn whole(self) -> Self {
        match self {
            QuarantineTarget::Holding { batch, site, .. } => Self::holding(batch, site),
            other => other,
        }
    }

    /// The same goods, and of loose units so many.
    #[must_use]
    pub fn part(self, quantity: Quantity) -> Self {
        match self {
            QuarantineTarget::Holding { batch, site, .. } => {
                QuarantineTarget::Holding { batch, site, quantity: Some(quantity) }
            }
            other => other,
        }
    }
}

/// Why units are quarantined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum QuarantineReason {
    /// The temperature left its limits.
    TemperatureExcursion = 0,
    /// Packs or cases are damaged.
    Damaged = 1,
    /// The holder doubts that the goods are genuine.
    SuspectedCounterfeit = 2,
    /// The quality is under investigation.
    QualityInvestigation = 3,
    /// Another reason.
    Other = 4,
    /// A report of an oracle over the policy's threshold.
    OracleEvidence = 5,
}

/// Why a quarantine ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum ClearanceReason {
    /// The investigation found nothing wrong.
    NothingFound = 0,
    /// The product stands what happened to it: a judgement on stability data.
    WithinStabilityLimits = 1,
    /// They were quarantined by mistake.
    Mistake = 2,
}

/// Why `batches` does not quarantine goods on evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum QuarantineError {
    /// There are no such goods.
    UnknownGoods = 0,
    /// The caller is not the deployment's sentinel, or the contract is in set-up.
    Refused = 1,
}
