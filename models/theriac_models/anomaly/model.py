"""How far a month's demand is from what the months before said, in units of the series' own roughness."""

import numpy as np
from onnx import TensorProto

from ..demand.model import BACK, LAGS, LOG_DAYS, Weights, days_window, roughness, window
from ..supply.graph import Graph

OUTPUTS = ["surprise", "ratio", "rule"]
# Growth over twelve months, judged by the mean and spread of the 36 before: the simple rule.
GROWTHS = LAGS - 12


def judge(weights: Weights, logs: np.ndarray, at: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Surprise of column `at`, and the simple rule's score, by series."""
    lags, level = window(logs, at)
    expected = lags @ weights.lags[:, 0] + days_window(first + at - 1) @ weights.days[:, 0] + weights.bias[0] + level
    growth = lags[:, 12:] - lags[:, :-12]
    now = logs[:, at] - logs[:, at - 12]
    rule = np.abs(now - growth.mean(axis=1)) / (growth.std(axis=1) + 0.02)
    return np.abs(logs[:, at] - expected) / roughness(lags), rule


def graph(weights: Weights, inputs: list[str]) -> bytes:
    """Inputs are 49 months, of which the last is judged, and the number of the month before it."""
    g = Graph("supply-anomaly", inputs, wide=True)
    logs = g.add("Log", g.add("Max", g.columns(g.features, range(LAGS + 1)), [1.0]))
    level = g.mean(g.columns(logs, range(LAGS - 12, LAGS)), 12)
    lags = g.add("Sub", g.columns(logs, range(LAGS)), level)
    now = g.add("Sub", g.columns(logs, [LAGS]), level)
    month = g.add("Cast", g.columns("features", [LAGS + 1]), to=TensorProto.INT64)
    days = g.add("Gather", LOG_DAYS, g.add("Add", month, g.constant([np.arange(-BACK, 13)], np.int64)), axis=0)
    expected = g.add("Add", g.add("MatMul", lags, weights.lags[:, :1]), g.add("MatMul", days, weights.days[:, :1]))
    error = g.add("Sub", now, g.add("Add", expected, [weights.bias[:1]]))
    growth = g.add("Sub", g.columns(lags, range(12, LAGS)), g.columns(lags, range(GROWTHS)))
    centre = g.mean(growth, GROWTHS)
    far = g.add("Sub", growth, centre)
    rough = g.add("Add", g.mean(g.add("Abs", far), GROWTHS), [0.02])
    g.result(g.add("Div", g.add("Abs", error), rough), OUTPUTS[0])
    g.result(g.add("Exp", error), OUTPUTS[1])
    deviation = g.add("Add", g.add("Sqrt", g.mean(g.add("Mul", far, far), GROWTHS)), [0.02])
    step = g.add("Sub", g.add("Sub", now, g.columns(lags, [LAGS - 12])), centre)
    g.result(g.add("Div", g.add("Abs", step), deviation), OUTPUTS[2])
    return g.bytes(OUTPUTS)
