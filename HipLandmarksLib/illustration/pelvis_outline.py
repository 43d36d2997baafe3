"""One half of the pelvis as line art, hip-local mm: x lateral, z cranial, origin: head centre.

The acetabulum follows the phantom's cup: its radius is head plus joint space and its lateral edge
lies at the dialled centre-edge angle. What the phantom has no number for (medial end of the roof,
walls, teardrop) is set by :class:`RoofShape` or drawn by hand after the usual adult shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import cos, radians, sin

from ..synthesis import HipParameters
from .curves import Curve, Point, ellipse, joined, polyline, smooth

SYM_MM, SCJ_MM = -21.5, 17.5
"""Heights of the symphysis' upper border and of the sacrococcygeal joint above the head centres."""
_TEMPLATE_CUP_MM = 26.2
_TEMPLATE_HALF_MM = 87.0
_FIXED_MM = 30.0  # the template is stretched towards the midline from here on


@dataclass(frozen=True)
class RoofShape:
    """What the picture shows of the acetabulum beyond the phantom's numbers.

    Attributes:
        medial_edge_deg: medial centre-edge angle of the medial end of the sourcil.
        retroverted: whether the anterior wall crosses the posterior wall.
    """

    medial_edge_deg: float = 35.5
    retroverted: bool = False


@dataclass(frozen=True)
class PelvisOutline:
    """Contours and points of one hip bone and half the sacrum.

    Attributes:
        hip: shape of that hip.
        half_distance_mm: distance of the head centre from the midline.
        roof: what the phantom has no number for.
    """

    hip: HipParameters
    half_distance_mm: float
    roof: RoofShape = field(default_factory=RoofShape)

    @property
    def cup_radius_mm(self) -> float:
        """Radius of the acetabulum's bony circle."""
        return self.hip.head_radius_mm + self.hip.joint_space_mm

    @cached_property
    def points(self) -> dict[str, Point]:
        """Landmarks of the hip bone by key."""
        edge, teardrop = self.edge, self._near(-31.0, -15.6)
        points = {
            "LAE": edge,
            "MSO": self.roof_end,
            "TD": teardrop,
            "AF": self._near(-29.4, 3.0),
            "TRI": self._near(-29.2, 14.5),
            "ILM": self._far(-38.0, 60.0),
            "ISCH": self._far(-28.0, -79.5),
            "SPINE": self._far(-46.6, -3.0) if self.roof.retroverted else self._far(-36.6, -3.0),
            "BRIM": self._far(-40.6, -3.0),
            "DOME": self._farthest_from(edge, teardrop),
            "OBT": self.foramen.samples(8)[7],
        }
        for key, wall in (("AW", self._anterior_points), ("PW", self._posterior_points)):
            points.update({f"{key}{n}": point for n, point in enumerate(wall, start=1)})
        return points

    @property
    def edge(self) -> Point:
        """The lateral acetabular edge."""
        return self._on_cup(self.hip.lce_deg)

    @property
    def roof_end(self) -> Point:
        """The medial end of the sourcil."""
        return self._on_cup(-self.roof.medial_edge_deg)

    # --- contours --------------------------------------------------------------------------------
    @cached_property
    def outline(self) -> Curve:
        """Closed contour of the hip bone; the foramen is a separate contour inside it."""
        return joined(
            self._lateral_ilium,
            self.brim,
            self._lower_border,
            self._notch,
            self.fossa,
            self.sourcil,
        )

    @cached_property
    def foramen(self) -> Curve:
        """Obturator foramen; its upper border continues the lower border of the neck."""
        return smooth(
            self._all_far(
                (-35.6, -26.2), (-43.0, -22.8), (-54.5, -24.8), (-64.5, -30.5), (-69.0, -40.0),
                (-66.0, -50.5), (-57.0, -60.0), (-46.0, -65.5), (-37.4, -61.0), (-33.6, -49.0),
                (-33.4, -35.5),
            ),
            closed=True,
        )  # fmt: skip

    @cached_property
    def brim(self) -> Curve:
        """Pelvic brim and upper border of the pubis, from the sacroiliac joint to the symphysis."""
        return smooth(
            self._all_far(
                (-46.5, 80.0), (-38.0, 60.0), (-32.8, 42.0), (-31.6, 25.0), (-34.6, 9.5),
                (-41.6, -4.2), (-53.0, -12.8), (-66.0, -18.0), (-74.0, -18.2), (-78.5, -17.6),
                (-83.0, -20.8),
            )
        )  # fmt: skip

    @cached_property
    def ilioischial(self) -> Curve:
        """Ilioischial line with the ischial spine, from the brim to the ischium."""
        x, z = self.points["SPINE"]
        top = self._all_far((-31.6, 25.0), (-32.0, 15.0), (-33.0, 6.0))
        below = self._all_far((-34.4, -13.0), (-34.0, -21.0), (-33.4, -35.5))
        return joined(
            smooth([*top, (x + 1.6, z + 3.0), (x, z)]),
            smooth([(x, z), (x + 1.3, z - 3.0), *below]),
            closed=False,
        )

    @cached_property
    def sourcil(self) -> Curve:
        """Dense weight-bearing roof from its medial end to the lateral edge."""
        first, last = -self.roof.medial_edge_deg, self.hip.lce_deg
        steps = 5
        angles = [first + (last - first) * n / steps for n in range(steps + 1)]
        return smooth(
            [self._on_cup(a) for a in angles],
            leaving=(cos(radians(first)), -sin(radians(first))),
            arriving=(cos(radians(last)), -sin(radians(last))),
        )

    @cached_property
    def fossa(self) -> Curve:
        """Floor of the acetabulum, from the teardrop up to the medial end of the sourcil."""
        roof_end = self.roof_end
        return smooth(
            [
                *self._all_near((-28.8, -13.6), (-28.2, -7.0), (-29.4, 3.0), (-26.6, 13.2)),
                (roof_end[0] - 4.6, roof_end[1] + 0.2),
                roof_end,
            ]
        )

    @cached_property
    def teardrop(self) -> Curve:
        """The teardrop figure between acetabular floor and inner pelvic wall, pointed above."""
        return joined(
            smooth(
                self._all_near(
                    (-31.2, 10.0), (-29.7, 3.0), (-28.4, -5.0), (-28.5, -11.8), (-31.0, -15.6),
                    (-33.7, -12.2), (-33.9, -5.0), (-32.4, 3.0), (-31.2, 10.0),
                )
            )
        )  # fmt: skip

    @cached_property
    def anterior_wall(self) -> Curve:
        """Projected border of the anterior wall, from the lateral edge."""
        return smooth(self._anterior_points)

    @cached_property
    def posterior_wall(self) -> Curve:
        """Projected border of the posterior wall, from the lateral edge."""
        return smooth(self._posterior_points)

    @cached_property
    def joint_area(self) -> Curve:
        """What lies between acetabular floor and posterior wall, mostly behind the head."""
        return joined(self.posterior_wall, self._notch, self.fossa, self.sourcil)

    @cached_property
    def sacrum(self) -> Curve:
        """Closed half of sacrum and coccyx, from the midline."""
        mid = -self.half_distance_mm
        lateral = self._all_far(
            (-62.0, 129.0), (-50.0, 124.0), (-42.5, 116.0), (-46.0, 103.0), (-48.5, 90.0),
            (-53.5, 75.0), (-63.0, 58.0), (-70.5, 40.0), (-76.0, 25.0), (-79.0, 18.0),
        )  # fmt: skip
        coccyx = self._all_far((-80.5, 17.0), (-82.5, 8.0), (-84.0, 0.0), (-86.0, -5.0))
        top = smooth([(mid, 122.5), *self._all_far((-74.0, 123.5), (-66.0, 127.0))])
        return joined(
            top,
            smooth(lateral),
            smooth([*coccyx, (mid, -6.5)]),
            polyline([(mid, -6.5), (mid, 122)]),
        )

    @cached_property
    def sacrum_edge(self) -> Curve:
        """The half sacrum's own contour, without the midline."""
        return Curve(self.sacrum.start, self.sacrum.cubics[:-2])

    @property
    def coccyx_joint(self) -> Curve:
        """The sacrococcygeal joint, from its end to the midline."""
        return polyline([self._far(-79.4, SCJ_MM), (-self.half_distance_mm, SCJ_MM)])

    @cached_property
    def sacral_foramina(self) -> tuple[Curve, ...]:
        """Hints of the first three sacral foramina."""
        centres = self._all_far((-67.5, 101.0), (-70.0, 79.0), (-73.0, 59.0))
        sizes = ((4.4, 3.4), (3.8, 3.0), (3.2, 2.5))
        return tuple(ellipse(c, size, 25.0) for c, size in zip(centres, sizes, strict=True))

    # --- pieces ----------------------------------------------------------------------------------
    @cached_property
    def _lateral_ilium(self) -> Curve:
        """From the lateral acetabular edge over spines and crest to the sacroiliac joint."""
        x, z = self.edge
        side = [(x, z), (x + 1.3, z + 3.6)]
        template = (
            (12.2, 36.0), (12.6, 46.0), (17.4, 54.0), (21.8, 62.0), (31.0, 76.0), (42.0, 89.0),
            (48.6, 96.5), (51.4, 102.0), (52.6, 110.0), (50.0, 123.0), (41.0, 136.0),
            (26.0, 145.5), (8.0, 150.0), (-11.0, 149.0), (-26.0, 143.5), (-35.0, 136.0),
            (-38.6, 128.0), (-45.0, 114.0), (-50.5, 101.0), (-51.5, 90.0), (-46.5, 80.0),
        )  # fmt: skip
        return smooth([*side, *self._all_far(*template)])

    @cached_property
    def _lower_border(self) -> Curve:
        """From the symphysis along pubis and ischium up to the end of the posterior wall."""
        template = (
                (-83.0, -20.8), (-84.6, -26.0), (-84.4, -36.0), (-84.0, -46.0), (-81.6, -53.5),
                (-76.0, -58.0), (-65.0, -65.0), (-53.0, -73.0), (-41.0, -78.2), (-28.0, -79.5),
                (-18.0, -75.5), (-11.0, -65.0), (-8.4, -52.0), (-9.4, -40.0),
        )  # fmt: skip
        return smooth([*self._all_far(*template), self._posterior_points[-1]])

    @cached_property
    def _notch(self) -> Curve:
        """Under the acetabulum from the end of the posterior wall to the teardrop."""
        return smooth(
            [
                self._posterior_points[-1],
                *self._all_near((-17.5, -22.8), (-24.0, -17.5), (-28.8, -13.6)),
            ],
            leaving=(-0.85, 0.5),
        )

    @property
    def _anterior_points(self) -> list[Point]:
        inner = ((9.6, 16.0), (2.4, 7.4), (-6.0, -1.4), (-15.0, -9.4), (-26.0, -15.0))
        if self.roof.retroverted:
            inner = ((14.2, 15.0), (9.6, 6.4), (-1.0, -4.0), (-13.0, -11.2), (-26.0, -15.6))
        return [self.edge, *self._all_near(*inner)]

    @property
    def _posterior_points(self) -> list[Point]:
        inner = ((11.6, 11.0), (6.2, 0.0), (0.6, -9.0), (-5.4, -18.0), (-11.2, -26.6))
        if self.roof.retroverted:
            inner = ((8.4, 14.0), (1.6, 5.0), (-2.0, -6.0), (-6.2, -17.0), (-11.2, -26.6))
        return [self.edge, *self._all_near(*inner)]

    # --- frames ----------------------------------------------------------------------------------
    def _on_cup(self, centre_edge_deg: float) -> Point:
        """Point of the cup at an angle from cranial towards lateral."""
        radius, angle = self.cup_radius_mm, radians(centre_edge_deg)
        return (radius * sin(angle), radius * cos(angle))

    def _near(self, x: float, z: float) -> Point:
        """A template point next to the cup: it grows with the cup."""
        scale = self.cup_radius_mm / _TEMPLATE_CUP_MM
        return (scale * x, scale * z)

    def _far(self, x: float, z: float) -> Point:
        """A template point far from the cup: stretched to the midline of this pelvis."""
        if x >= -_FIXED_MM:
            return (x, z)
        stretch = (self.half_distance_mm - _FIXED_MM) / (_TEMPLATE_HALF_MM - _FIXED_MM)
        return (-_FIXED_MM + (x + _FIXED_MM) * stretch, z)

    def _all_near(self, *points: Point) -> list[Point]:
        return [self._near(*point) for point in points]

    def _all_far(self, *points: Point) -> list[Point]:
        return [self._far(*point) for point in points]

    def _farthest_from(self, edge: Point, teardrop: Point) -> Point:
        """Point of the drawn acetabulum farthest from the line between two points."""
        dx, dz = edge[0] - teardrop[0], edge[1] - teardrop[1]
        contour = [*self.fossa.samples(32), *self.sourcil.samples(32)]
        return max(contour, key=lambda p: dx * (p[1] - teardrop[1]) - dz * (p[0] - teardrop[0]))
