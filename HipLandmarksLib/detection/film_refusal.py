"""Is there a hip at all? By how many landmarks are found, and how well they lie as in a hip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil, isfinite
from typing import Any

from ..errors import ConfigurationError
from .film_hip import LEAST_POINTS, HipFit

_ROOM = 1.25
"""How far beyond the worst good film the limit lies at least when no picture without a hip is near:
hips of patients differ from the mean hip more than those of a few subjects."""


@dataclass(frozen=True)
class HipSigns:
    """What speaks for a hip.

    Attributes:
        agreeing: number of landmarks that are present and lie where the reference hip has them.
        misfit: their root mean square distance from there, in spreads (see :class:`.HipFit`).
    """

    agreeing: int
    misfit: float

    @classmethod
    def of(cls, fit: HipFit | None) -> HipSigns:
        """The signs of a fit; none for a hip that has no fit."""
        return NO_SIGNS if fit is None else cls(len(fit.agreeing), fit.misfit)


NO_SIGNS = HipSigns(0, 0.0)
"""Nothing speaks for a hip."""


@dataclass(frozen=True)
class HipCriteria:
    """When something on a film counts as a hip.

    Attributes:
        least_points: as many landmarks must agree.
        most_misfit: with no larger misfit than this.

    Raises:
        ConfigurationError: when the limits make no sense.
    """

    least_points: int = 6
    most_misfit: float = 2.0

    def __post_init__(self) -> None:
        if self.least_points < LEAST_POINTS or not 0 < self.most_misfit < float("inf"):
            raise ConfigurationError(
                f"A hip needs {LEAST_POINTS} landmarks or more and a limit of misfit above 0, not "
                f"{self.least_points} and {self.most_misfit}."
            )

    def accept(self, signs: HipSigns) -> bool:
        """Whether these signs are those of a hip."""
        return signs.agreeing >= self.least_points and signs.misfit <= self.most_misfit

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: the arguments."""
        return asdict(self)


@dataclass(frozen=True)
class CalibratedCriteria:
    """Limits with what they do on the films that they were chosen on.

    Attributes:
        criteria: the limits.
        false_refusals: share of the films of hips that they refuse.
        false_acceptances: share of the other pictures that they take for a hip.
    """

    criteria: HipCriteria
    false_refusals: float
    false_acceptances: float


def calibrate_criteria(
    hips: Sequence[HipSigns], others: Sequence[HipSigns], false_refusals: float = 0.01
) -> CalibratedCriteria:
    """Choose the limits that take fewest other pictures for a hip.

    Args:
        hips: the best hip's signs of each good film, of subjects that the model was not trained
            on (see :meth:`.FilmModel.signs`).
        others: the same of pictures that show no hip.
        false_refusals: at most this share of the good films may be refused.

    Returns:
        Among equals the limits halfway between hips and pictures without a hip.

    Raises:
        ConfigurationError: when there are too few good films for that share, or they are so poor
            that no limits keep it.
    """
    if len(hips) * false_refusals < 1 or not others:
        raise ConfigurationError(
            f"{len(hips)} films of hips and {len(others)} other pictures do not tell limits with "
            f"{false_refusals:.1%} false refusals; give {ceil(1 / false_refusals)} films or more."
        )
    allowed = int(len(hips) * false_refusals)
    choices = []
    for least in range(LEAST_POINTS, 1 + max(signs.agreeing for signs in hips)):
        limit = _misfit_limit(hips, others, least, allowed)
        if limit is not None:
            choices.append(_judged(HipCriteria(least, limit), hips, others))
    if not choices:
        raise ConfigurationError(
            "The model finds too few landmarks on these films to tell hips from other pictures; "
            "train it further."
        )
    counts = sorted(signs.agreeing for signs in hips)
    middle = (counts[allowed] + max(signs.agreeing for signs in others)) / 2

    def rank(found: CalibratedCriteria) -> tuple[float, float, float]:
        off = abs(found.criteria.least_points - middle)
        return found.false_acceptances, found.false_refusals, off

    return min(choices, key=rank)


def _misfit_limit(
    hips: Sequence[HipSigns], others: Sequence[HipSigns], least: int, allowed: int
) -> float | None:
    misfits = sorted(signs.misfit for signs in hips if signs.agreeing >= least)
    spare = allowed - (len(hips) - len(misfits))
    if spare < 0 or not misfits:
        return None
    misfits = misfits[: max(1, len(misfits) - spare)] if others else misfits
    worst = misfits[-1]
    beyond = [s.misfit for s in others if s.agreeing >= least and s.misfit > worst]
    usual = max(worst * _ROOM, HipCriteria().most_misfit)
    limit = min(usual, (worst + min(beyond, default=float("inf"))) / 2)
    return limit if isfinite(limit) and limit > 0 else None


def _judged(
    criteria: HipCriteria, hips: Sequence[HipSigns], others: Sequence[HipSigns]
) -> CalibratedCriteria:
    refused = sum(not criteria.accept(signs) for signs in hips) / len(hips)
    accepted = sum(criteria.accept(signs) for signs in others) / len(others)
    return CalibratedCriteria(criteria, refused, accepted)
