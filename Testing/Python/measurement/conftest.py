"""Builders of measurable cases; points are given as (left, cranial) mm unless said otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from HipLandmarksLib.anatomy import HipLandmarks, Landmark, Side
from HipLandmarksLib.imaging import Calibration, SpacingProvenance
from HipLandmarksLib.measurement import (
    Measurement,
    MeasurementSettings,
    Reference,
    ViewPlane,
    measure,
)

LEFT_HIP = {
    "FHC": (90.0, 0.0),
    "NA": (115.0, -24.0),
    "NB": (121.0, -30.0),
    "LCP": (112.0, 10.0),
    "LAE": (103.0, 25.0),
    "TD": (58.0, -18.0),
    "SHP": (132.0, -65.0),
    "SHD": (126.0, -145.0),
    "GT": (141.0, -3.0),
    "ISCH": (61.0, -46.0),
    "TRI": (64.0, 14.0),
    "MSO": (72.0, 19.0),
    "FOV": (68.0, -8.0),
    "ILM": (46.0, 60.0),
    "LT": (114.0, -62.0),
    "HEDGE": (90.0, -24.0),
    "NCS": (121.3, -13.4),
    "NCI": (104.8, -30.7),
    "AF": (60.0, 0.0),
}
CALIBRATED = Calibration(SpacingProvenance.PATIENT_PLANE)
Points = Mapping[tuple[Side, str], tuple[float, float]]


def hips(points: Points, **fields: Any) -> HipLandmarks:
    """A case in the true coronal plane; ``fields`` go to every landmark."""
    return HipLandmarks.of(
        Landmark(side, key, (x, 0.0, z), **fields) for (side, key), (x, z) in points.items()
    )


def both(left: Mapping[str, tuple[float, float]]) -> dict[tuple[Side, str], tuple[float, float]]:
    """The left hip and its mirror image on the right."""
    mirrored = {(Side.RIGHT, key): (-x, z) for key, (x, z) in left.items()}
    return {**{(Side.LEFT, key): point for key, point in left.items()}, **mirrored}


@pytest.fixture(scope="session")
def plain_points() -> dict[tuple[Side, str], tuple[float, float]]:
    """A symmetric pelvis, all points present."""
    return both(LEFT_HIP)


@pytest.fixture(scope="session")
def build() -> Callable[..., HipLandmarks]:
    """Make a case from plane points."""
    return hips


@pytest.fixture(scope="session")
def from_pixels() -> Callable[..., HipLandmarks]:
    """Make a case from (column, row) pixels by side letter and key, as a reader would."""

    def make(
        pixels: Mapping[str, Mapping[str, tuple[float, float]]],
        spacing_row_col: tuple[float, float],
        mirrored: bool = False,
        **fields: Any,
    ) -> HipLandmarks:
        row, column = spacing_row_col
        sign = -1.0 if mirrored else 1.0
        return hips(
            {
                (Side(side), key): (sign * column * x, -row * y)
                for side, points in pixels.items()
                for key, (x, y) in points.items()
            },
            **fields,
        )

    return make


@pytest.fixture(scope="session")
def by_id() -> Callable[..., dict[tuple[Side, str], Measurement]]:
    """Measure in the coronal plane; results by (side, id)."""

    def run(
        landmarks: HipLandmarks,
        reference: Reference = Reference.TEARDROP,
        calibration: Calibration = CALIBRATED,
        plane: ViewPlane | None = None,
        **settings: Any,
    ) -> dict[tuple[Side, str], Measurement]:
        chosen = MeasurementSettings(calibration=calibration, reference=reference, **settings)
        results = measure(landmarks, plane or ViewPlane.coronal(), chosen)
        return {(m.side, m.id): m for m in results}

    return run
