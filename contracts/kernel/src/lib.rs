//! What every contract of a deployment carries: its storage by named keys, who calls it and with which roles, its events,
//! how its code is replaced, and what contracts ask of each other.
//!
//! A contract keeps a [`Member`] in its storage, and its messages are three lines: ask [`Member::call`], let the rules
//! decide, [`emit`] what happened.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod answer;
mod call;
mod code;
mod events;
mod member;
mod storage;
mod traits;

pub use answer::answer;
pub use call::Call;
pub use code::{ask_to_replace_code, replace_code, Replaceable};
pub use events::emit;
#[cfg(feature = "std")]
pub use events::event_spec;
pub use member::Member;
pub use storage::{key, Item, Map};
pub use traits::{
    ask_account, ask_cleared_at, ask_deployment, ask_feed_value, ask_markets, ask_registered, ask_rights,
    ask_standing, ask_to_book_units, ask_to_change_access, ask_to_end_recall_of_product, ask_to_quarantine,
    ask_to_recall_product, ask_to_register, ask_to_release, ask_whereabouts, AccessControl, FeedReader,
    ProductBooks, QuarantineBooks, Registry, UnitBooks,
};

/// The contract that runs.
#[must_use]
pub fn this() -> primitives::AccountId {
    primitives::AccountId(*ink::env::account_id::<ink::env::DefaultEnvironment>().as_ref())
}

/// The account or contract that called it.
#[must_use]
pub fn caller() -> primitives::AccountId {
    primitives::AccountId(*ink::env::caller::<ink::env::DefaultEnvironment>().as_ref())
}

/// The chain's time.
#[must_use]
pub fn now() -> primitives::Timestamp {
    ink::env::block_timestamp::<ink::env::DefaultEnvironment>()
}
