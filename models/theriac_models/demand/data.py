"""Monthly prescriptions of the Australian PBS by ATC group."""

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ..supply.sources import Fetched, rows
from .calendar import month_number

LAST_MONTH = "2006-06"
HEADER = ["month", "concession", "type", "atc2", "atc2_name", "scripts", "cost_aud"]


def long_form(raw: bytes) -> bytes:
    """The wide table of tsibbledata as rows of group and month until June 2006 with prescriptions and whole dollars.

    The file has four lines of title; blocks of rows follow, of which the first holds prescriptions, the eighth cost.
    Months without a prescription are left out.
    """
    table = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[4:]
    months = [dt.datetime.strptime(f"01-{text}", "%d-%b-%y").strftime("%Y-%m") for text in table[0][3:] if re.match(r"\w+-\d\d$", text)]
    values: dict[tuple, dict[int, int]] = defaultdict(dict)
    block = 0
    for row in table[1:]:
        if not row[1]:
            block += 1
            continue
        if block not in (1, 8):
            continue
        concession = "General" if "GENERAL" in row[0] else "Concessional"
        kind = "Co-payments" if "NON-" in row[0] else "Safety net"
        for month, text in zip(months, row[3:]):
            if text and month <= LAST_MONTH:
                values[concession, kind, row[1], month, row[2].capitalize()][block] = int(float(text.replace(",", "")))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for (concession, kind, code, month, name), pair in sorted(values.items()):
        if pair.get(1, 0) > 0:
            writer.writerow([month, concession, kind, code, name, pair[1], pair.get(8, 0)])
    return out.getvalue().encode()


PBS = Fetched(
    "pbs_prescriptions.csv",
    "https://raw.githubusercontent.com/tidyverts/tsibbledata/cf5190743d0b797c7977621c735b7a1908cb711a/data-raw/PBS.csv",
    "87b10d0693bbee56ed9d79f3bb5d9e48082f3d3e273e2f15489aa9e5cf779792",
    long_form,
)


@dataclass(frozen=True)
class Demand:
    """Prescriptions and their cost in dollars `[series, month]` of the ATC groups that have every month; `first` is the
    first month's number."""

    codes: list[str]
    values: np.ndarray
    costs: np.ndarray
    first: int

    @property
    def learned(self) -> np.ndarray:
        """The series that weights are fitted on: the prescriptions first, then their cost, which moves otherwise."""
        return np.vstack([self.values, self.costs])


def load() -> Demand:
    totals: dict[str, dict[int, np.ndarray]] = defaultdict(lambda: defaultdict(lambda: np.zeros(2)))
    for row in rows(PBS.read()):
        totals[row["atc2"]][month_number(row["month"])] += [float(row["scripts"]), float(row["cost_aud"])]
    months = sorted({month for series in totals.values() for month in series})
    codes = sorted(code for code, series in totals.items() if len(series) == len(months))
    values, costs = np.array([[totals[code][month] for month in months] for code in codes]).transpose(2, 0, 1)
    return Demand(codes, values, costs, months[0])
