//! The tests of this crate, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

#[path = "../../examples/evaluate/simulation.rs"]
mod evaluation;
mod planning;
mod properties;
mod simulation;
mod support;
mod windows;
