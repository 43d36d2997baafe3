"""Slicer markups JSON (``.mrk.json``): the points of one hip, or of the midline, as one list.

Written as schema 1.0.3, read as any 1.x. What Slicer has no field for goes into the points'
descriptions (:mod:`.point_note`). Point status and landmark state correspond:

========== ==============================================
status     meaning here
========== ==============================================
defined    state ``visible`` or ``estimated``
missing    state ``absent`` or ``prosthesis``: looked at, not there
undefined  not annotated: the key is not in the case
========== ==============================================

Source: Slicer, Modules/Loadable/Markups/Resources/Schema (the schema's status list lacks
``missing``, which Slicer itself writes, with an empty text as position).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LandmarkFileError
from ..files import write_text_atomic
from .landmarks import HipLandmarks, Landmark
from .point_note import decode_note, encode_note
from .reading import read_json, read_position
from .types import AnySide, Frame, LandmarkState, Midline, Side, Source, SourceKind

SCHEMA_URL = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/"
    "Schema/markups-schema-v1.0.3.json#"
)
_SCHEMA_PATTERN = re.compile(r"markups-schema-v1\.[0-9]+\.[0-9]+\.json")
_KEY_PATTERN = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_SIDE_PATTERN = re.compile(r"(?<![a-z0-9])(right|left|midline|r|l)(?![a-z0-9])", re.IGNORECASE)
_SIDE_OF_LETTER: Mapping[str, AnySide] = {"r": Side.RIGHT, "l": Side.LEFT, "m": Midline.PELVIS}
_FLIP_XY = {Frame.LPS.value: (1.0, 1.0, 1.0), Frame.RAS.value: (-1.0, -1.0, 1.0)}
_UNKNOWN_SIGMA = -1.0


def markups_name(side: AnySide, case_id: str = "") -> str:
    """Name of the node and markup of a hip or the midline, such as ``case_03 right hip``."""
    words = f"{side.word} hip" if isinstance(side, Side) else f"{side.word} midline"
    return f"{case_id} {words}".strip()


def write_markups(
    path: Path | str, landmarks: HipLandmarks, side: AnySide, keys: Collection[str] = ()
) -> None:
    """Write the points of one side as Slicer markups JSON, atomically.

    Args:
        path: target, by custom ``*.mrk.json``.
        landmarks: the case; positions in LPS mm.
        side: whose points to write.
        keys: further keys, in order, that the file lists as still to be placed (undefined).
    """
    points = [_control_point(point, landmarks.case_id) for point in landmarks.side(side)]
    present = {landmark.key for landmark in landmarks.side(side)}
    points += [{"label": key, "positionStatus": "undefined"} for key in keys if key not in present]
    markup = {
        "type": "Fiducial",
        "name": markups_name(side, landmarks.case_id),
        "coordinateSystem": Frame.LPS.value,
        "coordinateUnits": "mm",
        "locked": False,
        "fixedNumberOfControlPoints": True,
        "labelFormat": "%N-%d",
        "controlPoints": [{"id": str(i + 1), **point} for i, point in enumerate(points)],
        "measurements": _uncertainty(landmarks.side(side), len(points)),
    }
    text = json.dumps({"@schema": SCHEMA_URL, "markups": [markup]}, indent=4, ensure_ascii=False)
    write_text_atomic(path, text + "\n")


def read_markups(path: Path | str, side: AnySide | None = None) -> HipLandmarks:
    """Read the landmarks of a Slicer markups file (one fiducial list per hip).

    Args:
        path: the ``.mrk.json`` file.
        side: the patient's side, needed only when neither the points nor the names say it.

    Raises:
        LandmarkFileError: when the file is missing, not markups of schema 1.x, not fiducials,
            has labels that are no landmark keys, or its side is unknown or contradictory.
    """
    path = Path(path)
    found: list[Landmark] = []
    cases: set[str] = set()
    for markup in _markups(path):
        landmarks, case = _read_markup(markup, path, side)
        found += landmarks
        cases.add(case)
    try:
        return HipLandmarks.of(found, case_id=cases.pop() if len(cases) == 1 else "")
    except ValueError as error:
        raise LandmarkFileError(f"{path.name}: {error}") from error


def _control_point(landmark: Landmark, case_id: str) -> dict[str, Any]:
    position = None if landmark.position is None else list(landmark.position)
    return {
        "label": landmark.key,
        "description": encode_note(landmark, case_id),
        **({} if position is None else {"position": position}),
        "selected": True,
        "locked": False,
        "visibility": True,
        "positionStatus": "missing" if position is None else "defined",
    }


def _uncertainty(landmarks: list[Landmark], n_points: int) -> list[dict[str, Any]]:
    if all(landmark.covariance is None for landmark in landmarks):
        return []
    values = [sigma_mm(landmark) for landmark in landmarks]
    return [
        {
            "name": "landmark uncertainty",
            "enabled": False,
            "units": "mm",
            "description": "largest standard deviation per point; -1 = not known",
            "controlPointValues": values + [_UNKNOWN_SIGMA] * (n_points - len(values)),
        }
    ]


def sigma_mm(landmark: Landmark) -> float:
    """Largest standard deviation of a landmark's position in mm; -1 when it is not known."""
    if landmark.covariance is None:
        return _UNKNOWN_SIGMA
    largest = np.linalg.eigvalsh(np.asarray(landmark.covariance))[-1]
    return float(np.sqrt(max(largest, 0.0)))


def _markups(path: Path) -> list[Mapping[str, Any]]:
    data = read_json(path)
    schema = str(data.get("@schema", "")) if isinstance(data, dict) else ""
    if not _SCHEMA_PATTERN.search(schema):
        raise LandmarkFileError(
            f"{path.name} is not a Slicer markups file of schema 1.x (found "
            f"{schema or 'none'}): export it again."
        )
    markups = data.get("markups")
    if not isinstance(markups, list) or not all(isinstance(item, dict) for item in markups):
        raise LandmarkFileError(f"{path.name} has no list of markups.")
    if not markups:
        raise LandmarkFileError(f"{path.name} holds no markup at all.")
    return markups


def _read_markup(
    markup: Mapping[str, Any], path: Path, side: AnySide | None
) -> tuple[list[Landmark], str]:
    signs = _signs(markup, path.name)
    points = markup.get("controlPoints", [])
    try:
        labels = [_key(point, path.name) for point in points]
        notes = [decode_note(_text(p), k) for p, k in zip(points, labels, strict=True)]
        sides = {note.landmark.side for note in notes if note is not None}
        whose = _side(sides, side, str(markup.get("name", "")), path)
        landmarks = [
            _landmark(point, key, whose, signs) for point, key in zip(points, labels, strict=True)
        ]
    except (AttributeError, TypeError) as error:
        raise LandmarkFileError(f"{path.name} is damaged: export it again.") from error
    except ValueError as error:
        raise LandmarkFileError(f"{path.name} is damaged: {error}") from error
    except LandmarkFileError as error:
        named = str(error).startswith(path.name)
        raise error if named else LandmarkFileError(f"{path.name}: {error}") from error
    cases = {note.case_id for note in notes if note is not None}
    return [point for point in landmarks if point], cases.pop() if len(cases) == 1 else ""


def _signs(markup: Mapping[str, Any], name: str) -> tuple[float, float, float]:
    if markup.get("type") != "Fiducial":
        raise LandmarkFileError(
            f"{name} holds a {markup.get('type')!r} markup; landmarks are a list of points "
            "(type Fiducial)."
        )
    units = markup.get("coordinateUnits", "mm")
    if (units[0] if isinstance(units, list) and units else units) != "mm":
        raise LandmarkFileError(f"{name} is in {units!r}; landmarks must be in mm.")
    frame = markup.get("coordinateSystem", Frame.LPS.value)
    if frame not in _FLIP_XY:
        raise LandmarkFileError(f"{name} has the unknown coordinate system {frame!r}.")
    return _FLIP_XY[frame]


def _key(point: Mapping[str, Any], name: str) -> str:
    label = str(point.get("label", ""))
    if not _KEY_PATTERN.fullmatch(label):
        raise LandmarkFileError(
            f"{name} has a point labelled {label!r}, which is no landmark key such as FHC or LAE."
        )
    return label


def _text(point: Mapping[str, Any]) -> str:
    return str(point.get("description", ""))


def _side(noted: set[AnySide], given: AnySide | None, name: str, path: Path) -> AnySide:
    """Points know best, then the caller, then the markup's name, then the file's name."""
    known = noted | ({given} if given else set())
    for text in (name, path.name.removesuffix(".mrk.json")):
        if not known:
            known = {_SIDE_OF_LETTER[match[0].lower()] for match in _SIDE_PATTERN.findall(text)}
    if len(known) == 1:
        return next(iter(known))
    problem = "contradictory" if known else "not stated"
    raise LandmarkFileError(
        f"The side of {path.name} is {problem}: say 'right', 'left' or 'midline' in the file name."
    )


def _landmark(
    point: Mapping[str, Any], key: str, side: AnySide, signs: tuple[float, float, float]
) -> Landmark | None:
    status = point.get("positionStatus", "defined" if point.get("position") else "undefined")
    if status not in ("defined", "missing", "undefined", "preview"):
        raise ValueError(f"{key} has the unknown status {status!r}")
    if status in ("undefined", "preview"):
        return None
    position: tuple[float, float, float] | None = None
    if status == "defined":
        x, y, z = read_position(point.get("position"), side, key)
        position = (x * signs[0], y * signs[1], z * signs[2])
    return landmark_of_point(key, side, _text(point), position)


def landmark_of_point(
    key: str, side: AnySide, description: str, position: tuple[float, float, float] | None
) -> Landmark:
    """The landmark of a control point, from its description and present position.

    Args:
        key: label of the point.
        side: side of the point list.
        description: our note, a reader's remark or "".
        position: LPS mm, None for a point that is marked missing.
    """
    note = decode_note(description, key)
    if note is not None:
        return note.at(position)
    reader, remark = Source(SourceKind.READER), description.strip()
    state = LandmarkState.ABSENT if position is None else LandmarkState.VISIBLE
    return Landmark(side, key, position, state, reader, note=remark)
