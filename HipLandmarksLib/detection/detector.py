"""``Detector``: the one path from an image to landmarks."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from ..anatomy import HipLandmarks, Side
from ..errors import ConfigurationError, ImageError
from ..imaging import HipImage, Modality, require_coronal
from ..networks import LandmarkNetwork
from .bundle import load_bundle, load_card, load_film_bundle
from .calibrated import calibrated, film_scale
from .card import BundleCard, ImageFrame
from .device import ComputeDevice, choose_device
from .film import FilmModel
from .film_sides import name_hips
from .keeping import film_maps
from .letter_bundle import bundled_letter_reader
from .letter_reader import LetterReader
from .map_reader import MapReader
from .placing import film_landmarks, film_limbs
from .reading import LandmarkMaps
from .result import Detection, SlicePrediction
from .stack_result import StackDetection
from .views import VIEWS, View, named_views
from .volume_model import VolumeModel

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

_READS = {"MR": "MR images", "CT": "CT images", "XRAY": "radiographs"}


class Detector:
    """A model ready to run on images."""

    def __init__(
        self,
        network: LandmarkNetwork,
        card: BundleCard,
        device: str = "auto",
        precision: str = "auto",
        second_pass: tuple[LandmarkNetwork, BundleCard] | None = None,
        letters: LetterReader | None = None,
    ) -> None:
        """Move ``network`` to the chosen device in the fast memory layout.

        Args:
            network: the model's, or the first pass's of a film model.
            card: of the model.
            device, precision: see :func:`choose_device`.
            second_pass: network and card for single hips of a film model; None for any other.
            letters: reads the letters R and L on films; None for a model that does not.

        Raises:
            ConfigurationError: when the device does not exist here, or a film model lacks its
                second pass.
        """
        self.card = card
        chosen = choose_device(device, precision)
        self._reader = MapReader(network, card, chosen)
        if (card.frame is ImageFrame.VOLUME) != (second_pass is None):
            raise ConfigurationError(
                f"The model {card.id} (frame {card.frame.value}) does not go with "
                f"{'no' if second_pass is None else 'a'} second pass."
            )
        self._volume = VolumeModel(self._reader)
        self.film: FilmModel | None = None
        if second_pass is not None:
            hip_network, hip_card = second_pass
            hip_reader = MapReader(hip_network, hip_card, chosen)
            self.film = FilmModel(self._reader, hip_reader, letters)

    @property
    def device(self) -> ComputeDevice:
        """Where the network runs."""
        return self._reader.runner.device

    @classmethod
    def from_bundle(
        cls, folder: Path | str, device: str = "auto", precision: str = "auto"
    ) -> Detector:
        """Load a bundle.

        Raises:
            ModelError: when the bundle is missing, altered or incomplete.
            ConfigurationError: when the device does not exist here.
        """
        if load_card(folder).frame is ImageFrame.VOLUME:
            card, network = load_bundle(folder)
            return cls(network, card, device, precision)
        card, network, hip_card, hip_network = load_film_bundle(folder)
        letters = bundled_letter_reader(folder, card, choose_device(device).name)
        return cls(network, card, device, precision, (hip_network, hip_card), letters)

    def limit_batch(self, images: int) -> None:
        """Send at most so many images through a network at once: slower, in less memory."""
        (self.film or self._reader).limit_batch(images)

    def uncalibrated(self) -> Detector:
        """This detector without the calibration of its card: doubt as the network states it."""
        raw = copy(self)
        raw.card = replace(self.card, calibration=None)
        return raw

    def detect(
        self,
        image: HipImage,
        slice_index: int | None = None,
        progress: Progress | None = None,
        views: str | None = None,
        side: Side | None = None,
        keep_maps: bool = False,
    ) -> Detection:
        """Find the landmarks of both hips.

        Args:
            image: coronal MRI (any number of slices) or a single coronal image; for a film model
                a radiograph of the pelvis or of one hip, of any size and orientation.
            slice_index: read both hips on this slice; None chooses the best slice per hip.
            progress: told about the search (stage ``slices``), then the hips (stage ``reading``).
            views: name of the views that are averaged on the slices that are read (None: what
                the card says). The search for these slices shows each one once.
            side: of the one hip that a film shows, where the file does not tell it.
            keep_maps: keep what the network says of the regions that are read, to draw its doubt.

        Raises:
            ImageError: when the slice does not exist, the image is not coronal, or it is of
                another kind than the model was trained on; when a film shows no hip, or a single
                one whose side nothing tells.
            ConfigurationError: when there are no views of that name, or a side is stated for
                other images than films.
        """
        self._require_usable(image)
        views = self.card.views if views is None else views
        named_views(views)  # before the search, not after it
        start, tell = time.perf_counter(), progress or (lambda *_: None)
        if self.film is not None:
            tell("reading", 0, 1)
            found = self._detect_film(self.film, image, slice_index or 0, views, side, keep_maps)
        elif side is not None:
            raise ConfigurationError("A side is stated for films of one hip only; leave it out.")
        else:
            found = self._volume.detect(image, slice_index, tell, views, keep_maps)
        tell("reading", 1, 1)
        return self._calibrated(found, time.perf_counter() - start)

    def detect_stack(
        self,
        image: HipImage,
        progress: Progress | None = None,
        views: str | None = None,
        keep_maps: bool = False,
    ) -> StackDetection:
        """Find the landmarks of both hips on every slice of a volume.

        What it says of the chosen slices is what :meth:`detect` says of them. Slices that are
        blank, or repeat another one, are part of the stack and not read.

        Args:
            image: coronal MRI of any number of slices; a single one is a stack, too.
            progress: told about the search (stage ``slices``), then about the slices that show a
                hip (stage ``reading``).
            views: name of the views that are averaged (None: what the card says).
            keep_maps: keep what the network says of the chosen slices, to draw its doubt.

        Raises:
            ImageError: when the image is not coronal or of another kind than the model was
                trained on, or no slice shows a femoral head.
            ConfigurationError: when there are no views of that name, or it is a film model.
        """
        self._require_slices()
        self._require_usable(image)
        views = self.card.views if views is None else views
        named_views(views)
        start, tell = time.perf_counter(), progress or (lambda *_: None)
        stack, found = self._volume.detect_stack(image, tell, views, keep_maps)
        detection = self._calibrated(found, time.perf_counter() - start)
        for own in stack:
            landmarks, _ = calibrated(own.landmarks, self.card.calibration, found.scale)
            stack = stack.with_landmarks(own.index, landmarks)
        return StackDetection(stack, detection)

    def _calibrated(self, found: Detection, seconds: float) -> Detection:
        calibration, usual = self.card.calibration, found.views == self.card.views
        landmarks, remarks = calibrated(found.landmarks, calibration, found.scale, usual)
        return replace(
            found,
            landmarks=landmarks,
            seconds=seconds,
            remarks=(*found.remarks, *remarks),
            calibration=calibration,
        )

    def _detect_film(
        self,
        film: FilmModel,
        image: HipImage,
        index: int,
        views: str,
        side: Side | None,
        keep_maps: bool,
    ) -> Detection:
        image.slice_pixels(index)
        if image.n_slices > 1:
            raise ImageError(
                f"{image.name} is a volume of {image.n_slices} slices, and the model "
                f"{self.card.id} reads single films: choose a model that was made for volumes."
            )
        reading = film.read(image, named_views(views))
        hips = reading.hips
        looks = {s: hip.signs.agreeing for s, hip in hips.items() if film.is_whole(hip)}
        named = name_hips(looks, image, side, reading.letters)
        by_side = {named.side_of[seen]: hip for seen, hip in hips.items()}
        landmarks, peaks = film_landmarks(image, self.card, by_side)
        return Detection(
            HipLandmarks.of(landmarks, case_id=image.name),
            {Side.RIGHT: 0, Side.LEFT: 0},
            peaks,
            self._volume.source,
            self.device.description,
            0.0,
            film_limbs(by_side),
            views,
            named.remarks,
            film_maps(by_side, film.hip_card, image) if keep_maps else (),
            scale=film_scale(image, by_side, film.settings.reference),
            edge=film.settings.edge,
        )

    def _require_usable(self, image: HipImage) -> None:
        """A picture file does not tell its modality; any other image does, and is held to it."""
        require_coronal(image)
        told = image.told_modality
        if told is not Modality.UNKNOWN and told.value != self.card.modality:
            raise ImageError(
                f"{image.name} is {told.words}, and the model {self.card.id} reads "
                f"{_READS[self.card.modality]}: choose a model that was made for it."
            )

    def predict(
        self,
        image: HipImage,
        indices: Sequence[int],
        progress: Progress | None = None,
        views: str | None = None,
    ) -> list[SlicePrediction]:
        """Decode every landmark in each of the slices ``indices``, as :meth:`detect` does.

        Raises:
            ConfigurationError: when there are no views of that name, or it is a film model.
        """
        self._require_slices()
        views = self.card.views if views is None else views
        return self._volume.read(image, indices, progress, views)

    def _require_slices(self) -> None:
        if self.film is not None:
            raise ConfigurationError(f"The model {self.card.id} reads films, not slices.")

    def maps(self, inputs: Tensor, views: Sequence[View] = VIEWS["none"]) -> LandmarkMaps:
        """(B, 1, H, W) network inputs to everything the network says, averaged over ``views``."""
        return self._reader.maps(inputs, views)
