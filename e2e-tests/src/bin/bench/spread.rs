//! Times, and how they are told.

use std::time::{Duration, Instant};

use testkit::Failure;

/// The middle of many times, and their slow end.
pub struct Spread {
    pub p50: Duration,
    pub p95: Duration,
}

impl Spread {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        Self { p50: at(50), p95: at(95) }
    }
}

pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

pub fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// How many of something that `count` in the time since `started` are in a second.
pub fn per_second(count: usize, started: Instant) -> Result<f64, Failure> {
    Ok(f64::from(u32::try_from(count)?) / started.elapsed().as_secs_f64())
}
