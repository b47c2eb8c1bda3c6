//! The oracle service: runs models on real data, and puts signed results on chain.
//!
//! Data flow one way: a trigger (a request on chain, or an HTTP call) becomes a run in the store; the run fetches a
//! patient's record from a FHIR server, maps it to a model's inputs, computes, converts the result to fixed point,
//! signs a report, stores it, sends it, and ends when the report's block is final. [`run`] starts the service and ends
//! when it is stopped.
//!
//! On chain a patient is a salted hash; only this service's store can resolve it. Logs, metrics and errors name runs
//! and jobs, never persons or measurements.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects))]

pub mod config;
mod dispatch;
pub mod drift;
pub mod http;
pub mod inputs;
pub mod job;
pub mod keys;
pub mod ledger;
pub mod logging;
pub mod mapping;
pub mod metrics;
mod observe;
mod onchain;
pub mod report;
pub mod results;
pub mod retry;
pub mod run;
mod service;
pub mod source;
pub mod store;
pub mod subject;
mod trial;
pub mod watch;

#[cfg(test)]
mod testing;

pub use config::{Config, ConfigError, Settings};
pub use service::{run, OracleError, Service};
