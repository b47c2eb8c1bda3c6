"""Honest scores of the heart disease model: every risk is for a patient that the weights have not seen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold

from .. import scores
from ..scores import Score
from .inputs import NAMES
from .model import Model, without_work_up


@dataclass(frozen=True)
class Result:
    """Scores of one set of held-out risks."""

    patients: int
    prevalence: float
    predicted: float
    accuracy: Score
    auc: Score
    brier: Score

    @classmethod
    def of(cls, y: np.ndarray, risk: np.ndarray) -> "Result":
        measured = [scores.score(measure, y, risk) for measure in (scores.accuracy, scores.auc, scores.brier)]
        return cls(len(y), float(y.mean()), float(risk.mean()), *measured)


@dataclass(frozen=True)
class Scores:
    work_up: Result
    history: Result
    stump: Result
    majority: float
    sensitivity: Score
    specificity: Score
    by_hospital: dict[str, tuple[Result, Result]]
    by_group: dict[str, Result]
    line: tuple[float, float]
    history_line: tuple[float, float]
    bins: list[tuple[float, float, int, float, float]]


Fitted = Callable[[np.ndarray], np.ndarray]


def held_out(x: np.ndarray, y: np.ndarray, fit: Callable[[np.ndarray, np.ndarray], Fitted]) -> np.ndarray:
    """Each patient's risk by the one of five models that was trained without that patient's fold."""
    risk = np.empty(len(y))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
        risk[test] = fit(x[train], y[train])(x[test])
    return risk


def _stump(x: np.ndarray, y: np.ndarray) -> Fitted:
    """The best single question found before: did the patient come without chest pain?"""
    column = NAMES.index("chest_pain")
    asymptomatic = x[:, column] == 4
    with_it, without_it = y[asymptomatic].mean(), y[~asymptomatic].mean()
    return lambda rows: np.where(rows[:, column] == 4, with_it, without_it)


def evaluate(x: np.ndarray, y: np.ndarray, site: np.ndarray) -> Scores:
    bare = without_work_up(x)

    def fit(rows: np.ndarray, outcome: np.ndarray) -> Fitted:
        return Model(rows, outcome).risk

    risk = held_out(x, y, fit)
    # The same models, asked about the same held-out patients, but without their work-up.
    history = held_out(x, y, lambda rows, outcome: lambda test: fit(rows, outcome)(without_work_up(test)))
    by_hospital = {}
    for hospital in sorted(set(site)):
        inside = site == hospital
        trained = fit(x[~inside], y[~inside])
        by_hospital[hospital] = tuple(Result.of(y[inside], trained(rows[inside])) for rows in (x, bare))
    age, sex = x[:, NAMES.index("age")], x[:, NAMES.index("sex")]
    groups = {
        "women": sex == 0,
        "men": sex == 1,
        "under 50 years": age < 50,
        "50 to 59 years": (age >= 50) & (age < 60),
        "60 years and over": age >= 60,
    } | {hospital: site == hospital for hospital in by_hospital}
    return Scores(
        work_up=Result.of(y, risk),
        history=Result.of(y, history),
        stump=Result.of(y, held_out(x, y, _stump)),
        majority=float(max(y.mean(), 1 - y.mean())),
        sensitivity=scores.score(scores.sensitivity, y, risk),
        specificity=scores.score(scores.specificity, y, risk),
        by_hospital=by_hospital,
        by_group={name: Result.of(y[rows], risk[rows]) for name, rows in groups.items()},
        line=scores.calibration_line(y, risk),
        history_line=scores.calibration_line(y, history),
        bins=scores.calibration_bins(y, risk),
    )
