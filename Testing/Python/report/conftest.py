"""A small coronal image with both hips' landmarks, and what is measured on them."""

from __future__ import annotations

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, LandmarkState, Side, Source, SourceKind
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.measurement import Measurement, MeasurementSettings, ViewPlane, measure

MODEL = Source(SourceKind.MODEL, "mri-coronal", "1.0")
_OFFSETS = {"FHC": (0, 0), "NA": (22, -16), "LAE": (15, 21), "LCP": (22, 2), "SHP": (48, -60)}
"""(lateral, cranial) mm from the head centre."""


@pytest.fixture
def image() -> HipImage:
    """Six slices of 160 x 200 pixels, 2 x 2 x 5 mm, i to the left, j to the feet, k to the back."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[2.0, 0, 0], [0, 0, 5.0], [0, -2.0, 0]])
    matrix[:3, 3] = (-200, -12, 160)
    pixels = np.random.default_rng(5).gamma(2.0, 60.0, size=(6, 160, 200)).astype(np.float32)
    return HipImage(
        pixels, matrix, Modality.MR, Calibration(SpacingProvenance.PATIENT_PLANE), "case_7"
    )


@pytest.fixture
def landmarks(image: HipImage) -> HipLandmarks:
    """Both hips; the right one on slice 2, the left one on slice 3; SHD absent on both sides."""
    points = []
    for side, sign, k in ((Side.RIGHT, -1, 2), (Side.LEFT, 1, 3)):
        depth = float(image.to_lps([0, 0, k])[1])
        for key, (lateral, cranial) in _OFFSETS.items():
            position = (sign * (90.0 + lateral), depth, float(cranial))
            covariance = ((1.5, 0.0, 0.4), (0.0, 0.0, 0.0), (0.4, 0.0, 0.8))
            points.append(
                Landmark(side, key, position, LandmarkState.VISIBLE, MODEL, covariance, 0.9)
            )
        points.append(Landmark(side, "SHD", None, LandmarkState.ABSENT, MODEL))
    return HipLandmarks.of(points, case_id=image.name)


@pytest.fixture
def measurements(image: HipImage, landmarks: HipLandmarks) -> list[Measurement]:
    """All measurements of both hips."""
    settings = MeasurementSettings.for_image(image)
    return measure(landmarks, ViewPlane.from_image(image), settings)
