"""A review as text, for the scene and for the autosave; positions in LPS mm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from ..anatomy import HipLandmarks, LandmarkId, parse_side
from ..anatomy.serialisation import landmark_from_dict, landmark_to_dict
from ..errors import HipLandmarksError
from .changes import Change, Edit, EditKind, PointState
from .errors import ReviewError
from .history import Review

FORMAT = "hiplandmarks-review-1"


def edit_to_dict(edit: Edit) -> dict[str, Any]:
    """JSON-ready form of one step."""
    data: dict[str, Any] = {
        "kind": edit.kind.value,
        "at": edit.at.isoformat(),
        "changes": [
            [*_names(change.id), _state_to_dict(change.before), _state_to_dict(change.after)]
            for change in edit.changes
        ],
    }
    if edit.by:
        data["by"] = edit.by
    if edit.originals is not None:
        data["originals"] = [landmarks.to_dict() for landmarks in edit.originals]
    return data


def edit_from_dict(data: Mapping[str, Any]) -> Edit:
    """Inverse of :func:`edit_to_dict`.

    Raises:
        HipLandmarksError, KeyError, TypeError, ValueError: when it is damaged.
    """
    changes = [
        Change(_id(side, key), _state_from_dict(before), _state_from_dict(after))
        for side, key, before, after in data["changes"]
    ]
    kept = data.get("originals")
    originals = None
    if kept is not None:
        before, after = (HipLandmarks.from_dict(entry) for entry in kept)
        originals = (before, after)
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise ValueError("a time lacks its zone")
    return Edit(EditKind(data["kind"]), tuple(changes), at, str(data.get("by", "")), originals)


def review_from_text(text: str) -> Review:
    """Read what :class:`ReviewText` wrote.

    Raises:
        ReviewError: when the text is damaged or of another version.
    """
    try:
        return review_from_dict(json.loads(text))
    except ValueError as error:
        raise _damaged(error) from error


def review_from_dict(data: Any) -> Review:
    """The review of a decoded text.

    Raises:
        ReviewError: when it is damaged or of another version.
    """
    try:
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}")
        states = [(_id(side, key), _state_from_dict(state)) for side, key, state in data["present"]]
        return Review(
            HipLandmarks.from_dict(data["original"]),
            np.asarray(data["ijk_to_lps"], dtype=np.float64).reshape(4, 4),
            dict(states),
            tuple(edit_from_dict(entry) for entry in data["done"]),
            tuple(edit_from_dict(entry) for entry in data["undone"]),
        )
    except (AttributeError, HipLandmarksError, KeyError, TypeError, ValueError) as error:
        raise _damaged(error) from error


class ReviewText:
    """Writes a review as JSON text, again and again: what did not change is not written anew."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def write(self, review: Review) -> str:
        """The text; :func:`review_from_text` is its inverse."""
        before, self._known = self._known, {}
        done, undone = (
            "[" + ",".join(self._text(edit, edit_to_dict, before) for edit in edits) + "]"
            for edits in (review.done, review.undone)
        )
        present = ",".join(
            f'["{id_[0].value}",{json.dumps(id_[1])},{self._text(state, _state_to_dict, before)}]'
            for id_, state in review.present.items()
        )
        original = self._text(review.original, HipLandmarks.to_dict, before)
        place = json.dumps(review.ijk_to_lps.tolist())
        return (
            f'{{"format":"{FORMAT}","ijk_to_lps":{place},"original":{original},'
            f'"present":[{present}],"done":{done},"undone":{undone}}}'
        )

    def _text(self, part: Any, to_dict: Any, before: Mapping[int, tuple[object, str]]) -> str:
        """Text of a frozen part; the part is kept with it, so that its identity stays its own."""
        known = before.get(id(part)) or (part, compact(to_dict(part)))
        self._known[id(part)] = known
        return known[1]


def compact(data: Any) -> str:
    """JSON without blanks, ASCII only."""
    return json.dumps(data, separators=(",", ":"))


def _state_to_dict(state: PointState) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if state.landmark is not None:
        data["landmark"] = landmark_to_dict(state.landmark)
    if state.accepted:
        data["accepted"] = True
    return data


def _state_from_dict(data: Mapping[str, Any]) -> PointState:
    kept = data.get("landmark")
    landmark = None if kept is None else landmark_from_dict(kept)
    return PointState(landmark, bool(data.get("accepted", False)))


def _names(id_: LandmarkId) -> list[str]:
    side, key = id_
    return [side.value, key]


def _id(side: str, key: str) -> LandmarkId:
    return (parse_side(side), key)


def _damaged(error: Exception) -> ReviewError:
    return ReviewError(
        f"The review that is kept cannot be read ({error}): the points stay as they are, but what "
        "was done to them cannot be undone."
    )
