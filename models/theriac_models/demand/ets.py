"""The baseline: exponential smoothing with damped additive trend and seasons on logarithms, ETS(A,Ad,A).

Hyndman, Koehler, Ord, Snyder: Forecasting with Exponential Smoothing, 2008, table 2.1. Each series takes, at each
origin, the parameters out of a fixed grid whose one-step errors before the origin were smallest.
"""

from itertools import product

import numpy as np

GRID = np.array(list(product([0.05, 0.2, 0.4, 0.6, 0.8], [0.0, 0.02, 0.1], [0.0, 0.05, 0.15, 0.3], [0.8, 0.9, 0.98]))).T


def forecasts(logs: np.ndarray, origins: list[int], horizons: int) -> dict[int, np.ndarray]:
    """Logarithms `[series, horizons]` by origin."""
    alpha, beta, gamma, phi = GRID[:, None, :]
    series, candidates = len(logs), GRID.shape[1]
    level = np.tile(logs[:, :12].mean(axis=1)[:, None], (1, candidates))
    slope = np.tile(((logs[:, 12:24] - logs[:, :12]).mean(axis=1) / 12)[:, None], (1, candidates))
    seasons = [np.tile((logs[:, m] - logs[:, :12].mean(axis=1))[:, None], (1, candidates)) for m in range(12)]
    loss, out = np.zeros((series, candidates)), {}
    for at in range(12, max(origins) + 1):
        if at in origins:
            best = loss.argmin(axis=1)
            take = (np.arange(series), best)
            damped = np.cumsum([phi[0][best] ** h for h in range(1, horizons + 1)], axis=0)
            out[at] = np.column_stack([
                level[take] + damped[h] * slope[take] + seasons[(at + h) % 12][take] for h in range(horizons)
            ])
        if at == max(origins):
            break
        season = seasons[at % 12]
        error = logs[:, at][:, None] - (level + phi * slope + season)
        if at >= 24:
            loss += error**2
        level = level + phi * slope + alpha * error
        slope = phi * slope + beta * error
        seasons[at % 12] = season + gamma * error
    return out
