"""``FilmMaker``: film number i of an endless row, with its truth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from .appearance import Appearance, simulate_film
from .case import SimulatedFilm
from .dataset import MAGNIFICATION, ViewMaker
from .look import Preset

_STREAM = 9203
"""Keeps the chance of appearances apart from that of views."""

_MONOCHROME1_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class FilmMaker:
    """Makes film number i; it depends on nothing but source, seed, settings and i.

    Attributes:
        views: makes the bones, poses and cameras.
        preset: looks of real films, or beyond them to train robust models.
    """

    views: ViewMaker
    preset: Preset = Preset.REALISTIC

    @property
    def licence(self) -> str:
        """Under which the films may be used."""
        return self.views.source.licence

    def describe(self) -> dict[str, Any]:
        """What the films depend on, as JSON values."""
        return {**self.views.describe(), "look": self.preset.value}

    def __call__(self, number: int) -> SimulatedFilm:
        """Film ``number``.

        Raises:
            HipLandmarksError: when this draw gives no valid film; the next number may.
        """
        view = self.views(number)
        rng = np.random.default_rng([self.views.seed, _STREAM, number])
        pixels = simulate_film(view, Appearance.random(rng, self.preset), rng)
        return SimulatedFilm(
            name=case_name(view.subject, number),
            subject=view.subject,
            pixels=pixels.numpy(),
            camera=view.camera,
            landmarks=view.landmarks,
            magnification=view.parameters[MAGNIFICATION],
            licence=self.licence,
            origin=f"{self.describe()} {number}",
            stored_inverted=bool(rng.random() < _MONOCHROME1_SHARE),
            parameters=view.parameters,
        )


def case_name(subject: str, number: int) -> str:
    """``<subject>__<number>``: what stands before ``__`` is kept in one part of a split."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', subject).strip('-') or 'subject'}__{number:05d}"
