//! The vocabulary that contracts and services share: identifiers, roles, units of a batch and their proofs,
//! and the traits through which contracts call each other.
//!
//! Everything here is `no_std`, is encoded with SCALE, and means the same on chain and off chain: a service
//! that depends on this crate cannot disagree with a contract about how a batch is named or a proof is checked.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

mod call;
mod events;
mod goods;
mod hash;
mod identifiers;
mod roles;
mod rule;
mod serials;
mod traits;
mod upgrade;

pub use call::Call;
pub use events::emit;
pub use goods::{
    Batch, BookingError, NotMarketable, Packed, Places, QuarantineError, QuarantineTarget, UnitState,
    Whereabouts,
};
pub use hash::blake2_256;
#[cfg(feature = "std")]
pub use identifiers::ParseIdentifierError;
pub use identifiers::{BatchId, DocumentHash, FeedId, InputCommitment, ModelId, Subject, UnitId};
pub use ink::primitives::AccountId;
pub use roles::{Role, RoleSet, Standing, CUSTODIANS, DISPENSERS};
pub use rule::ensure;
#[cfg(feature = "std")]
pub use serials::SerialTree;
pub use serials::{SerialProof, MAX_PROOF_DEPTH};
pub use traits::{
    ask_fresh_value, ask_quarantine_cleared_at, ask_standing, ask_to_book_unit, ask_to_quarantine,
    ask_whereabouts, AccessControl, FeedReader, QuarantineBooks, UnitBooks,
};
pub use upgrade::{ask_to_replace_code, replace_code, Migration, Upgradable};

/// A moment in milliseconds since 1970-01-01T00:00:00Z, as `pallet-timestamp` gives it to contracts.
pub type Timestamp = u64;

/// A count of sales packs of one batch.
pub type Quantity = u64;

/// A Serial Shipping Container Code of 18 digits, as a number (AI 00): names a logistic unit.
pub type Sscc = u64;
