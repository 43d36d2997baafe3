"""What a landmark knows besides its position, as the text of a markup point's description.

Slicer keeps label, position and status of a control point, and one free description. State,
source and doubt travel in that description as compact JSON, so that they survive Slicer, its
scene files and any tool that passes descriptions on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import LandmarkFileError
from .landmarks import Landmark
from .types import LandmarkState, Side, Source, SourceKind

FORMAT = "hiplandmarks-point-1"
MOVED_MM = 0.01
"""A point this far (mm) from where its note was written was moved since by someone else."""


@dataclass(frozen=True)
class PointNote:
    """Decoded description of one control point.

    Attributes:
        landmark: the landmark as it was when the note was written.
        case_id: case the point belongs to, "" when unknown.
    """

    landmark: Landmark
    case_id: str = ""

    def at(self, position: tuple[float, float, float] | None, absent: bool) -> Landmark:
        """The landmark as found now: at ``position`` (LPS mm), or marked missing (``absent``).

        When the point still is where the note was written, everything the note says holds.
        Otherwise a reader moved, placed or removed it since: the covariance and the source of
        the old position say nothing about the new one and are dropped.

        Raises:
            ValueError: when neither a position nor ``absent`` is given.
        """
        reader = Source(SourceKind.READER)
        was = self.landmark
        if absent and was.position is None:
            return was
        if absent:
            return replace(was.absent(reader), confidence=None)
        if position is None:
            raise ValueError(f"{was.side.word} {was.key}: neither placed nor missing.")
        if was.position is not None:
            shift = np.linalg.norm(np.subtract(position, was.position))
            if shift <= MOVED_MM:
                return replace(was, position=position)
        return was.moved(position, reader)


def encode_note(landmark: Landmark, case_id: str = "") -> str:
    """Compact JSON text for the description of the landmark's control point."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "side": landmark.side.value,
        "state": landmark.state.value,
        "source": [landmark.source.kind.value, landmark.source.name, landmark.source.version],
    }
    optional = {
        "case": case_id,
        "lps": landmark.position,
        "covariance": landmark.covariance,
        "confidence": landmark.confidence,
        "note": landmark.note,
    }
    data.update({k: v for k, v in optional.items() if v is not None and v != ""})
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def decode_note(text: str, key: str) -> PointNote | None:
    """Inverse of :func:`encode_note` for the point labelled ``key``.

    Returns None when the text is not ours (empty, or a reader's own remark).

    Raises:
        LandmarkFileError: when it is ours and damaged.
    """
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return None
    try:
        return PointNote(_landmark(data, key), str(data.get("case", "")))
    except (KeyError, TypeError, ValueError) as error:
        raise LandmarkFileError(f"The description of point {key} is damaged: {error}") from error


def _landmark(data: Mapping[str, Any], key: str) -> Landmark:
    kind, name, version = data["source"]
    rows = data.get("covariance")
    position = data.get("lps")
    return Landmark(
        side=Side(data["side"]),
        key=key,
        position=None if position is None else _triple(position),
        state=LandmarkState(data["state"]),
        source=Source(SourceKind(kind), name, version),
        covariance=None if rows is None else tuple(_triple(row) for row in rows),
        confidence=data.get("confidence"),
        note=str(data.get("note", "")),
    )


def _triple(values: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
