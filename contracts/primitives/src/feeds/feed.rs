use alloc::{string::String, vec::Vec};

use scale::{Decode, Encode};

use crate::{
    blake2_256, AccountId, Actor, DocumentHash, FeedId, InputCommitment, ModelId, Subject, Timestamp,
};

/// The most operators of one configuration: one transaction must hold their signatures.
pub const MAX_OPERATORS: usize = 31;
/// The most digits behind the point that a feed's values have.
pub const MAX_DECIMALS: u8 = 18;
/// The most bytes of a model's version.
pub const MAX_VERSION: usize = 32;
/// How far an observation's time may lie ahead of the chain's, in milliseconds: the clocks of operators and block
/// authors differ.
pub const MAX_CLOCK_SKEW: Timestamp = 60_000;
/// The most feeds or models that one page lists.
pub const MAX_PAGE: u32 = 50;

/// A compressed secp256k1 public key.
pub type OperatorKey = [u8; 33];
/// An ECDSA signature over secp256k1: r, s, and the recovery number (0 or 1).
pub type Signature = [u8; 65];

/// What a feed's values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(Hash, scale_info::TypeInfo))]
pub enum FeedKind {
    /// The probability that a person has or gets a disease.
    DiseaseRisk = 0,
    /// The expected demand for a product.
    DemandForecast = 1,
    /// How far a record deviates from the usual.
    Anomaly = 2,
    /// How far a shipment's temperature left its limits.
    ColdChainExcursion = 3,
    /// The probability that a claim is fraud.
    ClaimFraud = 4,
    /// How many cases of a disease are to come.
    Outbreak = 5,
    /// The probability that a patient comes back to hospital.
    Readmission = 6,
    /// The probability that a patient gets worse.
    Vitals = 7,
    /// How much to order.
    Inventory = 8,
    /// When a delivery arrives.
    Routing = 9,
}

/// A series of values that operators report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Feed {
    /// What its values mean.
    pub kind: FeedKind,
    /// A value `v` stands for `v / 10^decimals`: 0 to [`MAX_DECIMALS`].
    pub decimals: u8,
    /// The least value that can be right.
    pub min: i128,
    /// The greatest value that can be right.
    pub max: i128,
    /// The model whose results are reported.
    pub model: ModelId,
    /// How old an observation may be when it is reported, in milliseconds.
    pub max_report_age: Timestamp,
}

/// An ONNX model that may be used.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Model {
    /// The SHA-256 of its manifest: inputs, units, ranges, outputs, intended use.
    pub manifest: DocumentHash,
    /// Its version, as people name it.
    pub version: String,
    /// Who approved it.
    pub approved_by: Actor,
    /// When.
    pub approved_at: Timestamp,
    /// The last moment at which its results are accepted.
    pub valid_until: Timestamp,
    /// Whether its approval was taken back.
    pub revoked: bool,
}

/// Who signs reports. Each change makes a new epoch, and so a new digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Configuration {
    /// How often the configuration changed.
    pub epoch: u32,
    /// How many operators may be faulty: a report needs `f + 1` signatures and `2f + 1` observations.
    pub f: u8,
    /// The operators' keys, at least `3f + 1`.
    pub operators: Vec<OperatorKey>,
}

impl Configuration {
    /// What every report of this configuration carries, so that it counts nowhere else: the hash over the chain
    /// (its genesis hash), the contract, the epoch, f and the operators.
    #[must_use]
    pub fn digest(&self, chain: [u8; 32], contract: AccountId) -> [u8; 32] {
        blake2_256(&(b"theriac/configuration/1", chain, contract, self).encode())
    }
}

/// What one operator found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Observation {
    /// The operator's place in the configuration, from 0.
    pub operator: u8,
    /// The value in the feed's fixed point.
    pub value: i128,
}

/// What operators sign together.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Report {
    /// The digest of the configuration under which it is signed.
    pub configuration: [u8; 32],
    /// The feed.
    pub feed: FeedId,
    /// Whom or what the value is about.
    pub subject: Subject,
    /// Greater than the round of the last report on this feed and subject in the same epoch.
    pub round: u64,
    /// The request that it answers.
    pub request: Option<u64>,
    /// The model that was used.
    pub model: ModelId,
    /// The salted hash of the model's inputs.
    pub inputs: InputCommitment,
    /// When the inputs were observed.
    pub observed_at: Timestamp,
    /// From the least value to the greatest; each operator at most once.
    pub observations: Vec<Observation>,
}

impl Report {
    /// What operators sign.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        blake2_256(&(b"theriac/report/1", self).encode())
    }

    /// How far the observations lie apart: the greatest less the least. They must be sorted.
    #[must_use]
    pub fn spread(&self) -> u128 {
        match (self.observations.first(), self.observations.last()) {
            (Some(least), Some(greatest)) => greatest.value.abs_diff(least.value),
            _ => 0,
        }
    }

    /// The median of the observations; the lower of the two in the middle where their number is even, so that it
    /// is always a value that somebody observed.
    #[must_use]
    pub fn median(&self) -> Option<i128> {
        let middle = self.observations.len().checked_sub(1)? / 2;
        self.observations.get(middle).map(|observation| observation.value)
    }
}

/// A value that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Reading {
    /// The median in the feed's fixed point.
    pub value: i128,
    /// How far the observations lie apart, from the least to the greatest, in the feed's fixed point.
    pub spread: u128,
    /// The feed's digits behind the point when it was reported.
    pub decimals: u8,
    /// The epoch of the configuration under which it was signed.
    pub epoch: u32,
    /// Its round.
    pub round: u64,
    /// The model that was used.
    pub model: ModelId,
    /// The salted hash of the model's inputs.
    pub inputs: InputCommitment,
    /// When the inputs were observed.
    pub observed_at: Timestamp,
    /// When the chain accepted it.
    pub reported_at: Timestamp,
}

/// Somebody asks for a value.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct Request {
    /// The feed.
    pub feed: FeedId,
    /// Whom or what it is about.
    pub subject: Subject,
    /// Who asks. Another account of its organisation may cancel the request.
    pub requester: Actor,
    /// The last moment at which an answer is accepted.
    pub deadline: Timestamp,
}

/// What `feeds` answers to another contract about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub struct FeedValue {
    /// The value in the feed's fixed point.
    pub value: i128,
    /// When the inputs were observed.
    pub observed_at: Timestamp,
    /// The salted hash of the model's inputs.
    pub inputs: InputCommitment,
    /// How far the operators' observations lay apart, in the feed's fixed point: 0 where one operator observed.
    pub spread: u128,
}
