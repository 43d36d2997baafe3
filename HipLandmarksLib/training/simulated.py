"""Labelled slices of simulated hips."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from ..anatomy import HipLandmarkId, Side
from ..imaging import HipImage
from ..synthesis import (
    PhantomParameters,
    best_slices,
    landmarks_on_slice,
    make_phantom,
    random_parameters,
    slice_depth,
)
from .labels import LabelledSlice, PointLabel

_HEAD_KEYS = ("FHC", "NA", "LAE", "LCP")
_CLEAR_MM = 8.0
_NEGATIVE_SHARE = 0.2
"""Share of simulated slices that are drawn from the whole stack, not from the landmark slices."""


def simulated_slices(
    count: int,
    seed: int,
    keys: Collection[str],
    report: Callable[[int, int], None] | None = None,
) -> list[LabelledSlice]:
    """Make ``count`` slices of as many random phantoms; equal seeds give equal slices.

    Raises:
        ConfigurationError: when no valid phantom can be drawn (not expected).
    """
    found = []
    for number in range(count):
        rng = np.random.default_rng([seed, 7919, number])
        parameters = random_parameters(rng)
        index = _pick_slice(parameters, rng)
        phantom = make_phantom(parameters, seed=int(rng.integers(2**31)), slices=[index])
        labels = _labels(phantom.image, parameters, index, keys)
        found.append(LabelledSlice(f"phantom-{number}", phantom.image, 0, labels))
        if report is not None:
            report(number + 1, count)
    return found


def _pick_slice(parameters: PhantomParameters, rng: np.random.Generator) -> int:
    depth = parameters.acquisition.shape[0]
    if rng.random() < _NEGATIVE_SHARE:
        return int(rng.integers(depth))
    best = best_slices(parameters)
    side = Side.RIGHT if rng.random() < 0.5 else Side.LEFT
    return int(np.clip(best[side] + rng.integers(-1, 2), 0, depth - 1))


def _labels(
    image: HipImage, parameters: PhantomParameters, index: int, keys: Collection[str]
) -> dict[HipLandmarkId, PointLabel]:
    labels: dict[HipLandmarkId, PointLabel] = {}
    for side, hip in ((Side.RIGHT, parameters.right), (Side.LEFT, parameters.left)):
        distance = abs(slice_depth(parameters, index) - hip.head_depth_mm)
        if distance > hip.head_radius_mm + _CLEAR_MM:
            labels.update({(side, key): PointLabel(None) for key in _HEAD_KEYS if key in keys})
    landmarks = landmarks_on_slice(parameters, index)
    for side in Side:
        for landmark in landmarks.side(side):
            if landmark.key in keys:
                i, j, _ = image.to_ijk(landmark.point())
                labels[(side, landmark.key)] = PointLabel((float(i), float(j)))
    return labels
