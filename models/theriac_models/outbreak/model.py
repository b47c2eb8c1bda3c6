"""Growth of the logarithm of weekly cases, 1 and 4 weeks ahead, by a regression for near-absolute errors."""

from dataclasses import dataclass

import numpy as np

from ..supply.graph import Graph

LAGS, HORIZONS = 56, (1, 4)
RECENT, YEAR = 6, 52.1775
PENALTY, ROUNDS = 100.0, 4
# Weeks weigh by this power of their latest cases. Weighing by the cases that came would favour growth.
POWER = 1.3
# A median higher than this above the year's highest logarithm is growth drawn out too far.
CEILING = 0.0
PROBABILITIES = [0.025, 0.1, 0.5, 0.9, 0.975]
# The spread of errors in the logarithm: a part that stays, and counting noise that grows where cases are few.
STEADY, COUNTING = 0.05, 1.0


def projection(horizon: int) -> np.ndarray:
    """From 56 logarithms, oldest first, to columns: the latest, recent differences, and last year's growth."""
    out, now = np.zeros((LAGS, RECENT + 3)), LAGS - 1
    out[now, 0] = 1.0
    for back in range(RECENT):
        out[now - back, 1 + back], out[now - back - 1, 1 + back] = 1.0, -1.0
    for shift in (-1, 0, 1):
        place = min(now - 52 + horizon + shift, now)
        out[place, RECENT + 1] += 1 / 3
        out[now - 52 + shift, RECENT + 1] -= 1 / 3
        out[place, RECENT + 2] += 1 / 3
    return out


def season(week: np.ndarray) -> np.ndarray:
    """Two harmonics of the year at a (fractional) week."""
    angle = 2 * np.pi * np.asarray(week)[:, None] * np.array([1.0, 2.0]) / YEAR
    return np.hstack([np.sin(angle), np.cos(angle)])


@dataclass(frozen=True)
class Weights:
    """Per horizon: of the columns, the season, the latest (and its square) times the season, its square and the bias."""

    columns: np.ndarray
    season: np.ndarray
    product: np.ndarray
    squares: np.ndarray
    rest: np.ndarray


def design(logs: np.ndarray, at: int, week: float, horizon: int) -> np.ndarray:
    lags = logs[:, at - LAGS : at] @ projection(horizon)
    year = np.tile(season(np.array([(week + at - 1 + horizon) % YEAR])), (len(logs), 1))
    latest = lags[:, :1]
    return np.hstack([lags, year, year * latest, year * latest**2, latest**2, np.ones((len(logs), 1))])


def fit(logs: np.ndarray, end: int, week: float, horizon: int) -> Weights:
    """Weights from weeks before `end` alone; weeks with many cases count more (by the square root)."""
    origins = range(LAGS, end - horizon + 1)
    x = np.vstack([design(logs, at, week, horizon) for at in origins])
    y = np.concatenate([logs[:, at + horizon - 1] - logs[:, at - 1] for at in origins])
    size = np.concatenate([np.exp(POWER * logs[:, at - 1]) for at in origins])
    size = np.minimum(size / size.mean(), 10.0)
    weight = size
    for _ in range(ROUNDS):
        weighted = x * weight[:, None]
        beta = np.linalg.solve(x.T @ weighted + PENALTY * np.eye(x.shape[1]), weighted.T @ y)
        weight = size / np.maximum(3 * np.abs(y - x @ beta), 0.3)
    return Weights(*np.split(beta, np.cumsum([RECENT + 3, 4, 4, 4])))


def forecast(weights: Weights, logs: np.ndarray, at: int, week: float, horizon: int) -> np.ndarray:
    beta = np.concatenate([weights.columns, weights.season, weights.product, weights.squares, weights.rest])
    highest = logs[:, at - LAGS : at].max(axis=1) + CEILING
    return np.minimum(np.maximum(design(logs, at, week, horizon) @ beta + logs[:, at - 1], 0.0), highest)


def spread(middle: np.ndarray) -> np.ndarray:
    return np.sqrt(STEADY + COUNTING / np.exp(middle))


def graph(name: str, weights: list[Weights], limits: list[np.ndarray], inputs: list[str], outputs: list[str]) -> bytes:
    """The same in plain operators: logarithms of cases plus one come out as cases."""
    g = Graph(name, inputs, wide=True)
    logs = g.add("Log", g.add("Add", g.columns(g.features, range(LAGS)), [1.0]))
    latest = g.columns(logs, [LAGS - 1])
    square = g.add("Mul", latest, latest)
    highest = g.add("Add", g.add("ReduceMax", logs, axes=[1], keepdims=1), [CEILING])
    week = g.columns(g.features, [LAGS])
    for place, horizon in enumerate(HORIZONS):
        w = weights[place]
        angle = g.add("Mul", g.add("Add", week, [float(horizon)]), [[2 * np.pi / YEAR, 4 * np.pi / YEAR]])
        year = g.add("Concat", g.add("Sin", angle), g.add("Cos", angle), axis=1)
        middle = g.add("MatMul", logs, (projection(horizon) @ w.columns)[:, None])
        middle = g.add("Add", middle, g.add("MatMul", year, w.season[:, None]))
        middle = g.add("Add", middle, g.add("Mul", latest, g.add("MatMul", year, w.product[:, None])))
        curve = g.add("Add", g.add("MatMul", year, w.squares[:, None]), [w.rest[0]])
        middle = g.add("Add", middle, g.add("Mul", square, curve))
        middle = g.add("Max", g.add("Add", g.add("Add", middle, [w.rest[1]]), latest), [0.0])
        middle = g.add("Min", middle, highest)
        wide = g.add("Sqrt", g.add("Add", [STEADY], g.add("Div", [COUNTING], g.add("Exp", middle))))
        for q in range(len(PROBABILITIES)):
            at = g.add("Max", g.add("Add", middle, g.add("Mul", wide, [limits[place][q]])), [0.0])
            g.result(g.add("Sub", g.add("Exp", at), [1.0]), outputs[place * len(PROBABILITIES) + q])
    return g.bytes(outputs)
