"""What a clinical model is made of, and short ways to describe its inputs."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .learner import Recipe

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


@dataclass(frozen=True)
class Data:
    """Inputs in the manifest's order, outcome 0 or 1, and groups for the card by name (True: in the group).

    Where `together` numbers the rows, the AUC is also measured with rows of one number in one fold. `outcomes` are others
    by name, on which the card shows what the same recipe and rules reach.
    """

    x: np.ndarray
    y: np.ndarray
    groups: dict[str, np.ndarray]
    together: np.ndarray | None = None
    outcomes: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """One model. `affected` says who has the outcome, as in "of those who died". `rules` are baselines: each gives a risk
    for every row; `site` names groups to leave out in turn.

    Scores are means over `shuffles` of the rows into `folds`. The conformal sets hold the truth with `confidence`: where a
    model is right more often than that, many sets would have no answer at all, so that it takes a confidence above
    its share of right answers, and an abstention says that either answer is possible.
    """

    name: str
    description: str
    affected: str
    use: str
    limits: list[str]
    inputs: list[dict]
    recipe: Recipe
    load: Callable[[], Data]
    threshold: float
    reason: str
    source: dict
    notes: list[str]
    rules: dict[str, Callable[[np.ndarray], np.ndarray]] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    folds: int = 5
    shuffles: int = 1
    confidence: float = 0.9
    version: str = "1.0.0"
    rows_kept: str = "deduplicated"


def number(name: str, description: str, unit: str, model: str, code: str | None = None) -> dict:
    """A measured value: by LOINC code, or by a code of the model's own where LOINC has none that means exactly this."""
    at = {"system": LOINC, "code": code} if code else {"system": f"urn:theriac:{model}", "code": name.replace("_", "-")}
    source = {"from": "observation", "codes": [at | {"display": description}]}
    return {"name": name, "description": description, "unit": unit, "missing": "impute-in-graph", "source": source}


def glucose(value: dict, code: str) -> dict:
    """A concentration of glucose, which half of the world reports in mmol/L under another code, this one."""
    [mass] = value["source"]["codes"]
    codes = [mass, {**mass, "code": code, "display": f"{mass['display']}, as amount of substance"}]
    return {**value, "substance": "glucose", "source": {**value["source"], "codes": codes}}


def category(name: str, description: str, model: str, kinds: list[str]) -> dict:
    """A coded answer; its value is the place in the list, from 0."""
    system = f"urn:theriac:{model}"
    answers = [{"system": system, "code": f"{name.replace('_', '-')}-{i}", "value": i} for i in range(len(kinds))]
    codes = [{"system": system, "code": name.replace("_", "-"), "display": description}]
    return {
        "name": name, "description": description, "unit": "1", "missing": "impute-in-graph",
        "categories": [{"value": i, "meaning": kind} for i, kind in enumerate(kinds)],
        "source": {"from": "coded-observation", "codes": codes, "answers": answers},
    }


def yes_no(name: str, description: str, model: str) -> dict:
    """A question answered by SNOMED CT's yes or no."""
    found = category(name, f"{description}: 0 no, 1 yes", model, ["no", "yes"])
    found["source"]["answers"] = [
        {"system": SNOMED, "code": "373066001", "value": 1},
        {"system": SNOMED, "code": "373067005", "value": 0},
    ]
    return found


def age() -> dict:
    return {"name": "age", "description": "Age in completed years", "unit": "a", "missing": "refuse", "source": {"from": "patient-age"}}


def sex() -> dict:
    return {
        "name": "sex", "description": "Administrative sex: 0 female, 1 male; the data know no other", "unit": "1",
        "categories": [{"value": 0, "meaning": "female"}, {"value": 1, "meaning": "male"}], "missing": "refuse",
        "source": {"from": "patient-gender", "values": {"female": 0, "male": 1}},
    }


def with_ranges(inputs: list[dict], x: np.ndarray) -> list[dict]:
    """The inputs with the training data's ranges, widened to whole hundredths, where they have none of their own."""
    def bounds(i: int) -> list[float]:
        return [math.floor(float(np.nanmin(x[:, i])) * 100) / 100, math.ceil(float(np.nanmax(x[:, i])) * 100) / 100]

    return [{**value, "range": value.get("range") or bounds(i)} for i, value in enumerate(inputs)]


def numbers(rows: list[dict[str, str]], column: str) -> np.ndarray:
    """A column of a CSV file; empty cells are missing."""
    return np.array([float(row[column]) if row[column].strip() not in ("", "?") else np.nan for row in rows])
