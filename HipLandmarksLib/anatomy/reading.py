"""What every reader of landmark files checks, each in one sentence that says what to do."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

from ..errors import LandmarkFileError
from .types import AnySide

FARTHEST_MM = 1e4
"""Ten metres from the origin: no image of a patient reaches that far."""


def read_json(path: Path) -> Any:
    """The content of a JSON file of landmarks.

    Raises:
        LandmarkFileError: when the file is missing, not text, cut off or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LandmarkFileError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise LandmarkFileError(
            f"{path.name} is not a landmark file or is damaged: export it again."
        ) from error


def read_position(values: Any, side: AnySide, key: str) -> tuple[float, float, float]:
    """The coordinates of a point in a file, as floats in mm.

    Raises:
        LandmarkFileError: when they are not three numbers, or no place in a patient's image.
    """
    point = f"{side.word} {key}"
    if not isinstance(values, (list, tuple)) or len(values) != 3:
        raise LandmarkFileError(
            f"The file is damaged at the {point}: its position must be three numbers in mm."
        )
    if any(value is None for value in values):
        raise _no_number(point)
    try:
        x, y, z = (float(value) for value in values)
    except OverflowError as error:
        raise _too_far(point) from error
    except (TypeError, ValueError) as error:
        raise LandmarkFileError(
            f"The file is damaged at the {point}: its position must be three numbers in mm."
        ) from error
    if not all(isfinite(value) for value in (x, y, z)):
        raise _no_number(point)
    if max(abs(x), abs(y), abs(z)) > FARTHEST_MM:
        raise _too_far(point)
    return (x, y, z)


def _no_number(point: str) -> LandmarkFileError:
    return LandmarkFileError(
        f"The {point} has no number for its position: place the point again or mark it absent."
    )


def _too_far(point: str) -> LandmarkFileError:
    return LandmarkFileError(
        f"The {point} lies more than {FARTHEST_MM / 1000:g} m from the origin, where no image "
        "reaches: check that the file is in mm, and place the point again."
    )
