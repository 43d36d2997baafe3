"""How much the limbs of a model usually disagree with what is there, so that a map can leave the
usual clear.

Fields that were trained by their mean square are shorter than unit vectors wherever they hesitate,
each limb's by its own measure: the surprisal of a limb that is as plain as can be is not 0. What it
means is told by the limbs and landmarks of calibration cases that truly are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np

from ..errors import UncertaintyError

USUAL_SHARE = 0.95
"""Of the limbs and landmarks that are there, this share lies within the usual reach."""

LEAST_OBSERVATIONS = 20
"""With fewer, the reach of a part is that of all parts together: so many fix a 95 % quantile."""

DULL_SHARE = 2.0 / 3.0
"""Images of other machines or bones than those of the calibration dull all fields somewhat: a limb
that keeps this share of its middle agreement is as usual, however alike the calibration cases are.
(Chosen on real films read by a model of simulated ones: of their intact hips 81 % of the limbs come
out clear, of the simulated ones 99 %.)"""

_LOG_EPS = log(1e-3)
"""Surprisal is log w / log eps of an agreement w (paper 2's eps)."""


@dataclass(frozen=True)
class AgreementObservation:
    """The surprisal of one limb or landmark of a calibration case that is truly there.

    Attributes:
        part: name of the limb or landmark without its side, such as ``FHC-NA`` or ``LCP``.
        surprisal: in [0, 1].
    """

    part: str
    surprisal: float


@dataclass(frozen=True)
class UsualSurprisal:
    """What is usual for one limb or landmark.

    Attributes:
        middle: median surprisal of those that are there.
        edge: 95 % of them have less.
        count: how many there were.

    Raises:
        UncertaintyError: when these are no quantiles of surprisal.
    """

    middle: float
    edge: float
    count: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.middle <= self.edge <= 1.0:
            raise UncertaintyError("The usual surprisal is told by two quantiles in [0, 1].")

    @classmethod
    def of(cls, surprisals: Iterable[float]) -> UsualSurprisal:
        """Quantiles of observed surprisals; of at least one."""
        values = np.array(list(surprisals), dtype=np.float64)
        middle, edge = np.quantile(values, [0.5, USUAL_SHARE])
        return cls(float(middle), float(edge), len(values))

    @property
    def limit(self) -> float:
        """Surprisal up to which there is nothing to say: the edge, or that of dull images."""
        return max(self.edge, self.middle + log(DULL_SHARE) / _LOG_EPS)

    def excess(self, surprisal: float) -> float:
        """Doubt beyond the usual, in [0, 1]: how much of the least usual agreement is missing.

        0 up to the limit, 1/2 where the fields agree half as much as there, 1 for none at all.
        """
        beyond = max(surprisal - self.limit, 0.0)
        return 1.0 - exp(beyond * _LOG_EPS)


@dataclass(frozen=True)
class UsualAgreement:
    """What is usual for every limb and landmark of a model.

    Attributes:
        parts: by name; those with few observations are left out.
        others: all together, for parts that are not among them.
    """

    parts: Mapping[str, UsualSurprisal]
    others: UsualSurprisal

    def of(self, part: str) -> UsualSurprisal:
        """The usual of a limb or landmark."""
        return self.parts.get(part, self.others)

    def excess(self, part: str, surprisal: float) -> float:
        """Doubt beyond the usual, in [0, 1] (:meth:`UsualSurprisal.excess`)."""
        return self.of(part).excess(surprisal)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, 4 decimals; inverse of :meth:`from_dict`."""
        kept = {"": self.others, **self.parts}
        return {
            name: [round(each.middle, 4), round(each.edge, 4), each.count]
            for name, each in kept.items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> UsualAgreement:
        """Read :meth:`to_dict`.

        Raises:
            KeyError, TypeError, ValueError, UncertaintyError: when it is damaged.
        """
        parts = {
            str(name): UsualSurprisal(float(middle), float(edge), int(count))
            for name, (middle, edge, count) in data.items()
        }
        others = parts.pop("")
        return cls(parts, others)


def fit_agreement(observations: Iterable[AgreementObservation]) -> UsualAgreement:
    """What is usual, from limbs and landmarks that are truly there.

    Raises:
        UncertaintyError: when there are too few of them.
    """
    by_part: dict[str, list[float]] = {}
    for each in observations:
        by_part.setdefault(each.part, []).append(each.surprisal)
    every = [value for own in by_part.values() for value in own]
    if len(every) < LEAST_OBSERVATIONS:
        raise UncertaintyError(
            f"{len(every)} limbs and landmarks of the calibration cases are there, at least "
            f"{LEAST_OBSERVATIONS} are needed to say how much they usually disagree."
        )
    parts = {
        part: UsualSurprisal.of(own)
        for part, own in sorted(by_part.items())
        if len(own) >= LEAST_OBSERVATIONS
    }
    return UsualAgreement(parts, UsualSurprisal.of(every))
