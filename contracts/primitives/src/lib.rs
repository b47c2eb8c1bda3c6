//! The vocabulary that contracts, client and services share, as SCALE types: identifiers, roles, serials and their
//! proofs, and for each contract what it takes, answers, stores, emits and refuses with.
//!
//! It is `no_std` and knows SCALE but not ink!: a service that depends on it cannot disagree with a contract about how a
//! batch is named or a proof is checked, and links nothing of the contracts. What the contracts alone share, because it
//! needs the chain, is in the crate `kernel`.
//!
//! Every enum writes out its SCALE indices, and `indices.txt` lists them all: a new variant gets the next free index, and
//! nothing is ever renumbered.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]
// The SCALE derive casts a variant's index, which is written out and fits.
#![allow(clippy::cast_possible_truncation)]

extern crate alloc;

mod account;
mod encoding;
mod event;
mod extensible;
mod hash;
mod identifiers;
mod refused;
mod roles;
mod rule;
mod serials;
mod standing;

pub mod access;
pub mod batches;
pub mod evidence;
pub mod feeds;
pub mod governance;
pub mod prefix;
pub mod products;
pub mod units;

#[cfg(test)]
mod indices;

pub use account::{AccountId, Actor, OrganisationId, SiteId};
pub use encoding::encoded;
pub use event::Event;
#[cfg(feature = "std")]
pub use event::EventFields;
pub use extensible::Extensible;
pub use hash::blake2_256;
#[cfg(feature = "std")]
pub use identifiers::ParseIdentifierError;
pub use identifiers::{
    BatchId, DocumentHash, FeedId, InputCommitment, ModelId, RegistrationHash, Subject, UnitId,
};
pub use prefix::{Prefix, PrefixLengths};
pub use refused::Refused;
pub use roles::{Grant, Role, RoleSet, CUSTODIANS, DISPENSERS};
pub use rule::ensure;
#[cfg(feature = "std")]
pub use serials::{BatchKey, ManufacturerSecret, SerialTree};
pub use serials::{
    MultiProof, ProvenSerials, Salt, SerialProof, ShownPositions, MAX_PROOF_DEPTH, MAX_SERIALS, MAX_UNITS,
};
pub use standing::{Question, Standing};

/// A moment in milliseconds since 1970-01-01T00:00:00Z, as `pallet-timestamp` gives it to contracts.
pub type Timestamp = u64;

/// A count of sales packs of one batch.
pub type Quantity = u64;

/// A Serial Shipping Container Code of 18 digits, as a number (AI 00): names a logistic unit.
pub type Sscc = u64;

/// The SHA-256 or code hash of something that is named by it alone.
pub type CodeHash = [u8; 32];
