//! The tests of this crate, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod codes;
mod corpus;
mod every_ai;
mod linters;
mod other_codes;
mod properties;
mod scanner;
