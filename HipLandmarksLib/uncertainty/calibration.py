"""``Calibration``: all that makes a model's doubt honest, as it lies in the model's card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import UncertaintyError
from .agreement import UsualAgreement
from .bins import ErrorBins
from .conformal import (
    UNBOUNDED,
    ConformalTable,
    Grouping,
    Region,
    tables_from_dict,
    tables_to_dict,
)
from .position import PositionModel
from .presence import PresenceModel
from .units import LengthUnit

FORMAT = "hiplandmarks-calibration-1"
NOT_CALIBRATED = "This model is not calibrated: its doubt is shown as the network states it."


@dataclass(frozen=True)
class CalibrationProvenance:
    """What a calibration rests on.

    Attributes:
        data: the calibration cases in words, with their licence or origin.
        patients, cases: how many.
        date: when it was made, ISO 8601.
        patient_names: pseudonyms, so that nobody tests on them.
    """

    data: str
    patients: int
    cases: int
    date: str
    patient_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.patients < 0 or self.cases < 0:
            raise UncertaintyError("A calibration cannot rest on fewer than no cases.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {**vars(self), "patient_names": list(self.patient_names)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CalibrationProvenance:
        """Read :meth:`to_dict`."""
        return cls(
            str(data["data"]),
            int(data["patients"]),
            int(data["cases"]),
            str(data["date"]),
            tuple(str(name) for name in data["patient_names"]),
        )


@dataclass(frozen=True)
class Calibration:
    """Calibration of one model.

    Attributes:
        unit: of lengths in here.
        level: nominal coverage of regions and intervals unless one asks for another.
        presence: None when the calibration cases could not fix it; then ``reasons`` says why,
            and the states of landmarks stay as the model gives them.
        position: None as above; then covariances stay as the model gives them.
        bins: None without ``position``.
        landmarks: Mahalanobis distances of the calibration cases by landmark key.
        measurements: signed errors in standard deviations by measurement id.
        provenance: what it rests on.
        reasons: why a part is None, by its name.
        agreement: how much limbs and landmarks that are there usually disagree with the fields;
            None for models without fields, and for calibrations made before this was measured.

    Raises:
        UncertaintyError: when the parts contradict each other.
    """

    provenance: CalibrationProvenance
    unit: LengthUnit = LengthUnit.MILLIMETRE
    level: float = 0.9
    presence: PresenceModel | None = None
    position: PositionModel | None = None
    bins: ErrorBins | None = None
    landmarks: Mapping[str, ConformalTable] = field(default_factory=dict)
    measurements: Mapping[str, ConformalTable] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    agreement: UsualAgreement | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.level < 1.0:
            raise UncertaintyError(f"A coverage lies between 0 and 1, not {self.level}.")
        if (self.bins is None) != (self.position is None):
            raise UncertaintyError("Grades of the expected error need calibrated positions.")
        if self.position is None and (self.landmarks or self.measurements):
            raise UncertaintyError("Conformal regions need calibrated positions.")

    def region(
        self, key: str, level: float | None = None, grouping: Grouping = Grouping.EACH
    ) -> Region:
        """Conformal region of a landmark, in standard deviations of its calibrated covariance."""
        return _region(self.landmarks, key, level or self.level, grouping)

    def measurement_region(
        self, id_: str, level: float | None = None, grouping: Grouping = Grouping.EACH
    ) -> Region:
        """Conformal interval of a measurement, in standard deviations (:class:`.Spread`)."""
        return _region(self.measurements, id_, level or self.level, grouping)

    def remarks(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Sentences about landmark keys that this calibration does not know by themselves."""
        keys = tuple(dict.fromkeys(keys))
        told = [
            f"The {name} of landmarks is not calibrated: {why}"
            for name, why in self.reasons.items()
        ]
        for what, part in (("presence", self.presence), ("expected error", self.position)):
            pooled = [] if part is None else [key for key in keys if part.is_pooled(key)]
            if pooled:
                told.append(
                    f"For want of calibration cases the {what} of {', '.join(pooled)} is judged as "
                    "that of all landmarks together."
                )
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; inverse of :meth:`from_dict`."""
        return {
            "format": FORMAT,
            "unit": self.unit.value,
            "level": self.level,
            "provenance": self.provenance.to_dict(),
            "presence": None if self.presence is None else self.presence.to_dict(),
            "position": None if self.position is None else self.position.to_dict(),
            "bins": None if self.bins is None else self.bins.to_dict(),
            "landmarks": tables_to_dict(self.landmarks),
            "measurements": tables_to_dict(self.measurements),
            "reasons": dict(self.reasons),
            **({} if self.agreement is None else {"agreement": self.agreement.to_dict()}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """Read :meth:`to_dict`.

        Raises:
            UncertaintyError: when the format is another one, or a part is missing or damaged.
        """
        try:
            if data["format"] != FORMAT:
                raise UncertaintyError(
                    f"The calibration has the format {data['format']!r}; this version reads "
                    f"{FORMAT!r}. Calibrate the model again."
                )
            return cls(
                provenance=CalibrationProvenance.from_dict(data["provenance"]),
                unit=LengthUnit(data["unit"]),
                level=float(data["level"]),
                presence=_part(PresenceModel, data["presence"]),
                position=_part(PositionModel, data["position"]),
                bins=_part(ErrorBins, data["bins"]),
                landmarks=tables_from_dict(data["landmarks"]),
                measurements=tables_from_dict(data["measurements"]),
                reasons={str(name): str(why) for name, why in data["reasons"].items()},
                agreement=_part(UsualAgreement, data.get("agreement")),
            )
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise UncertaintyError(
                f"The calibration of the model is damaged ({error!r}): calibrate it again."
            ) from error


def _part(kind: Any, data: Mapping[str, Any] | None) -> Any:
    return None if data is None else kind.from_dict(data)


def _region(
    tables: Mapping[str, ConformalTable], key: str, level: float, grouping: Grouping
) -> Region:
    if key not in tables:
        return Region(level, None, f"{UNBOUNDED} (none with {key})", 0)
    return tables[key].region(level, grouping)


def ellipse(covariance: ArrayLike, region: Region) -> NDArray[np.float64] | None:
    """Half-axes of a landmark's region: (2, 2), rows in the axes of a 2x2 covariance.

    Args:
        covariance: calibrated, 2x2, of the plane it is drawn in.
        region: of the landmark.

    Returns:
        Half-axes (longest first) in the root of the covariance's unit: the outline is
        ``cos(t) * axes[0] + sin(t) * axes[1]``; None when the region is unbounded.
    """
    if region.radius is None:
        return None
    values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=np.float64))
    lengths = [region.radius * sqrt(max(0.0, float(value))) for value in values]
    return np.array([lengths[1] * vectors[:, 1], lengths[0] * vectors[:, 0]])
