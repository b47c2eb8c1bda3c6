//! The tests of this crate on a real node, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod counter;
mod epcis;
mod facts;
mod gateway;
mod hostile;
mod journey;
mod owners;
mod readme;
mod serials;
mod tills;
mod world;
