//! How a node's pool takes a transaction.

use serde::de::IgnoredAny;
use serde::Deserialize;

use crate::chain::Chain;
use crate::connection::params;
use crate::errors::Error;
use crate::pending::Transaction;
use crate::Hash;

/// Errors of the node's pool (`sc-rpc-api`, author): their numbers are the same on all chains of the SDK.
const INVALID: i32 = 1010;
const ALREADY_IMPORTED: i32 = 1013;
const TOO_LOW_PRIORITY: i32 = 1014;

/// What a pool says to a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// It is in the pool; or, where the connection was lost meanwhile, may be executed already.
    Accepted,
    /// Another transaction has its nonce.
    NonceTaken(String),
    /// The account cannot pay the fee.
    CannotPay,
    /// It is not taken for another reason.
    Refused(String),
}

/// What becomes of a transaction in the pool.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Status {
    Future,
    Ready,
    Broadcast(IgnoredAny),
    InBlock(IgnoredAny),
    Retracted(IgnoredAny),
    FinalityTimeout(IgnoredAny),
    Finalized(Hash),
    Usurped(IgnoredAny),
    Dropped,
    Invalid,
}

impl Transaction {
    /// Puts the transaction into the pool and watches it from there; once more where the connection is lost
    /// meanwhile, because the same bytes are executed once at most.
    pub(crate) async fn offer(&mut self, chain: &Chain) -> Result<Offer, Error> {
        match self.offer_once(chain).await {
            Err(Error::Disconnected { .. } | Error::Timeout { .. }) => {}
            done => return done,
        }
        match self.offer_once(chain).await {
            // Perhaps by this very transaction: its fate will tell.
            Ok(Offer::NonceTaken(_)) => Ok(Offer::Accepted),
            Err(error) => Err(error.may_have_sent(self.hash)),
            done => done,
        }
    }

    async fn offer_once(&mut self, chain: &Chain) -> Result<Offer, Error> {
        let bytes = format!("0x{}", hex::encode(&self.bytes));
        let watch = chain
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

/// What a refusal means for the account's nonce.
fn refusal(code: i32, message: String) -> Offer {
    match code {
        ALREADY_IMPORTED => Offer::Accepted,
        TOO_LOW_PRIORITY => Offer::NonceTaken(message),
        INVALID if message.contains("outdated") => Offer::NonceTaken(message),
        INVALID if message.contains("Inability to pay") => Offer::CannotPay,
        _ => Offer::Refused(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_what_can_be_done_about_it() {
        let stale = "Invalid Transaction: Transaction is outdated".to_owned();
        assert_eq!(refusal(1010, stale.clone()), Offer::NonceTaken(stale));
        let poor = "Invalid Transaction: Inability to pay some fees (e.g. account balance too low)";
        assert_eq!(refusal(1010, poor.to_owned()), Offer::CannotPay);
        assert_eq!(refusal(1013, "Transaction is already imported".to_owned()), Offer::Accepted);
        let priority = "Priority is too low: (1 vs 1)".to_owned();
        assert_eq!(refusal(1014, priority.clone()), Offer::NonceTaken(priority));
        let bad = "Invalid Transaction: Transaction has a bad signature".to_owned();
        assert_eq!(refusal(1010, bad.clone()), Offer::Refused(bad));
    }

    #[test]
    fn the_statuses_of_a_pool_are_read() {
        let hash = format!("\"0x{}\"", "11".repeat(32));
        for text in ["\"future\"", "\"ready\"", "{\"broadcast\":[\"a\"]}", "\"dropped\"", "\"invalid\""] {
            assert!(serde_json::from_str::<Status>(text).is_ok(), "{text}");
        }
        for name in ["inBlock", "retracted", "finalityTimeout", "finalized", "usurped"] {
            assert!(serde_json::from_str::<Status>(&format!("{{\"{name}\":{hash}}}")).is_ok(), "{name}");
        }
    }
}
