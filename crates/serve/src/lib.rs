//! What every HTTP service of this project shares.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`client`] | finds the client behind a stated number of proxies |
//! | [`limit`] | limits rates by key, and requests at once |
//! | [`problem`] | problem documents (RFC 9457) |
//! | [`secret`] | secrets that are never shown |
//! | [`tokens`] | bearer tokens with names and roles |
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod client;
pub mod limit;
pub mod problem;
pub mod secret;
pub mod tokens;
mod watched;
