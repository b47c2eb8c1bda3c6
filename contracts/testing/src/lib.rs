//! What the tests of the contracts share.
//!
//! - [`parties`] and [`goods`]: who calls and what moves, in tests of single rules.
//! - [`rules`]: the rules of `batches` and `units`, natively, as they work together on chain.
//! - [`model`]: the reference model, which follows each pack. [`message`] has the calls that it judges, [`cast`] who sends
//!   them, [`organisations`] what these may do, and [`sequence`] makes random ones. A [`backend::Backend`] is what the model is compared with: the rules ([`native::Native`]), or the
//!   built contracts on a chain.
//!
//! This is a fixture: what does not go as planned stops the test at once.
#![allow(missing_docs, clippy::missing_panics_doc, clippy::unwrap_used, clippy::arithmetic_side_effects)]

pub mod backend;
pub mod cast;
pub mod goods;
pub mod message;
pub mod model;
pub mod native;
pub mod organisations;
pub mod parties;
pub mod rules;
pub mod sequence;
