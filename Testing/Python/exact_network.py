"""An MRI model whose heatmaps, fields and presence are exact but for what a test takes away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from HipLandmarksLib import uncertainty
from HipLandmarksLib.anatomy import Side
from HipLandmarksLib.detection import (
    BundleCard,
    Channels,
    Decoder,
    Detector,
    LimbChannels,
    Preprocessing,
)
from HipLandmarksLib.imaging import Calibration, HipImage, Modality, SpacingProvenance
from HipLandmarksLib.networks import NetworkOutput, NetworkSpec
from HipLandmarksLib.training.fields import limb_fields

KEYS = ("FHC", "NA", "LAE", "LCP")
CHANNELS = Channels.of_keys(KEYS)
LIMBS = LimbChannels.of(CHANNELS)
SHAPE = (48, 64)
RIGHT = {"FHC": (20.0, 20.0), "NA": (10.0, 30.0), "LAE": (9.0, 8.0), "LCP": (6.0, 18.0)}
POINTS = {
    **{(Side.RIGHT, key): xy for key, xy in RIGHT.items()},
    **{(Side.LEFT, key): (SHAPE[1] - 1 - x, y) for key, (x, y) in RIGHT.items()},
}
RIGHT_LCP = (Side.RIGHT, "LCP")
COVERED = (Side.RIGHT, "LAE")
NETWORK = NetworkSpec("Unet", "resnet18", 3, (16, 16, 16), landmarks=8, limbs=len(LIMBS))


class ExactNetwork(torch.nn.Module):
    """Heatmaps at ``points``, fields and presence as if all of them but ``absent`` were there."""

    def __init__(self, points=POINTS, absent=(), fields=True, head=True, nowhere=()):
        super().__init__()
        places = torch.tensor([[points[id_] for id_ in CHANNELS.ids]])
        there = torch.tensor([[id_ not in absent for id_ in CHANNELS.ids]])
        rows, columns = torch.meshgrid(*(torch.arange(n) for n in SHAPE), indexing="ij")
        squares = (columns - places[..., :1, None]) ** 2 + (rows - places[..., 1:, None]) ** 2
        self.output = NetworkOutput(
            -squares / (2 * 2.0**2),
            torch.tensor([[30.0 if id_ in nowhere else -30.0 for id_ in CHANNELS.ids]]),
            limb_fields(places, there, LIMBS, SHAPE, 3.0) if fields else None,
            torch.where(there, 4.0, -4.0) if head else None,
        )

    def forward(self, images):
        own = self.output
        parts = (own.heatmaps, own.nowhere, own.fields, own.presence)
        size = len(images)
        return NetworkOutput(
            *(None if p is None else p.expand(size, *p.shape[1:]).clone() for p in parts)
        )


class SeesItTwice(ExactNetwork):
    """The right LCP also 12 pixels further down, half as likely."""

    def __init__(self):
        super().__init__()
        x, y = POINTS[RIGHT_LCP]
        rows, columns = torch.meshgrid(*(torch.arange(n) for n in SHAPE), indexing="ij")
        other = -((columns - x - 1.0) ** 2 + (rows - y - 14.0) ** 2) / (2 * 2.0**2)
        channel = CHANNELS.ids.index(RIGHT_LCP)
        maps = self.output.heatmaps
        maps[0, channel] = torch.logaddexp(maps[0, channel], other + np.log(0.5))


def drawn_calibration():
    """Of forty patients whose alpha errors are normal; no other measurement has cases."""
    scores = tuple((score,) for score in np.random.default_rng(0).normal(size=40).tolist())
    return uncertainty.Calibration(
        uncertainty.CalibrationProvenance("drawn", 40, 40, "2026-01-01"),
        position=uncertainty.PositionModel({}, uncertainty.PositionScale(1.0, 1.0)),
        bins=uncertainty.ErrorBins.fit([1.0], [1.0], ["p"]),
        measurements={"alpha": uncertainty.ConformalTable(scores)},
    )


def exact_detector(network, **changes):
    """Of ``network``, with other ``changes`` of its card."""
    spec = NETWORK if network.output.fields is not None else replace(NETWORK, limbs=0)
    card = BundleCard(
        "t", "1", "", "MR", spec, CHANNELS, Preprocessing(4.0, multiple=8), Decoder(), **changes
    )
    return Detector(network, card, "cpu")


def exact_image():
    """A single coronal slice of 4 mm pixels; what it shows is never looked at."""
    matrix = np.diag([4.0, 1, -4.0, 1.0])
    matrix[:3, 1], matrix[:3, 2] = (0, 0, -4.0), (0, 5.0, 0)
    pixels = np.random.default_rng(1).uniform(0, 1, (1, *SHAPE)).astype(np.float32)
    calibration = Calibration(SpacingProvenance.PATIENT_PLANE)
    return HipImage(pixels, matrix, Modality.MR, calibration, name="case")
