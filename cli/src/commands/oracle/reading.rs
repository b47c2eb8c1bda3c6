use std::fmt;

use inference::FixedPoint;
use primitives::feeds::Reading;
use primitives::{FeedId, Subject};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::time;

/// A result as people and machines read it.
#[derive(Debug, Serialize)]
pub struct ReadingView {
    feed: String,
    subject: String,
    /// A decimal number.
    value: String,
    /// The greatest observation of the operators less the least, a decimal number.
    spread: String,
    decimals: u8,
    epoch: u32,
    round: u64,
    model: String,
    /// The salted hash of the inputs.
    inputs: String,
    observed_at: String,
    reported_at: String,
    #[serde(skip)]
    observed_ms: u64,
}

impl ReadingView {
    /// What was read of a feed.
    pub fn new(feed: FeedId, subject: Subject, reading: &Reading) -> Self {
        Self {
            feed: feed.name(),
            subject: subject.to_string(),
            value: FixedPoint { value: reading.value, decimals: reading.decimals }.to_string(),
            spread: spread(reading),
            decimals: reading.decimals,
            epoch: reading.epoch,
            round: reading.round,
            model: reading.model.to_string(),
            inputs: reading.inputs.to_string(),
            observed_at: time::rfc3339(reading.observed_at),
            reported_at: time::rfc3339(reading.reported_at),
            observed_ms: reading.observed_at,
        }
    }
}

/// A spread is not negative; one that leaves the type of values is shown as the greatest of them.
fn spread(reading: &Reading) -> String {
    let value = i128::try_from(reading.spread).unwrap_or(i128::MAX);
    FixedPoint { value, decimals: reading.decimals }.to_string()
}

impl fmt::Display for ReadingView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} = {}", self.feed, self.value)?;
        writeln!(f, "  Observed    {}", time::readable(self.observed_ms))?;
        writeln!(f, "  Spread      {} between operators", self.spread)?;
        writeln!(f, "  Round       {}", self.round)?;
        writeln!(f, "  Subject     {}", self.subject)?;
        writeln!(f, "  Model       {}", self.model)?;
        writeln!(f, "  Inputs      {}", self.inputs)
    }
}

/// Refuses a value that is too old by this computer's clock. The contract judges by the chain's, which stands still
/// where no blocks are made: on a development chain that nobody uses, or on one that halted.
pub fn ensure_fresh(reading: &Reading, max_age: u64, now: u64) -> Result<(), Failure> {
    let age = now.saturating_sub(reading.observed_at);
    if age <= max_age {
        return Ok(());
    }
    let message = format!(
        "the value was observed {} s ago by this computer's clock, at {}: older than the {} s that you accept, though \
         not by the chain's clock, which stands still without blocks. Ask for a new one with `theriac oracle request`, \
         or check this computer's clock.",
        age / 1_000,
        time::readable(reading.observed_at),
        max_age / 1_000
    );
    let details = serde_json::json!({ "age_ms": age, "observed_at": time::rfc3339(reading.observed_at) });
    Err(Failure::new(Exit::Refused, message).with_code("oracle/stale-reading").with_details(details))
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::{InputCommitment, ModelId};

    fn reading() -> Reading {
        Reading {
            value: 737_100,
            spread: 1_200,
            decimals: 6,
            epoch: 1,
            round: 4,
            model: ModelId([1; 32]),
            inputs: InputCommitment([2; 32]),
            observed_at: 1_790_000_000_000,
            reported_at: 1_790_000_001_000,
        }
    }

    #[test]
    fn a_value_is_judged_by_this_computer_s_clock_too() {
        let fresh = |now| ensure_fresh(&reading(), 60_000, now);
        assert!(fresh(1_790_000_060_000).is_ok());
        assert!(fresh(1_789_999_999_000).is_ok(), "an operator's clock may be ahead of ours");
        let stale = fresh(1_790_000_061_500).unwrap_err();
        assert_eq!(stale.exit(), Exit::Refused);
        assert_eq!(stale.to_json()["error"]["code"], "oracle/stale-reading");
        assert_eq!(stale.to_json()["error"]["details"]["age_ms"], 61_500);
        assert!(stale
            .to_string()
            .starts_with("the value was observed 61 s ago by this computer's clock, at 2026-"));
    }

    #[test]
    fn a_reading_is_a_decimal_number_with_its_origin() {
        let feed = FeedId::named("heart-disease-risk").unwrap();
        let text = ReadingView::new(feed, Subject([3; 32]), &reading()).to_string();
        let start = "heart-disease-risk = 0.737100\n  Observed    2026-09-21 14:13:20 UTC\n  \
                     Spread      0.001200 between operators\n  Round       4\n";
        assert!(text.starts_with(start), "{text}");
    }
}
