"""The automatic choice of the coronal slice on which a hip is measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..anatomy import Side
from ..errors import ImageError
from ..imaging import HipImage
from .sides import HEAD

if TYPE_CHECKING:
    from .detector import SlicePrediction


def choose_slices(
    survey: Sequence[SlicePrediction], image: HipImage, offset_mm: float
) -> dict[Side, int]:
    """Pick one slice per hip.

    The femoral head centre's depth is the centre of mass of the head's presence over the
    stack; the measuring slice lies ``offset_mm`` behind it, where neck and roof edge show too.

    Raises:
        ImageError: when no slice shows a femoral head on either side.
    """
    chosen: dict[Side, int] = {}
    for side in Side:
        depth = head_depth(survey, side)
        if depth is not None:
            step = posterior_step_mm(image)
            index = round(depth + offset_mm / step) if step else round(depth)
            chosen[side] = int(np.clip(index, 0, image.n_slices - 1))
    if not chosen:
        raise ImageError(
            f"{image.name}: no femoral head was found on any of the {image.n_slices} slices; is "
            "this a coronal image of the hips? Choose a slice by hand to look all the same."
        )
    for side in Side:  # a hip that was not found is looked for where the other one is
        chosen.setdefault(side, next(iter(chosen.values())))
    return chosen


def head_depth(survey: Sequence[SlicePrediction], side: Side) -> float | None:
    """Slice coordinate of the head centre, or None when the head is on no slice."""
    indices = np.array([prediction.index for prediction in survey], dtype=float)
    presence = np.array([prediction.points[(side, HEAD)].presence for prediction in survey])
    if presence.max() < 0.5:
        return None
    best = int(np.argmax(_smoothed(presence)))
    near = _contiguous(presence >= 0.5, best)
    return float((presence[near] * indices[near]).sum() / presence[near].sum())


def posterior_step_mm(image: HipImage) -> float:
    """How far one slice further lies towards the patient's back, mm; 0 for a single slice."""
    return float(image.ijk_to_lps[1, 2]) if image.n_slices > 1 else 0.0


def _smoothed(values: np.ndarray) -> np.ndarray:
    return np.convolve(values, [0.25, 0.5, 0.25], mode="same")


def _contiguous(mask: np.ndarray, start: int) -> slice:
    first = last = start
    while first > 0 and mask[first - 1]:
        first -= 1
    while last + 1 < len(mask) and mask[last + 1]:
        last += 1
    return slice(first, last + 1)
