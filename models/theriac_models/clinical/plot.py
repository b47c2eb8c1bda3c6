"""The calibration curve of a model, from held-out rows."""

from ..supply.plot import Plot


def calibration(name: str, bins: list[dict[str, float]]) -> str:
    """Observed share against mean risk, in ten bins of equal size."""
    risks, shares = [b["risk"] for b in bins], [b["observed"] for b in bins]
    # Rare outcomes would else all lie in one corner.
    top = next(edge for edge in (0.2, 0.5, 1.0) if max(risks + shares) <= edge)
    ticks = {top * i / 5: f"{top * i / 5:.{2 if top < 0.5 else 1}f}" for i in range(6)}
    plot = Plot(f"{name}: observed share against calibrated risk, held-out rows", (0.0, top), (0.0, top), "share", ticks)
    plot.line([0, top], [0, top], "rule", "perfect")
    plot.line(risks, shares, "model", "model")
    plot.dots(risks, shares, "data", "tenths of the rows")
    return plot.svg()
