"""Scores of forecasts and alarms; intervals come from resampling whole blocks, because neighbours in time agree."""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import average_precision_score

from ..scores import Score

RESAMPLES = 1000


def resampled(measure: Callable[[np.ndarray], float], blocks: np.ndarray) -> Score:
    """The measure over all rows, with the 95 % interval from drawing the blocks anew.

    `blocks` gives each row's block (a series, or a stretch of time); `measure` takes row numbers.
    """
    generator = np.random.default_rng(0)
    members = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    draws = []
    for _ in range(RESAMPLES):
        value = measure(np.concatenate([members[i] for i in generator.integers(0, len(members), len(members))]))
        if np.isfinite(value):
            draws.append(value)
    low, high = np.percentile(draws, [2.5, 97.5])
    return Score(float(measure(np.arange(len(blocks)))), float(low), float(high))


def wape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Sum of absolute errors over the sum of what came, in per cent."""
    return float(100 * np.abs(actual - forecast).sum() / np.abs(actual).sum())


def pr_auc(y: np.ndarray, score: np.ndarray) -> float:
    """Area under precision and recall (average precision); not a number without a positive row."""
    return float(average_precision_score(y, score)) if y.any() else float("nan")


def as_json(score: Score) -> dict[str, float]:
    return {"value": round(score.value, 5), "low": round(score.low, 5), "high": round(score.high, 5)}
