"""A global regression on the logarithms of 48 months and on working days, averaged with exponential smoothing, with
intervals from past errors.

All series share the weights; smoothing with fixed parameters is linear in the 48 months too, so that the average is. What a series says of itself is its level (mean of the last 12 logarithms) and its
roughness (how much 12-month growth differed from month to month); errors scale with the latter.
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from ..supply.graph import Graph
from .calendar import log_working_days

LAGS, HORIZONS = 48, 12
PENALTY, ROUNDS = 10.0, 4
# Working days enter from 24 months before the latest month to 12 months after it.
BACK = 24
PROBABILITIES = [0.025, 0.1, 0.5, 0.9, 0.975]
LOG_DAYS = log_working_days()
# Limits come from the errors of this many origins, the latest whose months have come: in 2001 errors grew, later they shrank.
LATEST = 18
# Level, trend, seasons and damping of the smoothing, chosen on months before July 2001, which the scores leave out.
SMOOTHING = (0.3, 0.02, 0.3, 0.95)
# Logarithms further from the level than this are breaks of the series (a drug enters or leaves): not learned from.
BREAK = 1.5


def logarithm(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, 1.0))


def days_window(month: int) -> np.ndarray:
    """Logarithms of working days around the latest month."""
    return LOG_DAYS[month - BACK : month + HORIZONS + 1]


def days_projection(horizon: int) -> np.ndarray:
    """From the window of working days to the columns that the weights see: the target month against the last year,
    against the same month a year before, that month against the one a year earlier, and the last three months'."""
    out = np.zeros((BACK + HORIZONS + 1, 6))
    target = BACK + horizon
    out[target, 0] = 1.0
    out[BACK - 11 : BACK + 1, 0] -= 1 / 12
    out[target, 1], out[target - 12, 1] = 1.0, -1.0
    out[target - 12, 2], out[target - 24, 2] = 1.0, -1.0
    for back in range(3):
        out[BACK - back, 3 + back], out[BACK - back - 12, 3 + back] = 1.0, -1.0
    return out


def window(logs: np.ndarray, at: int) -> tuple[np.ndarray, np.ndarray]:
    """The 48 months before column `at` around their level, and the level."""
    last = logs[:, at - LAGS : at]
    level = last[:, -12:].mean(axis=1)
    return last - level[:, None], level


def roughness(lags: np.ndarray) -> np.ndarray:
    """Mean distance of 12-month growth from its mean over the last 36 months, and a floor of 0.02."""
    growth = lags[:, 12:] - lags[:, :-12]
    return np.abs(growth - growth.mean(axis=1, keepdims=True)).mean(axis=1) + 0.02


def _least_absolute(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Ridge weights for near-absolute errors, by reweighting (Huber, Robust Statistics, section 7.8)."""
    known = (np.abs(y) < BREAK).astype(float)
    weight = known
    for _ in range(ROUNDS):
        weighted = x * weight[:, None]
        beta = np.linalg.solve(x.T @ weighted + PENALTY * np.eye(x.shape[1]), weighted.T @ y)
        weight = known / np.maximum(3 * np.abs(y - x @ beta), 0.3)
    return beta


def smoothing() -> np.ndarray:
    """Weights `[48, 12]` of exponential smoothing with damped trend and seasons, ETS(A,Ad,A), started from the trend
    and the seasons that least squares finds in the same 48 months."""
    alpha, beta, gamma, phi = SMOOTHING
    months = np.arange(LAGS)
    seasonal = (months[:, None] % 12 == np.arange(12)).astype(float) - 1 / 12
    intercept, slope, *seasons = np.linalg.pinv(np.column_stack([np.ones(LAGS), months, seasonal]))
    level = intercept - slope
    for month, value in enumerate(np.eye(LAGS)):
        season = seasons[month % 12]
        error = value - (level + phi * slope + season)
        level = level + phi * slope + alpha * error
        slope = phi * slope + beta * error
        seasons[month % 12] = season + gamma * error
    damped = np.cumsum(phi ** np.arange(1, HORIZONS + 1))
    return np.column_stack([level + damped[h] * slope + seasons[(LAGS + h) % 12] for h in range(HORIZONS)])


@dataclass(frozen=True)
class Weights:
    """`lags [48, 12]`, `days [37, 12]` and `bias [12]`: logarithm of demand around the level, by horizon."""

    lags: np.ndarray
    days: np.ndarray
    bias: np.ndarray

    def forecast(self, logs: np.ndarray, at: int, first: int) -> np.ndarray:
        """Logarithms `[series, 12]` from what was known before column `at`."""
        lags, level = window(logs, at)
        return lags @ self.lags + days_window(first + at - 1) @ self.days + self.bias + level[:, None]


def fit(logs: np.ndarray, end: int, first: int) -> Weights:
    """Weights from columns before `end` alone."""
    windows = {at: window(logs, at) for at in range(LAGS, end)}
    columns, days, bias = [], [], []
    for horizon in range(1, HORIZONS + 1):
        origins = range(LAGS, end - horizon + 1)
        projection = days_projection(horizon)
        x = np.vstack([
            np.hstack([windows[at][0], np.tile(days_window(first + at - 1) @ projection, (len(logs), 1)), np.ones((len(logs), 1))])
            for at in origins
        ])
        beta = _least_absolute(x, np.concatenate([logs[:, at + horizon - 1] - windows[at][1] for at in origins]))
        columns.append(beta[:LAGS])
        days.append(projection @ beta[LAGS:-1])
        bias.append(beta[-1])
    return Weights((np.array(columns).T + smoothing()) / 2, np.array(days).T / 2, np.array(bias) / 2)


def quantiles(errors: np.ndarray) -> np.ndarray:
    """`[12, 5]`: quantiles of the latest scaled errors `[origins, series, 12]` (missing where a month had not come yet); the
    middle one is the forecast."""
    known = [errors[~np.isnan(errors[:, 0, h]), :, h] for h in range(HORIZONS)]
    found = np.array([np.quantile(one[-LATEST:], PROBABILITIES) for one in known])
    found[:, 2] = 0.0
    return found


def graph(weights: Weights, spread: np.ndarray, inputs: list[str], outputs: list[str]) -> bytes:
    """The same in plain operators, as multiples of the level; an input `month` chooses the working days."""
    g = Graph("demand", inputs, wide=True)
    values = g.columns(g.features, range(LAGS))
    logs = g.add("Log", g.add("Max", values, [1.0]))
    level = g.mean(g.columns(logs, range(LAGS - 12, LAGS)), 12)
    lags = g.add("Sub", logs, level)
    month = g.add("Cast", g.columns("features", [LAGS]), to=TensorProto.INT64)
    places = g.add("Add", month, g.constant([np.arange(-BACK, HORIZONS + 1)], np.int64))
    days = g.add("Gather", LOG_DAYS, places, axis=0)
    middle = g.add("Add", g.add("MatMul", lags, weights.lags), g.add("MatMul", days, weights.days))
    middle = g.add("Add", middle, [weights.bias])
    growth = g.add("Sub", g.columns(lags, range(12, LAGS)), g.columns(lags, range(LAGS - 12)))
    rough = g.mean(g.add("Abs", g.add("Sub", growth, g.mean(growth, LAGS - 12))), LAGS - 12)
    rough = g.add("Add", rough, [0.02])
    for place in range(len(PROBABILITIES)):
        logs_at = g.add("Add", middle, g.add("Mul", rough, [spread[:, place]]))
        demand = g.add("Exp", logs_at)
        for horizon in range(HORIZONS):
            g.result(g.columns(demand, [horizon]), outputs[place * HORIZONS + horizon])
    return g.bytes(outputs)
