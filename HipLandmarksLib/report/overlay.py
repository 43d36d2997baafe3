"""The overlay picture: slices with landmarks, their doubt and the measurements drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ..anatomy import Midline, Side
from ..imaging import window_level
from ..uncertainty import ellipse_words
from .case import NOTICE, SIDES, CaseReport
from .doubt import level_words
from .overlay_hip import HipDrawing, collect_hip, draw_hips
from .slice_view import SliceView

_DPI = 130
_WIDTH_PX = 1820
_MAX_HEIGHT_PX = 1400
_MARGIN_PX, _HEAD_PX, _FOOT_PX = 12, 62, 34
_MARGIN_MM = 22.0
_LEAST_CROP_MM = 110.0
_BACKGROUND = "#101418"
_OUTLINE = [withStroke(linewidth=2.5, foreground="black")]


@dataclass(frozen=True)
class Panel:
    """One slice with the hips that were read on it, cropped to ``window``.

    Attributes:
        view: the slice.
        hips: what is drawn on it.
        window: (left, top, right, bottom) in picture mm.
    """

    view: SliceView
    hips: tuple[HipDrawing, ...]
    window: tuple[float, float, float, float]

    @property
    def size_mm(self) -> tuple[float, float]:
        """(width, height)."""
        left, top, right, bottom = self.window
        return (right - left, bottom - top)


def write_overlay(path: Path, case: CaseReport) -> None:
    """Write the overlay as PNG.

    Raises:
        ValueError: when the case has no image.
    """
    figure = draw_overlay(case)
    figure.savefig(path, dpi=_DPI, facecolor=_BACKGROUND)


def draw_overlay(case: CaseReport) -> Figure:
    """Draw a case: one panel when both hips were read on the same slice, else one per hip.

    The patient's right is on the viewer's left. Rays and arcs show the measurements; ellipses are
    the regions of a calibrated model, else they hold a landmark with 95 % probability as far as its
    source knows. Intervals are those of the tables.

    Raises:
        ValueError: when the case has no image.
    """
    panels = make_panels(case)
    widths = [panel.size_mm[0] for panel in panels]
    tallest = max(panel.size_mm[1] for panel in panels)
    room_px = _WIDTH_PX - _MARGIN_PX * (len(panels) + 1)
    scale = min(room_px / sum(widths), _MAX_HEIGHT_PX / tallest)  # pixels per mm
    height_px = _HEAD_PX + _FOOT_PX + scale * tallest
    figure = Figure(figsize=(_WIDTH_PX / _DPI, height_px / _DPI), dpi=_DPI)
    FigureCanvasAgg(figure)
    spare = (room_px - scale * sum(widths)) / 2
    left_px = _MARGIN_PX + spare
    for panel in panels:
        width, height = (scale * mm for mm in panel.size_mm)
        top_px = height_px - _HEAD_PX
        rect = (left_px / _WIDTH_PX, (top_px - height) / height_px, width / _WIDTH_PX)
        _draw_panel(figure.add_axes((*rect, height / height_px)), panel, case)
        left_px += width + _MARGIN_PX
    _write_margins(figure, case, panels, height_px)
    return figure


def make_panels(case: CaseReport) -> list[Panel]:
    """One panel per slice on which a hip was read, the right hip's first.

    Raises:
        ValueError: when the case has no image.
    """
    if case.image is None:
        raise ValueError("An overlay needs the image.")
    by_slice: dict[int, list[Side]] = {}
    for side in SIDES:
        if side in case.slices:
            by_slice.setdefault(case.slices[side], []).append(side)
    if not by_slice:
        by_slice = {case.image.n_slices // 2: []}
    panels = []
    for index, sides in by_slice.items():
        view = SliceView.of(case.image, index)
        hips = [collect_hip(case, side, view) for side in sides]
        pelvis = collect_hip(case, Midline.PELVIS, view)
        if pelvis.points or (pelvis.measurements and len(sides) > 1):
            hips.append(pelvis)
        panels.append(Panel(view, tuple(hips), _window(view, hips)))
    return panels


def _window(view: SliceView, hips: Sequence[HipDrawing]) -> tuple[float, float, float, float]:
    """Crop around everything drawn, at least 110 mm wide and high, within the slice."""
    left, right, bottom, top = view.extent
    extent = [hip.extent() for hip in hips if hip.points or hip.measurements]
    if not extent:
        return (left, top, right, bottom)
    low = np.min([e[0] for e in extent], axis=0) - _MARGIN_MM
    high = np.max([e[1] for e in extent], axis=0) + _MARGIN_MM
    grow = np.maximum(_LEAST_CROP_MM - (high - low), 0) / 2
    low, high = low - grow, high + grow
    return (
        max(float(low[0]), left),
        max(float(low[1]), top),
        min(float(high[0]), right),
        min(float(high[1]), bottom),
    )


def _draw_panel(axes: Axes, panel: Panel, case: CaseReport) -> None:
    left, top, right, bottom = panel.window
    low, high = window_level(_cropped(panel))
    axes.imshow(
        panel.view.pixels,
        cmap="gray",
        vmin=low,
        vmax=high,
        extent=panel.view.extent,
        interpolation="bicubic",
    )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()
    hips = " and ".join(hip.side.word for hip in panel.hips if isinstance(hip.side, Side))
    a_volume = case.image is not None and case.image.n_slices > 1
    where = f"slice {panel.view.index} (from 0)" if a_volume else ""
    title = ", ".join(part for part in (where, f"{hips} hip" if hips else "") if part)
    axes.set_title(title, color="white", fontsize=9, pad=4)
    for x, word, align in ((0.012, "R", "left"), (0.988, "L", "right")):
        axes.text(
            *(x, 0.985, word),
            transform=axes.transAxes,
            color="white",
            fontsize=15,
            weight="bold",
            ha=align,
            va="top",
            path_effects=_OUTLINE,
        )
    _scale_bar(axes, panel, case)
    draw_hips(axes, panel.hips)


def _cropped(panel: Panel) -> NDArray[np.float32]:
    dy, dx = panel.view.spacing
    left, top, right, bottom = panel.window
    rows = slice(max(int(top / dy), 0), max(int(bottom / dy), 1) + 1)
    columns = slice(max(int(left / dx), 0), max(int(right / dx), 1) + 1)
    return panel.view.pixels[rows, columns]


def _scale_bar(axes: Axes, panel: Panel, case: CaseReport) -> None:
    if not case.calibration.calibrated:
        return
    left, _, _, bottom = panel.window
    length, inset = 20.0, 4.0
    ends = (left + inset, left + inset + length * 1 / case.calibration.factor)
    axes.plot(ends, [bottom - inset] * 2, color="white", linewidth=2.5, path_effects=_OUTLINE)
    axes.text(
        *(ends[0], bottom - inset - 1.5, f"{length:.0f} mm"),
        color="white",
        fontsize=8,
        va="bottom",
        path_effects=_OUTLINE,
    )


def _write_margins(
    figure: Figure, case: CaseReport, panels: Sequence[Panel], height_px: float
) -> None:
    head = f"{case.name}   ·   landmarks: {case.sources}   ·   {NOTICE}"
    foot = "   ".join(_remarks(case, panels))
    for y_px, text, colour, size in (
        (height_px - 18, head, "white", 10.5),
        (15, foot, "#b8c0c8", 8),
    ):
        figure.text(
            *(0.5, y_px / height_px, text), color=colour, fontsize=size, ha="center", va="center"
        )


def _remarks(case: CaseReport, panels: Sequence[Panel]) -> list[str]:
    hips = [hip for panel in panels for hip in panel.hips]
    remarks = []
    if any(point.ellipse().size for hip in hips for point in hip.points):
        remarks.append(f"Ellipses: {_ellipses(case)}.")
    if any(doubt.conformal for doubt in case.doubts.values()):
        remarks.append(f"In brackets: {level_words(case)} intervals of the calibrated model.")
    if any(mark.flagged for hip in hips for mark in hip.measurements):
        remarks.append("* flagged: see the table of measurements.")
    return remarks


def _ellipses(case: CaseReport) -> str:
    if case.model:
        return f"{ellipse_words(case.model_calibration)} of each landmark"
    return "hold a landmark with 95 % probability, as far as its source knows"
