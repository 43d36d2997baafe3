"""Green, amber, red: grades of the expected error, with the error that was measured in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from ..anatomy import ErrorBin
from ..errors import UncertaintyError
from .conformal import UNBOUNDED, ConformalTable
from .units import LengthUnit

GREEN_SHARE = 0.5
"""The surer half of the points is green."""
AMBER_SHARE = 0.85
"""The least sure 15 % are red."""
BOUND_LEVEL = 0.9


@dataclass(frozen=True)
class MeasuredError:
    """Errors of the calibration points of one grade.

    Attributes:
        points, patients: how many there were.
        median: half of the points were nearer than this; None without points.
        bound90: 90 % of new points are nearer, finite-sample and grouped by patient; None when
            there are too few patients to say.
    """

    points: int
    patients: int
    median: float | None
    bound90: float | None

    def __post_init__(self) -> None:
        known = [value for value in (self.median, self.bound90) if value is not None]
        if not all(isfinite(value) and value >= 0.0 for value in known):
            raise UncertaintyError("The measured errors of a grade are finite and not below 0.")

    def words(self, unit: LengthUnit) -> str:
        """Such as ``half of them within 1.2 mm, 90 % within 3.4 mm``."""
        name = unit.value
        if self.median is None:
            return "no calibration point was of this grade"
        bound = f"{self.bound90:.1f} {name}" if self.bound90 is not None else UNBOUNDED
        return f"half of them within {self.median:.1f} {name}, 90 % within {bound}"


@dataclass(frozen=True)
class ErrorBins:
    """Quantile bins of the expected error.

    Attributes:
        limits: expected errors at which amber and red begin, ascending, in the calibration's unit.
        measured: what was measured in each grade.

    Raises:
        UncertaintyError: when the limits do not ascend or a grade is missing.
    """

    limits: tuple[float, float]
    measured: Mapping[ErrorBin, MeasuredError]

    def __post_init__(self) -> None:
        green, amber = self.limits
        if not (isfinite(green) and isfinite(amber) and 0.0 <= green <= amber):
            raise UncertaintyError("The limits of the grades must be finite and ascend.")
        if set(self.measured) != set(ErrorBin):
            raise UncertaintyError("Every grade needs its measured error.")

    @classmethod
    def fit(
        cls, expected: Sequence[float], errors: Sequence[float], patients: Sequence[str]
    ) -> ErrorBins:
        """Bins from the expected and the true errors of calibration points.

        Args:
            expected, errors: one per point, in the calibration's unit.
            patients: who each point belongs to.

        Raises:
            UncertaintyError: when there are no points, or the lists do not match.
        """
        if not expected or not len(expected) == len(errors) == len(patients):
            raise UncertaintyError(
                f"{len(expected)} expected errors, {len(errors)} errors and {len(patients)} "
                "patients make no grades: give one of each per point."
            )
        green, amber = np.quantile(np.asarray(expected, dtype=float), [GREEN_SHARE, AMBER_SHARE])
        limits = (float(green), float(amber))
        grades = [_grade(limits, value) for value in expected]
        members = {
            grade: [(p, e) for p, e, g in zip(patients, errors, grades, strict=True) if g is grade]
            for grade in ErrorBin
        }
        return cls(limits, {grade: _measured(own) for grade, own in members.items()})

    def bin_of(self, expected: float) -> ErrorBin:
        """Grade of an expected error."""
        return _grade(self.limits, expected)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        measured = {grade.value: dict(vars(own)) for grade, own in self.measured.items()}
        return {"limits": list(self.limits), "measured": measured}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ErrorBins:
        """Read :meth:`to_dict`.

        Raises:
            KeyError, TypeError, ValueError, UncertaintyError: when it is damaged.
        """
        green, amber = (float(value) for value in data["limits"])
        own = {ErrorBin(word): _read(each) for word, each in data["measured"].items()}
        return cls((green, amber), own)


def _grade(limits: tuple[float, float], expected: float) -> ErrorBin:
    if expected > limits[1]:
        return ErrorBin.RED
    return ErrorBin.AMBER if expected > limits[0] else ErrorBin.GREEN


def _measured(points: Sequence[tuple[str, float]]) -> MeasuredError:
    table = ConformalTable.of(points)
    if not points:
        return MeasuredError(0, 0, None, None)
    bound = table.region(BOUND_LEVEL).radius
    return MeasuredError(
        len(points), table.patients, float(np.median([error for _, error in points])), bound
    )


def _read(data: Mapping[str, Any]) -> MeasuredError:
    median, bound = (
        None if data[name] is None else float(data[name]) for name in ("median", "bound90")
    )
    return MeasuredError(int(data["points"]), int(data["patients"]), median, bound)
