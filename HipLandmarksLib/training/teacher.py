"""Self-training: an earlier model labels the slices beside the reader's.

Few slices are read by hand. The slices next to them show the same hip 5 mm further, and a model
trained on the same patients places their points well enough to learn from at a low weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..anatomy import HipLandmarkId, Side
from ..detection import Detector
from ..detection.detector import SlicePrediction
from .labels import LabelledSlice, PointLabel

_WEIGHT = 0.3
_LEAST_PRESENCE = 0.8
_LEAST_MASS = 0.5


def with_taught_neighbours(
    slices: Sequence[LabelledSlice], teacher: Detector, reach: int = 1
) -> list[LabelledSlice]:
    """Add the teacher's points to the slices up to ``reach`` beside every chosen one.

    Labels that are there already stay as they are. Only points that the teacher is sure of are
    taken (presence >= 0.8, half of the probability within the decoding window), at weight 0.3.
    """
    # by image, not by patient: of two visits, slices of the same number are different pictures
    known = {(id(labelled.image), labelled.index): labelled for labelled in slices}
    for labelled in slices:
        sides = [Side(side) for side in labelled.chosen]
        for index in _neighbours(labelled, reach):
            place = (id(labelled.image), index)
            current = known.get(place) or LabelledSlice(labelled.case, labelled.image, index, {})
            open_sides = [side for side in sides if side.value not in current.chosen]
            if open_sides:
                (prediction,) = teacher.predict(labelled.image, [index])
                taught = _sure_points(prediction, open_sides)
                known[place] = replace(current, labels={**taught, **current.labels})
    return list(known.values())


def _neighbours(labelled: LabelledSlice, reach: int) -> list[int]:
    if not labelled.chosen:
        return []
    around = range(labelled.index - reach, labelled.index + reach + 1)
    return [k for k in around if k != labelled.index and 0 <= k < labelled.image.n_slices]


def _sure_points(
    prediction: SlicePrediction, sides: Sequence[Side]
) -> dict[HipLandmarkId, PointLabel]:
    found = {}
    for (side, key), point in prediction.points.items():
        sure = point.presence >= _LEAST_PRESENCE and point.mass >= _LEAST_MASS
        if side in sides and sure:
            i, j = prediction.plane.backward(point.xy)
            found[(side, key)] = PointLabel((float(i), float(j)), _WEIGHT)
    return found
