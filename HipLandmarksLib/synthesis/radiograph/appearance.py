"""``simulate_film``: a cached bone view becomes a film, differently for every appearance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ...imaging import PlaneTransform
from .body_frame import BodyFrame
from .bone_texture import with_bone_quality
from .fields import warped
from .film import Overlay, render_film
from .habitus import BoneQuality, Habitus
from .look import FilmLook
from .materials import MaterialPaths, material_paths
from .preset import Preset
from .soft_tissue import soft_tissue
from .view import BoneView

Objects = Callable[[MaterialPaths, BodyFrame], MaterialPaths]


@dataclass(frozen=True)
class Appearance:
    """What may change while bones, pose and camera stay."""

    habitus: Habitus = field(default_factory=Habitus)
    bone: BoneQuality = field(default_factory=BoneQuality)
    look: FilmLook = field(default_factory=FilmLook)

    @classmethod
    def random(cls, rng: np.random.Generator, preset: Preset = Preset.REALISTIC) -> Appearance:
        """A patient's build and bone and a way of making the film, decided by ``rng`` alone."""
        preset = Preset(preset)
        return cls(
            Habitus.random(rng, preset),
            BoneQuality.random(rng, preset),
            FilmLook.random(rng, preset),
        )


def simulate_film(
    view: BoneView,
    appearance: Appearance,
    rng: np.random.Generator,
    *,
    transform: PlaneTransform | None = None,
    objects: Objects | None = None,
    overlay: Overlay | None = None,
    valid: Tensor | None = None,
    device: str | torch.device = "cpu",
) -> Tensor:
    """A film of a bone view, (H, W) float32 in 0 to 1 on ``device``, bone bright.

    Args:
        view: bone paths and landmarks.
        appearance: patient and film.
        rng: noise and random places; the same view, appearance and seed give the same film.
        transform: crop, turn, mirror or scale of the view (source: the view's pixels), applied to
            the bones before anything else, so that a small film costs little. What lies outside
            the view is black. Landmarks move by ``transform.forward``.
        objects: adds metal, markers, shields ... to the matter in the beam: gets everything in
            the beam and where the patient lies, returns it with
            :meth:`.MaterialPaths.plus` (outside the body) or
            :meth:`.MaterialPaths.with_implant` (inside).
        overlay: drawn on the processed film, see :func:`.render_film`.
        valid: (H, W) bool, the collimated field on the resulting film.
        device: torch device that does the work.

    Raises:
        ConfigurationError: when the view has no bone or a hook changes the film's size.
    """
    matter = material_paths(view).to(device)
    frame = BodyFrame.of(view)
    if transform is not None:
        covered = _covered(matter, transform)
        valid = covered if valid is None else covered & valid
        matter, frame = matter.resampled(transform), frame.transformed(transform)
    matter = soft_tissue(matter, frame, appearance.habitus, rng)
    if objects is not None:
        matter = objects(matter, frame)
    matter = with_bone_quality(matter, appearance.bone, rng, frame)
    return render_film(matter, appearance.look, rng, valid=valid, overlay=overlay)


def _covered(matter: MaterialPaths, transform: PlaneTransform) -> Tensor:
    """(H, W) bool: the pixels that show a part of the view."""
    ones = torch.ones((1, *matter.shape), device=matter.device)
    return warped(ones, transform)[0] > 0.99
