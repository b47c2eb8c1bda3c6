//! Times of the day as `HH:MM` in JSON, and as minutes after midnight in the program.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Minutes after midnight as `HH:MM`, rounded to the minute; hours above 24 are on the next day.
#[must_use]
pub fn minutes_as_clock(minutes: f64) -> String {
    let whole = minutes.round();
    format!("{:02}:{:02}", (whole / 60.0).floor(), whole.rem_euclid(60.0))
}

pub fn serialize<S: Serializer>(minutes: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&minutes_as_clock(*minutes))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| {
        D::Error::custom(format!("{text:?} is not a time of day; write HH:MM, 00:00 to 24:00"))
    })
}

fn parse(text: &str) -> Option<f64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str, most: u8| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u8>().ok().filter(|value| plain && *value <= most)
    };
    let (hours, minutes) = (number(hours, 24)?, number(minutes, 59)?);
    (hours < 24 || minutes == 0).then(|| f64::from(hours) * 60.0 + f64::from(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_hours_and_minutes_until_midnight() {
        assert_eq!(parse("00:00"), Some(0.0));
        assert_eq!(parse("08:30"), Some(510.0));
        assert_eq!(parse("24:00"), Some(1440.0));
        for wrong in ["24:01", "8:30", "08:60", "0830", "08:3x", "+8:30", "", ":", "25:00"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hours_after_midnight_count_on() {
        assert_eq!(minutes_as_clock(510.4), "08:30");
        assert_eq!(minutes_as_clock(1500.0), "25:00");
    }
}
