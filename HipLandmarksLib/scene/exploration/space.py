"""The hips in space: head spheres, neck axes, edges of the roofs, junctions of head and neck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkAppendPolyData, vtkTubeFilter
from vtkmodules.vtkFiltersSources import vtkSphereSource

from ...anatomy import Side
from ...exploration import HeadSphereFit, NeckAxis, SideExploration
from ...exploration.radial_result import RadialMap
from ..frames import Vec3, flip_frame
from ..style import SIDE_COLOURS, Colour, one_event
from .kinds import SpacePart
from .nodes import ExplorerNodes

MODEL_CLASS, CAMERA_CLASS = "vtkMRMLModelNode", "vtkMRMLCameraNode"
COLOURS = "colour"
_ROOF: Colour = (0.30, 0.85, 0.45)
_BELOW, _ABOVE = (0.95, 0.95, 0.95), (0.90, 0.15, 0.15)
_AXIS_BEHIND_MM, _AXIS_BEYOND_MM = 12.0, 18.0
_TUBE_MM = {SpacePart.NECK: 0.9, SpacePart.RIM: 1.2, SpacePart.CONTOUR: 0.45}
_JUNCTION_MM = 1.6
_AROUND_MM, _AWAY = 110.0, 2.0
"""What is seen around a head, and how many widths away the camera stands."""


class SpaceModels:
    """Surface models of what was found in space; parts that were not found have none.

    In slice views the surfaces are shown where the slice cuts them: the circle of the head sphere
    stands beside the circle that the bone shows on this slice.
    """

    def __init__(self, nodes: ExplorerNodes) -> None:
        self._nodes = nodes

    def show(self, sides: Iterable[SideExploration], parts: frozenset[SpacePart]) -> None:
        """Draw both hips; parts that are not wanted are hidden."""
        for own in sides:
            surfaces = {
                SpacePart.SPHERE: _sphere(own.sphere),
                SpacePart.NECK: _axis(own.neck),
                SpacePart.RIM: _tube(own.coverage.rim, _TUBE_MM[SpacePart.RIM]),
                SpacePart.CONTOUR: _junction(own.radial),
            }
            for part, surface in surfaces.items():
                self._draw(own.side, part, surface)
        self.set_visible(parts)

    def set_visible(self, parts: frozenset[SpacePart]) -> None:
        """Show these parts, hide the others."""
        for side in Side:
            for part in SpacePart:
                node = self._nodes.find(_name(part, side))
                if node is not None:
                    node.GetDisplayNode().SetVisibility(part in parts)

    def of(self, side: Side) -> list[Any]:
        """The models of a hip."""
        found = (self._nodes.find(_name(part, side)) for part in SpacePart)
        return [node for node in found if node is not None]

    def _draw(self, side: Side, part: SpacePart, surface: vtkPolyData | None) -> None:
        name = _name(part, side)
        if surface is None:
            self._nodes.remove(name)
            return
        node = self._nodes.get(name, MODEL_CLASS, name, side=side)
        node.SetAndObservePolyData(surface)
        if node.GetDisplayNode() is None:
            node.CreateDefaultDisplayNodes()
            with one_event(node.GetDisplayNode()):
                _style(node.GetDisplayNode(), side, part)


def _name(part: SpacePart, side: Side) -> str:
    words = {
        SpacePart.SPHERE: "femoral head",
        SpacePart.NECK: "neck axis",
        SpacePart.RIM: "roof edge",
        SpacePart.CONTOUR: "head-neck junction",
    }
    return f"{side.word} {words[part]}"


def _style(display: Any, side: Side, part: SpacePart) -> None:
    display.SetColor(*(_ROOF if part is SpacePart.RIM else SIDE_COLOURS[side]))
    display.SetOpacity(0.45 if part is SpacePart.SPHERE else 1.0)
    display.SetVisibility2D(part in (SpacePart.SPHERE, SpacePart.NECK))
    display.SetSliceIntersectionThickness(1)
    if part is SpacePart.CONTOUR:
        display.SetActiveScalarName(COLOURS)
        display.SetScalarVisibility(True)
        display.SetScalarRangeFlag(slicer.vtkMRMLDisplayNode.UseDirectMapping)


def _sphere(found: HeadSphereFit) -> vtkPolyData | None:
    if found.sphere is None or found.sphere.radius is None:
        return None
    source = vtkSphereSource()
    source.SetCenter(*flip_frame(found.sphere.centre))
    source.SetRadius(found.sphere.radius)
    source.SetThetaResolution(64)
    source.SetPhiResolution(48)
    source.Update()
    return source.GetOutput()


def _axis(found: NeckAxis) -> vtkPolyData | None:
    if found.head is None or found.neck_centre is None:
        return None
    head, neck = np.asarray(found.head), np.asarray(found.neck_centre)
    way = (neck - head) / np.linalg.norm(neck - head)
    ends = (head - _AXIS_BEHIND_MM * way, neck + _AXIS_BEYOND_MM * way)
    return _tube([_vec(end) for end in ends], _TUBE_MM[SpacePart.NECK])


def _junction(found: RadialMap | None) -> vtkPolyData | None:
    """The traced contours, and the line through the points of alpha: red above the threshold."""
    if found is None:
        return None
    joined = vtkAppendPolyData()
    pieces = []
    for own in found.sections:
        pieces.append(_coloured(_tube(own.contour, _TUBE_MM[SpacePart.CONTOUR]), _BELOW))
        point, alpha = own.measured.exit_point, own.alpha_deg
        if point is not None and alpha is not None:
            colour = _ABOVE if alpha > found.threshold_deg else SIDE_COLOURS[found.side]
            pieces.append(_coloured(_ball(point, _JUNCTION_MM), colour))
    drawn = [piece for piece in pieces if piece is not None]
    for piece in drawn:
        joined.AddInputData(piece)
    if not drawn:
        return None
    joined.Update()
    return joined.GetOutput()


def _ball(centre: Vec3, radius: float) -> vtkPolyData:
    source = vtkSphereSource()
    source.SetCenter(*flip_frame(centre))
    source.SetRadius(radius)
    source.SetThetaResolution(12)
    source.SetPhiResolution(10)
    source.Update()
    return source.GetOutput()


def _tube(points: Sequence[Vec3], radius: float) -> vtkPolyData | None:
    """A round line through points (LPS mm); None for fewer than two."""
    if len(points) < 2:
        return None
    line, own = vtkPolyData(), vtkPoints()
    for point in points:
        own.InsertNextPoint(*flip_frame(point))
    cells = vtkCellArray()
    cells.InsertNextCell(len(points), list(range(len(points))))
    line.SetPoints(own)
    line.SetLines(cells)
    tube = vtkTubeFilter()
    tube.SetInputData(line)
    tube.SetRadius(radius)
    tube.SetNumberOfSides(10)
    tube.CappingOn()
    tube.Update()
    return tube.GetOutput()


def _coloured(surface: vtkPolyData | None, colour: Colour) -> vtkPolyData | None:
    if surface is not None:
        bytes_ = np.tile(np.rint(255 * np.asarray(colour)), (surface.GetNumberOfPoints(), 1))
        array = numpy_to_vtk(bytes_.astype(np.uint8), deep=True)
        array.SetName(COLOURS)
        surface.GetPointData().AddArray(array)
        surface.GetPointData().SetActiveScalars(COLOURS)
    return surface


def _vec(point: NDArray[np.float64]) -> Vec3:
    x, y, z = point.tolist()
    return (x, y, z)


def look_at_hips(scene: Any, heads: Sequence[Vec3]) -> int:
    """Turn the cameras of all 3D views to head centres (LPS mm) from the front; how many.

    One hip is shown close up, both as far away as they need.
    """
    if not heads:
        return 0
    middle = np.mean(heads, axis=0)
    width = float(np.ptp(np.asarray(heads)[:, 0])) + _AROUND_MM
    count = scene.GetNumberOfNodesByClass(CAMERA_CLASS)
    x, y, z = flip_frame(_vec(middle))
    for camera in (scene.GetNthNodeByClass(n, CAMERA_CLASS) for n in range(count)):
        camera.SetFocalPoint(x, y, z)
        camera.SetPosition(x, y + _AWAY * width, z)
        camera.SetViewUp(0.0, 0.0, 1.0)
        camera.ResetClippingRange()
    return int(count)
