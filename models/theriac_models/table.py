"""`python -m theriac_models.table`: writes docs/models.md from every model's scores.json."""

import json
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent
TARGET = MODELS.parent / "docs" / "models.md"
HEAD = """# Results of all models

Written by `models/build --table` from the `scores.json` of each model; do not edit. Every number is on rows that the
model was not trained on; brackets are 95 % intervals. Protocol, groups and limits are on each card.

## Clinical risk
{protocols}

| model | rows | method | accuracy at 0.5 | AUC | Brier | sensitivity | specificity |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
MEASURES = ["accuracy", "auc", "brier", "sensitivity", "specificity"]


def cell(value: object) -> str:
    """A score with its interval, a plain value, or several in a row."""
    if isinstance(value, dict) and {"value", "low", "high"} <= set(value):
        return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
    if isinstance(value, list):
        return ", ".join(map(cell, value))
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def clinical(name: str, scores: dict) -> list[str]:
    """One row for the model, one for each baseline, one for each site that was left out."""
    methods = {f"**[model](../models/{name}/card.md)**": scores["model"]} | scores["baselines"]
    methods |= {f"model without {site}, on it": found for site, found in scores["left_out_sites"].items()}
    return [
        f"| {name} | {scores['rows']} | {method} | " + " | ".join(cell(found[key]) for key in MEASURES) + " |"
        for method, found in methods.items()
    ]


def is_score(value: object) -> bool:
    return not isinstance(value, dict) or {"value", "low", "high"} <= set(value)


def several(found: dict[str, object]) -> str:
    """Scores of one or more methods; each with its name, but for a single model of ours."""
    if list(found) == ["this model"]:
        return cell(found["this model"])
    return "; ".join(f"{name.removeprefix('this ')}: {cell(value)}" for name, value in found.items())


def grouped(value: dict[str, object]) -> dict[str, object]:
    """Keys such as `WAPE, this model` and `WAPE, naive` as a dictionary of methods under `WAPE`."""
    compared = [key.removesuffix(", this model") for key in value if key.endswith(", this model")]
    found: dict[str, object] = {}
    for key, inner in value.items():
        if measure := next((measure for measure in compared if key.startswith(f"{measure}, ")), None):
            found.setdefault(measure, {})[key.removeprefix(f"{measure}, ")] = inner
        else:
            found[key] = inner
    return found


def measured(value: object, path: str = "") -> list[tuple[str, str, str]]:
    """Rows of measure, ours, and what stands beside it. Methods and measures may be nested in either order."""
    name = path.replace("_", " ")
    if is_score(value):
        if isinstance(value, list):
            return [(name, cell(value), "")] if all(isinstance(v, float) for v in value) else []
        return [(name, cell(value), "")]
    value = grouped(value)
    if not any(key.startswith("this ") for key in value):
        plain = {key: inner for key, inner in value.items() if path and is_score(inner) and not isinstance(inner, list)}
        rest = {key: inner for key, inner in value.items() if key not in plain}
        rows = [row for key, inner in rest.items() for row in measured(inner, f"{path}, {key}" if path else key)]
        return rows + ([(name, several(plain), "")] if plain else [])
    shared = {m for key, inner in value.items() if key.startswith("this ") and not is_score(inner) for m in inner}
    nested = {key: inner for key, inner in value.items() if not is_score(inner) and shared & set(inner)}
    if nested:
        turned = {m: {method: inner[m] for method, inner in nested.items() if m in inner} for inner in nested.values() for m in inner}
        rest = {key: inner for key, inner in value.items() if key not in nested}
        return [row for m, inner in (turned | rest).items() for row in measured(inner, f"{path}, {m}" if path else m)]
    ours = {key: score for key, score in value.items() if key.startswith("this ")}
    return [(name, several(ours), several({key: score for key, score in value.items() if key not in ours}))]


def protocols(found: dict[str, dict]) -> str:
    """Which models were scored how, the most usual way first."""
    by: dict[str, list[str]] = {}
    for name, scores in found.items():
        by.setdefault(scores["protocol"], []).append(name)
    return "\n".join(f"- {protocol}: {', '.join(names)}" for protocol, names in sorted(by.items(), key=lambda item: -len(item[1])))


def table(models: Path) -> str:
    """The whole page."""
    found = {path.parent.name: json.loads(path.read_text()) for path in sorted(models.glob("*/scores.json"))}
    risks = {name: scores for name, scores in found.items() if "left_out_sites" in scores}
    lines = [row for name, scores in risks.items() for row in clinical(name, scores)]
    others = [
        f"| [{name}](../models/{name}/card.md) | {measure} | {ours} | {beside} |"
        for name, scores in found.items()
        if "left_out_sites" not in scores
        for measure, ours, beside in measured(scores)
    ]
    plots = "\n".join(f"### {name}\n![{name}](../models/{name}/plot.svg)\n" for name in found)
    rest = "\n## Supply, public health and others\n| model | score | ours | beside it |\n| --- | --- | --- | --- |\n" + "\n".join(others)
    return HEAD.format(protocols=protocols(risks)) + "\n".join(lines) + "\n" + rest + "\n\n## Plots\n" + plots


if __name__ == "__main__":
    TARGET.write_text(table(MODELS))
    print(f"wrote {TARGET.relative_to(MODELS.parent)}")
