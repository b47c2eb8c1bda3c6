"""Conformal sets and intervals: what a result excludes, at a confidence that holds without an assumption on the model.

A quantile of all scores lets the common answer stand for the rare one: at 9 % with the outcome, a set that never says yes
is right for 91 %. Sets here take a quantile of each class, so that the confidence holds among those with the outcome and
among those without it (Vovk, "Conditional validity of inductive conformal predictors", ACML 2012). Cross-conformal: every
row's score comes from the fold that did not train on it (Vovk and others, "Algorithmic Learning in a Random World", 2005).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

DECIMALS = 6


def quantile(scores: np.ndarray, confidence: float) -> float:
    """The score that a new one exceeds with a chance of at most one minus the confidence, rounded up.

    With `n` scores that is the `ceil((n + 1) * confidence)`-th smallest; with fewer rows than it needs there is none.
    """
    place = int(np.ceil((len(scores) + 1) * confidence))
    if place > len(scores):
        raise ValueError(f"{len(scores)} rows say nothing at a confidence of {confidence}: lower it, or take more rows")
    step = 10.0**DECIMALS
    return float(np.ceil(np.sort(scores)[place - 1] * step) / step)


@dataclass(frozen=True)
class Limits:
    """Yes is in the set where one minus the risk is at most `yes`, no where the risk is at most `no`."""

    yes: float
    no: float

    @classmethod
    def of(cls, y: np.ndarray, risks: Sequence[np.ndarray], confidence: float) -> "Limits":
        """Of several risks of the same rows the wider limits, which hold for each."""
        yes, no = (max(quantile(score[y == truth], confidence) for score in side) for truth, side in ((1, [1 - r for r in risks]), (0, risks)))
        return cls(yes, no)

    def sets(self, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each risk, whether yes is in the set and whether no is."""
        return 1 - risk <= self.yes, risk <= self.no


def fresh(
    y: np.ndarray, risk: np.ndarray, confidence: float, parts: Iterable, others: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Every row's set by limits from the folds that it is not in."""
    yes, no = np.zeros(len(y), bool), np.zeros(len(y), bool)
    for train, test in parts:
        yes[test], no[test] = Limits.of(y[train], [one[train] for one in (risk, *others)], confidence).sets(risk[test])
    return yes, no


def _share(which: np.ndarray) -> float | None:
    """How many of them, or nothing where there are none."""
    return round(float(which.mean()), 4) if len(which) else None


def scores(y: np.ndarray, yes: np.ndarray, no: np.ndarray) -> dict[str, float | None]:
    """What the sets held of each class, how often they decided nothing, and how often a single answer was right."""
    outcome, certain = y == 1, yes != no
    return {
        "covered": _share(np.where(outcome, yes, no)), "covered_yes": _share(yes[outcome]), "covered_no": _share(no[~outcome]),
        "both": _share(yes & no), "none": _share(~yes & ~no), "accuracy_when_certain": _share((yes == outcome)[certain]),
        "only_yes": _share(yes & ~no), "right_yes": _share(outcome[yes & ~no]),
        "only_no": _share(no & ~yes), "right_no": _share(~outcome[no & ~yes]),
    }


def evaluate(y: np.ndarray, risk: np.ndarray, confidence: float, parts: Iterable, others: Sequence[np.ndarray] = ()) -> dict:
    """The limits that are shipped, from all rows, and what limits from other folds did to each row.

    `others` are risks of the same rows under other conditions, for which the limits must hold too.
    """
    limits = Limits.of(y, [risk, *others], confidence)
    measured = scores(y, *fresh(y, risk, confidence, parts, others))
    return {"confidence": confidence, "quantile_yes": limits.yes, "quantile_no": limits.no} | measured


def entry(output: str, found: dict) -> dict:
    """What the manifest says of an output."""
    return {"output": output, "score": "probability"} | {key: found[key] for key in ("confidence", "quantile_yes", "quantile_no")}


def text(found: dict, affected: str) -> str:
    """The card's paragraphs; `affected` says who has the outcome, as in "of those who died"."""
    low, high = sorted((1 - found["quantile_yes"], found["quantile_no"]))
    between = "both answers are" if found["quantile_no"] >= 1 - found["quantile_yes"] else "neither answer is"

    def right(answer: str) -> str:
        if not found[f"only_{answer}"]:
            return f"No row had {answer} alone."
        return f"{answer.capitalize()} alone came for {found[f'only_{answer}']:.1%}, and was right for {found[f'right_{answer}']:.1%} of them."

    certain = "" if found["accuracy_when_certain"] is None else f" Together {found['accuracy_when_certain']:.1%} of single answers were right."
    return f"""Conformal sets at a confidence of {found["confidence"]:.0%} within each class: yes is in the set from a risk of {1 - found["quantile_yes"]:.3f} on, no up to a
risk of {found["quantile_no"]:.3f}; between {low:.3f} and {high:.3f} {between} in it, and the model abstains.

On folds that did not set these limits: of those {affected}, yes was in the set for {found["covered_yes"]:.1%}; of the others, no was in the
set for {found["covered_no"]:.1%}. The model abstained for {found["both"] + found["none"]:.1%}: with both answers possible for {found["both"]:.1%}, with neither for {found["none"]:.1%}.
{right("yes")}
{right("no")}{certain}"""
