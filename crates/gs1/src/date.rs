//! Dates of six digits, YYMMDD, as in the expiry date of AI (17).

use core::fmt;

const MS_PER_DAY: u64 = 86_400_000;
/// Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.
const EPOCH_DAY: u32 = 719_468;
const DAYS_PER_ERA: u32 = 146_097;
/// 9999-12-31, in days since 1970-01-01.
const LAST_DAY: u32 = 2_932_896;

/// Why a date was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The number has more than six digits.
    #[error("the date has more than six digits; write it as YYMMDD")]
    TooManyDigits,
    /// The month is not 01 to 12.
    #[error("the month is not 01 to 12; write the date as YYMMDD")]
    MonthOutOfRange,
    /// The month has no such day, for example 31 February.
    #[error("the month has no such day; use a day that exists, or 00 for the last day of the month")]
    DayOutOfRange,
    /// The current year is not 1970 to 9949, so that no century can be chosen.
    #[error("the current year is not 1970 to 9949; check the clock that gave it")]
    CurrentYearOutOfRange,
}

/// A day of the Gregorian calendar in the years 1920 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads the number YYMMDD, for example 271231.
    ///
    /// Day 00 means the last day of the month (GenSpecs 3.4.7). The century is the one that brings the year
    /// nearest to `current_year` (1970 to 9949): at most 49 years back or 50 ahead (GenSpecs 7.12).
    pub const fn from_yymmdd(yymmdd: u32, current_year: u16) -> Result<Self, DateError> {
        if yymmdd > 999_999 {
            return Err(DateError::TooManyDigits);
        }
        if current_year < 1970 || current_year > 9949 {
            return Err(DateError::CurrentYearOutOfRange);
        }
        let (yy, month, day) = (yymmdd / 10_000, two_digits(yymmdd / 100), two_digits(yymmdd));
        let year = full_year(two_digits(yy), current_year);
        if month < 1 || month > 12 {
            return Err(DateError::MonthOutOfRange);
        }
        let last = days_in_month(year, month);
        if day > last {
            return Err(DateError::DayOutOfRange);
        }
        let day = if day == 0 { last } else { day };
        Ok(Self { year, month, day })
    }

    /// The day, in UTC, of a time in milliseconds since 1970-01-01. Times after 9999-12-31 count as that day.
    #[must_use]
    pub const fn of_ms(ms: u64) -> Self {
        let days = ms / MS_PER_DAY;
        let days = if days > LAST_DAY as u64 { LAST_DAY } else { to_u32(days) };
        civil_from_days(days)
    }

    /// The last millisecond of this day in UTC, as milliseconds since 1970-01-01. It is 0 for days before that:
    /// what expired then has expired at any time that a chain can report.
    #[must_use]
    pub const fn end_of_day_ms(self) -> u64 {
        let days_begun = self.days_from_0000_03_01().saturating_add(1).saturating_sub(EPOCH_DAY);
        (days_begun as u64).saturating_mul(MS_PER_DAY).saturating_sub(1)
    }

    /// The date as the number YYMMDD.
    #[must_use]
    pub const fn to_yymmdd(self) -> u32 {
        let (year, month, day) = (self.year as u32 % 100, self.month as u32, self.day as u32);
        // At most 991231.
        year.wrapping_mul(10_000).wrapping_add(month.wrapping_mul(100)).wrapping_add(day)
    }

    /// The year, 1920 to 9999.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The years begin in March, so that the leap day is the last one of a year.
    #[allow(clippy::arithmetic_side_effects)] // Years end at 9999: every term stays below 4 million.
    const fn days_from_0000_03_01(self) -> u32 {
        let (year, month, day) = (self.year as u32, self.month as u32, self.day as u32);
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let leap_days = year / 4 - year / 100 + year / 400;
        year * 365 + leap_days + (153 * month + 2) / 5 + day - 1
    }
}

impl fmt::Display for Date {
    /// ISO 8601, for example 2027-12-31.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The year, in UTC, of a time in milliseconds since 1970-01-01: 1970 to 9999.
#[must_use]
pub const fn year_of_ms(ms: u64) -> u16 {
    Date::of_ms(ms).year
}

/// Howard Hinnant's `civil_from_days`, for days since 1970-01-01 up to [`LAST_DAY`].
#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
// The day count stays below 4 million, so no term overflows; year, month and day end at 9999, 12 and 31.
const fn civil_from_days(days: u32) -> Date {
    let days = days + EPOCH_DAY;
    let era = days / DAYS_PER_ERA;
    let day_of_era = days % DAYS_PER_ERA;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let year = year_of_era + era * 400;
    let (year, month) =
        if month_from_march < 10 { (year, month_from_march + 3) } else { (year + 1, month_from_march - 9) };
    Date { year: year as u16, month: month as u8, day: day as u8 }
}

/// The sliding window of GenSpecs 7.12; `current` is 1970 to 9949.
#[allow(clippy::arithmetic_side_effects)] // Within 1920 to 9999 by the range of `current`.
pub(crate) const fn full_year(yy: u8, current: u16) -> u16 {
    let (yy, current_yy) = (yy as u16, current % 100);
    let this_century = current - current_yy + yy;
    if yy >= current_yy + 51 {
        this_century - 100
    } else if yy + 50 <= current_yy {
        this_century + 100
    } else {
        this_century
    }
}

pub(crate) const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[allow(clippy::cast_possible_truncation)] // A remainder of 100 fits in a byte.
const fn two_digits(number: u32) -> u8 {
    (number % 100) as u8
}

/// The number that two ASCII digits write; the caller has checked them.
pub(crate) fn two_digits_of(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |number: u8, digit| number.wrapping_mul(10).wrapping_add(digit & 0x0F))
}

#[allow(clippy::cast_possible_truncation)] // The caller has compared it with LAST_DAY.
const fn to_u32(days: u64) -> u32 {
    days as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn iso(yymmdd: u32, current_year: u16) -> std::string::String {
        Date::from_yymmdd(yymmdd, current_year).unwrap().to_string()
    }

    #[test]
    fn a_date_is_read_and_written() {
        let date = Date::from_yymmdd(271231, 2026).unwrap();
        assert_eq!((date.year(), date.month(), date.day()), (2027, 12, 31));
        assert_eq!(date.to_string(), "2027-12-31");
        assert_eq!(date.to_yymmdd(), 271231);
    }

    #[test]
    fn day_00_is_the_last_day_of_the_month() {
        assert_eq!(iso(270200, 2026), "2027-02-28");
        assert_eq!(iso(280200, 2026), "2028-02-29");
        assert_eq!(iso(270400, 2026), "2027-04-30");
        assert_eq!(iso(271200, 2026), "2027-12-31");
    }

    #[test]
    fn a_day_that_the_month_lacks_is_refused() {
        for yymmdd in [270231, 270229, 270230, 270431, 270132, 271299] {
            assert_eq!(Date::from_yymmdd(yymmdd, 2026), Err(DateError::DayOutOfRange));
        }
        assert_eq!(iso(280229, 2026), "2028-02-29");
    }

    #[test]
    fn a_century_year_is_leap_only_every_400_years() {
        assert_eq!(iso(229, 2026), "2000-02-29");
        assert_eq!(Date::from_yymmdd(229, 2080), Err(DateError::DayOutOfRange));
    }

    #[test]
    fn a_month_outside_1_to_12_is_refused() {
        for yymmdd in [270001, 271301, 279901, 0] {
            assert_eq!(Date::from_yymmdd(yymmdd, 2026), Err(DateError::MonthOutOfRange));
        }
    }

    #[test]
    fn a_seventh_digit_is_refused() {
        assert_eq!(Date::from_yymmdd(1_270_101, 2026), Err(DateError::TooManyDigits));
    }

    #[test]
    fn the_century_follows_the_sliding_window() {
        assert_eq!(iso(760101, 2026), "2076-01-01");
        assert_eq!(iso(770101, 2026), "1977-01-01");
        assert_eq!(iso(990101, 2026), "1999-01-01");
        assert_eq!(iso(10101, 2051), "2101-01-01");
        assert_eq!(iso(20101, 2051), "2002-01-01");
        assert_eq!(iso(490101, 2098), "2049-01-01");
        assert_eq!(iso(480101, 2098), "2148-01-01");
    }

    #[test]
    fn a_clock_out_of_range_is_refused() {
        for year in [0, 1969, 9950, u16::MAX] {
            assert_eq!(Date::from_yymmdd(270101, year), Err(DateError::CurrentYearOutOfRange));
        }
        assert_eq!(iso(990101, 9949), "9999-01-01");
    }

    #[test]
    fn a_day_ends_one_millisecond_before_the_next() {
        let date = |yymmdd| Date::from_yymmdd(yymmdd, 2026).unwrap().end_of_day_ms();
        assert_eq!(date(270101), 1_798_848_000_000 - 1);
        assert_eq!(date(261231), 1_798_761_600_000 - 1);
        assert_eq!(date(280229), 1_835_481_600_000 - 1);
    }

    #[test]
    fn days_before_1970_end_at_zero() {
        assert_eq!(Date::from_yymmdd(691231, 1970).unwrap().end_of_day_ms(), 0);
        assert_eq!(Date::from_yymmdd(210101, 1970).unwrap().end_of_day_ms(), 0);
        assert_eq!(Date::from_yymmdd(700101, 1970).unwrap().end_of_day_ms(), 86_399_999);
    }

    #[test]
    fn the_year_changes_at_midnight_utc() {
        assert_eq!(year_of_ms(0), 1970);
        assert_eq!(year_of_ms(1_798_761_600_000 - 1), 2026);
        assert_eq!(year_of_ms(1_798_761_600_000), 2027);
        assert_eq!(year_of_ms(253_402_300_799_999), 9999);
        assert_eq!(year_of_ms(u64::MAX), 9999);
    }

    #[test]
    fn every_day_until_9999_survives_the_way_to_milliseconds_and_back() {
        let mut before = None;
        for day in 0..=u64::from(LAST_DAY) {
            let date = Date::of_ms(day * MS_PER_DAY);
            assert_eq!(date.end_of_day_ms(), (day + 1) * MS_PER_DAY - 1);
            assert!(before < Some(date));
            before = Some(date);
        }
        assert_eq!(before.unwrap().to_string(), "9999-12-31");
    }
}
