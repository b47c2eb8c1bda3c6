"""A score with its 95 % interval, and how a binary risk is calibrated."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Score:
    """A value and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


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
