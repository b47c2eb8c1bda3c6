//! Dates as FHIR writes them: a year, a month, a day or an instant
//! (<https://hl7.org/fhir/R4/datatypes.html#dateTime>).

use core::fmt;
use core::str::FromStr;

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// A text is not a FHIR date, or does not exist in the calendar. The error does not repeat it: it may be a birth date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a FHIR date: YYYY, YYYY-MM, YYYY-MM-DD or an instant with its time zone is expected")]
pub struct InvalidDate;

/// FHIR `date`: a year, a month or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Date {
    /// Only the year, 1 to 9999.
    Year(i16),
    /// Year and month.
    Month(i16, i8),
    /// A day of the calendar.
    Day(civil::Date),
}

impl Date {
    /// The first day that is meant.
    #[must_use]
    pub fn first_day(self) -> civil::Date {
        match self {
            Self::Year(year) => civil::Date::new(year, 1, 1).unwrap_or(civil::Date::MIN),
            Self::Month(year, month) => civil::Date::new(year, month, 1).unwrap_or(civil::Date::MIN),
            Self::Day(day) => day,
        }
    }

    /// The last day that may be meant.
    #[must_use]
    pub fn last_day(self) -> civil::Date {
        match self {
            Self::Year(_) => self.first_day().last_of_year(),
            Self::Month(..) => self.first_day().last_of_month(),
            Self::Day(day) => day,
        }
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let number = |range: core::ops::Range<usize>| {
            let digits = text.get(range).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| digits.parse::<i16>().ok()).ok_or(InvalidDate)
        };
        let part = |range| number(range).and_then(|part| i8::try_from(part).map_err(|_| InvalidDate));
        let bytes = text.as_bytes();
        let dashes = [4, 7].iter().all(|at| bytes.get(*at).is_none_or(|byte| *byte == b'-'));
        if !dashes || !matches!(bytes.len(), 4 | 7 | 10) {
            return Err(InvalidDate);
        }
        let year = number(0..4).ok().filter(|year| *year > 0).ok_or(InvalidDate)?;
        if bytes.len() == 4 {
            return Ok(Self::Year(year));
        }
        let month = part(5..7)?;
        let day = if bytes.len() == 7 { 1 } else { part(8..10)? };
        let date = civil::Date::new(year, month, day).map_err(|_| InvalidDate)?;
        Ok(if bytes.len() == 7 { Self::Month(year, month) } else { Self::Day(date) })
    }
}

/// FHIR `dateTime`: a date, or an instant with its time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateTime {
    /// A date without a time of day.
    Date(Date),
    /// A moment.
    Instant(Timestamp),
}

impl DateTime {
    /// The earliest moment that may be meant, where a day begins at midnight UTC.
    #[must_use]
    pub fn earliest(self) -> Timestamp {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => {
                let midnight = date.first_day().at(0, 0, 0, 0);
                TimeZone::UTC.to_timestamp(midnight).unwrap_or(Timestamp::MIN)
            }
        }
    }
}

impl FromStr for DateTime {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        if text.len() <= 10 {
            return text.parse().map(Self::Date);
        }
        // RFC 3339 with an upper-case T; a time without a zone is not a moment, and FHIR does not allow it.
        let (date, time) = text.split_once('T').ok_or(InvalidDate)?;
        let zoned = time.ends_with('Z') || time.get(8..).is_some_and(|rest| rest.contains(['+', '-']));
        if !matches!(date.parse(), Ok(Date::Day(_))) || !zoned || text.contains('[') {
            return Err(InvalidDate);
        }
        text.parse().map(Self::Instant).map_err(|_| InvalidDate)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(core::marker::PhantomData))
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(core::marker::PhantomData))
    }
}

struct Text<T>(core::marker::PhantomData<T>);

impl<T: FromStr<Err = InvalidDate>> serde::de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FHIR date")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_date_is_as_precise_as_it_is_written() {
        assert_eq!("1979".parse(), Ok(Date::Year(1979)));
        assert_eq!("1979-02".parse(), Ok(Date::Month(1979, 2)));
        assert_eq!("1979-12-19".parse(), Ok(Date::Day(civil::date(1979, 12, 19))));
        assert_eq!(Date::Month(2024, 2).last_day(), civil::date(2024, 2, 29));
        assert_eq!(Date::Year(1979).first_day(), civil::date(1979, 1, 1));
        assert_eq!(Date::Year(1979).last_day(), civil::date(1979, 12, 31));
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in [
            "",
            "79",
            "0000",
            "1979-13",
            "1979-00",
            "2023-02-29",
            "1979-2-1",
            "1979/02/01",
            "+979",
            "1979-02-1é",
        ] {
            assert_eq!(text.parse::<Date>(), Err(InvalidDate), "{text:?}");
        }
    }

    #[test]
    fn an_instant_needs_its_time_zone() {
        let instant = |text: &str| text.parse::<DateTime>().map(|time| time.earliest().as_millisecond());
        assert_eq!(instant("1970-01-01T00:00:01Z"), Ok(1000));
        assert_eq!(instant("1970-01-01T01:00:00.250+01:00"), Ok(250));
        assert_eq!(instant("1970-01-02"), Ok(86_400_000));
        assert_eq!(instant("1971"), Ok(365 * 86_400_000));
        for text in
            ["1970-01-01T00:00:01", "1970-01-01 00:00:01Z", "1970-01T00:00:01Z", "1970-01-01T25:00:00Z", "T"]
        {
            assert_eq!(instant(text), Err(InvalidDate), "{text:?}");
        }
        assert_eq!(instant("1970-01-01T00:00:01Z[Europe/Paris]"), Err(InvalidDate));
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_a_named_error(text in "\\PC{0,30}") {
            let _ = text.parse::<Date>();
            let _ = text.parse::<DateTime>();
        }

        #[test]
        fn date_like_text_is_a_date_or_a_named_error(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\\+[0-9]{2}:[0-9]{2}))?") {
            if let Ok(time) = text.parse::<DateTime>() {
                prop_assert!(time.earliest() > Timestamp::MIN);
            }
        }
    }
}
