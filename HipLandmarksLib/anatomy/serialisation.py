"""JSON of a case: every point with side, state, source and covariance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from ..errors import LandmarkFileError
from ..files import write_text_atomic
from .evidence import PresenceEvidence
from .landmarks import HipLandmarks, Landmark
from .reading import read_json, read_position
from .table import LandmarkTable
from .types import AnySide, Frame, LandmarkState, Midline, Source, SourceKind, parse_side

FORMAT = "hiplandmarks-landmarks-1"
_Word = TypeVar("_Word", bound=Enum)


def landmarks_to_dict(landmarks: HipLandmarks) -> dict[str, Any]:
    """JSON-ready dictionary; positions in LPS mm, covariances in mm^2."""
    return {
        "format": FORMAT,
        "frame": landmarks.frame.value,
        "unit": "mm",
        "case_id": landmarks.case_id,
        "landmarks": [landmark_to_dict(landmark) for landmark in landmarks.values()],
    }


def landmarks_from_dict(data: Mapping[str, Any]) -> HipLandmarks:
    """Inverse of :func:`landmarks_to_dict`.

    Raises:
        LandmarkFileError: when the format, a field or a value is not what is expected.
    """
    if data.get("format") != FORMAT:
        raise LandmarkFileError(
            f"This is not a landmark file: its format is not {FORMAT}. Export it again."
        )
    if data.get("frame") != Frame.LPS.value:
        raise LandmarkFileError("The landmarks must be in the frame LPS: export them again.")
    if not isinstance(data.get("landmarks"), list):
        raise LandmarkFileError("The landmark file is damaged: it holds no list of landmarks.")
    try:
        points = [landmark_from_dict(entry) for entry in data["landmarks"]]
        return HipLandmarks.of(points, case_id=str(data.get("case_id", "")))
    except KeyError as error:
        raise LandmarkFileError(
            f"The landmark file is damaged: a point lacks its {error.args[0]}. Export it again."
        ) from error
    except (AttributeError, OverflowError, TypeError) as error:
        raise LandmarkFileError("The landmark file is damaged: export it again.") from error
    except ValueError as error:
        raise LandmarkFileError(f"The landmark file is damaged: {error}") from error


def write_landmarks(path: Path | str, landmarks: HipLandmarks) -> None:
    """Write a case as JSON, atomically."""
    write_text_atomic(path, json.dumps(landmarks_to_dict(landmarks), indent=1) + "\n")


def read_landmarks(path: Path | str) -> HipLandmarks:
    """Read a case written by :func:`write_landmarks`.

    Raises:
        LandmarkFileError: when the file is missing, not JSON or damaged.
    """
    path = Path(path)
    data = read_json(path)
    if not isinstance(data, dict):
        raise LandmarkFileError(f"{path.name} does not hold landmarks: export it again.")
    try:
        return landmarks_from_dict(data)
    except LandmarkFileError as error:
        raise LandmarkFileError(f"{path.name}: {error}") from error


def landmark_to_dict(landmark: Landmark) -> dict[str, Any]:
    """JSON-ready dictionary of one landmark; position in LPS mm, covariance in mm^2."""
    return {
        "side": landmark.side.value,
        "key": landmark.key,
        "position": None if landmark.position is None else list(landmark.position),
        "state": landmark.state.value,
        "source": {
            "kind": landmark.source.kind.value,
            "name": landmark.source.name,
            "version": landmark.source.version,
        },
        "covariance": None
        if landmark.covariance is None
        else [list(row) for row in landmark.covariance],
        "confidence": landmark.confidence,
        "note": landmark.note,
        **({"evidence": landmark.evidence.to_dict()} if landmark.evidence else {}),
    }


def landmark_from_dict(entry: Mapping[str, Any]) -> Landmark:
    """Inverse of :func:`landmark_to_dict`.

    Raises:
        KeyError, LandmarkFileError, TypeError, ValueError: when a field is missing or wrong.
    """
    side, key = parse_side(str(entry["side"])), str(entry["key"])
    _check_known(side, key)
    position = entry["position"]
    covariance = entry.get("covariance")
    source = entry["source"]
    evidence = entry.get("evidence")
    return Landmark(
        side=side,
        key=key,
        position=None if position is None else read_position(position, side, key),
        state=_word(LandmarkState, entry["state"], "state"),
        source=Source(
            _word(SourceKind, source["kind"], "kind of source"),
            str(source.get("name", "")),
            str(source.get("version", "")),
        ),
        covariance=None if covariance is None else tuple(_triple(row) for row in covariance),
        confidence=entry.get("confidence"),
        note=str(entry.get("note", "")),
        evidence=None if evidence is None else PresenceEvidence.from_dict(evidence),
    )


def _check_known(side: AnySide, key: str) -> None:
    """Refuse a key that nothing would ever read, such as a misspelt one."""
    of_middle = LandmarkTable.load()[key].laterality == "midline"
    if of_middle is not (side is Midline.PELVIS):
        owner = "the middle (side B)" if of_middle else "a hip (side R or L)"
        raise LandmarkFileError(f"{key} is a landmark of {owner}, not of side {side.value}.")


def _word(words: type[_Word], text: Any, what: str) -> _Word:
    known = {each.value: each for each in words}
    if text not in known:
        raise ValueError(f"{text!r} is no {what}; known are {', '.join(known)}")
    return known[text]


def _triple(values: Any) -> tuple[float, float, float]:
    try:
        x, y, z = (float(value) for value in values)
    except (OverflowError, TypeError, ValueError):
        raise ValueError("a covariance needs three rows of three numbers in mm^2") from None
    return (x, y, z)
