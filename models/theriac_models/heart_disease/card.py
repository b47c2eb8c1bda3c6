"""The heart disease model's card, with every number from the run that wrote it."""

import numpy as np

from .. import conformal
from ..clinical.card import cell
from ..clinical.evaluate import RESAMPLES

COLUMNS = [
    "age, years",
    "male",
    "systolic pressure, mm[Hg]",
    "cholesterol, mg/dL",
    "fasting glucose above 120 mg/dL",
    "maximum heart rate, /min",
    "exercise angina",
    "ST depression, mm",
    "typical angina",
    "atypical angina",
    "non-anginal pain",
]


def _rows(results) -> str:
    return "\n".join(
        f"| {name} | {r.patients} | {r.prevalence:.2f} | {r.predicted:.2f} | " + " | ".join(cell(r.measures[key]) for key in ("accuracy", "auc", "brier")) + " |"
        for name, r in results
    )


HEAD = "| {} | patients | share with disease | mean risk | accuracy | AUC | Brier |\n| --- | --- | --- | --- | --- | --- | --- |\n"


def render(manifest: dict, model, s, y: np.ndarray, site: np.ndarray) -> str:
    weights = "\n".join(
        f"| {name} | {model.work_up.mean[i]:.3f} | {model.work_up.scale[i]:.3f} | {model.work_up.weights[i]:+.3f} | "
        + (f"{model.history.weights[i]:+.3f} |" if i < len(model.history.weights) else "– |")
        for i, name in enumerate(COLUMNS)
    )
    bins = "\n".join(f"| {a:.1f} to {b:.1f} | {n} | {p:.2f} | {o:.2f} |" for a, b, n, p, o in s.bins)
    hospitals = ", ".join(f"{name} {int((site == name).sum())}" for name in s.by_hospital)
    data = manifest["training_data"]
    return f"""# Heart disease risk, version {manifest["version"]}

{manifest["description"]} Two logistic regressions in one graph: one for patients with a cardiac work-up
(kind of chest pain, exercise test), one for patients without any of it. Imputation, scaling and Platt
calibration are inside the graph.

**For:** {manifest["intended_use"]}

**Limits**
{chr(10).join(f"- {limit}" for limit in manifest["limits"])}

## Data
{data["name"]}; {data["origin"]}; SHA-256 `{data["sha256"]}`; licence {data["licence"]}.
{data["rows"]} patients ({hospitals}); {int(y.sum())} with disease.

- 920 rows come in the file. Two are exact copies of another row but for their number, and are left out.
- Row 304 is filed under Cleveland, which has 303 patients in the original; it is the first Hungarian one there,
  and counts as Hungarian here.
- A cholesterol or a pressure of 0 means "not measured" (all of Switzerland's cholesterol) and counts as missing.
- `ca`, `thal` and `slope` are not used: they are missing for 34 to 66 % of patients, and whether they are missing
  tells the hospital. `restecg` is not used: it did not improve any score.
- Nothing tells the model that a value was missing, for the same reason; a gap counts as the mean.

## Scores on patients that the model has not seen
Five stratified folds, imputation, scaling and calibration fitted inside each; no settings were searched. In brackets
95 % intervals from {RESAMPLES} resamplings of the patients.

{HEAD.format("")}{_rows([
    ("with work-up", s.work_up),
    ("the same patients without work-up", s.history),
    ("baseline: came without chest pain", s.stump),
])}

Saying "disease" to everybody is right for {s.majority:.3f}. At the threshold of 0.5, with work-up: sensitivity
{cell(s.work_up.measures["sensitivity"])}, specificity {cell(s.work_up.measures["specificity"])}.

### Trained without a hospital, tested on it
This is what a new hospital should expect.

{HEAD.format("hospital, with work-up")}{_rows((name, pair[0]) for name, pair in s.by_hospital.items())}

{HEAD.format("hospital, without work-up")}{_rows((name, pair[1]) for name, pair in s.by_hospital.items())}

Where far more or far fewer patients have the disease than in the training data, the risk is off by as much: compare
the columns "share with disease" and "mean risk", and recalibrate before use at a new place.

### Groups, from the five folds, with work-up
{HEAD.format("group")}{_rows(s.by_group.items())}

Switzerland has 8 patients without disease: its AUC says little.

## Calibration, from the five folds, with work-up
| risk | patients | mean risk | share with disease |
| --- | --- | --- | --- |
{bins}

Line of the outcome on the logit (1 and 0 are perfect): slope {s.line[0]:.2f}, intercept {s.line[1]:.2f};
without work-up {s.history_line[0]:.2f} and {s.history_line[1]:.2f}.

![Calibration curve](plot.svg)

## When it abstains
{conformal.text(s.sets, "with disease")}

The limits are the wider ones of those for patients with work-up and for the same patients without, so that they hold for
both. Without work-up, of those with disease, yes was in the set for {s.history_sets["covered_yes"]:.1%}; of the others, no was in the set for {s.history_sets["covered_no"]:.1%};
the model abstained for {s.history_sets["both"] + s.history_sets["none"]:.1%}. At a hospital with far more or fewer patients with disease the confidence holds within each class
only as far as its patients with disease, and those without, resemble these.

`manifest.json` has the distribution of each input in training for a watch on drift; of glucose only the side of 120 mg/dL is known.

## Parameters
`risk = sigmoid(slope * (bias + Σ weight * (value - mean) / scale) + offset)`

| column | mean | scale | weight with work-up | weight without |
| --- | --- | --- | --- | --- |
{weights}

With work-up: bias {model.work_up.bias:+.3f}, slope {model.work_up.slope:.3f}, offset {model.work_up.offset:+.3f}.
Without: bias {model.history.bias:+.3f}, slope {model.history.slope:.3f}, offset {model.history.offset:+.3f}.

## Inputs from a FHIR server
`manifest.json` says where each input comes from. Age and sex are required; up to {manifest["max_missing"]} others may be
missing. Only glucose that was measured fasting is taken. Kind of chest pain and exercise test have no LOINC
code that means exactly this; a site maps its own codes to `urn:theriac:heart-disease`.

Risks are estimates for a group like the one above. They do not replace a physician's judgement.
"""
