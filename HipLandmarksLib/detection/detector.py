"""``Detector``: the one path from an image to landmarks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from .evidence import LimbId, SliceEvidence, limbs_by_side, slice_evidence
from .limb_scores import LimbScore
from .merging import ViewAverage, view_covariances
from .reading import LandmarkMaps
from .runner import NETWORK_BATCH, NetworkRunner
from .sides import decode_slice
from .slices import choose_slices
from .views import VIEWS, View, named_views

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

_KIND = {Modality.MR: "MR image", Modality.CT: "CT image", Modality.XRAY: "radiograph"}
_PATIENT_TRIPLE = tuple[float, float, float]
_Points = dict[HipLandmarkId, DecodedPoint]


@dataclass(frozen=True)
class SlicePrediction:
    """All landmarks of the model in one slice; points in input pixels (see ``plane``).

    ``evidence`` is None for models without part affinity fields and presence head.
    """

    index: int
    points: Mapping[HipLandmarkId, DecodedPoint]
    plane: PlaneTransform
    evidence: SliceEvidence | None = None


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
        limbs: how far the fields bear out the line between two landmarks, on the slice of the
            first one's side; None for models without fields.
        views: name of the views that were averaged, e.g. ``mirror``.
    """

    landmarks: HipLandmarks
    slices: Mapping[Side, int]
    peaks: Mapping[HipLandmarkId, float]
    model: str
    device: str
    seconds: float
    limbs: Mapping[LimbId, LimbScore] | None = None
    views: str = "none"


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
        self._runner = NetworkRunner(network, card, choose_device(device, precision))

    @property
    def device(self) -> ComputeDevice:
        """Where the network runs."""
        return self._runner.device

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
        self,
        image: HipImage,
        slice_index: int | None = None,
        progress: Progress | None = None,
        views: str | None = None,
    ) -> Detection:
        """Find the landmarks of both hips.

        Args:
            image: coronal MRI (any number of slices) or a single coronal image.
            slice_index: read both hips on this slice; None chooses the best slice per hip.
            progress: told about every slice.
            views: name of the views that are averaged on the slices that are read (None: what
                the card says). The search for these slices shows each one once.

        Raises:
            ImageError: when the slice does not exist, the image is not coronal, or it is of
                another kind than the model was trained on.
            ConfigurationError: when there are no views of that name.
        """
        self._require_usable(image)
        views = self.card.views if views is None else views
        named_views(views)  # before the search, not after it
        start = time.perf_counter()
        if slice_index is not None:
            image.slice_pixels(slice_index)
            slices = {Side.RIGHT: slice_index, Side.LEFT: slice_index}
        else:
            survey = self.predict(image, range(image.n_slices), progress, views="none")
            slices = choose_slices(survey, image, self.card.slice_offset_mm)
        final = {
            prediction.index: prediction
            for prediction in self.predict(image, sorted(set(slices.values())), views=views)
        }
        by_side = {side: final[index] for side, index in slices.items()}
        landmarks, peaks = self._assemble(image, by_side)
        limbs = limbs_by_side({side: own.evidence for side, own in by_side.items()})
        seconds = time.perf_counter() - start
        model = f"{self.card.id} {self.card.version}"
        device = self.device.description
        return Detection(landmarks, slices, peaks, model, device, seconds, limbs, views)

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
        views: str | None = None,
    ) -> list[SlicePrediction]:
        """Decode every landmark in each of the slices ``indices``.

        Raises:
            ConfigurationError: when there are no views of that name.
        """
        plane = self.card.preprocessing.plane_transform(image)
        chosen = named_views(self.card.views if views is None else views)
        predictions: list[SlicePrediction] = []
        for first in range(0, len(indices), NETWORK_BATCH):
            batch = list(indices[first : first + NETWORK_BATCH])
            inputs = np.stack([self._input(image, index, plane) for index in batch])
            found = self._read(torch.from_numpy(inputs)[:, None], chosen)
            predictions += [
                SlicePrediction(index, points, plane, evidence)
                for index, (points, evidence) in zip(batch, found, strict=True)
            ]
            if progress is not None:
                progress("slices", first + len(batch), len(indices))
        return predictions

    def maps(self, inputs: Tensor, views: Sequence[View] = VIEWS["none"]) -> LandmarkMaps:
        """(B, 1, H, W) network inputs to everything the network says, averaged over ``views``."""
        average = ViewAverage()
        for maps, seen in self._runner.views(inputs, views):
            average.add(maps, seen)
        return average.result()

    def _read(
        self, inputs: Tensor, views: Sequence[View]
    ) -> list[tuple[_Points, SliceEvidence | None]]:
        """Points and evidence of each slice; with several views also how far these differ."""
        average = ViewAverage()
        single: list[list[_Points]] = []
        for maps, seen in self._runner.views(inputs, views):
            average.add(maps, seen)
            if len(views) > 1:
                single.append(self._decoded(maps))
        maps = average.result()
        merged = self._decoded(maps)
        if single:
            spreads = [view_covariances(points) for points in zip(*single, strict=True)]
            merged = [
                {id_: replace(point, view_covariance=spread[id_]) for id_, point in points.items()}
                for points, spread in zip(merged, spreads, strict=True)
            ]
        return list(zip(merged, slice_evidence(maps, merged, self.card), strict=True))

    def _decoded(self, maps: LandmarkMaps) -> list[_Points]:
        card = self.card
        places, nowhere = maps.places.cpu().numpy(), maps.nowhere.cpu().numpy()
        return [
            decode_slice(own, gone, card.channels, card.decoder, card.preprocessing.spacing_mm)
            for own, gone in zip(places, nowhere, strict=True)
        ]

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
        own = prediction.evidence
        evidence = None if own is None else own.landmarks[(side, key)]
        if decoded.presence < self.card.presence_threshold:
            note = f"not seen by the model (presence {decoded.presence:.2f})"
            absent = LandmarkState.ABSENT
            return Landmark(side, key, None, absent, source, None, decoded.presence, note, evidence)
        i, j = prediction.plane.backward(decoded.xy)
        position = image.to_lps([i, j, prediction.index])
        to_patient = image.ijk_to_lps[:3, :2] @ np.linalg.inv(prediction.plane.matrix[:2, :2])
        covariance = to_patient @ decoded.total_covariance @ to_patient.T
        return Landmark(
            side,
            key,
            _triple(position),
            LandmarkState.VISIBLE,
            source,
            tuple(_triple(row) for row in covariance),
            decoded.presence,
            evidence=evidence,
        )


def _triple(values: NDArray[np.float64]) -> _PATIENT_TRIPLE:
    x, y, z = (float(value) for value in values)
    return (x, y, z)
