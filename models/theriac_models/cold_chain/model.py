"""Largest distance from the usual temperature in a week, and the mean kinetic temperature of the week."""

import numpy as np

from ..supply.graph import Graph

HOURS = 168
# Heat of activation over the gas constant, K: 83.144 kJ/mol / 8.3144 J/(mol K), United States Pharmacopeia <1079.2>.
ACTIVATION = 10000.0
ZERO = 273.15
OUTPUTS = ["excursion", "latest", "mean_kinetic_temperature"]


def score(window: np.ndarray, usual: float, spread: float) -> float:
    """Largest distance in the week, in units of the usual spread."""
    return float(np.abs(window - usual).max() / spread)


def mean_kinetic(window: np.ndarray) -> float:
    """Degrees Celsius; the temperature that alone would do the same harm (Haynes 1971)."""
    return float(ACTIVATION / -np.log(np.exp(-ACTIVATION / (window + ZERO)).mean()) - ZERO)


def graph(inputs: list[str]) -> bytes:
    g = Graph("cold-chain", inputs)
    window = g.columns("features", range(HOURS))
    usual, spread = g.columns("features", [HOURS]), g.columns("features", [HOURS + 1])
    far = g.add("Div", g.add("Abs", g.add("Sub", window, usual)), spread)
    g.add("ReduceMax", far, axes=[1], keepdims=1, output=OUTPUTS[0])
    g.columns(far, [HOURS - 1], output=OUTPUTS[1])
    # Around 300 K, so that the exponent stays small: exp(-A/T) = exp(-A/300) exp(A (T - 300) / (300 T)).
    kelvin = g.add("Add", window, [ZERO])
    excess = g.add("Div", g.add("Sub", window, [300 - ZERO]), kelvin)
    harm = g.mean(g.add("Exp", g.add("Mul", excess, [ACTIVATION / 300])), HOURS)
    share = g.add("Mul", g.add("Log", harm), [300 / ACTIVATION])
    # T = 300 / (1 - share), less the zero point, without the difference of two large numbers.
    above = g.add("Div", g.add("Mul", share, [300.0]), g.add("Sub", [1.0], share))
    g.add("Add", above, [300 - ZERO], output=OUTPUTS[2])
    return g.bytes(OUTPUTS)
