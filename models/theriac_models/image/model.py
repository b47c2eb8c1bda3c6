"""A convolution whose filters are patches of training pictures, and a calibrated logistic regression on what it finds.

Filters taken from the data instead of learned ones: Coates, Ng and Lee, "An Analysis of Single-Layer Networks in
Unsupervised Feature Learning", 2011. What is left to fit has one optimum, so that two machines find the same model.
"""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.linear_model import LogisticRegression

from ..supply.graph import Graph

SIDE, DIGITS, KERNEL, POOL = 8, 10, 3, 2
FILTERS, SEED = 24, 0
# A patch of even brightness tells nothing; a filter answers only above this.
CONTRAST, BIAS, BRIGHTEST = 0.2, 0.1, 255.0
C, INNER = 10.0, 3
# Filters are multiples of this, so that 32 bits hold every sum over bytes exactly, in whatever order it is taken.
STEP = 1 / 1024


@dataclass(frozen=True)
class Model:
    """`softmax((pooled relu(x * filters - bias) · weights + offset) / temperature)`."""

    filters: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    temperature: float

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        return softmax((found(x, self.filters) @ self.weights + self.offset) / self.temperature, axis=1)


def blocks(rows: int, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and test rows of folds that are stretches of the file: one writer's digits stand together."""
    return [(np.setdiff1d(np.arange(rows), part), part) for part in np.array_split(np.arange(rows), count)]


def _patches(x: np.ndarray) -> np.ndarray:
    around = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    view = np.lib.stride_tricks.sliding_window_view(around, (KERNEL, KERNEL), axis=(1, 2))
    return view.reshape(len(x), SIDE, SIDE, KERNEL * KERNEL)


def _filters(x: np.ndarray) -> np.ndarray:
    patches = _patches(x).reshape(-1, KERNEL * KERNEL)
    patches = patches[patches.std(axis=1) > CONTRAST]
    chosen = patches[np.random.default_rng(SEED).choice(len(patches), FILTERS, replace=False)]
    chosen = chosen - chosen.mean(axis=1, keepdims=True)
    return np.round(chosen / np.linalg.norm(chosen, axis=1, keepdims=True) / STEP) * STEP


def found(x: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """How strongly each filter answers in each part of the picture; filter by filter, as ONNX flattens."""
    answers = np.maximum(_patches(x) @ filters.T - BIAS, 0)
    parts = answers.reshape(len(x), SIDE // POOL, POOL, SIDE // POOL, POOL, len(filters)).mean(axis=(2, 4))
    return parts.transpose(0, 3, 1, 2).reshape(len(x), -1)


def _logistic(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    model = LogisticRegression(C=C, max_iter=5000, tol=1e-5).fit(z, y)
    return model.coef_.T.round(4), model.intercept_.round(4)


def fit(x: np.ndarray, y: np.ndarray) -> Model:
    """The temperature (Guo and others, 2017) comes from stretches that the inner fits did not see."""
    logits = np.empty((len(y), DIGITS))
    for train, test in blocks(len(y), INNER):
        filters = _filters(x[train])
        weights, offset = _logistic(found(x[train], filters), y[train])
        logits[test] = found(x[test], filters) @ weights + offset
    loss = lambda t: -log_softmax(logits / t, axis=1)[np.arange(len(y)), y].mean()
    temperature = round(float(minimize_scalar(loss, bounds=(0.2, 10.0), method="bounded", options={"xatol": 1e-6}).x), 3)
    filters = _filters(x)
    return Model(filters, *_logistic(found(x, filters), y), temperature)


def graph(model: Model, inputs: list[str], outputs: list[str]) -> bytes:
    """The same in plain operators, from bytes to one probability per output: exact up to the regression, then 64 bits."""
    g = Graph("digit", inputs, wide=True)
    picture = g.add("Reshape", "features", g.constant([-1, 1, SIDE, SIDE], np.int64))
    kernels = g.constant(model.filters.reshape(FILTERS, 1, KERNEL, KERNEL), np.float32)
    floor = g.constant(np.full(FILTERS, -BIAS * BRIGHTEST), np.float32)
    answers = g.add("Conv", picture, kernels, floor, pads=[1, 1, 1, 1], kernel_shape=[KERNEL, KERNEL])
    pooled = g.add("AveragePool", g.add("Relu", answers), kernel_shape=[POOL, POOL], strides=[POOL, POOL])
    flat = g.add("Reshape", pooled, g.constant([-1, FILTERS * (SIDE // POOL) ** 2], np.int64))
    logits = g.add("MatMul", g.add("Cast", flat, to=TensorProto.DOUBLE), model.weights / BRIGHTEST)
    chances = g.add("Softmax", g.add("Mul", g.add("Add", logits, model.offset), [1 / model.temperature]), axis=1)
    for digit, output in enumerate(outputs):
        g.result(g.columns(chances, [digit]), output)
    return g.bytes(outputs)
