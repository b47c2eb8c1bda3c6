"""Claims drawn from Medicare's fee schedule, with frauds injected: nobody publishes real ones with labels.

Every provider has a set of codes, a markup over the fee and a usual number of claims a day. One claim in a hundred is
changed in one of four ways: `inflated` (charge times 1.3 to 3), `upcoded` (a code of the provider's field that costs 2
to 4 times as much, charged as such), `duplicate` (the same patient and code within three days), `burst` (a day with
three to six times the usual claims).
"""

from dataclasses import dataclass

import numpy as np

from ..supply.sources import Packaged, rows

SCHEDULE = Packaged("healthfraudml", "auditor/data/cms_pfs_benchmark.csv", "c6c8faa89a5cd8727f399d627b7d29b02d003a24783a67c7cfd17f40d1c217fa")
KINDS = ["none", "inflated", "upcoded", "duplicate", "burst"]
PROVIDERS, CLAIMS, DAYS, RATE, SEED = 300, 60_000, 364, 0.01, 7359
NAMES = ["charge", "fee", "units", "usual_markup", "usual_fee", "days_since_same", "claims_today", "usual_claims"]


@dataclass(frozen=True)
class Claims:
    """Claims `[n, 8]` by day, with the injected kind (0 is none) and the provider."""

    x: np.ndarray
    kind: np.ndarray
    day: np.ndarray
    provider: np.ndarray


def load() -> Claims:
    fees = np.array([float(row["medicare_max"]) for row in rows(SCHEDULE.read())])
    draw = np.random.default_rng(SEED)
    # Codes beside each other in the schedule are of one field.
    field = draw.integers(0, len(fees) - 60, PROVIDERS)
    markup = np.exp(draw.normal(0.4, 0.35, PROVIDERS))
    usual = draw.integers(4, 30, PROVIDERS).astype(float)
    usual_fee = np.array([np.median(fees[at : at + 60]) for at in field])
    day = np.sort(draw.integers(0, DAYS, CLAIMS))
    provider = draw.integers(0, PROVIDERS, CLAIMS)
    kind = np.where(draw.random(CLAIMS) < RATE, draw.integers(1, len(KINDS), CLAIMS), 0)
    fee = fees[field[provider] + np.minimum(draw.geometric(0.06, CLAIMS) - 1, 59)]
    units = np.minimum(draw.geometric(0.75, CLAIMS), 12).astype(float)
    fee = np.where(kind == 2, np.minimum(usual_fee[provider] * draw.uniform(2, 4, CLAIMS), fees.max()), fee)
    charge = fee * units * markup[provider] * np.exp(draw.normal(0, 0.12, CLAIMS))
    charge = np.where(kind == 1, charge * draw.uniform(1.3, 3.0, CLAIMS), charge)
    # Honest claims repeat too: follow-up visits and lost forms.
    repeat = np.where(draw.random(CLAIMS) < 0.05, draw.integers(1, 60, CLAIMS), 365)
    since = np.where(kind == 3, draw.integers(0, 4, CLAIMS), repeat)
    today = np.maximum(draw.poisson(usual[provider]), 1)
    today = np.where(kind == 4, np.round(usual[provider] * draw.uniform(3, 6, CLAIMS)), today)
    x = np.column_stack([charge.round(2), fee.round(2), units, markup[provider].round(3), usual_fee[provider].round(2), since, today, usual[provider]])
    return Claims(x, kind, day, provider)
