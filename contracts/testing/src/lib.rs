//! What the tests of the contracts share.
//!
//! - [`parties`] and [`goods`]: who calls and what moves, in tests of single rules.
//! - [`rules`]: the rules of `batches` and `units`, natively, as they work together on chain.
//!
//! This is a fixture: what does not go as planned stops the test at once.
#![allow(missing_docs, clippy::missing_panics_doc, clippy::unwrap_used, clippy::arithmetic_side_effects)]

pub mod goods;
pub mod parties;
pub mod rules;
