"""``Detector``: the one path from an image to landmarks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..anatomy import (
    HipLandmarkId,
    HipLandmarks,
    Landmark,
    LandmarkState,
    Side,
    Source,
    SourceKind,
)
from ..errors import ImageError
from ..imaging import (
    HipImage,
    Modality,
    PlaneTransform,
    SpacingProvenance,
    require_coronal,
)
from ..networks import LandmarkNetwork
from .bundle import BundleCard, load_bundle
from .decoding import DecodedPoint
from .device import ComputeDevice, choose_device
from .reading import place_probabilities
from .sides import decode_slice
from .slices import choose_slices

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

_BATCH = 4
_KIND = {Modality.MR: "MR image", Modality.CT: "CT image", Modality.XRAY: "radiograph"}
_PATIENT_TRIPLE = tuple[float, float, float]


@dataclass(frozen=True)
class SlicePrediction:
    """All landmarks of the model in one slice; points in input pixels (see ``plane``)."""

    index: int
    points: Mapping[HipLandmarkId, DecodedPoint]
    plane: PlaneTransform


@dataclass(frozen=True)
class Detection:
    """The result for one image.

    Attributes:
        landmarks: LPS mm; state visible or absent, in-plane covariance, confidence = presence.
        slices: the slice on which each hip was read.
        peaks: height of each heatmap relative to a perfect answer, in [0, 1].
        model: id and version of the bundle.
        device: where it ran.
        seconds: wall time of the detection.
    """

    landmarks: HipLandmarks
    slices: Mapping[Side, int]
    peaks: Mapping[HipLandmarkId, float]
    model: str
    device: str
    seconds: float


class Detector:
    """A model ready to run on images."""

    def __init__(
        self,
        network: LandmarkNetwork,
        card: BundleCard,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        """Move ``network`` to the chosen device in the fast memory layout.

        Raises:
            ConfigurationError: when the device does not exist here.
        """
        self.card = card
        self.device: ComputeDevice = choose_device(device, precision)
        self._network = network.eval().to(self.device.name).to(memory_format=torch.channels_last)

    @classmethod
    def from_bundle(
        cls, folder: Path | str, device: str = "auto", precision: str = "auto"
    ) -> Detector:
        """Load a bundle.

        Raises:
            ModelError: when the bundle is missing, altered or incomplete.
            ConfigurationError: when the device does not exist here.
        """
        card, network = load_bundle(folder)
        return cls(network, card, device, precision)

    def detect(
        self, image: HipImage, slice_index: int | None = None, progress: Progress | None = None
    ) -> Detection:
        """Find the landmarks of both hips.

        Args:
            image: coronal MRI (any number of slices) or a single coronal image.
            slice_index: read both hips on this slice; None chooses the best slice per hip.
            progress: told about every slice.

        Raises:
            ImageError: when the slice does not exist, the image is not coronal, or it is of
                another kind than the model was trained on.
        """
        self._require_usable(image)
        start = time.perf_counter()
        if slice_index is not None:
            image.slice_pixels(slice_index)
            slices = {Side.RIGHT: slice_index, Side.LEFT: slice_index}
        else:
            survey = self.predict(image, range(image.n_slices), progress, mirror=False)
            slices = choose_slices(survey, image, self.card.slice_offset_mm)
        final = {
            prediction.index: prediction
            for prediction in self.predict(image, sorted(set(slices.values())))
        }
        landmarks, peaks = self._assemble(image, {s: final[k] for s, k in slices.items()})
        seconds = time.perf_counter() - start
        model = f"{self.card.id} {self.card.version}"
        return Detection(landmarks, slices, peaks, model, self.device.description, seconds)

    def _require_usable(self, image: HipImage) -> None:
        """A picture file does not tell its modality; any other image does, and is held to it."""
        require_coronal(image)
        told = image.calibration.provenance is not SpacingProvenance.NONE
        known = told and image.modality is not Modality.UNKNOWN
        if known and image.modality.value != self.card.modality:
            raise ImageError(
                f"{image.name} is a {_KIND[image.modality]}, and the model {self.card.id} reads "
                f"{_KIND[Modality(self.card.modality)]}s: choose a model that was made for it."
            )

    def predict(
        self,
        image: HipImage,
        indices: Sequence[int],
        progress: Progress | None = None,
        mirror: bool | None = None,
    ) -> list[SlicePrediction]:
        """Decode every landmark in each of the slices ``indices``."""
        plane = self.card.preprocessing.plane_transform(image)
        mirror = self.card.mirror if mirror is None else mirror
        predictions: list[SlicePrediction] = []
        for first in range(0, len(indices), _BATCH):
            batch = list(indices[first : first + _BATCH])
            inputs = np.stack([self._input(image, index, plane) for index in batch])
            places, nowhere = self.probabilities(torch.from_numpy(inputs)[:, None], mirror)
            for index, maps, absent in zip(batch, places, nowhere, strict=True):
                points = decode_slice(
                    maps,
                    absent,
                    self.card.channels,
                    self.card.decoder,
                    self.card.preprocessing.spacing_mm,
                )
                predictions.append(SlicePrediction(index, points, plane))
            if progress is not None:
                progress("slices", first + len(batch), len(indices))
        return predictions

    def probabilities(
        self, inputs: Tensor, mirror: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(B, 1, H, W) network inputs to (B, L, H, W) and (B, L) probabilities, float32."""
        batch = inputs.to(self.device.name, memory_format=torch.channels_last)
        places, nowhere = self._probabilities(batch)
        if mirror:
            swap = self.card.channels.mirrored
            flipped, gone = self._probabilities(torch.flip(batch, dims=[3]))
            places = (places + torch.flip(flipped, dims=[3])[:, swap]) / 2
            nowhere = (nowhere + gone[:, swap]) / 2
        return places.cpu().numpy(), nowhere.cpu().numpy()

    def _probabilities(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        with self.device.inference():
            output = self._network(batch)
        return place_probabilities(output, self.card.decoder.reading)

    def _input(self, image: HipImage, index: int, plane: PlaneTransform) -> NDArray[np.float32]:
        pixels = self.card.preprocessing.normalise(image.slice_pixels(index))
        return plane.warp(pixels, fill=-1.0)

    def _assemble(
        self, image: HipImage, by_side: Mapping[Side, SlicePrediction]
    ) -> tuple[HipLandmarks, dict[HipLandmarkId, float]]:
        landmarks, peaks = [], {}
        for side, key in self.card.channels.ids:
            prediction = by_side[side]
            decoded = prediction.points[(side, key)]
            landmarks.append(self._landmark(image, prediction, side, key, decoded))
            peaks[(side, key)] = decoded.peak
        return HipLandmarks.of(landmarks, case_id=image.name), peaks

    def _landmark(
        self,
        image: HipImage,
        prediction: SlicePrediction,
        side: Side,
        key: str,
        decoded: DecodedPoint,
    ) -> Landmark:
        source = Source(SourceKind.MODEL, self.card.id, self.card.version)
        if decoded.presence < self.card.presence_threshold:
            note = f"not seen by the model (presence {decoded.presence:.2f})"
            return Landmark(
                side, key, None, LandmarkState.ABSENT, source, None, decoded.presence, note
            )
        i, j = prediction.plane.backward(decoded.xy)
        position = image.to_lps([i, j, prediction.index])
        to_patient = image.ijk_to_lps[:3, :2] @ np.linalg.inv(prediction.plane.matrix[:2, :2])
        covariance = to_patient @ decoded.covariance @ to_patient.T
        return Landmark(
            side,
            key,
            _triple(position),
            LandmarkState.VISIBLE,
            source,
            tuple(_triple(row) for row in covariance),
            decoded.presence,
        )


def _triple(values: NDArray[np.float64]) -> _PATIENT_TRIPLE:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
