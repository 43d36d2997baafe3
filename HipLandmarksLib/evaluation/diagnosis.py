"""Screening by a threshold: confusion matrix and rates with exact intervals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..errors import ConfigurationError
from ..resources import resource_path
from .agreement import exact_interval
from .clusters import cluster_interval
from .measurement_metrics import MeasuredPair

FORMAT = "hiplandmarks-diagnoses-1"


@dataclass(frozen=True)
class Rate:
    """A proportion with its exact (Clopper-Pearson) interval; None where the trials are 0.

    Attributes:
        successes, trials: counts.
        value: their ratio, None without trials.
        ci95: exact interval, for independent hips.
    """

    successes: int
    trials: int
    value: float | None
    ci95: tuple[float, float] | None

    @classmethod
    def of(cls, successes: int, trials: int) -> Rate:
        """Rate of so many in so many."""
        if trials == 0:
            return cls(0, 0, None, None)
        return cls(successes, trials, successes / trials, exact_interval(successes, trials))


@dataclass(frozen=True)
class Confusion:
    """Counts of hips: predicted against reference, positive = the condition is there."""

    tp: int
    fp: int
    tn: int
    fn: int

    @property
    def accuracy(self) -> Rate:
        """Share of hips that are classed as the reference has them."""
        return Rate.of(self.tp + self.tn, self.tp + self.fp + self.tn + self.fn)

    @property
    def sensitivity(self) -> Rate:
        """Share of the hips with the condition that are found."""
        return Rate.of(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> Rate:
        """Share of the hips without the condition that are left alone."""
        return Rate.of(self.tn, self.tn + self.fp)

    @property
    def ppv(self) -> Rate:
        """Share of the positive calls that are right."""
        return Rate.of(self.tp, self.tp + self.fp)

    @property
    def npv(self) -> Rate:
        """Share of the negative calls that are right."""
        return Rate.of(self.tn, self.tn + self.fn)

    def to_dict(self) -> dict[str, Any]:
        """Counts and rates, JSON-ready."""
        rates = {name: vars(getattr(self, name)) for name in RATES}
        return {"tp": self.tp, "fp": self.fp, "tn": self.tn, "fn": self.fn, **rates}


RATES = ("accuracy", "sensitivity", "specificity", "ppv", "npv")


@dataclass(frozen=True)
class DiagnosisRule:
    """When a measurement counts as positive.

    Attributes:
        id, name: of the condition.
        measurement: id of the measurement.
        threshold: in its unit.
        positive: ``above`` (>), ``from`` (>=) or ``below`` (<) the threshold.
        source: where the threshold comes from.
    """

    id: str
    name: str
    measurement: str
    threshold: float
    positive: str
    source: str

    def holds(self, value: float) -> bool:
        """Whether ``value`` is positive."""
        if self.positive == "above":
            return value > self.threshold
        return value >= self.threshold if self.positive == "from" else value < self.threshold


@dataclass(frozen=True)
class Screening:
    """How well a rule on predicted measurements repeats the same rule on the reference.

    Attributes:
        rule: the rule.
        confusion: of the hips with both values.
        n_without_value: hips whose reference has a value and whose prediction has none.
        accuracy_ci95: interval of the accuracy, resampled by patient.
    """

    rule: DiagnosisRule
    confusion: Confusion
    n_without_value: int
    accuracy_ci95: tuple[float, float] | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "rule": vars(self.rule),
            **self.confusion.to_dict(),
            "n_without_value": self.n_without_value,
            "accuracy_ci95_by_patient": self.accuracy_ci95,
        }


@lru_cache(maxsize=1)
def diagnosis_rules() -> tuple[DiagnosisRule, ...]:
    """The rules that ship with the product.

    Raises:
        ConfigurationError: when the file is damaged.
    """
    path = resource_path("Evaluation", "diagnoses.json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, expected {FORMAT!r}")
        rules = tuple(DiagnosisRule(**row) for row in data["rules"])
        if any(rule.positive not in ("above", "from", "below") for rule in rules):
            raise ValueError("positive must be above, from or below")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path.name} is damaged: {error}") from error
    return rules


def screen(rule: DiagnosisRule, pairs: Sequence[MeasuredPair], seed: int = 17) -> Screening:
    """Apply a rule to the reference and to the predicted values of its measurement."""
    own = [p for p in pairs if p.id == rule.measurement and p.reference is not None]
    calls = [
        (rule.holds(p.reference), rule.holds(p.predicted), p.patient)
        for p in own
        if p.reference is not None and p.predicted is not None
    ]
    confusion = confusion_of([truth for truth, _, _ in calls], [call for _, call, _ in calls])
    interval = cluster_interval(
        [float(truth == call) for truth, call, _ in calls], [who for _, _, who in calls], seed=seed
    )
    return Screening(rule, confusion, len(own) - len(calls), interval)


def confusion_of(reference: Sequence[bool], predicted: Sequence[bool]) -> Confusion:
    """Count the four kinds of calls, hip by hip."""
    calls = list(zip(reference, predicted, strict=True))
    return Confusion(
        tp=calls.count((True, True)),
        fp=calls.count((False, True)),
        tn=calls.count((False, False)),
        fn=calls.count((True, False)),
    )
