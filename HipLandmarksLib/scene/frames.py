"""The border between the library (LPS) and the MRML scene (RAS), both in millimetres."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vec3 = tuple[float, float, float]

_FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


def flip_frame(point: Vec3) -> Vec3:
    """LPS to RAS, or RAS to LPS: the same change of signs."""
    x, y, z = point
    return (-x, -y, z)


def flip_matrix(ijk_to_frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """ijk-to-LPS to ijk-to-RAS, or back; 4x4."""
    return np.asarray(_FLIP @ ijk_to_frame, dtype=np.float64)


def flip_linear(map_of_ras: NDArray[np.float64]) -> NDArray[np.float64]:
    """A map from RAS to RAS as one from LPS to LPS, or back; 4x4."""
    return np.asarray(_FLIP @ map_of_ras @ _FLIP, dtype=np.float64)


def flip_covariance(
    covariance: tuple[Vec3, ...], linear_ras: NDArray[np.float64]
) -> tuple[Vec3, ...]:
    """Covariance (mm^2, LPS axes) after the 3x3 linear map ``linear_ras``, given in RAS axes."""
    flip = _FLIP[:3, :3]
    linear = flip @ linear_ras @ flip
    rows = linear @ np.asarray(covariance) @ linear.T
    return tuple((float(a), float(b), float(c)) for a, b, c in rows)


def matrix_to_array(matrix: Any) -> NDArray[np.float64]:
    """A vtkMatrix4x4 as 4x4 array."""
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def array_to_matrix(array: NDArray[np.float64]) -> Any:
    """A 4x4 array as vtkMatrix4x4."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, dtype=np.float64).ravel().tolist())
    return matrix


def matrix_to_world(node: Any) -> NDArray[np.float64]:
    """Linear part of the transform from node to world coordinates, 4x4, RAS.

    Raises:
        ValueError: when the node lies under a warp.
    """
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    parent = node.GetParentTransformNode()
    if parent is None:
        return np.eye(4)
    matrix = vtkMatrix4x4()
    if not parent.IsTransformToWorldLinear() or not parent.GetMatrixTransformToWorld(matrix):
        raise ValueError(f"{node.GetName()} lies under a transform that is not linear.")
    return matrix_to_array(matrix)
