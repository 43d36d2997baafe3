"""What is drawn on one hip: landmarks with ellipses, measurement rays and arcs, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray

from ..anatomy import AnySide, Landmark, LandmarkState, LandmarkTable
from ..uncertainty import ellipse_radius
from .case import CaseReport
from .label_layout import Box, Label, place_labels
from .slice_view import SliceView
from .values import format_value

if TYPE_CHECKING:
    from matplotlib.text import Text

    from ..measurement import Measurement
    from ..measurement.drawing import Arc, Drawing

_COLOURS = ("#ffb000", "#5ec8ff", "#5fe08a", "#ff8ad8", "#c9a6ff", "#ffe86b")
_POINT_COLOUR = "#ffffff"
_POINT_WEIGHT = 15  # a hidden point is as bad as 15 mm of hidden lines
_DASH_OF_ROLE = {"baseline": (0, (4, 2)), "axis": (0, (6, 2)), "distance": "solid", "ray": "solid"}
_STROKE: list[AbstractPathEffect] = [withStroke(linewidth=2.2, foreground="black")]


@dataclass(frozen=True)
class PointMark:
    """A landmark in picture mm; ``covariance`` is 2x2 mm^2 or None.

    ``radius`` is the reach of its ellipse in standard deviations, None where it has none. A
    numbered point of a list (RIM1, RIM2, ...) is a small dot without a label.
    """

    key: str
    xy: NDArray[np.float64]
    covariance: NDArray[np.float64] | None
    estimated: bool
    radius: float | None = None

    @property
    def labelled(self) -> bool:
        """Whether its key is written beside it."""
        return self.key in LandmarkTable.load().definitions

    def ellipse(self) -> NDArray[np.float64]:
        """Outline of the ellipse, shape (n, 2) mm; empty without one."""
        if self.covariance is None or self.radius is None:
            return np.empty((0, 2))
        values, vectors = np.linalg.eigh(self.covariance)
        angles = np.linspace(0.0, 2 * np.pi, 49)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        half_axes = self.radius * np.sqrt(np.maximum(values, 0.0))
        return np.asarray(self.xy + (circle * half_axes) @ vectors.T)


@dataclass(frozen=True)
class MeasurementMark:
    """A measurement's lines in picture mm, shape (n, 2) each, with dash by role."""

    lines: tuple[tuple[NDArray[np.float64], str], ...]
    label_at: NDArray[np.float64]
    text: str
    colour: str
    flagged: bool


@dataclass(frozen=True)
class HipDrawing:
    """Everything drawn for one side, or for the whole pelvis."""

    side: AnySide
    points: tuple[PointMark, ...]
    measurements: tuple[MeasurementMark, ...]

    def extent(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lowest and highest (x, y) of all points and lines, picture mm."""
        parts = [point.xy[None] for point in self.points]
        parts += [line for mark in self.measurements for line, _ in mark.lines]
        everything = np.concatenate(parts)
        return everything.min(axis=0), everything.max(axis=0)

    def samples(self) -> NDArray[np.float64]:
        """Points, ellipses, and samples of the lines every mm: labels should not cover them."""
        parts = [np.repeat(point.xy[None], _POINT_WEIGHT, axis=0) for point in self.points]
        parts += [point.ellipse() for point in self.points]
        for mark in self.measurements:
            parts += [_sampled(line) for line, _ in mark.lines]
        return np.concatenate(parts) if parts else np.empty((0, 2))


def collect_hip(case: CaseReport, side: AnySide, view: SliceView) -> HipDrawing:
    """Project the landmarks and the chosen measurements of one side, or the pelvis."""
    points = tuple(
        _point_mark(landmark, view, case)
        for landmark in case.landmarks.side(side)
        if landmark.position is not None
    )
    drawn = [m for m in case.measurements if m.side is side and m.id in case.marks]
    marks = tuple(
        _measurement_mark(case, m, drawing, view)
        for m in drawn
        if (drawing := m.drawing) is not None
    )
    return HipDrawing(side, points, marks)


def draw_hips(axes: Axes, hips: Sequence[HipDrawing]) -> None:
    """Draw lines first, then points, then labels where they cover neither."""
    for hip in hips:
        for mark in hip.measurements:
            for line, role in mark.lines:
                axes.plot(
                    *line.T,
                    color=mark.colour,
                    linewidth=1.3,
                    linestyle=_DASH_OF_ROLE.get(role, "solid"),
                    alpha=0.9,
                )
        for point in hip.points:
            _draw_point(axes, point)
    _draw_labels(axes, hips)


def _point_mark(landmark: Landmark, view: SliceView, case: CaseReport) -> PointMark:
    covariance = landmark.covariance
    return PointMark(
        landmark.key,
        view.project(landmark.point()),
        None if covariance is None else view.project_covariance(covariance),
        landmark.state is LandmarkState.ESTIMATED,
        ellipse_radius(landmark, case.model_calibration)[0],
    )


def _measurement_mark(
    case: CaseReport, measurement: Measurement, drawing: Drawing, view: SliceView
) -> MeasurementMark:
    lines = [
        (view.project(np.array([segment.start, segment.end])), segment.role)
        for segment in drawing.segments
    ]
    if drawing.arc is not None:
        lines.append((_arc_points(drawing.arc, view), "ray"))
    flagged = any(status.value != "OK" for status in measurement.status)
    value = format_value(measurement, case.doubts.get((measurement.side, measurement.id)))
    text = f"{measurement.short_name} {value}{' *' if flagged else ''}"
    colour = _COLOURS[case.marks.index(measurement.id) % len(_COLOURS)]
    return MeasurementMark(tuple(lines), view.project(drawing.label_anchor), text, colour, flagged)


def _arc_points(arc: Arc, view: SliceView) -> NDArray[np.float64]:
    centre, start, end = view.project(np.array([arc.centre, arc.start, arc.end]))
    first, last = start - centre, end - centre
    sweep = np.arctan2(first[0] * last[1] - first[1] * last[0], first @ last)
    angles = np.arctan2(first[1], first[0]) + np.linspace(0.0, sweep, 33)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(centre + float(np.linalg.norm(first)) * circle)


def _draw_point(axes: Axes, point: PointMark) -> None:
    axes.plot(*point.ellipse().T, color=_POINT_COLOUR, linewidth=0.9, alpha=0.85)
    axes.plot(
        *point.xy,
        marker="D" if point.estimated else "o",
        markersize=4.2 if point.labelled else 2.4,
        markerfacecolor="none" if point.estimated else "#e02020",
        markeredgecolor=_POINT_COLOUR,
        markeredgewidth=0.8,
    )


def _draw_labels(axes: Axes, hips: Sequence[HipDrawing]) -> None:
    entries = [
        (hip, point.xy, point.key, _POINT_COLOUR, 9.5)
        for hip in hips
        for point in hip.points
        if point.labelled
    ]
    entries += [
        (hip, mark.label_at, mark.text, mark.colour, 12.0)
        for hip in hips
        for mark in hip.measurements
    ]
    if not entries:
        return
    texts = [
        axes.text(
            float(xy[0]),
            float(xy[1]),
            text,
            color=colour,
            fontsize=size,
            ha="center",
            va="center",
            zorder=6,
        )
        for _, xy, text, colour, size in entries
    ]
    labels = [
        _label(axes, text, xy, hip) for text, (hip, xy, *_) in zip(texts, entries, strict=True)
    ]
    samples = np.concatenate([hip.samples() for hip in hips])
    boxes = place_labels(labels, axes.transData.transform(samples), _frame(axes))
    n_points = sum(point.labelled for hip in hips for point in hip.points)
    for number, (text, box, label) in enumerate(zip(texts, boxes, labels, strict=True)):
        _move(axes, text, box)
        if number < n_points:  # a measurement's label is known by its colour
            _leader(axes, box, label)


def _label(axes: Axes, text: Text, xy: NDArray[np.float64], hip: HipDrawing) -> Label:
    text.set_path_effects(_STROKE)
    extent = text.get_window_extent()
    low, high = hip.extent()
    centre = axes.transData.transform((low + high) / 2)
    anchor = axes.transData.transform(xy)
    return Label(tuple(anchor), (extent.width + 6, extent.height + 4), tuple(centre))


def _move(axes: Axes, text: Text, box: Box) -> None:
    x, y = axes.transData.inverted().transform(box.centre)
    text.set_position((float(x), float(y)))


def _leader(axes: Axes, box: Box, label: Label) -> None:
    """A thin line from a point to its label when they are far apart."""
    (x, y), (width, height) = box.centre, label.size
    if np.hypot(x - label.anchor[0], y - label.anchor[1]) > 1.6 * height + width / 2:
        ends = axes.transData.inverted().transform(np.array([label.anchor, box.centre]))
        axes.plot(*ends.T, color=_POINT_COLOUR, linewidth=0.5, zorder=5)


def _frame(axes: Axes) -> Box:
    extent = axes.get_window_extent()
    return Box(extent.x0, extent.y0, extent.x1, extent.y1)


def _sampled(line: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    parts = [
        a + (b - a) * np.linspace(0, 1, max(2, int(step)))[:, None]
        for a, b, step in zip(line[:-1], line[1:], steps, strict=True)
    ]
    return np.concatenate(parts)
