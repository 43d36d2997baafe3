"""What a reader does to one point: state in, state out; refusals say why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..anatomy import (
    AnySide,
    HipLandmarks,
    Landmark,
    LandmarkId,
    LandmarkState,
    Side,
    Source,
)
from ..i18n import tr as _
from .changes import NOT_PLACED, PointState
from .errors import ReviewError
from .mirror import mirror_plane

Vec3 = tuple[float, float, float]
MIRROR_NOTE = "mirror image of the other side"


def name_of(id_: LandmarkId) -> str:
    """``right FHC``, for sentences."""
    side, key = id_
    words: dict[AnySide, str] = {Side.RIGHT: _("right {key}"), Side.LEFT: _("left {key}")}
    return words.get(side, "{key}").format(key=key)


def capital_name(id_: LandmarkId) -> str:
    """``Right FHC``, for the beginning of a sentence."""
    name = name_of(id_)
    return name[0].upper() + name[1:]


def accepted(id_: LandmarkId, state: PointState) -> PointState:
    """The point is right as it is.

    Raises:
        ReviewError: when nothing is there to accept.
    """
    if state.landmark is None:
        words = _("{point} is not placed: place it, or mark it as absent.")
        raise ReviewError(words.format(point=capital_name(id_)))
    return replace(state, accepted=True)


def absent(id_: LandmarkId, state: PointState, reader: Source) -> PointState:
    """The point is not there: out of the field, or destroyed."""
    was = state.landmark or _bare(id_, reader)
    return PointState(replace(was.absent(reader), confidence=None))


def occluded(
    id_: LandmarkId, state: PointState, original: Landmark | None, reader: Source
) -> PointState:
    """The point is not seen and its place estimated; one that is marked so is seen again.

    A point without a place takes the one that the model suppressed.

    Raises:
        ReviewError: when there is no place.
    """
    was = state.landmark
    if was is not None and was.state is LandmarkState.ESTIMATED:
        return PointState(replace(was, state=LandmarkState.VISIBLE, source=reader, note=""))
    if was is None or was.position is None:
        place = suggested_place(original)
        if place is None:
            words = _(
                "{point} has no position: place it where it must be, then mark it as occluded."
            )
            raise ReviewError(words.format(point=capital_name(id_)))
        was = (was or _bare(id_, reader)).moved(place, reader)
    return PointState(replace(was, state=LandmarkState.ESTIMATED, source=reader, note=""))


def placed(id_: LandmarkId, state: PointState, position: Vec3, reader: Source) -> PointState:
    """The reader puts the point at ``position`` (LPS mm).

    A point whose place the reader marked as estimated stays so wherever it is put.
    """
    was = state.landmark
    moved = (was or _bare(id_, reader)).moved(position, reader)
    if was is not None and is_occluded(was):
        moved = replace(moved, state=LandmarkState.ESTIMATED)
    return PointState(moved)


def is_occluded(landmark: Landmark) -> bool:
    """Whether a reader said that the point is not seen; a mirror image only guesses."""
    return landmark.state is LandmarkState.ESTIMATED and not landmark.note.startswith(MIRROR_NOTE)


def suggested_place(original: Landmark | None) -> Vec3 | None:
    """Where the model would have put a point that it reports absent; None when it does not say."""
    if original is None or original.evidence is None:
        return None
    return original.evidence.suppressed_position


def suggested(
    id_: LandmarkId, state: PointState, original: Landmark | None, reader: Source
) -> PointState:
    """The point at the place that the model suppressed; the reader overrules the model.

    Raises:
        ReviewError: when the model tells of no such place.
    """
    place = suggested_place(original)
    if place is None:
        words = _(
            "The model suggests no place for {point}: place it with the mouse, or guess it from "
            "the other side."
        )
        raise ReviewError(words.format(point=name_of(id_)))
    return placed(id_, state, place, reader)


def mirrored(
    id_: LandmarkId, state: PointState, landmarks: HipLandmarks, reader: Source
) -> PointState:
    """The other side's point mirrored: estimated, as unsure as the sides are unlike.

    Args:
        id_: the point to guess.
        state: of that point.
        landmarks: all points as they are now, LPS mm.
        reader: who asks.

    Raises:
        ReviewError: when the other side lacks the point, or the mirror plane is not known.
    """
    side, key = id_
    if side.opposite is side:
        words = _("{point} lies in the middle: there is no other side to mirror.")
        raise ReviewError(words.format(point=capital_name(id_)))
    other = landmarks.items_.get((side.opposite, key))
    if other is None or other.position is None:
        words = _("{point} has no position to mirror: place it first.")
        raise ReviewError(words.format(point=capital_name((side.opposite, key))))
    plane = mirror_plane(landmarks, without=key)
    pairs = f"{plane.pairs} pair" + ("s" if plane.pairs > 1 else "")
    told = f"plane from {pairs} of points, misfit {plane.misfit_percent:.1f} % of their distance"
    x, y, z = (np.eye(3) * plane.sigma**2).tolist()
    guess = replace(
        (state.landmark or _bare(id_, reader)).moved(plane.mirrored(other.position), reader),
        state=LandmarkState.ESTIMATED,
        covariance=(tuple(x), tuple(y), tuple(z)),
        note=f"{MIRROR_NOTE} ({told})",
    )
    return PointState(guess)


def unset(id_: LandmarkId, state: PointState) -> PointState:
    """The point is still to be placed.

    Raises:
        ReviewError: when it is not placed anyway.
    """
    if state.landmark is None:
        raise ReviewError(_("{point} is not placed.").format(point=capital_name(id_)))
    return NOT_PLACED


def _bare(id_: LandmarkId, reader: Source) -> Landmark:
    side, key = id_
    return Landmark(side, key, None, LandmarkState.ABSENT, reader)
