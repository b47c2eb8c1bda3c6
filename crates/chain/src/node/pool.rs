//! How a node's pool takes a transaction.

use serde::de::IgnoredAny;
use serde::Deserialize;

use crate::hash::Hash;

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

/// What a refusal means for the account's nonce.
pub(crate) fn refusal(code: i32, message: String) -> Offer {
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
