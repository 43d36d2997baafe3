"""Which part of a bone view a training sample shows: random films, and crops of one hip.

A film is a rectangle on the view, of any size, turned a little. The first pass sees it whole in a
square; the second pass sees one hip of it through the frame of :func:`..detection.fit_hip`, moved
as the errors of the first pass would move it. Points are (x, y), pixel centres at integers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from ..imaging import PlaneTransform

_FILM_SIDE = 1024
"""Longer side of the imagined film in pixels; nothing is ever drawn at this size."""

_LEAST_LEFT = 0.3
_TYPICAL_SHARE = 0.06
_TYPICAL_SPREAD = 0.2
"""On whole films of the pelvis a head's radius is about 6 % of the longer side, give or take."""


@dataclass(frozen=True)
class FilmFraming:
    """Ranges of the random films and crops.

    Attributes:
        head_share: (least, most) radius of a femoral head as a share of the film's longer side.
        typical: share of films that are framed as whole films of the pelvis usually are.
        beyond: share of films that may reach beyond the view, where they are collimated; others
            are cut to it.
        aspect: largest ratio of the film's sides.
        rotation_deg: standard deviation of the film's turn.
        shift: the film's centre lies up to this share of its sides off a hip or the midline.
        stretch: half-range of the ratio of the pixel sides (log).
        mirror: probability of swapping left and right.
        crop_scale: half-range of the crop's scale error (log).
        crop_rotation_deg: half-range of its turn.
        crop_shift_mm: half-range of its shift in either direction, of a hip with a 48 mm head.
        crop_stretch: half-range of the ratio of its sides (log), along any direction: few subjects
            must not teach that heads and roofs are always of one shape.

    Raises:
        ConfigurationError: when a range is impossible.
    """

    head_share: tuple[float, float] = (0.03, 0.2)
    typical: float = 0.6
    beyond: float = 0.25
    aspect: float = 1.5
    rotation_deg: float = 5.0
    shift: float = 0.2
    stretch: float = 0.04
    mirror: float = 0.5
    crop_scale: float = 0.14
    crop_rotation_deg: float = 10.0
    crop_shift_mm: float = 12.0
    crop_stretch: float = 0.08

    def __post_init__(self) -> None:
        object.__setattr__(self, "head_share", tuple(self.head_share))
        low, high = self.head_share
        if not 0 < low <= high < 0.5:
            raise ConfigurationError(f"framing.head_share must rise within 0 to 0.5: {low}, {high}")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "head_share" and value < 0:
                raise ConfigurationError(f"framing.{field.name} must not be negative.")
        if max(self.typical, self.mirror, self.beyond) > 1 or self.aspect < 1:
            raise ConfigurationError(
                "framing.typical, beyond and mirror are at most 1, aspect is at least 1."
            )

    @classmethod
    def none(cls) -> FilmFraming:
        """Upright films of one size about the midline, crops without error."""
        numbers = {field.name: 0.0 for field in fields(cls) if field.name != "head_share"}
        return cls((_TYPICAL_SHARE, _TYPICAL_SHARE), **{**numbers, "aspect": 1.0, "beyond": 1.0})

    def film(
        self,
        heads: NDArray[np.float64],
        radius: float,
        view_shape: tuple[int, int],
        rng: np.random.Generator,
        about: int | None = None,
    ) -> PlaneTransform:
        """A random film: from pixels of the view to those of the film.

        Args:
            heads: (N, 2) centres of the femoral heads on the view.
            radius: of a head on the view.
            view_shape: (height, width) of the view.
            rng: decides.
            about: head that the film is to be about; None for any, or the midline.
        """
        share = self._head_share(rng)
        side = radius / share
        ratio = float(np.exp(rng.uniform(-1, 1) * np.log(self.aspect)))
        sides = side * np.array([min(1.0, 1 / ratio), min(1.0, ratio)])
        whole = rng.random() < np.clip(0.08 / share - 0.3, 0.1, 0.9)
        if about is None:
            about = int(rng.integers(len(heads)))
            centre = heads.mean(axis=0) if whole else heads[about]
        else:
            centre = heads[about] + (heads.mean(axis=0) - heads[about]) * (whole * rng.random())
        centre = centre + rng.uniform(-self.shift, self.shift, 2) * sides
        if rng.random() >= self.beyond:
            centre, sides = _cut(centre, sides, view_shape)
        stretch = np.exp(rng.uniform(-0.5, 0.5) * self.stretch * np.array([1, -1]))
        linear = _rotation(rng.normal(0, self.rotation_deg)) @ np.diag(stretch)
        scale = _FILM_SIDE / float(max(sides))
        shape = (max(2, round(sides[1] * scale)), max(2, round(sides[0] * scale)))
        return _about(centre, scale * linear, shape)

    def crop(
        self, frame: PlaneTransform, pixel_mm: float, rng: np.random.Generator
    ) -> PlaneTransform:
        """``frame`` of one hip, moved as a first pass would have it wrong.

        Args:
            frame: from the view to the crop.
            pixel_mm: size of a crop pixel, of a hip with a 48 mm head.
            rng: decides.
        """
        turn = rng.uniform(-1, 1) * self.crop_rotation_deg
        scale = float(np.exp(rng.uniform(-1, 1) * self.crop_scale))
        dx, dy = rng.uniform(-1, 1, 2) * self.crop_shift_mm / pixel_mm
        along, ratio = rng.uniform(0, 180), np.exp(rng.uniform(-0.5, 0.5) * self.crop_stretch)
        stretch = _rotation(-along) @ np.diag([ratio, 1 / ratio]) @ _rotation(along)
        return frame.about_centre(scale * _rotation(turn) @ stretch, (float(dx), float(dy)))

    def _head_share(self, rng: np.random.Generator) -> float:
        low, high = self.head_share
        if rng.random() < self.typical:
            share = _TYPICAL_SHARE * np.exp(rng.normal(0, _TYPICAL_SPREAD))
        else:
            share = np.exp(rng.uniform(np.log(low), np.log(high)))
        return float(np.clip(share, low, high))


def _cut(
    centre: NDArray[np.float64], sides: NDArray[np.float64], view_shape: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and sides of the part of a rectangle that lies on the view; all of it if little."""
    limit = np.array([view_shape[1], view_shape[0]], dtype=np.float64)
    low, high = np.clip(centre - sides / 2, 0, limit), np.clip(centre + sides / 2, 0, limit)
    if np.any(high - low < _LEAST_LEFT * sides):
        return centre, sides
    return (low + high) / 2, high - low


def _about(
    centre: NDArray[np.float64],
    linear: NDArray[np.float64],
    shape: tuple[int, int],
) -> PlaneTransform:
    """Bring ``centre`` to the middle of ``shape``, turned and scaled by ``linear``."""
    step = np.eye(3)
    step[:2, :2] = linear
    middle = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    step[:2, 2] = middle - linear @ centre
    return PlaneTransform(step, shape)


def _rotation(degrees: float) -> NDArray[np.float64]:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
