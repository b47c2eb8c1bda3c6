//! What the oracle asks of a chain with a `feeds` contract.

use std::future::Future;

use heck::ToKebabCase;
use primitives::feeds::{self, Configuration, Feed, Model, Reading, Report, Request, Signature};
use primitives::{FeedId, ModelId, Subject, Timestamp};

use crate::retry::Decision;

/// A request as an event told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its number.
    pub request: u64,
    /// The feed.
    pub feed: FeedId,
    /// Whom it is about.
    pub subject: Subject,
    /// The last moment at which an answer is accepted.
    pub deadline: Timestamp,
}

/// Why the chain did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// No node answers, or the connection broke: whether a report arrived is not known.
    #[error("the chain cannot be reached: {0}; check chain.url and the node")]
    Unreachable(String),
    /// The chain did not execute the transaction, and never will.
    #[error("the chain did not execute the report: {0}; it is sent again")]
    NotExecuted(String),
    /// The contract refuses.
    #[error("feeds refuses: {0:?}; docs/oracle.md lists the remedies")]
    Refused(feeds::Error),
    /// The chain refuses the transaction or the read: no funds, no gas, no such contract.
    #[error("the chain refuses: {0}; check the transmitter's balance and the deployment file")]
    Rejected(String),
}

impl LedgerError {
    /// A word for logs, metrics and the store.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Unreachable(_) => "chain-unreachable".to_owned(),
            Self::NotExecuted(_) => "chain-not-executed".to_owned(),
            Self::Refused(error) => format!("feeds-{}", format!("{error:?}").to_kebab_case()),
            Self::Rejected(_) => "chain-rejected".to_owned(),
        }
    }

    /// What happens to the run.
    #[must_use]
    pub fn decision(&self) -> Decision {
        use feeds::Error as E;
        match self {
            Self::Unreachable(_) | Self::NotExecuted(_) => Decision::Retry,
            Self::Rejected(_) => Decision::Wait,
            Self::Refused(error) => match error {
                // Time or an administrator cures these.
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
                // A new report takes the same round, so that the chain accepts one of both at most.
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

    /// The block in which the contract was deployed: nothing of it is before.
    fn first_block(&self) -> u64;

    /// The requests of finalised blocks, both ends included, in their order.
    fn requests(
        &self,
        from: u64,
        to: u64,
    ) -> impl Future<Output = Result<Vec<Requested>, LedgerError>> + Send;

    /// The request, while it is open.
    fn request(&self, request: u64) -> impl Future<Output = Result<Option<Request>, LedgerError>> + Send;

    /// The last round that was accepted in this epoch: 0 where none was.
    fn round(&self, feed: FeedId, subject: Subject) -> impl Future<Output = Result<u64, LedgerError>> + Send;

    /// The last reading, of any age; refused where its model is revoked.
    fn reading(
        &self,
        feed: FeedId,
        subject: Subject,
    ) -> impl Future<Output = Result<Option<Reading>, LedgerError>> + Send;

    /// The feed.
    fn feed(&self, feed: FeedId) -> impl Future<Output = Result<Option<Feed>, LedgerError>> + Send;

    /// The model.
    fn model(&self, model: ModelId) -> impl Future<Output = Result<Option<Model>, LedgerError>> + Send;

    /// Who signs reports, and the digest that reports must carry.
    fn configuration(&self) -> impl Future<Output = Result<(Configuration, [u8; 32]), LedgerError>> + Send;

    /// Sends a report, where one of its kind was tried a moment ago without sending it, and waits until it is final. Returns its block's number.
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
    fn a_refusal_is_named_as_the_contract_names_it() {
        let refused = LedgerError::Refused(feeds::Error::RoundNotNewer);
        assert_eq!(refused.kind(), "feeds-round-not-newer");
        assert_eq!(refused.decision(), Decision::Recompute);
    }

    #[test]
    fn what_is_out_of_date_is_computed_again_and_nothing_else() {
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
