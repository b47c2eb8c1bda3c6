//! The client against the real node, which must be built before (`make e2e` does it).
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod calls;
mod deployment;
mod latency;
mod outages;
mod permissions;
mod proxy;
mod support;
