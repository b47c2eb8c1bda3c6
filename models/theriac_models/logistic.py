"""Logistic regression on columns with gaps: mean imputation, scaling and Platt calibration in one piece."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

# Parameters are kept to this many decimals: far finer than their error, coarse enough that another processor's
# order of additions gives the same bytes.
DECIMALS = 6
# A setting that was chosen once and not searched: scikit-learn's default strength of the ridge penalty.
RIDGE_C = 1.0


@dataclass(frozen=True)
class Calibrated:
    """`risk = sigmoid(slope * (bias + Σ weight * (value - mean) / scale) + offset)`; a gap counts as the mean."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: float
    slope: float
    offset: float

    def logit(self, x: np.ndarray) -> np.ndarray:
        filled = np.where(np.isnan(x), self.mean, x)
        return self.slope * ((filled - self.mean) / self.scale @ self.weights + self.bias) + self.offset

    def risk(self, x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-self.logit(x)))


def _fit(x: np.ndarray, y: np.ndarray, slope: float = 1.0, offset: float = 0.0) -> Calibrated:
    mean, scale = np.nanmean(x, axis=0).round(DECIMALS), np.nanstd(x, axis=0).round(DECIMALS)
    z = (np.where(np.isnan(x), mean, x) - mean) / scale
    model = LogisticRegression(C=RIDGE_C, solver="newton-cholesky", tol=1e-10).fit(z, y)
    bias = float(model.intercept_[0].round(DECIMALS))
    return Calibrated(mean, scale, model.coef_[0].round(DECIMALS), bias, slope, offset)


def fit(x: np.ndarray, y: np.ndarray) -> Calibrated:
    """Fits weights on all rows; fits Platt's slope and offset on logits of rows that the weights did not see."""
    held_out = np.empty(len(y))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        held_out[test] = _fit(x[train], y[train]).logit(x[test])
    platt = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(held_out[:, None], y)
    return _fit(x, y, float(platt.coef_[0, 0].round(DECIMALS)), float(platt.intercept_[0].round(DECIMALS)))
