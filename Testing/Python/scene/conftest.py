"""A case with known geometry, and the study of it in a real MRML scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hip_points import hip_points

from HipLandmarksLib.anatomy import HipLandmarks, Side
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance


@dataclass(frozen=True)
class HipCase:
    """An image, points and the angles they were made with."""

    image: HipImage
    landmarks: HipLandmarks
    alpha: dict[Side, float]
    lce: dict[Side, float]
    nsa: float
    offset: float


def coronal_image(spacing: tuple[float, float, float] = (1.5, 1.5, 4.0)) -> HipImage:
    """A coronal volume about the origin: i to the patient's left, j down, k to the back."""
    k, j, i = np.mgrid[0:20, 0:200, 0:240]
    disc = ((i - 60) ** 2 + (j - 80) ** 2 < 256) | ((i - 180) ** 2 + (j - 80) ** 2 < 256)
    pixels = (100 + 400 * disc + 5 * k + j).astype(np.int16)
    matrix = np.diag([spacing[0], -spacing[1], spacing[2], 1.0])[[0, 2, 1, 3]]
    matrix[:3, 3] = (-120 * spacing[0], -10 * spacing[2], 80 * spacing[1])
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.MR, calibration, name="case")


@pytest.fixture(scope="session")
def case() -> HipCase:
    """Both hips; the left one lies two slices further back."""
    alpha = {Side.RIGHT: 50.0, Side.LEFT: 62.0}
    lce = {Side.RIGHT: 31.0, Side.LEFT: 24.0}
    points = hip_points(Side.RIGHT, 50.0, 31.0, 0.0) + hip_points(Side.LEFT, 62.0, 24.0, 8.0)
    landmarks = HipLandmarks.of(points, case_id="demo")
    return HipCase(coronal_image(), landmarks, alpha, lce, nsa=125.0, offset=42.0)


@pytest.fixture
def scene() -> Any:
    """A bare scene of slicer-core."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    return slicer.vtkMRMLScene()


@pytest.fixture
def study(scene: Any, case: HipCase) -> Iterator[Any]:
    """The case in a scene, read by Anna."""
    from HipLandmarksLib.scene import HipStudy

    study = HipStudy.create(scene, case.image, case.landmarks, reader="anna")
    yield study
    study.close()
