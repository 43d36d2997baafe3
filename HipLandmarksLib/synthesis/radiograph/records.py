"""One line of a view store's index: everything of a view except its path lengths, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...anatomy import HipLandmarkId, LandmarkState, Side
from ...errors import ConfigurationError
from ..surfaces import BoneName
from .camera import Camera
from .packing import Piece
from .view import BoneView, TruePoint

_VECTORS = ("source", "origin", "column_step", "row_step")


@dataclass(frozen=True, eq=False)
class ViewRecord:
    """A view in the index, without its pixels.

    Attributes:
        number: number of the view in the order in which it was drawn; it names the file.
        subject, camera, landmarks, head_radius_px, parameters: see :class:`.BoneView`.
        pieces: where the bones' pixels lie.
    """

    number: int
    subject: str
    camera: Camera
    landmarks: Mapping[HipLandmarkId, TruePoint]
    pieces: tuple[Piece, ...]
    head_radius_px: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, number: int, view: BoneView, pieces: tuple[Piece, ...]) -> ViewRecord:
        """The record of a view whose paths were packed into ``pieces``."""
        return cls(
            number,
            view.subject,
            view.camera,
            view.landmarks,
            pieces,
            view.head_radius_px,
            view.parameters,
        )


@dataclass(frozen=True)
class RefusedView:
    """A view that could not be made; it is counted and reported, never silently dropped.

    Attributes:
        number: see :class:`ViewRecord`.
        reason: one sentence.
    """

    number: int
    reason: str


def record_line(record: ViewRecord | RefusedView) -> str:
    """The record as one line of JSON, with its line end; numbers keep all their digits.

    Raises:
        ConfigurationError: when a number is not finite.
    """
    data = _refused(record) if isinstance(record, RefusedView) else _made(record)
    try:
        return json.dumps(data, allow_nan=False, separators=(",", ":")) + "\n"
    except ValueError as error:
        raise ConfigurationError(
            f"View {record.number} has a landmark, radius or parameter that is not finite."
        ) from error


def read_record(line: str) -> ViewRecord | RefusedView:
    """Inverse of :func:`record_line`.

    Raises:
        ConfigurationError: when the line is damaged.
    """
    try:
        data = json.loads(line)
        if "refused" in data:
            return RefusedView(int(data["view"]), str(data["refused"]))
        return ViewRecord(
            int(data["view"]),
            str(data["subject"]),
            _camera(data["camera"]),
            dict(_landmark(row) for row in data["landmarks"]),
            tuple(Piece(BoneName(bone), *map(int, place)) for bone, *place in data["pieces"]),
            {str(name): float(value) for name, value in data["head_radius_px"].items()},
            {str(name): float(value) for name, value in data["parameters"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The index of the views has a damaged line: {error}.") from error


def _refused(record: RefusedView) -> dict[str, Any]:
    return {"view": record.number, "refused": record.reason}


def _made(record: ViewRecord) -> dict[str, Any]:
    camera = record.camera
    return {
        "view": record.number,
        "subject": record.subject,
        "camera": {
            **{name: getattr(camera, name).tolist() for name in _VECTORS},
            "shape": list(camera.shape),
        },
        "landmarks": [
            [side.value, key, _plain_pair(point.xy), point.state.value, point.note]
            for (side, key), point in record.landmarks.items()
        ],
        "head_radius_px": {str(k): float(v) for k, v in record.head_radius_px.items()},
        "parameters": {str(k): float(v) for k, v in record.parameters.items()},
        "pieces": [[p.bone.value, p.row, p.column, p.height, p.width] for p in record.pieces],
    }


def _plain_pair(xy: tuple[float, float] | None) -> list[float] | None:
    return None if xy is None else [float(xy[0]), float(xy[1])]


def _camera(data: Mapping[str, Any]) -> Camera:
    source, origin, column_step, row_step = (
        np.asarray(data[name], dtype=np.float64) for name in _VECTORS
    )
    height, width = (int(size) for size in data["shape"])
    return Camera(source, origin, column_step, row_step, (height, width))


def _landmark(row: list[Any]) -> tuple[HipLandmarkId, TruePoint]:
    side, key, xy, state, note = row
    place = None if xy is None else (float(xy[0]), float(xy[1]))
    return (Side(side), str(key)), TruePoint(place, LandmarkState(state), str(note))
