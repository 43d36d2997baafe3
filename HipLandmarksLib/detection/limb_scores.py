"""How well the part affinity fields bear out the points, limb by limb.

Paper 2 (eq. 1 to 4) projects the field of a limb A-B on the line from A to B and turns the
projection w into an uncertainty. Its formula U = -w log(w + eps) does not fall with w as the paper
says: it rises up to w = 1/e. The default here is the surprisal -log w, which does fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from .limbs import LimbChannels

LEAST_PROJECTION = 1e-3
"""eps of paper 2: projections below it, also negative ones, count as this much."""

LEAST_SAMPLES = 10
"""Of a field along a limb, both ends included; longer limbs have one per pixel."""

LEAST_LENGTH_PX = 1.0
"""Points of a limb that are nearer have no direction between them."""

HALF_PIXEL = 0.5
"""So far beyond the outermost pixel centres an image reaches."""


class UncertaintyFormula(str, Enum):
    """From a projection w to an uncertainty U."""

    SURPRISAL = "surprisal"
    """U = log w / log eps: 0 for w = 1, 1 for w = eps, falling all the way."""
    PAPER = "paper"
    """U = -w log(w + eps) as paper 2 prints it: largest at w near 1/e, 0 at both ends."""

    def of(self, projection: float) -> float:
        """Uncertainty of a projection w, which is clamped to [eps, 1] first."""
        w = min(max(projection, LEAST_PROJECTION), 1.0)
        if self is UncertaintyFormula.SURPRISAL:
            return log(w) / log(LEAST_PROJECTION) + 0.0  # no minus zero
        return -w * log(w + LEAST_PROJECTION)


class LimbState(str, Enum):
    """Whether the projection of a limb could be measured."""

    MEASURED = "measured"
    POINTS_COINCIDE = "its two points coincide"
    OUTSIDE = "one of its points lies outside the image"
    NO_POINT = "one of its points is not there"


@dataclass(frozen=True)
class LimbScore:
    """The field of one limb along the line between its two points.

    Attributes:
        state: whether it could be measured.
        mean: mean of field times direction over the samples, in [-1, 1]; None unless measured.
    """

    state: LimbState
    mean: float | None = None

    @property
    def projection(self) -> float | None:
        """w of paper 2: the mean, at least eps; None unless measured."""
        return None if self.mean is None else max(self.mean, LEAST_PROJECTION)

    def uncertainty(
        self, formula: UncertaintyFormula = UncertaintyFormula.SURPRISAL
    ) -> float | None:
        """U of this limb; None unless measured."""
        return None if self.projection is None else formula.of(self.projection)


def limb_scores(
    fields: NDArray[np.floating], points: NDArray[np.floating], limbs: LimbChannels
) -> list[LimbScore]:
    """Score every limb.

    Args:
        fields: (M, 2, H, W), x to the right and y down, from start to end of each limb.
        points: (L, 2) (column, row) of the landmarks in pixels, centres at integers.
        limbs: which points are joined, in the order of ``fields``.

    Raises:
        ConfigurationError: when the numbers of fields, points and limbs do not belong together.
    """
    if len(fields) != len(limbs) or len(points) != len(limbs.channels):
        raise ConfigurationError(
            f"{len(fields)} fields and {len(points)} points do not belong to {len(limbs)} limbs "
            f"between {len(limbs.channels)} landmarks: give the limbs of the model's training."
        )
    return [
        limb_score(field, points[start], points[end])
        for field, (start, end) in zip(fields, limbs.pairs, strict=True)
    ]


def limb_score(
    field: NDArray[np.floating], start: NDArray[np.floating], end: NDArray[np.floating]
) -> LimbScore:
    """Mean projection of a (2, H, W) field on the line from ``start`` to ``end`` (column, row).

    At least ten bilinear samples, and at least one per pixel, both ends included.
    """
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    if not (_in_image(a, field.shape[1:]) and _in_image(b, field.shape[1:])):
        return LimbScore(LimbState.OUTSIDE)
    length = float(np.hypot(*(b - a)))
    if length < LEAST_LENGTH_PX:
        return LimbScore(LimbState.POINTS_COINCIDE)
    count = max(LEAST_SAMPLES, ceil(length) + 1)
    line = a + np.linspace(0.0, 1.0, count)[:, None] * (b - a)
    direction = (b - a) / length
    mean = float((_bilinear(field, line) @ direction).mean())
    return LimbScore(LimbState.MEASURED, float(np.clip(mean, -1.0, 1.0)))


def _in_image(point: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether (column, row) lies on a pixel of an image of (rows, columns)."""
    limit = np.array([shape[1], shape[0]]) - HALF_PIXEL
    return bool((point >= -HALF_PIXEL).all() and (point <= limit).all())


def _bilinear(field: NDArray[np.floating], xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2) samples of a (2, H, W) field; the outer half of a border pixel has its own value."""
    height, width = field.shape[1:]
    x = np.clip(xy[:, 0], 0, width - 1)
    y = np.clip(xy[:, 1], 0, height - 1)
    x0 = np.minimum(x.astype(np.intp), max(width - 2, 0))
    y0 = np.minimum(y.astype(np.intp), max(height - 2, 0))
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    fx, fy = x - x0, y - y0
    upper = field[:, y0, x0] * (1 - fx) + field[:, y0, x1] * fx
    lower = field[:, y1, x0] * (1 - fx) + field[:, y1, x1] * fx
    return np.asarray((upper * (1 - fy) + lower * fy).T, dtype=np.float64)
