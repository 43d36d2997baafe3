"""A film with given points and a film model whose two networks answer by script."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Decoder,
    Detector,
    FilmSettings,
    ImageFrame,
    LimbChannels,
    Preprocessing,
    save_film_bundle,
    whole_film_frame,
)
from HipLandmarksLib.detection.channels import MARKER_KEY
from HipLandmarksLib.detection.letter_card import LetterCard, LetterClass
from HipLandmarksLib.detection.letter_reader import LetterReader
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.imaging.film import projection_matrix
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec, build_network
from HipLandmarksLib.training.fields import limb_fields

SHAPE, SIDE_PX, SIGMA = (600, 800), 192, 1.5


class Scripted(torch.nn.Module):
    """Answers every call with Gaussians about the given points, (x, y) or None for "nowhere".

    ``fields`` are ones everywhere, or those of ``limbs`` between the points.
    """

    def __init__(self, answers, fields=0, presence=None, limbs=None):
        super().__init__()
        self.answers, self.fields, self.presence = answers, fields, presence
        self.limbs = limbs
        self.calls = []

    def forward(self, images):
        self.calls.append(images)
        maps, nowhere = [], []
        rows, columns = np.mgrid[: images.shape[2], : images.shape[3]]
        for points in self.answers[: len(images)]:
            blobs = [
                np.full(rows.shape, -50.0)
                if xy is None
                else -((columns - xy[0]) ** 2 + (rows - xy[1]) ** 2) / (2 * SIGMA**2)
                for xy in points
            ]
            maps.append(np.stack(blobs))
            nowhere.append([30.0 if xy is None else -30.0 for xy in points])
        heatmaps = torch.tensor(np.stack(maps), dtype=torch.float32)
        fields = self._fields(images)
        presence = None if self.presence is None else torch.full(heatmaps.shape[:2], self.presence)
        return NetworkOutput(heatmaps, torch.tensor(nowhere), fields, presence)

    def _fields(self, images):
        size = tuple(images.shape[2:])
        if self.limbs is None:
            return torch.ones(len(images), self.fields, 2, *size) if self.fields else None
        answers = self.answers[: len(images)]
        there = torch.tensor([[xy is not None for xy in points] for points in answers])
        places = torch.tensor([[xy or (0.0, 0.0) for xy in points] for points in answers])
        return limb_fields(places.float(), there, self.limbs, size, 3.0)


class ScriptedReader(LetterReader):
    """Reads what is given at given places, and nothing anywhere else.

    ``written`` has (letter, probability that it is mirror-written) by (x, y) on the film.
    """

    def __init__(self, written, sure=0.99):
        self.card, self.written, self.sure = LetterCard("1"), written, sure
        self.planes = []

    def read(self, pixels, planes):
        self.planes += planes
        return [self._at(plane.backward([31.5, 31.5])) for plane in planes]

    def _at(self, xy):
        chances = dict.fromkeys(LetterClass, 0.0)
        for place, (letter, mirrored) in self.written.items():
            if np.hypot(*np.subtract(place, xy)) < 6:
                chances[LetterClass.of(letter, False)] = self.sure * (1 - mirrored)
                chances[LetterClass.of(letter, True)] = self.sure * mirrored
        chances[LetterClass.OTHER] = 1 - sum(chances.values())
        return chances


class Script:
    """A film with given points, and what both passes say of it.

    ``reader`` reads its letters; None for a model that reads none.
    """

    def __init__(self, hips, extra=()):
        self.reference = hips.reference
        self.keys = (*hips.mean, *extra)
        self.on_film = {
            Side.RIGHT: hips.place((250.0, 260.0), 1.5),
            Side.LEFT: hips.place((550.0, 262.0), 1.5, left=True),
        }
        self.late = {side: dict(hips.mean) for side in Side}
        self.limbs = self.exact_fields = False
        self.reader = None

    def detector(self, calibration=None, **settings):
        whole = whole_film_frame(SHAPE, SIDE_PX)
        both, one = Channels.of_keys(self.keys), Channels.of_hip(self.keys)
        early = []
        for side, key in both.ids:
            xy = self.on_film.get(side, {}).get(key)
            early.append(None if xy is None else tuple(whole.forward(xy)))
        late = [[self.late[s].get(key) for key in self.keys] for s in Side if s in self.on_film]
        fields = len(LimbChannels.of(one)) if self.limbs else 0
        spec = NetworkSpec(landmarks=len(both))
        hip_spec = NetworkSpec(landmarks=len(one), limbs=fields, presence=self.limbs)
        common = {"version": "1", "description": "", "modality": "XRAY"}
        common |= {"preprocessing": Preprocessing(), "decoder": Decoder(target_sigma=SIGMA)}
        film = FilmSettings(self.reference, SIDE_PX, **settings)
        card = BundleCard(
            id="f",
            network=spec,
            channels=both,
            frame=ImageFrame.FILM,
            film=film,
            calibration=calibration,
            **common,
        )
        hip_card = BundleCard(
            id="h", network=hip_spec, channels=one, frame=ImageFrame.HIP, **common
        )
        exact = LimbChannels.of(one) if self.exact_fields else None
        hip = Scripted(late, fields, 2.0 if self.limbs else None, exact)
        self.networks = (Scripted([early]), hip)
        passes = self.networks[0], card, "cpu", "float32", (hip, hip_card)
        return Detector(*passes, letters=self.reader)

    def detect(self, **settings):
        return self.detector(**settings).detect(film())


def film_model_with_letters(folder, reference):
    """A film model with random weights that finds the places of letters; returns ``folder``."""
    keys = ("FHC", "GT", "TD")
    cards = []
    for frame in (ImageFrame.FILM, ImageFrame.HIP):
        whole = frame is ImageFrame.FILM
        channels = Channels.of_keys((*keys, MARKER_KEY)) if whole else Channels.of_hip(keys)
        spec = NetworkSpec("Unet", "resnet18", 3, (8, 8, 8), landmarks=len(channels))
        film = FilmSettings(reference, 64) if whole else None
        about = {"id": f"m-{frame.value}", "version": "1", "description": "", "modality": "XRAY"}
        cards.append(
            BundleCard(
                **about,
                network=spec,
                channels=channels,
                preprocessing=Preprocessing(),
                frame=frame,
                film=film,
            )
        )
    parts = [part for card in cards for part in (card, build_network(card.network))]
    save_film_bundle(folder, *parts)
    return folder


def film(**metadata):
    """Brightness that changes slowly: without an edge that might be the rim of a head."""
    noise = gaussian_filter(np.random.default_rng(0).normal(0, 1, SHAPE), 25)
    pixels = (100 + 20 * noise / noise.std()).astype(np.float32)[None]
    known = {"orientation": "from DICOM", **metadata}
    calibration = Calibration(SpacingProvenance.NONE)
    return HipImage(pixels, projection_matrix(1, 1), Modality.XRAY, calibration, "film", known)
