//! What becomes of a transaction after it was sent.

use std::time::Duration;

use crate::errors::{Error, Sent};
use crate::hash::Hash;
use crate::node::block::Block;
use crate::node::call::Call;
use crate::node::chain::Chain;
use crate::node::events::Receipt;
use crate::node::pool::Status;
use crate::node::runtime::{DispatchFailure, PALLET};
use crate::node::transaction::{Transaction, LIFETIME};

/// How long the finality of a transaction is waited for.
const FINALITY_TIMEOUT: Duration = Duration::from_secs(180);
/// The waits between two looks at the fate of a transaction that nobody watches: doubled from the first to the last.
const LOOKS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));

/// What the finalised chain says about a transaction.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Executed(Block),
    Never(&'static str),
    Open,
}

/// A transaction in the node's pool. It goes on by itself; to drop this only means not to learn what became of it.
#[must_use = "whether the call succeeded is known when it is final"]
pub struct Pending<R> {
    chain: Chain,
    transaction: Transaction,
    call: Option<Call<R>>,
}

impl<R> Pending<R> {
    pub(crate) fn new(chain: Chain, transaction: Transaction, call: Option<Call<R>>) -> Self {
        Self { chain, transaction, call }
    }

    /// The transaction's hash.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.transaction.hash
    }

    /// The transaction's nonce.
    #[must_use]
    pub fn nonce(&self) -> u64 {
        self.transaction.nonce
    }

    /// Waits until the transaction is executed in a final block, over lost connections and restarts of the node; for
    /// three minutes at most.
    ///
    /// # Errors
    /// [`Error::Contract`] and the other refusals where the call failed on chain, [`Error::NotExecuted`] where it is
    /// certain that the transaction never will be, [`Error::Disconnected`] and [`Error::Timeout`] where that is open.
    pub async fn finalised(self) -> Result<Receipt, Error> {
        self.finalised_within(FINALITY_TIMEOUT).await
    }

    /// Waits as [`Pending::finalised`] does, for so long at most.
    ///
    /// # Errors
    /// As [`Pending::finalised`].
    pub async fn finalised_within(mut self, patience: Duration) -> Result<Receipt, Error> {
        let hash = self.transaction.hash;
        let seconds = patience.as_secs();
        let fate = tokio::time::timeout(patience, self.settle()).await;
        let executed = fate.unwrap_or_else(|_| {
            Err(Error::Timeout {
                what: "a transaction's finality".to_owned(),
                seconds,
                sent: Sent::Maybe(hash),
            })
        });
        if executed.is_err() {
            // The nonce may be free again: the next transaction asks the node.
            self.transaction.next_nonce.lock().await.forget();
        }
        self.receipt(executed?).await
    }

    /// Follows the transaction until it is in a final block.
    async fn settle(&mut self) -> Result<Block, Error> {
        let hash = self.transaction.hash;
        let (mut wait, longest) = LOOKS;
        loop {
            if let Some(block) = self.watch().await {
                let executed = self.chain.executed(block).await.map_err(|error| error.may_have_sent(hash))?;
                if let Some(executed) = executed {
                    return Ok(executed.block);
                }
                // The node was killed, and lost a block that was final: then nothing is certain but its chain.
                tracing::warn!(?block, "the node lost a final block");
            }
            match self.fate().await.map_err(|error| error.may_have_sent(hash))? {
                Fate::Executed(block) => return Ok(block),
                Fate::Never(reason) => return Err(Error::NotExecuted { hash, reason: reason.to_owned() }),
                Fate::Open => {}
            }
            // The pool lost it, or the node was started anew: the same bytes go in again.
            let offer =
                self.transaction.offer(self.chain.node()).await.map_err(|error| error.may_have_sent(hash))?;
            tracing::debug!(?hash, ?offer, "a transaction that nobody watched");
            if self.transaction.watch.is_none() {
                tokio::time::sleep(wait).await;
                wait = wait.saturating_mul(2).min(longest);
            }
        }
    }

    /// The final block with the transaction, where the pool tells it; nothing where the pool tells no more.
    async fn watch(&mut self) -> Option<Hash> {
        let mut watch = self.transaction.watch.take()?;
        while let Some(Ok(status)) = watch.next().await {
            match status {
                Status::Finalized(block) => return Some(block),
                Status::Ready | Status::Broadcast(_) | Status::InBlock(_) | Status::Retracted(_) => {}
                // A nonce before this one is missing: the next transaction asks the node, and fills the gap.
                Status::Future => {
                    self.transaction.next_nonce.lock().await.forget();
                }
                Status::FinalityTimeout(_) | Status::Usurped(_) | Status::Dropped | Status::Invalid => {
                    return None
                }
            }
        }
        None
    }

    /// What the finalised chain says: executed, where it is in a block; never, where its nonce was taken by another
    /// transaction or its time is over; open otherwise.
    async fn fate(&self) -> Result<Fate, Error> {
        let Transaction { nonce, birth, party, .. } = &self.transaction;
        let node = self.chain.node();
        let head = node.finalised_head().await?;
        let end = birth.number.saturating_add(LIFETIME);
        let is_nonce_taken = node.nonce_at(party.origin, head.hash).await? > *nonce;
        if is_nonce_taken {
            for number in birth.number..=head.number.min(end) {
                let block = node.block(number).await?;
                if node.place_in(block, &self.transaction.bytes).await?.is_some() {
                    return Ok(Fate::Executed(block));
                }
            }
            return Ok(Fate::Never("another transaction had its nonce"));
        }
        if head.number > end {
            return Ok(Fate::Never("its time is over"));
        }
        if head.number >= birth.number && node.block(birth.number).await? != *birth {
            return Ok(Fate::Never("the chain does not have the block any more at which it was signed"));
        }
        Ok(Fate::Open)
    }

    /// What the transaction did in its block.
    async fn receipt(self, block: Block) -> Result<Receipt, Error> {
        let hash = self.transaction.hash;
        let executed = self.chain.executed(block.hash).await?;
        let executed =
            executed.ok_or_else(|| Error::answer("chain_getBlock", format!("no block {}", block.number)))?;
        let extrinsic = executed.place_of(&self.transaction.bytes).ok_or_else(|| {
            Error::answer(format!("block {}", block.number), format!("it has no transaction {hash:?}"))
        })?;
        if let Some(error) = executed.failure_of(extrinsic) {
            let failure = self.chain.node().last_runtime().dispatch_error(error);
            return Err(self.explain(failure, block).await);
        }
        let (events, instantiated) = (executed.emitted_by(extrinsic), executed.instantiated_by(extrinsic));
        Ok(Receipt { block, hash, extrinsic, events, instantiated })
    }

    /// Why the transaction failed in its block. A contract's own error is not on chain: it is asked again in that
    /// block's state.
    async fn explain(&self, failure: DispatchFailure, block: Block) -> Error {
        let reverted = matches!(&failure, DispatchFailure::Module { pallet, name, .. }
            if pallet == PALLET && name == "ContractReverted");
        if let (true, Some(call)) = (reverted, &self.call) {
            let again = self.chain.run(call, self.transaction.party.origin, Some(block.hash)).await;
            if let Err(error @ Error::Contract(_)) = again {
                return error;
            }
        }
        self.transaction.party.explain(failure)
    }
}

impl<R> std::fmt::Debug for Pending<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("hash", &self.hash()).field("nonce", &self.nonce()).finish()
    }
}
