use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use primitives::AccountId;
use scale::{Decode, Encode};
use serde::Deserialize;
use subxt::metadata::Metadata;
use tokio::sync::Mutex;

use crate::call::{api_call, decode_result, Call, DryRun, Party, Returned};
use crate::connection::{params, Connection, Params};
use crate::errors::Error;
use crate::executed::Blocks;
use crate::nonce::Nonces;
use crate::runtime::{Runtime, Versions, API};
use crate::Hash;

/// The versions of metadata that describe runtime APIs, the newest first.
const METADATA_VERSIONS: [u32; 2] = [16, 15];

/// A connection to a chain with pallet-contracts. Cheap to clone; all clones share one socket.
///
/// It connects again by itself when the node went away and came back. See the crate's documentation for what
/// happens to requests meanwhile.
#[derive(Clone)]
pub struct Chain {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Connection,
    name: String,
    is_development: bool,
    /// The runtimes that were met, by their version: metadata is asked for once each.
    runtimes: RwLock<HashMap<u32, Arc<Runtime>>>,
    /// The runtime of the last transaction.
    current: RwLock<Arc<Runtime>>,
    moment: Mutex<Option<Moment>>,
    nonces: Nonces,
    blocks: Blocks,
}

/// What a transaction is signed for.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) runtime: Arc<Runtime>,
    /// The last finalised block: the transaction's time begins with it.
    pub(crate) birth: Block,
    /// When the node was asked.
    pub(crate) asked: Instant,
}

/// A block by its number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its height.
    pub number: u64,
    /// Its hash.
    pub hash: Hash,
}

/// A header, as far as this client needs it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    #[serde(deserialize_with = "hexadecimal")]
    pub(crate) number: u64,
    pub(crate) parent_hash: Hash,
}

fn hexadecimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    u64::from_str_radix(text.trim_start_matches("0x"), 16).map_err(serde::de::Error::custom)
}

impl Chain {
    /// Connects to the node at a `ws://` or `wss://` address, and checks that its chain has all that is needed.
    ///
    /// # Errors
    /// [`Error::BadUrl`], [`Error::Unreachable`] at once where nobody answers, [`Error::MissingPallet`] and
    /// [`Error::MissingPart`] where the chain cannot run these contracts.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let connection = Connection::open(url).await?;
        let name: String = connection.ask("system_chain", params![]).await?;
        let kind: serde_json::Value = connection.ask("system_chainType", params![]).await?;
        let is_development =
            kind.as_str() == Some("Development") || matches!(name.as_str(), "Development" | "Local Testnet");
        let versions: Versions = connection.ask("state_getRuntimeVersion", params![]).await?;
        let runtime = Arc::new(fetch_runtime(&connection, &name, versions, None).await?);
        let runtimes = RwLock::new(HashMap::from([(versions.spec_version, runtime.clone())]));
        let current = RwLock::new(runtime);
        Ok(Self {
            inner: Arc::new(Inner {
                connection,
                name,
                is_development,
                runtimes,
                current,
                moment: Mutex::default(),
                nonces: Nonces::default(),
                blocks: Blocks::default(),
            }),
        })
    }

    /// The chain's name, as the node tells it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The hash of the chain's first block, which tells it from all others.
    #[must_use]
    pub fn genesis(&self) -> Hash {
        self.inner.connection.genesis()
    }

    /// The address of the node.
    #[must_use]
    pub fn url(&self) -> &str {
        self.inner.connection.url()
    }

    /// Whether the chain is for development: only there the public keys such as `//Alice` are taken.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.inner.is_development
    }

    /// Asks a contract at the node's best block, by one request.
    ///
    /// # Errors
    /// [`Error::Contract`] where the contract answers with an error, [`Error::ContractNotFound`], and those of the
    /// connection.
    pub async fn read<R>(&self, call: &Call<R>) -> Result<R, Error> {
        self.run(call, ANYBODY, None).await.map(|run| run.output)
    }

    /// Asks a contract at the last finalised block: what it answers cannot be taken back any more.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub async fn read_finalised<R>(&self, call: &Call<R>) -> Result<R, Error> {
        let head = self.finalised_hash().await?;
        self.run(call, ANYBODY, Some(head)).await.map(|run| run.output)
    }

    /// Asks a contract at a block.
    ///
    /// # Errors
    /// As [`Chain::read`], and [`Error::Rpc`] where the node has no state of that block any more.
    pub async fn read_at<R>(&self, call: &Call<R>, block: Hash) -> Result<R, Error> {
        self.run(call, ANYBODY, Some(block)).await.map(|run| run.output)
    }

    /// What a call by `origin` would do at the best block, and what it would cost; nothing changes.
    ///
    /// # Errors
    /// As [`Chain::read`], [`Error::InsufficientBalance`] where the origin cannot pay the storage deposit.
    pub async fn dry_run<R>(&self, call: &Call<R>, origin: AccountId) -> Result<DryRun<R>, Error> {
        self.run(call, origin, None).await
    }

    /// Runs a call without a transaction, at the best block where none is given.
    pub(crate) async fn run<R>(
        &self,
        call: &Call<R>,
        origin: AccountId,
        at: Option<Hash>,
    ) -> Result<DryRun<R>, Error> {
        let arguments = api_call(origin, call.contract, &call.input);
        let method = format!("{API}_call");
        let answer = self.state_call(&method, &arguments, at).await?;
        let party = Party { origin, contract: Some(call.contract) };
        let run: DryRun<Returned> = decode_result(&answer, &method, &self.last_runtime(), party)?;
        let output = call.answer(&run.output)?;
        Ok(DryRun { gas_required: run.gas_required, deposit: run.deposit, output })
    }

    /// The last finalised block.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn finalised_head(&self) -> Result<Block, Error> {
        self.block_of(self.finalised_hash().await?).await
    }

    /// The block with this hash.
    pub(crate) async fn block_of(&self, hash: Hash) -> Result<Block, Error> {
        Ok(Block { number: self.header(hash).await?.number, hash })
    }

    async fn finalised_hash(&self) -> Result<Hash, Error> {
        self.ask("chain_getFinalizedHead", params![]).await
    }

    /// The block of this height on the chain that the node thinks best.
    pub(crate) async fn block(&self, number: u64) -> Result<Block, Error> {
        let hash: Option<Hash> = self.ask("chain_getBlockHash", params![number]).await?;
        let hash = hash.ok_or_else(|| Error::answer("chain_getBlockHash", format!("no block {number}")))?;
        Ok(Block { number, hash })
    }

    /// The header of a block that the node must have.
    pub(crate) async fn header(&self, hash: Hash) -> Result<Header, Error> {
        let header = self.known_header(hash).await?;
        header.ok_or_else(|| Error::answer("chain_getHeader", format!("no block {hash:?}")))
    }

    /// The header of a block, where the node has it.
    pub(crate) async fn known_header(&self, hash: Hash) -> Result<Option<Header>, Error> {
        self.ask("chain_getHeader", params![hash]).await
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.inner.connection
    }

    pub(crate) fn nonces(&self) -> &Nonces {
        &self.inner.nonces
    }

    pub(crate) fn blocks(&self) -> &Blocks {
        &self.inner.blocks
    }

    pub(crate) async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: &str,
        params: Params,
    ) -> Result<T, Error> {
        self.inner.connection.ask(method, params).await
    }

    /// Calls a runtime API with SCALE arguments.
    pub(crate) async fn state_call(
        &self,
        method: &str,
        args: &[u8],
        at: Option<Hash>,
    ) -> Result<Vec<u8>, Error> {
        let args = format!("0x{}", hex::encode(args));
        let answer: String = self.ask("state_call", params![method, args, at]).await?;
        hex_bytes(&answer, method)
    }

    pub(crate) async fn storage(&self, key: &[u8], at: Option<Hash>) -> Result<Option<Vec<u8>>, Error> {
        let key = format!("0x{}", hex::encode(key));
        let answer: Option<String> = self.ask("state_getStorage", params![key, at]).await?;
        answer.map(|answer| hex_bytes(&answer, "state_getStorage")).transpose()
    }

    /// The runtime that was current at the last transaction: enough to read with.
    pub(crate) fn last_runtime(&self) -> Arc<Runtime> {
        self.inner.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The runtime of the best block and the finalised head: asked for once by all transactions of about the same
    /// time, at most `age` ago.
    pub(crate) async fn moment(&self, age: Duration) -> Result<Moment, Error> {
        let mut slot = self.inner.moment.lock().await;
        if let Some(moment) = slot.as_ref().filter(|moment| moment.asked.elapsed() < age) {
            return Ok(moment.clone());
        }
        let asked = Instant::now();
        let (runtime, birth) = futures::try_join!(self.runtime_at(None), self.finalised_head())?;
        *self.inner.current.write().unwrap_or_else(PoisonError::into_inner) = runtime.clone();
        let moment = Moment { runtime, birth, asked };
        *slot = Some(moment.clone());
        Ok(moment)
    }

    /// The runtime in a block's state; of the best block where none is given.
    pub(crate) async fn runtime_at(&self, at: Option<Hash>) -> Result<Arc<Runtime>, Error> {
        let versions: Versions = self.ask("state_getRuntimeVersion", params![at]).await?;
        let known = {
            let runtimes = self.inner.runtimes.read().unwrap_or_else(PoisonError::into_inner);
            runtimes.get(&versions.spec_version).filter(|runtime| runtime.versions() == versions).cloned()
        };
        if let Some(runtime) = known {
            return Ok(runtime);
        }
        tracing::info!(spec_version = versions.spec_version, "the chain's runtime is new");
        let runtime = Arc::new(fetch_runtime(&self.inner.connection, &self.inner.name, versions, at).await?);
        let mut runtimes = self.inner.runtimes.write().unwrap_or_else(PoisonError::into_inner);
        runtimes.insert(versions.spec_version, runtime.clone());
        Ok(runtime)
    }
}

/// Whoever reads: the answer depends on nobody.
const ANYBODY: AccountId = AccountId([0; 32]);

async fn fetch_runtime(
    connection: &Connection,
    name: &str,
    versions: Versions,
    at: Option<Hash>,
) -> Result<Runtime, Error> {
    const METHOD: &str = "Metadata_metadata_at_version";
    for version in METADATA_VERSIONS {
        let args = format!("0x{}", hex::encode(version.encode()));
        let answer: String = match connection.ask("state_call", params![METHOD, args, at]).await {
            Err(Error::Rpc { .. }) => break,
            answer => answer?,
        };
        let opaque = Option::<Vec<u8>>::decode(&mut &hex_bytes(&answer, METHOD)?[..])
            .map_err(|error| Error::answer(METHOD, error))?;
        if let Some(bytes) = opaque {
            let metadata = Metadata::decode_from(&bytes).map_err(|error| Error::answer(METHOD, error))?;
            return Runtime::new(metadata, versions, connection.genesis(), name);
        }
    }
    Err(Error::MissingPart {
        chain: name.to_owned(),
        part: "it offers no metadata of version 15 or 16".to_owned(),
    })
}

pub(crate) fn hex_bytes(text: &str, what: &str) -> Result<Vec<u8>, Error> {
    hex::decode(text.trim_start_matches("0x")).map_err(|error| Error::answer(what, error))
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("name", &self.inner.name).field("url", &self.url()).finish()
    }
}
