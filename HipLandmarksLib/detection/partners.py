"""What the limbs of a landmark say of it together (paper 2, eq. 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from .limb_scores import LEAST_PROJECTION, LimbScore, UncertaintyFormula
from .limbs import LimbChannels

LEAST_PARTNERS = 0.2
"""A landmark whose partners together weigh less than this much of one certain partner has nobody
to bear it out."""


class PartnerBelief(str, Enum):
    """How much a landmark at the other end of a limb is believed."""

    ALIKE = "alike"
    """Every one as much as any other: told absent landmarks best on simulated hips with hidden
    landmarks (AUROC .97 for every landmark), but one absent landmark lowers its neighbours too."""
    PRESENCE = "presence"
    """By its presence, in two passes: spares the neighbours of an absent landmark (.94 to .95),
    and cannot judge a landmark whose partners are doubted (a quarter of them there)."""


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


def believed_agreement(
    scores: Sequence[LimbScore],
    presence: Sequence[float],
    limbs: LimbChannels,
    variances: Sequence[float],
    partners: PartnerBelief,
) -> list[LimbAgreement]:
    """s of every landmark with its partners believed as ``partners`` says.

    Args:
        scores, limbs: see :func:`limb_agreement`.
        presence: (L,) probability that each landmark is in the image.
        variances: of w, one per limb; empty for equal weights.
        partners: all alike, in one pass, or by their presence, in two.
    """
    if partners is PartnerBelief.ALIKE:
        alike = np.ones(len(presence))
        return limb_agreement(scores, alike, limbs, variances or None, passes=1)
    return limb_agreement(scores, presence, limbs, variances or None)


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
