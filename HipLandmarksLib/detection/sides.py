"""Every point on its own side of the patient.

A right and a left femoral shaft look alike, so a network may answer with the wrong one of the two
with full conviction. The femoral heads are not mistaken that easily, and all points of a hip lie
nearer to their own head than to the other: what a heatmap holds on the far side is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, Side
from .channels import MARKER_KEY, Channels
from .decoding import DecodedPoint, Decoder

HEAD = "FHC"
_LEAST_HEAD_DISTANCE_MM = 60.0
"""Two femoral heads are never nearer; adult distances are 140 to 220 mm."""

_LEAST_SHARE = 0.2
_LEAST_PRESENCE = 0.5


def decode_slice(
    places: NDArray[np.float32],
    nowhere: NDArray[np.float32],
    channels: Channels,
    decoder: Decoder,
    pixel_mm: float,
) -> dict[HipLandmarkId, DecodedPoint]:
    """Decode all heatmaps of one slice.

    Args:
        places: (L, H, W) probabilities.
        nowhere: (L,) probabilities that a landmark is not in the slice.
        channels: which heatmap is which landmark.
        decoder: reads one heatmap.
        pixel_mm: pixel size of the heatmaps.

    Returns:
        One point per landmark; when both sides' heads are found at one place, the less certain
        side has presence 0.
    """
    maps = dict(zip(channels.ids, zip(places, nowhere, strict=True), strict=True))
    heads = {
        side: decoder.decode(maps[(side, HEAD)][0], float(maps[(side, HEAD)][1]))
        for side in Side
        if (side, HEAD) in maps
    }
    seen = heads
    heads = _told_apart(seen, maps, decoder, _LEAST_HEAD_DISTANCE_MM / pixel_mm)
    withdrawn = {side for side in heads if heads[side].presence == 0 < seen[side].presence}
    fields = own_fields(heads, places.shape[1:])
    points: dict[HipLandmarkId, DecodedPoint] = {}
    for (side, key), (heatmap, absent) in maps.items():
        if key == HEAD:
            points[(side, key)] = heads[side]
        else:
            field = None if key == MARKER_KEY else fields.get(side)
            own = heatmap if field is None else heatmap * field
            points[(side, key)] = decoder.decode(own, float(absent))
    return {
        # a side whose head was withdrawn has no points at all; one whose head is merely not
        # seen (replaced, beyond the film) keeps the others
        id_: replace(point, presence=0.0) if _is_withdrawn(id_, withdrawn) else point
        for id_, point in points.items()
    }


def _is_withdrawn(id_: HipLandmarkId, withdrawn: Collection[Side]) -> bool:
    """Letters are no part of a hip: they may lie anywhere, also where they do not belong."""
    return id_[0] in withdrawn and id_[1] != MARKER_KEY


def own_fields(
    heads: Mapping[Side, DecodedPoint], shape: tuple[int, ...]
) -> dict[Side, NDArray[np.bool_]]:
    """Per side, the (H, W) pixels nearer to its own head; empty unless both heads are seen."""
    if len(heads) < 2 or any(head.presence < _LEAST_PRESENCE for head in heads.values()):
        return {}
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    distance = {
        side: (columns - head.xy[0]) ** 2 + (rows - head.xy[1]) ** 2 for side, head in heads.items()
    }
    return {side: distance[side] <= distance[side.opposite] for side in heads}


def _told_apart(
    heads: dict[Side, DecodedPoint],
    maps: Mapping[HipLandmarkId, tuple[NDArray[np.float32], np.float32]],
    decoder: Decoder,
    least_px: float,
) -> dict[Side, DecodedPoint]:
    """Give the less certain head its second choice when both were found at one place."""
    if len(heads) < 2 or not _too_near(heads, least_px):
        return heads
    weaker = min(heads, key=lambda side: heads[side].presence * heads[side].mass)
    heatmap, absent = maps[(weaker, HEAD)]
    x, y = heads[weaker.opposite].xy
    rows, columns = np.mgrid[: heatmap.shape[0], : heatmap.shape[1]]
    elsewhere = heatmap * ((columns - x) ** 2 + (rows - y) ** 2 > least_px**2)
    share = float(elsewhere.sum()) / max(float(heatmap.sum()), 1e-12)
    second = decoder.decode(elsewhere, float(absent))
    presence = second.presence if share >= _LEAST_SHARE else 0.0
    return {**heads, weaker: replace(second, presence=presence)}


def _too_near(heads: Mapping[Side, DecodedPoint], least_px: float) -> bool:
    seen = all(head.presence >= _LEAST_PRESENCE for head in heads.values())
    (ax, ay), (bx, by) = (head.xy for head in heads.values())
    return seen and float(np.hypot(ax - bx, ay - by)) < least_px
