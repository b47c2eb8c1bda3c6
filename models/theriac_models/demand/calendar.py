"""Working days of a month in Australia: prescriptions follow them, so months compare only when they are counted."""

import calendar
import datetime as dt

import numpy as np

# Month 0 is January 1990; the table in the graph ends with December 2049.
FIRST_YEAR, LAST_YEAR = 1990, 2049


def easter(year: int) -> dt.date:
    """Easter Sunday by the anonymous Gregorian method (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return dt.date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)


def holidays(year: int) -> set[dt.date]:
    """National holidays, and the King's birthday (second Monday of June); days in lieu are left out."""
    june = dt.date(year, 6, 1)
    second_monday = june + dt.timedelta((7 - june.weekday()) % 7 + 7)
    sunday = easter(year)
    fixed = [(1, 1), (1, 26), (4, 25), (12, 25), (12, 26)]
    return {dt.date(year, *day) for day in fixed} | {second_monday, sunday - dt.timedelta(2), sunday + dt.timedelta(1)}


def log_working_days() -> np.ndarray:
    """Natural logarithm of each month's Mondays to Fridays without holidays, from month 0 on."""
    table = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        free = holidays(year)
        for month in range(1, 13):
            days = [dt.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]
            table.append(sum(day.weekday() < 5 and day not in free for day in days))
    return np.log(np.array(table, dtype=float))


def month_number(text: str) -> int:
    """2006-06 as months since January 1990."""
    year, month = text.split("-")
    return (int(year) - FIRST_YEAR) * 12 + int(month) - 1
