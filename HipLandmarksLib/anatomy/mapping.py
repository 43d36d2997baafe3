"""Landmarks after an affine map: their position, covariance and suppressed place go along."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .landmarks import HipLandmarks, Landmark

Vec3 = tuple[float, float, float]


def map_landmark(landmark: Landmark, matrix: NDArray[np.float64]) -> Landmark:
    """The landmark after a 4x4 affine map of LPS mm."""
    linear = matrix[:3, :3]
    doubt, evidence = landmark.covariance, landmark.evidence
    if doubt is not None:
        doubt = tuple(_triple(row) for row in linear @ np.asarray(doubt) @ linear.T)
    if evidence is not None and evidence.suppressed_position is not None:
        place = map_point(evidence.suppressed_position, matrix)
        evidence = replace(evidence, suppressed_position=place)
    position = None if landmark.position is None else map_point(landmark.position, matrix)
    return replace(landmark, position=position, covariance=doubt, evidence=evidence)


def map_landmarks(
    landmarks: HipLandmarks, before: NDArray[np.float64], after: NDArray[np.float64]
) -> HipLandmarks:
    """The landmarks of an image whose ijk-to-LPS matrix was ``before`` and now is ``after``."""
    if np.allclose(before, after, atol=1e-9):
        return landmarks
    move = after @ np.linalg.inv(before)
    items = {id_: map_landmark(point, move) for id_, point in landmarks.items()}
    return replace(landmarks, items_=items)


def map_point(position: Vec3, matrix: NDArray[np.float64]) -> Vec3:
    """A position (mm) after a 4x4 affine map."""
    return _triple(matrix[:3, :3] @ np.asarray(position) + matrix[:3, 3])


def _triple(values: NDArray[np.float64]) -> Vec3:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
