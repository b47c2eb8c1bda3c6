"""Handwritten digits: an image classifier that is small enough to train anywhere."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from .. import conformal, export
from ..clinical.plot import calibration as calibration_plot
from ..supply import files
from ..supply.scores import as_json, resampled
from ..supply.sources import Packaged
from . import model

NAME, FOLDS, GOLDEN = "digit", 5, 24
DATA = Packaged("sklearn", "datasets/data/digits.csv.gz", "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22")
OUTPUTS = [f"digit_{digit}" for digit in range(model.DIGITS)]
PIXELS = [f"pixel_{row}_{column}" for row in range(model.SIDE) for column in range(model.SIDE)]
# The data count dark points from 0 to 16.
DARKEST = 16
CONFIDENCE, READ = 0.99, 0.95


def png(pixels: np.ndarray) -> bytes:
    """A grey picture as a file (ISO/IEC 15948), stored without compression: the same bytes with every zlib."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = pixels.shape
    rows = b"".join(b"\0" + row.astype(np.uint8).tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Bytes `[n, 8, 8]`, 255 being ink, and the digits."""
    DATA.read()
    digits = load_digits()
    return np.round(digits.images * 255 / DARKEST), digits.target


def _held_out(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Every picture's probabilities from models that did not see its fold."""
    found = {name: np.empty((len(y), model.DIGITS)) for name in ("this model", "logistic regression on pixels")}
    for train, test in model.blocks(len(y), FOLDS):
        found["this model"][test] = model.fit(x[train], y[train]).probabilities(x[test])
        flat = LogisticRegression(C=0.1, max_iter=5000, tol=1e-6).fit(x[train].reshape(len(train), -1), y[train])
        found["logistic regression on pixels"][test] = flat.predict_proba(x[test].reshape(len(test), -1))
    return found


def _evaluate(x: np.ndarray, y: np.ndarray) -> tuple[dict, list[dict], list[dict]]:
    """Scores, the top class's calibration in ten bins, and what conformal sets of each digit do."""
    found, block = _held_out(x, y), np.arange(len(y)) // 30
    numbers = {
        name: {
            "accuracy": as_json(resampled(lambda r, p=p: float((p[r].argmax(1) == y[r]).mean()), block)),
            "AUC, mean of digits": as_json(resampled(lambda r, p=p: float(roc_auc_score(y[r], p[r], multi_class="ovr")), block)),
        }
        for name, p in found.items()
    }
    own, right = found["this model"], found["this model"].argmax(1) == y
    top = own.max(axis=1)
    parts = np.array_split(np.argsort(top, kind="stable"), 10)
    bins = [{"rows": len(p), "risk": round(float(top[p].mean()), 4), "observed": round(float(right[p].mean()), 4)} for p in parts]
    sure = top >= READ
    numbers["read at 95 %"] = {"share": round(float(sure.mean()), 4), "accuracy": round(float(right[sure].mean()), 4)}
    truth, parts = y[:, None] == np.arange(model.DIGITS), list(model.blocks(len(y), FOLDS))
    yes, no = np.stack([conformal.fresh(truth[:, d], own[:, d], CONFIDENCE, parts) for d in range(model.DIGITS)], axis=-1)
    held = conformal.scores(truth, yes, no)
    numbers["conformal, 99 %"] = {
        "covered, of the digit shown": held["covered_yes"], "covered, of the others": held["covered_no"], "sets of both": held["both"],
        "sets of neither": held["none"], "every digit decided": round(float((yes != no).all(axis=1).mean()), 4),
    }
    sets = [conformal.evaluate(truth[:, d], own[:, d], CONFIDENCE, parts) for d in range(model.DIGITS)]
    numbers["found of each digit"] = {str(d): round(float(right[y == d].mean()), 4) for d in range(model.DIGITS)}
    return numbers, bins, sets


def _details(sets: list[dict], rows: int) -> dict:
    outputs = [files.output(name, f"Calibrated probability that the picture shows a {name[-1]}", "1", [0, 1], 4) for name in OUTPUTS]
    thresholds = [
        {"name": f"read_{digit}", "output": name, "at_least": READ, "meaning": f"The picture is read as {digit} without asking a person."}
        for digit, name in enumerate(OUTPUTS)
    ]
    details = files.manifest(
        NAME, "inventory", "Probability of each digit in a picture of one handwritten digit.",
        "Reading counts from stock cards that are filled in by hand, one cut-out digit at a time; the example of an image model by manifest.",
        [
            "A cut-out, centred digit of 8 x 8 grey values, bright ink on dark ground; a whole card or a photograph must be prepared first.",
            "Says nothing about pictures that show no digit: it gives them to some digit, often with little certainty.",
            "Never the only source of a dose: a misread digit changes it tenfold. Not a medical device, and not trained on medical pictures.",
        ],
        [], outputs, thresholds,
        {"name": "Optical Recognition of Handwritten Digits, test part (Alpaydin and Kaynak, 1998)", "origin": "scikit-learn 1.9.1, datasets/data/digits.csv.gz; originally https://doi.org/10.24432/C50P49", "sha256": DATA.sha256, "rows": rows, "licence": "CC-BY-4.0"},
    )
    details["image"] = {"width": model.SIDE, "height": model.SIDE, "channels": "grey", "range": [0, 255], "formats": ["png", "jpeg"], "resize": "shrink"}
    details["conformal"] = [conformal.entry(name, found) for name, found in zip(OUTPUTS, sets)]
    return details


def _card(details: dict, numbers: dict, temperature: float) -> str:
    def row(name: str) -> str:
        return f"| {name} | " + " | ".join(f"{s['value']:.3f} ({s['low']:.3f} to {s['high']:.3f})" for s in numbers[name].values()) + " |"

    table = "\n".join(row(name) for name in ("this model", "logistic regression on pixels"))
    each = " | ".join(f"{value:.3f}" for value in numbers["found of each digit"].values())
    read, sure = numbers["read at 95 %"], numbers["conformal, 99 %"]
    return files.head(details) + f"""
## Method
{model.FILTERS} filters of 3 x 3, which are patches of training pictures, slide over the picture; their answers above {model.BIAS} are averaged
over squares of 2 x 2, and a logistic regression tells the digits from them. The temperature {temperature} calibrates it inside the graph.
The number of filters was chosen among five settings by the accuracy below, which flatters it a little.
No medical picture set comes with a package that our build can install, so that this model shows the way with digits.

## Scores on held-out stretches of the file
Five folds that are stretches of the file. The set does not name its writers, but one writer's digits stand together, so
that most of a writer is in one fold only; shuffled folds would know every writer and flatter. In brackets 95 % intervals
from resampled stretches of 30.

| | accuracy | AUC, mean of digits |
| --- | --- | --- |
{table}

| digit | {" | ".join(numbers["found of each digit"])} |
| --- |{" --- |" * model.DIGITS}
| found | {each} |

At a probability of {READ} the model reads {read["share"]:.1%} of the pictures, of them {read["accuracy"]:.1%} rightly.

Conformal sets at 99 % say of each digit whether the picture may show it, and whether it may not. On stretches that did not
set their limits: of the pictures of a digit, it was among the possible for {sure["covered, of the digit shown"]:.1%}; of the pictures of others it could be ruled out, as
"not this one" was in the set, for {sure["covered, of the others"]:.1%}. A single digit's set left both open for {sure["sets of both"]:.1%} and held neither for {sure["sets of neither"]:.1%}; in {sure["every digit decided"]:.1%}
of the pictures no digit is left open.

For orientation: the set's authors report 97.8 % for the three nearest neighbours, trained on other writers' 3823 pictures.

![Share read rightly against probability](plot.svg)
"""


def build(folder: Path) -> str:
    shades, y = pictures()
    x = shades / 255
    fitted, (numbers, bins, sets) = model.fit(x, y), _evaluate(x, y)
    details, onnx = _details(sets, len(y)), model.graph(fitted, PIXELS, OUTPUTS)
    flat = shades.reshape(len(y), -1)
    answers = export.run(onnx, flat)
    assert max(np.abs(answers[o] - fitted.probabilities(x)[:, d]).max() for d, o in enumerate(OUTPUTS)) < 1e-5
    scaled = np.array([answers[o].astype(float) * 1e4 for o in OUTPUTS])
    clear = np.flatnonzero((np.abs(scaled % 1 - 0.5) > files.EDGE).all(axis=0))
    # Half of them where the model is least sure: there runtimes would differ first.
    unsure = clear[np.argsort(np.max([answers[o][clear] for o in OUTPUTS], axis=0), kind="stable")[: GOLDEN // 2]]
    golden = np.concatenate([unsure, np.setdiff1d(clear, unsure)[:: len(clear) // (GOLDEN // 2) + 1]])[:GOLDEN]
    golden = np.concatenate([golden, np.setdiff1d(clear, golden)[: GOLDEN - len(golden)]])
    files.write(folder, onnx, details, flat[golden], _card(details, numbers, fitted.temperature), numbers, calibration_plot(NAME, bins))
    written = json.loads((folder / "golden.json").read_text())
    for row, at in zip(written["rows"], golden):
        row["inputs"] = dict(zip(PIXELS, flat[at].tolist()))
        row["png"] = png(shades[at]).hex()
    (folder / "golden.json").write_text(export.to_json(written))
    own = numbers["this model"]
    return f"{len(y)} pictures, held out: accuracy {own['accuracy']['value']:.3f}, AUC {own['AUC, mean of digits']['value']:.4f}"


MODELS = {NAME: build}
