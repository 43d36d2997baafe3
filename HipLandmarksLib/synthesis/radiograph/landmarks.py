"""``film_landmarks``: every landmark of the film model, found in the projection of an anatomy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...anatomy import HipLandmarkId, LandmarkState, Side
from ..surfaces import BoneName, BoneSurface, PelvisAnatomy
from .camera import Camera
from .landmarks_contour import ContourLine, apparent_contours, vertex_normals
from .landmarks_femur import (
    EN_FACE_DEG,
    LEAST_SHAFT_MM,
    PROFILE_DEG,
    ShaftMidline,
    fovea,
    shaft_midline,
    trochanter_tip,
)
from .landmarks_frame import HeadCircle, HipFrame, detector_pitch, hip_frames
from .landmarks_neck import neck_points
from .landmarks_pelvis import ilioischial_top, ischium_bottom
from .landmarks_roof import bone_edge, roof_line
from .landmarks_teardrop import teardrop
from .view import TruePoint

FILM_KEYS = (
    "ILM",
    "TRI",
    "LAE",
    "MSO",
    "FOV",
    "FHC",
    "GT",
    "TD",
    "ISCH",
    "NB",
    "SHP",
    "SHD",
    "LCP",
    "NA",
)
"""Landmarks of the film model, per side."""


@dataclass(frozen=True, eq=False)
class FilmLandmarks:
    """Landmarks of one projection.

    Attributes:
        points: by (side, key). A key that is not here is not annotated: nobody could place it, and
            nobody could say that it is not there.
        heads: circle of each femoral head, mm on the detector.
        column_mm: mm on the detector per column.
        magnification: true one at the head centres, mean of both sides.
        shafts: midline of each straight shaft, mm on the detector, to place SHD anew when the
            film is cropped afterwards.
        extras: further points by (side, key), pixels: ``LAE_BONE`` most lateral point of the bony
            rim, ``NCS`` and ``NCI`` contours of the narrowest neck.
        unannotated: why a key is not in ``points``.
    """

    points: Mapping[HipLandmarkId, TruePoint]
    heads: Mapping[Side, HeadCircle]
    column_mm: float
    magnification: float
    shafts: Mapping[Side, ShaftMidline] = field(default_factory=dict)
    extras: Mapping[HipLandmarkId, tuple[float, float]] = field(default_factory=dict)
    unannotated: Mapping[HipLandmarkId, str] = field(default_factory=dict)

    @property
    def head_radius_px(self) -> dict[str, float]:
        """Radius of each head circle in pixels of a column, by the side's letter."""
        return {side.value: circle.radius / self.column_mm for side, circle in self.heads.items()}


def film_landmarks(anatomy: PelvisAnatomy, camera: Camera) -> FilmLandmarks:
    """Find the landmarks of both hips on a film.

    Args:
        anatomy: posed as it lies before the detector.
        camera: source and detector.

    How each is derived (see the functions for details):

    ======  =====================================================================================
    FHC     centre of the circle through the shadow of the head's sphere
    NA      middle of the narrowest neck, across its axis, between the projected neck contours
    NB      middle of the neck where it is 15 % wider than at NA, towards the trochanters
    LCP     where the superior contour leaves the head circle (2 % of its radius) for good
    GT      the trochanter's outline at its farthest along the shaft
    SHP     middle between the outer cortices just below the lesser trochanter, square to the shaft
    SHD     the same at the lowest level in the field, on the straight shaft
    FOV     centre of the foveal notch, on the head's outline when in profile
    TD      lowest point of the line of the fossa's floor, where it turns into the medial limb
    LAE     lateral end of the roof line (edge = sourcil), where it turns round the rim
    MSO     medial end of the roof line, where it steps out into the fossa
    ILM     where the ilioischial line reaches the pelvic brim
    TRI     the triradiate scar on the inner wall, projected
    ISCH    the tuberosity's outline at its farthest from the line through both heads
    ======  =====================================================================================

    Returns:
        States: VISIBLE within the detector, ABSENT outside (the place is kept), ABSENT with a
        reason for what this projection does not have (fovea en face, shaft too short).
    """
    pitch = detector_pitch(camera)
    collected = _Collected(camera)
    frames = hip_frames(anatomy, camera)
    for side, frame in frames.items():
        femur = anatomy.bones.get(BoneName.femur(side))
        if femur is not None:
            _add_femur(collected, frame, _contours(femur, camera))
        hip = anatomy.bones.get(BoneName.hip(side))
        if hip is not None:
            _add_hip_bone(collected, frame, _contours(hip, camera))
    return FilmLandmarks(
        collected.points,
        {side: frame.head for side, frame in frames.items()},
        float(pitch[0]),
        float(np.mean([frame.magnification for frame in frames.values()])),
        collected.shafts,
        collected.extras,
        collected.unannotated,
    )


def _contours(surface: BoneSurface, camera: Camera) -> list[ContourLine]:
    return apparent_contours(surface, vertex_normals(surface), camera)


class _Collected:
    """Points of both hips while they are found."""

    def __init__(self, camera: Camera) -> None:
        self.pitch = detector_pitch(camera)
        self.height, self.width = camera.shape
        self.points: dict[HipLandmarkId, TruePoint] = {}
        self.shafts: dict[Side, ShaftMidline] = {}
        self.extras: dict[HipLandmarkId, tuple[float, float]] = {}
        self.unannotated: dict[HipLandmarkId, str] = {}

    def pixel(self, xy: NDArray[np.float64]) -> tuple[float, float]:
        """Millimetres on the detector to (column, row)."""
        column, row = xy / self.pitch
        return float(column), float(row)

    def inside(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(...,) whether places (..., 2) lie within the detector's pixels."""
        pixels = xy / self.pitch
        last = np.array([self.width, self.height]) - 0.5
        return np.asarray(np.all((pixels >= -0.5) & (pixels <= last), axis=-1))

    def add(
        self, frame: HipFrame, key: str, xy: NDArray[np.float64] | None, otherwise: str = ""
    ) -> None:
        """A point that every film of it shows; not annotated when it was not found."""
        if xy is None:
            self.unannotated[frame.side, key] = otherwise
        elif bool(self.inside(xy)):
            self.points[frame.side, key] = TruePoint(self.pixel(xy))
        else:
            self.absent(frame, key, xy, "outside the field of view")

    def absent(self, frame: HipFrame, key: str, xy: NDArray[np.float64] | None, note: str) -> None:
        """A point that is not on the film."""
        place = None if xy is None else self.pixel(xy)
        self.points[frame.side, key] = TruePoint(place, LandmarkState.ABSENT, note)

    def extra(self, frame: HipFrame, key: str, xy: NDArray[np.float64] | None) -> None:
        """A point that is no landmark of the film model."""
        if xy is not None:
            self.extras[frame.side, key] = self.pixel(xy)


def _add_femur(collected: _Collected, frame: HipFrame, lines: list[ContourLine]) -> None:
    collected.add(frame, "FHC", frame.head.centre)
    neck = neck_points(frame, lines)
    reasons = dict(neck.reasons)
    for key, name in (("NA", "narrowest"), ("NB", "base"), ("LCP", "exit")):
        collected.add(frame, key, getattr(neck, name), reasons.get(name, ""))
    collected.extra(frame, "NCS", neck.superior)
    collected.extra(frame, "NCI", neck.inferior)
    collected.add(frame, "GT", trochanter_tip(frame, lines), "no outline at the trochanter")
    _add_shaft(collected, frame, shaft_midline(frame, lines))
    _add_fovea(collected, frame, lines)


def _add_shaft(collected: _Collected, frame: HipFrame, shaft: ShaftMidline | None) -> None:
    if shaft is None:
        for key in ("SHP", "SHD"):
            collected.add(frame, key, None, "the shaft is seen along its axis")
        return
    collected.shafts[frame.side] = shaft
    collected.add(frame, "SHP", shaft.middle[0])
    lowest = shaft.lowest(collected.inside(shaft.edges))
    least = LEAST_SHAFT_MM * frame.magnification
    if lowest is None:
        collected.absent(frame, "SHD", shaft.middle[-1], "outside the field of view")
    elif np.linalg.norm(shaft.middle[lowest] - shaft.middle[0]) < least:
        note = f"less than {LEAST_SHAFT_MM:g} mm of shaft in the field of view"
        collected.absent(frame, "SHD", shaft.middle[lowest], note)
    else:
        collected.add(frame, "SHD", shaft.middle[lowest])


def _add_fovea(collected: _Collected, frame: HipFrame, lines: list[ContourLine]) -> None:
    found = fovea(frame, lines)
    if found is None:
        collected.absent(frame, "FOV", None, "the head has no foveal notch")
    elif found.turned_deg < PROFILE_DEG:
        collected.add(frame, "FOV", found.xy)
    elif found.turned_deg > EN_FACE_DEG:
        collected.absent(frame, "FOV", found.xy, "the foveal notch is not in profile")
    else:
        collected.add(frame, "FOV", None, "the foveal notch is half in profile")


def _add_hip_bone(collected: _Collected, frame: HipFrame, lines: list[ContourLine]) -> None:
    roof = roof_line(frame, lines)
    lateral, medial = (roof.lateral, roof.medial) if roof else (None, None)
    collected.add(frame, "LAE", lateral, "the roof line has no lateral end")
    collected.add(frame, "MSO", medial, "the roof line has no medial end")
    collected.extra(frame, "LAE_BONE", bone_edge(frame))
    collected.add(frame, "TD", teardrop(frame, lines), "no separate teardrop figure")
    collected.add(frame, "ILM", ilioischial_top(frame, lines), "the brim does not turn")
    collected.add(frame, "ISCH", ischium_bottom(frame, lines), "no outline at the ischium")
    collected.add(frame, "TRI", frame.flat(frame.geometry.triradiate))
