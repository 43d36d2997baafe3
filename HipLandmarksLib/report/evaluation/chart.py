"""A plain chart as inline SVG; colours come from the page's style, so it turns dark with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10

from .html import number

WIDTH, HEIGHT = 520.0, 340.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 14.0, 30.0, 46.0
SERIES = 8
"""Number of colours of lines; further lines begin again with the first."""


@dataclass
class Chart:
    """Collects marks in data coordinates.

    Attributes:
        title, x_title, y_title: texts.
        x, y: (low, high) of the axes.
        log_y: logarithmic axis of y.
        keys_above: legend in the upper right corner instead of the lower one.
    """

    title: str
    x_title: str
    y_title: str
    x: tuple[float, float]
    y: tuple[float, float]
    log_y: bool = False
    keys_above: bool = False
    _marks: list[str] = field(default_factory=list)
    _legend: list[tuple[str, str]] = field(default_factory=list)

    def line(self, points: Sequence[tuple[float, float]], style: str, label: str = "") -> None:
        """Join points; a label puts the line into the legend."""
        places = " ".join(f"{self._px(x):.1f},{self._py(y):.1f}" for x, y in points)
        self._marks.append(f'<polyline class="{style}" points="{places}"/>')
        if label:
            self._legend.append((style, label))

    def level(self, y: float, style: str) -> None:
        """A horizontal line across the chart."""
        self.line([(self.x[0], y), (self.x[1], y)], style)

    def band(self, y: tuple[float, float], style: str) -> None:
        """A horizontal band across the chart, cut off at its edges."""
        low, high = (min(max(v, self.y[0]), self.y[1]) for v in y)
        top, bottom = self._py(high), self._py(low)
        self._marks.append(
            f'<rect class="{style}" x="{_LEFT}" y="{top:.1f}" width="{WIDTH - _LEFT - _RIGHT}" '
            f'height="{bottom - top:.1f}"/>'
        )

    def dot(self, x: float, y: float, style: str, hint: str) -> None:
        """A point with a hint that appears under the pointer."""
        self._marks.append(
            f'<circle class="{style}" cx="{self._px(x):.1f}" cy="{self._py(y):.1f}" r="3.6">'
            f"<title>{escape(hint)}</title></circle>"
        )

    def note(self, x: float, y: float, text: str, anchor: str = "end", dy: float = -5.0) -> None:
        """Text at a data point."""
        self._marks.append(
            f'<text class="note" x="{self._px(x) - 3:.1f}" y="{self._py(y) + dy:.1f}" '
            f'text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )

    def svg(self) -> str:
        """The finished picture."""
        return (
            f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
            f'aria-label="{escape(self.title)}">'
            f'<text class="title" x="{_LEFT}" y="17">{escape(self.title)}</text>'
            f"{self._grid()}{''.join(self._marks)}{self._frame()}{self._keys()}</svg>"
        )

    def _px(self, x: float) -> float:
        low, high = self.x
        share = (min(max(x, low), high) - low) / (high - low)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def _py(self, y: float) -> float:
        low, high = self.y
        y = min(max(y, low), high)
        if self.log_y:
            low, high, y = log10(low), log10(high), log10(y)
        return HEIGHT - _BOTTOM - (y - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    def _grid(self) -> str:
        bottom, parts = HEIGHT - _BOTTOM, []
        for x in ticks(*self.x):
            at = self._px(x)
            parts.append(f'<path class="grid" d="M{at:.1f} {_TOP}V{bottom}"/>')
            parts.append(
                f'<text x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{_tick(x)}</text>'
            )
        for y in decades(*self.y) if self.log_y else ticks(*self.y):
            at = self._py(y)
            parts.append(f'<path class="grid" d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}"/>')
            parts.append(
                f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{_tick(y)}</text>'
            )
        return "".join(parts)

    def _frame(self) -> str:
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        centre, below = (_TOP + HEIGHT - _BOTTOM) / 2, HEIGHT - 10
        return (
            f'<path class="axis" d="M{_LEFT} {_TOP}V{HEIGHT - _BOTTOM}H{WIDTH - _RIGHT}"/>'
            f'<text x="{middle}" y="{below}" text-anchor="middle">{escape(self.x_title)}</text>'
            f'<text transform="translate(14 {centre}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.y_title)}</text>"
        )

    def _keys(self) -> str:
        longest = max((len(label) for _, label in self._legend), default=0)
        x = WIDTH - _RIGHT - 34 - 6.6 * longest
        below = HEIGHT - _BOTTOM - 12 - 16 * (len(self._legend) - 1)
        top = _TOP + 16 if self.keys_above else below
        return "".join(
            f'<path class="{style}" d="M{x:.1f} {top + 16 * n - 4:.1f}h20"/>'
            f'<text class="note" x="{x + 26:.1f}" y="{top + 16 * n:.1f}">{escape(label)}</text>'
            for n, (style, label) in enumerate(self._legend)
        )


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers between ``low`` and ``high``."""
    raw = (high - low) / about
    power = 10.0 ** floor(log10(raw))
    step = next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= raw * 0.999)
    first = ceil(low / step - 1e-9)
    return [n * step for n in range(first, floor(high / step + 1e-9) + 1)]


def decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between ``low`` and ``high``."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    every = [m * 10.0**p for p in powers for m in (1.0, 2.0, 5.0)]
    return [value for value in every if low <= value <= high]


def _tick(value: float) -> str:
    text = number(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text else text
