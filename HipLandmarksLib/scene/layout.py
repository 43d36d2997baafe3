"""Where the values of a hip stand: a column lateral of the bone, clear of what is measured.

The column never leaves the image, since views that the image fills draw nothing outside. Where the
image ends close to the trochanter, the column stands above it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..anatomy import HipLandmarks, Side
from ..imaging import HipImage
from ..measurement import ViewPlane
from .frames import Vec3

_CLEAR_MM = 70.0  # lateral of the head centre lies the trochanter: 50 mm, 62 on a film; its name
_TEXT_MM = 36.0  # width of a value when the whole pelvis fills the view
_ROW_MM = 12.0  # readable where the pelvis fills a view of 400 pixels
_FIRST_ROW_MM = 22.0  # above the head centre
_ABOVE_TROCHANTER_MM = 16.0  # above the head centre, with whose level its tip lies about
_EDGE_MM = 2.0  # between the column and the edge of the image
COLUMN_MM = _TEXT_MM + _EDGE_MM
"""At least, between where a value of the left hip begins and the edge of the image."""
_CROWDED_MM = 8.0  # a column this much nearer to the bone than it should be would cover it
_PELVIS_MM = 600.0  # wider than any image of a pelvis: a film without a pixel size, in pixels


def image_extent(image: HipImage, plane: ViewPlane) -> tuple[float, float]:
    """Smallest and largest x (mm, to the patient's left) that the image covers in the plane."""
    last = np.array(image.pixels.shape[::-1]) - 1
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * last
    x = plane.project(image.to_lps(corners))[:, 0]
    return float(x.min()), float(x.max())


def value_places(
    landmarks: HipLandmarks,
    plane: ViewPlane,
    side: Side,
    ids: Sequence[str],
    extent: tuple[float, float],
) -> dict[str, Vec3]:
    """Place (LPS mm) of the left edge, as the viewer sees it, of each measurement's text.

    Args:
        landmarks: the case; the column stands beside the head centre, or the side's first
            point when there is none.
        plane: plane of the view, patient's right on the viewer's left.
        side: whose values.
        ids: measurements from top to bottom.
        extent: (right, left) edge of the image in the plane, see :func:`image_extent`.
    """
    placed = [point for point in landmarks.side(side) if point.position is not None]
    if not placed:
        return {}
    anchor = next((point for point in placed if point.key == "FHC"), placed[0])
    near = anchor.position
    assert near is not None
    x, y = plane.project_point(near)
    low, high = extent
    mm = _millimetre(high - low)
    if side is Side.LEFT:
        wanted, limit = x + mm * _CLEAR_MM, high - mm * (_TEXT_MM + _EDGE_MM)
        start = min(wanted, limit)
    else:
        wanted, limit = x - mm * (_CLEAR_MM + _TEXT_MM), low + mm * _EDGE_MM
        start = max(wanted, limit)
    crowded = abs(start - wanted) > mm * _CROWDED_MM
    first = _ABOVE_TROCHANTER_MM + _ROW_MM * (len(ids) - 1) if crowded else _FIRST_ROW_MM
    tops = [y + mm * (first - _ROW_MM * row) for row in range(len(ids))]
    return {
        id_: plane.unproject_point((start, top), near) for id_, top in zip(ids, tops, strict=True)
    }


def _millimetre(width: float) -> float:
    """A millimetre in the frame of an image of this width; about one where it is in pixels."""
    return 1.0 if width <= _PELVIS_MM else width / (0.75 * _PELVIS_MM)
