"""Cold-chain excursion: a week of hourly temperatures against what is usual for the place."""

import datetime as dt
from pathlib import Path

import numpy as np

from .. import export
from ..supply import files, scores
from ..supply.plot import Plot
from . import data, model

# Usual temperature and threshold come from before the first date; the week as span was chosen on what lies between;
# scores are of the time from the second on.
TRAINED, TESTED = dt.datetime(2013, 11, 1), dt.datetime(2014, 2, 1)
BLOCK = 24 * 7


def _manifest(threshold: float, count: int) -> dict:
    inputs = files.lags("temperature", "PT1H", model.HOURS, "Cel", [-100, 100], "Temperature of an hour")
    inputs.append(files.parameter("usual", "Median temperature of the place in normal weeks", "Cel", [-100, 60]))
    inputs.append(files.parameter("spread", "Standard deviation of hourly temperatures in normal weeks", "K", [0.05, 50]))
    outputs = [
        files.output(model.OUTPUTS[0], "Largest distance from the usual temperature in the week, in spreads", "1", [0, 4000], 3),
        files.output(model.OUTPUTS[1], "Distance of the latest hour: the simple rule", "1", [0, 4000], 3),
        files.output(model.OUTPUTS[2], "Mean kinetic temperature of the week: the second rule, to hold against the label's limit", "Cel", [-101, 101], 2),
    ]
    return files.manifest(
        "cold-chain", "cold-chain-excursion",
        "Tells weeks in which a monitored place left its usual temperature, beside the rule on the latest hour and the mean kinetic temperature.",
        "Keepers of stores and vehicles with an hourly sensor.",
        [
            "One sensor with two labelled failures: the scores are of one kind of place.",
            "An alarm lasts for a week after the last excursion.",
            "Does not replace the limits on a product's label; mean kinetic temperature is for those.",
            "The sensor stood in an office building, not in a refrigerator.",
        ],
        inputs, outputs,
        [{"name": "alarm", "output": "excursion", "at_least": round(threshold, 3), "meaning": "Higher than in 99 % of the hours of the normal time; the card gives alarms a week."}],
        {"name": "NAB ambient temperature system failure, hourly, July 2013 to May 2014", "origin": "numenta/NAB, data/" + data.SERIES,
         "sha256": data.SENSOR.sha256, "rows": count, "licence": "MIT"},
    )


def build(folder: Path) -> str:
    """Scores in time order and writes the folder; returns a line to print."""
    times, values, labels = data.load()
    start, test = (next(i for i, time in enumerate(times) if time >= at) for at in (TRAINED, TESTED))
    usual, spread = round(float(np.median(values[:start])), 3), round(float(values[:start].std()), 3)
    ends = np.arange(model.HOURS, len(values) + 1)
    windows = np.array([values[end - model.HOURS : end] for end in ends])
    week = np.array([model.score(window, usual, spread) for window in windows])
    hour = np.abs(windows[:, -1] - usual) / spread
    kinetic = np.abs(np.array([model.mean_kinetic(window) for window in windows]) - usual)
    threshold = float(np.quantile(week[ends <= start], 0.99))
    held = ends > test
    truth, block = labels[ends - 1][held], (ends[held] - test) // BLOCK
    by = {
        name: scores.resampled(lambda r, s=s[held]: scores.pr_auc(truth[r], s[r]), block)
        for name, s in {"this model": week, "latest hour (rule)": hour, "mean kinetic temperature (rule)": kinetic}.items()
    }
    alarms = week[held] >= threshold
    starts = int((alarms & ~np.concatenate([[False], alarms[:-1]])).sum())
    weeks = len(alarms) / BLOCK
    recall, precision = float(alarms[truth].mean()), float(truth[alarms].mean()) if alarms.any() else 0.0
    details = _manifest(threshold, len(values))
    names = [value["name"] for value in details["inputs"]]
    graph = model.graph(names)
    rows = np.column_stack([windows, np.full(len(windows), usual), np.full(len(windows), spread)])
    answers = export.run(graph, rows)
    assert np.abs(answers["excursion"] - week).max() < 1e-4, "graph and training disagree"
    assert np.abs(answers["mean_kinetic_temperature"] - [model.mean_kinetic(window) for window in windows]).max() < 1e-3
    table = "\n".join(f"| {name} | {score} |" for name, score in by.items())
    card = files.head(details) + f"""
For this sensor: usual {usual} °C, spread {spread} K, from the hours before {TRAINED:%d %B %Y}.

## Scores in time order
{int(held.sum())} hours from {TESTED:%d %B %Y} on, {truth.mean():.3f} of them in the labelled window. The span of a week
was chosen by the first failure (December 2013), which is not scored. In brackets 95 % intervals from resampled weeks;
with one failure in the scored time they are wide, and they understate what another place would show.

| score | PR-AUC |
| --- | --- |
{table}

At the shipped threshold: {starts / weeks:.2f} alarms a week ({starts} in {weeks:.1f} weeks), which are on for {alarms.mean():.2f} of the hours;
{recall:.2f} of the labelled hours are inside an alarm, {precision:.2f} of the alarmed hours are labelled.

The file has gaps of up to a week; the window takes the last {model.HOURS} values there are. In use a gap is refused.

![Alarm timeline](plot.svg)
"""
    hours = list(range(0, len(ends), 6))
    plot = Plot("Distance from the usual temperature: largest in a week", (0, len(ends)), (0, float(week.max()) * 1.1), "spreads", {0: "Jul 2013", start - model.HOURS: "Nov 2013", test - model.HOURS: "Feb 2014", len(ends) - 1: "May 2014"})
    plot.line(hours, list(week[hours]), "model", "largest in a week")
    plot.line([0, len(ends)], [threshold, threshold], "rule", "threshold")
    inside = [i for i in hours if labels[ends[i] - 1]]
    plot.dots(inside, [0.1] * len(inside), "alarm", "labelled failure")
    numbers = {"PR-AUC": {name: scores.as_json(score) for name, score in by.items()}, "alarms_per_week": round(starts / weeks, 4), "recall": round(recall, 4), "precision": round(precision, 4)}
    files.write(folder, graph, details, rows[::120], card, numbers, plot.svg())
    return f"PR-AUC {by['this model']} (rule {by['latest hour (rule)']}), {starts / weeks:.2f} alarms a week"
