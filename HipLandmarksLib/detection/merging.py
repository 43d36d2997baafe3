"""What the network says of several views of an image, averaged; their spread kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..anatomy import HipLandmarkId
from .decoding import DecodedPoint
from .reading import LandmarkMaps


class ViewAverage:
    """A running average of maps over views, so that one view at a time is held in memory.

    A place is averaged over the views that see it, so that a landmark near the border, which some
    views push out of sight, keeps its mass. "Nowhere" and presence are averaged with weights: a
    view counts as far as it sees the places that the average names, because a view without that
    corner says "nowhere" with good reason. At last each landmark's places are scaled so that
    places and "nowhere" sum to 1.
    """

    def __init__(self) -> None:
        """An average of nothing yet."""
        self._places: Tensor | None = None
        self._fields: Tensor | None = None
        self._nowhere: list[Tensor] = []
        self._presence: list[Tensor] = []
        self._seen: list[Tensor | None] = []

    @property
    def count(self) -> int:
        """How many views were added."""
        return len(self._seen)

    def add(self, maps: LandmarkMaps, seen: Tensor | None = None) -> None:
        """Add one view.

        Args:
            maps: of the image, i.e. with the view undone.
            seen: (H, W) share of each pixel that lies within the view; None for all of it.
        """
        self._places = _sum(self._places, maps.places)
        if maps.fields is not None:
            self._fields = _sum(self._fields, maps.fields)
        if maps.presence is not None:
            self._presence.append(maps.presence)
        self._nowhere.append(maps.nowhere)
        self._seen.append(seen)

    def result(self) -> LandmarkMaps:
        """The average of what was added, at least one view."""
        assert self._places is not None
        if all(seen is None for seen in self._seen):
            return self._plain()
        whole = torch.ones_like(self._places[0, 0])
        masks = torch.stack([whole if seen is None else seen for seen in self._seen])
        count = masks.sum(dim=0).clamp(min=1e-6)
        places = self._places / count
        mass = places.sum(dim=(2, 3))
        weights = torch.einsum("blhw,vhw->vbl", places, masks)
        nowhere = torch.where(mass > 0, _weighted(self._nowhere, weights), 1.0)
        share = (1 - nowhere) / mass.clamp(min=1e-12)
        return LandmarkMaps(
            places * share[..., None, None],
            nowhere,
            None if self._fields is None else self._fields / count,
            _weighted(self._presence, weights) if self._presence else None,
        )

    def _plain(self) -> LandmarkMaps:
        """Every view sees the whole image."""
        assert self._places is not None
        number, presence = len(self._nowhere), self._presence
        if number == 1:
            own = presence[0] if presence else None
            return LandmarkMaps(self._places, self._nowhere[0], self._fields, own)
        return LandmarkMaps(
            self._places / number,
            torch.stack(self._nowhere).sum(dim=0) / number,
            None if self._fields is None else self._fields / number,
            torch.stack(presence).sum(dim=0) / number if presence else None,
        )


def _sum(total: Tensor | None, values: Tensor) -> Tensor:
    return values if total is None else total + values


def _weighted(values: Sequence[Tensor], weights: Tensor) -> Tensor:
    """Mean over the first axis; plain where nothing has weight."""
    safe = torch.where(weights.sum(dim=0) > 0, weights, 1.0)
    return (torch.stack(list(values)) * safe).sum(dim=0) / safe.sum(dim=0)


def view_covariances(
    views: Sequence[Mapping[HipLandmarkId, DecodedPoint]],
) -> dict[HipLandmarkId, NDArray[np.float64]]:
    """2x2 covariance of each landmark's decoded points over the views, px^2 of the image.

    Every view counts by the presence that it gives the landmark, so that views without it do not
    spread the points. Zero where fewer than two views show the landmark.
    """
    found = {}
    for id_ in views[0] if views else ():
        points = np.array([view[id_].xy for view in views])
        weights = np.array([view[id_].presence for view in views])
        found[id_] = _spread(points, weights)
    return found


def _spread(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    if weights.sum() <= 0:
        return np.zeros((2, 2))
    weights = weights / weights.sum()
    offsets = points - weights @ points
    return np.asarray((offsets * weights[:, None]).T @ offsets)
