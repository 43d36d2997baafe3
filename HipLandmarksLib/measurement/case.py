"""The landmarks of a case as the formulas see them: projected, scaled, checked for sides."""

from __future__ import annotations

from functools import cached_property

from ..anatomy import AnySide, HipLandmarks, LandmarkId, LandmarkState, Side
from .frames import (
    CRANIAL_KEYS,
    IMAGE_UP,
    LINE_KEY,
    FrameInUse,
    FrameUse,
    HipFrame,
    ReferenceLine,
    reference_candidates,
)
from .hip import HipGeometry
from .plane import ViewPlane
from .types import MeasurementSettings, Reference
from .uncertainty import Covariance2
from .vector import Vec3

LATERAL_KEYS = ("GT", "SHP")
"""Landmarks that must lie lateral of the head centre; otherwise sides or points are mixed up."""

_MIN_DISTANCE_MM = 2.0
_MIN_SHAFT_MM = 20.0
_PIXELS_PER_MM = 4.0  # uncalibrated: 8 px stand for 2 mm


class CaseGeometry:
    """One case in one plane; values are computed when asked for, and kept.

    Plane coordinates are millimetres in the patient, x + iy: projected LPS times the calibration
    factor.
    """

    def __init__(
        self, landmarks: HipLandmarks, plane: ViewPlane, settings: MeasurementSettings
    ) -> None:
        self.landmarks = landmarks
        self.plane = plane
        self.settings = settings
        self.factor = settings.calibration.factor
        self.min_distance = self.limit(_MIN_DISTANCE_MM)
        self.min_shaft = self.limit(_MIN_SHAFT_MM)
        self._items = landmarks.items_
        self._hips: dict[AnySide, HipGeometry] = {}
        self.covariances: dict[LandmarkId, Covariance2 | None] = {}
        self.obliquity_deg = plane.obliquity_deg

    def point(self, id_: LandmarkId) -> complex | None:
        """Plane coordinates of a landmark, None when it has no position."""
        landmark = self._items.get(id_)
        if landmark is None or landmark.position is None:
            return None
        x, y, z = landmark.position
        (a, b, c), (d, e, f) = self.plane.x_axis, self.plane.y_axis
        return complex(a * x + b * y + c * z, d * x + e * y + f * z) * self.factor

    def place(self, point: complex, near: Vec3) -> Vec3:
        """Plane coordinates to LPS mm at the depth of ``near``."""
        flat = point / self.factor
        return self.plane.unproject_point((flat.real, flat.imag), near)

    def hip(self, side: AnySide) -> HipGeometry:
        """The points of one side, or of the pelvis."""
        known = self._hips.get(side)
        if known is None:
            known = self._hips[side] = HipGeometry(self, side)
        return known

    def covariance(self, id_: LandmarkId) -> Covariance2 | None:
        """In-plane covariance in mm^2; the reader's default where a landmark has none."""
        if id_ not in self.covariances:
            self.covariances[id_] = self._project_covariance(id_)
        return self.covariances[id_]

    @cached_property
    def covariances_lack(self) -> bool:
        """Whether no landmark has a covariance and none is assumed."""
        return self.settings.reader_sigma_mm is None and all(
            landmark.covariance is None for landmark in self._items.values()
        )

    def _project_covariance(self, id_: LandmarkId) -> Covariance2 | None:
        rows = self._items[id_].covariance
        if rows is not None:
            square = self.factor**2
            xx, xy, yy = self.plane.project_covariance(rows)
            return (square * xx, square * xy, square * yy)
        sigma = self.settings.reader_sigma_mm
        return None if sigma is None else (sigma * sigma, 0.0, sigma * sigma)

    def limit(self, millimetres: float) -> float:
        """A length in the plane; where the grid has no size, the pixels that stand for it."""
        if self.settings.calibration.provenance.has_millimetres:
            return millimetres
        return millimetres * _PIXELS_PER_MM * self.plane.pixel_mm * self.factor

    # The reference line.

    @cached_property
    def line(self) -> ReferenceLine:
        """The requested reference line, or the first usable one after it."""
        for reference in reference_candidates(self.settings.reference):
            line = self.line_of(reference)
            if line is not None:
                return line
        raise AssertionError("the axes of the image are always there")

    def line_of(self, reference: Reference) -> ReferenceLine | None:
        """A line of a given kind; None when its points are absent or too close together."""
        if reference is Reference.IMAGE:
            return ReferenceLine(Reference.IMAGE)
        key = LINE_KEY[reference]
        right, left = self.point((Side.RIGHT, key)), self.point((Side.LEFT, key))
        if right is None or left is None or abs(left - right) < self.min_distance:
            return None
        return ReferenceLine.through(reference, right, left, self._cranial)

    @cached_property
    def hilgenreiner(self) -> ReferenceLine | None:
        """The line of the index of the child; nothing stands in for it."""
        return self.line_of(self.settings.hilgenreiner_reference)

    def frame_in_use(self, use: FrameUse, side: AnySide) -> FrameInUse:
        """The frame that a measurement of ``side`` works in.

        It is that of the image for a measurement that needs none, or whose line is not there.
        """
        if use is FrameUse.LINE:
            return FrameInUse(self.line.frame(side), self.line, self.line.reference)
        if use is FrameUse.SENSE:
            return FrameInUse(self.line.frame(side), None, Reference.NONE)
        of_image = HipFrame.of_image(side)
        if use is FrameUse.TRIRADIATE:
            line = self.hilgenreiner
            frame = of_image if line is None else line.frame(side)
            return FrameInUse(frame, line, self.settings.hilgenreiner_reference)
        reference = Reference.IMAGE if use is FrameUse.IMAGE else Reference.NONE
        return FrameInUse(of_image, None, reference)

    @cached_property
    def _cranial(self) -> complex:
        """Mean head centre minus mean distal shaft point; image up when one is missing."""
        head, shaft = (self._mean(key) for key in CRANIAL_KEYS)
        return IMAGE_UP if head is None or shaft is None else head - shaft

    def _mean(self, key: str) -> complex | None:
        points = [p for side in Side if (p := self.point((side, key))) is not None]
        return sum(points) / len(points) if points else None

    # Sides and states.

    def side_problem(self, side: AnySide) -> str:
        """A sentence when a point that must be lateral of the head lies medially, else ''."""
        head = self.point((side, "FHC"))
        lateral = HipFrame.of_image(side).lat
        for key in LATERAL_KEYS:
            point = self.point((side, key))
            if head is None or point is None:
                continue
            if ((point - head) * lateral.conjugate()).real <= 0.0:
                return (
                    f"The {side.word} {key} lies medial of the head centre: check the side labels, "
                    "the orientation of the image and the order of the points."
                )
        return ""

    @cached_property
    def prostheses(self) -> frozenset[AnySide]:
        """Sides on which a landmark is marked as prosthesis."""
        state = LandmarkState.PROSTHESIS
        return frozenset(id_[0] for id_, each in self._items.items() if each.state is state)

    @cached_property
    def doubts(self) -> dict[LandmarkId, str]:
        """Why a landmark may not decide a class: estimated, or too little confidence."""
        limit = self.settings.min_confidence
        found = {}
        for id_, landmark in self._items.items():
            if landmark.state is LandmarkState.ESTIMATED:
                found[id_] = "estimated"
            elif landmark.confidence is not None and landmark.confidence < limit:
                found[id_] = f"uncertain (confidence {landmark.confidence:.2f}, limit {limit:.2f})"
        return found
