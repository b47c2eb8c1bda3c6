//! The state of a chain at one block, as its storage has it: what is needed to run a contract's code elsewhere.

use primitives::AccountId;
use scale::Decode;
use subxt::ext::scale_value::Value;

use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::Block;
use crate::node::chain::Chain;
use crate::node::connection::params;
use crate::node::requests::hex_bytes;
use crate::node::runtime::{CONTRACTS, PALLET};

/// Where the pallet keeps the Wasm of all contracts, by its hash.
const CODE: &str = "PristineCode";
/// What stands before a contract's trie id in the key of its storage.
const CHILD_PREFIX: &[u8] = b":child_storage:default:";

/// A block and the root of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The block.
    pub block: Block,
    /// The root of the trie of the chain's state after the block.
    pub state_root: Hash,
}

/// The last blocks that a node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The last finalised block.
    pub finalised: Hash,
    /// The block that the node thinks best: it may be taken back.
    pub best: Hash,
}

/// A contract as the pallet knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractEntry {
    /// The hash of the code that it runs.
    pub code_hash: Hash,
    /// The name of its storage within the chain's.
    pub trie_id: Vec<u8>,
}

impl Chain {
    /// The last finalised block and the best one.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn heads(&self) -> Result<Heads, Error> {
        let best = self.node().ask::<Option<Hash>>("chain_getBlockHash", params![]);
        let (finalised, best) = futures::try_join!(self.node().finalised_hash(), best)?;
        Ok(Heads { finalised, best: best.unwrap_or(finalised) })
    }

    /// The number and the state root of a block.
    ///
    /// # Errors
    /// Those of the connection, and [`Error::Answer`] where the node does not have the block.
    pub async fn heading(&self, hash: Hash) -> Result<Heading, Error> {
        let header = self.node().header(hash).await?;
        Ok(Heading { block: Block { number: header.number, hash }, state_root: header.state_root })
    }

    /// The contract at an address in the state of a block. `None` where there is none.
    ///
    /// # Errors
    /// Those of the connection, and [`Error::Rpc`] where the node has no state of that block any more.
    pub async fn contract_at(&self, address: AccountId, at: Hash) -> Result<Option<ContractEntry>, Error> {
        self.contract_in(address, Some(at)).await
    }

    /// The same, at the best block where none is given.
    pub(crate) async fn contract_in(
        &self,
        address: AccountId,
        at: Option<Hash>,
    ) -> Result<Option<ContractEntry>, Error> {
        let Some((bytes, runtime)) = self.entry(CONTRACTS, address.0, at).await? else { return Ok(None) };
        let info = runtime
            .contract_info(&bytes)
            .ok_or_else(|| Error::answer(format!("{PALLET}.{CONTRACTS}"), "its layout is another one"))?;
        Ok(Some(ContractEntry { code_hash: info.code_hash, trie_id: info.trie_id }))
    }

    /// The Wasm of contracts that has this hash. `None` where the chain does not have it.
    ///
    /// # Errors
    /// As [`Chain::contract_at`].
    pub async fn code_at(&self, code: Hash, at: Hash) -> Result<Option<Vec<u8>>, Error> {
        let Some((bytes, _)) = self.entry(CODE, code.0, Some(at)).await? else { return Ok(None) };
        let code = Vec::<u8>::decode(&mut bytes.as_slice())
            .map_err(|error| Error::answer(format!("{PALLET}.{CODE}"), error))?;
        Ok(Some(code))
    }

    /// What a contract keeps under keys, as they are in its trie: one value for each, by one request.
    ///
    /// # Errors
    /// As [`Chain::contract_at`].
    pub async fn contract_storage(
        &self,
        trie_id: &[u8],
        keys: &[Vec<u8>],
        at: Hash,
    ) -> Result<Vec<Option<Vec<u8>>>, Error> {
        const METHOD: &str = "childstate_getStorageEntries";
        let child = format!("0x{}{}", hex::encode(CHILD_PREFIX), hex::encode(trie_id));
        let hexadecimal: Vec<String> = keys.iter().map(|key| format!("0x{}", hex::encode(key))).collect();
        let answer: Vec<Option<String>> = self.node().ask(METHOD, params![child, hexadecimal, at]).await?;
        if answer.len() != keys.len() {
            return Err(Error::answer(METHOD, format!("{} values for {} keys", answer.len(), keys.len())));
        }
        answer.into_iter().map(|value| value.map(|value| hex_bytes(&value, METHOD)).transpose()).collect()
    }

    /// The pallet's entry under a key of 32 bytes, and the runtime that knows its layout.
    async fn entry(
        &self,
        name: &'static str,
        key: [u8; 32],
        at: Option<Hash>,
    ) -> Result<Option<(Vec<u8>, std::sync::Arc<crate::node::runtime::Runtime>)>, Error> {
        let not_understood =
            |error: &dyn std::fmt::Display| Error::answer(format!("{PALLET}.{name}"), error.to_string());
        let runtime = self.node().runtime_at(at).await?;
        let key = {
            let entry =
                runtime.client().storage().entry((PALLET, name)).map_err(|error| not_understood(&error))?;
            entry.fetch_key(vec![Value::from_bytes(key)]).map_err(|error| not_understood(&error))?
        };
        let bytes = self.node().storage(&key, at).await?;
        Ok(bytes.map(|bytes| (bytes, runtime)))
    }
}
