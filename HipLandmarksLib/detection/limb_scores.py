"""How well the part affinity fields bear out the points, limb by limb.

Paper 2 (eq. 1 to 4) projects the field of a limb A-B on the line from A to B and turns the
projection w into an uncertainty. Its formula U = -w log(w + eps) does not fall with w as the paper
says: it rises up to w = 1/e. The default here is the surprisal -log w, which does fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import log

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
    ends = np.array(limbs.pairs, dtype=np.intp).reshape(-1, 2)
    places = np.asarray(points, dtype=np.float64)
    return line_scores(fields, places[ends[:, 0]], places[ends[:, 1]])


def limb_score(
    field: NDArray[np.floating], start: NDArray[np.floating], end: NDArray[np.floating]
) -> LimbScore:
    """Mean projection of a (2, H, W) field on the line from ``start`` to ``end`` (column, row)."""
    a, b = (np.asarray(xy, dtype=np.float64)[None] for xy in (start, end))
    return line_scores(field[None], a, b)[0]


def line_scores(
    fields: NDArray[np.floating],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    numbers: Sequence[int] | None = None,
) -> list[LimbScore]:
    """Mean projection of fields on lines, all in one go.

    At least ten bilinear samples a line, and at least one per pixel, both ends included.

    Args:
        fields: (M, 2, H, W).
        starts, ends: (N, 2) (column, row); NaN lies outside.
        numbers: the field of each line; None for the fields in their order.
    """
    shape = (fields.shape[2], fields.shape[3])
    outside = ~(_in_image(starts, shape) & _in_image(ends, shape))
    starts = np.where(outside[:, None], 0.0, starts)
    step = np.where(outside[:, None], 0.0, ends - starts)
    length = np.hypot(step[:, 0], step[:, 1])
    count = np.maximum(LEAST_SAMPLES, np.ceil(length) + 1)[:, None]
    sample = np.arange(count.max(initial=1.0))
    share = np.minimum(sample / (count - 1), 1.0)
    places = starts[:, None] + share[..., None] * step[:, None]
    own = np.arange(len(starts)) if numbers is None else np.asarray(numbers, dtype=np.intp)
    values = _bilinear(fields, own, places)
    along = np.einsum("nsc,nc->ns", values, step / np.maximum(length, LEAST_LENGTH_PX)[:, None])
    means = np.clip((along * (sample < count)).sum(axis=1) / count[:, 0], -1.0, 1.0)
    return [
        _score(*each)
        for each in zip(outside.tolist(), length.tolist(), means.tolist(), strict=True)
    ]


def _score(outside: bool, length: float, mean: float) -> LimbScore:
    if outside:
        return LimbScore(LimbState.OUTSIDE)
    if length < LEAST_LENGTH_PX:
        return LimbScore(LimbState.POINTS_COINCIDE)
    return LimbScore(LimbState.MEASURED, mean)


def _in_image(points: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether each (column, row) lies on a pixel of an image of (rows, columns)."""
    limit = np.array([shape[1], shape[0]]) - HALF_PIXEL
    return np.asarray(((points >= -HALF_PIXEL) & (points <= limit)).all(axis=1))


def _bilinear(
    fields: NDArray[np.floating], numbers: NDArray[np.intp], xy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N, S, 2) samples; the outer half of a border pixel has its own value."""
    height, width = fields.shape[2:]
    x, y = np.clip(xy[..., 0], 0, width - 1), np.clip(xy[..., 1], 0, height - 1)
    x0 = np.minimum(x.astype(np.intp), max(width - 2, 0))
    y0 = np.minimum(y.astype(np.intp), max(height - 2, 0))
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]
    own = numbers[:, None]
    upper = fields[own, :, y0, x0] * (1 - fx) + fields[own, :, y0, x1] * fx
    lower = fields[own, :, y1, x0] * (1 - fx) + fields[own, :, y1, x1] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, dtype=np.float64)
