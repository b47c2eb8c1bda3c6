//! What the contracts answer at one block, by their own code on this machine.

use std::sync::Arc;
use std::time::Duration;

use chain::{Call, Contracts};
use reader::{Reader, Snapshot};
use view::Reads;

use crate::heads::Newest;

/// How long an answer of the chain is waited for. The client connects again for longer, but nobody waits so long at a
/// counter.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);

/// The chain is out of reach, or does not answer in time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// The chain or the node.
    #[error("{0}")]
    Chain(#[from] chain::Error),
    /// The contracts' code cannot be run here.
    #[error("{0}")]
    Reader(reader::Error),
    /// The node does not have yet what was final before.
    #[error("the node has finalised block {found}, and block {before} was final before; wait until it has caught up")]
    Behind {
        /// The block that is final at the node.
        found: u64,
        /// The newest at which somebody was answered.
        before: u64,
    },
    /// What was final is not in the node's chain.
    #[error("block {number} is another one than was final before: the node is on another chain; connect to the right one")]
    OtherChain {
        /// The newest block at which somebody was answered.
        number: u64,
    },
    /// No answer in time.
    #[error("the chain did not answer within {} s", PATIENCE.as_secs())]
    Late,
    /// The lists of serials cannot be read.
    #[error("{0}")]
    Lists(#[from] serials::Error),
}

impl From<reader::Error> for Unanswered {
    fn from(error: reader::Error) -> Self {
        match error {
            reader::Error::Chain(error) => Self::Chain(error),
            other => Self::Reader(other),
        }
    }
}

/// The contracts, and what they say at the newest blocks.
#[derive(Debug)]
pub(crate) struct Register {
    reader: Reader,
    newest: Newest,
    contracts: Contracts,
}

/// The register at one block.
#[derive(Clone, Debug)]
pub(crate) struct Pinned {
    reader: Reader,
    snapshot: Arc<Snapshot>,
}

/// The register at the last finalised block, and at the best one where that is another.
pub(crate) struct Now {
    pub(crate) finalised: Pinned,
    pub(crate) best: Option<Pinned>,
}

impl Register {
    pub(crate) fn new(chain: chain::Chain, contracts: Contracts) -> Self {
        Self { reader: Reader::new(chain.clone()), newest: Newest::new(chain), contracts }
    }

    pub(crate) fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    pub(crate) fn chain(&self) -> &chain::Chain {
        self.reader.chain()
    }

    /// The register now.
    pub(crate) async fn now(&self) -> Result<Now, Unanswered> {
        in_time(async {
            let heads = self.newest.heads().await?;
            let best = async {
                match heads.best == heads.finalised {
                    true => Ok(None),
                    false => self.at(heads.best).await.map(Some),
                }
            };
            let (finalised, best) = futures::join!(self.at(heads.finalised), best);
            // The best block can be gone already; what is final counts.
            let finalised = finalised?;
            self.newest.answered(finalised.heading().block);
            Ok(Now { finalised, best: best.unwrap_or_default() })
        })
        .await
    }

    async fn at(&self, block: chain::Hash) -> Result<Pinned, Unanswered> {
        Ok(Pinned { reader: self.reader.clone(), snapshot: self.reader.at(block).await? })
    }
}

impl Pinned {
    /// The block and the root of its state.
    pub(crate) fn heading(&self) -> chain::Heading {
        self.snapshot.heading()
    }

    /// The chain's time at the block.
    pub(crate) fn time(&self) -> primitives::Timestamp {
        self.snapshot.now()
    }
}

impl Reads for Pinned {
    type Error = Unanswered;

    async fn read<T: Send>(&self, call: &Call<T>) -> Result<T, Unanswered> {
        in_time(async { Ok(self.reader.read(call, &self.snapshot).await?) }).await
    }
}

/// What is asked of the chain, for as long as somebody waits at a counter. It is large: on the heap, it is not moved from one
/// layer's stack to the next.
async fn in_time<T>(
    asked: impl std::future::Future<Output = Result<T, Unanswered>>,
) -> Result<T, Unanswered> {
    tokio::time::timeout(PATIENCE, Box::pin(asked)).await.map_err(|_| Unanswered::Late)?
}
