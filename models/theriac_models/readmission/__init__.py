"""Readmission of inpatients with diabetes within 30 days (Strack and others, 2014)."""

import os
from pathlib import Path

import numpy as np

from ..clinical.folder import build_with
from ..clinical.learner import Recipe
from ..clinical.spec import Data, Spec, category, number, numbers, sex
from ..supply.sources import rows, verified

NAME = "readmission"
FILE = "readmission_diabetes.csv"
SHA256 = "963be458658aaec3274fe7a797fa8da9691339a155e3eff66e0c91dbd2503452"
AGES = [f"[{a}-{a + 10})" for a in range(0, 100, 10)]
ANSWERS = {
    "admission_source": ["Emergency", "Referral", "Other"],
    "blood_glucose": ["Normal", "High", "Very High"],
    "insurer": ["Medicare", "Private", "Self-Pay", "Medicaid"],
}
COUNTS = {
    "duration": ("Days in hospital", "d"),
    "n_previous_visits": ("Visits in the year before", "1"),
    "n_diagnoses": ("Number of diagnoses", "1"),
    "n_procedures": ("Number of procedures", "1"),
    "n_medications": ("Number of medications", "1"),
}


def read() -> bytes:
    """The part of the data that models may learn from: no public address has this part alone, only the whole."""
    folder = os.environ.get("THERIAC_DATA")
    if not folder or not (Path(folder) / FILE).is_file():
        raise SystemExit(f"{FILE} has no public address of its own: put it into a folder and name that in THERIAC_DATA")
    return verified((Path(folder) / FILE).read_bytes(), SHA256, FILE)


def load() -> Data:
    # Rows without a patient's number: two patients may well agree in these few columns. Of rows that agree in all
    # columns one stays, so that no copy is in a training and a test fold at once.
    people = [dict(row) for row in dict.fromkeys(tuple(r.items()) for r in rows(read()))]
    male = np.array([float(r["sex"] == "Male") for r in people])
    band = np.array([float(AGES.index(r["age"])) for r in people])
    asked = [np.array([float(kinds.index(r[key])) if r[key] in kinds else np.nan for r in people]) for key, kinds in ANSWERS.items()]
    race = np.array([r["race"] for r in people])
    groups = {"women": male == 0, "men": male == 1, "under 50 years": band < 5, "50 to 69 years": (band >= 5) & (band < 7), "70 years and over": band >= 7}
    groups |= {f"race recorded as {name}": race == name for name in ["Caucasian", "African American", "Hispanic", "Asian"]}
    x = np.column_stack([male, band, *asked, *(numbers(people, key) for key in COUNTS)])
    return Data(x, np.array([float(r["readmitted"] == "Yes") for r in people]), groups)


SPEC = Spec(
    NAME,
    "Probability that an inpatient with diabetes is back in hospital within 30 days of discharge. A weak model.",
    "Ordering a list of follow-up calls; not for any decision about a single patient.",
    [
        "Weak: it ranks little better than chance (see the card), because the data know little of the patient.",
        "American hospitals, 1999 to 2008; the data do not name the hospital.",
        "No substitute for a physician's judgement, and not a medical device.",
    ],
    [
        sex(),
        {**category("age_band", "Age in bands of ten years", NAME, AGES), "missing": "refuse"},
        *(category(key, key.replace("_", " ").capitalize(), NAME, kinds) for key, kinds in ANSWERS.items()),
        *(number(key, description, unit, NAME) for key, (description, unit) in COUNTS.items()),
    ],
    Recipe({i: list(map(float, range(n))) for i, n in enumerate([2, 10, 3, 3, 4])}, c=0.1, trees=200, leaves=12, rate=0.03, least=200),
    load,
    0.15,
    "About the highest 3 in 100 of risks: the few to call first.",
    {"name": "Diabetes 130-US hospitals, cleaned", "origin": "simonpcouch/readmission; originally https://doi.org/10.24432/C5230J", "sha256": SHA256, "licence": "MIT"},
    ["Race is not an input; it forms groups below."],
    {"visits in the year before, of 10": lambda x: np.minimum(x[:, 6] / 10, 1)},
)


build = build_with(SPEC)
