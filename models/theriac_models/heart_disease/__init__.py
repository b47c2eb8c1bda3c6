"""Heart disease risk from the four hospitals of the UCI Heart Disease data (Detrano and others, 1988)."""

from pathlib import Path

import numpy as np

from .. import export
from ..clinical import plot
from ..clinical.card import cell
from .card import render
from .data import load
from .manifest import golden, manifest
from .model import Model, graph, without_work_up
from .scores import evaluate


def build(folder: Path) -> str:
    """Trains on all patients, scores on held-out ones, writes the folder; returns a line to print."""
    x, y, site = load()
    model = Model(x, y)
    data = graph(model)
    for rows in (x, without_work_up(x)):
        assert np.abs(export.run(data, rows)["risk"] - model.risk(rows)).max() < 1e-6, "graph and training disagree"
    scores = evaluate(x, y, site)
    details = manifest(x, scores.sets)
    export.write(folder, data, details, golden(x), render(details, model, scores, y, site))
    (folder / "scores.json").write_text(export.to_json(scores.as_json()))
    (folder / "plot.svg").write_text(plot.calibration("heart-disease", scores.tenths))
    return f"{len(y)} patients, cross-validated " + ", ".join(f"{key} {cell(scores.work_up.measures[key])}" for key in ("accuracy", "auc", "brier"))
