//! The tests of this crate, in one program: each program would link all that the crate does.

mod guidelines;
mod labelled;
mod record;
mod text;
mod treatment_chart;
mod treatment_record;
mod treatment_rules;
