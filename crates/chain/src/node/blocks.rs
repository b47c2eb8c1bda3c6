//! Finalised blocks and what contracts emitted in them, without gaps.

use std::ops::RangeInclusive;
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use primitives::{AccountId, Timestamp};
use scale::Decode;
use subxt::ext::jsonrpsee::core::client::Subscription;

use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::{Block, Header};
use crate::node::chain::Chain;
use crate::node::connection::params;
use crate::node::events::Emitted;

/// How many blocks are asked for ahead of the one that is handed out.
const READ_AHEAD: usize = 16;
/// The wait before a subscription that failed is made again.
const PAUSE: Duration = Duration::from_millis(500);
/// `twox128("Timestamp") ‖ twox128("Now")`.
const NOW_KEY: &str = "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

/// What contracts emitted in a finalised block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalisedEvents {
    /// The block.
    pub block: Block,
    /// The hash of the block before it: whoever keeps what blocks did sees by it that they are of one chain.
    pub parent: Hash,
    /// In the chain's order.
    pub emitted: Vec<Emitted>,
}

impl Chain {
    /// All finalised blocks from height `from`, or from the next one where none is given: each once, in order,
    /// without gaps, also over a lost connection.
    ///
    /// The stream never ends. An error is reported and does not end it: asked again, it goes on where it was, so
    /// whoever does not want to wait for a lost node stops asking.
    pub fn finalised_blocks(
        &self,
        from: Option<u64>,
    ) -> impl Stream<Item = Result<Block, Error>> + Send + Unpin {
        let cursor = Cursor { chain: self.clone(), next: from, head: None, heads: None, failed: false };
        Box::pin(stream::unfold(cursor, |mut cursor| async move {
            let block = cursor.advance().await;
            cursor.failed = block.is_err();
            Some((block, cursor))
        }))
    }

    /// What these contracts emitted in the blocks of a range, which must be final.
    ///
    /// The order is the chain's. After an error the stream ends.
    pub fn events_in(
        &self,
        blocks: RangeInclusive<u64>,
        contracts: Vec<AccountId>,
    ) -> impl Stream<Item = Result<Emitted, Error>> + Send + Unpin {
        let chain = self.clone();
        let asked = *blocks.end();
        let checked = async move {
            let finalised = chain.finalised_head().await?.number;
            if asked > finalised {
                return Err(Error::NotFinalised { asked, finalised });
            }
            let pages = stream::iter(blocks)
                .map(move |number| {
                    let (chain, contracts) = (chain.clone(), contracts.clone());
                    async move { chain.events_at(chain.node().block(number).await?, &contracts).await }
                })
                .buffered(READ_AHEAD);
            Ok(pages.map_ok(|events| stream::iter(events.into_iter().map(Ok))).try_flatten())
        };
        Box::pin(stream::once(checked).try_flatten())
    }

    /// What these contracts emitted in one block.
    ///
    /// # Errors
    /// [`Error::StatePruned`] where the node has no state of that block any more, and those of the connection.
    pub async fn events_at(&self, block: Block, contracts: &[AccountId]) -> Result<Vec<Emitted>, Error> {
        let executed = self.executed(block.hash).await?;
        let executed =
            executed.ok_or_else(|| Error::answer("chain_getBlock", format!("no block {}", block.number)))?;
        let wanted = executed.emitted.iter().filter(|event| contracts.contains(&event.contract));
        Ok(wanted.cloned().collect())
    }

    /// What these contracts emitted in the block of a height, which must be final.
    ///
    /// # Errors
    /// [`Error::StatePruned`] where the node has that block or its state no more, or not yet, and those of the connection.
    pub async fn finalised_events(
        &self,
        number: u64,
        contracts: &[AccountId],
    ) -> Result<FinalisedEvents, Error> {
        let gone = Error::StatePruned { block: number };
        let Some(block) = self.finalised_block(number).await? else { return Err(gone) };
        let Some(executed) = self.executed(block.hash).await? else { return Err(gone) };
        let wanted = executed.emitted.iter().filter(|event| contracts.contains(&event.contract));
        let emitted = wanted.cloned().collect();
        Ok(FinalisedEvents { block, parent: executed.parent, emitted })
    }

    /// The block of a height, which must be final. `None` where the node does not have it.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn finalised_block(&self, number: u64) -> Result<Option<Block>, Error> {
        let hash: Option<Hash> = self.node().ask("chain_getBlockHash", params![number]).await?;
        Ok(hash.map(|hash| Block { number, hash }))
    }

    /// When a block was made, by the chain's time, which its contracts see: in milliseconds since 1970 in UTC.
    ///
    /// # Errors
    /// [`Error::StatePruned`] where the node has no state of that block any more, and those of the connection.
    pub async fn time_at(&self, block: u64) -> Result<Timestamp, Error> {
        self.time_of(self.node().block(block).await?).await
    }

    /// When this block was made, as [`Chain::time_at`] says it.
    ///
    /// # Errors
    /// As [`Chain::time_at`].
    pub async fn time_of(&self, block: Block) -> Result<Timestamp, Error> {
        let key = hex::decode(NOW_KEY).map_err(|error| Error::encode("a storage key", error))?;
        let now = self.node().storage(&key, Some(block.hash)).await.map_err(|error| match error {
            Error::Rpc { message, .. } if message.contains("State already discarded") => {
                Error::StatePruned { block: block.number }
            }
            other => other,
        })?;
        let now = now.ok_or_else(|| Error::answer(format!("block {}", block.number), "no time"))?;
        Timestamp::decode(&mut now.as_slice())
            .map_err(|error| Error::answer(format!("the time of block {}", block.number), error))
    }
}

/// Where a reader of finalised blocks is.
struct Cursor {
    chain: Chain,
    /// The height of the block that is handed out next; nothing where that is the one after the head.
    next: Option<u64>,
    /// The last finalised block that is known.
    head: Option<Block>,
    heads: Option<Subscription<Header>>,
    failed: bool,
}

impl Cursor {
    async fn advance(&mut self) -> Result<Block, Error> {
        if self.failed {
            tokio::time::sleep(PAUSE).await;
        }
        loop {
            let Some(heads) = &mut self.heads else {
                self.subscribe().await?;
                continue;
            };
            if let (Some(head), Some(next)) = (self.head, self.next) {
                if next <= head.number {
                    let block =
                        if next == head.number { head } else { self.chain.node().block(next).await? };
                    self.next = next.checked_add(1);
                    return Ok(block);
                }
            }
            match heads.next().await {
                // A header has no hash of its own: the node is asked for it where the block is handed out.
                Some(Ok(header)) => {
                    let seen = self.head.map_or(0, |head| head.number);
                    if header.number > seen {
                        self.head = Some(self.chain.node().block(header.number).await?);
                    }
                }
                // The connection is lost, or the reader was too slow: the subscription is made again.
                Some(Err(_)) | None => self.heads = None,
            }
        }
    }

    async fn subscribe(&mut self) -> Result<(), Error> {
        let connection = self.chain.node().connection();
        let heads = connection
            .subscribe("chain_subscribeFinalizedHeads", params![], "chain_unsubscribeFinalizedHeads")
            .await?;
        let head = self.chain.finalised_head().await?;
        self.next = self.next.or(head.number.checked_add(1));
        self.head = Some(head);
        self.heads = Some(heads);
        Ok(())
    }
}
