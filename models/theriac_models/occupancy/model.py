"""Ridge regression of a later day's level on the last four weeks, its weekday and the season; limits by past errors."""

import numpy as np

from ..supply.graph import Graph

LAGS, HORIZONS, SERIES = 28, (1, 2, 3, 7, 14), ("admissions", "occupied")
PENALTY, YEAR = 30.0, 365.25
PROBABILITIES = [0.025, 0.1, 0.5, 0.9, 0.975]
OUTPUTS = [
    f"{series}_{name}_{horizon}" for series in SERIES for horizon in HORIZONS for name in ("low95", "low80", "median", "high80", "high95")
]


def design(both: np.ndarray, weekday: np.ndarray, day: np.ndarray, at: np.ndarray, horizon: int) -> np.ndarray:
    """Columns of the days `at`, the latest that is known: lags of both series, oldest first, weekday, season, one."""
    lags = [both[s][at[:, None] - np.arange(LAGS - 1, -1, -1)] for s in range(2)]
    target = (weekday[at] + horizon) % 7
    angle = 2 * np.pi * (day[at] + horizon)[:, None] * np.array([1.0, 2.0]) / YEAR
    return np.hstack([*lags, target[:, None] == np.arange(7), np.sin(angle), np.cos(angle), np.ones((len(at), 1))])


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights; the constant is not held back, the rest is, after scaling to one size."""
    mean, scale = x.mean(axis=0), np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    mean[-1] = 0.0
    z = (x - mean) / scale
    penalty = PENALTY * np.eye(x.shape[1])
    penalty[-1, -1] = 0.0
    beta = np.linalg.solve(z.T @ z + penalty, z.T @ y) / scale
    beta[-1] -= mean @ beta
    return beta


def limits(errors: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Quantiles of errors in square roots of the level, as counts spread; the median stays where it is."""
    found = np.quantile(errors / np.sqrt(np.maximum(middle, 1.0)), PROBABILITIES)
    found[2] = 0.0
    return found


def bounds(middle: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """The five values `[n, 5]` of each day; `quantiles` is one set or one per day."""
    return np.maximum(middle[:, None] + np.sqrt(np.maximum(middle, 1.0))[:, None] * quantiles, 0.0)


def graph(name: str, inputs: list[str], weights: list[np.ndarray], quantiles: list[np.ndarray]) -> bytes:
    """The same in plain operators; weights and quantiles by series, then horizon."""
    g = Graph(name, inputs, wide=True)
    lags = g.columns(g.features, range(2 * LAGS))
    weekday, day = g.columns(g.features, [2 * LAGS]), g.columns(g.features, [2 * LAGS + 1])
    # One where the distance of whole numbers is nothing, else nothing.
    today = g.add("Max", g.add("Sub", [1.0], g.add("Abs", g.add("Sub", weekday, np.arange(7.0)[None]))), [0.0])
    for place, output in enumerate(OUTPUTS[:: len(PROBABILITIES)]):
        horizon, w = HORIZONS[place % len(HORIZONS)], weights[place]
        angle = g.add("Mul", g.add("Add", day, [float(horizon)]), [[2 * np.pi / YEAR, 4 * np.pi / YEAR]])
        season = g.add("Concat", g.add("Sin", angle), g.add("Cos", angle), axis=1)
        middle = g.add("MatMul", lags, w[: 2 * LAGS, None])
        # The weights are by the weekday of the target, the columns by today's.
        by_today = np.roll(w[2 * LAGS : 2 * LAGS + 7], -horizon)
        middle = g.add("Add", middle, g.add("MatMul", today, by_today[:, None]))
        middle = g.add("Add", g.add("Add", middle, g.add("MatMul", season, w[2 * LAGS + 7 : -1, None])), [w[-1]])
        root = g.add("Sqrt", g.add("Max", middle, [1.0]))
        for q in range(len(PROBABILITIES)):
            value = g.add("Add", middle, g.add("Mul", root, [quantiles[place][q]]))
            g.result(g.add("Max", value, [0.0]), OUTPUTS[place * len(PROBABILITIES) + q])
    return g.bytes(OUTPUTS)
