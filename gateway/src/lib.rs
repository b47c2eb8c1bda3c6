//! The gateway: answers a scan with the chain's verdict.
//!
//! Tills, telephones and partners' programs ask it over HTTP; it judges by the contracts' own code at the newest finalised
//! block, with the proofs that manufacturers' lists give. It is a GS1-Conformant Resolver, answers GS1 Lightweight
//! Messaging, shows the way of packs and batches, and books packs for tills of organisations that gave it a limited
//! account. The chain is the truth: nothing here decides anything.
//!
//! [`run`] starts the service and ends when it is stopped. docs/gateway.md is for its operators.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod config;
#[cfg(test)]
mod documented;
mod guesses;
mod heads;
mod history;
mod http;
mod metrics;
mod packs;
mod page;
mod proofs;
mod register;
mod service;
mod sites;
mod verify;

pub use config::{Config, ConfigError, Settings};
pub use service::{check, run, GatewayError, Service};

/// The crates whose log lines may be of any level. Those of HTTP libraries would show addresses with serials.
const LOGGED: [&str; 10] =
    ["gateway", "chain", "index", "reader", "scan", "serials", "serve", "resolver", "view", "theriac"];

/// Sends all log lines of this process to standard error. `RUST_LOG` chooses what is logged; `info` by default.
///
/// Returns false if the process already has a logger.
pub fn init_log(format: serve::logging::Format) -> bool {
    serve::logging::init(format, &LOGGED)
}
