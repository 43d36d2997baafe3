"""``BoneView``: how far the rays run through each bone, and where the landmarks truly are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...anatomy import HipLandmarkId, LandmarkState
from ..surfaces import BoneName
from .camera import Camera


@dataclass(frozen=True)
class TruePoint:
    """A landmark on a simulated film.

    Attributes:
        xy: (column, row) on the detector, pixel centres at integers; None when it has no place
            (destroyed, replaced). A point outside the field of view or under an opaque object
            keeps its place here and is ABSENT by its state.
        state: exact state on this film.
        note: why, where the state is not visible.
    """

    xy: tuple[float, float] | None
    state: LandmarkState = LandmarkState.VISIBLE
    note: str = ""


@dataclass(frozen=True, eq=False)
class BonePaths:
    """Lengths in mm of every ray inside one bone.

    Attributes:
        total: (H, W) float32, within the outer surface.
        cortical: (H, W) float32, of these within dense bone; 0 <= cortical <= total.
    """

    total: NDArray[np.float32]
    cortical: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BoneView:
    """One projection of one posed anatomy; appearance is added afterwards, many times.

    Attributes:
        camera: of the projection.
        subject: see :class:`.PelvisAnatomy`.
        paths: by bone.
        landmarks: every landmark of the film model, both sides.
        head_radius_px: radius of each head's projected circle, in detector pixels.
        parameters: pose and shape that made it (pelvic tilt, femoral rotation, dialled angles).
    """

    camera: Camera
    subject: str
    paths: Mapping[BoneName, BonePaths]
    landmarks: Mapping[HipLandmarkId, TruePoint]
    head_radius_px: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
