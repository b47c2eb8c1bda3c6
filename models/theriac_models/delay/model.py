"""Quantiles of the delay of a leg: linear quantile regressions of its logarithm, as plain operators."""

import math

import numpy as np

from ..supply.graph import Graph

NAMES = ["distance", "hour", "weekday", "weather"]
LEVELS = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
OUTPUTS = [f"q{round(100 * level):02d}" for level in LEVELS] + ["over_15"]
LATE = 15.0
# Every second hour has a weight, on workdays, Fridays, Saturdays and Sundays; in between it is a straight line.
HOURS = np.arange(0, 24, 2, dtype=float)
# Ends of lines in the logarithm of 1 km + distance: 2, 5, 10, 20, 40, 80, 160 km.
KNOTS = np.log1p([2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0])
WEATHERS = np.arange(4.0)
ROUNDS, EPSILON, PENALTY = 60, 1e-3, 1e-3


def columns(x: np.ndarray) -> np.ndarray:
    """Kind of day by hour, weather, distance by lines, and the first two times the logarithm of distance."""
    km, hour, weekday, weather = (x[:, [i]] for i in range(4))
    far = np.log1p(km)
    away = np.abs(hour - HOURS)
    hats = np.maximum(1 - np.minimum(away, 24 - away) / 2, 0)
    days = np.hstack([weekday < 5, weekday == 5, weekday == 6, weekday == 7]).astype(float)
    by_hour = (days[:, :, None] * hats[:, None, :]).reshape(len(x), -1)
    kinds = np.hstack([by_hour, (weather == WEATHERS).astype(float)])
    return np.hstack([kinds, kinds * far, np.maximum(far - KNOTS, 0)])


def fit(x: np.ndarray, delay: np.ndarray) -> np.ndarray:
    """Weights `[columns, levels]`, by the MM algorithm of Hunter and Lange (2000), with a small ridge."""
    basis, y = columns(x), np.log1p(delay)
    ridge = PENALTY * np.eye(basis.shape[1])
    total = basis.sum(axis=0)
    weights, start = [], np.linalg.solve(basis.T @ basis + ridge, basis.T @ y)
    for level in LEVELS:
        beta = start
        for _ in range(ROUNDS):
            weight = 1 / (EPSILON + np.abs(y - basis @ beta))
            scaled = basis * weight[:, None]
            beta = np.linalg.solve(basis.T @ scaled + ridge, scaled.T @ y + (2 * level - 1) * total)
        weights.append(beta)
    # Fewer digits than sums in another order could change.
    return np.column_stack(weights).round(5)


def predict(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Minutes `[n, levels]`, rising."""
    return np.maximum.accumulate(np.maximum(np.expm1(columns(x) @ weights), 0), axis=1)


def graph(weights: np.ndarray) -> bytes:
    g = Graph("delay", NAMES, wide=True)
    km, hour, weekday, weather = (g.columns(g.features, [i]) for i in range(len(NAMES)))
    far = g.add("Log", g.add("Add", km, [1.0]))

    def hat(value: str, knots: np.ndarray) -> str:
        """One at a knot, and straight to nothing at its neighbours; for whole numbers a choice."""
        return g.add("Max", g.add("Sub", [1.0], g.add("Abs", g.add("Sub", value, [knots]))), [0.0])

    away = g.add("Abs", g.add("Sub", hour, [HOURS]))
    near = g.add("Min", away, g.add("Sub", [24.0], away))
    hats = g.add("Max", g.add("Sub", [1.0], g.add("Mul", near, [0.5])), [0.0])
    # Monday to Thursday are one kind of day: 4 stands for all of them.
    days = hat(g.add("Max", weekday, [4.0]), np.array([4.0, 5.0, 6.0, 7.0]))
    parts = [g.add("Mul", g.columns(days, [kind]), hats) for kind in range(4)]
    kinds = g.add("Concat", *parts, hat(weather, WEATHERS), axis=1)
    basis = g.add("Concat", kinds, g.add("Mul", kinds, far), g.add("Max", g.add("Sub", far, [KNOTS]), [0.0]), axis=1)
    raw = g.add("Max", g.add("Sub", g.add("Exp", g.add("MatMul", basis, weights)), [1.0]), [0.0])
    quantiles = [g.columns(raw, [0])]
    for place in range(1, len(LEVELS)):
        quantiles.append(g.add("Max", quantiles[-1], g.columns(raw, [place])))
    for minutes, name in zip(quantiles, OUTPUTS):
        g.result(minutes, name)
    # The distribution function at 15 minutes: straight between quantiles, exponential beyond the last.
    low, below = g.constant([0.0]), None
    for level, share, high in zip(LEVELS, np.diff([0.0, *LEVELS]), quantiles):
        width = g.add("Max", g.add("Sub", high, low), [1e-3])
        part = g.add("Min", g.add("Max", g.add("Div", g.add("Sub", [LATE], low), width), [0.0]), [1.0])
        part = g.add("Mul", part, [float(share)])
        below = part if below is None else g.add("Add", below, part)
        low = high
    tail = g.add("Max", g.add("Sub", quantiles[-1], quantiles[-2]), [1e-3])
    scale = g.add("Mul", tail, [1 / math.log((1 - LEVELS[-2]) / (1 - LEVELS[-1]))])
    past = g.add("Max", g.add("Sub", [LATE], quantiles[-1]), [0.0])
    rest = g.add("Mul", g.add("Sub", [1.0], g.add("Exp", g.add("Neg", g.add("Div", past, scale)))), [1 - LEVELS[-1]])
    g.result(g.add("Sub", [1.0], g.add("Add", below, rest)), OUTPUTS[-1])
    return g.bytes(OUTPUTS)
