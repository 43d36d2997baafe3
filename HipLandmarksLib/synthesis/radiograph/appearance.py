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
    frame = BodyFrame.of(view)
    if transform is None:
        matter = material_paths(view).to(device)
    else:
        window, within = footprint(transform, view.camera.shape)
        matter = material_paths(view, window=window).to(device).resampled(within)
        frame = frame.transformed(transform)
        covered = _covered(transform, view.camera.shape)
        if covered is not None:
            valid = covered.to(device) if valid is None else covered.to(device) & valid
    matter = soft_tissue(matter, frame, appearance.habitus, rng)
    if objects is not None:
        matter = objects(matter, frame)
    matter = with_bone_quality(matter, appearance.bone, rng, frame)
    return render_film(matter, appearance.look, rng, valid=valid, overlay=overlay)


def footprint(
    transform: PlaneTransform, shape: tuple[int, int]
) -> tuple[tuple[slice, slice], PlaneTransform]:
    """Rows and columns of the view that can be seen, and the transform from that part of it."""
    height, width = transform.shape
    corners = transform.backward([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]])
    scale = transform.scale
    margin = 2 + 2 / scale  # what smoothing before shrinking needs
    low = np.floor(corners.min(axis=0) - margin).astype(int)
    high = np.ceil(corners.max(axis=0) + margin).astype(int)
    left, right = (int(v) for v in np.clip((low[0], high[0]), 0, shape[1] - 2))
    top, bottom = (int(v) for v in np.clip((low[1], high[1]), 0, shape[0] - 2))
    window = (slice(top, bottom + 2), slice(left, right + 2))
    shift = np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    return window, PlaneTransform(transform.matrix @ shift, transform.shape)


def _covered(transform: PlaneTransform, shape: tuple[int, int]) -> Tensor | None:
    """(H, W) bool: the pixels that show a part of the view; None when all do."""
    inverse = np.linalg.inv(transform.matrix)
    rows, columns = transform.shape
    corners = np.array([[x, y] for x in (0, columns - 1) for y in (0, rows - 1)])
    ends = corners @ inverse[:2, :2].T + inverse[:2, 2]
    if (ends >= 0).all() and (ends <= (shape[1] - 1, shape[0] - 1)).all():
        return None  # lines stay lines: all between the corners does, too
    y = torch.arange(rows, dtype=torch.float64)[:, None]
    x = torch.arange(columns, dtype=torch.float64)[None, :]
    inside = None
    for (a, b, c), last in zip(inverse[:2].tolist(), (shape[1] - 1, shape[0] - 1), strict=True):
        # Of a film that lies straight one of both is 0: then this is a row or a column, and cheap.
        place = a * x + (b * y + c) if a and b else b * y + c if b else a * x + c
        within = (place >= 0) & (place <= last)
        inside = within if inside is None else inside & within
    return inside
