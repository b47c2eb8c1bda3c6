//! The real ledger: a `feeds` contract behind a node.

use std::time::{Duration, Instant};

use chain::feeds::Feeds;
use chain::{Account, Block, Chain, ContractError, Deployment, SecretString, Signer};
use futures::{StreamExt, TryStreamExt};
use primitives::feeds::{self, Configuration, Feed, Model, Report, Signature};
use primitives::{AccountId, FeedId, ModelId, Subject, Timestamp};
use tokio::sync::watch;

use crate::config::ChainConfig;
use crate::keys::{KeyError, Secret};
use crate::ledger::{Ledger, LedgerError, Requests, Standing};
use crate::service::OracleError;
use crate::trial::Trials;

/// Interval at which the node is asked for the head if its stream is silent.
const QUIET: Duration = Duration::from_secs(6);
/// The time without a new finalised block after which a chain counts as standing still. Development chains make blocks
/// only for transactions.
const STALLED: Duration = Duration::from_secs(120);
/// Maximum number of blocks that are searched for a report: those whose states nodes keep by default.
const MAX_SEARCHED: u64 = 256;

/// A `feeds` contract behind a node, and the transmitter.
pub struct OnChain {
    chain: Chain,
    transmitter: Account,
    deployment: Deployment,
    feeds: Feeds,
    head: watch::Receiver<Head>,
    trials: Trials,
}

impl OnChain {
    /// Connects, and checks that the deployment is on this chain.
    pub async fn connect(config: &ChainConfig) -> Result<Self, OracleError> {
        let refused = |error: chain::Error| OracleError::Deployment(error.to_string());
        let deployment = Deployment::load(&config.deployment).map_err(refused)?;
        let secret = Secret::from_location(&config.transmitter).map_err(KeyError::from)?;
        let signer = Signer::from_secret(&SecretString::from(secret.expose())).map_err(refused)?;
        let url = config.url.as_str();
        let connected = match config.insecure {
            true => Chain::connect_unencrypted(url).await,
            false => Chain::connect(url).await,
        };
        let chain = connected.map_err(ledger_error)?;
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

    async fn ask<R>(&self, call: &chain::Call<R>) -> Result<R, LedgerError> {
        self.chain.read_finalised(call).await.map_err(ledger_error)
    }
}

/// The last finalised block, and when it was seen first.
#[derive(Clone, Copy, Debug)]
struct Head {
    block: Block,
    seen: Instant,
}

impl Head {
    fn new(block: Block) -> Self {
        Self { block, seen: Instant::now() }
    }

    fn ensure_moves(&self, is_development: bool) -> Result<(), LedgerError> {
        let age = self.seen.elapsed();
        if !is_development && age > STALLED {
            return Err(LedgerError::Stalled(age.as_secs()));
        }
        Ok(())
    }
}

/// Keeps the last finalised block up to date, while there is a receiver.
fn follow(chain: &Chain, head: Block) -> watch::Receiver<Head> {
    let (sender, head) = watch::channel(Head::new(head));
    let mut blocks = chain.finalised_blocks(None);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = sender.closed() => return,
                block = blocks.next() => match block {
                    Some(Ok(block)) => { sender.send_replace(Head::new(block)); }
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
        let head = self.chain.finalised_head().await.map_err(ledger_error)?;
        let known = *self.head.borrow();
        if head.number <= known.block.number {
            known.ensure_moves(self.chain.is_development())?;
        }
        Ok(head.number)
    }

    async fn after(&self, number: u64) -> Result<u64, LedgerError> {
        let mut head = self.head.clone();
        let newer =
            async { head.wait_for(|head| head.block.number > number).await.map(|head| head.block.number) };
        match tokio::time::timeout(QUIET, newer).await {
            Ok(Ok(head)) => Ok(head),
            // No new block, or a silent stream: ask the node.
            Ok(Err(_)) | Err(_) => {
                self.chain.finalised_head().await.map(|head| head.number).map_err(ledger_error)
            }
        }
    }

    fn known_head(&self) -> u64 {
        self.head.borrow().block.number
    }

    async fn requests(&self, start: u64) -> Result<Requests, LedgerError> {
        let block = self.chain.finalised_head().await.map_err(ledger_error)?;
        let call = self.feeds.requests(start, feeds::MAX_PAGE);
        let (listed, time) =
            futures::try_join!(self.chain.read_at(&call, block.hash), self.chain.time_of(block))
                .map_err(ledger_error)?;
        let (made, open) = listed;
        Ok(Requests { time, made, open })
    }

    async fn balance(&self) -> Result<u128, LedgerError> {
        self.chain.balance(self.transmitter.id()).await.map_err(ledger_error)
    }

    fn reconnections(&self) -> u64 {
        self.chain.reconnections()
    }

    async fn standing(
        &self,
        feed: FeedId,
        subject: Subject,
        request: Option<u64>,
    ) -> Result<Standing, LedgerError> {
        let block = self.chain.finalised_head().await.map_err(ledger_error)?;
        let reading = async {
            let call = self.feeds.read(feed, subject, Timestamp::MAX);
            match self.chain.read_at(&call, block.hash).await.map_err(ledger_error) {
                Err(LedgerError::Refused(feeds::Error::NoReading | feeds::Error::ModelRevoked)) => Ok(None),
                reading => reading.map(Some),
            }
        };
        let round = self.feeds.round(feed, subject);
        let round = async { self.chain.read_at(&round, block.hash).await.map_err(ledger_error) };
        let request = async {
            let Some(request) = request else { return Ok(None) };
            self.chain.read_at(&self.feeds.request(request), block.hash).await.map_err(ledger_error)
        };
        let time = async { self.chain.time_of(block).await.map_err(ledger_error) };
        let (reading, round, request, time) = futures::try_join!(reading, round, request, time)?;
        Ok(Standing { block: block.number, time, round, reading, request })
    }

    async fn landed(&self, report: &Report, after: u64, to: u64) -> Result<Option<u64>, LedgerError> {
        if to.saturating_sub(after) > MAX_SEARCHED {
            let searched = format!("the report was signed {} blocks ago", to.saturating_sub(after));
            return Err(LedgerError::Discarded(searched));
        }
        if to <= after {
            return Ok(None);
        }
        let events = self.chain.events_in(after.saturating_add(1)..=to, vec![self.feeds.0]);
        let found = events.try_filter_map(|emitted| async move {
            let of = emitted.of(&self.deployment.contracts);
            let chain::Event::Feeds(chain::feeds::Event::ReportAccepted(accepted)) = of else {
                return Ok(None);
            };
            let is_ours = accepted.feed == report.feed && accepted.inputs == report.inputs;
            Ok(is_ours.then_some(emitted.block.number))
        });
        let found: Vec<u64> = found.try_collect().await.map_err(ledger_error)?;
        Ok(found.first().copied())
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
            self.trials.forget(report);
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
        E::WrongChain { .. } => LedgerError::OtherChain(error.to_string()),
        E::StatePruned { .. } => LedgerError::Discarded(error.to_string()),
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
    fn a_head_that_stands_still_is_named_except_on_a_development_chain() {
        let block = Block { number: 7, hash: Hash::zero() };
        let Some(long_ago) = Instant::now().checked_sub(Duration::from_secs(121)) else { return };
        let head = Head { block, seen: long_ago };
        assert_eq!(head.ensure_moves(true), Ok(()));
        let stalled = head.ensure_moves(false).unwrap_err();
        assert_eq!((stalled.kind().as_str(), stalled.decision()), ("chain-stalled", Decision::Wait));
        assert_eq!(Head::new(block).ensure_moves(false), Ok(()));
    }

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
