use alloc::{string::String, vec::Vec};

use super::{Feed, OperatorKey};
use crate::event::events;
use crate::{AccountId, Actor, DocumentHash, FeedId, InputCommitment, ModelId, Subject, Timestamp};

events! {
    /// The operators changed.
    OperatorsSet [1] {
        /// The digest of the configuration, which reports carry.
        digest: [u8; 32],
        /// How often the configuration changed.
        epoch: u32,
        /// How many operators may be faulty.
        f: u8,
        /// The operators' keys.
        operators: Vec<OperatorKey>,
    }

    /// A model was approved.
    ModelApproved [2] {
        /// The SHA-256 of its file.
        model: ModelId,
        /// Who approved it.
        by: Actor,
        /// The SHA-256 of its manifest.
        manifest: DocumentHash,
        /// Its version.
        version: String,
        /// The last moment at which its results are accepted.
        valid_until: Timestamp,
    }

    /// The approval of a model was revoked.
    ModelRevoked [2] {
        /// The SHA-256 of its file.
        model: ModelId,
        /// Who revoked it.
        by: Actor,
    }

    /// A feed was opened, or uses another model or range.
    FeedSet [2] {
        /// The feed.
        feed: FeedId,
        /// Who did it.
        by: Actor,
        /// What it is now.
        definition: Feed,
    }

    /// A value was requested.
    ResultRequested [3] {
        /// The feed.
        feed: FeedId,
        /// Whom or what it is about.
        subject: Subject,
        /// Who asks.
        by: Actor,
        /// The request's number.
        request: u64,
        /// The last moment at which an answer is accepted.
        deadline: Timestamp,
    }

    /// A request was withdrawn.
    RequestCancelled [1] {
        /// Who withdrew it.
        by: Actor,
        /// The request's number.
        request: u64,
    }

    /// A report was accepted.
    ReportAccepted [2] {
        /// The feed.
        feed: FeedId,
        /// Whom or what it is about.
        subject: Subject,
        /// Its round.
        round: u64,
        /// The request that it answers.
        request: Option<u64>,
        /// The median in the feed's fixed point.
        value: i128,
        /// How far the observations lie apart, from the least to the greatest, in the feed's fixed point.
        spread: u128,
        /// A value `v` stands for `v / 10^decimals`.
        decimals: u8,
        /// The model that was used.
        model: ModelId,
        /// The salted hash of the model's inputs.
        inputs: InputCommitment,
        /// When the inputs were observed.
        observed_at: Timestamp,
        /// How many operators observed.
        observations: u8,
        /// Who paid for the transaction.
        transmitter: AccountId,
    }
}
