//! The built contracts in the real runtime, in one program: each program would link the whole runtime.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

mod access_matrix;
mod access_refusals;
mod attacks;
mod bad_input;
mod budgets;
mod costs;
mod facts;
mod feeds;
mod first_path;
mod history;
mod layouts;
mod model_based;
mod owners;
mod powers;
mod random_input;
mod rotation;
mod set_up;
mod upgrades;
