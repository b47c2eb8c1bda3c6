"""A year of deliveries between real places, with delays drawn from a documented simulation: nobody publishes real ones.

The delay of a leg is what it takes beyond free driving. Road distance is the great circle times 1.32, which Ballou,
Rahardja and Sakai (2002, Transportation Research A 36, table 1) measured for Germany. Free driving takes the first 5 km
of a leg at 30 km/h (town), the next 25 km at 60 km/h (country road), the rest at 90 km/h (motorway).

- Traffic adds a share of the time in town, and half that share elsewhere. The share has a morning and an afternoon peak
  from Monday to Friday (the second a quarter higher on Friday), one at noon on Saturday, one on Sunday evening. A factor
  that is the same for a whole day, and unknown beforehand, multiplies it.
- Weather adds a share of all driving: 7 % in rain, 30 % in snow, 15 % in storm or fog, inside of the ranges that the
  Federal Highway Administration's road weather pages give for speeds (3 to 16 %, 5 to 40 %, 10 to 12 %).
- Both, with 4 % of free driving, are multiplied by a lognormal noise that is wider in bad weather.
- An incident happens with 6 in 10,000 per kilometre, more in traffic and bad weather, and costs 18 minutes on average.
- Gate, parking and stairs take 2 minutes on average (gamma, shape 2).
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..supply.sources import verified

PLACES = Path(__file__).resolve().parents[3] / "crates" / "routing" / "data" / "places.tsv"
SHA256 = "85ab60f28fc98beffd84be4c6ddf321e3e35e0cde9bb50d639ab279ce8093b97"
WEATHER = ["dry", "rain", "snow", "storm"]
# Everything that the planner's evaluation repeats in Rust; hours, minutes, kilometres.
PARAMETERS = {
    "circuity": 1.32,
    "speeds": [[5, 30], [25, 60], [None, 90]],
    "base": 0.03,
    "workday_peaks": [[7.75, 1.0, 0.45], [16.75, 1.4, 0.40]],
    "friday_factor": 1.25,
    "saturday_peak": [12.0, 2.5, 0.20],
    "sunday_peak": [17.5, 2.0, 0.12],
    "outside_share": 0.5,
    "day_sigma": 0.15,
    "slowdown": [0.0, 0.07, 0.30, 0.15],
    "steady": 0.04,
    "sigma": [0.35, 0.40, 0.55, 0.50],
    "incident_per_km": 0.0006,
    "incident_traffic": 2.0,
    "incident_weather": [1.0, 1.4, 2.5, 1.8],
    "incident_minutes": 18.0,
    "arrival_shape": 2,
    "arrival_minutes": 1.0,
}
DAYS, PER_DAY, SEED = 364, 240, 1032
# Delivery hours; a few legs start at night.
FIRST_HOUR, LAST_HOUR, FARTHEST = 5.0, 21.0, 400.0
EARTH_KM = 6371.0088


@dataclass(frozen=True)
class Legs:
    """Legs `[n, 4]` as distance (km), hour, weekday (1 is Monday), weather class; delay in minutes, and the day."""

    x: np.ndarray
    delay: np.ndarray
    day: np.ndarray


def places() -> np.ndarray:
    """Latitude and longitude in degrees `[n, 2]`."""
    lines = verified(PLACES.read_bytes(), SHA256, PLACES.name).decode().splitlines()[1:]
    return np.array([[float(value) for value in line.split("\t")[3:5]] for line in lines])


def road_km(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Haversine distance on a sphere, times the circuity."""
    one, two = np.radians(a), np.radians(b)
    across = np.sin((two - one) / 2) ** 2
    chord = across[:, 0] + np.cos(one[:, 0]) * np.cos(two[:, 0]) * across[:, 1]
    return PARAMETERS["circuity"] * 2 * EARTH_KM * np.arcsin(np.sqrt(chord))


def driving(km: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minutes of free driving in town, and outside."""
    (town, slow), (country, middle), (_, fast) = PARAMETERS["speeds"]
    inside = 60 * np.minimum(km, town) / slow
    return inside, 60 * (np.clip(km - town, 0, country) / middle + np.maximum(km - town - country, 0) / fast)


def _peak(hour: np.ndarray, peak: list[float]) -> np.ndarray:
    at, width, height = peak
    return height * np.exp(-0.5 * ((hour - at) / width) ** 2)


def traffic(hour: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """Share of the time in town that traffic adds."""
    morning, afternoon = (_peak(hour, peak) for peak in PARAMETERS["workday_peaks"])
    work = morning + afternoon * np.where(weekday == 5, PARAMETERS["friday_factor"], 1.0)
    weekend = np.where(weekday == 6, _peak(hour, PARAMETERS["saturday_peak"]), _peak(hour, PARAMETERS["sunday_peak"]))
    return PARAMETERS["base"] + np.where(weekday <= 5, work, weekend)


def delays(draw: np.random.Generator, x: np.ndarray, day_factor: np.ndarray) -> np.ndarray:
    """Minutes beyond free driving for every leg."""
    p, n = PARAMETERS, len(x)
    km, hour, weekday, weather = x[:, 0], x[:, 1], x[:, 2], x[:, 3].astype(int)
    inside, outside = driving(km)
    share = traffic(hour, weekday)
    slow = share * day_factor * (inside + p["outside_share"] * outside)
    slow += (np.array(p["slowdown"])[weather] + p["steady"]) * (inside + outside)
    noise = np.exp(np.array(p["sigma"])[weather] * draw.standard_normal(n))
    rate = km * p["incident_per_km"] * (1 + p["incident_traffic"] * share) * np.array(p["incident_weather"])[weather]
    incident = draw.random(n) < 1 - np.exp(-rate)
    return slow * noise + incident * draw.exponential(p["incident_minutes"], n) + draw.gamma(p["arrival_shape"], p["arrival_minutes"], n)


def load() -> Legs:
    """A year of legs in order of time."""
    draw, points = np.random.default_rng(SEED), places()
    count = DAYS * PER_DAY
    day = np.repeat(np.arange(DAYS), PER_DAY)
    # Snow from December to February, storm at any time; the weather of a day is the same for all its legs.
    winter = np.cos(2 * math.pi * np.arange(DAYS) / DAYS)
    chance = np.column_stack([np.full(DAYS, 0.55), np.full(DAYS, 0.30), np.maximum(0.02, 0.18 * winter), np.full(DAYS, 0.06)])
    chance /= chance.sum(axis=1, keepdims=True)
    weather = (draw.random(DAYS)[:, None] > np.cumsum(chance, axis=1)).sum(axis=1)
    start, end = draw.integers(0, len(points), (2, count))
    near = draw.random(count) < 0.85
    # Most legs lead to one of the nearest forty places, some across the region, some inside of a town.
    order = np.stack([np.argsort(((points - point) ** 2 * [1.0, 0.44]).sum(axis=1), kind="stable")[1:41] for point in points])
    end = np.where(near, order[start, draw.integers(0, 40, count)], end)
    km = np.minimum(road_km(points[start], points[end]), FARTHEST)
    km = np.where(draw.random(count) < 0.15, draw.uniform(0.1, 6.0, count), km).round(3)
    hour = np.where(draw.random(count) < 0.1, draw.uniform(0, 24, count), draw.uniform(FIRST_HOUR, LAST_HOUR, count)).round(3)
    x = np.column_stack([km, np.minimum(hour, 23.999), day % 7 + 1, weather[day]])
    factor = np.exp(PARAMETERS["day_sigma"] * draw.standard_normal(DAYS))
    return Legs(x, delays(draw, x, factor[day]), day)
