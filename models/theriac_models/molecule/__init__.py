"""Passage of a substance from blood to brain, from nine named descriptors of its molecule."""

from functools import partial
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.model_selection import KFold

from .. import conformal, export
from ..clinical import rda
from ..clinical.evaluate import reference
from ..supply import files
from ..supply.graph import Graph
from ..supply.plot import Plot
from ..supply.scores import as_json, resampled
from ..supply.sources import Fetched, debian_member

NAME = "blood-brain"
DATA = Fetched(
    "BloodBrain.RData",
    "https://deb.debian.org/debian/pool/main/r/r-cran-caret/r-cran-caret_6.0-93+dfsg-1_amd64.deb",
    "718360e20ece06e12d63c758b99b7e53133d3c323137c17e8bdb30938110f436",
    partial(debian_member, member="usr/lib/R/site-library/caret/data/BloodBrain.RData"),
)
# Name of the input, column of the set, unit, description.
DESCRIPTORS = [
    ("polar_surface", "tpsa", "Ao2", "Topological polar surface area"),
    ("clogp", "clogp", "1", "Calculated logarithm of the octanol-water partition coefficient"),
    ("molar_mass", "mw", "g/mol", "Molar mass"),
    ("bond_acceptors", "a_acc", "1", "Atoms that accept a hydrogen bond"),
    ("bond_donors", "hbdnr", "1", "Hydrogen atoms that can be given to a hydrogen bond"),
    ("rotatable_bonds", "rotatablebonds", "1", "Bonds that turn freely"),
    ("aromatic_atoms", "a_aro", "1", "Atoms in aromatic rings"),
    ("basic", "nbasic", "1", "1 where the molecule has a basic centre, else 0"),
    ("acidic_atoms", "a_acid", "1", "Acidic atoms"),
]
# Of the Gaussian process: signal and noise as shares of the variance, and the length in standard deviations.
SIGNAL, NOISE, LENGTH = 0.5, 0.2, 3.0
FOLDS, REPEATS, CLUSTERS, CONFIDENCE = 10, 5, 10, 0.9
OUTPUT, GOLDEN = "log_bb", 24


class Process:
    """Mean of a Gaussian process with a fixed squared exponential kernel (Rasmussen and Williams, 2006, section 2.2),
    averaged with least squares on the same columns: near what it has seen the one knows more, far away the other."""

    def __init__(self, x: np.ndarray, y: np.ndarray):
        self.mean, self.centre = x.mean(axis=0).round(6), round(float(y.mean()), 6)
        # Without the only molecules that differ, a descriptor may not vary at all.
        self.scale = np.maximum(x.std(axis=0), 0.1).round(6)
        self.points = ((x - self.mean) / self.scale).round(6)
        kernel = self._kernel(self.points)
        self.weights = np.linalg.solve(kernel + NOISE / SIGNAL * np.eye(len(y)), y - self.centre).round(6)
        self.line = np.linalg.lstsq(_with_ones(self.points), y, rcond=None)[0].round(6)

    def _kernel(self, z: np.ndarray) -> np.ndarray:
        return np.exp(-((z[:, None] - self.points[None]) ** 2).sum(axis=2) / (2 * LENGTH**2))

    def value(self, x: np.ndarray) -> np.ndarray:
        z = (x - self.mean) / self.scale
        return (self._kernel(z) @ self.weights + self.centre + _with_ones(z) @ self.line) / 2


def _with_ones(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x])


def clark(x: np.ndarray) -> np.ndarray:
    """Equation of Clark, Journal of Pharmaceutical Sciences 88 (1999), page 815: two descriptors, nothing fitted here."""
    return -0.0148 * x[:, 0] + 0.152 * x[:, 1] + 0.139


def linear(train: np.ndarray, y: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Least squares on the same descriptors."""
    return _with_ones(test) @ np.linalg.lstsq(_with_ones(train), y, rcond=None)[0]


def substances() -> tuple[np.ndarray, np.ndarray]:
    """Descriptors and the logarithm of the ratio of concentrations, brain to blood; each substance once."""
    columns = rda.objects(DATA.read())
    every = np.column_stack(list(columns["bbbDescr"].values()))
    _, first = np.unique(every.round(6), axis=0, return_index=True)
    kept = np.sort(first)
    x = np.column_stack([columns["bbbDescr"][source] for _, source, _, _ in DESCRIPTORS])[kept]
    return x.round(4).astype(np.float32).astype(float), columns["logBBB"][kept]


def _held_out(x: np.ndarray, y: np.ndarray, folds) -> dict[str, np.ndarray]:
    found = {"this model": np.empty(len(y)), "linear regression": np.empty(len(y)), "Clark's equation": clark(x), "the mean": np.empty(len(y))}
    for train, test in folds:
        found["this model"][test] = Process(x[train], y[train]).value(x[test])
        found["linear regression"][test] = linear(x[train], y[train], x[test])
        found["the mean"][test] = y[train].mean()
    return found


def _scores(y: np.ndarray, found: dict[str, np.ndarray]) -> dict:
    rows = np.arange(len(y))
    return {
        name: {
            "RMSE": as_json(resampled(lambda r, p=p: float(np.sqrt(((y - p)[r] ** 2).mean())), rows)),
            "mean error": as_json(resampled(lambda r, p=p: float(np.abs(y - p)[r].mean()), rows)),
            "R2": as_json(resampled(lambda r, p=p: float(1 - ((y - p)[r] ** 2).sum() / ((y[r] - y[r].mean()) ** 2).sum()), rows)),
        }
        for name, p in found.items()
    }


def _evaluate(x: np.ndarray, y: np.ndarray) -> tuple[dict, np.ndarray, float]:
    """Scores by both ways to hold out, the model's held-out values, and the conformal quantile."""
    draws = [_held_out(x, y, KFold(FOLDS, shuffle=True, random_state=seed).split(x)) for seed in range(REPEATS)]
    random = {name: np.mean([draw[name] for draw in draws], axis=0) for name in draws[0]}
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    group = KMeans(CLUSTERS, n_init=10, random_state=0).fit_predict(z)
    apart = _held_out(x, y, [(np.flatnonzero(group != g), np.flatnonzero(group == g)) for g in range(CLUSTERS)])
    covered, errors = np.empty(len(y), bool), np.abs(y - random["this model"])
    for train, test in KFold(FOLDS, shuffle=True, random_state=REPEATS).split(x):
        covered[test] = errors[test] <= conformal.quantile(errors[train], CONFIDENCE)
    numbers = {"random folds": _scores(y, random), "groups apart": _scores(y, apart)}
    limit = conformal.quantile(errors, CONFIDENCE)
    numbers["conformal, 90 %"] = {"covered": round(float(covered.mean()), 4), "covered, groups apart": round(float((np.abs(y - apart["this model"]) <= limit).mean()), 4)}
    return numbers, random["this model"], limit


def _graph(process: Process, inputs: list[str]) -> bytes:
    """The same in plain operators, with 64 bits: squared distances are differences of large terms."""
    g = Graph(NAME, inputs, wide=True)
    z = g.add("Div", g.add("Sub", g.features, process.mean), process.scale)
    square = g.add("ReduceSum", g.add("Mul", z, z), g.constant([1], np.int64), keepdims=1)
    cross = g.add("MatMul", z, -2 * process.points.T)
    distance = g.add("Add", g.add("Add", square, cross), (process.points**2).sum(axis=1)[None])
    kernel = g.add("Exp", g.add("Mul", distance, [-1 / (2 * LENGTH**2)]))
    near = g.add("MatMul", kernel, process.weights[:, None] / 2)
    line = g.add("MatMul", z, process.line[1:, None] / 2)
    g.result(g.add("Add", g.add("Add", near, line), [(process.centre + process.line[0]) / 2]), OUTPUT)
    return g.bytes([OUTPUT])


def _details(x: np.ndarray, quantile: float) -> dict:
    inputs = []
    for column, (name, _, unit, description) in enumerate(DESCRIPTORS):
        low, high = float(np.floor(x[:, column].min() * 100) / 100), float(np.ceil(x[:, column].max() * 100) / 100)
        inputs.append(files.parameter(name, description, unit, [low, high]) | {"reference": reference(x[:, column])})
    details = files.manifest(
        NAME, "disease-risk", "Decimal logarithm of a substance's concentration in the brain over that in the blood.",
        "Ranking substances by how much of them to expect in the brain, before measurements; the example of a descriptor model by manifest.",
        [
            "The chain has no kind of feed for substances: disease-risk is the nearest, because the value speaks about side effects in the brain.",
            "Learned from 207 substances, mostly small medicines; pumps that carry a substance out of the brain are not described.",
            "Descriptors came from the set's own programs; another program's logP or surface area can differ and shift the result.",
            "For research. No substance is safe or unsafe because of this number, and no dose may be derived.",
        ],
        inputs, [files.output(OUTPUT, "Logarithm (base 10) of the ratio of concentrations, brain over blood", "1", [-4, 4], 3)],
        [{"name": "enters", "output": OUTPUT, "at_least": 0.0, "meaning": "More of it in the brain than in the blood is expected."}],
        {"name": "BloodBrain (Mente and Lombardo, 2005)", "origin": "Debian r-cran-caret 6.0-93, data/BloodBrain.RData", "sha256": DATA.sha256, "rows": len(x), "licence": "GPL-2.0-or-later (package)"},
    )
    details["conformal"] = [{"output": OUTPUT, "confidence": CONFIDENCE, "score": "residual", "quantile": quantile}]
    return details


def _card(details: dict, numbers: dict) -> str:
    def table(by: dict) -> str:
        return "\n".join(
            f"| {name} | " + " | ".join(f"{s['value']:.3f} ({s['low']:.3f} to {s['high']:.3f})" for s in scores.values()) + " |"
            for name, scores in by.items()
        )

    sure, quantile = numbers["conformal, 90 %"], details["conformal"][0]["quantile"]
    heading = "| | RMSE | mean absolute error | R² |\n| --- | --- | --- | --- |"
    return files.head(details) + f"""
## Method
The average of a Gaussian process with a fixed kernel and of least squares, over nine descriptors that every chemistry
program computes; two rows with the same 134 descriptors count once. The graph needs no chemistry library: whoever asks supplies the descriptors by name.

## Scores on held-out substances
{REPEATS} times {FOLDS} random folds, averaged over the repeats; in brackets 95 % intervals from resampled substances. Kernel and
descriptors were chosen by looking at such folds, among thirteen settings; the halves of the average were not chosen.

{heading}
{table(numbers["random folds"])}

Random folds flatter: a relative of the substance is often in the training rows. The set has no structures, so that
molecules cannot be split by scaffold; here {CLUSTERS} groups of similar descriptors (k-means) are held out one after the other.

{heading}
{table(numbers["groups apart"])}

There the plain regression is **as good as this model**: far from what it has seen the process falls back to the mean, and alone
its error was 0.635. What the model gains is among relatives of the substances that it learned from. A process on top of the
regression's errors was tried and did not help.

The interval of ± {quantile:.2f} at 90 % held {sure["covered"]:.1%} of fresh substances, and {sure["covered, groups apart"]:.1%} where their group was held out.

![Held-out against measured](plot.svg)
"""


def _plot(y: np.ndarray, found: np.ndarray) -> str:
    plot = Plot("Blood to brain: held-out value against measurement", (-2.4, 2.0), (-2.4, 2.0), "log BB", {v: str(v) for v in (-2, -1, 0, 1, 2)})
    plot.line([-2.4, 2.0], [-2.4, 2.0], "rule", "equal")
    plot.dots(list(y), list(found), "model", "substances")
    return plot.svg()


def build(folder: Path) -> str:
    x, y = substances()
    process, (numbers, found, quantile) = Process(x, y), _evaluate(x, y)
    details = _details(x, quantile)
    onnx = _graph(process, [name for name, *_ in DESCRIPTORS])
    assert np.abs(export.run(onnx, x)[OUTPUT] - process.value(x)).max() < 1e-5, "graph and training disagree"
    rows = x[np.linspace(0, len(x) - 1, GOLDEN + 6).astype(int)]
    files.write(folder, onnx, details, rows, _card(details, numbers), numbers, _plot(y, found))
    own, rule = (numbers["random folds"][name]["RMSE"]["value"] for name in ("this model", "Clark's equation"))
    return f"{len(y)} substances, held out: RMSE {own:.3f} (Clark's equation {rule:.3f})"


MODELS = {NAME: build}
