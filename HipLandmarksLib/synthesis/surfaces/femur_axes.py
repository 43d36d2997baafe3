"""Directions and centres of one femur from its shape alone: head, shaft, condyles, neck.

All points in LPS mm of whatever frame the surface is in: nothing here assumes a pose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ...anatomy import Side
from ...errors import ConfigurationError
from ...geometry import GeometryError
from .mesh import Section, plane_sections, vertex_normals
from .sphere import Sphere, find_sphere
from .types import BoneSurface

HEAD_RADII_MM = (16.0, 34.0)
"""Femoral heads of adults measure 19 to 30 mm; children and scaled bones go a little further."""

_TOLERANCE_MM = 1.0
_LEAST_LENGTH_RADII = 12.0
"""Whole femora are 17 to 21 head radii long; a cut one has no condyles to tell its rotation."""


@dataclass(frozen=True, eq=False)
class FemurAxes:
    """Where a femur points.

    Attributes:
        head: sphere of the head, without neck, fovea and cam.
        up: (3,) unit, along the shaft towards the hip.
        lateral: (3,) unit, away from the head, parallel to the line behind both condyles.
        back: (3,) unit, the side of the condyles' rear.
        knee: (3,) midway between the condyles' centres.
        shaft_centre: (3,) on the shaft's axis, half-way down.
        neck_axis: (3,) unit, from the head into the neck, square to its narrowest section.
        neck: narrowest section of the neck.
    """

    head: Sphere
    up: NDArray[np.float64]
    lateral: NDArray[np.float64]
    back: NDArray[np.float64]
    knee: NDArray[np.float64]
    shaft_centre: NDArray[np.float64]
    neck_axis: NDArray[np.float64]
    neck: Section

    @property
    def side(self) -> Side:
        """Which femur it is: the shape of a left one has ``lateral``, ``back``, ``up`` as LPS."""
        left = float(np.cross(self.lateral, self.back) @ self.up) > 0
        return Side.LEFT if left else Side.RIGHT


def femur_axes(femur: BoneSurface, name: str) -> FemurAxes:
    """Find head, shaft, condyles and neck of a whole femur.

    Args:
        femur: closed surface in any pose.
        name: how to call it in an error.

    Raises:
        ConfigurationError: when it has no head, or is not a whole femur.
    """
    try:
        up, head = _head(femur)
    except GeometryError as error:
        raise ConfigurationError(
            f"No femoral head was found on {name}: {error} Supply the whole femur in millimetres."
        ) from error
    length = float(np.ptp(femur.vertices @ up))
    if length < _LEAST_LENGTH_RADII * head.radius:
        raise ConfigurationError(
            f"{name} is only {length:.0f} mm long; supply the whole femur with its condyles, which "
            "tell how far it is rotated."
        )
    centre, up = _shaft(femur, up)
    back, knee = _condyles(femur, head.centre, centre, up)
    lateral = _unit(np.cross(back, up))
    lateral = lateral if lateral @ (centre - head.centre) > 0 else -lateral
    axis, neck = _neck(femur, head, up, centre)
    return FemurAxes(head, up, lateral, back, knee, centre, axis, neck)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def _head(femur: BoneSurface) -> tuple[NDArray[np.float64], Sphere]:
    """The rough long axis, towards the end that has a ball, and the ball."""
    middle = femur.vertices.mean(axis=0)
    axis = np.linalg.svd(femur.vertices - middle, full_matrices=False)[2][0]
    normals = vertex_normals(femur)
    found: list[tuple[int, NDArray[np.float64], Sphere]] = []
    for up in (axis, -axis):
        height = femur.vertices @ up
        near = height > height.max() - 0.25 * np.ptp(height)
        try:
            head = find_sphere(femur.vertices[near], normals[near], HEAD_RADII_MM, _TOLERANCE_MM)
        except GeometryError:
            continue
        covered = _covered(normals[near][head.inliers])
        found.append((covered, up, head))
    if not found:
        raise GeometryError("Neither end of the bone is round.")
    _, up, head = max(found, key=lambda item: item[0])
    return up, head


def _covered(normals: NDArray[np.float64]) -> int:
    """How many directions of space occur: a head covers more of its sphere than a condyle."""
    return len(np.unique(np.round(normals * 4).astype(int), axis=0))


def _shaft(
    femur: BoneSurface, up: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and direction of the line through the sections of the middle of the shaft."""
    height = femur.vertices @ up
    low, length = float(height.min()), float(np.ptp(height))
    centre = femur.vertices.mean(axis=0)
    for _ in range(2):
        levels = low + length * np.linspace(0.4, 0.72, 9)
        points = np.array([_largest(femur, level * up, up).centroid for level in levels])
        centre = points.mean(axis=0)
        direction = np.linalg.svd(points - centre)[2][0]
        up = direction if direction @ up > 0 else -direction
        height = femur.vertices @ up
        low, length = float(height.min()), float(np.ptp(height))
    return centre, up


def _largest(
    femur: BoneSurface, point: NDArray[np.float64], normal: NDArray[np.float64]
) -> Section:
    return max(plane_sections(femur, point, normal), key=lambda section: section.area)


def _condyles(
    femur: BoneSurface,
    head: NDArray[np.float64],
    centre: NDArray[np.float64],
    up: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The direction of the back, square to the line that touches both condyles from behind."""
    height = femur.vertices @ up
    knee = femur.vertices[height < height.min() + 0.09 * np.ptp(height)]
    middle = (knee.max(axis=0) + knee.min(axis=0)) / 2
    # The condyles are wider than deep, and lie behind the line of the shaft.
    flat = (knee - knee.mean(axis=0)) - np.outer((knee - knee.mean(axis=0)) @ up, up)
    across = _unit(np.linalg.svd(flat, full_matrices=False)[2][0])
    back = _unit(np.cross(across, up))
    back = back if back @ (middle - centre) > 0 else -back
    for _ in range(10):
        lateral = _unit(np.cross(back, up))
        sides = (knee - knee.mean(axis=0)) @ lateral
        contacts = [part[np.argmax(part @ back)] for part in (knee[sides > 8], knee[sides < -8])]
        line = contacts[0] - contacts[1]
        turned = _unit(np.cross(line, up))
        back = turned if turned @ back > 0 else -turned
    lateral = _unit(np.cross(back, up))
    return back, _middle(knee, lateral, back, up)


def _middle(points: NDArray[np.float64], *axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre of the box along three unit axes."""
    basis = np.array(axes)
    local = points @ basis.T
    return np.asarray((local.max(axis=0) + local.min(axis=0)) / 2 @ basis, dtype=np.float64)


def _neck(
    femur: BoneSurface, head: Sphere, up: NDArray[np.float64], centre: NDArray[np.float64]
) -> tuple[NDArray[np.float64], Section]:
    """The plane of least area across the neck, found over direction and distance from the head."""
    height = femur.vertices @ up
    face_height = height[femur.faces].min(axis=1)
    near = BoneSurface(
        femur.vertices, femur.faces[face_height > head.centre @ up - 3.5 * head.radius]
    )
    outward = centre - head.centre
    outward = _unit(outward - (outward @ up) * up)
    start = _unit(outward - 0.75 * up)  # about 127 degrees to the shaft
    second = _unit(np.cross(start, up))
    third = np.cross(start, second)

    def plane(variables: NDArray[np.float64]) -> tuple[NDArray[np.float64], Section | None]:
        distance, a, b = variables
        axis = _unit(start + a * second + b * third)
        point = head.centre + distance * head.radius * axis
        outlines = [o for o in plane_sections(near, point, axis) if o.area > 0]
        if not outlines:
            return axis, None
        return axis, min(outlines, key=lambda o: float(np.linalg.norm(o.centroid - point)))

    def cost(variables: NDArray[np.float64]) -> float:
        section = plane(variables)[1]
        beyond = max(0.0, 0.7 - variables[0]) + max(0.0, variables[0] - 2.0)
        area = section.area if section is not None else 4 * np.pi * head.radius**2
        return area + 1e5 * beyond

    start_simplex = np.array([[1.0, 0, 0], [1.3, 0, 0], [1.1, 0.2, 0], [1.1, 0, 0.2]])
    options = {"xatol": 2e-3, "fatol": 0.5, "initial_simplex": start_simplex}
    found = minimize(cost, start_simplex[0], method="Nelder-Mead", options=options)
    axis, section = plane(found.x)
    if section is None:
        raise ConfigurationError("The femoral neck was not found; is the femur complete?")
    return axis, section
