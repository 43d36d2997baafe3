"""Drawing of the clock face of the femoral head, seen along the neck from the lateral side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, exp, radians, sin

from ..anatomy import HipLandmarks, Landmark, Side
from ..measurement.volume import ClockFrame, VolumeMeasurement, clock_alpha, clock_words, omega
from ..measurement.volume.omega import OMEGA, OmegaSpan
from ..synthesis.phantom import SOURCE
from .axial_outline import HALF_DISTANCE_MM
from .curves import Curve, Point, arc, smooth
from .figure import NOTICE, Figure, Line, Mark, Sector, Value
from .svg import SvgPage, on_page
from .words import first_sentence

_HEAD_MM, _NECK_MM, _DIAL_MM = 23.0, 14.0, 34.0
_THETA_DEG, _ALPHA_DEG = 45.0, 64.0
_BUMP_MM, _BUMP_WIDTH_DEG = 3.0, 30.0
_PLAIN_ALPHA_DEG, _CAM_ALPHA_DEG, _THRESHOLD_DEG = 45.0, 25.0, 60.0
_WORDS = (("superior", 0.0), ("anterior", 90.0), ("inferior", 180.0), ("posterior", 270.0))


@dataclass(frozen=True)
class ClockBackdrop:
    """Head and neck seen along the neck axis; x to the viewer's right, z cranial, mm.

    A right hip shows its front on the viewer's right, a left hip on the viewer's left; 3 o'clock
    is anterior on both.

    Attributes:
        side: which hip.
    """

    side: Side

    def at(self, theta_deg: float, radius: float) -> Point:
        """Point of the dial."""
        sign = 1.0 if self.side is Side.RIGHT else -1.0
        angle = radians(theta_deg)
        return (sign * radius * sin(angle), radius * cos(angle))

    @property
    def contour(self) -> Curve:
        """Head-neck contour with a cam about 1:30."""
        points = []
        for step in range(36):
            theta = 10.0 * step
            away = (theta - _THETA_DEG + 180.0) % 360.0 - 180.0
            bump = _BUMP_MM * exp(-((away / _BUMP_WIDTH_DEG) ** 2))
            points.append(self.at(theta, _HEAD_MM + bump))
        return smooth(points, closed=True)

    def paint(self, page: SvgPage, to_page: Callable[[Point], Point]) -> None:
        """Head, neck, dial with hours and the four directions."""
        page.open_group(stroke="#7a6748", stroke_linejoin="round")
        page.path(on_page(to_page, [self.contour]), fill="#f1e4cb", stroke_width=1.6)
        head = arc((0.0, 0.0), _HEAD_MM, 0.0, 360.0)
        page.path(
            on_page(to_page, [head]), fill="#f8f0de", stroke_width=1.0, stroke_dasharray="4 3"
        )
        neck = arc((0.0, 0.0), _NECK_MM, 0.0, 360.0)
        page.path(on_page(to_page, [neck]), fill="#f4e9d3", stroke="#c9b995", stroke_width=1.1)
        page.close()
        for hour in range(12):
            theta = 30.0 * hour
            inner, outer = self.at(theta, _DIAL_MM - 4.5), self.at(theta, _DIAL_MM - 2.0)
            page.line(to_page(inner), to_page(outer), stroke="#5b6470", stroke_width=1.4)
            x, y = to_page(self.at(theta, _DIAL_MM + 1.0))
            page.text((x, y + 4.5), str(hour or 12), 13.0, fill="#1f2933", text_anchor="middle")
        for words, theta in _WORDS:
            x, y = to_page(self.at(theta, _DIAL_MM + (6.5 if theta % 180.0 == 0.0 else 13.0)))
            page.text((x, y + 4.5), words, 13.0, fill="#5b6470", text_anchor="middle")

    def contours(self) -> list[list[Point]]:
        """The head-neck contour and the dial with its words, mm."""
        dial = [
            self.at(5.0 * step, radius)
            for step in range(72)
            for radius in (_DIAL_MM, _DIAL_MM + 6.5, _DIAL_MM + 12.0)
        ]
        return [self.contour.samples(3), dial, dial, dial]


def clock_measurement(side: Side) -> VolumeMeasurement:
    """Alpha in the radial plane of the drawn cam, by the measurement engine."""
    sign = 1.0 if side is Side.LEFT else -1.0
    head = (sign * HALF_DISTANCE_MM, 0.0, 0.0)
    neck = (head[0] + sign * 20.0, 5.0, -18.0)
    frame = ClockFrame.of(head, neck)
    along, away = (_HEAD_MM * f(radians(_ALPHA_DEG)) for f in (cos, sin))
    exit_point = frame.place(along, away, _THETA_DEG)
    points = {"FHC": head, "NC": neck, "LCP": exit_point}
    landmarks = HipLandmarks.of(
        (Landmark(side, key, at, source=SOURCE) for key, at in points.items()),
        case_id="clock sketch",
    )
    return clock_alpha(landmarks, side)


def clock_figure(side: Side) -> Figure:
    """Drawing of the clock face with the radial plane of the cam."""
    result = clock_measurement(side)
    backdrop = ClockBackdrop(side)
    assert result.theta_deg is not None  # the drawn point has a place on the clock
    theta = result.theta_deg
    plane = Line(backdrop.at(theta + 180.0, 27.0), backdrop.at(theta, 29.0), "axis")
    edge = backdrop.at(theta, _HEAD_MM * sin(radians(_ALPHA_DEG)))
    reach = _DIAL_MM + 22.0
    return Figure(
        backdrop,
        side,
        result.name,
        first_sentence(result.definition),
        (-reach, -reach + 10.0, reach, reach - 10.0),
        (plane,),
        marks=(Mark("LCP", edge), Mark("NC", (0.0, 0.0))),
        values=(Value(f"{result.display} at {clock_words(theta)}", backdrop.at(225.0, 12.0)),),
        footer=f"Seen along the neck, from its lateral side. {NOTICE}",
    )


def omega_span() -> OmegaSpan:
    """Omega of the drawn cam: alpha in radial planes every 15 degrees, by the engine."""
    samples = []
    for theta in range(0, 360, 15):
        away = (theta - _THETA_DEG + 180.0) % 360.0 - 180.0
        bump = exp(-((away / _BUMP_WIDTH_DEG) ** 2))
        samples.append((float(theta), _PLAIN_ALPHA_DEG + _CAM_ALPHA_DEG * bump))
    return omega(samples, _THRESHOLD_DEG)


def omega_figure(side: Side) -> Figure:
    """Drawing of the part of the clock face over which alpha exceeds the threshold."""
    span = omega_span()
    assert span.omega_deg is not None  # the drawn cam exceeds the threshold
    assert span.start_theta is not None and span.end_theta is not None
    backdrop = ClockBackdrop(side)
    middle = backdrop.at(0.0, 0.0)
    ends = [backdrop.at(theta, 27.0) for theta in (span.start_theta, span.end_theta)]
    start, end = (backdrop.at(theta, 16.0) for theta in (span.start_theta, span.end_theta))
    reach = _DIAL_MM + 22.0
    return Figure(
        backdrop,
        side,
        OMEGA.name,
        first_sentence(OMEGA.definition),
        (-reach, -reach + 10.0, reach, reach - 10.0),
        tuple(Line(middle, point, "ray") for point in ends),
        sector=Sector(middle, start, end),
        values=(Value(f"{span.omega_deg:.0f}° with alpha above 60°", backdrop.at(225.0, 12.0)),),
        footer=f"Seen along the neck, from its lateral side. {NOTICE}",
    )


CLOCK_FIGURES: Mapping[str, Callable[[Side], Figure]] = {
    "alpha_clock": clock_figure,
    "omega": omega_figure,
}
"""Drawings on the clock face by measurement."""
