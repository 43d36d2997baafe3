"""From labelled slices to batches of network input and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarkId
from ..detection import Channels, Preprocessing
from ..errors import ImageError
from ..imaging import PlaneTransform
from .augmentation import Augmentation
from .labels import LabelledSlice, PointLabel
from .resampling import resampled
from .targets import inside


@dataclass(frozen=True)
class Batch:
    """Arrays of one training step.

    Attributes:
        images: (B, 1, H, W).
        absent: (B, L), 1 where known to be absent.
        weight: (B, L), 0 where not annotated.
        points: (B, L, 2) (column, row) of the landmarks in the crop, 0 where absent or unknown.
    """

    images: NDArray[np.float32]
    absent: NDArray[np.float32]
    weight: NDArray[np.float32]
    points: NDArray[np.float32]


@dataclass(frozen=True)
class PreparedSlice:
    """A slice with everything that does not change from step to step; ``name`` is for people."""

    pixels: NDArray[np.float32]
    plane: PlaneTransform
    labels: Mapping[HipLandmarkId, PointLabel]
    centre: tuple[float, float]
    name: str


def prepare(labelled: LabelledSlice, preprocessing: Preprocessing) -> PreparedSlice:
    """Normalise once; the crop is centred between the points that the slice shows."""
    plane = preprocessing.plane_transform(labelled.image)
    pixels = preprocessing.normalise(labelled.image.slice_pixels(labelled.index))
    shown = [plane.forward(label.ij) for label in labelled.labels.values() if label.ij is not None]
    middle_y = float(np.mean([point[1] for point in shown])) if shown else plane.shape[0] * 0.6
    rows = labelled.image.pixels.shape[1]
    columns = labelled.image.pixels.shape[2]
    middle_x = float(plane.forward([(columns - 1) / 2, (rows - 1) / 2])[0])
    name = f"{labelled.case}, slice {labelled.index}"
    return PreparedSlice(pixels, plane, labelled.labels, (middle_x, middle_y), name)


@dataclass(frozen=True)
class Sampler:
    """Draws augmented crops; several threads may use one at the same time.

    Attributes:
        channels: order of the heatmaps.
        crop: (height, width) in network pixels.
        augmentation: random changes.
    """

    channels: Channels
    crop: tuple[int, int]
    augmentation: Augmentation

    def batch(self, slices: Sequence[PreparedSlice], rng: np.random.Generator) -> Batch:
        """One augmented crop of each of ``slices``.

        Raises:
            ImageError: when a crop cannot be drawn; it names the slice.
        """
        drawn = [self._named(prepared, rng) for prepared in slices]
        images, *known = (np.stack(parts) for parts in zip(*drawn, strict=True))
        return Batch(images[:, None], *known)

    def _named(
        self, prepared: PreparedSlice, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], ...]:
        try:
            return self._draw(prepared, rng)
        except Exception as error:  # whatever it is: of thousands of slices, say which
            raise ImageError(
                f"No training sample can be drawn from {prepared.name}: {error}"
            ) from error

    def _draw(
        self, prepared: PreparedSlice, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], ...]:
        centre = prepared.centre
        if rng.random() < self.augmentation.elsewhere:
            centre = (centre[0], rng.uniform(0, prepared.plane.shape[0]))
        plane, mirrored = self.augmentation.geometry(prepared.plane, centre, self.crop, rng)
        pixels = self.augmentation.intensity(resampled(prepared.pixels, plane, fill=-1.0), rng)
        absent = np.zeros(len(self.channels), dtype=np.float32)
        weight = np.zeros(len(self.channels), dtype=np.float32)
        points = np.zeros((len(self.channels), 2), dtype=np.float32)
        for channel, (side, key) in enumerate(self.channels.ids):
            label = prepared.labels.get((side.opposite if mirrored else side, key))
            if label is None:
                continue
            weight[channel] = label.weight
            xy = None if label.ij is None else plane.forward(label.ij)
            if xy is not None and inside((xy[0], xy[1]), self.crop):
                points[channel] = xy
            else:
                absent[channel] = 1.0
        return pixels, absent, weight, points
