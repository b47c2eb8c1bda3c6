//! What every HTTP service of this project shares.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`client`] | finds the client behind a stated number of proxies |
//! | [`limit`] | limits rates by key, and requests at once |
//! | [`listen`] | connections: how many, how slow, how long |
//! | [`metrics`] | what is counted, for Prometheus |
//! | [`problem`] | problem documents (RFC 9457) |
//! | [`secret`] | secrets that are never shown |
//! | [`tls`] | a certificate that is read again when it changes |
//! | [`tokens`] | bearer tokens with names and roles |
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod client;
pub mod limit;
pub mod listen;
pub mod metrics;
pub mod problem;
pub mod secret;
#[cfg(test)]
mod testing;
pub mod tls;
pub mod tokens;
mod watched;
