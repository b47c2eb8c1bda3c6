//! The decision after an error: made by predicates on the error, never by its text.

use std::time::Duration;

/// The decision about a run after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The cause may pass soon: try again after a pause that doubles each time.
    Retry,
    /// Someone has to act first: try again at a slow pace, until the run's deadline.
    Wait,
    /// The result is outdated: fetch and compute again.
    Recompute,
    /// It can never succeed.
    Fail,
}

/// The first pause of a [`Decision::Retry`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause of a [`Decision::Retry`], and each of a [`Decision::Wait`].
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Decision {
    /// The pause before attempt number `attempts` + 1.
    #[must_use]
    pub fn pause(self, attempts: u32) -> Duration {
        match self {
            Self::Retry | Self::Recompute => {
                let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
                FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
            }
            Self::Wait | Self::Fail => LONGEST_PAUSE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let pauses: Vec<_> = (1..=9).map(|attempts| Decision::Retry.pause(attempts).as_millis()).collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(Decision::Retry.pause(u32::MAX), LONGEST_PAUSE);
        assert_eq!(Decision::Wait.pause(1), LONGEST_PAUSE);
    }
}
