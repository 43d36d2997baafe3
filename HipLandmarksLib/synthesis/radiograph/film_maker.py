"""``FilmMaker``: film number i of an endless row, with its truth."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .appearance import Appearance, simulate_film
from .case import SimulatedFilm
from .dataset import MAGNIFICATION, ViewMaker
from .look import Preset
from .objects import ObjectScene, ObjectShares, random_objects

_STREAM = 9203
"""Keeps the chance of appearances apart from that of views."""
_OBJECT_STREAM = 3319

_MONOCHROME1_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class FilmMaker:
    """Makes film number i; it depends on nothing but source, seed, settings and i.

    Attributes:
        views: makes the bones, poses and cameras.
        preset: looks of real films, or beyond them to train robust models.
        objects: how often what lies on the films (letters, implants, text ...); None for nothing.
    """

    views: ViewMaker
    preset: Preset = Preset.REALISTIC
    objects: ObjectShares | None = field(default_factory=ObjectShares)

    @property
    def licence(self) -> str:
        """Under which the films may be used."""
        return self.views.source.licence

    def describe(self) -> dict[str, Any]:
        """What the films depend on, as JSON values."""
        shares = None if self.objects is None else asdict(self.objects)
        return {**self.views.describe(), "look": self.preset.value, "objects": shares}

    def __call__(self, number: int) -> SimulatedFilm:
        """Film ``number``.

        Raises:
            HipLandmarksError: when this draw gives no valid film; the next number may.
        """
        view = self.views(number)
        rng = np.random.default_rng([self.views.seed, _STREAM, number])
        chance = np.random.default_rng([self.views.seed, _OBJECT_STREAM, number])
        lying = random_objects(chance, view, self.objects) if self.objects else ()
        scene = ObjectScene(view, lying)
        pixels = simulate_film(
            scene.view,
            Appearance.random(rng, self.preset),
            rng,
            objects=scene.matter(),
            overlay=scene.overlay(),
            valid=scene.field_of_view(),
        )
        return SimulatedFilm(
            name=case_name(view.subject, number),
            subject=view.subject,
            pixels=pixels.numpy(),
            camera=view.camera,
            landmarks=scene.view.landmarks,
            magnification=view.parameters[MAGNIFICATION],
            licence=self.licence,
            origin=f"{self.describe()} {number}",
            stored_inverted=bool(rng.random() < _MONOCHROME1_SHARE),
            parameters=view.parameters,
            objects=tuple(scene.describe()),
        )


def case_name(subject: str, number: int) -> str:
    """``<subject>__<number>``: what stands before ``__`` is kept in one part of a split."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', subject).strip('-') or 'subject'}__{number:05d}"
