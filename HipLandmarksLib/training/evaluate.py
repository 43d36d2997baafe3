"""Errors of a detector on labelled slices, through the same path that users take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..anatomy import Side
from ..detection import Detector
from ..detection.detector import SlicePrediction
from ..evaluation import PointError
from ..imaging import HipImage
from .labels import LabelledSlice


def slice_errors(
    detector: Detector, slices: Sequence[LabelledSlice], mirror: bool | None = None
) -> list[PointError]:
    """In-plane errors of every present label on the slices that the reader chose per side."""
    errors: list[PointError] = []
    for labelled in slices:
        if labelled.chosen:
            (prediction,) = detector.predict(labelled.image, [labelled.index], mirror=mirror)
            errors += _errors(detector, labelled, prediction)
    return errors


def _errors(
    detector: Detector, labelled: LabelledSlice, prediction: SlicePrediction
) -> list[PointError]:
    errors = []
    for (side, key), label in labelled.labels.items():
        if label.ij is None or side.value not in labelled.chosen:
            continue
        decoded = prediction.points.get((side, key))
        if decoded is None:
            continue
        if decoded.presence < detector.card.presence_threshold:
            errors.append(PointError(labelled.case, side, key, None))
            continue
        found = prediction.plane.backward(decoded.xy)
        offset = _offset(labelled.image, side, np.asarray(found) - np.asarray(label.ij))
        errors.append(PointError(labelled.case, side, key, float(np.hypot(*offset)), offset))
    return errors


def _offset(image: HipImage, side: Side, delta_ij: np.ndarray) -> tuple[float, float]:
    """(lateral, cranial) mm of a displacement in pixels, in the slice plane."""
    step = image.ijk_to_lps[:3, :2] @ delta_ij
    lateral = step[0] if side is Side.LEFT else -step[0]
    in_plane = float(np.linalg.norm(step))
    cranial = float(np.sqrt(max(in_plane**2 - lateral**2, 0.0)) * np.sign(step[2]))
    return float(lateral), cranial
