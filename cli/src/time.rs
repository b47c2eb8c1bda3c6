//! Moments, days and spans of time, as people write and read them.

use gs1::Date;
use jiff::{SpanRelativeTo, Timestamp, ToSpan};

pub use view::time::{readable, rfc3339};

/// The computer's time in milliseconds since 1970: for the century of a date on a pack, and for deadlines.
pub fn now_ms() -> u64 {
    u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// The moment that lies so many days ahead, by the computer's clock.
pub fn days_from_now(days: u16) -> u64 {
    now_ms().saturating_add(u64::from(days).saturating_mul(86_400_000))
}

/// The year by the computer's clock.
pub fn current_year() -> u16 {
    gs1::year_of_ms(now_ms())
}

/// Reads a day: YYMMDD as on the pack (day 00 is the month's last), or YYYY-MM-DD.
pub fn parse_day(text: &str) -> Result<Date, String> {
    let year = current_year();
    let number =
        |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    let date = match text.split('-').collect::<Vec<_>>().as_slice() {
        [yymmdd] if yymmdd.len() == 6 => number(yymmdd),
        [yyyy, mm, dd] if (yyyy.len(), mm.len(), dd.len()) == (4, 2, 2) => {
            number(&format!("{}{mm}{dd}", yyyy.get(2..).unwrap_or_default()))
        }
        _ => None,
    };
    let date = date.ok_or("write the day as YYMMDD or YYYY-MM-DD, for example 271231 or 2027-12-31")?;
    let date = Date::from_yymmdd(date, year).map_err(|error| error.to_string())?;
    if text.len() > 6 && !text.starts_with(&format!("{:04}-", date.year())) {
        return Err("a pack's date lies within 50 years; check the year".to_owned());
    }
    Ok(date)
}

/// Reads the last moment of a day, or a moment in RFC 3339, in milliseconds since 1970.
pub fn parse_end(text: &str) -> Result<u64, String> {
    if let Ok(day) = parse_day(text) {
        return Ok(day.end_of_day_ms());
    }
    parse_moment(text).map_err(|_| {
        "write a day as YYYY-MM-DD, which means its end in UTC, or a moment such as 2027-12-31T12:00:00Z"
            .to_owned()
    })
}

/// Reads a moment in RFC 3339, in milliseconds since 1970.
pub fn parse_moment(text: &str) -> Result<u64, String> {
    let moment =
        text.parse::<Timestamp>().map_err(|_| "write a moment such as 2027-12-31T12:00:00Z".to_owned())?;
    u64::try_from(moment.as_millisecond()).map_err(|_| "the moment lies before 1970".to_owned())
}

/// Reads a span of time such as `90s`, `15m`, `24h` or `7d`, in milliseconds.
pub fn parse_span(text: &str) -> Result<u64, String> {
    let wrong = "write a number and a unit, for example 90s, 15m, 24h or 7d";
    let span: jiff::Span = text.parse().map_err(|_| wrong)?;
    let span = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong)?;
    let longest = 3_650.days().to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong)?;
    if span > longest {
        return Err("the span is longer than ten years; give a shorter one".to_owned());
    }
    u64::try_from(span.as_millis()).map_err(|_| "the span is negative; give a positive one".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_on_the_pack_or_as_iso_8601() {
        let iso = |text| parse_day(text).map(|day| day.to_string());
        assert_eq!(iso("271231"), Ok("2027-12-31".to_owned()));
        assert_eq!(iso("2027-12-31"), Ok("2027-12-31".to_owned()));
        assert_eq!(iso("280200"), Ok("2028-02-29".to_owned()));
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        let refusal = |text| parse_day(text).unwrap_err();
        for text in ["270231", "2027-02-31"] {
            assert_eq!(
                refusal(text),
                "the month has no such day; use a day that exists, or 00 for the last day of the month"
            );
        }
        assert_eq!(refusal("271301"), "the month is not 01 to 12; write the date as YYMMDD");
        assert_eq!(refusal("1927-12-31"), "a pack's date lies within 50 years; check the year");
        for text in ["", "27", "+71231", "31.12.2027", "2027-1-1", "20271231"] {
            assert!(refusal(text).starts_with("write the day as YYMMDD or YYYY-MM-DD"), "{text}");
        }
    }

    #[test]
    fn an_end_is_the_last_moment_of_a_day_or_a_moment() {
        assert_eq!(parse_end("2027-12-31"), Ok(1_830_297_599_999));
        assert_eq!(parse_end("2027-12-31T12:00:00Z"), Ok(1_830_254_400_000));
        assert!(parse_end("tomorrow").unwrap_err().starts_with("write a day as YYYY-MM-DD"));
        assert_eq!(parse_moment("2027-12-31T13:00:00+01:00"), Ok(1_830_254_400_000));
        assert_eq!(parse_moment("2027-12-31").unwrap_err(), "write a moment such as 2027-12-31T12:00:00Z");
        assert_eq!(parse_moment("1969-12-31T23:59:59Z").unwrap_err(), "the moment lies before 1970");
    }

    #[test]
    fn a_span_has_a_unit_and_a_limit() {
        assert_eq!(parse_span("90s"), Ok(90_000));
        assert_eq!(parse_span("15m"), Ok(900_000));
        assert_eq!(parse_span("24h"), Ok(86_400_000));
        assert_eq!(parse_span("7d"), Ok(604_800_000));
        assert_eq!(
            parse_span("15").unwrap_err(),
            "write a number and a unit, for example 90s, 15m, 24h or 7d"
        );
        assert_eq!(parse_span("9999d").unwrap_err(), "the span is longer than ten years; give a shorter one");
        assert_eq!(parse_span("-1s").unwrap_err(), "the span is negative; give a positive one");
    }
}
