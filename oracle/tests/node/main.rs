//! The tests of this crate on a real node, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod journey;
mod soak;
mod support;
