"""A bone view as a film: a random patient around the bones, a random exposure and processing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..synthesis.radiograph.body_frame import BodyFrame
from ..synthesis.radiograph.bone_texture import with_bone_quality
from ..synthesis.radiograph.film import render_film
from ..synthesis.radiograph.habitus import BoneQuality, Habitus
from ..synthesis.radiograph.look import FilmLook, Preset
from ..synthesis.radiograph.materials import material_paths
from ..synthesis.radiograph.soft_tissue import soft_tissue
from ..synthesis.radiograph.view import BoneView
from .film_sample import SampleFrame

_LEAST_JPEG_QUALITY = 50.0
_LEAST_BITS = 6


def exposed_film(
    view: BoneView, frame: SampleFrame, preset: Preset, rng: np.random.Generator
) -> NDArray[np.float32]:
    """(H, W) grey values of a sample, NaN beside the film.

    All physics runs on the sample's own pixels, so that a sample costs little. What lies on the
    film but beside the view is collimated.

    Args:
        view: the bones.
        frame: where the sample lies on the view.
        preset: how far patient and look may stray.
        rng: decides.
    """
    bones = material_paths(view).resampled(frame.plane)
    body = BodyFrame.of(view).transformed(frame.plane)
    patient = soft_tissue(bones, body, Habitus.random(rng, preset), rng)
    patient = with_bone_quality(patient, BoneQuality.random(rng, preset), rng)
    seen = torch.from_numpy(frame.seen())
    film = render_film(patient, _coarse_look(rng, preset), rng, valid=seen)
    pixels = np.asarray(film.numpy(), dtype=np.float32)
    return np.where(frame.on_film(), pixels, np.float32(np.nan))


def _coarse_look(rng: np.random.Generator, preset: Preset) -> FilmLook:
    """A look for pixels of 1 to 3 mm: JPEG's blocks and grey levels are those of fine pixels."""
    look = FilmLook.random(rng, preset)
    quality = look.processing.jpeg_quality
    milder = None if quality is None else max(quality, _LEAST_JPEG_QUALITY)
    bits = max(look.processing.bits, _LEAST_BITS)
    return replace(look, processing=replace(look.processing, jpeg_quality=milder, bits=bits))
