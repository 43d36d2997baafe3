"""The centre of a femoral head by the rim that the film shows, beside where a network places it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..imaging import HipImage, PlaneTransform
from .film_frame import film_input
from .film_hip import Point, ReferenceHip
from .film_reading import FilmHip, FilmPoint
from .head_rim import fit_head_rim
from .sides import HEAD

_NECK = "NA"
_HEAD_RADIUS_MM = 24.0
_PIXEL_MM = 0.6
"""Size of a pixel in which the rim is looked for, when the head measures 48 mm."""

_USUAL_NECK_DEG = 140.0
"""From the head of a right hip down and to the side, for models without a point on the neck."""

_REACH = 1.8
"""Half of the side of that picture, in radii of the head."""


def with_head_on_its_rim(image: HipImage, hip: FilmHip, reference: ReferenceHip) -> FilmHip:
    """A hip whose femoral head centre is that of the circle on the head's rim.

    A head that is not present, or shows no rim, stays where the network placed it. Doubt about it
    is the network's, which is calibrated on centres that went through here.

    Args:
        image: the film.
        hip: as both passes see it.
        reference: the mean hip, which tells the usual size of the head and where the neck lies.
    """
    head = hip.points.get(HEAD)
    if head is None or not head.is_present or head.plane is not hip.plane:
        return hip
    window = _window(hip.plane, head.decoded.xy, _PIXEL_MM / reference.pixel_mm)
    middle = (window.shape[1] - 1) / 2
    radius = _HEAD_RADIUS_MM / _PIXEL_MM
    pixels = film_input(image.pixels[0], window)
    rim = fit_head_rim(pixels, (middle, middle), radius, _neck_deg(hip, head, reference))
    if rim is None:
        return hip
    x, y = hip.plane.forward(window.backward(rim.centre))
    moved = replace(head, decoded=replace(head.decoded, xy=(float(x), float(y))))
    return replace(hip, points={**hip.points, HEAD: moved})


def _window(plane: PlaneTransform, centre: Point, step: float) -> PlaneTransform:
    """From stored pixels to a square about a point of the crop, with pixels of ``step`` crop px."""
    half = round(_REACH * _HEAD_RADIUS_MM / _PIXEL_MM)
    x, y = (half - value / step for value in centre)
    matrix = np.array([[1 / step, 0.0, x], [0.0, 1 / step, y], [0.0, 0.0, 1.0]])
    return plane.then(matrix, (2 * half + 1, 2 * half + 1))


def _neck_deg(hip: FilmHip, head: FilmPoint, reference: ReferenceHip) -> float:
    """Direction of the neck in the crop: by its own point if it is present, else as usual."""
    neck = hip.points.get(_NECK)
    if neck is not None and neck.is_present and neck.plane is hip.plane:
        start, end = head.decoded.xy, neck.decoded.xy
    elif _NECK in reference.points and HEAD in reference.points:
        start, end = reference.points[HEAD], reference.points[_NECK]
    else:
        return _USUAL_NECK_DEG
    return float(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0])))
