use std::sync::Arc;

use primitives::AccountId;
use subxt::ext::scale_value::Value;

use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::Block;
use crate::node::call::{api_call, decode_result, Call, DryRun, Party, Returned, DEPOSIT};
use crate::node::connection::shown;

use crate::node::executed::{Blocks, Executed};
use crate::node::nonces::Nonces;
use crate::node::requests::Node;
use crate::node::runtime::API;

/// A connection to a chain with pallet-contracts. Cheap to clone; all clones share one socket.
///
/// It connects again by itself when the node went away and came back. See the crate's documentation for what
/// happens to requests meanwhile.
#[derive(Clone)]
pub struct Chain {
    inner: Arc<Inner>,
}

struct Inner {
    node: Node,
    nonces: Nonces,
    blocks: Blocks,
}

impl Chain {
    /// Connects to the node at a `wss://` address, or a `ws://` address of this machine, and checks that its chain has all
    /// that is needed.
    ///
    /// # Errors
    /// [`Error::BadUrl`], [`Error::Unencrypted`], [`Error::Unreachable`] at once where nobody answers,
    /// [`Error::MissingPallet`] and [`Error::MissingPart`] where the chain cannot run these contracts.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Self::open(url, false).await
    }

    /// The same, over any `ws://` address too: whoever sits between can change what the node answers.
    ///
    /// # Errors
    /// As [`Chain::connect`].
    pub async fn connect_unencrypted(url: &str) -> Result<Self, Error> {
        Self::open(url, true).await
    }

    async fn open(url: &str, unencrypted: bool) -> Result<Self, Error> {
        let node = Node::connect(url, unencrypted).await?;
        let (nonces, blocks) = (Nonces::default(), Blocks::default());
        Ok(Self { inner: Arc::new(Inner { node, nonces, blocks }) })
    }

    /// The chain's name, as the node tells it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.inner.node.name()
    }

    /// The hash of the chain's first block, which tells it from all others.
    #[must_use]
    pub fn genesis(&self) -> Hash {
        self.inner.node.connection().genesis()
    }

    /// The address of the node. `None` where it may carry a key, which is for nobody else.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        let url = self.inner.node.connection().url();
        (shown(url) == url).then_some(url)
    }

    /// Whether the chain is for development: only there the public keys such as `//Alice` are taken.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.inner.node.is_development()
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
        let head = self.inner.node.finalised_hash().await?;
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
        match self.run_within(call, origin, at, None).await {
            // The chain's default limit can be less than the account has.
            Err(Error::InsufficientBalance { what, .. }) if what == DEPOSIT => {
                let free = self.balance(origin).await?;
                // Not all of it: the account must live on, and pay the fee.
                self.run_within(call, origin, at, Some(free.saturating_sub(free / 8))).await
            }
            run => run,
        }
    }

    async fn run_within<R>(
        &self,
        call: &Call<R>,
        origin: AccountId,
        at: Option<Hash>,
        deposit_limit: Option<u128>,
    ) -> Result<DryRun<R>, Error> {
        let arguments = api_call(origin, call.contract, &call.input, deposit_limit);
        let method = format!("{API}_call");
        let answer = self.inner.node.state_call(&method, &arguments, at).await?;
        let party = Party { origin, contract: Some(call.contract) };
        let run: DryRun<Returned> = decode_result(&answer, &method, &self.inner.node.last_runtime(), party)?;
        let output = call.answer(&run.output)?;
        Ok(DryRun { gas_required: run.gas_required, deposit: run.deposit, output })
    }

    /// The last finalised block.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn finalised_head(&self) -> Result<Block, Error> {
        self.inner.node.finalised_head().await
    }

    /// The hash of the code that the contract at `address` runs.
    ///
    /// # Errors
    /// [`Error::ContractNotFound`] where there is none.
    pub async fn code_hash(&self, address: AccountId) -> Result<Hash, Error> {
        let found = self.contract_in(address, None).await?;
        found.map(|found| found.code_hash).ok_or(Error::ContractNotFound { address })
    }

    /// The account's free balance at the best block, in the chain's smallest unit: 0 if the account does not exist.
    ///
    /// # Errors
    /// Those of the connection, and [`Error::Answer`] where the chain keeps balances in another way.
    pub async fn balance(&self, account: AccountId) -> Result<u128, Error> {
        let unknown = |error: &dyn std::fmt::Display| Error::answer("System.Account", error.to_string());
        let runtime = self.inner.node.runtime_at(None).await?;
        let entry =
            runtime.client().storage().entry(("System", "Account")).map_err(|error| unknown(&error))?;
        let key = entry.fetch_key(vec![Value::from_bytes(account.0)]).map_err(|error| unknown(&error))?;
        match self.inner.node.storage(&key, None).await? {
            Some(bytes) => runtime.free_balance(&bytes).ok_or_else(|| unknown(&"its layout is another one")),
            None => Ok(0),
        }
    }

    /// The symbol and the decimals of the chain's token. `None` where the node does not know them.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn token(&self) -> Result<Option<(String, u8)>, Error> {
        self.inner.node.token().await
    }

    /// How often the connection was lost and made again.
    #[must_use]
    pub fn reconnections(&self) -> u64 {
        self.inner.node.connection().reconnections()
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    pub(crate) fn nonces(&self) -> &Nonces {
        &self.inner.nonces
    }

    /// The block, and what happened in it; nothing where the node does not have it.
    pub(crate) async fn executed(&self, hash: Hash) -> Result<Option<Arc<Executed>>, Error> {
        self.inner.blocks.executed(&self.inner.node, hash).await
    }
}

/// Whoever reads: the answer depends on nobody.
const ANYBODY: AccountId = AccountId([0; 32]);

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("name", &self.name())
            .field("url", &shown(self.inner.node.connection().url()))
            .finish()
    }
}
