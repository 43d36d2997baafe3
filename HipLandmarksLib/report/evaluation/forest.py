"""Differences from the baseline with their intervals as one picture, a line per method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .chart import ticks
from .html import interval, number

_WIDTH, _LEFT, _RIGHT = 640.0, 296.0, 14.0
_TOP, _ROW, _BOTTOM = 34.0, 24.0, 46.0
_LONGEST = 46
_MARGIN = 0.06


@dataclass(frozen=True)
class ForestRow:
    """One method.

    Attributes:
        label: of the method.
        mean: difference from the baseline.
        ci95: its interval, None where there is none.
    """

    label: str
    mean: float
    ci95: tuple[float, float] | None


def forest_plot(title: str, x_title: str, rows: Sequence[ForestRow]) -> str:
    """Inline SVG, first row on top; "" without rows."""
    if not rows:
        return ""
    low, high = _range(rows)
    height = _TOP + _ROW * len(rows) + _BOTTOM

    def px(x: float) -> float:
        return _LEFT + (x - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    bottom = height - _BOTTOM
    parts = [f'<text class="title" x="8" y="17">{escape(title)}</text>']
    for x in ticks(low, high):
        parts.append(f'<path class="grid" d="M{px(x):.1f} {_TOP}V{bottom}"/>')
        parts.append(
            f'<text x="{px(x):.1f}" y="{bottom + 16}" text-anchor="middle">{number(x, 1)}</text>'
        )
    parts.append(f'<path class="zero" d="M{px(0):.1f} {_TOP}V{bottom}"/>')
    for n, row in enumerate(rows):
        y = _TOP + _ROW * (n + 0.5)
        parts.append(_line(row, px(row.mean), [px(x) for x in row.ci95 or ()], y))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<path class="axis" d="M{_LEFT} {bottom}H{_WIDTH - _RIGHT}"/>')
    parts.append(
        f'<text x="{middle}" y="{height - 10}" text-anchor="middle">{escape(x_title)}</text>'
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _range(rows: Sequence[ForestRow]) -> tuple[float, float]:
    edges = [0.0] + [x for row in rows for x in (row.mean, *(row.ci95 or ()))]
    low, high = min(edges), max(edges)
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _line(row: ForestRow, middle: float, ends: list[float], y: float) -> str:
    label = row.label if len(row.label) <= _LONGEST else row.label[: _LONGEST - 1] + "…"
    hint = f"{row.label}: {number(row.mean)} mm {interval(row.ci95)}".rstrip()
    bar = f'<path class="s0" d="M{ends[0]:.1f} {y:.1f}H{ends[1]:.1f}"/>' if ends else ""
    return (
        f'<text class="note" x="8" y="{y + 4:.1f}">{escape(label)}</text>{bar}'
        f'<circle class="k0" cx="{middle:.1f}" cy="{y:.1f}" r="4">'
        f"<title>{escape(hint)}</title></circle>"
    )
