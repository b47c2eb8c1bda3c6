//! The tests of this crate, in one program: each program would link all that the crate does.

#[path = "../../examples/evaluate/simulation.rs"]
mod evaluation;
mod planning;
mod properties;
mod simulation;
mod support;
mod windows;
