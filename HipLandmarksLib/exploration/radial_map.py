"""Alpha by the clock face: radial planes, their contours and where these leave the head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..errors import ConfigurationError, ExplorationError
from ..imaging import HipImage
from ..measurement.types import MeasurementStatus
from ..measurement.vector import Vec3
from ..measurement.volume import (
    PATIENT,
    ClockFrame,
    ConstructionError,
    HeadSphere,
    OmegaSpan,
    PatientAxes,
    RadialPlane,
    clock_resolution_deg,
    omega,
)
from .departure import Departure, find_departure
from .junction import RadialFan, TracedContours, cast_fan, trace_contours
from .radial_image import radial_thetas
from .radial_limits import (
    alpha_sigma_deg,
    blur_mm,
    coarseness_deg,
    limit_sentences,
    sight_of,
)
from .radial_result import RadialMap, RadialSection, Sight
from .radial_sphere import settle_sphere

_SPHERE_DEG = 80.0
"""From here on, away from the neck, an edge point counts for the sphere."""

_SETTLING_ROUNDS, _SETTLING_STEP_DEG = 2, 30.0
_NEAR_DEG = 8.0
_CAM_DEG = 60.0
"""A bump would lie between the junction and this angle: so far the surface must be seen, too."""

_LEAST_QUANTILE, _LEAST_HEAD_FALL = 0.1, 0.02
"""All but a tenth of the rays must meet an edge of the head. In noise, or beside the head, the
tenth has no fall at all; on MRI with slices of 5 mm it has two to five times as much as asked."""

_TAIL_DEG, _BUMP_END_DEG = 12.0, 38.0
"""So far behind the junction, or to this angle behind a bump, the contour is kept: farther on the
neck flares, and the rays meet it at a small angle."""

_LEAST_FALL = 0.06
"""Least mean fall of brightness at the junction per mm, in units of the marrow."""


_APART = "The slices are too far apart for the bone's surface, which runs along them here."
_RAGGED = "The edge leaves the head too gradually, or is too ragged, to tell where."


@dataclass(frozen=True)
class RadialSettings:
    """How the clock face is read.

    Attributes:
        step_deg: between radial planes; 15 or 30 in the literature.
        threshold_deg: of alpha, for omega.
        axes: the patient's directions: what is superior and anterior.
    """

    step_deg: float = 15.0
    threshold_deg: float = 60.0
    axes: PatientAxes = PATIENT

    def __post_init__(self) -> None:
        radial_thetas(self.step_deg)
        if not (isfinite(self.threshold_deg) and 0.0 < self.threshold_deg < 180.0):
            raise ConfigurationError("The alpha threshold must lie between 0 and 180 degrees.")


def radial_map(
    image: HipImage,
    side: Side,
    head: HeadSphere,
    neck_centre: Vec3,
    settings: RadialSettings | None = None,
) -> RadialMap:
    """Alpha and bump height by the clock face of one hip.

    Args:
        image: volume of several slices, T1-weighted MRI.
        side: hip.
        head: sphere of the head with its radius, LPS mm; it is settled on the traced edge.
        neck_centre: a point on the neck axis, LPS mm.
        settings: step, threshold and axes.

    Raises:
        ExplorationError: when there is no radius, no volume, no neck axis, or no edge around the
            head; the sentence says which.
    """
    settings = settings or RadialSettings()
    if head.radius is None or not (isfinite(head.radius) and head.radius > 0.0):
        raise ExplorationError("Radial planes need the radius of the femoral head.")
    if image.n_slices < 2:
        raise ExplorationError("Radial planes need several slices; this image has one.")
    thetas = radial_thetas(settings.step_deg)
    settled = head
    few = radial_thetas(_SETTLING_STEP_DEG)
    for _ in range(_SETTLING_ROUNDS):
        frame, fan, traced = _traced(image, settled, neck_centre, settings, few)
        settled = _settled(image, frame, fan, traced, head)
    frame, fan, traced = _traced(image, settled, neck_centre, settings, thetas)
    reader = _Reader(image, frame, fan, traced, settled.radius or head.radius)
    reader.require_head()
    sections = tuple(reader.section(row, theta) for row, theta in enumerate(thetas))
    spacing = max(image.spacing)
    return RadialMap(
        side=side,
        frame=frame,
        radius_mm=reader.radius,
        sections=sections,
        omega=_omega(sections, settings.threshold_deg),
        threshold_deg=settings.threshold_deg,
        step_deg=settings.step_deg,
        clock_resolution_deg=clock_resolution_deg(spacing, reader.radius),
        limits=limit_sentences(sections, spacing, reader.radius),
    )


def _omega(sections: tuple[RadialSection, ...], threshold_deg: float) -> OmegaSpan:
    """Omega; without a plane above the threshold it is 0 only where the whole clock is seen."""
    span = omega([(s.theta_deg, s.alpha_deg) for s in sections], threshold_deg)
    unseen = any(section.sight is Sight.UNSEEN for section in sections)
    if not unseen or span.omega_deg is None or span.omega_deg > 0.0:
        return span
    reason = "No plane that is seen lies above the threshold, but not all of them are seen."
    return replace(span, omega_deg=None, status=MeasurementStatus.DEGENERATE, reason=reason)


def _traced(
    image: HipImage,
    head: HeadSphere,
    neck_centre: Vec3,
    settings: RadialSettings,
    thetas: tuple[float, ...],
) -> tuple[ClockFrame, RadialFan, TracedContours]:
    try:
        frame = ClockFrame.of(head.centre, neck_centre, settings.axes)
    except ConstructionError as error:
        raise ExplorationError(str(error)) from error
    fan = cast_fan(image, frame, head.radius or 0.0, thetas)
    return frame, fan, trace_contours(fan)


def _settled(
    image: HipImage, frame: ClockFrame, fan: RadialFan, traced: TracedContours, head: HeadSphere
) -> HeadSphere:
    """The sphere on the traced edge; how far it may move counts from the given one."""
    angles = np.degrees(fan.angles)
    radius = float(np.median(traced.distances[:, angles > _SPHERE_DEG]))
    left = [find_departure(angles, row, radius).alpha_deg for row in traced.distances]
    ends = np.array([max(_SPHERE_DEG, (alpha or 0.0) + _NEAR_DEG) for alpha in left])
    on_head = angles > ends[:, None]
    rays, reach = fan.directions[on_head], traced.distances[on_head][:, None]
    points = np.asarray(frame.head) + rays * reach
    sphere = settle_sphere(points, blur_mm(image, rays), head.centre, head.radius or 0.0)
    return HeadSphere(sphere.centre, sphere.radius)


@dataclass(frozen=True, eq=False)
class _Reader:
    """Reads one half-plane after the other."""

    image: HipImage
    frame: ClockFrame
    fan: RadialFan
    traced: TracedContours
    radius: float

    def require_head(self) -> None:
        """Refuse a sphere that has no edge around it.

        Raises:
            ExplorationError: when the marrow does not end at the sphere.
        """
        on_head = np.degrees(self.fan.angles) > _SPHERE_DEG
        falls = self.traced.falls[:, on_head]
        shown = falls[self._shown(self.fan.directions[:, on_head], self.radius)]
        if len(shown) == 0 or float(np.quantile(shown, _LEAST_QUANTILE)) < _LEAST_HEAD_FALL:
            raise ExplorationError(
                "No edge of bright marrow is seen around the femoral head: check the head centre; "
                "a T1-weighted MRI is needed."
            )

    def section(self, row: int, theta: float) -> RadialSection:
        """What one half-plane shows."""
        angles = np.degrees(self.fan.angles)
        found = find_departure(angles, self.traced.distances[row], self.radius)
        at = angles[-1] if found.alpha_deg is None else found.alpha_deg
        head = (angles >= at - 1.0) & (angles <= max(at, _CAM_DEG))
        blur = float(blur_mm(self.image, self.fan.directions[row, head]).max())
        sigma = alpha_sigma_deg(found, self.radius, blur, max(self.image.spacing))
        sight, reason = self._sight(row, np.abs(angles - at) < _NEAR_DEG, found, sigma, blur)
        if sight is Sight.UNSEEN:
            plane = RadialPlane(theta, None, None, None, MeasurementStatus.DEGENERATE, reason)
            return RadialSection(plane, (), sight, blur, None)
        points = self._points(row, angles >= min(at - _TAIL_DEG, _BUMP_END_DEG))
        plane = self._plane(theta, found)
        return RadialSection(plane, points, sight, blur, sigma)

    def _sight(
        self, row: int, near: NDArray[np.bool_], found: Departure, sigma: float, blur: float
    ) -> tuple[Sight, str]:
        if not self._inside(row, near):
            return Sight.UNSEEN, "The junction lies at the border of the image."
        if found.alpha_deg is None:
            return Sight.UNSEEN, found.reason
        sight = sight_of(sigma)
        if sight is Sight.UNSEEN:
            coarse = sight_of(coarseness_deg(blur, max(self.image.spacing)))
            return sight, _RAGGED if coarse is Sight.CLEAR else _APART
        if float(self.traced.falls[row, near].mean()) < _LEAST_FALL:
            return Sight.UNSEEN, "No edge between bone and its surroundings is seen here."
        return sight, ""

    def _inside(self, row: int, near: NDArray[np.bool_]) -> bool:
        """Whether the image reaches beyond the contour about the junction."""
        reach = self.traced.distances[row, near, None]
        return bool(self._shown(self.fan.directions[row, near], reach).all())

    def _shown(
        self, rays: NDArray[np.float64], reach: NDArray[np.float64] | float
    ) -> NDArray[np.bool_]:
        """Which rays (..., 3) end, a tenth of a radius beyond ``reach`` mm, within the image."""
        ends = np.asarray(self.frame.head) + rays * (reach + 0.1 * self.radius)
        ijk = self.image.to_ijk(ends)
        last = np.array(self.image.pixels.shape[::-1]) - 1
        return np.asarray(((ijk >= 0) & (ijk <= last)).all(axis=-1))

    def _plane(self, theta: float, found: Departure) -> RadialPlane:
        alpha = found.alpha_deg or 0.0
        along, away = np.cos(np.radians(alpha)), np.sin(np.radians(alpha))
        point = self.frame.place(float(self.radius * along), float(self.radius * away), theta)
        return RadialPlane(theta, point, alpha, found.bump_mm, MeasurementStatus.OK, "")

    def _points(self, row: int, kept: NDArray[np.bool_]) -> tuple[Vec3, ...]:
        steps = self.fan.directions[row, kept] * self.traced.distances[row, kept, None]
        points = np.asarray(self.frame.head) + steps
        return tuple((float(x), float(y), float(z)) for x, y, z in points)
