//! Dates and times of day.

use super::numbers::digits;
use super::{Fault, LintError, Rules};
use crate::date::{days_in_month, full_year, two_digits_of};

/// Whether a date may leave its day open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Exact,
    /// 00 stands for the last day of the month (GenSpecs 3.4.7).
    MayBe00,
}

/// Year, month and day: comparing two of them compares the dates.
pub(super) type Ymd = (u16, u8, u8);

/// YYMMDD. The year is the one nearest to the current one (GenSpecs 7.12).
pub(super) fn short_date(value: &[u8], day: Day, rules: &Rules) -> Result<Ymd, Fault> {
    ensure_length(value, 6, LintError::DateTooShort, LintError::DateTooLong)?;
    digits(value)?;
    let (yy, month_and_day) = value.split_at(2);
    let year = full_year(two_digits_of(yy), rules.current_year());
    month_and_day_of(year, month_and_day, day).map_err(|fault| fault.moved_by(2))
}

/// YYYYMMDD.
pub(super) fn long_date(value: &[u8], day: Day) -> Result<(), Fault> {
    ensure_length(value, 8, LintError::DateTooShort, LintError::DateTooLong)?;
    digits(value)?;
    let (year, month_and_day) = value.split_at(4);
    let (century, yy) = year.split_at(2);
    let year = u16::from(two_digits_of(century)).saturating_mul(100).saturating_add(two_digits_of(yy).into());
    month_and_day_of(year, month_and_day, day).map(drop).map_err(|fault| fault.moved_by(4))
}

fn month_and_day_of(year: u16, mmdd: &[u8], day: Day) -> Result<Ymd, Fault> {
    let (mm, dd) = mmdd.split_at(2);
    let (month, dd) = (two_digits_of(mm), two_digits_of(dd));
    if !matches!(month, 1..=12) {
        return Err(Fault::new(LintError::IllegalMonth, 0, 2));
    }
    if dd > days_in_month(year, month) || (dd == 0 && day == Day::Exact) {
        return Err(Fault::new(LintError::IllegalDay, 2, 2));
    }
    Ok((year, month, dd))
}

fn ensure_length(value: &[u8], length: usize, short: LintError, long: LintError) -> Result<(), Fault> {
    match value.len().cmp(&length) {
        core::cmp::Ordering::Less => Err(Fault::whole(value, short)),
        core::cmp::Ordering::Equal => Ok(()),
        core::cmp::Ordering::Greater => Err(Fault::whole(value, long)),
    }
}

fn two_digits_up_to(value: &[u8], most: u8, illegal: LintError) -> Result<(), Fault> {
    digits(value)?;
    if two_digits_of(value) > most {
        return Err(Fault::whole(value, illegal));
    }
    Ok(())
}

pub(super) fn hour(value: &[u8]) -> Result<(), Fault> {
    ensure_length(value, 2, LintError::HourTooShort, LintError::HourTooLong)?;
    two_digits_up_to(value, 23, LintError::IllegalHour)
}

pub(super) fn minute(value: &[u8]) -> Result<(), Fault> {
    ensure_length(value, 2, LintError::MinuteTooShort, LintError::MinuteTooLong)?;
    two_digits_up_to(value, 59, LintError::IllegalMinute)
}

pub(super) fn second(value: &[u8]) -> Result<(), Fault> {
    ensure_length(value, 2, LintError::SecondTooShort, LintError::SecondTooLong)?;
    two_digits_up_to(value, 59, LintError::IllegalSecond)
}

pub(super) fn hour_and_minute(value: &[u8]) -> Result<(), Fault> {
    ensure_length(value, 4, LintError::HourWithMinuteTooShort, LintError::HourWithMinuteTooLong)?;
    digits(value)?;
    let (hour, minute) = value.split_at(2);
    two_digits_up_to(hour, 23, LintError::IllegalHour)?;
    two_digits_up_to(minute, 59, LintError::IllegalMinute).map_err(|fault| fault.moved_by(2))
}
