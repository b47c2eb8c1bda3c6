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
