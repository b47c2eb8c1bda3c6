//! The decision after an error: made by predicates on the error, never by its text.

use std::time::Duration;

/// The decision about a run after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The cause may pass soon: try again after a pause that doubles each time.
    Retry,
    /// Someone has to act first: try again at a pace that becomes slow, until the run's deadline.
    Wait,
    /// The result is outdated: fetch and compute again.
    Recompute,
    /// It can never succeed.
    Fail,
}

/// The first pause of a [`Decision::Retry`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The first pause of a [`Decision::Wait`].
const FIRST_WAIT: Duration = Duration::from_secs(4);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Decision {
    /// The pause before attempt number `attempts` + 1: up to a quarter longer by `luck`, so that those who failed
    /// together do not all come again together.
    #[must_use]
    pub fn pause(self, attempts: u32, luck: u8) -> Duration {
        let pause = match self {
            Self::Retry | Self::Recompute => FIRST_PAUSE,
            Self::Wait | Self::Fail => FIRST_WAIT,
        };
        let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = pause.saturating_mul(factor).min(LONGEST_PAUSE);
        let share = pause.checked_div(1024).unwrap_or_default();
        pause.saturating_add(share.saturating_mul(luck.into()))
    }
}

/// A random number; without randomness, the middle.
#[must_use]
pub fn luck() -> u8 {
    let mut byte = [0];
    getrandom::fill(&mut byte).map_or(128, |()| byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let pauses: Vec<_> = (1..=9).map(|attempts| Decision::Retry.pause(attempts, 0).as_millis()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(Decision::Retry.pause(u32::MAX, 0), LONGEST_PAUSE);
        let waits: Vec<_> = (1..=6).map(|attempts| Decision::Wait.pause(attempts, 0).as_secs()).collect();
        assert_eq!(waits, [4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn luck_makes_a_pause_up_to_a_quarter_longer() {
        let pauses: Vec<_> =
            [0, 128, 255].map(|luck| Decision::Wait.pause(9, luck).as_secs_f64()).into_iter().collect();
        assert_eq!(pauses[0], 60.0);
        assert!((67.0..68.0).contains(&pauses[1]) && (74.0..75.0).contains(&pauses[2]), "{pauses:?}");
    }
}
