//! Moments as people and machines read them.

use jiff::Timestamp;

/// A moment for machines: RFC 3339 in UTC.
#[must_use]
pub fn rfc3339(ms: u64) -> String {
    moment(ms).map_or_else(|| ms.to_string(), |moment| moment.to_string())
}

/// A moment for people, such as `2026-11-21 05:10:00 UTC`.
#[must_use]
pub fn readable(ms: u64) -> String {
    moment(ms).map_or_else(|| ms.to_string(), |moment| moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

fn moment(ms: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_for_people_and_machines() {
        assert_eq!(readable(1_830_297_599_999), "2027-12-31 23:59:59 UTC");
        assert_eq!(rfc3339(1_830_297_599_999), "2027-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(u64::MAX), u64::MAX.to_string());
    }
}
