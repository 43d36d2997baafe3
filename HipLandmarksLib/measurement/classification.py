"""Comparing a value with published thresholds, where that is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from ..imaging import Modality
from .definitions import MeasurementDefinition
from .thresholds import threshold_set
from .types import MeasurementSettings
from .uncertainty import Z95, nearest, probability_above

ADULT_FROM_YEARS = 16.0


@dataclass(frozen=True)
class Classification:
    """Where a value lies; all None where classifying is not allowed or not possible.

    Attributes:
        text: the published range, or ``borderline (p = 0.69)``.
        threshold: the nearest threshold.
        p_above: probability that the true value exceeds it, None without sigma.
        borderline: the threshold lies within 1.96 sigma.
        note: sentence for the reader.
    """

    text: str | None = None
    threshold: float | None = None
    p_above: float | None = None
    borderline: bool = False
    note: str = ""


def classify(
    definition: MeasurementDefinition,
    value: float,
    sigma: float | None,
    settings: MeasurementSettings,
    allowed: bool,
) -> Classification:
    """Compare ``value`` with the thresholds of the chosen set.

    Args:
        definition: the measurement.
        value: its value.
        sigma: its standard deviation, None when unknown.
        settings: threshold set, modality, age.
        allowed: False when a status of the value forbids classifying.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    row = threshold_set(settings.threshold_set).rows.get(definition.id)
    if row is None or not allowed:
        return Classification()
    age = settings.patient_age_years
    if age is not None and age < ADULT_FROM_YEARS:
        return Classification(note="Not classified: the thresholds are for adults.")
    if settings.modality not in row.modalities and settings.modality is not Modality.UNKNOWN:
        return Classification(
            note=f"Not classified: {settings.threshold_set} is not made for "
            f"{settings.modality.value} images."
        )
    threshold = nearest(value, [cut.at for cut in row.cuts])
    if not sigma:
        return Classification(row.label(value), threshold)
    p = probability_above(value, sigma, threshold)
    if abs(value - threshold) > Z95 * sigma:
        return Classification(row.label(value), threshold, p)
    note = f"The threshold of {threshold:g} {definition.unit} lies within the uncertainty."
    return Classification(f"borderline (p = {p:.2f})", threshold, p, True, note)
