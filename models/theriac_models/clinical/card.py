"""The card of a clinical model, with every number from the run that wrote it."""

from .. import conformal
from .learner import Model
from .spec import Spec

NUMBER = {5: "five", 10: "ten"}
MEASURES = ["accuracy", "auc", "brier", "sensitivity", "specificity"]
HEAD = "| {} | accuracy at 0.5 | AUC | Brier | sensitivity | specificity |\n| --- | --- | --- | --- | --- | --- |\n"


def cell(score: dict[str, float]) -> str:
    return f"{score['value']:.3f} ({score['low']:.3f} to {score['high']:.3f})"


def _row(name: str, scores: dict) -> str:
    return f"| {name} | " + " | ".join(cell(scores[key]) for key in MEASURES) + " |"


def _shuffles(s: dict) -> str:
    """How much the AUC depends on who is in which fold, where that was measured."""
    if "shuffles" not in s:
        return ""
    found = s["shuffles"]
    return f"""

The AUC is the mean over folds; by shuffle it is {", ".join(f"{auc:.4f}" for auc in found["auc"])}, together {s["model"]["auc"]["value"]:.4f}.
Over all rows of a shuffle at once, where risks of ten different fits are compared, it is {found["auc, all rows at once"]:.4f}, and so is it
counted in the groups. With rows that agree in all inputs kept in one fold (one shuffle) it is {found["auc, equal rows together"]:.4f}. Calibration,
below, is of the first shuffle."""


def _outcomes(s: dict) -> str:
    """What the recipe reaches for other outcomes, where the data have some."""
    if "outcomes" not in s:
        return ""
    methods = [name for name in next(iter(s["outcomes"].values())) if name != "with it"]
    lines = "\n".join(f"| {name} | {found['with it']} | " + " | ".join(cell(found[m]) for m in methods) + " |" for name, found in s["outcomes"].items())
    return f"""
### Nearer and farther outcomes
The same inputs and recipe, trained for each; AUC on held-out rows, of one shuffle but for the outcome of this model.

| outcome | with it | {" | ".join(methods)} |
| --- | --- |{" --- |" * len(methods)}
{lines}
"""


def _reasons(model: Model) -> str:
    """How a reason for one row is to be read."""
    if model.booster is None:
        return "The inputs add up in the log-odds, so that `Model::explain` gives the exact contribution of each."
    linear, trees = model.stack
    return f"""Log-odds are {linear:.3f} × the linear part + {trees:.3f} × the sum of the trees {model.offset:+.3f}. `Model::explain` gives what each
input adds to them: by TreeSHAP for the trees, against their mean over the rows of training, which `nodes_hitrates`
counts at each node; and against a row of gaps for the linear part. Before its factor, the trees' share alone is what
the `shap` package says of them. Calibration is a line in log-odds, so that contributions stay in proportion."""


def render(spec: Spec, model: Model, s: dict) -> str:
    """The part after the head."""
    line = s["calibration_line"]
    groups = "\n".join(_row(f"{n} ({g['rows']}, share {g['share']:.2f}, mean risk {g['risk']:.2f})", g) for n, g in s["groups"].items())
    sites = "\n".join(_row(name, g) for name, g in s["left_out_sites"].items())
    bins = "\n".join(f"| {b['rows']} | {b['risk']:.3f} | {b['observed']:.3f} |" for b in s["calibration"])
    learner = "Piecewise linear logistic regression" if spec.recipe.hinges else "Logistic regression"
    trees = f" and {spec.recipe.trees} boosted trees of {spec.recipe.leaves} leaves" if spec.recipe.trees else ""
    folds = f"{NUMBER[spec.folds]} stratified folds" + (f", {NUMBER[spec.shuffles]} times" if spec.shuffles > 1 else "")
    away = f"\n### Trained without a site, tested on it\n{HEAD.format('site')}{sites}\n" if sites else ""
    return f"""
{chr(10).join(f"- {note}" for note in spec.notes)}

{learner}{trees}; filling of gaps, scaling and Platt calibration are inside the graph.

## Scores on held-out rows
{s["rows"]} rows, share with the outcome {s["share"]:.3f}; {folds}, everything fitted inside each. In
brackets 95 % intervals from resampled rows. Sensitivity and specificity at {spec.threshold}: {spec.reason}
A rule is read at its own cut.{_shuffles(s)}

{HEAD.format("")}{_row("**model**", s["model"])}
{chr(10).join(_row(name, scores) for name, scores in s["baselines"].items())}
{away}{_outcomes(s)}
### Groups, from the {NUMBER[spec.folds]} folds
{HEAD.format("group")}{groups}

## Calibration
Line of the outcome on the logit (1 and 0 are perfect): slope {line["slope"]:.2f}, intercept {line["intercept"]:.2f}.

![Calibration curve](plot.svg)

| rows | mean risk | share with the outcome |
| --- | --- | --- |
{bins}

## When it abstains
{conformal.text(s["conformal"], spec.affected)}

`manifest.json` has the distribution of each input in training for a watch on drift.

## Why a row got its risk
{_reasons(model)}
"""
