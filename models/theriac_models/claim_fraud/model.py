"""A logistic regression on hinges of four ratios, calibrated by its own likelihood, as plain operators."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from ..supply.graph import Graph
from .data import NAMES

KNOTS = {"charge": [0.15, 0.3, 0.5], "fee": [0.4, 0.7, 1.1], "claims": [0.4, 0.8, 1.1], "recent": [0.2, 0.5, 0.8]}
# A claim repeated after so many days counts exp(-1) of one repeated at once.
MEMORY = 3.0


def ratios(x: np.ndarray) -> np.ndarray:
    """Logarithms of charge to what is usual for code and provider, fee and claims to the usual; nearness of a repeat."""
    charge, fee, units, markup, usual_fee, since, today, usual = x.T
    return np.column_stack([np.log(charge / (fee * units * markup)), np.log(fee / usual_fee), np.log(today / usual), np.exp(-since / MEMORY)])


def columns(x: np.ndarray) -> np.ndarray:
    found = ratios(x)
    return np.hstack([found, *(np.maximum(found[:, [i]] - knots, 0) for i, knots in enumerate(KNOTS.values()))])


def fit(x: np.ndarray, fraud: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=10.0, solver="newton-cholesky", tol=1e-8, max_iter=200).fit(columns(x), fraud)


def graph(model: LogisticRegression) -> bytes:
    g = Graph("claim-fraud", NAMES)
    charge, fee, units, markup, usual_fee, since, today, usual = (g.columns("features", [i]) for i in range(len(NAMES)))
    expected = g.add("Mul", g.add("Mul", fee, units), markup)
    found = [
        g.add("Log", g.add("Div", charge, expected)),
        g.add("Log", g.add("Div", fee, usual_fee)),
        g.add("Log", g.add("Div", today, usual)),
        g.add("Exp", g.add("Mul", since, [-1 / MEMORY])),
    ]
    hinges = [g.add("Max", g.add("Sub", value, [knots]), [0.0]) for value, knots in zip(found, KNOTS.values())]
    logit = g.add("MatMul", g.add("Concat", *found, *hinges, axis=1), model.coef_.T)
    g.add("Sigmoid", g.add("Add", logit, [model.intercept_]), output="risk")
    g.add("Add", found[0], [0.0], output="rule")
    return g.bytes(["risk", "rule"])
