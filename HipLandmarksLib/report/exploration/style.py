"""Colours, marks and margins that the pictures of the exploration share."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..case import NOTICE

DPI = 130
INK = "#20262c"
FAINT = "#6b747c"
GRID = "#d9dee2"
USUAL = "#cfe8d2"
CHOSEN = "#fdf1c4"
ANGLE_COLOURS = {"alpha": "#1f5fa8", "lce": "#b0490c"}
EDITED = "#a3158f"
UNSEEN = "#e9ebed"


def new_figure(width_px: int, height_px: int, title: str, foot: str = "") -> Figure:
    """An empty sheet with the title above, and remarks and the research notice below."""
    figure = Figure(figsize=(width_px / DPI, height_px / DPI), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    top = (height_px - 22) / height_px
    figure.text(0.5, top, title, ha="center", va="center", fontsize=12, color=INK, weight="bold")
    text = f"{foot}   {NOTICE}".strip()
    figure.text(0.5, 15 / height_px, text, ha="center", va="center", fontsize=8, color=FAINT)
    return figure


def paragraph(
    figure: Figure, at: tuple[float, float], text: str, columns: int, size: float = 8.5
) -> None:
    """Lines of at most ``columns`` letters about a place of the sheet."""
    lines = "\n".join(textwrap.wrap(text, columns))
    figure.text(*at, lines, ha="center", va="center", fontsize=size, color=FAINT)


def legend_line(figure: Figure, entries: Sequence[Artist], y: float) -> None:
    """What the marks mean, in one line of the sheet."""
    figure.legend(
        handles=list(entries),
        loc="center",
        bbox_to_anchor=(0.5, y),
        ncols=len(entries),
        frameon=False,
        fontsize=8.5,
        labelcolor=INK,
    )
