"""From a network's tensors to the maps that are kept with a detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..anatomy import HipLandmarkId, Side
from ..imaging import HipImage, PlaneTransform
from .card import BundleCard
from .channels import MARKER_KEY, PROSTHESIS_KEY
from .decoding import DecodedPoint
from .film_reading import FilmHip
from .reading import LandmarkMaps
from .region_maps import RegionMaps
from .result import SlicePrediction
from .sides import HEAD, own_fields


def kept_maps(
    maps: LandmarkMaps,
    points: Mapping[HipLandmarkId, DecodedPoint],
    card: BundleCard,
    image: HipImage,
    plane: PlaneTransform,
    index: int = 0,
    sides: Sequence[Side] = (Side.RIGHT,),
) -> RegionMaps:
    """The maps of one input as they are read: without what lies on the other hip's side.

    Args:
        maps: of one input, averaged over its views.
        points: that were decoded from them.
        card: of the model.
        image: that was read.
        plane: from stored pixels to the input.
        index: of the slice.
        sides: whose landmarks were read here.
    """
    ids = card.channels.ids
    landmarks = [n for n, (_, key) in enumerate(ids) if key not in (PROSTHESIS_KEY, MARKER_KEY)]
    places = maps.places[0].cpu().numpy()
    heads = {side: points[(side, HEAD)] for side in Side if (side, HEAD) in points}
    own = own_fields(heads, places.shape[1:])
    heatmaps = [places[n] * own[ids[n][0]] if own else places[n] for n in landmarks]
    rows, columns = image.pixels.shape[1:]
    pairs = () if maps.fields is None else card.limbs.pairs
    return RegionMaps(
        index,
        plane,
        tuple(ids[n] for n in landmarks),
        np.stack(heatmaps).astype(np.float16),
        tuple((ids[start], ids[end]) for start, end in pairs),
        None if maps.fields is None else maps.fields[0].cpu().numpy().astype(np.float16),
        tuple(sides),
        card.decoder.target_sigma,
        card.limb_variances,
        card.limb_partners,
        (int(rows), int(columns)),
    )


def slice_maps(
    by_side: Mapping[Side, SlicePrediction], card: BundleCard, image: HipImage
) -> tuple[RegionMaps, ...]:
    """The maps of every slice on which a hip was read."""
    kept = []
    for index in sorted({prediction.index for prediction in by_side.values()}):
        sides = [side for side, prediction in by_side.items() if prediction.index == index]
        own = by_side[sides[0]]
        if own.maps is not None:
            kept.append(kept_maps(own.maps, own.points, card, image, own.plane, index, sides))
    return tuple(kept)


def film_maps(
    hips: Mapping[Side, FilmHip], card: BundleCard, image: HipImage
) -> tuple[RegionMaps, ...]:
    """The maps of every hip that was found, as those of the patient's side.

    Args:
        hips: by the patient's side.
        card: of the second pass.
        image: the film.
    """
    return tuple(
        kept_maps(hip.reading.maps, hip.reading.points, card, image, hip.plane).of_side(side)
        for side, hip in hips.items()
    )
