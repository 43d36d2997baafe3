"""How well the part affinity fields bear out the points: limb by limb, landmark by landmark.

Paper 2 (eq. 1 to 4) projects the field of a limb A-B on the line from A to B and turns the
projection w into an uncertainty. Its formula U = -w log(w + eps) does not fall with w as the paper
says: it rises up to w = 1/e. The default here is the surprisal -log w, which does fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from .limbs import LimbChannels

LEAST_PROJECTION = 1e-3
"""eps of paper 2: projections below it, also negative ones, count as this much."""

LEAST_PARTNERS = 0.2
"""A landmark whose partners together weigh less than this much of one certain partner has nobody
to bear it out."""

_LEAST_SAMPLES = 10
_LEAST_LENGTH_PX = 1.0
_HALF_PIXEL = 0.5


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
            return log(w) / log(LEAST_PROJECTION)
        return -w * log(w + LEAST_PROJECTION)


class PartnerBelief(str, Enum):
    """How much a landmark at the other end of a limb is believed."""

    ALIKE = "alike"
    """Every one as much as any other: told absent landmarks best on simulated hips with hidden
    landmarks (AUROC .97 for every landmark), but one absent landmark lowers its neighbours too."""
    PRESENCE = "presence"
    """By its presence, in two passes: spares the neighbours of an absent landmark (.94 to .95),
    and cannot judge a landmark whose partners are doubted (a quarter of them there)."""


class LimbState(str, Enum):
    """Whether the projection of a limb could be measured."""

    MEASURED = "measured"
    POINTS_COINCIDE = "its two points coincide"
    OUTSIDE = "one of its points lies outside the image"


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


@dataclass(frozen=True)
class LimbAgreement:
    """What the limbs of one landmark say of it together.

    Attributes:
        score: s in [eps, 1], weighted mean of w over its limbs; None when not assessable.
        reason: why it is not assessable; "" otherwise.
    """

    score: float | None
    reason: str = ""

    def uncertainty(
        self, formula: UncertaintyFormula = UncertaintyFormula.SURPRISAL
    ) -> float | None:
        """U of this landmark; None when not assessable, which is no sign of certainty."""
        return None if self.score is None else formula.of(self.score)


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
    if length < _LEAST_LENGTH_PX:
        return LimbScore(LimbState.POINTS_COINCIDE)
    count = max(_LEAST_SAMPLES, ceil(length) + 1)
    line = a + np.linspace(0.0, 1.0, count)[:, None] * (b - a)
    direction = (b - a) / length
    mean = float((_bilinear(field, line) @ direction).mean())
    return LimbScore(LimbState.MEASURED, float(np.clip(mean, -1.0, 1.0)))


def limb_agreement(
    scores: Sequence[LimbScore],
    presence: Sequence[float] | NDArray[np.floating],
    limbs: LimbChannels,
    variances: Sequence[float] | None = None,
    passes: int = 2,
) -> list[LimbAgreement]:
    """s of every landmark: sum(a c w) / sum(a c) over its limbs.

    a is 1 / variance of w on training pairs, c how much the landmark at the other end of the limb
    is believed. In the first pass c is its presence; in each further one its presence times its
    own s, so that a partner which its other limbs contradict does not pull its neighbours down.
    That s is taken relative to the largest of the image: fields that were trained by their mean
    square are shorter than unit vectors where they hesitate, so its height depends on the model.
    A landmark whose partners are not believed in the last pass is not assessable: a limb without
    a field between two doubtful points does not tell which of the two is wrong.

    Args:
        scores: of every limb.
        presence: (L,) probability that each landmark is in the image.
        limbs: which landmarks are joined.
        variances: of w, one per limb; None for equal weights.
        passes: at least 1.

    Raises:
        ConfigurationError: when the numbers do not belong together or a variance is not positive.
    """
    partners = _Partners.of(scores, limbs, _weights(variances, len(limbs)))
    present = np.asarray(presence, dtype=np.float64)
    if len(present) != len(limbs.channels) or passes < 1:
        raise ConfigurationError(
            f"{len(present)} presences for {len(limbs.channels)} landmarks in {passes} passes: "
            "give one presence per landmark and at least one pass."
        )
    score, belief = np.full(len(present), np.nan), present
    for _ in range(passes):
        total, borne = partners.gather(belief)
        assessable = borne >= LEAST_PARTNERS
        score = np.where(assessable, total, score)
        best = max(score[~np.isnan(score)], default=LEAST_PROJECTION)
        belief = present * np.where(np.isnan(score), 1.0, score / best)
    return [
        LimbAgreement(float(score[k])) if assessable[k] else LimbAgreement(None, partners.reason(k))
        for k in range(len(present))
    ]


@dataclass(frozen=True)
class _Partners:
    """Measured limbs seen from each of their two ends.

    Attributes:
        own, other: (2 n,) landmark that is judged and the one at the other end.
        projection, weight: (2 n,) w, and a relative to the mean a of the landmark's limbs.
        count: number of landmarks.
        limbless: landmarks that no limb joins at all.
    """

    own: NDArray[np.intp]
    other: NDArray[np.intp]
    projection: NDArray[np.float64]
    weight: NDArray[np.float64]
    count: int
    limbless: frozenset[int]

    @classmethod
    def of(
        cls, scores: Sequence[LimbScore], limbs: LimbChannels, weights: NDArray[np.float64]
    ) -> _Partners:
        if len(scores) != len(limbs):
            raise ConfigurationError(f"{len(scores)} scores for {len(limbs)} limbs.")
        measured = [n for n, score in enumerate(scores) if score.projection is not None]
        ends = np.array([limbs.pairs[n] for n in measured], dtype=np.intp).reshape(-1, 2)
        w = np.array([scores[n].projection for n in measured], dtype=np.float64)
        own, other = np.concatenate([ends[:, 0], ends[:, 1]]), ends[:, ::-1].T.ravel()
        a, count = np.tile(weights[measured], 2), len(limbs.channels)
        limbs_of = np.bincount(own, minlength=count)
        mean = np.bincount(own, a, minlength=count) / np.maximum(limbs_of, 1)
        joined = {end for pair in limbs.pairs for end in pair}
        limbless = frozenset(range(count)) - joined
        return cls(own, other, np.tile(w, 2), a / mean[own], count, limbless)

    def gather(
        self, belief: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Per landmark the weighted mean of w, and the sum of the weights (mean a = 1)."""
        ac = self.weight * belief[self.other]
        borne = np.bincount(self.own, ac, minlength=self.count)
        total = np.bincount(self.own, ac * self.projection, minlength=self.count)
        return np.asarray(total / np.maximum(borne, 1e-12)), np.asarray(borne, dtype=np.float64)

    def reason(self, landmark: int) -> str:
        if landmark in self.limbless:
            return "no limb joins it to another landmark"
        if landmark not in self.own:
            return "none of its limbs can be measured"
        return "none of the landmarks that limbs join it to is sure to be there"


def _weights(variances: Sequence[float] | None, count: int) -> NDArray[np.float64]:
    if variances is None:
        return np.ones(count)
    values = np.asarray(variances, dtype=np.float64)
    if values.shape != (count,) or not (np.isfinite(values) & (values > 0)).all():
        raise ConfigurationError(
            f"The {count} limbs need one positive variance each, got {list(variances)}."
        )
    return np.asarray(1.0 / values)


def _in_image(point: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether (column, row) lies on a pixel of an image of (rows, columns)."""
    limit = np.array([shape[1], shape[0]]) - _HALF_PIXEL
    return bool((point >= -_HALF_PIXEL).all() and (point <= limit).all())


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
