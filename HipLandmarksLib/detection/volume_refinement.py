"""Points of a hip on the edges that its MRI shows, beside where a network places them.

A network knows where heads lie; the rim itself is plain geometry. The head centre becomes that of
the circle on the marrow's rim. The lateral cam point is by definition a place on that circle: it is
put where the contour leaves it, near where the network sees it on this slice and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, Side
from ..imaging import HipImage
from ..imaging.marrow_rim import MarrowRim, SliceRays, marrow_rim
from .card import BundleCard
from .decoding import DecodedPoint
from .junction_corner import junction_corner_deg
from .result import SlicePrediction
from .sides import HEAD

_NECK, _CAM = "NA", "LCP"
_FARTHEST_MM = 6.0
"""A rim whose centre lies farther from the network's is that of something else."""

_OUTSIDE = 1.06
"""Distance of the cam point from the centre, in radii: there a contour has left the circle."""

_NECK_DOWN_DEG = 36.0
_TURN_LIMITS_DEG = (40.0, 140.0)

Points = dict[HipLandmarkId, DecodedPoint]


def refined(
    image: HipImage,
    read: Sequence[SlicePrediction],
    survey: Sequence[SlicePrediction],
    card: BundleCard,
) -> list[SlicePrediction]:
    """Slices with their points on the edges of the image, for models whose card asks for it.

    A hip whose head is not present on a slice, or shows no rim there, stays as it was read. Doubt
    about a head centre is that of its rim, all other doubt is the network's own: a calibration of
    both together leaves a head without rim the greater doubt.

    Args:
        image: the volume.
        read: slices as read.
        survey: slices that were looked at once; neighbours of those that were read tell where
            the cam point is expected.
        card: of the model.
    """
    if not card.marrow_rim:
        return list(read)
    seen = {own.index: own for own in survey}
    return [_refined(image, own, seen, card.presence_threshold) for own in read]


def _refined(
    image: HipImage, own: SlicePrediction, survey: Mapping[int, SlicePrediction], threshold: float
) -> SlicePrediction:
    points: Points = dict(own.points)
    rays: SliceRays | None = None
    for side in Side:
        head = points.get((side, HEAD))
        if head is None or head.presence < threshold:
            continue
        rays = rays or SliceRays(image, own.index)
        rim = slice_rim(image, rays, own, side)
        if rim is None:
            continue
        points[(side, HEAD)] = _on_rim(head, image, own, rim)
        cam = points.get((side, _CAM))
        if cam is not None:
            near = [survey[n] for n in (own.index - 1, own.index + 1) if n in survey]
            place = _cam_point(image, rays, rim, [own, *near], side)
            points[(side, _CAM)] = cam if place is None else _moved(cam, image, own, place)
    return replace(own, points=points)


def slice_rim(
    image: HipImage, rays: SliceRays, own: SlicePrediction, side: Side
) -> MarrowRim | None:
    """The rim of the head near the network's centre; None where none is seen there.

    Args:
        image: the volume.
        rays: of the slice.
        own: what the network says of the slice.
        side: hip.
    """
    centre = _position(image, own, (side, HEAD))
    up, lateral = _axes(rays, side)
    neck = np.cos(np.radians(_NECK_DOWN_DEG)) * lateral - np.sin(np.radians(_NECK_DOWN_DEG)) * up
    if (side, _NECK) in own.points:
        neck = _position(image, own, (side, _NECK)) - centre
    rim = marrow_rim(rays, centre, neck)
    if rim is None or np.linalg.norm(rim.centre - centre) > _FARTHEST_MM:
        return None
    return rim


def _on_rim(
    head: DecodedPoint, image: HipImage, own: SlicePrediction, rim: MarrowRim
) -> DecodedPoint:
    """The centre of the rim, and its doubt."""
    to_input = own.plane.matrix[:2, :2] / np.asarray(image.spacing[:2])
    covariance = to_input @ rim.covariance @ to_input.T
    moved = _moved(head, image, own, rim.centre)
    return replace(moved, covariance=covariance, view_covariance=None)


def _cam_point(
    image: HipImage,
    rays: SliceRays,
    rim: MarrowRim,
    near: Sequence[SlicePrediction],
    side: Side,
) -> NDArray[np.float64] | None:
    """Where the contour leaves the rim, LPS mm; None when nothing like it is expected."""
    up, lateral = _axes(rays, side)
    arms = np.stack([_position(image, own, (side, _CAM)) - rim.centre for own in near])
    turns = np.degrees(np.arctan2(arms @ lateral, arms @ up))
    trust = np.array([own.points[(side, _CAM)].presence for own in near])
    if trust.sum() <= 0:
        return None
    expected = float(turns @ trust / trust.sum())
    if not _TURN_LIMITS_DEG[0] < expected < _TURN_LIMITS_DEG[1]:
        return None
    turn = np.radians(junction_corner_deg(rays, rim, up, lateral, expected))
    arm = np.cos(turn) * up + np.sin(turn) * lateral
    return np.asarray(rim.centre + _OUTSIDE * rim.radius * arm)


def _axes(rays: SliceRays, side: Side) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors in the slice, LPS: up, and to the side of this hip."""
    normal = np.cross(*rays.axes.T)
    up = np.array([0.0, 0.0, 1.0]) - normal[2] * normal
    up = up / np.linalg.norm(up)
    left = np.cross(up, normal)
    left = left if left[0] > 0 else -left
    return up, left if side is Side.LEFT else -left


def _position(image: HipImage, own: SlicePrediction, id_: HipLandmarkId) -> NDArray[np.float64]:
    i, j = own.plane.backward(own.points[id_].xy)
    return image.to_lps([i, j, own.index])


def _moved(
    point: DecodedPoint, image: HipImage, own: SlicePrediction, place: NDArray[np.float64]
) -> DecodedPoint:
    i, j, _ = image.to_ijk(place)
    x, y = own.plane.forward([i, j])
    return replace(point, xy=(float(x), float(y)))
