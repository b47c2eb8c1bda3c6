//! A signed transaction, and how it goes into the node's pool.

use subxt::ext::jsonrpsee::core::client::Subscription;

use crate::errors::Error;
use crate::hash::Hash;
use crate::node::block::Block;
use crate::node::call::Party;
use crate::node::connection::params;
use crate::node::nonces::NextNonce;
use crate::node::pool::{refusal, Offer, Status};
use crate::node::requests::Node;

/// For how many blocks after its birth a transaction may be executed: more than any pool of one account holds on a chain
/// that makes a block for each transaction, and no more than the blocks whose states nodes keep.
pub(crate) const LIFETIME: u64 = 256;

/// A signed transaction and where it is.
pub(crate) struct Transaction {
    pub(crate) hash: Hash,
    pub(crate) bytes: Vec<u8>,
    pub(crate) nonce: u64,
    /// The finalised block at which it was signed.
    pub(crate) birth: Block,
    pub(crate) party: Party,
    pub(crate) next_nonce: NextNonce,
    /// What the pool tells about it, while it does.
    pub(crate) watch: Option<Subscription<Status>>,
}

impl Transaction {
    /// Puts the transaction into the pool and watches it from there; once more where the connection is lost
    /// meanwhile, because the same bytes are executed once at most.
    pub(crate) async fn offer(&mut self, node: &Node) -> Result<Offer, Error> {
        match self.offer_once(node).await {
            Err(Error::Disconnected { .. } | Error::Timeout { .. }) => {}
            done => return done,
        }
        match self.offer_once(node).await {
            // Perhaps by this very transaction: its fate will tell.
            Ok(Offer::NonceTaken(_)) => Ok(Offer::Accepted),
            Err(error) => Err(error.may_have_sent(self.hash)),
            done => done,
        }
    }

    async fn offer_once(&mut self, node: &Node) -> Result<Offer, Error> {
        let bytes = format!("0x{}", hex::encode(&self.bytes));
        let watch = node
            .connection()
            .subscribe("author_submitAndWatchExtrinsic", params![bytes], "author_unwatchExtrinsic")
            .await;
        match watch {
            Ok(watch) => {
                self.watch = Some(watch);
                Ok(Offer::Accepted)
            }
            Err(Error::Rpc { code, message, .. }) => Ok(refusal(code, message)),
            Err(error) => Err(error),
        }
    }
}
