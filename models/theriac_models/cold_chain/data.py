"""A real hourly temperature sensor before its machine failed, with the windows that its keepers labelled."""

import datetime as dt
import json

import numpy as np

from ..supply.sources import Fetched, rows

BASE = "https://raw.githubusercontent.com/numenta/NAB"
# Later versions of the series round its temperatures to eight decimals.
SERIES_AT, LABELS_AT = "43733a53efc493e5e87bf57018a56e4c2fe7279c", "450b94906d3ea4cea43bdc6e63a1775a29c45954"
SERIES = "realKnownCause/ambient_temperature_system_failure.csv"


def _windows(raw: bytes) -> bytes:
    """The two windows of this sensor out of the labels of all sensors."""
    return (json.dumps(json.loads(raw)[SERIES], indent=1) + "\n").encode()


SENSOR = Fetched(
    "nab_ambient_temperature_system_failure.csv", f"{BASE}/{SERIES_AT}/data/{SERIES}",
    "230b68ccca20f59d562afd5d24ad52939c9b784386bed0054018358bf9120581",
)
WINDOWS = Fetched(
    "nab_ambient_temperature_system_failure_windows.json", f"{BASE}/{LABELS_AT}/labels/combined_windows.json",
    "5a9d7f33d2d37d2f711b82641db2dfb5faf475563d741e1b7508e631f067716a", _windows,
)


def load() -> tuple[list[dt.datetime], np.ndarray, np.ndarray]:
    """Times, temperatures in degrees Celsius (the file has Fahrenheit), and whether a labelled window holds the time."""
    table = rows(SENSOR.read())
    times = [dt.datetime.fromisoformat(row["timestamp"]) for row in table]
    windows = [[dt.datetime.fromisoformat(end) for end in window] for window in json.loads(WINDOWS.read())]
    labels = np.array([any(start <= time <= end for start, end in windows) for time in times])
    return times, (np.array([float(row["value"]) for row in table]) - 32) / 1.8, labels
