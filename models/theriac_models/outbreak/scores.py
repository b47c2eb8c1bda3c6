"""Scores in time order: weights are fitted anew each year, limits come from the errors known by then."""

from dataclasses import dataclass

import numpy as np

from ..scores import Score
from ..supply import scores
from . import model
from .data import Cases

QUARTER = 13


@dataclass(frozen=True)
class Scores:
    """By horizon: WAPE (%) of each forecaster on the total, coverage of both intervals; the limits and forecasts."""

    wape: dict[int, dict[str, Score]]
    coverage: dict[int, tuple[Score, Score]]
    limits: list[np.ndarray]
    weeks: dict[int, np.ndarray]
    middle: dict[int, np.ndarray]
    bounds: dict[int, np.ndarray]


def quantiles(errors: np.ndarray) -> np.ndarray:
    found = np.quantile(errors, model.PROBABILITIES)
    found[2] = 0.0
    return found


def evaluate(cases: Cases, first_error: int, first: int) -> Scores:
    """Errors are collected from week `first_error`; scores count from week `first`. Scores are of the total alone."""
    logs, total = np.log1p(cases.values), cases.values[0]
    out = Scores({}, {}, [], {}, {}, {})
    for horizon in model.HORIZONS:
        origins, weights = range(first_error, len(total) - horizon + 1), None
        found = []
        for at in origins:
            if weights is None or (at - first_error) % 52 == 0:
                weights = model.fit(logs, at, cases.week, horizon)
            found.append(model.forecast(weights, logs, at, cases.week, horizon)[0])
        middle = np.array(found)
        target = np.array([at + horizon - 1 for at in origins])
        scaled = (logs[0, target] - middle) / model.spread(middle)
        scored = np.arange(first - first_error, len(middle))
        limits = np.array([quantiles(scaled[: i - horizon + 1]) for i in scored])
        actual, weeks = total[target[scored]], target[scored]
        forecasts = {
            "this model": np.expm1(middle[scored]),
            "persistence": total[weeks - horizon],
            "seasonal naive": total[weeks - 52],
        }
        block = (weeks // QUARTER).astype(int)
        out.wape[horizon] = {
            name: scores.resampled(lambda r, f=f, y=actual: scores.wape(y[r], f[r]), block) for name, f in forecasts.items()
        }
        bounds = np.expm1(np.maximum(middle[scored][:, None] + model.spread(middle[scored])[:, None] * limits, 0.0))
        hits = [(actual >= np.floor(bounds[:, a])) & (actual <= np.ceil(bounds[:, b])) for a, b in ((1, 3), (0, 4))]
        out.coverage[horizon] = tuple(scores.resampled(lambda r, h=h: float(h[r].mean()), block) for h in hits)
        out.limits.append(quantiles(scaled))
        out.weeks[horizon], out.middle[horizon], out.bounds[horizon] = weeks, forecasts["this model"], bounds
    return out
