"""Scores of a binary risk, each with a 95 % interval from resampled patients."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

RESAMPLES = 2000


@dataclass(frozen=True)
class Score:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def accuracy(y: np.ndarray, risk: np.ndarray) -> float:
    return float(((risk >= 0.5) == y).mean())


def sensitivity(y: np.ndarray, risk: np.ndarray) -> float:
    return float((risk[y == 1] >= 0.5).mean())


def specificity(y: np.ndarray, risk: np.ndarray) -> float:
    return float((risk[y == 0] < 0.5).mean())


def auc(y: np.ndarray, risk: np.ndarray) -> float:
    return float(roc_auc_score(y, risk))


def brier(y: np.ndarray, risk: np.ndarray) -> float:
    return float(brier_score_loss(y, risk))


def score(measure, y: np.ndarray, risk: np.ndarray) -> Score:
    """The measure on all rows, and the 2.5 and 97.5 percentiles of it on resampled rows."""
    generator = np.random.default_rng(0)
    draws = []
    while len(draws) < RESAMPLES:
        rows = generator.integers(0, len(y), len(y))
        if 0 < y[rows].sum() < len(y):
            draws.append(measure(y[rows], risk[rows]))
    low, high = np.percentile(draws, [2.5, 97.5])
    return Score(measure(y, risk), float(low), float(high))


def calibration_line(y: np.ndarray, risk: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the outcome on the predicted logit: 1 and 0 are perfect."""
    logit = np.log(risk / (1 - risk))
    line = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(logit[:, None], y)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def calibration_bins(y: np.ndarray, risk: np.ndarray, bins: int = 5) -> list[tuple[float, float, int, float, float]]:
    """Equal-width bins: from, to, patients, mean predicted, share observed."""
    which = np.minimum((risk * bins).astype(int), bins - 1)
    return [
        (b / bins, (b + 1) / bins, int((which == b).sum()), float(risk[which == b].mean()), float(y[which == b].mean()))
        for b in range(bins)
        if (which == b).any()
    ]
