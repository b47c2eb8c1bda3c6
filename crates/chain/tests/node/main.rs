//! The client against the real node, which must be built before: `cargo build -p devnet-node` in contracts.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod calls;
mod deployment;
mod latency;
mod outages;
mod process;
mod proxy;
mod support;
