"""`python -m theriac_models.table`: writes docs/models.md from every model's scores.json."""

import json
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent
TARGET = MODELS.parent / "docs" / "models.md"
HEAD = """# Results of all models

Written by `models/build --table` from the `scores.json` of each model; do not edit. Every number is on rows that the
model was not trained on; brackets are 95 % intervals. Protocol, groups and limits are on each card.

## Clinical risk: five stratified folds, deduplicated
| model | rows | method | accuracy at 0.5 | AUC | Brier | sensitivity | specificity |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
MEASURES = ["accuracy", "auc", "brier", "sensitivity", "specificity"]


def cell(value: object) -> str:
    """A score with its interval, or a plain value."""
    if isinstance(value, dict) and {"value", "low", "high"} <= set(value):
        return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def clinical(name: str, scores: dict) -> list[str]:
    """One row for the model, one for each baseline, one for each site that was left out."""
    methods = {f"**[model](../models/{name}/card.md)**": scores["model"]} | scores["baselines"]
    methods |= {f"model without {site}, on it": found for site, found in scores["left_out_sites"].items()}
    return [
        f"| {name} | {scores['rows']} | {method} | " + " | ".join(cell(found[key]) for key in MEASURES) + " |"
        for method, found in methods.items()
    ]


def flat(value: object, path: str = "") -> list[tuple[str, object]]:
    """Every score with the path to it."""
    if isinstance(value, dict) and not {"value", "low", "high"} <= set(value):
        return [pair for key, inner in value.items() for pair in flat(inner, f"{path}, {key}" if path else key)]
    return [] if isinstance(value, list) else [(path, value)]


def table(models: Path) -> str:
    """The whole page."""
    found = {path.parent.name: json.loads(path.read_text()) for path in sorted(models.glob("*/scores.json"))}
    lines = [row for name, scores in found.items() if "left_out_sites" in scores for row in clinical(name, scores)]
    others = [
        f"| [{name}](../models/{name}/card.md) | {path.replace('_', ' ')} | {cell(value)} |"
        for name, scores in found.items()
        if "left_out_sites" not in scores
        for path, value in flat(scores)
    ]
    plots = "\n".join(f"### {name}\n![{name}](../models/{name}/plot.svg)\n" for name in found)
    rest = "\n## Supply and public health\n| model | score | value |\n| --- | --- | --- |\n" + "\n".join(others)
    return HEAD + "\n".join(lines) + "\n" + rest + "\n\n## Plots\n" + plots


if __name__ == "__main__":
    TARGET.write_text(table(MODELS))
    print(f"wrote {TARGET.relative_to(MODELS.parent)}")
