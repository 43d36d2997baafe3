"""``VolumeModel``: a model that reads slices, at work on a volume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..anatomy import HipLandmarks, Landmark, LandmarkStack, Side, StackSlice
from ..imaging import HipImage, PlaneTransform, slice_depths_mm, unreadable_slices
from .calibrated import volume_scale
from .evidence import limbs_by_side
from .head_depth import rim_depths
from .keeping import slice_maps
from .map_reader import DecodedPoints, MapReader
from .placing import slice_landmarks
from .result import Detection, SlicePrediction
from .slice_choice import SliceChoice
from .slices import choose_slices
from .views import named_views
from .volume_refinement import refined

Tell = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

_ANYTHING = 0.05
"""A slice on which no landmark is more present than this shows no hip: one view of it is enough."""


class VolumeModel:
    """Reads slices of volumes, or single coronal images."""

    def __init__(self, reader: MapReader) -> None:
        """``reader`` holds network and card."""
        self._reader = reader
        self._card = reader.card

    @property
    def source(self) -> str:
        """The model and its version, in words."""
        return f"{self._card.id} {self._card.version}"

    def detect(
        self, image: HipImage, index: int | None, tell: Tell, views: str, keep_maps: bool = False
    ) -> Detection:
        """Both hips, each on its best slice, or both on slice ``index``; not calibrated.

        Raises:
            ImageError: when the slice does not exist, or no slice shows a femoral head.
        """
        choices: Mapping[Side, SliceChoice] = {}
        survey: Sequence[SlicePrediction] | None = None
        if index is None:
            survey = self._survey(image, tell)
            choices = self._choices(image, survey)
            slices = {side: choice.index for side, choice in choices.items()}
        else:
            image.slice_pixels(index)
            slices = {Side.RIGHT: index, Side.LEFT: index}
        tell("reading", 0, 1)
        wanted = sorted(set(slices.values()))
        found = self.predict(image, wanted, None, views, keep_maps)
        read = {own.index: own for own in self._refined(image, found, survey)}
        by_side = {side: read[own] for side, own in slices.items()}
        return self._detection(image, by_side, views, choices)

    def detect_stack(
        self, image: HipImage, tell: Tell, views: str, keep_maps: bool = False
    ) -> tuple[LandmarkStack, Detection]:
        """Both hips on every slice, and the detection on their best ones; not calibrated.

        Every slice is looked at once, to choose; those that show anything of a hip are at once read
        in all views. Of a slice nothing is kept but its points, so that memory does not grow with
        the number of slices.

        Raises:
            ImageError: when no slice shows a femoral head.
        """
        survey, found = self._look_and_read(image, tell, views)
        choices = self._choices(image, survey)
        chosen = {side: choice.index for side, choice in choices.items()}
        left = sorted(set(chosen.values()) - {own.index for own in found})
        found += self.predict(image, left, None, views)
        tell("reading", 0, 1)
        read = {own.index: own for own in self._refined(image, found, survey)}
        points = {own.index: read.get(own.index, own) for own in survey}
        if keep_maps:
            again = self.predict(image, sorted(set(chosen.values())), None, views, True)
            read |= {own.index: own for own in self._refined(image, again, survey)}
        by_side = {side: read[index] for side, index in chosen.items()}
        stack = self._stack(image, points, chosen)
        detection = self._detection(image, by_side, views, choices)
        tell("reading", 1, 1)
        return stack, detection

    def read(
        self, image: HipImage, indices: Sequence[int], tell: Tell | None, views: str
    ) -> list[SlicePrediction]:
        """Every landmark in each of the slices, on the edges of the image if the card says so."""
        return self._refined(image, self.predict(image, indices, tell, views), None)

    def predict(
        self,
        image: HipImage,
        indices: Sequence[int],
        tell: Tell | None,
        views: str,
        keep_maps: bool = False,
        evidence: bool = True,
    ) -> list[SlicePrediction]:
        """What the network says of every landmark in each of the slices ``indices``."""
        plane = self._card.preprocessing.plane_transform(image)
        chosen = named_views(views)
        predictions: list[SlicePrediction] = []
        for batch, inputs in self._batches(image, indices, plane):
            found = self._reader.read(inputs, chosen, evidence)
            predictions += [
                SlicePrediction(
                    index, own.points, plane, own.evidence, own.maps if keep_maps else None
                )
                for index, own in zip(batch, found, strict=True)
            ]
            if tell is not None:
                tell("slices", len(predictions), len(indices))
        return predictions

    def _look_and_read(
        self, image: HipImage, tell: Tell, views: str
    ) -> tuple[list[SlicePrediction], list[SlicePrediction]]:
        """Every slice that can be read, seen once; and those that show a hip, in all views."""
        plane = self._card.preprocessing.plane_transform(image)
        chosen, indices = named_views(views), self._readable(image)
        survey: list[SlicePrediction] = []
        found: list[SlicePrediction] = []
        for batch, inputs in self._batches(image, indices, plane):
            seen = self._reader.read_where(inputs, chosen, _shows_a_hip)
            for index, (points, own) in zip(batch, seen, strict=True):
                survey.append(SlicePrediction(index, points, plane, None, None))
                if own is not None:
                    found.append(SlicePrediction(index, own.points, plane, own.evidence, None))
            tell("slices", len(survey), len(indices))
        return survey, found

    def _batches(
        self, image: HipImage, indices: Sequence[int], plane: PlaneTransform
    ) -> Iterator[tuple[list[int], Tensor]]:
        """Slices and their (B, 1, H, W) inputs; the next are made while the network works."""

        def made(batch: list[int]) -> Tensor:
            inputs = np.stack([self._input(image, index, plane) for index in batch])
            return torch.from_numpy(inputs)[:, None]

        size = self._reader.runner.batch
        batches = [list(indices[first : first + size]) for first in range(0, len(indices), size)]
        with ThreadPoolExecutor(1) as beside:
            following = beside.submit(made, batches[0]) if batches else None
            for number, batch in enumerate(batches):
                assert following is not None
                inputs = following.result()
                if number + 1 < len(batches):
                    following = beside.submit(made, batches[number + 1])
                yield batch, inputs

    def _refined(
        self,
        image: HipImage,
        found: Sequence[SlicePrediction],
        survey: Sequence[SlicePrediction] | None,
    ) -> list[SlicePrediction]:
        """Points on the edges of the image; neighbours that nobody looked at are looked at."""
        if survey is None and self._card.marrow_rim:
            near = {own.index + step for own in found for step in (-1, 1)}
            wanted = sorted(near & set(range(image.n_slices)) - set(unreadable_slices(image)))
            survey = self.predict(image, wanted, None, "none", evidence=False)
        return refined(image, found, survey or (), self._card)

    def _survey(self, image: HipImage, tell: Tell) -> list[SlicePrediction]:
        """Every slice that can be read, seen once."""
        return self.predict(image, self._readable(image), tell, "none", evidence=False)

    @staticmethod
    def _readable(image: HipImage) -> list[int]:
        nothing = unreadable_slices(image)
        return [index for index in range(image.n_slices) if index not in nothing]

    def _choices(
        self, image: HipImage, survey: Sequence[SlicePrediction]
    ) -> dict[Side, SliceChoice]:
        heads = rim_depths(survey, image) if self._card.marrow_rim else None
        return choose_slices(survey, image, self._card.slice_offset_mm, heads)

    def _stack(
        self, image: HipImage, read: Mapping[int, SlicePrediction], chosen: Mapping[Side, int]
    ) -> LandmarkStack:
        nothing = unreadable_slices(image)
        slices = []
        for index, depth in enumerate(slice_depths_mm(image)):
            points: Iterable[Landmark] = ()
            if index not in nothing:
                both = dict.fromkeys(Side, read[index])
                points, _ = slice_landmarks(image, self._card, both)
            landmarks = HipLandmarks.of(points, case_id=image.name)
            slices.append(StackSlice(index, float(depth), landmarks, nothing.get(index, "")))
        return LandmarkStack.of(slices, chosen, image.name)

    def _detection(
        self,
        image: HipImage,
        by_side: Mapping[Side, SlicePrediction],
        views: str,
        choices: Mapping[Side, SliceChoice],
    ) -> Detection:
        landmarks, peaks = slice_landmarks(image, self._card, by_side)
        return Detection(
            HipLandmarks.of(landmarks, case_id=image.name),
            {side: own.index for side, own in by_side.items()},
            peaks,
            self.source,
            self._reader.runner.device.description,
            0.0,
            limbs_by_side({side: own.evidence for side, own in by_side.items()}),
            views,
            maps=slice_maps(by_side, self._card, image),
            scale=volume_scale(image),
            choices=choices,
        )

    def _input(self, image: HipImage, index: int, plane: PlaneTransform) -> NDArray[np.float32]:
        pixels = self._card.preprocessing.normalise(image.slice_pixels(index))
        return plane.warp(pixels, fill=-1.0)


def _shows_a_hip(points: DecodedPoints) -> bool:
    return max(point.presence for point in points.values()) >= _ANYTHING
