"""The letters R and L on a film: beside which hip they lie, which tells how it is displayed.

Letters are read by what they say, face up or face down, wherever they lie. One beside the other
hip than it names means that the film is shown mirrored, or that it was laid there by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..anatomy import Side
from ..imaging import PlaneTransform
from .channels import MARKER_KEY
from .decoding import DecodedPoint
from .film_hip import ReferenceHip
from .map_reader import DecodedPoints
from .sides import HEAD

_MIDLINE_MM = 90.0
"""About half the distance of two heads, where a film shows one."""

_UNCLEAR_MM = 25.0
"""Nearer to the midline a letter names no side."""

_SAME_PLACE_PX = 8.0
_LEAD = 0.5
"""At its place a letter must be more likely than the other one by this much: letters are small on
a whole film, and a wrong one would raise a false question."""


def letters_beside(
    points: DecodedPoints,
    whole: PlaneTransform,
    frames: Mapping[Side, PlaneTransform],
    reference: ReferenceHip,
) -> dict[Side, Side]:
    """What each letter says, and the side that the hip beside it looks like.

    Args:
        points: of the first pass; models that read no letters have none.
        whole: from the upright film to the first pass's square.
        frames: of the hips that were found, from the upright film to their crops.
        reference: the mean hip.

    Returns:
        Look by letter; letters near the midline are left out, and those where no hip was found: on
        a film of one hip they lie wherever there is room.
    """
    found = {}
    for letter in Side:
        point = _read(points, letter)
        if point is None:
            continue
        column = float(whole.backward(point.xy)[0])
        off = column - _midline(frames, reference)
        look = Side.RIGHT if off < 0 else Side.LEFT
        if look in frames and abs(off) >= _UNCLEAR_MM * _px_per_mm(frames, reference):
            found[letter] = look
    return found


def _read(points: DecodedPoints, letter: Side) -> DecodedPoint | None:
    point, other = (points.get((side, MARKER_KEY)) for side in (letter, letter.opposite))
    if point is None or other is None:
        return None
    near = np.hypot(*np.subtract(point.xy, other.xy)) < _SAME_PLACE_PX
    rival = other.presence if near else 0.0
    return point if point.presence - rival >= _LEAD else None


def _midline(frames: Mapping[Side, PlaneTransform], reference: ReferenceHip) -> float:
    """Column of the midline of the pelvis on the upright film."""
    heads = {s: float(f.backward(reference.points[HEAD])[0]) for s, f in frames.items()}
    if len(heads) == 2:
        return sum(heads.values()) / 2
    ((side, column),) = heads.items()
    reach = _MIDLINE_MM * _px_per_mm(frames, reference)
    return column + (reach if side is Side.RIGHT else -reach)


def _px_per_mm(frames: Mapping[Side, PlaneTransform], reference: ReferenceHip) -> float:
    """Pixels of the upright film per mm of a hip with the reference's head."""
    scales = [frame.scale for frame in frames.values()]
    return len(scales) / sum(scales) / reference.pixel_mm
