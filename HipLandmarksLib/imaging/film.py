"""How a radiograph lies in the patient: in the coronal plane, whichever way it was stored.

Source: measurement specification, 9.1 (i to the patient's left, j to the feet, k to the back).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError
from .image import HipImage

ASSUMED_ORIENTATION = "assumed: columns to the patient's left, rows to the feet (AP view)"

DISPLAYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "usual": ("L", "F"),
        "mirrored": ("R", "F"),
        "upside-down": ("R", "H"),
        "feet-left": ("H", "L"),
        "feet-right": ("F", "R"),
    }
)
"""Where columns and rows grow to when a picture shows the patient in one of these ways."""

_DIRECTIONS = {
    "L": (1.0, 0.0, 0.0),
    "R": (-1.0, 0.0, 0.0),
    "H": (0.0, 0.0, 1.0),
    "F": (0.0, 0.0, -1.0),
}
_WORDS = {"L": "the patient's left", "R": "the patient's right", "H": "the head", "F": "the feet"}


def is_coronal_pair(columns_to: str, rows_to: str) -> bool:
    """Whether two letters (L, R, H, F) span the coronal plane: one of each pair."""
    return (columns_to in ("L", "R") and rows_to in ("H", "F")) or (
        columns_to in ("H", "F") and rows_to in ("L", "R")
    )


def projection_matrix(
    row_mm: float, column_mm: float, columns_to: str = "L", rows_to: str = "F"
) -> NDArray[np.float64]:
    """4x4 ijk to LPS of an image in the coronal plane, its first pixel at the origin.

    Args:
        row_mm, column_mm: distance of neighbouring rows, of neighbouring columns.
        columns_to, rows_to: where the column and the row index grow to: L or R (patient's left
            or right), H or F (head or feet). The slice axis (1 mm) makes them right-handed.

    Raises:
        ImageError: when the two letters do not span the coronal plane.
    """
    if not is_coronal_pair(columns_to, rows_to):
        raise ImageError(
            f"A film whose columns run to {columns_to or '?'} and rows to {rows_to or '?'} does "
            "not show the hips from the front: give one of L or R and one of H or F."
        )
    matrix = np.eye(4)
    matrix[:3, 0] = column_mm * np.array(_DIRECTIONS[columns_to])
    matrix[:3, 1] = row_mm * np.array(_DIRECTIONS[rows_to])
    matrix[:3, 2] = np.cross(_DIRECTIONS[columns_to], _DIRECTIONS[rows_to])
    return matrix


def is_mirrored(columns_to: str, rows_to: str) -> bool:
    """Whether turning alone cannot bring the film to the usual display (an AP view)."""
    return bool(projection_matrix(1.0, 1.0, columns_to, rows_to)[1, 2] < 0)


def is_turned(columns_to: str, rows_to: str) -> bool:
    """Whether the film lies on its side or upside down."""
    return columns_to not in ("L", "R") or rows_to != "F"


def with_orientation(image: HipImage, columns_to: str, rows_to: str) -> HipImage:
    """A film with the orientation that a person states, when its file is silent or wrong.

    The pixels stay; landmarks that were placed before belong to the old orientation.

    Args:
        image: a single image.
        columns_to, rows_to: letters as in :func:`projection_matrix`.

    Raises:
        ImageError: when it is no single image, or the letters do not span the coronal plane.
    """
    if image.n_slices != 1:
        raise ImageError(f"{image.name} is a volume: it states its orientation itself.")
    column_mm, row_mm, _ = image.spacing
    matrix = projection_matrix(row_mm, column_mm, columns_to.upper(), rows_to.upper())
    told = (
        f"stated by the user: columns to {_WORDS[columns_to.upper()]}, rows to "
        f"{_WORDS[rows_to.upper()]}"
    )
    return replace(image, ijk_to_lps=matrix, metadata={**image.metadata, "orientation": told})
