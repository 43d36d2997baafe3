"""What calibration learns from: a model's landmarks and measurements beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from ..anatomy import Landmark
from ..errors import UncertaintyError
from ..measurement import ViewPlane
from .signs import PresenceSigns
from .units import MILLIMETRES, LengthScale, LengthUnit

Covariance2 = tuple[float, float, float]
"""(xx, xy, yy)."""


@dataclass(frozen=True)
class LandmarkObservation:
    """One landmark of a calibration case: what the model said, and the truth.

    Attributes:
        patient: who it shows; images and hips of one patient belong together.
        key: landmark, left and right pooled.
        is_present: whether the landmark truly is there.
        signs: raw signs of its presence.
        offset: true minus predicted place in the plane, in the calibration's unit; None when the
            landmark is absent or the model says no place.
        covariance: raw (xx, xy, yy) of the predicted place, unit squared; None without an offset.
        has_place: whether the model says a place at all, if only one that it suppressed.

    Raises:
        UncertaintyError: when a number is not finite, or offset and covariance do not go together.
    """

    patient: str
    key: str
    is_present: bool
    signs: PresenceSigns
    offset: tuple[float, float] | None = None
    covariance: Covariance2 | None = None
    has_place: bool = True

    def __post_init__(self) -> None:
        if (self.offset is None) != (self.covariance is None):
            raise UncertaintyError(f"{self.key}: an error and its covariance go together.")
        numbers = (*(self.offset or ()), *(self.covariance or ()))
        if not all(isfinite(number) for number in numbers):
            raise UncertaintyError(f"{self.key}: error and covariance must be finite.")

    @classmethod
    def of(
        cls,
        patient: str,
        predicted: Landmark,
        reference: Landmark,
        plane: ViewPlane,
        unit: LengthUnit = LengthUnit.MILLIMETRE,
        scale: LengthScale = MILLIMETRES,
    ) -> LandmarkObservation:
        """Compare a landmark, as the model gives it without calibration, with its reference.

        A landmark that the model reports absent is compared at its suppressed position.

        Args:
            patient: who it shows.
            predicted: raw, LPS mm.
            reference: the truth, LPS mm.
            plane: of the image.
            unit: of the calibration.
            scale: what lengths of the image's frame mean.

        Raises:
            UncertaintyError: when the image does not know the unit.
        """
        signs, key = PresenceSigns.of(predicted), predicted.key
        place, rows = predicted_place(predicted), predicted.covariance
        if reference.position is None or place is None or rows is None:
            there = reference.position is not None
            return cls(patient, key, there, signs, has_place=place is not None)
        length = scale.length_of(unit, predicted.side)
        x, y = plane.project_point(reference.position)
        u, v = plane.project_point(place)
        xx, xy, yy = plane.project_covariance(rows)
        area = length**2
        offset = ((x - u) / length, (y - v) / length)
        return cls(patient, key, True, signs, offset, (xx / area, xy / area, yy / area))


def predicted_place(landmark: Landmark) -> tuple[float, float, float] | None:
    """Where the model puts a landmark, also one that it reports absent; None when it says none."""
    if landmark.position is not None or landmark.evidence is None:
        return landmark.position
    return landmark.evidence.suppressed_position


@dataclass(frozen=True)
class MeasurementObservation:
    """One measurement of a calibration case, from calibrated landmarks, beside the truth.

    Attributes:
        patient: who it shows.
        id: measurement.
        error: true minus measured value, in the measurement's unit.
        below, above: standard deviations to either side that the landmarks' covariances (or
            samples of their heatmaps) give; see :class:`.Spread`.

    Raises:
        UncertaintyError: when a number is not finite, or a standard deviation is not positive.
    """

    patient: str
    id: str
    error: float
    below: float
    above: float

    def __post_init__(self) -> None:
        if not (isfinite(self.error) and 0 < self.below < float("inf") > self.above > 0):
            raise UncertaintyError(
                f"{self.id}: the error must be finite and its standard deviations above 0."
            )

    @property
    def score(self) -> float:
        """Signed error in standard deviations of its side."""
        return self.error / (self.above if self.error >= 0 else self.below)
