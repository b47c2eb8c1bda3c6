//! The client of a node with pallet-contracts, and of any contract there: it knows none of ours.

pub(crate) mod block;
pub(crate) mod blocks;
pub(crate) mod call;
pub(crate) mod chain;
mod connection;
pub(crate) mod constructor;
pub(crate) mod events;
mod executed;
pub mod keystore;
mod nonces;
pub(crate) mod pending;
mod pool;
mod requests;
pub(crate) mod runtime;
pub(crate) mod signer;
pub(crate) mod state;
pub(crate) mod submit;
mod transaction;
