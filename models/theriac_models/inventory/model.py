"""How much to order each month, from the demand model's limits for the two months until the order after next is here."""

import numpy as np

from ..supply.graph import Graph

# Review every month, goods one month later: an order must last for two months.
MONTHS = 2
# Errors of the two months are alike: the correlation that is assumed, not measured.
CORRELATION = 0.5
NAMES = ["median_1", "median_2", "high80_1", "high80_2", "high95_1", "high95_2", "stock", "on_order"]
OUTPUTS = ["up_to_90", "up_to_97", "order_90", "order_97"]


def up_to(median: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Stock to have after ordering: the medians' sum, and the two upper errors' length as correlated ones `[..., 2]`."""
    error = high - median
    joint = (error**2).sum(axis=-1) + 2 * CORRELATION * error.prod(axis=-1)
    return median.sum(axis=-1) + np.sqrt(joint)


def graph() -> bytes:
    g = Graph("inventory", NAMES)
    first, second = g.columns("features", [0]), g.columns("features", [1])
    held = g.add("Add", g.columns("features", [6]), g.columns("features", [7]))
    for place, level in ((2, "90"), (4, "97")):
        a = g.add("Max", g.add("Sub", g.columns("features", [place]), first), [0.0])
        b = g.add("Max", g.add("Sub", g.columns("features", [place + 1]), second), [0.0])
        squares = g.add("Add", g.add("Mul", a, a), g.add("Mul", b, b))
        joint = g.add("Add", squares, g.add("Mul", g.add("Mul", a, b), [2 * CORRELATION]))
        wanted = g.add("Add", g.add("Add", first, second), g.add("Sqrt", joint), output=f"up_to_{level}")
        g.add("Max", g.add("Sub", wanted, held), [0.0], output=f"order_{level}")
    return g.bytes(OUTPUTS)
