"""From an implicit solid to a closed :class:`BoneSurface`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ConfigurationError, MissingDependencyError
from ..implicit import Field
from .phantom_fields import Points
from .types import BoneSurface

_OUTSIDE_MM = 5.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Ascending sample positions along x, y and z in mm; steps may vary."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]

    @classmethod
    def box(cls, low: Any, high: Any, step_mm: float) -> Grid:
        """Even steps over a box."""
        axes = [np.arange(a, b + step_mm, step_mm) for a, b in zip(low, high, strict=True)]
        return cls(*(np.asarray(axis, dtype=np.float64) for axis in axes))

    def points(self) -> Points:
        """Broadcastable float32 coordinates of an array in (z, y, x) order."""
        x, y, z = (axis.astype(np.float32) for axis in (self.x, self.y, self.z))
        return x[None, None, :], y[None, :, None], z[:, None, None]


def surface(solid: Callable[[Points], Field], grid: Grid) -> BoneSurface:
    """The closed surface of a solid on a grid, counter-clockwise seen from outside.

    Vertices lie where the field, interpolated linearly along a grid edge, is zero.

    Raises:
        ConfigurationError: when the solid is empty on this grid.
        MissingDependencyError: without vtk.
    """
    return surface_of_values(solid(grid.points()), grid)


def surface_of_values(values: Field, grid: Grid) -> BoneSurface:
    """As :func:`surface`, from samples (z, y, x). What reaches the grid's border is capped."""
    field = np.where(values == 0, np.float32(1e-4), values).astype(np.float32)
    for axis in range(3):
        border = np.moveaxis(field, axis, 0)
        border[0], border[-1] = _OUTSIDE_MM, _OUTSIDE_MM
    vertices, faces = _contour(field)
    if len(faces) == 0:
        raise ConfigurationError(
            "The phantom's bone is empty on its grid; use a finer resolution_mm or larger sizes."
        )
    axes = (grid.x, grid.y, grid.z)
    placed = [np.interp(vertices[:, n], np.arange(a.size), a) for n, a in enumerate(axes)]
    return _outward(_largest_part(BoneSurface(np.stack(placed, axis=1), faces)))


def volume_mm3(bone: BoneSurface) -> float:
    """Enclosed volume, positive when the faces look outwards."""
    a, b, c = (bone.vertices[bone.faces[:, n]] for n in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)


def mirrored_bone(bone: BoneSurface) -> BoneSurface:
    """The mirror image in the sagittal plane x = 0, still looking outwards."""
    return BoneSurface(bone.vertices * [-1.0, 1.0, 1.0], bone.faces[:, ::-1].copy())


def _contour(field: Field) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Flying edges at zero in index coordinates (x, y, z)."""
    try:
        from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
        from vtkmodules.vtkCommonDataModel import vtkImageData
        from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
    except ImportError as error:
        raise MissingDependencyError(
            "The surface phantom needs vtk; install it with 'pip install vtk'."
        ) from error
    image = vtkImageData()
    image.SetDimensions(*field.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(field).ravel()))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.0)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    output = edges.GetOutput()
    if output.GetNumberOfCells() == 0:
        return np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64)
    points = vtk_to_numpy(output.GetPoints().GetData()).astype(np.float64)
    faces = vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return points, faces.astype(np.int64)


def _largest_part(bone: BoneSurface) -> BoneSurface:
    """The connected part with the most faces: crumbs that blending leaves are dropped."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows, columns = bone.faces[:, :2].T, bone.faces[:, 1:].T
    count = len(bone.vertices)
    links = coo_matrix((np.ones(rows.size), (rows.ravel(), columns.ravel())), shape=(count, count))
    _, label = connected_components(links, directed=False)
    face_label = label[bone.faces[:, 0]]
    keep = bone.faces[face_label == np.bincount(face_label).argmax()]
    used, renumbered = np.unique(keep, return_inverse=True)
    return BoneSurface(bone.vertices[used], renumbered.reshape(-1, 3).astype(np.int64))


def _outward(bone: BoneSurface) -> BoneSurface:
    if volume_mm3(bone) > 0:
        return bone
    return BoneSurface(bone.vertices, bone.faces[:, ::-1].copy())
