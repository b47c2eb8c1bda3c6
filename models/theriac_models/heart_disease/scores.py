"""Honest scores of the heart disease model: every risk is for a patient that the weights have not seen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold

from .. import conformal, scores
from ..clinical import evaluate as clinical
from .inputs import NAMES
from .model import Model, without_work_up

THRESHOLD, CONFIDENCE = 0.5, 0.9


@dataclass(frozen=True)
class Result:
    """Scores of one set of held-out risks; `measures` with their 95 % intervals by name."""

    patients: int
    prevalence: float
    predicted: float
    measures: dict[str, dict[str, float]]

    @classmethod
    def of(cls, y: np.ndarray, risk: np.ndarray) -> "Result":
        return cls(len(y), float(y.mean()), float(risk.mean()), clinical.measures(y, [risk], THRESHOLD))


@dataclass(frozen=True)
class Scores:
    work_up: Result
    history: Result
    stump: Result
    majority: float
    by_hospital: dict[str, tuple[Result, Result]]
    by_group: dict[str, Result]
    line: tuple[float, float]
    history_line: tuple[float, float]
    bins: list[tuple[float, float, int, float, float]]
    tenths: list[dict[str, float]]
    sets: dict
    history_sets: dict

    def as_json(self) -> dict:
        """As the other models of risk have them in `scores.json`."""
        baselines = {"the same patients without work-up": self.history, "came without chest pain": self.stump}
        slope, intercept = self.line
        return {
            "model_name": "heart-disease", "rows": self.work_up.patients, "share": round(self.work_up.prevalence, 4),
            "protocol": "5 stratified folds, deduplicated", "threshold": THRESHOLD, "model": self.work_up.measures,
            "baselines": {name: result.measures for name, result in baselines.items()},
            "calibration_line": {"slope": round(slope, 3), "intercept": round(intercept, 3)}, "calibration": self.tenths,
            "conformal": self.sets, "conformal, without work-up": self.history_sets,
            "groups": {
                name: {"rows": r.patients, "share": round(r.prevalence, 4), "risk": round(r.predicted, 4)} | r.measures
                for name, r in self.by_group.items()
            },
            "left_out_sites": {name: pair[0].measures for name, pair in self.by_hospital.items()},
        }


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
        by_hospital=by_hospital,
        by_group={name: Result.of(y[rows], risk[rows]) for name, rows in groups.items()},
        line=scores.calibration_line(y, risk),
        history_line=scores.calibration_line(y, history),
        bins=scores.calibration_bins(y, risk),
        tenths=clinical.calibration(y, risk),
        # One pair of limits for both kinds of patients: the wider of each, since the graph has one output.
        sets=conformal.evaluate(y, risk, CONFIDENCE, clinical.folds(y), [history]),
        history_sets=conformal.evaluate(y, history, CONFIDENCE, clinical.folds(y), [risk]),
    )
