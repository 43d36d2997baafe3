"""JSON of a :class:`LandmarkStack`: every slice with its depth and landmarks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, LandmarkFileError
from ..files import write_text_atomic
from .landmarks import HipLandmarks
from .reading import read_json
from .serialisation import landmarks_from_dict, landmarks_to_dict
from .stack import LandmarkStack, StackSlice
from .types import Side

FORMAT = "hiplandmarks-stack-1"


def stack_to_dict(stack: LandmarkStack) -> dict[str, Any]:
    """JSON-ready dictionary; positions in LPS mm, depths in mm to the front."""
    return {
        "format": FORMAT,
        "case_id": stack.case_id,
        "chosen": {side.value: index for side, index in stack.chosen.items()},
        "slices": [_slice_to_dict(each) for each in stack],
    }


def stack_from_dict(data: Mapping[str, Any]) -> LandmarkStack:
    """Inverse of :func:`stack_to_dict`.

    Raises:
        LandmarkFileError: when the format, a field or a value is not what is expected.
    """
    if data.get("format") != FORMAT:
        raise LandmarkFileError(
            f"This is not a file of landmarks by slice: its format is not {FORMAT}. Export it "
            "again."
        )
    try:
        case_id = str(data.get("case_id", ""))
        slices = [_slice_from_dict(entry, case_id) for entry in data["slices"]]
        chosen = {Side(side): int(index) for side, index in data["chosen"].items()}
        return LandmarkStack.of(slices, chosen, case_id)
    except KeyError as error:
        raise LandmarkFileError(
            f"The file of landmarks by slice is damaged: it lacks {error.args[0]}. Export it again."
        ) from error
    except ConfigurationError as error:
        raise LandmarkFileError(f"The file of landmarks by slice is damaged: {error}") from error
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise LandmarkFileError(
            "The file of landmarks by slice is damaged: export it again."
        ) from error


def write_stack(path: Path | str, stack: LandmarkStack) -> None:
    """Write a stack as JSON, atomically."""
    write_text_atomic(path, json.dumps(stack_to_dict(stack), indent=1) + "\n")


def read_stack(path: Path | str) -> LandmarkStack:
    """Read a stack written by :func:`write_stack`.

    Raises:
        LandmarkFileError: when the file is missing, not JSON or damaged.
    """
    path = Path(path)
    data = read_json(path)
    if not isinstance(data, dict):
        raise LandmarkFileError(f"{path.name} does not hold landmarks by slice: export it again.")
    try:
        return stack_from_dict(data)
    except LandmarkFileError as error:
        raise LandmarkFileError(f"{path.name}: {error}") from error


def _slice_to_dict(entry: StackSlice) -> dict[str, Any]:
    points = [] if entry.unread else landmarks_to_dict(entry.landmarks)["landmarks"]
    data = {"index": entry.index, "depth_mm": entry.depth_mm, "landmarks": points}
    return {**data, "unread": entry.unread} if entry.unread else data


def _slice_from_dict(entry: Mapping[str, Any], case_id: str) -> StackSlice:
    index = entry["index"]
    if not isinstance(index, int) or isinstance(index, bool):
        raise LandmarkFileError("The number of a slice must be a whole number.")
    header = landmarks_to_dict(HipLandmarks({}, case_id=case_id))
    landmarks = landmarks_from_dict({**header, "landmarks": entry["landmarks"]})
    return StackSlice(index, float(entry["depth_mm"]), landmarks, str(entry.get("unread", "")))
