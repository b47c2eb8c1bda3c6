// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

use primitives::{AccountId, FeedId, QuarantineTarget};

use crate::types::EvidencePolicy;

/// Other reports let anybody set goods apart now.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidencePolicySet {
    /// The feed of the reports.
    #[ink(topic)]
    pub feed: FeedId,
    /// The regulator.
    #[ink(topic)]
    pub by: AccountId,
    /// The policy; nothing where the feed is no evidence any more.
    pub policy: Option<EvidencePolicy>,
}

/// Goods were set apart because of a report.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidencePresented {
    /// The feed of the report.
    #[ink(topic)]
    pub feed: FeedId,
    /// Who pointed at the report.
    #[ink(topic)]
    pub by: AccountId,
    /// The goods.
    pub target: QuarantineTarget,
    /// The reported value, in the feed's fixed point.
    pub value: i128,
    /// The least value that was evidence then.
    pub threshold: i128,
}
