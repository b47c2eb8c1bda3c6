//! One owner of nonces for each key of a process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use primitives::AccountId;

use crate::errors::Error;
use crate::node::requests::Node;

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
    pub(crate) async fn take(&mut self, node: &Node, account: AccountId) -> Result<u64, Error> {
        let reconnections = node.connection().reconnections();
        match self.0.take().filter(|counted| counted.reconnections == reconnections) {
            Some(counted) => Ok(counted.nonce),
            None => node.next_nonce(account).await,
        }
    }

    /// The pool has a transaction with this nonce.
    pub(crate) fn used(&mut self, nonce: u64, node: &Node) {
        let reconnections = node.connection().reconnections();
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
