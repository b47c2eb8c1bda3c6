"""Onset of diabetes within five years (Pima Indians Diabetes: Smith and others, 1988)."""

import numpy as np

from ..clinical.folder import build_with
from ..clinical.learner import Recipe
from ..clinical.rda import frame
from ..clinical.spec import Data, Spec, age, glucose, number
from ..supply.sources import Fetched, debian_member

NAME = "diabetes"
DEB = "https://deb.debian.org/debian/pool/main/r/r-cran-mlbench/r-cran-mlbench_2.1-3-1_amd64.deb"
MEMBER = "usr/lib/R/site-library/mlbench/data/PimaIndiansDiabetes2.rda"
DATA = Fetched(
    "PimaIndiansDiabetes2.rda", DEB, "986f0c7dab95708aee2d1d8f8ae8fe6f03fdd93008ee83b5716dce1516e5c1fc", lambda deb: debian_member(deb, MEMBER)
)
COLUMNS = ["age", "glucose", "mass", "pregnant", "pressure", "triceps", "insulin", "pedigree"]


def load() -> Data:
    columns = frame(DATA.read())
    x = np.column_stack([columns[name] for name in COLUMNS]).round(6)
    y = columns["diabetes"] - 1
    years = x[:, 0]
    return Data(x, y, {"under 30 years": years < 30, "30 to 44 years": (years >= 30) & (years < 45), "45 years and over": years >= 45})


SPEC = Spec(
    NAME,
    "Probability that a woman develops diabetes within five years of the examination.",
    "who fell ill",
    "Choosing adult women for a closer look at their glucose metabolism.",
    [
        "Learned from Pima women of 21 years and over, of whom a third fell ill: recalibrate for any other population.",
        "Women only: no result for men may be derived.",
        "No substitute for a physician's judgement, and not a medical device.",
    ],
    [
        age(),
        glucose(number("glucose", "Plasma glucose 2 hours after 75 g glucose by mouth", "mg/dL", NAME, "1518-0"), "14995-5"),
        number("body_mass_index", "Body mass index", "kg/m2", NAME, "39156-5"),
        number("pregnancies", "Number of pregnancies", "1", NAME, "11996-6"),
        number("diastolic_pressure", "Diastolic blood pressure", "mm[Hg]", NAME, "8462-4"),
        number("triceps_skinfold", "Thickness of the skin fold at the triceps", "mm", NAME),
        number("insulin", "Serum insulin after 2 hours", "u[IU]/mL", NAME),
        number("pedigree", "Diabetes pedigree function of the study", "1", NAME),
    ],
    Recipe({}, c=0.05, hinges=True, indicators=False, trees=120, leaves=6, rate=0.03, least=15),
    load,
    0.35,
    "The share of women who fell ill: above it a woman's risk is higher than the average of the study.",
    {"name": "Pima Indians Diabetes, corrected (mlbench PimaIndiansDiabetes2)", "origin": "Debian r-cran-mlbench 2.1-3-1, data/PimaIndiansDiabetes2.rda; originally UCI", "sha256": DATA.sha256, "licence": "see the r-cran-mlbench package"},
    ["Impossible zeros count as missing, as the corrected data set has them.", "No two rows are alike."],
    {"glucose alone, 140 mg/dL and over": lambda x: (x[:, 1] >= 140).astype(float)},
)


build = build_with(SPEC)
