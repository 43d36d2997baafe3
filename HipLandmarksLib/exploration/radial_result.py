"""What the radial planes of one hip show, and what cannot be seen in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import Any

from ..anatomy import Side
from ..measurement.uncertainty import interval95
from ..measurement.vector import Vec3
from ..measurement.volume import ClockFrame, OmegaSpan, RadialPlane, clock_words, omega
from ..measurement.volume.clock import on_circle

_FLAT_DEG = 8.0
"""Alpha that differs less than this round the neck has no bump."""


class Sight(str, Enum):
    """How well the image shows the junction of head and neck at a place on the clock face."""

    CLEAR = "clear"
    COARSE = "coarse"
    """Read, but with so wide an interval that it tells little more than large or small."""
    UNSEEN = "unseen"
    """Not read: the slices are too far apart across the bone's surface, or there is no edge."""

    @property
    def words(self) -> str:
        """For tables."""
        return {"clear": "seen", "coarse": "seen coarsely", "unseen": "not seen"}[self.value]


@dataclass(frozen=True)
class RadialSection:
    """One half-plane from the neck axis outwards. Research software: not a diagnosis.

    Attributes:
        measured: alpha, its point and the height of a bump at this place of the clock face; its
            ``reason`` tells why a value is None.
        contour: traced edge of the marrow, LPS mm, from the pole of the head to the neck; empty
            when no edge was found.
        sight: how well the image shows the junction here.
        blur_mm: distance between the samples of the image across the bone's surface, at the
            junction or where a bump would be, whichever is larger.
        sigma_deg: standard deviation of alpha, None without alpha.
    """

    measured: RadialPlane
    contour: tuple[Vec3, ...]
    sight: Sight
    blur_mm: float
    sigma_deg: float | None

    @property
    def theta_deg(self) -> float:
        """Place on the clock face."""
        return self.measured.theta_deg

    @property
    def clock(self) -> str:
        """Such as ``1:30``."""
        return self.measured.clock

    @property
    def alpha_deg(self) -> float | None:
        """Alpha at this place, degrees."""
        return self.measured.alpha_deg

    @property
    def cam_height_mm(self) -> float | None:
        """Height of the bump above the head sphere, 0 without a bump."""
        return self.measured.cam_height_mm

    @property
    def exit_point(self) -> Vec3 | None:
        """Where the contour leaves the head sphere, LPS mm."""
        return self.measured.exit_point

    @property
    def ci95(self) -> tuple[float, float] | None:
        """95 % interval of alpha, degrees."""
        if self.alpha_deg is None or self.sigma_deg is None:
            return None
        return interval95(self.alpha_deg, self.sigma_deg)

    @property
    def reason(self) -> str:
        """Why there is no value, empty when there is nothing to say."""
        return self.measured.reason

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary, without the contour."""
        point = self.measured.exit_point
        return {
            "theta_deg": self.theta_deg,
            "clock": self.clock,
            "alpha_deg": self.alpha_deg,
            "sigma_deg": self.sigma_deg,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "cam_height_mm": self.cam_height_mm,
            "exit_point": None if point is None else list(point),
            "sight": self.sight.value,
            "blur_mm": self.blur_mm,
            "status": self.measured.status.value,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class RadialMap:
    """Alpha round the femoral head by the clock face. Research software: not a diagnosis.

    Attributes:
        side: hip.
        frame: head centre, neck axis and clock directions, LPS.
        radius_mm: of the sphere through the traced edge of the marrow about the head centre.
        sections: ordered by theta; 0 = 12 o'clock = superior, 90 = 3 o'clock = anterior on both
            sides.
        omega: widest arc of the clock face with alpha above the threshold.
        threshold_deg: for omega.
        step_deg: between the sections.
        clock_resolution_deg: nothing may be read off the clock face more finely.
        limits: sentences that say what this image cannot show; empty when it shows all.
    """

    side: Side
    frame: ClockFrame
    radius_mm: float
    sections: tuple[RadialSection, ...]
    omega: OmegaSpan
    threshold_deg: float
    step_deg: float
    clock_resolution_deg: float
    limits: tuple[str, ...]

    @property
    def samples(self) -> tuple[tuple[float, float | None], ...]:
        """(theta, alpha) in degrees; alpha is None where it is not seen."""
        return tuple((section.theta_deg, section.alpha_deg) for section in self.sections)

    @property
    def maximum(self) -> RadialSection | None:
        """The section of the largest alpha, None when none is seen."""
        seen = [section for section in self.sections if section.alpha_deg is not None]
        return max(seen, key=lambda section: section.alpha_deg or 0.0, default=None)

    @property
    def bump_theta_deg(self) -> float | None:
        """Middle of the bump on the clock face, None when alpha hardly differs round the neck.

        It is the middle of the arc on which alpha lies in the upper half between its median and
        its maximum: the place of the largest alpha itself wanders along a broad bump.
        """
        seen = [alpha for _, alpha in self.samples if alpha is not None]
        if not seen or max(seen) - median(seen) < _FLAT_DEG:
            return None
        arc = omega(self.samples, (max(seen) + median(seen)) / 2).arcs[:1]
        if not arc or arc[0].span_deg == 0.0:
            return None
        return on_circle(arc[0].start_theta + arc[0].span_deg / 2)

    @property
    def highest(self) -> RadialSection | None:
        """The section of the highest bump, None when no section has one."""
        seen = [section for section in self.sections if section.cam_height_mm]
        return max(seen, key=lambda section: section.cam_height_mm or 0.0, default=None)

    def at(self, theta_deg: float) -> RadialSection:
        """The section nearest to a place on the clock face."""
        return min(
            self.sections,
            key=lambda section: abs((section.theta_deg - theta_deg + 180.0) % 360.0 - 180.0),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        top, bump = self.maximum, self.bump_theta_deg
        return {
            "side": self.side.value,
            "head_centre": list(self.frame.head),
            "neck_axis": list(self.frame.neck),
            "radius_mm": self.radius_mm,
            "step_deg": self.step_deg,
            "clock_resolution_deg": self.clock_resolution_deg,
            "threshold_deg": self.threshold_deg,
            "omega_deg": self.omega.omega_deg,
            "omega_start_theta": self.omega.start_theta,
            "omega_end_theta": self.omega.end_theta,
            "omega_reason": self.omega.reason,
            "maximum_alpha_deg": None if top is None else top.alpha_deg,
            "maximum_at": None if top is None else top.clock,
            "bump_at": None if bump is None else clock_words(bump),
            "limits": list(self.limits),
            "sections": [section.to_dict() for section in self.sections],
        }
