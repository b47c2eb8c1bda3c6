//! The tests of this crate, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod bad_input;
mod corpus;
mod hashes;
mod identifiers;
mod mapping;
mod properties;
mod two_syntaxes;
mod validation;
