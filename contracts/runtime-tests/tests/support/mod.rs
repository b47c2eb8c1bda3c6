//! Random sequences of calls on the built contracts, and a reference model of what they should do.

pub mod chain;
pub mod event;
pub mod message;
pub mod model;
pub mod state;

use proptest::test_runner::{Config, FileFailurePersistence};

/// How many sequences a test runs: `THERIAC_SEQUENCES`, or `few` where that is not set. A sequence that fails is
/// kept in `seeds` and runs first from then on.
pub fn sequences(few: u32, seeds: &'static str) -> Config {
    let set = std::env::var("THERIAC_SEQUENCES").ok();
    let cases = set.map_or(few, |count| count.parse().expect("THERIAC_SEQUENCES is a number"));
    Config {
        cases,
        max_shrink_iters: 300,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(seeds))),
        ..Config::default()
    }
}
