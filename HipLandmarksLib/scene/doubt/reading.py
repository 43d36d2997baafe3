"""What a model said of an image, kept beside the points that readers move since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...anatomy import (
    AnySide,
    HipLandmarks,
    Landmark,
    LandmarkId,
    LandmarkState,
    PresenceEvidence,
    SourceKind,
)
from ...anatomy.mapping import map_landmark
from ...detection import detection_spreads
from ...detection.support import LEAST_CHANCE
from ...imaging import HipImage
from ...measurement import Edge, Measurement, MeasurementSettings, ViewPlane, measure
from ...uncertainty import (
    NOT_CALIBRATED,
    Calibration,
    MeasurementDoubt,
    Spread,
    UsualAgreement,
    ellipse_radius,
    ellipse_words,
    measurement_doubt,
)
from ..frames import Vec3

if TYPE_CHECKING:
    from ...detection import Detection, LimbId, LimbScore, RegionMaps

_DISTINCT_PEAK = 0.2
"""A lower peak, relative to that of a perfect answer, is no place to propose to anybody."""

_LEAST_PRESENCE = 0.05
"""Nor is one where the landmark is with less than this probability."""


@dataclass(frozen=True, eq=False)
class ModelReading:
    """A detection as its overlay needs it. Research software, not a medical device.

    Attributes:
        landmarks: as the model gave them (calibrated, when it is), LPS mm.
        ijk_to_lps: 4x4 of the image, where it lay then.
        maps: heatmaps and fields of the regions that were read; empty without a map to show.
        calibration: of the model; None when it is not calibrated.
        limbs: how far the fields bear out each limb.
        spreads: from samples, of measurements whose landmarks the heatmaps see in several places.
    """

    landmarks: HipLandmarks
    ijk_to_lps: NDArray[np.float64]
    maps: tuple[RegionMaps, ...] = ()
    calibration: Calibration | None = None
    limbs: Mapping[LimbId, LimbScore] | None = None
    spreads: Mapping[tuple[AnySide, str], Spread] = field(default_factory=dict)

    @classmethod
    def of(
        cls, detection: Detection, image: HipImage, settings: MeasurementSettings | None = None
    ) -> ModelReading:
        """The reading of a detection that kept its maps, made in ``image``.

        Args:
            detection: of the image.
            image: where it lay then.
            settings: how it is measured; None: as the image and the model tell.
        """
        settings = settings or MeasurementSettings.for_image(image, edge=Edge(detection.edge))
        measured = measure(detection.landmarks, ViewPlane.from_image(image), settings)
        return cls(
            detection.landmarks,
            image.ijk_to_lps,
            detection.maps,
            detection.calibration,
            detection.limbs,
            detection_spreads(detection, image, measured, settings),
        )

    def doubt_about(
        self, measurement: Measurement, landmarks: HipLandmarks, level: float | None = None
    ) -> MeasurementDoubt | None:
        """Calibrated interval of a measurement of ``landmarks``, wherever these are now.

        None for a model that is not calibrated. See :func:`.measurement_doubt`.
        """
        if self.calibration is None:
            return None
        spread = self.spreads.get((measurement.side, measurement.id))
        return measurement_doubt(self.calibration, measurement, landmarks, spread, level)

    def at(self, ijk_to_lps: NDArray[np.float64]) -> ModelReading:
        """The same reading after the image moved to ``ijk_to_lps``."""
        if np.allclose(ijk_to_lps, self.ijk_to_lps, atol=1e-9):
            return self
        move = ijk_to_lps @ np.linalg.inv(self.ijk_to_lps)
        items = {id_: map_landmark(point, move) for id_, point in self.landmarks.items()}
        return replace(self, landmarks=replace(self.landmarks, items_=items), ijk_to_lps=ijk_to_lps)

    @property
    def usual(self) -> UsualAgreement | None:
        """How much what is there usually disagrees; None when that is not calibrated."""
        return None if self.calibration is None else self.calibration.agreement

    @property
    def words(self) -> str:
        """What the ellipses are, such as ``90 % region``."""
        return ellipse_words(self.calibration)

    @property
    def remark(self) -> str:
        """Why the doubt is less than it could be; "" for a calibrated model."""
        return NOT_CALIBRATED if self.calibration is None else ""

    def radius(self, id_: LandmarkId) -> tuple[float | None, str]:
        """Reach of a landmark's region in standard deviations, or None and why there is none."""
        point = self.landmarks.items_.get(id_)
        if point is None:
            return None, "the model gives no region"
        return ellipse_radius(point, self.calibration)

    def suppressed(self) -> dict[LandmarkId, Vec3]:
        """Where the model would have put the points that it reports absent, LPS mm."""
        found = {}
        for id_, point in self.landmarks.items():
            place = None if point.evidence is None else point.evidence.suppressed_position
            if place is not None and point.state is LandmarkState.ABSENT:
                found[id_] = place
        return found

    def offers(self) -> dict[LandmarkId, Vec3]:
        """Those suppressed places that are worth showing: distinct, and not all but ruled out.

        The heatmap of a landmark that is nowhere still has a highest point somewhere.
        """

        return {
            id_: place
            for id_, place in self.suppressed().items()
            if _is_worth_showing(self.landmarks[id_])
        }

    def still_holds(self, point: Landmark) -> bool:
        """Whether ``point`` still is where, and what, the model said."""
        return point.source.kind is SourceKind.MODEL


def _is_worth_showing(point: Landmark) -> bool:
    evidence = point.evidence or PresenceEvidence()
    distinct = evidence.peak is None or evidence.peak >= _DISTINCT_PEAK
    raw = evidence.heatmap_presence
    seen = raw is None or raw >= LEAST_CHANCE
    return distinct and seen and (point.confidence is None or point.confidence >= _LEAST_PRESENCE)
