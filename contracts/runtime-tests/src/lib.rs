//! The built contracts in the devnet's real runtime, in process.
//!
//! A [`World`] is a chain that holds the committed bundles of `contracts/artifacts`, deployed and with
//! organisations in their roles. A call goes through `pallet-contracts` as a transaction's would: the same Wasm, the
//! same host functions, the same weights and deposits, without a node and in milliseconds.
// This is a fixture: what does not go as planned stops the test at once.
#![allow(clippy::missing_panics_doc)]

mod backend;
mod bundle;
mod costs;
mod operators;
mod party;
mod story;
mod world;

pub use backend::Wasm;
pub use bundle::{bundle, Bundle, CONTRACTS};
pub use costs::{measure_costs, Cost};
pub use operators::Operators;
pub use party::{Agent, Party};
pub use story::{
    definition, feed, gln, model, new_batch, plain_scan, recall, shipping, sscc, BatchInHand, FEED, MODEL,
    SUBJECT,
};
pub use testing::goods::{serial, NOW};
pub use world::{Anything, Bytes, Emitted, Failure, Receipt, World};
