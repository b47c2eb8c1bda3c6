"""Scores on held-out rows, and the quantiles that a drift watch compares with: deciles, as PSI and KS use them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from .. import conformal
from ..scores import calibration_line
from .learner import fit
from .spec import Data, Spec

RESAMPLES = 400


def _measures(y: np.ndarray, risk: np.ndarray, threshold: float) -> dict[str, float]:
    above = risk >= threshold
    return {
        "accuracy": float(((risk >= 0.5) == y).mean()),
        "auc": float(roc_auc_score(y, risk)),
        "brier": float(brier_score_loss(y, np.clip(risk, 0, 1))),
        "sensitivity": float(above[y == 1].mean()),
        "specificity": float((~above[y == 0]).mean()),
    }


def measures(
    y: np.ndarray, risks: Sequence[np.ndarray], threshold: float, resamples: int = RESAMPLES
) -> dict[str, dict[str, float]]:
    """Each measure as the mean over the shuffles, with its 95 % interval from resampled rows."""
    def mean(rows: np.ndarray) -> dict[str, float]:
        each = [_measures(y[rows], risk[rows], threshold) for risk in risks]
        return {key: float(np.mean([one[key] for one in each])) for key in each[0]}

    generator, draws = np.random.default_rng(0), []
    while len(draws) < resamples:
        rows = generator.integers(0, len(y), len(y))
        if 0 < y[rows].sum() < len(y):
            draws.append(mean(rows))
    found = {}
    for key, value in mean(np.arange(len(y))).items():
        low, high = np.percentile([draw[key] for draw in draws], [2.5, 97.5])
        found[key] = {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}
    return found


def fold_auc(y: np.ndarray, risks: Sequence[np.ndarray], parts: Sequence[list], weight: np.ndarray | None = None) -> float:
    """The mean AUC of all folds of all shuffles.

    Over all rows at once, risks of differently fitted models would be compared, which pulls the AUC of a weak model down
    (Forman and Scholz, Apples-to-apples in cross-validation studies, SIGKDD Explorations 12, 2010).
    """
    weight = np.ones(len(y)) if weight is None else weight
    each = [roc_auc_score(y[test], risk[test], sample_weight=weight[test]) for risk, part in zip(risks, parts) for _, test in part]
    return float(np.mean(each))


def fold_auc_score(y: np.ndarray, risks: Sequence[np.ndarray], parts: Sequence[list]) -> dict[str, float]:
    """The same with its 95 % interval from resampled rows."""
    generator = np.random.default_rng(0)
    counts = [np.bincount(generator.integers(0, len(y), len(y)), minlength=len(y)) for _ in range(RESAMPLES)]
    low, high = np.percentile([fold_auc(y, risks, parts, count) for count in counts], [2.5, 97.5])
    return {"value": round(fold_auc(y, risks, parts), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def folds(y: np.ndarray, count: int = 5, shuffle: int = 1):
    return list(StratifiedKFold(count, shuffle=True, random_state=shuffle).split(np.zeros(len(y)), y))


def held_out(x: np.ndarray, y: np.ndarray, recipe, parts) -> np.ndarray:
    """Every row's risk from a model that was fitted, calibrated and filled without its fold."""
    risk = np.empty(len(y))
    for train, test in parts:
        risk[test] = fit(x[train], y[train], recipe).risk(x[test])
    return risk


def calibration(y: np.ndarray, risk: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Bins of equal size: rows, mean risk, share with the outcome."""
    parts = np.array_split(np.argsort(risk, kind="stable"), bins)
    return [{"rows": len(p), "risk": round(float(risk[p].mean()), 4), "observed": round(float(y[p].mean()), 4)} for p in parts]


def reference(values: np.ndarray, edges: Sequence[float] = ()) -> dict[str, list[float]]:
    """Edges, by default the deciles of an input in training, and the share of its values in each bucket (upper edge included)."""
    known = values[~np.isnan(values)]
    edges = np.array(edges) if len(edges) else np.unique(np.quantile(known, np.linspace(0.1, 0.9, 9)).round(6))
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    shares = (counts / len(known)).round(8)
    shares[shares.argmax()] += 1 - shares.sum()
    return {"edges": edges.tolist(), "shares": shares.round(8).tolist()}


def other_outcomes(spec: Spec, data: Data, x: np.ndarray, risks: Sequence[np.ndarray]) -> dict:
    """AUC of the same recipe, trained for another outcome, and of the rules; one shuffle, but where it is the model's own."""
    def auc(y: np.ndarray, each: Sequence[np.ndarray]) -> dict[str, float]:
        return measures(y, each, spec.threshold, 200)["auc"]

    found = {}
    for name, y in data.outcomes.items():
        own = risks if np.array_equal(y, data.y) else [held_out(x, y, spec.recipe, folds(y, spec.folds))]
        found[name] = {"with it": int(y.sum()), "this model": auc(y, own)} | {rule: auc(y, [points(x)]) for rule, points in spec.rules.items()}
    return found


def evaluate(spec: Spec, data: Data, x: np.ndarray) -> dict:
    """All that the card and the table of results show; `x` are the inputs as the graph sees them."""
    y, groups = data.y, data.groups
    parts = [folds(y, spec.folds, shuffle) for shuffle in range(1, spec.shuffles + 1)]
    risks = [held_out(x, y, spec.recipe, part) for part in parts]
    simple = replace(spec.recipe, trees=0, hinges=False, indicators=False)
    plain = [held_out(x, y, simple, part) for part in parts]
    baselines = {"logistic regression": measures(y, plain, spec.threshold)}
    baselines |= {name: measures(y, [rule(x)], 0.5) for name, rule in spec.rules.items()}
    risk = risks[0]
    slope, intercept = calibration_line(y, np.clip(risk, 1e-6, 1 - 1e-6))
    in_groups = {
        name: {"rows": int(mask.sum()), "share": round(float(y[mask].mean()), 4), "risk": round(float(risk[mask].mean()), 4)}
        | measures(y[mask], [one[mask] for one in risks], spec.threshold, 200)
        for name, mask in groups.items()
        if mask.sum() >= 30 and min(y[mask].sum(), (1 - y[mask]).sum()) >= 8
    }
    sites = {}
    for site in spec.sites:
        away = fit(x[~groups[site]], y[~groups[site]], spec.recipe).risk(x[groups[site]])
        sites[site] = measures(y[groups[site]], [away], spec.threshold, 200)
    times = f"{spec.shuffles} times " if spec.shuffles > 1 else ""
    found = {
        "model_name": spec.name, "rows": len(y), "share": round(float(y.mean()), 4), "protocol": f"{times}{spec.folds} stratified folds, {spec.rows_kept}",
        "threshold": spec.threshold, "model": measures(y, risks, spec.threshold), "baselines": baselines,
        "calibration_line": {"slope": round(slope, 3), "intercept": round(intercept, 3)},
        "calibration": calibration(y, risk), "conformal": conformal.evaluate(y, risk, spec.confidence, folds(y)),
        "groups": in_groups, "left_out_sites": sites,
    }
    if data.outcomes:
        found["outcomes"] = other_outcomes(spec, data, x, risks)
    if data.together is not None:
        whole = list(StratifiedGroupKFold(spec.folds, shuffle=True, random_state=1).split(x, y, data.together))
        apart = held_out(x, y, spec.recipe, whole)
        found["shuffles"] = {
            "auc": [round(fold_auc(y, [risk], [part]), 4) for risk, part in zip(risks, parts)],
            "auc, equal rows together": round(fold_auc(y, [apart], [whole]), 4),
            "auc, all rows at once": found["model"]["auc"]["value"],
        }
        found["model"]["auc"] = fold_auc_score(y, risks, parts)
        baselines["logistic regression"]["auc"] = fold_auc_score(y, plain, parts)
    return found
