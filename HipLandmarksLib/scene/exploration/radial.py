"""The radial plane that is shown: slice views put on it, the contour and alpha drawn in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from ...anatomy import Side
from ...exploration.radial_result import RadialMap, RadialSection
from ...measurement.vector import cross3
from ...measurement.volume import ClockFrame
from ..frames import array_to_matrix, flip_frame
from ..markup import LockedMarkup
from ..nodes import StudyNodes
from ..style import SIDE_COLOURS, one_event
from .kinds import RADIAL_VIEW
from .nodes import ExplorerNodes

CURVE_CLASS, POINT_CLASS = "vtkMRMLMarkupsCurveNode", "vtkMRMLMarkupsFiducialNode"
_VIEW_MM = 110.0
_ALONG_MM = 18.0
_EVERY = 2
"""Control points of a drawn contour: every second traced point is enough for a spline."""
_HALVES = ("upper", "lower")


class RadialMarks:
    """Contour and point of alpha in both halves of the plane; nobody can drag them."""

    def __init__(self, nodes: ExplorerNodes) -> None:
        self._nodes = nodes
        self._marks: dict[str, LockedMarkup] = {}

    def show(self, found: RadialMap, theta_deg: float) -> None:
        """Draw the sections at ``theta_deg`` and on the opposite side."""
        shown = set()
        for half, theta in zip(_HALVES, (theta_deg, theta_deg + 180.0), strict=True):
            section = found.at(theta)
            if abs((section.theta_deg - theta + 180.0) % 360.0 - 180.0) < 1e-6:
                shown |= set(self._draw(half, found.side, section))
        self._hide_all_but(shown)

    def hide(self) -> None:
        """Draw nothing."""
        self._hide_all_but(set())

    def forget(self, node: Any) -> None:
        """Drop a node that was removed from the scene."""
        self._marks = {name: mark for name, mark in self._marks.items() if mark.node is not node}

    def _draw(self, half: str, side: Side, section: RadialSection) -> Iterator[str]:
        if len(section.contour) > 2 * _EVERY:
            name = f"radial contour {half}"
            points = (*section.contour[:-1:_EVERY], section.contour[-1])
            self._fresh(name, CURVE_CLASS, side, len(points)).place(points)
            yield name
        point = section.measured.exit_point
        if point is not None and section.alpha_deg is not None:
            name = f"radial point {half}"
            mark = self._mark(name, POINT_CLASS, side)
            with one_event(mark.node):
                mark.place((point,))
                mark.write(f"alpha {round(section.alpha_deg)}°, {section.clock}")
            yield name

    def _fresh(self, name: str, class_name: str, side: Side, count: int) -> LockedMarkup:
        """A curve with no more points than are to be placed."""
        mark = self._mark(name, class_name, side)
        if mark.node.GetNumberOfControlPoints() > count:
            mark.node.RemoveAllControlPoints()
        return mark

    def _mark(self, name: str, class_name: str, side: Side) -> LockedMarkup:
        mark = self._marks.get(name)
        if mark is None:
            node = self._nodes.get(name, class_name, name)
            node.CreateDefaultDisplayNodes()
            mark = self._marks[name] = LockedMarkup(node)
        with one_event(mark.node.GetDisplayNode()):
            _style(mark.node.GetDisplayNode(), side)
        return mark

    def _hide_all_but(self, shown: set[str]) -> None:
        for half in _HALVES:
            for name in (f"radial contour {half}", f"radial point {half}"):
                node = self._nodes.find(name)
                if node is not None:
                    node.GetDisplayNode().SetVisibility(name in shown)


def turn_radial_views(study: StudyNodes, frame: ClockFrame, theta_deg: float) -> int:
    """Put the slice views called :data:`RADIAL_VIEW` on a plane through the neck axis; how many.

    The neck runs to the right, ``theta_deg`` is on top. Views that an application opened just now
    must be turned again once it has come to rest: only then they have their size, and their
    sliders no longer send them elsewhere.
    """
    scene, kind = study.scene, "vtkMRMLSliceNode"
    plane = slice_to_ras(frame, theta_deg)
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    views = [node for node in nodes if node.GetLayoutName() == RADIAL_VIEW]
    for node in views:
        composite = scene.GetSingletonNode(RADIAL_VIEW, "vtkMRMLSliceCompositeNode")
        if composite is not None and study.volume is not None:
            composite.SetBackgroundVolumeID(study.volume.GetID())
        with one_event(node):
            node.GetSliceToRAS().DeepCopy(plane)
            node.SetXYZOrigin(0.0, 0.0, 0.0)
            width, height, _depth = node.GetDimensions()
            depth = node.GetFieldOfView()[2]
            node.SetFieldOfView(_VIEW_MM, _VIEW_MM * height / max(width, 1), depth)
            node.UpdateMatrices()
    return len(views)


def slice_to_ras(frame: ClockFrame, theta_deg: float) -> vtkMatrix4x4:
    """Plane of a slice view: x along the neck, y towards ``theta_deg``, about the head and neck."""
    across, up = frame.neck, frame.direction(theta_deg)
    centre = np.asarray(frame.head) + _ALONG_MM * np.asarray(across)
    matrix = np.eye(4)
    for column, way in enumerate((across, up, cross3(across, up))):
        matrix[:3, column] = flip_frame(way)
    matrix[:2, 3], matrix[2, 3] = -centre[:2], centre[2]
    return array_to_matrix(matrix)


def _style(display: Any, side: Side) -> None:
    colour = SIDE_COLOURS[side]
    for put in (display.SetColor, display.SetSelectedColor, display.SetActiveColor):
        put(*colour)
    is_curve = display.GetDisplayableNode().IsA(CURVE_CLASS)
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(not is_curve)
    display.SetGlyphTypeFromString("Vertex2D" if is_curve else "CrossDot2D")
    display.SetUseGlyphScale(True)
    display.SetGlyphScale(0.1 if is_curve else 2.5)
    display.SetTextScale(3.0)
    display.SetCurveLineSizeMode(display.UseLineThickness)
    display.SetLineThickness(0.5)
    display.SetHandlesInteractive(False)
