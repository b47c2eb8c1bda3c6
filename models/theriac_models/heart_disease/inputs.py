"""What the model asks for, and where in FHIR each value comes from."""

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
# The exercise test and the kind of chest pain have no LOINC code that means exactly what the hospitals recorded
# (8867-4 is a heart rate at any moment, not the highest one under load). A site that has them maps its own codes
# to these.
LOCAL = "urn:theriac:heart-disease"
YES_NO = [
    {"system": SNOMED, "code": "373066001", "value": 1},
    {"system": SNOMED, "code": "373067005", "value": 0},
]


def _code(system: str, code: str, display: str) -> dict:
    return {"system": system, "code": code, "display": display}


INPUTS = [
    {
        "name": "age",
        "description": "Age in completed years",
        "unit": "a",
        "range": [28, 77],
        "missing": "refuse",
        "source": {"from": "patient-age"},
    },
    {
        "name": "sex",
        "description": "Administrative sex: 0 female, 1 male; the data know no other",
        "unit": "1",
        "range": [0, 1],
        "categories": [{"value": 0, "meaning": "female"}, {"value": 1, "meaning": "male"}],
        "missing": "refuse",
        "source": {"from": "patient-gender", "values": {"female": 0, "male": 1}},
    },
    {
        "name": "systolic_pressure",
        "description": "Systolic blood pressure at rest",
        "unit": "mm[Hg]",
        "range": [80, 200],
        "missing": "impute-in-graph",
        "source": {"from": "observation", "codes": [_code(LOINC, "8480-6", "Systolic blood pressure")]},
    },
    {
        "name": "cholesterol",
        "description": "Total cholesterol in serum or plasma",
        "unit": "mg/dL",
        "substance": "cholesterol",
        "range": [85, 603],
        "missing": "impute-in-graph",
        "source": {
            "from": "observation",
            "codes": [
                _code(LOINC, "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"),
                _code(LOINC, "14647-2", "Cholesterol [Moles/volume] in Serum or Plasma"),
            ],
        },
    },
    {
        "name": "fasting_glucose",
        "description": "Fasting glucose; the model knows only whether it is above 120 mg/dL",
        "unit": "mg/dL",
        "substance": "glucose",
        "range": [30, 600],
        "missing": "impute-in-graph",
        # 2339-0 (glucose in blood) and 2345-7 (in serum) are left out: nothing says that the patient fasted.
        "source": {
            "from": "observation",
            "codes": [
                _code(LOINC, "1558-6", "Fasting glucose [Mass/volume] in Serum or Plasma"),
                _code(LOINC, "14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma"),
            ],
        },
    },
    {
        "name": "chest_pain",
        "description": "Kind of chest pain",
        "unit": "1",
        "range": [1, 4],
        "categories": [
            {"value": 1, "meaning": "typical angina"},
            {"value": 2, "meaning": "atypical angina"},
            {"value": 3, "meaning": "non-anginal pain"},
            {"value": 4, "meaning": "no pain (recorded as asymptomatic)"},
        ],
        "missing": "impute-in-graph",
        # The answers are those of DICOM CID 3202, chest pain.
        "source": {
            "from": "coded-observation",
            "codes": [_code(LOCAL, "chest-pain", "Kind of chest pain")],
            "answers": [
                {"system": SNOMED, "code": "429559004", "value": 1},
                {"system": SNOMED, "code": "371807002", "value": 2},
                {"system": SNOMED, "code": "274668005", "value": 3},
                {"system": SNOMED, "code": "161971004", "value": 4},
            ],
        },
    },
    {
        "name": "maximum_heart_rate",
        "description": "Highest heart rate in an exercise test",
        "unit": "/min",
        "range": [60, 202],
        "missing": "impute-in-graph",
        "source": {"from": "observation", "codes": [_code(LOCAL, "maximum-heart-rate", "Highest heart rate under load")]},
    },
    {
        "name": "exercise_angina",
        "description": "Angina brought on by exercise: 0 no, 1 yes",
        "unit": "1",
        "range": [0, 1],
        "categories": [{"value": 0, "meaning": "no"}, {"value": 1, "meaning": "yes"}],
        "missing": "impute-in-graph",
        "source": {
            "from": "coded-observation",
            "codes": [_code(LOCAL, "exercise-angina", "Angina brought on by exercise")],
            "answers": YES_NO,
        },
    },
    {
        "name": "st_depression",
        "description": "Depression of the ST segment by exercise, against rest; 1 mm is 0.1 mV",
        "unit": "mm",
        "range": [-2.6, 6.2],
        "missing": "impute-in-graph",
        "source": {"from": "observation", "codes": [_code(LOCAL, "st-depression", "ST depression by exercise")]},
    },
]
NAMES = [value["name"] for value in INPUTS]
# The inputs that only a cardiac work-up gives. Where all are missing, weights of their own are used, fitted to
# age, sex, blood pressure, cholesterol and glucose alone.
WORK_UP = ["chest_pain", "maximum_heart_rate", "exercise_angina", "st_depression"]
