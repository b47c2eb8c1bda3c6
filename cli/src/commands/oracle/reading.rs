use std::fmt;

use feeds::Reading;
use inference::FixedPoint;
use primitives::{FeedId, Subject};
use serde::Serialize;

use crate::time;

/// A result as people and machines read it.
#[derive(Debug, Serialize)]
pub struct ReadingView {
    feed: String,
    subject: String,
    /// A decimal number.
    value: String,
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

impl fmt::Display for ReadingView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} = {}", self.feed, self.value)?;
        writeln!(f, "  Observed    {}", time::readable(self.observed_ms))?;
        writeln!(f, "  Round       {}", self.round)?;
        writeln!(f, "  Subject     {}", self.subject)?;
        writeln!(f, "  Model       {}", self.model)?;
        writeln!(f, "  Inputs      {}", self.inputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use primitives::{InputCommitment, ModelId};

    #[test]
    fn a_reading_is_a_decimal_number_with_its_origin() {
        let reading = Reading {
            value: 737_100,
            decimals: 6,
            epoch: 1,
            round: 4,
            model: ModelId([1; 32]),
            inputs: InputCommitment([2; 32]),
            observed_at: 1_790_000_000_000,
            reported_at: 1_790_000_001_000,
        };
        let feed = FeedId::named("heart-disease-risk").unwrap();
        let text = ReadingView::new(feed, Subject([3; 32]), &reading).to_string();
        let start = "heart-disease-risk = 0.737100\n  Observed    2026-09-21 14:13:20 UTC\n  Round       4\n";
        assert!(text.starts_with(start), "{text}");
    }
}
