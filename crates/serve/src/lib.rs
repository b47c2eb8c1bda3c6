//! What every HTTP service of this project shares.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`listen`] | connections: how many, how slow, how long; with [`tls`] |
//! | [`standard`] | puts the layers around a router, in the right order: [`access`], [`headers`], [`problem`], [`client`], [`requests`] |
//! | [`limit`] | limits rates by key, and requests at once |
//! | [`tokens`] | bearer tokens with names and roles; [`secret`]s are never shown |
//! | [`extract`] | bodies, queries and paths whose rejections are problems |
//! | [`metrics`], [`ready`] | what Prometheus and supervisors ask |
//! | [`logging`], [`shutdown`] | what a process needs once |
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod access;
pub mod client;
pub mod extract;
pub mod headers;
pub mod limit;
pub mod listen;
pub mod logging;
pub mod metrics;
pub mod problem;
pub mod ready;
pub mod requests;
pub mod secret;
pub mod shutdown;
pub mod standard;
#[cfg(test)]
mod testing;
pub mod tls;
pub mod tokens;
mod watched;
