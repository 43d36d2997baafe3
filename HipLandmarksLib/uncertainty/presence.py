"""Probability that a landmark is there, from all signs together (logistic regression)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, isfinite
from typing import Any

from ..errors import UncertaintyError
from .signs import DIRECTIONS, MISSING_WORDS, WORDS, PresenceSigns


@dataclass(frozen=True)
class SignWeight:
    """How one sign enters the log-odds: weight * (sign - mean) / spread, or ``missing``.

    Attributes:
        weight: per standard deviation of the sign; never against its direction.
        mean, spread: of the sign on the calibration cases.
        missing: what counts instead when the sign is not there (not assessable).
    """

    weight: float
    mean: float = 0.0
    spread: float = 1.0
    missing: float = 0.0

    def term(self, value: float | None) -> float:
        """Contribution to the log-odds."""
        if value is None:
            return self.missing
        return self.weight * (value - self.mean) / self.spread


@dataclass(frozen=True)
class PresenceModel:
    """Calibrated probability of presence, and below which a landmark is suppressed.

    Attributes:
        signs: weight of every sign in use, by name.
        intercept: log-odds of a landmark with average signs.
        offsets: what a landmark key adds to the intercept, left and right pooled.
        thresholds: least probability of a landmark that is reported, by key.
        pooled_threshold: the same for keys that were too rarely absent, or never, in the
            calibration to have one of their own.

    Raises:
        UncertaintyError: when a sign is unknown, or a number makes no sense.
    """

    signs: Mapping[str, SignWeight]
    intercept: float
    offsets: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    pooled_threshold: float = 0.5

    def __post_init__(self) -> None:
        for name, sign in self.signs.items():
            if name not in DIRECTIONS:
                raise UncertaintyError(f"The calibration weighs an unknown sign, {name}.")
            if not sign.spread > 0 or sign.weight * DIRECTIONS[name] < 0:
                raise UncertaintyError(f"The calibration turns the sign {name} around.")
        weights = [number for sign in self.signs.values() for number in vars(sign).values()]
        if not all(isfinite(v) for v in (*weights, self.intercept, *self.offsets.values())):
            raise UncertaintyError("The calibration of presence holds numbers that are not finite.")
        limits = (*self.thresholds.values(), self.pooled_threshold)
        if not all(0.0 <= limit <= 1.0 for limit in limits):
            raise UncertaintyError("Thresholds of presence lie between 0 and 1.")

    def log_odds(self, key: str, signs: PresenceSigns) -> float:
        """Log-odds that the landmark is there."""
        given = signs.by_name()
        terms = (sign.term(given[name]) for name, sign in self.signs.items())
        return self.intercept + self.offsets.get(key, 0.0) + sum(terms)

    def probability(self, key: str, signs: PresenceSigns) -> float:
        """Probability in [0, 1] that the landmark is there; see :meth:`is_pooled`."""
        return logistic(self.log_odds(key, signs))

    def threshold(self, key: str) -> float:
        """Least probability of a landmark that is reported."""
        return self.thresholds.get(key, self.pooled_threshold)

    def is_pooled(self, key: str) -> bool:
        """Whether the threshold of ``key`` is that of all landmarks together."""
        return key not in self.thresholds

    def strongest_against(self, signs: PresenceSigns) -> str:
        """Words for the sign that speaks most against presence; "" when none does."""
        given = signs.by_name()
        terms = {name: sign.term(given[name]) for name, sign in self.signs.items()}
        worst = min(terms, key=lambda name: terms[name], default="")
        if not worst or terms[worst] >= 0.0:
            return ""
        return MISSING_WORDS if given[worst] is None else WORDS[worst]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "signs": {name: dict(vars(sign)) for name, sign in self.signs.items()},
            "intercept": self.intercept,
            "offsets": dict(self.offsets),
            "thresholds": dict(self.thresholds),
            "pooled_threshold": self.pooled_threshold,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PresenceModel:
        """Read :meth:`to_dict`.

        Raises:
            KeyError, TypeError, ValueError, UncertaintyError: when it is damaged.
        """
        return cls(
            {
                str(name): SignWeight(**{key: float(value) for key, value in sign.items()})
                for name, sign in data["signs"].items()
            },
            float(data["intercept"]),
            {str(key): float(value) for key, value in data["offsets"].items()},
            {str(key): float(value) for key, value in data["thresholds"].items()},
            float(data["pooled_threshold"]),
        )


def logistic(log_odds: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if log_odds >= 0:
        return 1.0 / (1.0 + exp(-log_odds))
    odds = exp(log_odds)
    return odds / (1.0 + odds)
