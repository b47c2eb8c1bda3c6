//! The tests of this crate, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod bad_input;
mod explain;
mod explain_series;
mod explain_shipped;
mod exported;
mod golden;
mod hundred_gigabytes;
mod image;
mod mutations;
mod refusals;
mod support;
mod weights;
mod zoo;
