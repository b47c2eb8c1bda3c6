//! The tests of this crate that need no node, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod bad_input;
mod clinical;
mod help;
mod import;
mod model;
mod pictures;
mod route;
