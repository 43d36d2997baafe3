"""Small cases with landmarks at known places."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Side
from HipLandmarksLib.evaluation import EvaluationCase
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import MeasurementSettings, ViewPlane

Place = tuple[float, float] | None
Places = Mapping[str, Place]

HIP: Places = {
    "FHC": (0.0, 0.0),
    "NA": (30.0, -25.0),
    "LAE": (14.0, 24.0),
    "LCP": (22.0, 12.0),
}
"""(lateral, cranial) mm from the head centre."""


def landmarks_at(
    places: Places, covariance: float | None = None, confidence: float | None = None
) -> HipLandmarks:
    """Both hips with their points at ``places``; heads 180 mm apart; None is absent."""
    points = []
    for side in Side:
        sign = 1.0 if side is Side.LEFT else -1.0
        for key, place in places.items():
            if place is None:
                points.append(
                    Landmark(side, key, None, LandmarkState.ABSENT, confidence=confidence)
                )
                continue
            spread = None if covariance is None else tuple(map(tuple, np.eye(3) * covariance))
            position = (sign * (90.0 + place[0]), 0.0, place[1])
            points.append(Landmark(side, key, position, covariance=spread, confidence=confidence))
    return HipLandmarks.of(points)


@pytest.fixture
def make_case() -> Callable[..., EvaluationCase]:
    """A case of patient ``name``: reference places, predicted places, pixel size in mm."""

    def make(
        name: str,
        predicted: Places,
        reference: Places = HIP,
        pixel_mm: float | None = 2.0,
        lengths_known: bool = True,
        covariance: float | None = None,
        confidence: float | None = None,
    ) -> EvaluationCase:
        steps = None
        if pixel_mm is not None:
            steps = pixel_mm * np.array([[1.0, 0.0], [0.0, 0.0], [0.0, -1.0]])
        return EvaluationCase(
            name=name,
            patient=name.split("__")[0],
            reference=landmarks_at(reference),
            predicted=landmarks_at(predicted, covariance, confidence),
            plane=ViewPlane.coronal(),
            settings=MeasurementSettings(calibration=Calibration(SpacingProvenance.PATIENT_PLANE)),
            steps=steps,
            lengths_known=lengths_known,
        )

    return make
