"""Supply anomaly: months whose prescriptions are not what the months before and the working days explain."""

from pathlib import Path

import numpy as np

from .. import export
from ..demand import data
from ..demand import model as demand_model
from ..supply import files, scores
from ..supply.plot import Plot
from . import model

# One month in fifty of each scored month's groups is multiplied by one of these: a shortage, or a rush.
SHARE, FACTORS, SEED = 0.02, [0.5, 0.7, 0.8, 1.25, 1.5, 2.0], 20060630
FIRST, REFIT, TRAINING = 120, 6, 84


def _manifest(threshold: float, count: int) -> dict:
    inputs = files.lags("demand", "P1M", demand_model.LAGS + 1, "{prescription}", [0, 1e8], "Prescriptions of a month; the latest is the one to judge")
    inputs.append(files.parameter("month", "The month before the latest, counted from January 1990, which is 0", "mo", [48, 707]))
    outputs = [
        files.output("surprise", "Distance of the logarithm from its forecast, in units of the series' roughness", "1", [0, 1e4], 2),
        files.output("ratio", "The month as a multiple of its forecast", "1", [0, 1e9], 2),
        files.output("rule", "Distance of 12-month growth from its mean in standard deviations: the simple rule", "1", [0, 1e4], 2),
    ]
    return files.manifest(
        "supply-anomaly", "supply-anomaly",
        "Tells months of prescriptions or orders that the 48 months before and the working days do not explain, beside the simple rule on 12-month growth.",
        "Supply planners and auditors who look at a list of suspicious months.",
        ["Scored on changes that were injected, not on real fraud or shortages.", "New medicines and price changes raise it too.", "Working days are Australia's."],
        inputs, outputs,
        [{"name": "alarm", "output": "surprise", "at_least": round(threshold, 2), "meaning": "Higher than in 99 % of past months; the card gives alarms a week."}],
        {"name": "Australian PBS prescriptions by ATC level 2, July 1991 to June 2006", "origin": "tidyverts/tsibbledata, data-raw/PBS/PBS.csv, in long form",
         "sha256": data.PBS.sha256, "rows": count, "licence": "GPL-3.0-only"},
    )


def _build(folder: Path) -> str:
    """Scores in time order on injected changes and writes the folder; returns a line to print."""
    demand = data.load()
    logs, learned = demand_model.logarithm(demand.values), demand_model.logarithm(demand.learned)
    groups, months = logs.shape
    generator = np.random.default_rng(SEED)
    found: list[tuple[np.ndarray, ...]] = []
    past, weights = [], None
    for at in range(TRAINING, months):
        if weights is None or (at - TRAINING) % REFIT == 0:
            weights = demand_model.fit(learned, at, demand.first)
        past.append(model.judge(weights, logs, at, demand.first)[0])
        if at < FIRST:
            continue
        hit = generator.random(groups) < SHARE
        factor = generator.choice(FACTORS, groups)
        changed = logs.copy()
        changed[hit, at] += np.log(factor[hit])
        found.append((*model.judge(weights, changed, at, demand.first), hit, past[-1]))
    surprise, rule, truth, clean = (np.array(part) for part in zip(*found))
    threshold = float(np.quantile(np.array(past[: FIRST - TRAINING]), 0.99))
    block = np.tile(np.arange(groups), (len(found), 1)).ravel()
    flat = truth.ravel()
    by = {
        name: scores.resampled(lambda r, s=s: scores.pr_auc(flat[r], s[r]), block)
        for name, s in {"this model": surprise.ravel(), "12-month growth (rule)": rule.ravel()}.items()
    }
    alarmed = surprise >= threshold
    per_week = float((clean >= threshold).sum(axis=1).mean() * 12 / 52.1775)
    recall, precision = float(alarmed[truth].mean()), float(truth[alarmed].mean())
    details = _manifest(threshold, int(demand.values.size))
    final = demand_model.fit(learned, months, demand.first)
    graph = model.graph(final, [value["name"] for value in details["inputs"]])

    def rows(at: int) -> np.ndarray:
        return np.column_stack([demand.values[:, at - model.LAGS : at + 1], np.full(groups, demand.first + at - 1)])

    answers = export.run(graph, rows(months - 1))
    own, own_rule = model.judge(final, logs, months - 1, demand.first)
    assert np.allclose(answers["surprise"], own, rtol=2e-3, atol=2e-3), "graph and training disagree"
    assert np.allclose(answers["rule"], own_rule, rtol=2e-3, atol=2e-3), "graph and training disagree"
    table = "\n".join(f"| {name} | {score} |" for name, score in by.items())
    card = files.head(details) + f"""
## Method
The error of the demand model's forecast for the month, over the series' own roughness; the rule is in the same graph.

## Scores in time order, on injected changes
Injected, not real: in {len(found)} months from July 2001 on, {100 * SHARE:.0f} % of the {groups} groups are multiplied by one of
{FACTORS} (seed {SEED}), {int(truth.sum())} of {truth.size} in all; what comes later is not changed by them. Weights come from
the months before. In brackets 95 % intervals from resampled groups.

| score | PR-AUC |
| --- | --- |
{table}

At the shipped threshold (99 % of the months before July 2001 lie below): {per_week:.2f} alarms a week over {groups} groups without
any injection; {recall:.2f} of the injected months are found, {precision:.2f} of the alarms are injected ones.

![Alarm timeline](plot.svg)
"""
    worst = int(truth.sum(axis=0).argmax())
    ahead = list(range(len(found)))
    plot = Plot(f"Surprise of group {demand.codes[worst]}, with injected months", (0, len(found)), (0, float(surprise[:, worst].max()) * 1.15), "roughness", {0: "Jul 2001", 24: "Jul 2003", 48: "Jul 2005"})
    plot.line(ahead, list(surprise[:, worst]), "model", "surprise")
    plot.line([0, len(found)], [threshold, threshold], "rule", "threshold")
    injected = [i for i in ahead if truth[i, worst]]
    plot.dots(injected, list(surprise[injected, worst]), "alarm", "injected")
    numbers = {"PR-AUC": {name: scores.as_json(score) for name, score in by.items()}, "alarms_per_week": round(per_week, 4), "recall": round(recall, 4), "precision": round(precision, 4)}
    files.write(folder, graph, details, np.vstack([rows(at)[::6] for at in (60, 100, 140, months - 1)]), card, numbers, plot.svg())
    return f"injected: PR-AUC {by['this model']} (rule {by['12-month growth (rule)']}), {per_week:.2f} alarms a week"


MODELS = {"supply-anomaly": _build}
