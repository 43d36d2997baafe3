"""A case with known geometry, and the study of it in a real MRML scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

import numpy as np
import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side, Source, SourceKind
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance

MODEL = Source(SourceKind.MODEL, "test-model", "1.0")
COVARIANCE = ((4.0, 0.0, 0.0), (0.0, 0.25, 0.0), (0.0, 0.0, 1.0))


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


def hip_points(side: Side, alpha: float, lce: float, depth: float) -> list[Landmark]:
    """Points of one hip: neck-shaft angle 125 deg with a vertical shaft, offset 42 mm."""
    lat = 1.0 if side is Side.LEFT else -1.0
    head = np.array([90.0 * lat, depth, 0.0])

    def at(angle_from_up: float, distance: float) -> np.ndarray:
        a = radians(angle_from_up)
        return head + distance * np.array([lat * sin(a), 0.0, cos(a)])

    positions = {
        "FHC": head,
        "NA": at(125.0, 30.0),
        "LAE": at(lce, 27.0),
        "LCP": at(125.0 - alpha, 24.0),
        "SHP": head + np.array([42.0 * lat, 0.0, -70.0]),
        "SHD": head + np.array([42.0 * lat, 0.0, -120.0]),
    }
    return [
        Landmark(side, key, tuple(p.tolist()), source=MODEL, covariance=COVARIANCE, confidence=0.9)
        for key, p in positions.items()
    ]


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
