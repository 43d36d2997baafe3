"""From network inputs to decoded points: views and members of an ensemble averaged, every heatmap
read, evidence gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..anatomy import HipLandmarkId
from ..networks import LandmarkNetwork, NetworkEnsemble
from .card import BundleCard, ImageFrame
from .decoding import DecodedPoint
from .device import ComputeDevice
from .evidence import SliceEvidence, slice_evidence
from .merging import ViewAverage, view_covariances
from .reading import LandmarkMaps
from .runner import NetworkRunner
from .sides import decode_slice
from .views import VIEWS, View

DecodedPoints = dict[HipLandmarkId, DecodedPoint]

_FILM_WIDTH_MM = 450.0
"""A film is no larger, so that two heads are never told apart that lie farther than they can."""


@dataclass(frozen=True, eq=False)
class MapReading:
    """What was read from one input.

    Attributes:
        points: in input pixels.
        evidence: None for models without part affinity fields and presence head, and where it
            was not asked for.
        maps: of this one input, averaged over the views and the members of an ensemble.
    """

    points: DecodedPoints
    evidence: SliceEvidence | None
    maps: LandmarkMaps


@dataclass(frozen=True, eq=False)
class _Answer:
    """What one network says of one view of some inputs, and the points in it if they were read."""

    maps: LandmarkMaps
    seen: Tensor | None
    points: list[DecodedPoints] | None = None


class MapReader:
    """A network, or an ensemble of them, with its card: inputs in, points in input pixels out."""

    def __init__(self, network: LandmarkNetwork, card: BundleCard, device: ComputeDevice) -> None:
        """Move ``network`` to ``device``; ``card`` says how its numbers are read."""
        self.card = card
        members = network.members if isinstance(network, NetworkEnsemble) else (network,)
        self.runners = [NetworkRunner(member, card, device) for member in members]

    def limit_batch(self, images: int) -> None:
        """Send at most so many images through a network at once."""
        for runner in self.runners:
            runner.batch = min(images, runner.batch)

    @property
    def runner(self) -> NetworkRunner:
        """The network on its processor; the first of an ensemble."""
        return self.runners[0]

    def maps(self, inputs: Tensor, views: Sequence[View] = VIEWS["none"]) -> LandmarkMaps:
        """(B, 1, H, W) network inputs to everything the network says, averaged over ``views``."""
        average = ViewAverage()
        for maps, seen in self._answers(inputs, views):
            average.add(maps, seen)
        return average.result()

    def read(
        self, inputs: Tensor, views: Sequence[View], evidence: bool = True
    ) -> list[MapReading]:
        """Points of each input and, unless nobody asks for it, evidence.

        With several views, or the several members of an ensemble, also how far these differ.
        """
        answers = self._answers(inputs, views, evidence)
        several = len(views) * len(self.runners) > 1
        return self._combined(
            (
                _Answer(maps, seen, self._decoded(maps) if several else None)
                for maps, seen in answers
            ),
            evidence,
        )

    def read_where(
        self, inputs: Tensor, views: Sequence[View], worth: Callable[[DecodedPoints], bool]
    ) -> list[tuple[DecodedPoints, MapReading | None]]:
        """Look at each input in the first view; read those that are worth it in all views.

        Returns:
            Of each input the points of the look, and the same reading as that of :meth:`read`,
            None where it was not worth it.
        """
        looks = list(self._answers(inputs, views[:1]))
        alone = [self._decoded(maps) for maps, _seen in looks]
        looked = alone[0]
        if len(looks) > 1:
            looked = [
                own.points for own in self._combined((_Answer(*look) for look in looks), False)
            ]
        chosen = [number for number, points in enumerate(looked) if worth(points)]
        if not chosen:
            return [(points, None) for points in looked]
        answers = [
            _Answer(maps.chosen(chosen), seen, [points[number] for number in chosen])
            for (maps, seen), points in zip(looks, alone, strict=True)
        ]
        for maps, seen in self._answers(inputs[chosen], views[1:]):
            answers.append(_Answer(maps, seen, self._decoded(maps)))
        read = dict(zip(chosen, self._combined(answers, True), strict=True))
        return [(points, read.get(number)) for number, points in enumerate(looked)]

    def _combined(self, answers: Iterable[_Answer], evidence: bool) -> list[MapReading]:
        """The average of answers on the same inputs, and how far they differ."""
        average, single = ViewAverage(), []
        for answer in answers:
            average.add(answer.maps, answer.seen)
            if answer.points is not None:
                single.append(answer.points)
        maps = average.result()
        merged = single[0] if average.count == len(single) == 1 else self._decoded(maps)
        if len(single) > 1:
            spreads = [view_covariances(points) for points in zip(*single, strict=True)]
            merged = [
                {id_: replace(point, view_covariance=spread[id_]) for id_, point in points.items()}
                for points, spread in zip(merged, spreads, strict=True)
            ]
        signs = slice_evidence(maps, merged, self.card) if evidence else [None] * len(merged)
        return [
            MapReading(points, own, maps.part(number, 1))
            for number, (points, own) in enumerate(zip(merged, signs, strict=True))
        ]

    def _answers(
        self, inputs: Tensor, views: Sequence[View], fields: bool = True
    ) -> Iterator[tuple[LandmarkMaps, Tensor | None]]:
        """What every member says of every view, see :meth:`NetworkRunner.views`."""
        for runner in self.runners:
            yield from runner.views(inputs, views, fields)

    def _decoded(self, maps: LandmarkMaps) -> list[DecodedPoints]:
        places, nowhere = maps.places.cpu().numpy(), maps.nowhere.cpu().numpy()
        return [self._points(own, gone) for own, gone in zip(places, nowhere, strict=True)]

    def _points(self, places: NDArray[np.float32], nowhere: NDArray[np.float32]) -> DecodedPoints:
        card = self.card
        if card.frame is ImageFrame.HIP:
            return {
                id_: card.decoder.decode(place, float(gone))
                for id_, place, gone in zip(card.channels.ids, places, nowhere, strict=True)
            }
        film = card.frame is ImageFrame.FILM
        pixel_mm = _FILM_WIDTH_MM / places.shape[-1] if film else card.preprocessing.spacing_mm
        return decode_slice(places, nowhere, card.channels, card.decoder, pixel_mm)
