"""Points of a hip that was made with known angles."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from HipLandmarksLib.anatomy import Landmark, Side, Source, SourceKind

MODEL = Source(SourceKind.MODEL, "test-model", "1.0")
COVARIANCE = ((4.0, 0.0, 0.0), (0.0, 0.25, 0.0), (0.0, 0.0, 1.0))


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
