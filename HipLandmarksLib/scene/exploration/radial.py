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
from ..frames import array_to_matrix, flip_frame, matrix_to_array
from ..markup import LockedMarkup
from ..nodes import StudyNodes
from ..observers import Observers
from ..style import SIDE_COLOURS, one_event
from .kinds import RADIAL_VIEW
from .nodes import ExplorerNodes

CURVE_CLASS, POINT_CLASS = "vtkMRMLMarkupsCurveNode", "vtkMRMLMarkupsFiducialNode"
_VIEW_MM = 110.0
_PARALLEL, _OFF_PLANE_MM = 0.9999, 0.01
_FAR_MM = 20.0
"""Farther nobody scrolls at once: the view was opened just now, and its zoom is off, too."""
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


class RadialViews:
    """Slice views called :data:`RADIAL_VIEW`, kept on one plane through the neck axis.

    They can be shifted and zoomed. Scrolling, which would leave the axis, is taken back: so does
    what Slicer does late to views that it has just opened.

    Args:
        study: whose image they show.
    """

    def __init__(self, study: StudyNodes) -> None:
        self._study = study
        self._observers = Observers()
        self._plane: vtkMatrix4x4 | None = None

    def show(self, frame: ClockFrame, theta_deg: float) -> None:
        """Put the views that there are on a plane: the neck to the right, ``theta_deg`` on top."""
        self.close()
        plane = slice_to_ras(frame, theta_deg)
        for node in self._nodes():
            self._turn(node, plane)
            self._observers.add(node, ("ModifiedEvent",), self._keep, node.GetID())
        self._plane = plane

    def close(self) -> None:
        """Leave the views alone."""
        self._observers.drop_all()
        self._plane = None

    def _nodes(self) -> list[Any]:
        scene, kind = self._study.scene, "vtkMRMLSliceNode"
        count = scene.GetNumberOfNodesByClass(kind)
        nodes = (scene.GetNthNodeByClass(n, kind) for n in range(count))
        return [node for node in nodes if node.GetLayoutName() == RADIAL_VIEW]

    def _turn(self, node: Any, plane: vtkMatrix4x4) -> None:
        composite = node.GetScene().GetSingletonNode(RADIAL_VIEW, "vtkMRMLSliceCompositeNode")
        if composite is not None and self._study.volume is not None:
            composite.SetBackgroundVolumeID(self._study.volume.GetID())
        with one_event(node):
            node.GetSliceToRAS().DeepCopy(plane)
            node.SetXYZOrigin(0.0, 0.0, 0.0)
            width, height, _depth = node.GetDimensions()
            depth = node.GetFieldOfView()[2]
            node.SetFieldOfView(_VIEW_MM, _VIEW_MM * height / max(width, 1), depth)
            node.UpdateMatrices()

    def _keep(self, node_id: str) -> None:
        node, plane = self._study.scene.GetNodeByID(node_id), self._plane
        if node is None or plane is None:
            return
        now, wanted = matrix_to_array(node.GetSliceToRAS()), matrix_to_array(plane)
        away = float(wanted[:3, 2] @ (now[:3, 3] - wanted[:3, 3]))
        is_turned = float(wanted[:3, 2] @ now[:3, 2]) < _PARALLEL
        if not is_turned and abs(away) > _FAR_MM:
            self._turn(node, plane)
        elif not is_turned and abs(away) > _OFF_PLANE_MM:
            node.SetSliceOffset(node.GetSliceOffset() - away)


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
