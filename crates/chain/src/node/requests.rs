//! What a node is asked: its chain's blocks, state and runtimes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use primitives::AccountId;
use scale::{Decode, Encode};
use serde::Deserialize;
use subxt::metadata::Metadata;
use tokio::sync::Mutex;

use crate::account_id::account_text;
use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::{Block, Body, Header};
use crate::node::connection::{params, Connection, Params};
use crate::node::runtime::{Runtime, Versions};

/// The versions of metadata that describe runtime APIs, the newest first.
const METADATA_VERSIONS: [u32; 2] = [16, 15];

/// A node, and what is known of its chain.
pub(crate) struct Node {
    connection: Connection,
    name: String,
    is_development: bool,
    /// The runtimes that were met, by their version: metadata is asked for once each.
    runtimes: RwLock<HashMap<u32, Arc<Runtime>>>,
    /// The runtime of the last transaction.
    current: RwLock<Arc<Runtime>>,
    moment: Mutex<Option<Moment>>,
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

#[derive(Deserialize)]
struct SignedBlock {
    block: Body,
}

impl Node {
    /// Connects, and checks that the chain has all that is needed.
    pub(crate) async fn connect(url: &str, unencrypted: bool) -> Result<Self, Error> {
        let connection = Connection::open(url, unencrypted).await?;
        let name: String = connection.ask("system_chain", params![]).await?;
        let kind: serde_json::Value = connection.ask("system_chainType", params![]).await?;
        let is_development =
            kind.as_str() == Some("Development") || matches!(name.as_str(), "Development" | "Local Testnet");
        let versions: Versions = connection.ask("state_getRuntimeVersion", params![]).await?;
        let runtime = Arc::new(fetch_runtime(&connection, &name, versions, None).await?);
        let runtimes = RwLock::new(HashMap::from([(versions.spec_version, runtime.clone())]));
        let current = RwLock::new(runtime);
        Ok(Self { connection, name, is_development, runtimes, current, moment: Mutex::default() })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The chain's name, as the node tells it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_development(&self) -> bool {
        self.is_development
    }

    /// The last finalised block.
    pub(crate) async fn finalised_head(&self) -> Result<Block, Error> {
        self.block_of(self.finalised_hash().await?).await
    }

    pub(crate) async fn finalised_hash(&self) -> Result<Hash, Error> {
        self.ask("chain_getFinalizedHead", params![]).await
    }

    /// The block with this hash.
    async fn block_of(&self, hash: Hash) -> Result<Block, Error> {
        Ok(Block { number: self.header(hash).await?.number, hash })
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

    /// A block with its transactions, where the node has it.
    pub(crate) async fn body(&self, hash: Hash) -> Result<Option<Body>, Error> {
        let signed: Option<SignedBlock> = self.ask("chain_getBlock", params![hash]).await?;
        Ok(signed.map(|signed| signed.block))
    }

    /// The place of an extrinsic in a block.
    pub(crate) async fn place_in(&self, block: Block, extrinsic: &[u8]) -> Result<Option<u32>, Error> {
        let body = self.body(block.hash).await?;
        let body =
            body.ok_or_else(|| Error::answer("chain_getBlock", format!("no block {}", block.number)))?;
        Ok(body.place_of(extrinsic))
    }

    /// The account's next nonce, behind those of its transactions in the node's pool.
    pub(crate) async fn next_nonce(&self, account: AccountId) -> Result<u64, Error> {
        self.ask("system_accountNextIndex", params![account_text(&account)]).await
    }

    /// How many transactions of the account are executed in a block's state.
    pub(crate) async fn nonce_at(&self, account: AccountId, block: Hash) -> Result<u64, Error> {
        const METHOD: &str = "AccountNonceApi_account_nonce";
        let bytes = self.state_call(METHOD, &account.encode(), Some(block)).await?;
        // Chains differ in the nonce's width.
        let mut wide = [0; 8];
        let target =
            wide.get_mut(..bytes.len()).ok_or_else(|| Error::answer(METHOD, "a nonce of over 8 bytes"))?;
        target.copy_from_slice(&bytes);
        Ok(u64::from_le_bytes(wide))
    }

    pub(crate) async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: &str,
        params: Params,
    ) -> Result<T, Error> {
        self.connection.ask(method, params).await
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

    /// What the chain asks for a transaction.
    pub(crate) async fn fee(&self, transaction: &[u8]) -> Result<u128, Error> {
        /// RuntimeDispatchInfo of pallet-transaction-payment.
        #[derive(Decode)]
        struct Info {
            _ref_time: scale::Compact<u64>,
            _proof_size: scale::Compact<u64>,
            _class: u8,
            fee: u128,
        }
        let method = "TransactionPaymentApi_query_info";
        let length = u32::try_from(transaction.len()).unwrap_or(u32::MAX);
        let answer = self.state_call(method, &[transaction, &length.encode()].concat(), None).await?;
        let info =
            Info::decode(&mut answer.as_slice()).map_err(|error| Error::answer(method, error.to_string()))?;
        Ok(info.fee)
    }

    /// The symbol and the decimals of the chain's token. `None` where the node does not know them.
    pub(crate) async fn token(&self) -> Result<Option<(String, u8)>, Error> {
        /// Chains with several tokens name their own first.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMore<T> {
            One(T),
            More(Vec<T>),
        }
        impl<T> OneOrMore<T> {
            fn first(self) -> Option<T> {
                match self {
                    Self::One(one) => Some(one),
                    Self::More(all) => all.into_iter().next(),
                }
            }
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Properties {
            token_symbol: Option<OneOrMore<String>>,
            token_decimals: Option<OneOrMore<u8>>,
        }
        let properties: Properties = self.ask("system_properties", params![]).await?;
        let symbol = properties.token_symbol.and_then(OneOrMore::first);
        Ok(symbol.zip(properties.token_decimals.and_then(OneOrMore::first)))
    }

    pub(crate) async fn storage(&self, key: &[u8], at: Option<Hash>) -> Result<Option<Vec<u8>>, Error> {
        let key = format!("0x{}", hex::encode(key));
        let answer: Option<String> = self.ask("state_getStorage", params![key, at]).await?;
        answer.map(|answer| hex_bytes(&answer, "state_getStorage")).transpose()
    }

    /// The runtime that was current at the last transaction: enough to read with.
    pub(crate) fn last_runtime(&self) -> Arc<Runtime> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The runtime of the best block and the finalised head: asked for once by all transactions of about the same
    /// time, at most `age` ago.
    pub(crate) async fn moment(&self, age: Duration) -> Result<Moment, Error> {
        let mut slot = self.moment.lock().await;
        if let Some(moment) = slot.as_ref().filter(|moment| moment.asked.elapsed() < age) {
            return Ok(moment.clone());
        }
        let asked = Instant::now();
        let (runtime, birth) = futures::try_join!(self.runtime_at(None), self.finalised_head())?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = runtime.clone();
        let moment = Moment { runtime, birth, asked };
        *slot = Some(moment.clone());
        Ok(moment)
    }

    /// The runtime in a block's state; of the best block where none is given.
    pub(crate) async fn runtime_at(&self, at: Option<Hash>) -> Result<Arc<Runtime>, Error> {
        let versions: Versions = self.ask("state_getRuntimeVersion", params![at]).await?;
        let known = {
            let runtimes = self.runtimes.read().unwrap_or_else(PoisonError::into_inner);
            runtimes.get(&versions.spec_version).filter(|runtime| runtime.versions() == versions).cloned()
        };
        if let Some(runtime) = known {
            return Ok(runtime);
        }
        tracing::info!(spec_version = versions.spec_version, "the chain's runtime is new");
        let runtime = Arc::new(fetch_runtime(&self.connection, &self.name, versions, at).await?);
        let mut runtimes = self.runtimes.write().unwrap_or_else(PoisonError::into_inner);
        runtimes.insert(versions.spec_version, runtime.clone());
        Ok(runtime)
    }
}

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
