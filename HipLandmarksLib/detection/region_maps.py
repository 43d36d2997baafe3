"""``RegionMaps``: what a network said of one region of an image, kept for maps of doubt.

Numbers only, no tensors: whoever draws or follows the doubt needs no network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId, Side
from ..errors import ConfigurationError
from ..imaging import PlaneTransform
from .channels import Channels
from .limbs import LimbChannels, LimbId
from .partners import PartnerBelief


@dataclass(frozen=True, eq=False)
class RegionMaps:
    """Heatmaps and fields of one region: a slice of a volume, or one hip of a film.

    Map pixels are (x, y) = (column, row) with centres at integers. Vectors of the fields are in
    map pixels too: where ``plane`` mirrors (left hips of a film), its inverse turns them back.

    Attributes:
        index: the slice.
        plane: from stored pixels (i, j) of the slice to map pixels.
        ids: the landmarks in the order of ``heatmaps``, sides as the patient's.
        heatmaps: (L, H, W) float16, probability of each place; a landmark's sum is at most 1, the
            rest is "nowhere".
        limbs: start and end of each limb in the order of ``fields``.
        fields: (M, 2, H, W) float16, x to the right and y down in the map, from start to end; None
            for models without fields.
        sides: of the patient; the landmarks of these were read here. A slice may show the other
            side too, whose landmarks were read on another slice.
        target_sigma: width in map pixels of the Gaussian that a perfect answer would be.
        variances: of each limb's projection on training pairs; empty when all weigh the same.
        partners: how much the landmarks at the other ends of the limbs are believed.
        image_shape: (rows, columns) of the slice in the image; None when it is not known.

    Raises:
        ConfigurationError: when the numbers of maps, landmarks and limbs do not belong together.
    """

    index: int
    plane: PlaneTransform
    ids: tuple[HipLandmarkId, ...]
    heatmaps: NDArray[np.float16]
    limbs: tuple[LimbId, ...] = ()
    fields: NDArray[np.float16] | None = None
    sides: tuple[Side, ...] = (Side.RIGHT, Side.LEFT)
    target_sigma: float = 2.0
    variances: tuple[float, ...] = ()
    partners: PartnerBelief = PartnerBelief.ALIKE
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        fields = () if self.fields is None else self.fields.shape
        if self.heatmaps.shape != (len(self.ids), *self.plane.shape):
            raise ConfigurationError(
                f"{len(self.ids)} landmarks on {self.plane.shape} pixels have other heatmaps than "
                f"{self.heatmaps.shape}."
            )
        if fields != ((len(self.limbs), 2, *self.plane.shape) if self.limbs else ()):
            raise ConfigurationError(
                f"{len(self.limbs)} limbs on {self.plane.shape} pixels have other fields than "
                f"{fields}."
            )
        if {end for limb in self.limbs for end in limb} - set(self.ids):
            raise ConfigurationError("A limb of these maps joins landmarks without heatmap.")
        if self.variances and len(self.variances) != len(self.limbs):
            raise ConfigurationError("Each limb of these maps needs one variance, or none has any.")

    def heatmap(self, id_: HipLandmarkId) -> NDArray[np.float16] | None:
        """(H, W) places of one landmark; None when it was not read here."""
        if id_ not in self.ids or id_[0] not in self.sides:
            return None
        return np.asarray(self.heatmaps[self.ids.index(id_)])

    def field(self, limb: LimbId) -> NDArray[np.float16] | None:
        """(2, H, W) field of one limb; None when its start was not read here."""
        if self.fields is None or limb not in self.limbs or limb[0][0] not in self.sides:
            return None
        return np.asarray(self.fields[self.limbs.index(limb)])

    @property
    def limb_channels(self) -> LimbChannels:
        """The limbs by their places in ``ids`` (those of one hip as of a right one)."""
        one_hip = len({side for side, _ in self.ids}) == 1
        channels = tuple((Side.RIGHT if one_hip else side, key) for side, key in self.ids)
        place = {id_: number for number, id_ in enumerate(self.ids)}
        pairs = tuple((place[start], place[end]) for start, end in self.limbs)
        return LimbChannels(Channels(channels, one_hip), pairs)

    def of_side(self, side: Side) -> RegionMaps:
        """The same maps, of a model of one hip, as those of the patient's ``side``."""
        return replace(
            self,
            ids=tuple((side, key) for _, key in self.ids),
            limbs=tuple(((side, start), (side, end)) for (_, start), (_, end) in self.limbs),
            sides=(side,),
        )
