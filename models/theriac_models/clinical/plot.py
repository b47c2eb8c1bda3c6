"""The calibration curve of a model, from held-out rows."""

from ..supply.plot import Plot


def calibration(name: str, bins: list[dict[str, float]]) -> str:
    """Observed share against mean risk, in ten bins of equal size."""
    ticks = {i / 5: f"{i / 5:.1f}" for i in range(6)}
    plot = Plot(f"{name}: observed share against calibrated risk, held-out rows", (0.0, 1.0), (0.0, 1.0), "share", ticks)
    plot.line([0, 1], [0, 1], "rule", "perfect")
    risks, shares = [b["risk"] for b in bins], [b["observed"] for b in bins]
    plot.line(risks, shares, "model", "model")
    plot.dots(risks, shares, "data", "tenths of the rows")
    return plot.svg()
