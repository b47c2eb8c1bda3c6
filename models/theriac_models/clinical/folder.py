"""Evaluates a model, and writes its folder: graph, manifest, golden rows, card, scores, plot."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import conformal, export
from ..supply import files
from . import card, evaluate, graph, plot
from .learner import fit
from .spec import Spec, with_ranges

GOLDEN = 24


def build_with(spec: Spec) -> Callable[[Path], str]:
    """The function that the registry calls."""
    return lambda folder: build(spec, folder)


def _to_the_ends(spec: Spec, inputs: list[dict], x: np.ndarray) -> np.ndarray:
    """The rows with values of which only the side is known moved to the end of the range on that side."""
    x = x.copy()
    for column, limit in spec.recipe.limits.items():
        low, high = inputs[column]["range"]
        x[:, column] = np.where(np.isnan(x[:, column]), np.nan, np.where(x[:, column] > limit, high, low))
    return x


def _ensure_sides(onnx: bytes, spec: Spec, inputs: list[dict], x: np.ndarray) -> None:
    """Such values count by their side alone, in the trees as well."""
    same = export.run(onnx, _to_the_ends(spec, inputs, x))["risk"] == export.run(onnx, x)["risk"]
    assert same.all(), "a value counts by more than the side of its limit"


def build(spec: Spec, folder: Path) -> str:
    """Trains on all rows, scores on held-out ones, writes the folder; returns a line to print."""
    data = spec.load()
    inputs = with_ranges(spec.inputs, data.x)
    names = [value["name"] for value in inputs]
    # The graph sees 32-bit numbers, so training does.
    x, y = data.x.astype(np.float32).astype(float), data.y
    model = fit(x, y, spec.recipe)
    onnx = graph.graph_bytes(spec.name, names, model)
    difference = np.abs(export.run(onnx, x)["risk"] - model.risk(x)).max()
    assert difference < 1e-5, f"graph and training disagree by {difference}"
    _ensure_sides(onnx, spec, inputs, x)
    scores = evaluate.evaluate(spec, data, x)
    outputs = [files.output("risk", f"Calibrated: {spec.description}", "1", [0, 1], 4)]
    thresholds = [{"name": "elevated", "output": "risk", "at_least": spec.threshold, "meaning": spec.reason}]
    details = files.manifest(
        spec.name, "disease-risk", spec.description, spec.use, spec.limits, inputs, outputs, thresholds, spec.source | {"rows": len(y)}
    )
    details["version"] = spec.version
    optional = [i for i, value in enumerate(inputs) if value["missing"] != "refuse"]
    gaps = np.isnan(x[:, optional]).sum(axis=1)
    details["max_missing"] = int(np.quantile(gaps, 0.99)) if optional else 0
    usable = np.flatnonzero(gaps <= details["max_missing"])
    golden = data.x[usable[np.linspace(0, len(usable) - 1, GOLDEN).astype(int)]]
    golden[::2] = _to_the_ends(spec, inputs, golden[::2])
    text = files.head(details) + card.render(spec, model, scores)
    sides = {column: [limit] for column, limit in spec.recipe.limits.items()}
    details["inputs"] = [{**value, "reference": evaluate.reference(x[:, i], sides.get(i, ()))} for i, value in enumerate(inputs)]
    details["conformal"] = [conformal.entry("risk", scores["conformal"])]
    files.write(folder, onnx, details, golden, text, scores, plot.calibration(spec.name, scores["calibration"]))
    held_out = scores["model"]
    return f"{len(y)} rows, cross-validated " + ", ".join(f"{key} {held_out[key]['value']:.3f}" for key in ("accuracy", "auc", "brier"))
