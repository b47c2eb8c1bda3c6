//! Runs the contracts' own code over their storage at one block, on this machine.
//!
//! A node answers a read by `ContractsApi_call`: its runtime, which is Wasm, interprets the contract, which is Wasm as
//! well, after it has parsed its code anew. A service that answers hundreds of reads a second about one block does the
//! same with less: [`Reader`] takes the contracts' code from the chain's state by its hash, parses it once, interprets
//! it natively, and asks the node only for storage that nobody has read at that block. There is no second copy of any
//! rule, and after an upgrade the new code runs from its first block on.
//!
//! Reads only: code that would change anything is refused, and so is a host function that no read of ours needs.
//! `tests/node` holds answers against those of the node.
//!
//! ```no_run
//! # async fn example(chain: chain::Chain, call: chain::Call<u32>) -> Result<(), reader::Error> {
//! let reader = reader::Reader::new(chain);
//! let heads = reader.chain().heads().await?;
//! let snapshot = reader.at(heads.finalised).await?;
//! let answer = reader.read(&call, &snapshot).await?;
//! # Ok(()) }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod host;
mod machine;
mod snapshot;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use chain::{Call, Chain, Hash};
use futures::future::BoxFuture;
use lru::LruCache;
use tokio::sync::OnceCell;

use machine::{Machine, Ran};
pub use snapshot::Snapshot;
use snapshot::{Answer, Carried, Request};

/// How many blocks are kept: the finalised one, the best one, and those of answers under way.
const BLOCKS: NonZeroUsize = NonZeroUsize::new(4).unwrap();
/// How many times a read may find that it needs more storage. Each time it gets further; the longest chain of ours, a
/// verdict, needs seven.
const MAX_ROUNDS: usize = 64;

/// Why a read has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contract's answer is an error, or the node cannot be asked.
    #[error(transparent)]
    Chain(#[from] chain::Error),
    /// The code cannot be run here.
    #[error("the contract's code cannot be run here: {0}; read it by the node")]
    Code(String),
    /// The code ended without an answer.
    #[error("the contract stopped without an answer: {0}")]
    Stopped(String),
}

/// Reads contracts at given blocks. Cheap to clone; all clones share what they have read.
#[derive(Clone)]
pub struct Reader {
    inner: Arc<Inner>,
}

struct Inner {
    chain: Chain,
    machine: Machine,
    blocks: Mutex<LruCache<Hash, Slot>>,
}

/// Whoever comes first fills it, and all others wait for it.
type Slot = Arc<OnceCell<Arc<Snapshot>>>;

impl Reader {
    /// Reads the contracts of this chain.
    #[must_use]
    pub fn new(chain: Chain) -> Self {
        let blocks = Mutex::new(LruCache::new(BLOCKS));
        Self { inner: Arc::new(Inner { chain, machine: Machine::new(), blocks }) }
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.inner.chain
    }

    /// The state of a block. Blocks that were asked for last share what was read.
    ///
    /// # Errors
    /// Those of the connection, and [`chain::Error::StatePruned`] where the node has no state of that block any more.
    pub async fn at(&self, block: Hash) -> Result<Arc<Snapshot>, Error> {
        let (slot, before) = {
            let mut blocks = self.inner.blocks.lock().unwrap_or_else(PoisonError::into_inner);
            let before = blocks.iter().find_map(|(_, slot)| slot.get().cloned());
            (blocks.get_or_insert(block, Slot::default).clone(), before)
        };
        let snapshot = slot.get_or_try_init(|| {
            Box::pin(async {
                let heading = self.inner.chain.heading(block).await?;
                let now = self.inner.chain.time_of(heading.block).await?;
                let snapshot = Snapshot::new(heading, now);
                if let Some(before) = before {
                    self.carry(before.carried(), &snapshot).await;
                }
                Ok::<_, Error>(Arc::new(snapshot))
            })
        });
        snapshot.await.cloned()
    }

    /// What a contract answers at a block.
    ///
    /// # Errors
    /// As [`Chain::read_at`]; [`Error::Code`] and [`Error::Stopped`] where its code cannot be run, or does not end well.
    pub async fn read<R>(&self, call: &Call<R>, at: &Arc<Snapshot>) -> Result<R, Error> {
        // What is not known is taken for absent, so that one run finds as much as can be found missing, and one request
        // fetches it. Only a run to which nothing was missing is believed.
        if let Some(Answer { flags, data }) = at.answer(call.contract(), call.input()) {
            return Ok(call.read_answer(flags, data.to_vec())?);
        }
        for _ in 0..MAX_ROUNDS {
            match self.inner.machine.run(at, call.contract(), call.input())? {
                Ran::Returned { flags, data } => {
                    let answer = Answer { flags, data: data.as_slice().into() };
                    at.learn_answer(call.contract(), call.input(), answer);
                    return Ok(call.read_answer(flags, data)?);
                }
                Ran::Missing(missing) => {
                    self.fetch(snapshot::by_contract(missing, at), at, false).await?;
                }
            }
        }
        Err(Error::Stopped("it needs more and more of its storage".to_owned()))
    }

    /// Looks up for a new block what the reads of the one before needed again and again, by two requests' time instead of
    /// one for each step of a read. What cannot be had is looked up by who needs it, and fails there.
    async fn carry(&self, carried: Carried, to: &Snapshot) {
        let contracts = carried.contracts.into_iter().map(Request::Contract).collect();
        let of_contracts = self.fetch(contracts, to, true).await;
        let storage = carried.storage.into_iter();
        let storage = storage.filter_map(|(contract, keys)| to.carried_request(contract, keys)).collect();
        if let Err(error) = of_contracts.and(self.fetch(storage, to, true).await) {
            tracing::debug!(%error, "what the block before needed is not looked up");
        }
    }

    async fn fetch(&self, requests: Vec<Request>, at: &Snapshot, carried: bool) -> Result<(), Error> {
        let requests = requests.into_iter().map(|missing| async move {
            let (chain, block) = (&self.inner.chain, at.heading().block.hash);
            match missing {
                Request::Contract(address) => {
                    let entry = chain.contract_at(address, block).await?;
                    let known = match entry {
                        Some(entry) => Some((self.code(entry.code_hash, block).await?, entry.trie_id)),
                        None => None,
                    };
                    at.learn_contract(address, known);
                }
                Request::Storage { contract, trie_id, keys } => {
                    let values = chain.contract_storage(&trie_id, &keys, block).await?;
                    at.learn_storage(contract, keys, values, carried);
                }
            }
            Ok::<_, Error>(())
        });
        // On the heap: they are large.
        let requests = requests.map(|request| -> BoxFuture<'_, Result<(), Error>> { Box::pin(request) });
        futures::future::try_join_all(requests).await.map(drop)
    }

    async fn code(&self, hash: Hash, block: Hash) -> Result<Arc<machine::Code>, Error> {
        if let Some(code) = self.inner.machine.known(hash) {
            return Ok(code);
        }
        let wasm = self.inner.chain.code_at(hash, block).await?;
        let wasm = wasm.ok_or_else(|| Error::Code(format!("the chain has no code {hash:?}")))?;
        self.inner.machine.learn(hash, &wasm)
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("chain", &self.inner.chain).finish_non_exhaustive()
    }
}
