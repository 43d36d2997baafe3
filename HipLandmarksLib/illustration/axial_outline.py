"""The hip seen from below in the axial plane, hip-local mm: x lateral, y anterior.

One axial picture holds what lies at different heights: socket and neck at the head centre, and
the condyles of the knee seen along the thigh, as usual for drawings of version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin

from ..anatomy import Side
from .curves import Curve, Point, arc, joined, smooth
from .svg import SvgPage, on_page

HALF_DISTANCE_MM = 87.0
CONDYLE_HEIGHT_MM = -400.0
_HEAD_MM, _CUP_MM = 23.0, 26.2
_OPENING_DEG = 82.0  # half of the socket's opening angle
_NECK_MM = 37.0


@dataclass(frozen=True)
class AxialOutline:
    """Contours and points of one hip from below.

    Attributes:
        femoral_version_deg: neck axis against the condyles.
        acetabular_version_deg: opening of the socket forwards.
    """

    femoral_version_deg: float = 15.0
    acetabular_version_deg: float = 18.0

    @cached_property
    def points(self) -> dict[str, Point]:
        """Landmarks by key."""
        return {
            "FHC": (0.0, 0.0),
            "NC": self._by_neck(27.0, 0.0),
            "NB": self._by_neck(_NECK_MM, 0.0),
            "AR": self._on_cup(_OPENING_DEG),
            "PR": self._on_cup(-_OPENING_DEG),
            "CONDM": (-2.0, -52.0),
            "CONDL": (44.0, -52.0),
        }

    @cached_property
    def socket(self) -> Curve:
        """Bone around the socket: anterior column, thin floor, posterior column."""
        first, last = self._axis_deg(_OPENING_DEG), self._axis_deg(-_OPENING_DEG) + 360.0
        cup = joined(
            arc((0.0, 0.0), _CUP_MM, first, 163.0),
            smooth([self._at(163.0), (-28.6, 4.0), (-28.6, -6.0), self._at(205.0)]),
            arc((0.0, 0.0), _CUP_MM, 205.0, last),
            closed=False,
        )
        x, y = self.points["PR"]
        ax, ay = self.points["AR"]
        outside = smooth(
            [
                (x, y), (x + 3.2, y - 4.5), (x - 1.5, y - 12.0), (-6.0, -41.0), (-21.0, -39.0),
                (-29.5, -27.0), (-32.5, -12.0), (-33.5, 3.0), (-39.0, 16.0), (-43.0, 29.0),
                (-33.0, 37.0), (-18.0, 34.0), (ax - 1.5, ay + 3.8), (ax, ay),
            ]
        )  # fmt: skip
        return joined(cup, outside)

    @cached_property
    def femur(self) -> Curve:
        """Head, neck and greater trochanter."""
        by = self._by_neck
        upper = -self.femoral_version_deg + 38.0
        lower = -self.femoral_version_deg - 38.0 + 360.0
        radius = _HEAD_MM
        start, end = ((radius * cos(radians(a)), radius * sin(radians(a))) for a in (upper, lower))
        turn = radians(24.0)  # the neck leaves the head's circle by this angle
        out, back_in = radians(lower) - turn, radians(upper) + turn
        back = smooth([end, by(24.0, -11.8), by(33.0, -13.0), by(42.0, -20.5), by(52.0, -23.0),
                       by(61.0, -17.0), by(63.5, -5.0), by(58.0, 8.0), by(46.0, 14.0),
                       by(35.0, 12.6), by(24.5, 11.8), start],
                      leaving=(-sin(out), cos(out)),
                      arriving=(-sin(back_in), cos(back_in)))  # fmt: skip
        return joined(arc((0.0, 0.0), radius, upper, lower), back)

    @cached_property
    def condyles(self) -> Curve:
        """The knee end of the femur, seen along the thigh."""
        return smooth(
            [
                (-2.0, -52.0), (8.0, -48.0), (14.0, -37.0), (21.0, -31.0), (28.0, -36.0),
                (34.0, -47.5), (44.0, -52.0), (55.0, -45.0), (60.0, -30.0), (57.0, -10.0),
                (46.0, 6.0), (36.0, 9.5), (25.0, 3.5), (12.0, 5.5), (-4.0, -3.0), (-17.0, -16.0),
                (-20.0, -32.0), (-14.0, -46.0),
            ],
            closed=True,
        )  # fmt: skip

    def _axis_deg(self, from_opening: float) -> float:
        return self.acetabular_version_deg + from_opening

    def _on_cup(self, from_opening: float) -> Point:
        return self._at(self._axis_deg(from_opening))

    def _at(self, degrees: float) -> Point:
        return (_CUP_MM * cos(radians(degrees)), _CUP_MM * sin(radians(degrees)))

    def _by_neck(self, along: float, forward: float) -> Point:
        c, s = cos(radians(self.femoral_version_deg)), sin(radians(self.femoral_version_deg))
        return (along * c + forward * s, -along * s + forward * c)


@dataclass(frozen=True)
class AxialBackdrop:
    """Paints one hip from below; x to the patient's left, y forwards, mm.

    Attributes:
        side: which hip.
        with_condyles, with_socket: what is shown beside the proximal femur.
        outline: its shape.
    """

    side: Side
    with_condyles: bool
    with_socket: bool = True
    outline: AxialOutline = AxialOutline()

    def place(self, p: Point) -> Point:
        """Hip-local point to picture mm."""
        sign = 1.0 if self.side is Side.LEFT else -1.0
        return (sign * (HALF_DISTANCE_MM + p[0]), p[1])

    def paint(self, page: SvgPage, to_page: Callable[[Point], Point]) -> None:
        """Paint from back to front."""

        def place(p: Point) -> Point:
            return to_page(self.place(p))

        page.open_group(stroke_linejoin="round", stroke="#7a6748")
        if self.with_condyles:
            page.path(
                on_page(place, [self.outline.condyles]), fill="#eef0ee", stroke="#9aa3a0",
                stroke_width=1.4,
            )  # fmt: skip
        if self.with_socket:
            page.path(on_page(place, [self.outline.socket]), fill="#f1e4cb", stroke_width=1.4)
        page.path(
            on_page(place, [self.outline.femur]), fill="#f8f0de", fill_opacity=0.9,
            stroke_width=1.6,
        )  # fmt: skip
        page.close()

    def contours(self) -> list[list[Point]]:
        """Points of the contours, mm."""
        curves = [self.outline.femur]
        curves += [self.outline.condyles] if self.with_condyles else []
        curves += [self.outline.socket] if self.with_socket else []
        return [[self.place(p) for p in curve.samples(5)] for curve in curves]
