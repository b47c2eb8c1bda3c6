//! Runs contracts' reads on this machine.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]
