use ink::codegen::TraitCallBuilder;
use ink::env::DefaultEnvironment;

use crate::{AccountId, FeedId, Standing, Subject, Timestamp};

/// What other contracts ask of `access`.
#[ink::trait_definition]
pub trait AccessControl {
    /// The roles of `account` now, and whether state changes of `contract` are stopped.
    ///
    /// An unknown or suspended account has no role; an expired role is not among them.
    #[ink(message)]
    fn standing(&self, account: AccountId, contract: AccountId) -> Standing;
}

/// What other contracts ask of `feeds`.
#[ink::trait_definition]
pub trait FeedReader {
    /// The value of `feed` about `subject` in the feed's fixed point, where it was observed at most `max_age`
    /// milliseconds ago; nothing where it is older, missing, or the feed is unknown.
    #[ink(message)]
    fn fresh_value(&self, feed: FeedId, subject: Subject, max_age: Timestamp) -> Option<i128>;
}

/// Asks the `access` contract at `access` for the standing of `account` towards `contract`.
///
/// Nothing where it gives no answer: the caller must treat that as a refusal. It cannot change anything while it
/// is asked, nor call back.
#[must_use]
pub fn ask_standing(access: AccountId, account: AccountId, contract: AccountId) -> Option<Standing> {
    let access: ink::contract_ref!(AccessControl, DefaultEnvironment) = access.into();
    // Version 1 of the host function is there on every chain with the pallet.
    access.call().standing(account, contract).call_v1().try_invoke().ok()?.ok()
}

/// Asks the `feeds` contract at `feeds` for a value about `subject` that was observed at most `max_age` milliseconds
/// ago: nothing where there is none, or no answer.
#[must_use]
pub fn ask_fresh_value(feeds: AccountId, feed: FeedId, subject: Subject, max_age: Timestamp) -> Option<i128> {
    let feeds: ink::contract_ref!(FeedReader, DefaultEnvironment) = feeds.into();
    feeds.call().fresh_value(feed, subject, max_age).call_v1().try_invoke().ok()?.ok()?
}
