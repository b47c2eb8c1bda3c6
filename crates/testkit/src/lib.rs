//! The real programs and servers that tests run against, each started in one way: the node, `theriac`, and what an
//! operator has around them.
//!
//! For tests and demonstrations only: the servers have no security.
#![allow(clippy::arithmetic_side_effects)] // Counters and clocks of a test bench, far from their limits.

pub mod fhir_server;
pub mod node;
pub mod programs;
pub mod register;
pub mod series_server;
pub mod service;
pub mod theriac;
pub mod tls_proxy;

use std::path::{Path, PathBuf};

/// Why a part of a test did not work, for a person.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The folder of the repository, whose bundles and models tests use.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
