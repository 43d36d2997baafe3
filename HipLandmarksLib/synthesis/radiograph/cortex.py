"""Dense bone below the outer surface: its thickness at every point and the surface within.

The thickness belongs to a subject, one number per vertex: computed once on the bones in neutral
pose, it stays with the vertices when bones are posed, scaled or morphed. Values are usual ones of
adults (thick tubular cortex of the shaft, the calcar below the neck, a thin shell elsewhere, and
the dense plate below the cartilage of the acetabular roof, which films show as the sourcil).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from scipy.spatial import cKDTree

from ...anatomy import Side
from ...errors import ConfigurationError
from ..surfaces import BoneName, BoneSurface, HipGeometry, PelvisAnatomy
from ..surfaces.mesh import vertex_normals

SHRINKING_STEPS = 12
SMOOTHING_STEPS = 4
LARGEST_REACH_MM = 16.0  # larger balls would be stopped by the roughness of their own wall


@dataclass(frozen=True)
class CortexParameters:
    """Thickness of dense bone in mm where it is not limited by the thickness of the wall.

    Attributes:
        shaft_mm: tubular part of the femur.
        calcar_mm: medial cortex below the neck.
        femur_mm: head, neck, trochanters, condyles.
        hip_mm: hip bone.
        sacrum_mm: sacrum.
        roof_mm: plate below the cartilage of the acetabular roof.
        socket_mm: plate below the rest of the socket's cartilage.
        share: largest share of the distance to the middle of the wall that is dense.

    Raises:
        ConfigurationError: when a value is outside its range.
    """

    shaft_mm: float = 5.5
    calcar_mm: float = 3.2
    femur_mm: float = 1.1
    hip_mm: float = 1.1
    sacrum_mm: float = 0.8
    roof_mm: float = 2.6
    socket_mm: float = 1.2
    share: float = 0.7

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            low, high = (0.1, 0.9) if item.name == "share" else (0.2, 12.0)
            if not low <= value <= high:
                raise ConfigurationError(
                    f"{item.name} of the cortex must be {low} to {high}, not {value}."
                )

    @classmethod
    def random(cls, rng: np.random.Generator) -> CortexParameters:
        """Adults, from strong to osteoporotic bone: all thicknesses vary together and apart."""
        strength = float(rng.uniform(0.65, 1.3))

        def vary(value: float, spread: float = 0.15) -> float:
            return float(value * strength * rng.uniform(1 - spread, 1 + spread))

        return cls(
            shaft_mm=vary(5.5),
            calcar_mm=vary(3.2),
            femur_mm=vary(1.1),
            hip_mm=vary(1.1),
            sacrum_mm=vary(0.8),
            roof_mm=vary(2.6, 0.3),
            socket_mm=vary(1.2, 0.3),
        )


def cortical_thickness(
    anatomy: PelvisAnatomy, parameters: CortexParameters | None = None
) -> dict[BoneName, NDArray[np.float64]]:
    """Thickness of dense bone in mm at every vertex of every bone; (V,) each."""
    chosen = parameters or CortexParameters()
    wanted: dict[BoneName, NDArray[np.float64]] = {}
    for name, surface in anatomy.bones.items():
        wanted[name] = np.full(len(surface.vertices), chosen.sacrum_mm)
    for side, geometry in anatomy.hips.items():
        _set_side(wanted, anatomy.bones, side, geometry, chosen)
    return {
        name: _within_wall(surface, wanted[name], chosen.share)
        for name, surface in anatomy.bones.items()
    }


def inner_surface(surface: BoneSurface, thickness_mm: NDArray[np.float64]) -> BoneSurface:
    """The surface between dense and spongy bone: every vertex moved inwards.

    Args:
        surface: closed outer surface.
        thickness_mm: (V,) of :func:`cortical_thickness`.

    Raises:
        ConfigurationError: when the thickness is not that of this surface.
    """
    if thickness_mm.shape != (len(surface.vertices),):
        raise ConfigurationError(
            f"Cortical thickness of {thickness_mm.shape} values for {len(surface.vertices)} "
            "vertices: it belongs to another surface."
        )
    moved = surface.vertices - vertex_normals(surface) * thickness_mm[:, None]
    return BoneSurface(moved, surface.faces)


def wall_reach(surface: BoneSurface) -> NDArray[np.float64]:
    """(V,) mm from each vertex to the middle of the wall below it, at most 16 mm.

    It is the radius of the largest ball inside the bone that touches the surface at the vertex
    (found by shrinking balls, Ma et al., Visual Computer 2012): half the thickness of a plate, the
    radius of a tube, and small at sharp edges, where an inner surface would cross itself.
    """
    points, normals = surface.vertices, vertex_normals(surface)
    tree = cKDTree(points)
    radius = np.full(len(points), LARGEST_REACH_MM)
    active = np.arange(len(points))
    for _ in range(SHRINKING_STEPS):
        centre = points[active] - normals[active] * radius[active, None]
        distance, nearest = tree.query(centre)
        smaller = _ball_through(points[active], normals[active], points[nearest])
        shrinks = (distance < radius[active] - 1e-3) & (nearest != active)
        shrinks &= smaller < radius[active]
        radius[active[shrinks]] = smaller[shrinks]
        active = active[shrinks]
        if not len(active):
            break
    return radius


def _ball_through(
    point: NDArray[np.float64], normal: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Radius of the ball below ``point``, tangent there, through ``other``."""
    across = point - other
    depth = np.maximum(np.einsum("ij,ij->i", normal, across), 1e-9)
    radius = np.einsum("ij,ij->i", across, across) / (2 * depth)
    return np.asarray(np.maximum(radius, 0.05), dtype=np.float64)


def _within_wall(
    surface: BoneSurface, thickness_mm: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """Thickness that leaves spongy bone in the middle of thin walls, without steps."""
    smooth = _neighbour_mean(surface)
    reach = wall_reach(surface)
    for _ in range(SMOOTHING_STEPS):
        reach = np.minimum(2 * reach, smooth @ reach)
    limited = np.minimum(thickness_mm, share * reach)
    for _ in range(SMOOTHING_STEPS):
        limited = smooth @ limited
    return np.asarray(limited, dtype=np.float64)


def _neighbour_mean(surface: BoneSurface) -> csr_matrix:
    """(V, V) matrix that averages a value over each vertex and its neighbours."""
    count = len(surface.vertices)
    a = np.concatenate([surface.faces[:, k] for k in range(3)])
    b = np.concatenate([surface.faces[:, (k + 1) % 3] for k in range(3)])
    own = np.arange(count)
    pairs = (np.concatenate([a, b, own]), np.concatenate([b, a, own]))
    matrix = csr_matrix((np.ones(len(pairs[0])), pairs), shape=(count, count))
    matrix.data[:] = 1.0
    return csr_matrix(diags(1 / np.asarray(matrix.sum(axis=1)).ravel()) @ matrix)


def _set_side(
    wanted: dict[BoneName, NDArray[np.float64]],
    bones: Mapping[BoneName, BoneSurface],
    side: Side,
    geometry: HipGeometry,
    parameters: CortexParameters,
) -> None:
    femur, hip = BoneName.femur(side), BoneName.hip(side)
    if femur in bones:
        wanted[femur] = _femur(bones[femur], geometry, parameters)
    if hip in bones:
        wanted[hip] = _hip(bones[hip], geometry, parameters)


def _ramp(
    value: NDArray[np.float64],
    start: float | NDArray[np.float64],
    end: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    """0 before ``start``, 1 after ``end``, smooth between."""
    share = np.clip((value - start) / (np.asarray(end) - start), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float64)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)


def _femur(
    surface: BoneSurface, geometry: HipGeometry, parameters: CortexParameters
) -> NDArray[np.float64]:
    """Shaft, calcar and the thin rest. The medial cortex starts higher than the lateral one."""
    distal = _unit(geometry.shaft_distal - geometry.shaft_proximal)
    neck = geometry.head_centre - geometry.shaft_proximal
    medial = _unit(neck - distal * (neck @ distal))
    normals = vertex_normals(surface)
    level = (surface.vertices - geometry.shaft_proximal) @ distal
    medialness = normals @ medial
    start, end = -25.0 - 8.0 * medialness, 35.0 - 12.0 * medialness
    tube = _ramp(level, start, end)
    bottom = float(level.max())
    tube *= 1 - _ramp(level, bottom - 140.0, bottom - 60.0)
    thickness = parameters.femur_mm + (parameters.shaft_mm - parameters.femur_mm) * tube
    calcar = parameters.calcar_mm * _calcar(surface.vertices, normals, geometry, distal)
    return np.maximum(thickness, calcar)


def _calcar(
    vertices: NDArray[np.float64],
    normals: NDArray[np.float64],
    geometry: HipGeometry,
    distal: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Weight of the dense medial cortex that runs up from the shaft below the neck."""
    axis = _unit(geometry.head_centre - geometry.neck_centre)
    below = _unit(distal - axis * (distal @ axis))
    along = (vertices - geometry.head_centre) @ axis
    start, end = -0.55 * geometry.head_radius_mm, -1.3 * geometry.head_radius_mm
    proximal = (vertices - geometry.shaft_proximal) @ distal
    return np.asarray(
        _ramp(normals @ below, 0.3, 0.9) * _ramp(-along, -start, -end) * _ramp(-proximal, -20, 0)
    )


def _hip(
    surface: BoneSurface, geometry: HipGeometry, parameters: CortexParameters
) -> NDArray[np.float64]:
    """A thin shell, denser below the cartilage, densest in the weight-bearing roof."""
    towards = surface.vertices - geometry.socket_centre
    distance = np.linalg.norm(towards, axis=1)
    direction = towards / np.maximum(distance, 1e-9)[:, None]
    faces_head = -np.einsum("ij,ij->i", vertex_normals(surface), direction)
    cartilage = _ramp(-np.abs(distance - geometry.socket_radius_mm), -4.0, -1.5)
    cartilage = cartilage * _ramp(faces_head, 0.3, 0.7)
    roof = _ramp(direction[:, 2], 0.45, 0.75)
    plate = parameters.socket_mm + (parameters.roof_mm - parameters.socket_mm) * roof
    return np.asarray(parameters.hip_mm + (plate - parameters.hip_mm) * cartilage)
