"""Points of a film by the contour that it shows, beside where a network places them.

The centre of the femoral head is that of the circle on its rim, the lateral cam point lies where
the contour of the head leaves that circle.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..imaging import HipImage, PlaneTransform
from .film_frame import film_input
from .film_hip import Point, ReferenceHip
from .film_reading import FilmHip, FilmPoint
from .head_contour import follow_head_contour, leaving_angle
from .head_rim import HeadRim, fit_head_rim
from .sides import HEAD

_NECK, _CAM = "NA", "LCP"
_HEAD_RADIUS_MM = 24.0
_PIXEL_MM = 0.6
"""Size of a pixel in which the contours are looked for, when the head measures 48 mm."""

_USUAL_NECK_DEG = 140.0
"""From the head of a right hip down and to the side, for models without a point on the neck."""

_REACH = 2.1
"""Half of the side of that picture, in radii of the head."""


def with_points_on_contours(image: HipImage, hip: FilmHip, reference: ReferenceHip) -> FilmHip:
    """A hip whose head's centre and lateral cam point lie by the contour of the head.

    A head that is not present, or shows no rim, stays where the network placed it, and so does a
    cam point whose contour is not clear. Doubt about both is the network's, which is calibrated
    on points that went through here.

    Args:
        image: the film.
        hip: as both passes see it.
        reference: the mean hip, which tells the usual size of the head and where the neck lies.
    """
    head = _seen(hip, HEAD)
    if head is None:
        return hip
    window = _window(hip.plane, head.decoded.xy, _PIXEL_MM / reference.pixel_mm)
    middle = (window.shape[1] - 1) / 2
    radius = _HEAD_RADIUS_MM / _PIXEL_MM
    pixels = film_input(image.pixels[0], window)
    rim = fit_head_rim(pixels, (middle, middle), radius, _neck_deg(hip, head, reference))
    if rim is None:
        return hip
    moved = {HEAD: rim.centre}
    cam = _cam_point(hip, pixels, window, rim)
    if cam is not None:
        moved[_CAM] = cam
    return replace(hip, points={**hip.points, **_placed(hip, window, moved)})


def _cam_point(
    hip: FilmHip, pixels: np.ndarray, window: PlaneTransform, rim: HeadRim
) -> Point | None:
    """Where the contour leaves the head, in pixels of the window; None to leave it alone."""
    neck, proposed = _seen(hip, _NECK), _seen(hip, _CAM)
    if neck is None or proposed is None:
        return None
    arms = []
    for point in (neck, proposed):
        x, y = window.forward(hip.plane.backward(point.decoded.xy))
        arms.append(np.degrees(np.arctan2(y - rim.centre[1], x - rim.centre[0])))
    neck_deg = float(arms[0])
    angle = (float(arms[1]) - neck_deg) % 360.0
    contour = follow_head_contour(pixels, rim, neck_deg)
    leaving = leaving_angle(contour, angle)
    return None if leaving is None else contour.at(leaving)


def _placed(hip: FilmHip, window: PlaneTransform, places: dict[str, Point]) -> dict[str, FilmPoint]:
    """Points of a hip at other places, which are given in pixels of the window."""
    moved = {}
    for key, place in places.items():
        x, y = hip.plane.forward(window.backward(place))
        point = hip.points[key]
        moved[key] = replace(point, decoded=replace(point.decoded, xy=(float(x), float(y))))
    return moved


def _seen(hip: FilmHip, key: str) -> FilmPoint | None:
    """A point that the second pass calls present."""
    point = hip.points.get(key)
    return point if point is not None and point.is_present and point.plane is hip.plane else None


def _window(plane: PlaneTransform, centre: Point, step: float) -> PlaneTransform:
    """From stored pixels to a square about a point of the crop, with pixels of ``step`` crop px."""
    half = round(_REACH * _HEAD_RADIUS_MM / _PIXEL_MM)
    x, y = (half - value / step for value in centre)
    matrix = np.array([[1 / step, 0.0, x], [0.0, 1 / step, y], [0.0, 0.0, 1.0]])
    return plane.then(matrix, (2 * half + 1, 2 * half + 1))


def _neck_deg(hip: FilmHip, head: FilmPoint, reference: ReferenceHip) -> float:
    """Direction of the neck in the crop: by its own point if it is present, else as usual."""
    neck = _seen(hip, _NECK)
    if neck is not None:
        start, end = head.decoded.xy, neck.decoded.xy
    elif _NECK in reference.points and HEAD in reference.points:
        start, end = reference.points[HEAD], reference.points[_NECK]
    else:
        return _USUAL_NECK_DEG
    return float(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0])))
