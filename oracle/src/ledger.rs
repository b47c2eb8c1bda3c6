//! The interface of the oracle to a chain with a `feeds` contract.

use std::future::Future;

use heck::ToKebabCase;
use primitives::feeds::{self, Configuration, Feed, Model, Reading, Report, Request, Signature};
use primitives::{FeedId, ModelId, Subject, Timestamp};

use crate::retry::Decision;

/// A request from its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its number.
    pub request: u64,
    /// The feed.
    pub feed: FeedId,
    /// The subject.
    pub subject: Subject,
    /// The last moment at which an answer is accepted.
    pub deadline: Timestamp,
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
            Self::Rejected(_) => "chain-rejected".to_owned(),
        }
    }

    /// The decision about the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        use feeds::Error as E;
        match self {
            Self::Unreachable(_) | Self::NotExecuted(_) => Decision::Retry,
            Self::Rejected(_) => Decision::Wait,
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
    /// The number of the last finalised block.
    fn head(&self) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// Waits for a finalised block after `number`, or for a while.
    fn after(&self, number: u64) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// The block in which the contract was deployed, its first.
    fn first_block(&self) -> u64;

    /// The requests of finalised blocks, both ends included, in their order.
    fn requests(
        &self,
        from: u64,
        to: u64,
    ) -> impl Future<Output = Result<Vec<Requested>, LedgerError>> + Send;

    /// The request, while it is open.
    fn request(&self, request: u64) -> impl Future<Output = Result<Option<Request>, LedgerError>> + Send;

    /// The last round that was accepted in this epoch; 0 if there is none.
    fn round(&self, feed: FeedId, subject: Subject) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// The last reading, of any age; an error if its model is revoked.
    fn reading(
        &self,
        feed: FeedId,
        subject: Subject,
    ) -> impl Future<Output = Result<Option<Reading>, LedgerError>> + Send;

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
