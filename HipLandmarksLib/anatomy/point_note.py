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
from .evidence import PresenceEvidence
from .landmarks import Landmark
from .types import LandmarkState, Source, SourceKind, parse_side

FORMAT = "hiplandmarks-point-1"
MOVED_MM = 0.01
"""A point this far (mm) from where its note was written was moved since by someone else."""


@dataclass(frozen=True)
class PointNote:
    """Decoded description of one control point.

    Attributes:
        landmark: the landmark as it was when the note was written, at the origin when the note
            holds wherever the point is.
        case_id: case the point belongs to, "" when unknown.
        anywhere: a reader placed the point and nothing is known that a move could make wrong.
    """

    landmark: Landmark
    case_id: str = ""
    anywhere: bool = False

    def at(self, position: tuple[float, float, float] | None) -> Landmark:
        """The landmark as found now: at ``position`` (LPS mm), or marked missing (None).

        When the point still is where the note was written, everything the note says holds.
        Otherwise a reader moved, placed or removed it since: the covariance and the source of
        the old position say nothing about the new one and are dropped.
        """
        reader = Source(SourceKind.READER)
        was = self.landmark
        if position is None:
            gone = replace(was.absent(reader), confidence=None)
            return was if was.position is None else gone
        if was.position is not None:
            shift = np.linalg.norm(np.subtract(position, was.position))
            if self.anywhere or shift <= MOVED_MM:
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
        "lps": None if _holds_anywhere(landmark) else landmark.position,
        "covariance": landmark.covariance,
        "confidence": landmark.confidence,
        "note": landmark.note,
        "evidence": None if landmark.evidence is None else landmark.evidence.to_dict(),
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
        landmark = _landmark(data, key)
        anywhere = landmark.position is not None and "lps" not in data
        return PointNote(landmark, str(data.get("case", "")), anywhere)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise LandmarkFileError(
            f"The description of point {key} is damaged: delete it, or place the point again."
        ) from error


def _holds_anywhere(landmark: Landmark) -> bool:
    """A reader's bare point: moving it leaves state and source as they are.

    Such a note need not change during a drag, and a name survives a program without notes.
    """
    doubts = (landmark.covariance, landmark.confidence, landmark.evidence)
    bare = all(doubt is None for doubt in doubts) and not landmark.note
    placed = landmark.state is LandmarkState.VISIBLE
    return bare and placed and landmark.source.kind is SourceKind.READER


def _landmark(data: Mapping[str, Any], key: str) -> Landmark:
    kind, name, version = data["source"]
    rows, evidence = data.get("covariance"), data.get("evidence")
    state = LandmarkState(data["state"])
    position = data.get("lps", (0.0, 0.0, 0.0) if state.has_position else None)
    return Landmark(
        side=parse_side(data["side"]),
        key=key,
        position=None if position is None else _triple(position),
        state=state,
        source=Source(SourceKind(kind), name, version),
        covariance=None if rows is None else tuple(_triple(row) for row in rows),
        confidence=data.get("confidence"),
        note=str(data.get("note", "")),
        evidence=None if evidence is None else PresenceEvidence.from_dict(evidence),
    )


def _triple(values: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
