//! Times, and how they are told.

use std::time::{Duration, Instant};

use testkit::Failure;

/// The middle of many times, and their slow end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Half of all times are at most so long.
    pub p50: Duration,
    /// 95 of 100 are.
    pub p95: Duration,
    /// 99 of 100 are.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

impl Spread {
    /// That of these times; zero where there are none.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        Self { p50: at(50), p95: at(95), p99: at(99), max: times.last().copied().unwrap_or_default() }
    }
}

/// A time in milliseconds.
#[must_use]
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// How many times as long one time is as the other.
#[must_use]
pub fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// How many of something that `count` in the time since `started` are in a second.
///
/// # Errors
/// Where the count is too large for a test bench.
pub fn per_second(count: usize, started: Instant) -> Result<f64, Failure> {
    Ok(f64::from(u32::try_from(count)?) / started.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_the_sorted_times() {
        let ms = Duration::from_millis;
        let spread = Spread::of((1..=200).rev().map(ms).collect());
        assert_eq!(spread, Spread { p50: ms(101), p95: ms(191), p99: ms(199), max: ms(200) });
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
