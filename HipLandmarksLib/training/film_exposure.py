"""A bone view as a film: a random patient around the bones, a random exposure and processing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..synthesis.radiograph.appearance import Appearance, simulate_film
from ..synthesis.radiograph.look import Preset
from ..synthesis.radiograph.objects import ObjectScene
from .film_sample import SampleFrame

_LEAST_JPEG_QUALITY = 50.0
_LEAST_BITS = 6


def exposed_film(
    scene: ObjectScene, frame: SampleFrame, preset: Preset, rng: np.random.Generator
) -> NDArray[np.float32]:
    """(H, W) grey values of a sample, NaN beside the film.

    All physics runs on the sample's own pixels, so that a sample costs little. What lies on the
    film but beside the view is collimated.

    Args:
        scene: the bones and what lies on or in the patient.
        frame: where the sample lies on the view.
        preset: how far patient and look may stray.
        rng: decides.
    """
    on_film = frame.on_film()
    valid = torch.from_numpy(on_film & frame.seen())
    collimated = scene.field_of_view(frame.plane)
    film = simulate_film(
        scene.view,
        _coarse_appearance(rng, preset),
        rng,
        transform=frame.plane,
        objects=scene.matter(frame.plane, frame.mirrored),
        overlay=scene.overlay(frame.plane, frame.mirrored),
        valid=valid if collimated is None else valid & collimated,
    )
    return np.where(on_film, np.asarray(film.numpy(), dtype=np.float32), np.float32(np.nan))


def _coarse_appearance(rng: np.random.Generator, preset: Preset) -> Appearance:
    """For pixels of 1 to 3 mm: JPEG's blocks and grey levels are those of fine pixels."""
    drawn = Appearance.random(rng, preset)
    processing = drawn.look.processing
    quality = processing.jpeg_quality
    milder = None if quality is None else max(quality, _LEAST_JPEG_QUALITY)
    processing = replace(processing, jpeg_quality=milder, bits=max(processing.bits, _LEAST_BITS))
    return replace(drawn, look=replace(drawn.look, processing=processing))
