"""Slice views in the editing of points: which way a nudge goes, and looking at a point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonMath import vtkMatrix4x4

from ...anatomy import Side
from ...review import Direction
from ..frames import Vec3, flip_frame, matrix_to_array
from ..study import HipStudy

_CLOSE_MM = 120.0
_CLOSE_PART = 0.3
"""Width of a view around a point, at most: one hip with its neck; a film's unit may be no mm."""


def nudged(
    study: HipStudy, position: Vec3, direction: Direction, pixels: float, slice_node: Any = None
) -> Vec3:
    """A position (LPS mm) moved by image pixels in the directions of a slice view.

    Args:
        study: whose image's pixels count.
        position: where the point is.
        direction: as seen in the view.
        pixels: how far.
        slice_node: the vtkMRMLSliceNode of the view; None for the image's own plane, the
            patient's right on the left.
    """
    across, up = direction.value
    if slice_node is None:
        plane = study.plane
        way = across * np.asarray(plane.x_axis) + up * np.asarray(plane.y_axis)
    else:
        axes = matrix_to_array(slice_node.GetSliceToRAS())[:3, :2]
        way = (axes / np.linalg.norm(axes, axis=0)) @ np.array([across, up], dtype=np.float64)
        way = np.asarray(flip_frame((way[0], way[1], way[2])))
    moved = np.asarray(position) + way * pixels * _pixel(study.image.ijk_to_lps, way)
    x, y, z = moved.tolist()
    return (x, y, z)


def look_at(study: HipStudy, position: Vec3, width_mm: float | None = None) -> int:
    """Centre the slice views that show the study's image on ``position`` (LPS mm), close up.

    A view that is closer already keeps its zoom.

    Args:
        study: whose image.
        position: what to look at.
        width_mm: widest view, in the unit of the image; None for one hip.

    Returns:
        How many views there were.
    """
    if study.volume_node is None:
        return 0
    wanted = width_mm if width_mm is not None else _close(study)
    views = list(views_of(study.volume_node))
    for node in views:
        width, height, depth = node.GetFieldOfView()
        if width > wanted:
            node.SetFieldOfView(wanted, wanted * height / width, depth)
        node.JumpSliceByCentering(*flip_frame(position))
    return len(views)


def scroll_to_points(study: HipStudy) -> bool:
    """Scroll the slice views that show the study's image to a slice with points; zoom stays.

    That is the slice of the first femoral head centre, else of the first point.

    Returns:
        Whether the study has a point.
    """
    found = [point for side in Side for point in study.landmarks.side(side)]
    heads_first = sorted(found, key=lambda point: point.key != "FHC")
    position = next((each.position for each in heads_first if each.position is not None), None)
    if position is None or study.volume_node is None:
        return False
    for node in views_of(study.volume_node):
        node.JumpSliceByOffsetting(*flip_frame(position))
    return True


def _pixel(ijk_to_lps: NDArray[np.float64], way: NDArray[np.float64]) -> float:
    """Length of one pixel along a unit vector."""
    return float(1.0 / np.linalg.norm(np.linalg.solve(ijk_to_lps[:3, :3], way)))


def views_of(volume: Any) -> Iterator[Any]:
    """The vtkMRMLSliceNode of each view that has the volume as its background."""
    scene, kind = volume.GetScene(), "vtkMRMLSliceCompositeNode"
    for index in range(scene.GetNumberOfNodesByClass(kind)):
        composite = scene.GetNthNodeByClass(index, kind)
        if composite.GetBackgroundVolumeID() == volume.GetID():
            node = scene.GetSingletonNode(composite.GetLayoutName(), "vtkMRMLSliceNode")
            if node is not None:
                yield node


def current_slice(volume: Any) -> int | None:
    """Index of the slice of ``volume`` that is shown in a view parallel to its slices."""
    to_ijk = vtkMatrix4x4()
    volume.GetRASToIJKMatrix(to_ijk)
    for node in views_of(volume):
        view = node.GetSliceToRAS()
        normal = [view.GetElement(row, 2) for row in range(3)]
        through = [
            sum(to_ijk.GetElement(axis, k) * normal[k] for k in range(3)) for axis in range(3)
        ]
        if abs(through[2]) > max(abs(through[0]), abs(through[1])):
            centre = [view.GetElement(row, 3) for row in range(4)]
            index = round(to_ijk.MultiplyPoint(centre)[2])
            return int(min(max(index, 0), volume.GetImageData().GetDimensions()[2] - 1))
    return None


def _close(study: HipStudy) -> float:
    bounds = [0.0] * 6
    study.volume_node.GetRASBounds(bounds)
    width = bounds[1] - bounds[0]
    return _CLOSE_PART * width if study.image.n_slices == 1 else min(_CLOSE_MM, width)
