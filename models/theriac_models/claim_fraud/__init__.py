"""Claim fraud: claims by Medicare's fee schedule with injected frauds, trained on the past and scored on what follows."""

from pathlib import Path

import numpy as np

from .. import export
from ..clinical.evaluate import reference
from ..supply import files, scores
from ..supply.plot import Plot
from . import data, model

# Days before are trained on; the last sixteen weeks are scored.
TEST = 252
REVIEWED = 0.01
DESCRIPTIONS = [
    ("charge", "What is charged", "$", [0.01, 1e7]), ("fee", "The schedule's fee for the code", "$", [0.01, 1e6]),
    ("units", "How many units of the code", "1", [1, 1000]), ("usual_markup", "The provider's usual charge over the fee", "1", [0.01, 100]),
    ("usual_fee", "The provider's median fee", "$", [0.01, 1e6]),
    ("days_since_same", "Days since the patient's last claim with this code; 365 where there is none", "d", [0, 365]),
    ("claims_today", "The provider's claims of the day", "1", [1, 1e5]), ("usual_claims", "The provider's usual claims a day", "1", [0.1, 1e5]),
]


def _manifest(threshold: float) -> dict:
    return files.manifest(
        "claim-fraud", "claim-fraud",
        "Probability that a claim was changed in one of four ways that frauds use, for ranking claims to review.",
        "Reviewers of claims who can look at one in a hundred.",
        [
            "All frauds it learned from are injected; real ones differ, and its probabilities are not theirs.",
            "Never a ground to refuse a claim by itself.",
            "Frauds that keep to usual charges, codes and numbers are not found.",
            "Knows the provider only by four usual values that the caller gives.",
        ],
        [files.parameter(*described) for described in DESCRIPTIONS],
        [
            files.output("risk", "Probability of an injected fraud", "1", [0, 1], 4),
            files.output("rule", "Logarithm of charge over what is usual for code and provider: the simple rule", "1", [-50, 50], 3),
        ],
        [{"name": "review", "output": "risk", "at_least": round(threshold, 4), "meaning": "One in a hundred of the trained claims is at or above."}],
        {
            "name": "Medicare physician fee schedule, 7359 codes, with simulated claims", "origin": "PyPI healthfraudml 0.2.0, auditor/data/cms_pfs_benchmark.csv (CMS)",
            "sha256": data.SCHEDULE.sha256, "rows": data.CLAIMS, "licence": "LicenseRef-US-public-domain",
        },
    )


def build(folder: Path) -> str:
    """Trains on the first weeks, scores on the last, writes the folder; returns a line to print."""
    claims = data.load()
    fraud, past = claims.kind > 0, claims.day < TEST
    fitted = model.fit(claims.x[past], fraud[past])
    graph = model.graph(fitted)
    risk = fitted.predict_proba(model.columns(claims.x))[:, 1]
    rule = model.ratios(claims.x)[:, 0]
    assert np.abs(export.run(graph, claims.x)["risk"] - risk).max() < 1e-4, "graph and training disagree"
    threshold = float(np.quantile(risk[past], 1 - REVIEWED))
    held = ~past
    truth, provider = fraud[held], claims.provider[held]
    ranked = {"this model": risk[held], "charge over usual (rule)": rule[held]}

    def top(rows: np.ndarray, score: np.ndarray) -> float:
        """Precision among the highest per cent of the rows."""
        return float(truth[rows][np.argsort(-score[rows], kind="stable")[: max(1, round(REVIEWED * len(rows)))]].mean())

    area = {name: scores.resampled(lambda r, s=s: scores.pr_auc(truth[r], s[r]), provider) for name, s in ranked.items()}
    precision = {name: scores.resampled(lambda r, s=s: top(r, s), provider) for name, s in ranked.items()}
    details = _manifest(threshold)
    details["inputs"] = [{**value, "reference": reference(claims.x[past][:, i])} for i, value in enumerate(details["inputs"])]
    table = "\n".join(f"| {name} | {area[name]} | {precision[name]} |" for name in ranked)
    found = "\n".join(
        f"| {name} | {int(((claims.kind == k) & held).sum())} | {(risk[(claims.kind == k) & held] >= threshold).mean():.2f} |"
        for k, name in enumerate(data.KINDS)
    )
    card = files.head(details) + f"""
## The simulation
{data.__doc__.split(chr(10), 2)[2].strip()}
{data.PROVIDERS} providers, {data.CLAIMS} claims in {data.DAYS} days, seed {data.SEED}.

## Scores in time order, on injected frauds
Injected, not real. Trained on the first {TEST} days, scored on the {int(held.sum())} claims after, {truth.mean():.4f} of them frauds. In brackets
95 % intervals from resampled providers.

| score | PR-AUC | precision at 1 % reviewed |
| --- | --- | --- |
{table}

| injected | claims | share at or above the shipped threshold |
| --- | --- | --- |
{found}

`manifest.json` has the distribution of each input in the weeks of training for a watch on drift.

![Precision by share reviewed](plot.svg)
"""
    shares = np.arange(1, 51) / 1000
    plot = Plot("Precision among the claims with the highest scores (injected frauds)", (0, 5), (0, 1), "share", {0: "0 %", 1: "1 % reviewed", 3: "3 %", 5: "5 %"})
    for kind, (name, score) in zip(("model", "rule"), ranked.items()):
        order = truth[np.argsort(-score, kind="stable")]
        plot.line(list(shares * 100), [float(order[: max(1, round(s * len(order)))].mean()) for s in shares], kind, name)
    numbers = {name: {"pr_auc": scores.as_json(area[name]), "precision_at_1_percent": scores.as_json(precision[name])} for name in ranked}
    golden = np.vstack([claims.x[held][truth][:30], claims.x[held][:20]])
    files.write(folder, graph, details, golden, card, numbers, plot.svg())
    return f"injected: PR-AUC {area['this model']} (rule {area['charge over usual (rule)']}), precision at 1 % {precision['this model']}"
