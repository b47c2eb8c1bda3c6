//! The interface of the oracle to a chain with a `feeds` contract.

use std::future::Future;

use heck::ToKebabCase;
use primitives::feeds::{self, Configuration, Feed, Model, Reading, Report, Request, Signature};
use primitives::{FeedId, ModelId, Subject, Timestamp};

/// How many numbers a page of [`Ledger::requests`] has.
pub const REQUESTS_PAGE: u64 = feeds::MAX_PAGE as u64;

use crate::retry::Decision;

/// What the contract says about a feed and a subject at one finalised block.
///
/// Answers of different blocks contradict each other: a report that lands between them is in neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The block.
    pub block: u64,
    /// Its time.
    pub time: Timestamp,
    /// The last round that was accepted in this epoch; 0 if there is none.
    pub round: u64,
    /// The last reading, of any age. Nothing if there is none, or its model is revoked.
    pub reading: Option<Reading>,
    /// The request, while it is open.
    pub request: Option<Request>,
}

/// What the contract says about requests at one finalised block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requests {
    /// The block's time.
    pub time: Timestamp,
    /// How many there ever were: their numbers are less.
    pub made: u64,
    /// The open ones of the page, with their numbers.
    pub open: Vec<(u64, Request)>,
}

/// Why a call to the chain failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// No node answers, or the connection broke: it is unknown whether a report arrived.
    #[error("the chain cannot be reached: {0}; check chain.url and the node")]
    Unreachable(String),
    /// The chain did not execute the transaction, and never will.
    #[error("the chain did not execute the report: {0}; it is sent again")]
    NotExecuted(String),
    /// The contract refused.
    #[error("feeds refused the call: {0:?}; docs/oracle.md lists the remedies")]
    Refused(feeds::Error),
    /// The node follows another chain.
    #[error("the node is on another chain: {0}; set chain.url to a node of the deployment's chain")]
    OtherChain(String),
    /// No block was finalised for a while.
    #[error("no block was finalised for {0} s; check the node's peers, or use another node")]
    Stalled(u64),
    /// The node has no state of these blocks any more.
    #[error("the node has discarded the state of these blocks: {0}")]
    Discarded(String),
    /// The chain refused the transaction or the read: no funds, no gas, or an unknown contract.
    #[error("the chain refused the call: {0}; check the transmitter's balance and the deployment file")]
    Rejected(String),
}

impl LedgerError {
    /// Its name in logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Unreachable(_) => "chain-unreachable".to_owned(),
            Self::NotExecuted(_) => "chain-not-executed".to_owned(),
            Self::Refused(error) => format!("feeds-{}", format!("{error:?}").to_kebab_case()),
            Self::OtherChain(_) => "chain-other".to_owned(),
            Self::Stalled(_) => "chain-stalled".to_owned(),
            Self::Discarded(_) => "chain-discarded".to_owned(),
            Self::Rejected(_) => "chain-rejected".to_owned(),
        }
    }

    /// The decision about the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        use feeds::Error as E;
        match self {
            Self::Unreachable(_) | Self::NotExecuted(_) | Self::Discarded(_) => Decision::Retry,
            Self::Rejected(_) | Self::OtherChain(_) | Self::Stalled(_) => Decision::Wait,
            Self::Refused(error) => match error {
                // Time or an administrator resolves these.
                E::ReportFromFuture | E::AccessUnavailable => Decision::Retry,
                E::InSetUp
                | E::Paused
                | E::UnknownFeed
                | E::UnknownModel
                | E::ModelRevoked
                | E::ModelExpired
                | E::ValueOutOfRange
                | E::ObservationCountInvalid
                | E::SignatureCountInvalid => Decision::Wait,
                // A new report has the same round, so the chain accepts at most one of both.
                E::RoundNotNewer | E::ReportTooOld | E::WrongConfiguration | E::WrongModel => {
                    Decision::Recompute
                }
                _ => Decision::Fail,
            },
        }
    }
}

/// A chain with a `feeds` contract. All reads are at the last finalised block.
pub trait Ledger: Send + Sync + 'static {
    /// The number of the last finalised block. An error if the chain stands still.
    fn head(&self) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// The last finalised block that is known without asking: the chain may be further.
    fn known_head(&self) -> u64;

    /// Waits for a finalised block after `number`, or for a while.
    fn after(&self, number: u64) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// The open requests of a page of numbers from `start`.
    fn requests(&self, start: u64) -> impl Future<Output = Result<Requests, LedgerError>> + Send;

    /// What the contract says about a feed, a subject and a request.
    fn standing(
        &self,
        feed: FeedId,
        subject: Subject,
        request: Option<u64>,
    ) -> impl Future<Output = Result<Standing, LedgerError>> + Send;

    /// The block in which the contract accepted this very report, among the blocks after `after` up to `to`. An error
    /// if the node does not know that any more.
    fn landed(
        &self,
        report: &Report,
        after: u64,
        to: u64,
    ) -> impl Future<Output = Result<Option<u64>, LedgerError>> + Send;

    /// What the transmitter can pay, in the chain's smallest unit.
    fn balance(&self) -> impl Future<Output = Result<u128, LedgerError>> + Send;

    /// How often the connection to the node was lost and made again.
    fn reconnections(&self) -> u64;

    /// The feed.
    fn feed(&self, feed: FeedId) -> impl Future<Output = Result<Option<Feed>, LedgerError>> + Send;

    /// The model.
    fn model(&self, model: ModelId) -> impl Future<Output = Result<Option<Model>, LedgerError>> + Send;

    /// The operators, and the digest that reports must carry.
    fn configuration(&self) -> impl Future<Output = Result<(Configuration, [u8; 32]), LedgerError>> + Send;

    /// Sends a report and waits until it is final. A dry run comes first, unless there was one for a report of the same
    /// kind a moment ago. Returns the block's number.
    fn submit(
        &self,
        report: &Report,
        signatures: &[Signature],
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_contract_s_name() {
        let refused = LedgerError::Refused(feeds::Error::RoundNotNewer);
        assert_eq!(refused.kind(), "feeds-round-not-newer");
        assert_eq!(refused.decision(), Decision::Recompute);
    }

    #[test]
    fn only_outdated_reports_are_computed_again() {
        use feeds::Error as E;
        let decision = |error| LedgerError::Refused(error).decision();
        for error in [E::RoundNotNewer, E::ReportTooOld, E::WrongConfiguration, E::WrongModel] {
            assert_eq!(decision(error), Decision::Recompute, "{error:?}");
        }
        for error in
            [E::InSetUp, E::Paused, E::UnknownModel, E::ModelRevoked, E::ModelExpired, E::UnknownFeed]
        {
            assert_eq!(decision(error), Decision::Wait, "{error:?}");
        }
        for error in [E::RequestExpired, E::UnknownRequest, E::RequestMismatch, E::BadSignature] {
            assert_eq!(decision(error), Decision::Fail, "{error:?}");
        }
        assert_eq!(LedgerError::Unreachable(String::new()).decision(), Decision::Retry);
    }
}
