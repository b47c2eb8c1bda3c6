//! One owner of nonces for each key of a process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use primitives::AccountId;
use scale::Encode;

use crate::account_id::account_text;
use crate::chain::Chain;
use crate::connection::params;
use crate::errors::Error;
use crate::Hash;

/// The next nonce of an account, while this process knows it. Who holds the lock submits: so transactions enter the
/// pool in the order of their nonces.
pub(crate) type NextNonce = Arc<tokio::sync::Mutex<Known>>;

/// A nonce that was counted here, over one connection.
#[derive(Default)]
pub(crate) struct Known(Option<Counted>);

struct Counted {
    nonce: u64,
    reconnections: u64,
}

impl Known {
    /// Takes the nonce, and asks the node where it is not known or was counted over a connection that broke: until
    /// [`Known::used`], the next one to ask does the same.
    pub(crate) async fn take(&mut self, chain: &Chain, account: AccountId) -> Result<u64, Error> {
        let reconnections = chain.connection().reconnections();
        match self.0.take().filter(|counted| counted.reconnections == reconnections) {
            Some(counted) => Ok(counted.nonce),
            None => chain.next_nonce(account).await,
        }
    }

    /// The pool has a transaction with this nonce.
    pub(crate) fn used(&mut self, nonce: u64, chain: &Chain) {
        let reconnections = chain.connection().reconnections();
        self.0 = nonce.checked_add(1).map(|nonce| Counted { nonce, reconnections });
    }

    /// What was counted does not hold any more.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }
}

/// The nonces of all accounts of a process, so that two owners of one key cannot get into each other's way.
#[derive(Default)]
pub(crate) struct Nonces(Mutex<HashMap<[u8; 32], NextNonce>>);

impl Nonces {
    pub(crate) fn of(&self, account: AccountId) -> NextNonce {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(account.0).or_default().clone()
    }
}

impl Chain {
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
}
