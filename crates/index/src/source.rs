use std::future::Future;

use chain::{Block, Chain, Emitted, Error, Hash};
use futures::stream::{BoxStream, StreamExt};
use primitives::{AccountId, Timestamp};

/// A finalised block, as far as the index wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRead {
    /// The block.
    pub block: Block,
    /// The hash of the block before it.
    pub parent: Hash,
    /// When it was made, in milliseconds since 1970 in UTC. `None` where it has no events: then nobody asks.
    pub at: Option<Timestamp>,
    /// What the contracts emitted, in the chain's order.
    pub emitted: Vec<Emitted>,
}

/// Where finalised blocks come from: a node, or a test's script.
pub trait Source: Send + Sync {
    /// The hash of the chain's first block.
    fn genesis(&self) -> Hash;

    /// The last finalised block.
    ///
    /// # Errors
    /// Those of the connection.
    fn head(&self) -> impl Future<Output = Result<Block, Error>> + Send;

    /// The finalised block of a height. `None` where the node does not have it.
    ///
    /// # Errors
    /// Those of the connection.
    fn block(&self, number: u64) -> impl Future<Output = Result<Option<Block>, Error>> + Send;

    /// What these contracts emitted in the finalised block of a height.
    ///
    /// # Errors
    /// [`Error::StatePruned`] where the node does not have that any more, and those of the connection.
    fn read(
        &self,
        number: u64,
        contracts: &[AccountId],
    ) -> impl Future<Output = Result<BlockRead, Error>> + Send;

    /// The finalised blocks from a height on, each when it is final. The stream does not end; after an error it goes on.
    fn announced(&self, from: u64) -> BoxStream<'_, Result<Block, Error>>;
}

impl Source for Chain {
    fn genesis(&self) -> Hash {
        Chain::genesis(self)
    }

    async fn head(&self) -> Result<Block, Error> {
        self.finalised_head().await
    }

    async fn block(&self, number: u64) -> Result<Option<Block>, Error> {
        self.finalised_block(number).await
    }

    async fn read(&self, number: u64, contracts: &[AccountId]) -> Result<BlockRead, Error> {
        let read = self.finalised_events(number, contracts).await?;
        // One more request, and most blocks have no events.
        let at = if read.emitted.is_empty() { None } else { Some(self.time_of(read.block).await?) };
        Ok(BlockRead { block: read.block, parent: read.parent, at, emitted: read.emitted })
    }

    fn announced(&self, from: u64) -> BoxStream<'_, Result<Block, Error>> {
        self.finalised_blocks(Some(from)).boxed()
    }
}
