"""``Schematic``: the AP pelvis of a phantom as line art, with all its landmarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import cos, radians, sin
from typing import Any

from ..anatomy import HipLandmarks, Landmark, LandmarkTable, Midline, Side
from ..synthesis import HipParameters, PhantomParameters
from ..synthesis.phantom import SOURCE
from .curves import Curve, Point, ellipse, smooth
from .femur_outline import LOWEST_MM, FemurOutline
from .pelvis_outline import SCJ_MM, SYM_MM, PelvisOutline, RoofShape

TEXTBOOK_HIP = HipParameters(
    lce_deg=29.0,
    alpha_deg=45.0,
    anteversion_deg=0.0,
    plane_depth_mm=0.0,
    shaft_adduction_deg=3.0,
    trochanter_height_mm=-1.0,
)
"""An unremarkable adult hip, seen in the plane through the head centre."""


@dataclass(frozen=True)
class SchematicShape:
    """What is drawn.

    Attributes:
        parameters: both hips; their anteversion and depth are not seen in the picture.
        roof: acetabular details that the phantom has no number for, the same on both sides.
        subluxation_mm: by how much the femurs are displaced laterally and cranially.
        sacrum_shift_mm: shift of the sacrum to the patient's left, as on a rotated film.
    """

    parameters: PhantomParameters = field(
        default_factory=lambda: PhantomParameters(right=TEXTBOOK_HIP, left=TEXTBOOK_HIP)
    )
    roof: RoofShape = field(default_factory=RoofShape)
    subluxation_mm: Point = (0.0, 0.0)
    sacrum_shift_mm: float = 0.0

    @classmethod
    def with_hips(cls, roof: RoofShape | None = None, **changes: float) -> SchematicShape:
        """The textbook hip with some values changed on both sides."""
        values: dict[str, Any] = dict(changes)
        hip = replace(TEXTBOOK_HIP, **values)
        return cls(PhantomParameters(right=hip, left=hip), roof or RoofShape())


@dataclass(frozen=True)
class Schematic:
    """The drawn pelvis. Coordinates: x to the patient's left, z cranial, mm, origin amid the heads.

    The pelvis turns with ``obliquity_deg``; the femurs keep their direction.
    """

    shape: SchematicShape = field(default_factory=SchematicShape)

    @cached_property
    def femurs(self) -> Mapping[Side, FemurOutline]:
        """Both femurs in hip-local coordinates."""
        return {side: FemurOutline(self._flat(side)) for side in Side}

    @cached_property
    def pelvis(self) -> Mapping[Side, PelvisOutline]:
        """Both halves of the pelvis in hip-local coordinates, not turned."""
        half = self.shape.parameters.interhead_distance_mm / 2
        return {side: PelvisOutline(self._flat(side), half, self.shape.roof) for side in Side}

    @cached_property
    def positions(self) -> dict[tuple[Side | Midline, str], Point]:
        """All points of the drawing by landmark, (x, z)."""
        found: dict[tuple[Side | Midline, str], Point] = {}
        for side in Side:
            for outline, place in (
                (self.pelvis[side].points, self.of_pelvis(side)),
                (self.femurs[side].points, self.of_femur(side)),
            ):
                found.update({(side, key): place(point) for key, point in outline.items()})
        found[(Midline.PELVIS, "SYM")] = self._turned((0.0, SYM_MM))
        found[(Midline.PELVIS, "SCJ")] = self._turned((self.shape.sacrum_shift_mm, SCJ_MM))
        return found

    @cached_property
    def landmarks(self) -> HipLandmarks:
        """The points as landmarks, in the coronal plane LPS y = 0."""
        table = LandmarkTable.load()
        return HipLandmarks.of(
            (
                Landmark(side, key, (x, 0.0, z), source=SOURCE)
                for (side, key), (x, z) in self.positions.items()
                if key.rstrip("0123456789") in table.definitions or key in table.definitions
            ),
            case_id="schematic",
        )

    def of_pelvis(self, side: Side) -> Callable[[Point], Point]:
        """Maps hip-local points of the hip bone into the picture."""
        half, sign = self.shape.parameters.interhead_distance_mm / 2, _sign(side)
        return lambda p: self._turned((sign * (half + p[0]), p[1]))

    def of_femur(self, side: Side) -> Callable[[Point], Point]:
        """Maps hip-local points of the femur into the picture."""
        half, sign = self.shape.parameters.interhead_distance_mm / 2, _sign(side)
        head = self._turned((sign * half, 0.0))
        lateral, cranial = self.shape.subluxation_mm
        return lambda p: (head[0] + sign * (p[0] + lateral), head[1] + p[1] + cranial)

    def of_sacrum(self, side: Side) -> Callable[[Point], Point]:
        """Maps hip-local points of the sacrum into the picture."""
        place, shift = self.of_pelvis(side), self.shape.sacrum_shift_mm
        sign = _sign(side)
        return lambda p: place((p[0] + sign * shift, p[1]))

    @cached_property
    def disc(self) -> Curve:
        """The symphysis between both pubic bones."""
        return ellipse((0.0, SYM_MM - 17.5), (3.4, 16.5)).moved(self._turned)

    def shenton(self, side: Side) -> Curve:
        """Shenton's arc of the hip in place: from the lower neck to the border of the foramen."""
        femur, pelvis = self.femurs[side].points, self.pelvis[side]
        neck, rim = femur["NECK"], pelvis.points["OBT"]
        crown = ((neck[0] + rim[0]) / 2, (neck[1] + rim[1]) / 2 + 3.2)
        border = pelvis.foramen.samples(8)[16]
        return smooth([femur["NCI"], neck, crown, rim, border]).moved(self.of_pelvis(side))

    @property
    def lowest(self) -> float:
        """Height at which the femurs are cut off."""
        return LOWEST_MM

    def _turned(self, p: Point) -> Point:
        turn = radians(self.shape.parameters.obliquity_deg)
        return (p[0] * cos(turn) - p[1] * sin(turn), p[0] * sin(turn) + p[1] * cos(turn))

    def _flat(self, side: Side) -> HipParameters:
        hip = self.shape.parameters.hip(side)
        return replace(hip, anteversion_deg=0.0, plane_depth_mm=0.0, head_depth_mm=0.0)


def _sign(side: Side) -> float:
    return 1.0 if side is Side.LEFT else -1.0
