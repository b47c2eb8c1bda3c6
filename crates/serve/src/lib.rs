//! What every HTTP service of this project shares.
//!
//! | module | what it does |
//! | --- | --- |
//! | [`listen`] | connections: how many, how slow, how long; with [`tls`] |
//! | [`standard`] | puts the layers around a router, in the right order: [`access`], [`headers`], [`problem`], [`client`], [`requests`] |
//! | [`limit`] | limits rates by key, and requests at once |
//! | [`tokens`] | bearer tokens with names and roles; [`secret`]s are never shown |
//! | [`config`] | what is wrong with a configuration |
//! | [`extract`] | bodies, queries and paths whose rejections are problems |
//! | [`metrics`], [`ready`] | what Prometheus and supervisors ask |
//! | [`logging`], [`shutdown`] | what a process needs once |
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use axum::{middleware::from_fn_with_state, routing::get, Router};
//! use prometheus_client::registry::Registry;
//! use serve::limit::{by_client, Limit, Rate};
//! use serve::listen::{Limits, Server};
//! use serve::{metrics, ready, shutdown, standard::Standard};
//!
//! # async fn example() -> std::io::Result<()> {
//! let mut registry = Registry::with_prefix("theriac_gateway");
//! let counted = metrics::Metrics::new(&mut registry);
//! let registry = Arc::new(registry);
//! let rate = Rate { burst: 60.try_into().unwrap_or(std::num::NonZeroU32::MIN), per: Duration::from_secs(60) };
//! let limit = Arc::new(Limit::new("too-many-requests", rate, 100_000));
//! let router = Router::new()
//!     .route("/verify", get(|| async { "genuine" }))
//!     .layer(from_fn_with_state(limit, by_client))
//!     .route("/alive", get(ready::alive))
//!     .route("/metrics", get(move || async move { metrics::answer(&registry) }));
//! let router = Standard { proxies: 1, ..Standard::new(counted.clone()) }.around(router);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! let limits = Limits { per_network: 512, ..Limits::default() };
//! let stop = shutdown::on_signal()?;
//! let server = Server { listener, router, tls: None, limits, metrics: counted };
//! shutdown::within(&stop, Duration::from_secs(20), server.run(&stop)).await;
//! # Ok(())
//! # }
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod access;
pub mod client;
pub mod config;
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
