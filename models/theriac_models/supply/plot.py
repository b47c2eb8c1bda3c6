"""Small line plots as SVG text, the same bytes in every run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 320, 64, 16, 40, 40
COLOURS = {"data": "#1b1b1b", "model": "#0b62a4", "rule": "#b4540a", "alarm": "#c1121f", "band": "#0b62a4"}


@dataclass
class Plot:
    """A plot over x in data units; `labels` maps x to the text under the axis."""

    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    unit: str
    labels: dict[float, str]
    parts: list[str] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)

    def _at(self, x: float, y: float) -> str:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (x - self.x[0]) / (self.x[1] - self.x[0])
        up = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (min(max(y, self.y[0]), self.y[1]) - self.y[0]) / (self.y[1] - self.y[0])
        return f"{across:.1f},{up:.1f}"

    def line(self, xs: Sequence[float], ys: Sequence[float], kind: str, name: str) -> None:
        points = " ".join(self._at(x, y) for x, y in zip(xs, ys))
        self.parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[kind]}" stroke-width="1.6"/>')
        self.legend.append((COLOURS[kind], name))

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], opacity: float) -> None:
        edge = [self._at(x, y) for x, y in zip(xs, high)] + [self._at(x, y) for x, y in zip(xs[::-1], low[::-1])]
        self.parts.append(f'<polygon points="{" ".join(edge)}" fill="{COLOURS["band"]}" fill-opacity="{opacity}"/>')

    def dots(self, xs: Sequence[float], ys: Sequence[float], kind: str, name: str) -> None:
        for x, y in zip(xs, ys):
            cx, cy = self._at(x, y).split(",")
            self.parts.append(f'<circle cx="{cx}" cy="{cy}" r="2.6" fill="{COLOURS[kind]}"/>')
        self.legend.append((COLOURS[kind], name))

    def svg(self) -> str:
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
            f"<title>{escape(self.title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="16" font-size="13">{escape(self.title)}</text>',
        ]
        for tick in np.linspace(*self.y, 5):
            x, y = self._at(self.x[0], tick).split(",")
            out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="#dddddd"/>')
            out.append(f'<text x="{LEFT - 6}" y="{float(y) + 4:.1f}" text-anchor="end">{tick:,.4g}</text>')
        for at, label in self.labels.items():
            x = self._at(at, self.y[0]).split(",")[0]
            out.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{escape(label)}</text>')
        out.append(f'<text x="{LEFT - 6}" y="{TOP - 10}" text-anchor="end">{escape(self.unit)}</text>')
        out += self.parts
        for place, (colour, name) in enumerate(self.legend):
            x = LEFT + 190 * place
            out.append(f'<rect x="{x}" y="24" width="10" height="4" fill="{colour}"/><text x="{x + 14}" y="30">{escape(name)}</text>')
        return "\n".join([*out, "</svg>"]) + "\n"
