//! The real ledger: a `feeds` contract behind a node.

use std::time::Duration;

use chain::feeds::Feeds;
use chain::{Account, Block, Chain, ContractError, Deployment, Emitted, Event, SecretString, Signer};
use futures::{StreamExt, TryStreamExt};
use primitives::feeds::{self, Configuration, Feed, Model, Reading, Report, Request, Signature};
use primitives::{AccountId, FeedId, ModelId, Subject, Timestamp};
use tokio::sync::watch;

use crate::config::ChainConfig;
use crate::keys::Secret;
use crate::ledger::{Ledger, LedgerError, Requested};
use crate::service::OracleError;
use crate::trial::Trials;

/// Interval at which the node is asked for the head if its stream is silent.
const QUIET: Duration = Duration::from_secs(6);

/// A `feeds` contract behind a node, and the transmitter.
pub struct OnChain {
    chain: Chain,
    transmitter: Account,
    deployment: Deployment,
    feeds: Feeds,
    head: watch::Receiver<Block>,
    trials: Trials,
}

impl OnChain {
    /// Connects, and checks that the deployment is on this chain.
    pub async fn connect(config: &ChainConfig) -> Result<Self, OracleError> {
        let refused = |error: chain::Error| OracleError::Deployment(error.to_string());
        let deployment = Deployment::load(&config.deployment).map_err(refused)?;
        let secret = Secret::from_location(&config.transmitter)?;
        let signer = Signer::from_secret(&SecretString::from(secret.expose())).map_err(refused)?;
        let chain = Chain::connect(config.url.as_str()).await.map_err(ledger_error)?;
        deployment.check(&chain).await.map_err(refused)?;
        let transmitter = chain.account(signer).map_err(refused)?;
        let head = follow(&chain, chain.finalised_head().await.map_err(ledger_error)?);
        let feeds = Feeds(deployment.contracts.feeds.address);
        Ok(Self { chain, transmitter, deployment, feeds, head, trials: Trials::default() })
    }

    /// The chain's genesis hash and the contract's address, to which the store belongs.
    #[must_use]
    pub fn deployment(&self) -> ([u8; 32], AccountId) {
        (self.deployment.chain.genesis.0, self.feeds.0)
    }

    fn requested(&self, emitted: &Emitted) -> Option<Requested> {
        let Event::Feeds(chain::feeds::Event::ResultRequested(asked)) =
            emitted.of(&self.deployment.contracts)
        else {
            return None;
        };
        let feeds::ResultRequested { request, feed, subject, deadline, .. } = asked;
        Some(Requested { request, feed, subject, deadline })
    }

    async fn ask<R>(&self, call: &chain::Call<R>) -> Result<R, LedgerError> {
        self.chain.read_finalised(call).await.map_err(ledger_error)
    }
}

/// Keeps the last finalised block up to date, while there is a receiver.
fn follow(chain: &Chain, head: Block) -> watch::Receiver<Block> {
    let (sender, head) = watch::channel(head);
    let mut blocks = chain.finalised_blocks(None);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = sender.closed() => return,
                block = blocks.next() => match block {
                    Some(Ok(block)) => { sender.send_replace(block); }
                    // A call for the head reports a lost connection; the stream resumes by itself.
                    Some(Err(error)) => tracing::debug!("the stream of finalised blocks failed: {error}"),
                    None => return,
                },
            }
        }
    });
    head
}

impl Ledger for OnChain {
    async fn head(&self) -> Result<u64, LedgerError> {
        self.chain.finalised_head().await.map(|head| head.number).map_err(ledger_error)
    }

    async fn after(&self, number: u64) -> Result<u64, LedgerError> {
        let mut head = self.head.clone();
        let newer = async { head.wait_for(|head| head.number > number).await.map(|head| head.number) };
        match tokio::time::timeout(QUIET, newer).await {
            Ok(Ok(head)) => Ok(head),
            // No new block, or a silent stream: ask the node.
            Ok(Err(_)) | Err(_) => self.head().await,
        }
    }

    fn first_block(&self) -> u64 {
        self.deployment.block
    }

    async fn requests(&self, from: u64, to: u64) -> Result<Vec<Requested>, LedgerError> {
        let (feeds, head) = (vec![self.feeds.0], *self.head.borrow());
        // The last block's hash is known, and perhaps its events, because it may have our reports.
        let emitted: Vec<Emitted> = if from == to && to == head.number {
            self.chain.events_at(head, &feeds).await
        } else {
            self.chain.events_in(from..=to, feeds).try_collect().await
        }
        .map_err(ledger_error)?;
        Ok(emitted.iter().filter_map(|emitted| self.requested(emitted)).collect())
    }

    async fn request(&self, request: u64) -> Result<Option<Request>, LedgerError> {
        self.ask(&self.feeds.request(request)).await
    }

    async fn round(&self, feed: FeedId, subject: Subject) -> Result<u64, LedgerError> {
        self.ask(&self.feeds.round(feed, subject)).await
    }

    async fn reading(&self, feed: FeedId, subject: Subject) -> Result<Option<Reading>, LedgerError> {
        match self.ask(&self.feeds.read(feed, subject, Timestamp::MAX)).await {
            Err(LedgerError::Refused(feeds::Error::NoReading)) => Ok(None),
            reading => reading.map(Some),
        }
    }

    async fn feed(&self, feed: FeedId) -> Result<Option<Feed>, LedgerError> {
        self.ask(&self.feeds.feed(feed)).await
    }

    async fn model(&self, model: ModelId) -> Result<Option<Model>, LedgerError> {
        self.ask(&self.feeds.model(model)).await
    }

    async fn configuration(&self) -> Result<(Configuration, [u8; 32]), LedgerError> {
        let configuration = self.ask(&self.feeds.configuration()).await?;
        // The signed digest is computed here from the configuration: a node's answer is not trusted for it.
        let digest = configuration.digest(self.deployment.chain.genesis.0, self.feeds.0);
        Ok((configuration, digest))
    }

    async fn submit(&self, report: &Report, signatures: &[Signature]) -> Result<u64, LedgerError> {
        let call = self.feeds.report(report, signatures);
        let limits = self.trials.limits(report, &call, &self.transmitter).await.map_err(ledger_error)?;
        let sent = self.transmitter.send_unchecked(&call, limits).await;
        let done = match sent {
            Ok(pending) => pending.finalised().await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            self.trials.forget(report).await;
        }
        done.map(|receipt| receipt.block.number).map_err(ledger_error)
    }
}

fn ledger_error(error: chain::Error) -> LedgerError {
    use chain::Error as E;
    match error {
        E::Contract(ContractError::Feeds(refusal)) => LedgerError::Refused(refusal),
        E::NotExecuted { .. } | E::OutOfGas | E::Refused { .. } => {
            LedgerError::NotExecuted(error.to_string())
        }
        // The state has changed since the dry run of this kind.
        E::Module { ref name, .. } if name == "StorageDepositLimitExhausted" => {
            LedgerError::NotExecuted(error.to_string())
        }
        E::Unreachable { .. } | E::Disconnected { .. } | E::Timeout { .. } | E::NotFinalised { .. } => {
            LedgerError::Unreachable(error.to_string())
        }
        _ => LedgerError::Rejected(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use chain::{Hash, Sent};

    use super::*;
    use crate::retry::Decision;

    #[test]
    fn a_lost_connection_is_distinguished_from_a_refusal() {
        let sent = Sent::Maybe(Hash::zero());
        let lost = ledger_error(chain::Error::Disconnected { during: "submission".into(), sent });
        assert_eq!((lost.kind().as_str(), lost.decision()), ("chain-unreachable", Decision::Retry));
        let refused = ledger_error(chain::Error::Contract(feeds::Error::Paused.into()));
        assert_eq!(refused, LedgerError::Refused(feeds::Error::Paused));
        let raced = ledger_error(chain::Error::OutOfGas);
        assert_eq!((raced.kind().as_str(), raced.decision()), ("chain-not-executed", Decision::Retry));
        let poor =
            chain::Error::InsufficientBalance { account: AccountId::from([1; 32]), what: "the fee".into() };
        let poor = ledger_error(poor);
        assert_eq!((poor.kind().as_str(), poor.decision()), ("chain-rejected", Decision::Wait));
    }
}
