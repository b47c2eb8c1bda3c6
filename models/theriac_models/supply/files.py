"""Writes a model's folder: graph, manifest, golden rows, card, scores, plot."""

import hashlib
import json
from pathlib import Path

import jsonschema
import numpy as np

from .. import export

# Distance from a rounding edge, in units of the last fixed-point place; most golden rows of a model.
EDGE, MOST = 0.005, 32


def lags(series: str, step: str, count: int, unit: str, bounds: list[float], description: str) -> list[dict]:
    """The inputs of the last `count` values of a series, oldest first; gaps are refused."""
    return [
        {
            "name": f"{series}_{lag}",
            "description": f"{description}, {lag} steps before the latest",
            "unit": unit,
            "range": bounds,
            "missing": "refuse",
            "source": {"from": "series", "series": series, "step": step, "lag": lag},
        }
        for lag in reversed(range(count))
    ]


def parameter(name: str, description: str, unit: str, bounds: list[float]) -> dict:
    """An input that the request gives as it is."""
    return {"name": name, "description": description, "unit": unit, "range": bounds, "missing": "refuse", "source": {"from": "parameter"}}


def output(name: str, description: str, unit: str, bounds: list[float], decimals: int) -> dict:
    return {"name": name, "description": description, "unit": unit, "range": bounds, "decimals": decimals}


def manifest(name: str, kind: str, description: str, use: str, limits: list[str], inputs: list[dict], outputs: list[dict],
             thresholds: list[dict], data: dict) -> dict:
    """A manifest without the graph's hash, which `write` fills in."""
    return {
        "format": 1, "name": name, "version": "1.0.0", "kind": kind, "description": description, "licence": "Apache-2.0",
        "valid_until": "2028-12-31", "intended_use": use, "limits": limits,
        "model": {"file": "model.onnx", "sha256": "", "opset": export.OPSET, "input": "features"},
        "inputs": inputs, "max_missing": 0, "outputs": outputs, "thresholds": thresholds, "training_data": data,
    }


def head(details: dict) -> str:
    """The first part of every card."""
    data = details["training_data"]
    return f"""# {details["name"]}, version {details["version"]}

{details["description"]}

**For:** {details["intended_use"]}

**Limits**
{chr(10).join(f"- {limit}" for limit in details["limits"])}

## Data
{data["name"]}; {data["origin"]}; SHA-256 `{data["sha256"]}`; licence {data["licence"]}; {data["rows"]} rows.
"""


def write(folder: Path, graph: bytes, details: dict, golden: np.ndarray, card: str, scores: dict, plot: str) -> None:
    """Writes all six files; at least 20 golden rows, whose answers are finite and inside the manifest's ranges."""
    details["model"]["sha256"] = hashlib.sha256(graph).hexdigest()
    jsonschema.validate(details, json.loads(export.SCHEMA.read_text()), format_checker=jsonschema.FormatChecker())
    golden = golden.astype(np.float32).astype(float)
    answers = export.run(graph, golden)
    # A result on the edge between two fixed-point values says nothing about a runtime: such rows are left out.
    scaled = [answers[value["name"]].astype(float) * 10 ** value["decimals"] for value in details["outputs"]]
    clear = np.all([np.abs(np.abs(v - np.floor(v)) - 0.5) > EDGE for v in scaled], axis=0)
    golden = golden[clear][:MOST]
    assert len(golden) >= 20, f"too few golden rows: {len(golden)}"
    answers = export.run(graph, golden)
    for value in details["outputs"]:
        low, high = value["range"]
        assert ((answers[value["name"]] >= low) & (answers[value["name"]] <= high)).all(), value["name"]
    (folder / "model.onnx").write_bytes(graph)
    for name, content in {
        "manifest.json": export.to_json(details),
        "golden.json": export.to_json(export.golden_rows(graph, details, golden)),
        "card.md": card,
        "scores.json": export.to_json(scores),
        "plot.svg": plot,
    }.items():
        (folder / name).write_text(content)
