use ink::prelude::{string::String, vec::Vec};
use primitives::{AccountId, DocumentHash, FeedId, InputCommitment, ModelId, Subject, Timestamp};

use crate::types::{Feed, OperatorKey};

/// Other operators sign reports from now on.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorsSet {
    /// The digest of the configuration, which reports carry.
    #[ink(topic)]
    pub digest: [u8; 32],
    /// How often the configuration changed.
    pub epoch: u32,
    /// How many operators may be faulty.
    pub f: u8,
    /// The operators' keys.
    pub operators: Vec<OperatorKey>,
}

/// A model may be used.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelApproved {
    /// The SHA-256 of its file.
    #[ink(topic)]
    pub model: ModelId,
    /// Who approved it.
    #[ink(topic)]
    pub by: AccountId,
    /// The SHA-256 of its manifest.
    pub manifest: DocumentHash,
    /// Its version.
    pub version: String,
    /// The last moment at which its results are accepted.
    pub valid_until: Timestamp,
}

/// A model may not be used any more.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRevoked {
    /// The SHA-256 of its file.
    #[ink(topic)]
    pub model: ModelId,
    /// Who took the approval back.
    #[ink(topic)]
    pub by: AccountId,
}

/// A feed was opened, or uses another model or range.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSet {
    /// The feed.
    #[ink(topic)]
    pub feed: FeedId,
    /// What it is now.
    pub definition: Feed,
    /// Who did it.
    #[ink(topic)]
    pub by: AccountId,
}

/// Somebody asks for a value.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultRequested {
    /// The request's number.
    #[ink(topic)]
    pub request: u64,
    /// The feed.
    #[ink(topic)]
    pub feed: FeedId,
    /// Whom or what it is about.
    #[ink(topic)]
    pub subject: Subject,
    /// Who asks.
    pub requester: AccountId,
    /// The last moment at which an answer is accepted.
    pub deadline: Timestamp,
}

/// A request was withdrawn.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestCancelled {
    /// The request's number.
    #[ink(topic)]
    pub request: u64,
}

/// A report was accepted.
#[ink::event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportAccepted {
    /// The feed.
    #[ink(topic)]
    pub feed: FeedId,
    /// Whom or what it is about.
    #[ink(topic)]
    pub subject: Subject,
    /// Its round.
    pub round: u64,
    /// The request that it answers.
    #[ink(topic)]
    pub request: Option<u64>,
    /// The median in the feed's fixed point.
    pub value: i128,
    /// A value `v` stands for `v / 10^decimals`.
    pub decimals: u8,
    /// The model that was used.
    pub model: ModelId,
    /// The salted hash of the model's inputs.
    pub inputs: InputCommitment,
    /// When the inputs were observed.
    pub observed_at: Timestamp,
    /// How many operators observed.
    pub observations: u8,
    /// Who paid for the transaction.
    pub transmitter: AccountId,
}
