"""Scores in time order: every forecast comes from weights and error quantiles of the months before it."""

from dataclasses import dataclass

import numpy as np

from ..scores import Score
from ..supply import scores
from . import ets, model
from .data import Demand

# Origins from July 2001 to July 2005, monthly; weights are fitted anew every six months, errors are collected from
# July 1998 on.
FIRST_ERROR, FIRST_ORIGIN, REFIT = 84, 120, 6


@dataclass(frozen=True)
class Scores:
    """MASE and WAPE (%) by forecaster, MASE by horizon, coverage of both intervals, share of series better than ETS; the
    three series that are furthest off at the last horizon, and our MASE by horizon without them."""

    mase: dict[str, Score]
    wape: dict[str, Score]
    by_horizon: dict[str, np.ndarray]
    wape_by_horizon: dict[str, np.ndarray]
    coverage: tuple[Score, Score]
    coverage_by_horizon: np.ndarray
    better_than_ets: float
    groups: dict[str, dict[str, float]]
    spread: np.ndarray
    hardest: list[str]
    without_hardest: np.ndarray


@dataclass(frozen=True)
class Series:
    """One series from elsewhere: MASE and WAPE (%) by forecaster, share of months in both intervals."""

    mase: dict[str, float]
    wape: dict[str, float]
    coverage: tuple[float, float]


def beyond(demand: Demand, values: np.ndarray) -> Series:
    """Scores on another series that begins in the same month: weights and limits come from the groups alone, and from
    months before the origin."""
    groups, learned = model.logarithm(demand.values), model.logarithm(demand.learned)
    logs, ahead = model.logarithm(values)[None, :], model.HORIZONS
    first_limits = range(FIRST_ERROR, FIRST_ORIGIN - ahead + 1)
    origins = list(range(FIRST_ORIGIN, len(values) - ahead + 1))
    found, past, weights = {}, [], None
    for at in [*first_limits, *origins]:
        if weights is None or (at - FIRST_ERROR) % REFIT == 0:
            weights = model.fit(learned, min(at, groups.shape[1]), demand.first)
        if at in first_limits:
            rough = model.roughness(model.window(groups, at)[0])[:, None]
            past.append((groups[:, at : at + ahead] - weights.forecast(groups, at, demand.first)) / rough)
        else:
            found[at] = weights.forecast(logs, at, demand.first)
    limits = model.quantiles(np.array(past))
    actual = np.array([values[at : at + ahead] for at in origins])
    forecasts = {
        "this model": found,
        "ETS": ets.forecasts(logs, origins, ahead),
        "seasonal naive": {at: logs[:, at - 12 : at] for at in origins},
    }
    scale = np.array([np.abs(values[12:at] - values[: at - 12]).mean() for at in origins])
    errors = {name: np.abs(np.array([np.exp(f[at][0]) for at in origins]) - actual) for name, f in forecasts.items()}
    scaled = np.array([(logs[0, at : at + ahead] - found[at][0]) / model.roughness(model.window(logs, at)[0])[0] for at in origins])
    return Series(
        {name: float((error / scale[:, None]).mean()) for name, error in errors.items()},
        {name: float(100 * error.sum() / actual.sum()) for name, error in errors.items()},
        tuple(float(((scaled >= limits[:, a]) & (scaled <= limits[:, b])).mean()) for a, b in ((1, 3), (0, 4))),
    )


def evaluate(demand: Demand) -> Scores:
    values, logs, learned = demand.values, model.logarithm(demand.values), model.logarithm(demand.learned)
    months, ahead = values.shape[1], model.HORIZONS
    origins = list(range(FIRST_ORIGIN, months - ahead + 1))
    found, weights = {}, None
    for at in range(FIRST_ERROR, months - ahead + 1):
        if weights is None or (at - FIRST_ERROR) % REFIT == 0:
            weights = model.fit(learned, at, demand.first)
        found[at] = weights.forecast(logs, at, demand.first)
    forecasts = {
        "this model": found,
        "ETS": ets.forecasts(logs, origins, ahead),
        "seasonal naive": {at: logs[:, at - 12 : at] for at in origins},
    }
    actual = np.array([values[:, at : at + ahead] for at in origins])
    scale = np.array([np.abs(values[:, 12:at] - values[:, : at - 12]).mean(axis=1) for at in origins])
    errors = {name: np.abs(np.array([np.exp(f[at]) for at in origins]) - actual) for name, f in forecasts.items()}
    series = np.arange(len(values))
    scaled = {name: error / scale[:, :, None] for name, error in errors.items()}
    # Errors of past origins whose months had come by the origin that they are used at.
    past = {
        at: (logs[:, at : at + ahead] - f) / model.roughness(model.window(logs, at)[0])[:, None] for at, f in found.items()
    }
    inside = []
    for at in origins:
        known = [np.where(earlier + np.arange(1, ahead + 1) <= at, past[earlier], np.nan) for earlier in range(FIRST_ERROR, at)]
        limits = model.quantiles(np.array(known))
        inside.append([(past[at] >= limits[:, a]) & (past[at] <= limits[:, b]) for a, b in ((1, 3), (0, 4))])
    hit = np.array(inside, dtype=float)
    per_series = {name: error.mean(axis=(0, 2)) for name, error in scaled.items()}
    order = scaled["this model"][:, :, -1].mean(axis=0).argsort()
    return Scores(
        mase={name: scores.resampled(lambda rows, m=m: float(m[rows].mean()), series) for name, m in per_series.items()},
        wape={
            name: scores.resampled(lambda rows, e=e: float(100 * e[:, rows].sum() / actual[:, rows].sum()), series)
            for name, e in errors.items()
        },
        by_horizon={name: e.mean(axis=(0, 1)) for name, e in scaled.items()},
        wape_by_horizon={name: 100 * e.sum(axis=(0, 1)) / actual.sum(axis=(0, 1)) for name, e in errors.items()},
        coverage=tuple(scores.resampled(lambda rows, k=k: float(hit[:, k][:, rows].mean()), series) for k in (0, 1)),
        coverage_by_horizon=hit.mean(axis=(0, 2)),
        better_than_ets=float((per_series["this model"] < per_series["ETS"]).mean()),
        groups={
            code: {name: float(m[demand.codes.index(code)]) for name, m in per_series.items()} for code in ("A10", "H02")
        },
        spread=model.quantiles(np.array(list(past.values()))),
        hardest=[demand.codes[place] for place in order[:-4:-1]],
        without_hardest=scaled["this model"][:, order[:-3]].mean(axis=(0, 1)),
    )
