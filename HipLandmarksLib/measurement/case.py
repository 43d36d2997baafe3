"""The landmarks of a case as the formulas see them: projected, scaled, checked for sides."""

from __future__ import annotations

from ..anatomy import AnySide, HipLandmarks, Landmark, LandmarkId, LandmarkState, Side
from .frames import (
    CRANIAL_KEYS,
    IMAGE_UP,
    LINE_KEY,
    HipFrame,
    ReferenceLine,
    reference_candidates,
)
from .plane import ViewPlane
from .types import MeasurementSettings, Reference
from .uncertainty import Covariance2
from .vector import Vec2, Vec3, distance, dot, sub

LATERAL_KEYS = ("GT", "SHP")
"""Landmarks that must lie lateral of the head centre; otherwise sides or points are mixed up."""

_MIN_DISTANCE_MM = 2.0
_MIN_SHAFT_MM = 20.0
_PIXELS_PER_MM = 4.0  # uncalibrated: 8 px stand for 2 mm


class CaseGeometry:
    """One case in one plane; values are computed when asked for, and kept.

    Plane coordinates are millimetres in the patient: projected LPS times the calibration
    factor.
    """

    def __init__(
        self, landmarks: HipLandmarks, plane: ViewPlane, settings: MeasurementSettings
    ) -> None:
        self.landmarks = landmarks
        self.plane = plane
        self.settings = settings
        self._points: dict[LandmarkId, Vec2] = {}
        self._line: ReferenceLine | None = None
        self._sides: dict[Side, str] = {}
        self._prosthesis: frozenset[AnySide] | None = None

    def landmark(self, id_: LandmarkId) -> Landmark | None:
        """The landmark if it has a position."""
        landmark = self.landmarks.items_.get(id_)
        return None if landmark is None or landmark.position is None else landmark

    def point(self, id_: LandmarkId) -> Vec2 | None:
        """Plane coordinates of a landmark, None when it has no position."""
        known = self._points.get(id_)
        if known is not None:
            return known
        landmark = self.landmarks.items_.get(id_)
        if landmark is None or landmark.position is None:
            return None
        x, y = self.plane.project_point(landmark.position)
        factor = self.settings.calibration.factor
        self._points[id_] = (x * factor, y * factor)
        return self._points[id_]

    def place(self, point: Vec2, near: Vec3) -> Vec3:
        """Plane coordinates to LPS mm at the depth of ``near``."""
        factor = self.settings.calibration.factor
        return self.plane.unproject_point((point[0] / factor, point[1] / factor), near)

    def covariance(self, landmark: Landmark) -> Covariance2 | None:
        """In-plane covariance in mm^2; the reader's default where a landmark has none."""
        if landmark.covariance is not None:
            square = self.settings.calibration.factor**2
            xx, xy, yy = self.plane.project_covariance(landmark.covariance)
            return (square * xx, square * xy, square * yy)
        sigma = self.settings.reader_sigma_mm
        return None if sigma is None else (sigma * sigma, 0.0, sigma * sigma)

    @property
    def min_distance(self) -> float:
        """Defining points closer than this make a construction degenerate."""
        return self._limit(_MIN_DISTANCE_MM)

    @property
    def min_shaft(self) -> float:
        """Shaft points closer than this do not define an axis."""
        return self._limit(_MIN_SHAFT_MM)

    def _limit(self, millimetres: float) -> float:
        if self.settings.calibration.calibrated:
            return millimetres
        factor = self.settings.calibration.factor
        return millimetres * _PIXELS_PER_MM * self.plane.pixel_mm * factor

    @property
    def line(self) -> ReferenceLine:
        """The requested reference line, or the first usable one after it."""
        if self._line is None:
            self._line = self._find_line()
        return self._line

    def _find_line(self) -> ReferenceLine:
        for reference in reference_candidates(self.settings.reference):
            if reference is Reference.IMAGE:
                break
            right, left = ((side, LINE_KEY[reference]) for side in (Side.RIGHT, Side.LEFT))
            a, b = self.point(right), self.point(left)
            if a is not None and b is not None and distance(a, b) >= self.min_distance:
                return ReferenceLine(reference, right, left, self._cranial())
        return ReferenceLine(Reference.IMAGE)

    def _cranial(self) -> Vec2:
        """Mean head centre minus mean distal shaft point; image up when one is missing."""
        means = [self._mean(key) for key in CRANIAL_KEYS]
        head, shaft = means
        return IMAGE_UP if head is None or shaft is None else sub(head, shaft)

    def _mean(self, key: str) -> Vec2 | None:
        points = [p for side in Side if (p := self.point((side, key))) is not None]
        if not points:
            return None
        return (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))

    def side_problem(self, side: Side) -> str:
        """A sentence when a point that must be lateral of the head lies medially, else ''."""
        if side not in self._sides:
            self._sides[side] = self._check_side(side)
        return self._sides[side]

    def _check_side(self, side: Side) -> str:
        head = self.point((side, "FHC"))
        lateral = HipFrame.of_image(side).lat
        for key in LATERAL_KEYS:
            point = self.point((side, key))
            if head and point and dot(sub(point, head), lateral) <= 0.0:
                return (
                    f"The {side.word} {key} lies medial of the head centre: check the side labels, "
                    "the orientation of the image and the order of the points."
                )
        return ""

    def has_prosthesis(self, side: Side) -> bool:
        """Whether any landmark of this side is marked as prosthesis."""
        if self._prosthesis is None:
            self._prosthesis = frozenset(
                landmark.side
                for landmark in self.landmarks.items_.values()
                if landmark.state is LandmarkState.PROSTHESIS
            )
        return side in self._prosthesis
