//! The tests of this crate, in one program: each program would link all that the crate does.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod guidelines;
mod labelled;
mod record;
mod text;
mod treatment_chart;
mod treatment_record;
mod treatment_rules;
