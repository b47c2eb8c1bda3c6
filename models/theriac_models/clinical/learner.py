"""Piecewise linear logistic regression and boosted trees, calibrated together on rows that neither saw."""

from dataclasses import dataclass, field

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

SEED = 0
KNOTS = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Recipe:
    """Settings of one model. `categories` gives the values of each category column, by column number; a `depth` of -1 is
    none but what the leaves allow. Of the columns in `limits` the data know only on which side of the limit a value is: the
    linear part sees 1 above it and 0 up to it, and trees find no other place to split at.
    """

    categories: dict[int, list[float]]
    c: float = 0.1
    hinges: bool = True
    indicators: bool = True
    trees: int = 0
    leaves: int = 15
    depth: int = -1
    rate: float = 0.04
    least: int = 20
    ridge: float = 1.0
    inputs_per_tree: float = 0.6
    limits: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Linear:
    """`logit = bias + weights · encode(x)`; a gap counts as the mean and may have an indicator of its own."""

    recipe: Recipe
    numbers: list[int]
    mean: np.ndarray
    scale: np.ndarray
    knots: np.ndarray
    weights: np.ndarray
    bias: float

    def logit(self, x: np.ndarray) -> np.ndarray:
        return encode(self.recipe, self.numbers, self.mean, self.scale, self.knots, x) @ self.weights + self.bias


@dataclass(frozen=True)
class Model:
    """`risk = sigmoid(stack · [linear logit, tree logit] + offset)`."""

    linear: Linear
    booster: lightgbm.Booster | None
    stack: np.ndarray
    offset: float

    def risk(self, x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-(_logits(self.linear, self.booster, x) @ self.stack + self.offset)))


def _values(recipe: Recipe, numbers: list[int], x: np.ndarray) -> np.ndarray:
    """The number columns, with sides instead of values where only sides are known; NaN stays NaN."""
    values = x[:, numbers]
    for column, limit in recipe.limits.items():
        place = numbers.index(column)
        values[:, place] = np.where(np.isnan(values[:, place]), np.nan, values[:, place] > limit)
    return values


def encode(recipe: Recipe, numbers, mean, scale, knots, x: np.ndarray) -> np.ndarray:
    """Scaled numbers, hinges at the quartiles, indicators of gaps, indicators of categories: in the graph's order."""
    values = _values(recipe, numbers, x)
    z = (np.where(np.isnan(values), mean, values) - mean) / scale
    parts = [z]
    if recipe.hinges:
        parts += [np.maximum(z - knot, 0) for knot in knots]
    if recipe.indicators:
        parts.append(np.isnan(values).astype(float))
    parts += [(x[:, [column]] == np.array(kinds)).astype(float) for column, kinds in recipe.categories.items()]
    return np.concatenate(parts, axis=1)


def _logistic(z: np.ndarray, y: np.ndarray, c: float) -> LogisticRegression:
    return LogisticRegression(C=c, solver="lbfgs", max_iter=2000, tol=1e-8).fit(z, y)


def fit_linear(x: np.ndarray, y: np.ndarray, recipe: Recipe) -> Linear:
    numbers = [column for column in range(x.shape[1]) if column not in recipe.categories and column not in recipe.limits]
    numbers += recipe.limits
    values = _values(recipe, numbers, x)
    mean = np.nanmean(values, axis=0).round(6)
    scale = np.maximum(np.nanstd(values, axis=0), 1e-3).round(6)
    knots = ((np.nanquantile(values, KNOTS, axis=0) - mean) / scale).round(6)
    model = _logistic(encode(recipe, numbers, mean, scale, knots, x), y, recipe.c)
    return Linear(recipe, numbers, mean, scale, knots, model.coef_[0].round(6), float(model.intercept_[0].round(6)))


def _fit_trees(x: np.ndarray, y: np.ndarray, recipe: Recipe) -> lightgbm.Booster | None:
    if not recipe.trees:
        return None
    settings = {
        "objective": "binary", "num_leaves": recipe.leaves, "max_depth": recipe.depth, "learning_rate": recipe.rate, "min_data_in_leaf": recipe.least,
        "lambda_l2": recipe.ridge, "feature_fraction": recipe.inputs_per_tree, "bagging_fraction": 0.8, "bagging_freq": 1, "seed": SEED,
        "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
    }
    return lightgbm.train(settings, lightgbm.Dataset(x, y), recipe.trees)


def _logits(linear: Linear, booster: lightgbm.Booster | None, x: np.ndarray) -> np.ndarray:
    columns = [linear.logit(x)]
    if booster is not None:
        columns.append(booster.predict(x, raw_score=True, num_threads=1))
    return np.column_stack(columns)


def fit(x: np.ndarray, y: np.ndarray, recipe: Recipe) -> Model:
    """Fits both learners on all rows; their weights and offset (Platt's calibration) on rows held out from them."""
    width = 2 if recipe.trees else 1
    held_out = np.empty((len(y), width))
    for train, test in StratifiedKFold(4, shuffle=True, random_state=SEED).split(x, y):
        held_out[test] = _logits(fit_linear(x[train], y[train], recipe), _fit_trees(x[train], y[train], recipe), x[test])
    platt = _logistic(held_out, y, 10.0)
    stack, offset = platt.coef_[0].round(6), float(platt.intercept_[0].round(6))
    return Model(fit_linear(x, y, recipe), _fit_trees(x, y, recipe), stack, offset)
