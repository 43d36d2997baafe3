"""Bones of a cached view, each looser and less dense at random than they were projected.

Bone surfaces come from few bodies and without cartilage. A model that saw the femur always where
the socket lets one expect it would find the head by the roof above it; one that saw both bones
always equally dense would not learn to follow a faint rim of the head through the socket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..anatomy import Side
from ..errors import ConfigurationError
from ..synthesis.radiograph.view import BonePaths, BoneView, TruePoint
from ..synthesis.surfaces import BoneName

FEMORAL_KEYS = frozenset({"FHC", "FOV", "NA", "NB", "LCP", "GT", "SHP", "SHD"})
"""Landmarks that go with the femur; the other landmarks of a film model lie on the pelvis."""

_HEAD_RADIUS_MM = 24.0


@dataclass(frozen=True)
class BoneVariety:
    """How far the bones of a training film may stray from their projection.

    Attributes:
        loose_mm: radius of the disc in which each femur is moved against the pelvis, when its head
            measures 48 mm.
        faint: the largest share of mineral that a bone may lose, independently of the others.
    """

    loose_mm: float = 0.0
    faint: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.loose_mm <= 15:
            raise ConfigurationError(
                f"bones.loose_mm is 0 to 15 mm, not {self.loose_mm}: farther is a dislocation."
            )
        if not 0 <= self.faint < 1:
            raise ConfigurationError(f"bones.faint is a share from 0 to below 1, not {self.faint}.")

    def __bool__(self) -> bool:
        return self.loose_mm > 0 or self.faint > 0


def varied_bones(view: BoneView, variety: BoneVariety, rng: np.random.Generator) -> BoneView:
    """A view of the same bones, moved and thinned at random; landmarks go with their bone.

    Args:
        view: as projected.
        variety: how far bones may stray; none gives ``view`` itself.
        rng: decides.
    """
    if not variety:
        return view
    for side in Side:
        view = _moved(view, side, _step(view, side, variety.loose_mm, rng))
    paths = {name: _thinned(own, variety.faint, rng) for name, own in view.paths.items()}
    return replace(view, paths=paths)


def _step(view: BoneView, side: Side, loose_mm: float, rng: np.random.Generator) -> tuple[int, int]:
    """Whole pixels (x, y) by which a femur moves."""
    radius = view.head_radius_px.get(side.value, 0.0)
    distance = loose_mm / _HEAD_RADIUS_MM * radius * np.sqrt(rng.random())
    angle = rng.uniform(0, 2 * np.pi)
    return round(distance * np.cos(angle)), round(distance * np.sin(angle))


def _moved(view: BoneView, side: Side, step: tuple[int, int]) -> BoneView:
    name = BoneName.femur(side)
    if step == (0, 0) or name not in view.paths:
        return view
    own = view.paths[name]
    paths = {**view.paths, name: BonePaths(_shifted(own.total, step), _shifted(own.cortical, step))}
    points = {
        id_: _stepped(point, step) if id_[0] is side and id_[1] in FEMORAL_KEYS else point
        for id_, point in view.landmarks.items()
    }
    return replace(view, paths=paths, landmarks=points)


def _stepped(point: TruePoint, step: tuple[int, int]) -> TruePoint:
    if point.xy is None:
        return point
    return replace(point, xy=(point.xy[0] + step[0], point.xy[1] + step[1]))


def _shifted(lengths: NDArray[np.float32], step: tuple[int, int]) -> NDArray[np.float32]:
    """Moved by ``step``; a shaft that leaves the view goes on to its border."""
    height, width = lengths.shape
    x, y = step
    padded = np.pad(lengths, ((abs(y), abs(y)), (abs(x), abs(x))), mode="edge")
    top, left = abs(y) - y, abs(x) - x
    return np.ascontiguousarray(padded[top : top + height, left : left + width])


def _thinned(paths: BonePaths, faint: float, rng: np.random.Generator) -> BonePaths:
    """With a random share of the dense, and of the cancellous bone, replaced by soft tissue."""
    dense, spongy = (np.float32(1 - faint * rng.random()) for _ in range(2))
    cortical = dense * paths.cortical
    return BonePaths(cortical + spongy * (paths.total - paths.cortical), cortical)
