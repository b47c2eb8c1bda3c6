"""Inventory advice from the demand quantiles, simulated on the years that the quantiles have not seen."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import export
from ..demand import data
from ..demand import model as demand_model
from ..supply import files, scores
from ..supply.plot import Plot
from . import model

FIRST_ERROR, FIRST, REFIT = 84, 120, 6
# Safety factors of the fixed policy; the middle one is what textbooks take for 97.5 %.
FACTORS = [0.5, 1.0, 1.5, 1.96, 2.5, 3.0, 4.0]


@dataclass(frozen=True)
class Run:
    """Per group: share of months without a shortage, share of demand met, mean stock in months of demand."""

    service: np.ndarray
    fill: np.ndarray
    holding: np.ndarray


def simulate(values: np.ndarray, levels: np.ndarray) -> Run:
    """Each month: order up to the level `[group, month]`, receive last month's order, meet demand; shortages are lost."""
    stock, on_order = levels[:, 0].copy(), np.zeros(len(values))
    short, sold, held = (np.zeros_like(values) for _ in range(3))
    for month in range(values.shape[1]):
        order = np.maximum(levels[:, month] - stock - on_order, 0)
        sold[:, month] = np.minimum(stock + on_order, values[:, month])
        short[:, month] = values[:, month] > stock + on_order
        stock = stock + on_order - sold[:, month]
        on_order = order
        held[:, month] = stock
    return Run(1 - short.mean(axis=1), sold.sum(axis=1) / values.sum(axis=1), held.mean(axis=1) / values.mean(axis=1))


def quantile_levels(demand: data.Demand) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Medians and upper limits of the next two months `[group, month, 2]`, each from what was known before."""
    logs, learned = demand_model.logarithm(demand.values), demand_model.logarithm(demand.learned)
    months = demand.values.shape[1]
    past: list[np.ndarray] = []
    weights, medians, highs = None, [], {"90": [], "97": []}
    for at in range(FIRST_ERROR, months):
        if weights is None or (at - FIRST_ERROR) % REFIT == 0:
            weights = demand_model.fit(learned, at, demand.first)
        forecast = weights.forecast(logs, at, demand.first)
        rough = demand_model.roughness(demand_model.window(logs, at)[0])[:, None]
        if at >= FIRST:
            limits = demand_model.quantiles(np.array(past[: at - FIRST_ERROR - 1]))
            medians.append(np.exp(forecast[:, :2]))
            for name, place in (("90", 3), ("97", 4)):
                highs[name].append(np.exp(forecast[:, :2] + rough * limits[:2, place]))
        error = np.full(forecast.shape, np.nan)
        known = min(demand_model.HORIZONS, months - at)
        error[:, :known] = (logs[:, at : at + known] - forecast[:, :known]) / rough
        error[:, 2:] = 0.0
        past.append(error)
    return np.stack(medians, axis=1), {name: np.stack(part, axis=1) for name, part in highs.items()}


def _manifest(count: int) -> dict:
    meaning = {"median": "Median", "high80": "Upper limit of the 80 % interval", "high95": "Upper limit of the 95 % interval"}
    inputs = [
        files.parameter(name, f"{meaning[name[:-2]]} of demand {name[-1]} months ahead, in multiples of the level as the demand model gives it", "1", [0, 1000])
        for name in model.NAMES[:6]
    ]
    inputs.append(files.parameter("stock", "Stock on hand in the same unit", "1", [0, 100000]))
    inputs.append(files.parameter("on_order", "Ordered and not yet here, in the same unit", "1", [0, 100000]))
    outputs = [files.output(name, f"{'Stock to have after ordering' if name.startswith('up') else 'What to order now'}, from the {name[-2:]} % quantile, in the same unit", "1", [0, 10000], 4) for name in model.OUTPUTS]
    return files.manifest(
        "inventory", "inventory", "How much of a medicine to order this month, from the demand model's quantiles, the stock and what is on order.",
        "Pharmacies and wholesalers who order monthly and are supplied a month later.",
        ["Lead time is one month; the supplier always delivers.", "Knows nothing of expiry dates, pack sizes and prices.", "Simulated on totals of a country, which are steadier than one pharmacy's demand."],
        inputs, outputs, [],
        {"name": "Australian PBS prescriptions by ATC level 2, July 1991 to June 2006", "origin": "tidyverts/tsibbledata, data-raw/PBS/PBS.csv, in long form",
         "sha256": data.PBS.sha256, "rows": count, "licence": "GPL-3.0-only"},
    )


def build(folder: Path) -> str:
    """Simulates, and writes the folder; returns a line to print."""
    demand = data.load()
    held = demand.values[:, FIRST:]
    median, high = quantile_levels(demand)
    before = demand.values[:, FIRST - 24 : FIRST]
    runs: dict[str, Run] = {f"this advice, {name} % quantile": simulate(held, model.up_to(median, part)) for name, part in high.items()}
    for factor in FACTORS:
        level = 2 * before.mean(axis=1) + factor * np.sqrt(2) * before.std(axis=1)
        runs[f"fixed reorder point, factor {factor}"] = simulate(held, np.tile(level[:, None], (1, held.shape[1])))
        # The same rule, set anew each July from the 24 months before.
        levels: list[np.ndarray] = []
        for start in range(FIRST, demand.values.shape[1], 12):
            recent = demand.values[:, start - 24 : start]
            levels += [2 * recent.mean(axis=1) + factor * np.sqrt(2) * recent.std(axis=1)] * 12
        runs[f"reorder point set yearly, factor {factor}"] = simulate(held, np.array(levels).T)
    group = np.arange(len(held))
    measured = {
        name: [scores.resampled(lambda r, v=v: float(v[r].mean()), group) for v in (run.service, run.fill, run.holding)]
        for name, run in runs.items()
    }
    table = "\n".join(f"| {name} | {a} | {b} | {c} |" for name, (a, b, c) in measured.items())
    details = _manifest(int(demand.values.size))
    graph = model.graph()
    scale = median.mean(axis=2)
    rows = np.concatenate([
        np.column_stack([median[:, m], high["90"][:, m], high["97"][:, m], share * scale[:, m], 0.5 * scale[:, m]]) / scale[:, [m]]
        for m, share in ((0, 0.0), (20, 1.0), (40, 2.0))
    ])
    answers = export.run(graph, rows)
    assert np.allclose(answers["up_to_90"], model.up_to(rows[:, :2], rows[:, 2:4]), rtol=1e-4), "graph and simulation disagree"
    card = files.head(details) + f"""
## Simulation on the held-back years
July 2001 to June 2006, {len(held)} groups, order each month, goods a month later, shortages are lost. Medians, limits and the
demand model's weights come from the months before each order. The fixed policy keeps one level for all five years: two
months' mean of the 24 months before July 2001, and the factor times the spread of two months; a second one sets it
anew each July. In brackets 95 % intervals from resampled groups.

| policy | months without shortage | demand met | stock held, months of demand |
| --- | --- | --- | --- |
{table}

The assumed correlation of the two months' errors is {model.CORRELATION}; it was not tuned.

![Service against holding](plot.svg)
"""
    fixed = [name for name in runs if name.startswith("fixed")]
    yearly = [name for name in runs if name.startswith("reorder")]
    points = {name: (float(run.holding.mean()), 100 * float(run.service.mean())) for name, run in runs.items()}
    most = max(point[0] for point in points.values())
    plot = Plot("Months without shortage against stock held", (0, most * 1.05), (min(p[1] for p in points.values()) - 2, 100), "%", {0: "0", round(most, 2): f"{most:.2f} months of demand"})
    plot.line([points[name][0] for name in fixed], [points[name][1] for name in fixed], "rule", "fixed reorder point")
    plot.line([points[name][0] for name in yearly], [points[name][1] for name in yearly], "data", "set anew each year")
    advised = [point for name, point in points.items() if name.startswith("this")]
    plot.dots([point[0] for point in advised], [point[1] for point in advised], "model", "this advice")
    # The table of all models shows the textbook's factor and the highest; the card shows every one.
    shown = tuple(f"factor {factor}" for factor in (1.96, FACTORS[-1]))
    numbers = {
        name: dict(zip(("service", "fill", "holding"), map(scores.as_json, by)))
        for name, by in measured.items() if name.startswith("this") or name.endswith(shown)
    }
    files.write(folder, graph, details, rows[::5], card, numbers, plot.svg())
    return "; ".join(f"{name}: service {by[0]}, holding {by[2]}" for name, by in list(measured.items())[:2])
