"""Comparing a value with published thresholds, where that is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ..imaging import Modality
from .definition import MeasurementDefinition
from .thresholds import (
    ADULT_FROM_YEARS,
    DIFFERENCE_PREFIX,
    ThresholdRow,
    UsualRange,
    threshold_set,
)
from .types import MeasurementSettings, Sex
from .uncertainty import Z95, nearest, probability_above


@dataclass(frozen=True)
class ReferenceRange:
    """What a threshold set says of one measurement for one patient.

    Attributes:
        rows: the rows that may apply: one, or several while the sex (or a child's age) is not
            known and the limits differ.
        usual: range that is usual under all rows, None when there is none.
        source: source, population, view and edge; or why the measurement has no limits.
        note: why no row applies, else empty.
        off_for_age: whether that is the age of the patient.
        thresholds: all cut points of all rows.
    """

    rows: tuple[ThresholdRow, ...] = ()
    usual: UsualRange | None = None
    source: str = ""
    note: str = ""
    off_for_age: bool = False
    thresholds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Classification:
    """Where a value lies; text and threshold are None where classifying is not possible.

    Attributes:
        text: the published range, or ``borderline (p = 0.69)``.
        threshold: the nearest threshold.
        p_above: probability that the true value exceeds it, None without sigma.
        borderline: the threshold lies within 1.96 sigma.
        note: sentence for the reader.
        usual: usual range for display, also where the value may not be classified.
        source: source, population, view and edge of the range.
        off_for_age: whether the thresholds are not made for the age of the patient.
    """

    text: str | None = None
    threshold: float | None = None
    p_above: float | None = None
    borderline: bool = False
    note: str = ""
    usual: UsualRange | None = None
    source: str = ""
    off_for_age: bool = False


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
        settings: threshold set, modality, sex, age.
        allowed: False when a status of the value forbids classifying.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    return classify_value(definition.id, definition.unit, value, sigma, settings, allowed)


def classify_difference(
    measurement: str,
    unit: str,
    value: float,
    sigma: float | None,
    settings: MeasurementSettings,
    allowed: bool = True,
) -> Classification:
    """Compare the side difference right minus left of ``measurement`` with its thresholds.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    id_ = DIFFERENCE_PREFIX + measurement
    return classify_value(id_, unit, value, sigma, settings, allowed)


def difference_flag(
    measurement: str, unit: str, value: float, settings: MeasurementSettings
) -> str | None:
    """The class of a side difference (right minus left) outside its usual range, else None.

    None also where ``measurement`` has no limits for the difference of the sides.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    if not reference_range(DIFFERENCE_PREFIX + measurement, settings).rows:
        return None
    found = classify_difference(measurement, unit, value, None, settings)
    low, high = found.usual or (None, None)
    within = (low is None or value >= low) and (high is None or value <= high)
    return None if within else found.text


def classify_value(
    id_: str,
    unit: str,
    value: float,
    sigma: float | None,
    settings: MeasurementSettings,
    allowed: bool = True,
) -> Classification:
    """Compare a value of the threshold row ``id_`` with the chosen set; see :func:`classify`.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    found = reference_range(id_, settings)
    if not allowed or not found.rows:
        note = found.note if allowed else ""
        off = found.off_for_age
        return Classification(note=note, usual=found.usual, source=found.source, off_for_age=off)
    threshold = nearest(value, found.thresholds)
    p = probability_above(value, sigma, threshold) if sigma else None
    borderline = bool(sigma) and abs(value - threshold) <= Z95 * (sigma or 0.0)
    text, note = _class(found.rows, value, unit)
    if text is None:
        borderline = False
    elif borderline:
        text = f"borderline (p = {p:.2f})"
        note = f"The threshold of {threshold:g} {unit} lies within the uncertainty."
    return Classification(text, threshold, p, borderline, note, found.usual, found.source)


def _class(rows: tuple[ThresholdRow, ...], value: float, unit: str) -> tuple[str | None, str]:
    """Text of the class if all rows agree on it, else a note with all limits."""
    if len(rows) == 1:
        return rows[0].label(value), ""
    labels = "; ".join(_distinct(row.label(value) for row in rows))
    if len({row.class_of(value) for row in rows}) == 1:
        return labels, ""
    fact = "sex" if len({row.sexes for row in rows}) > 1 else "age"
    limits = ", ".join(
        f"{row.population} {' and '.join(f'{cut.at:g}' for cut in row.cuts)} {unit}" for row in rows
    )
    return None, (
        f"Not classified: the {fact} is not known and the limits differ ({limits}). "
        f"By them: {labels}."
    )


def reference_range(id_: str, settings: MeasurementSettings) -> ReferenceRange:
    """Usual range and thresholds of measurement ``id_`` for this patient and kind of image.

    Raises:
        ConfigurationError: when the threshold set is unknown.
    """
    return _reference_range(
        id_,
        settings.threshold_set,
        settings.modality,
        settings.sex,
        settings.patient_age_years,
        settings.open_physes,
    )


@lru_cache(maxsize=1024)
def _reference_range(
    id_: str, set_id: str, modality: Modality, sex: Sex, age: float | None, open_physes: bool
) -> ReferenceRange:
    chosen = threshold_set(set_id)
    rows = chosen.rows.get(id_, ())
    if not rows:
        return ReferenceRange(source=chosen.report_only.get(id_, ""))
    of_age = [row for row in rows if _fits_age(row, age, open_physes)]
    if not of_age:
        who = "adults" if any(row.for_adults for row in rows) else "children"
        if any(row.for_adults is not rows[0].for_adults for row in rows):
            who = "patients of another age"
        return ReferenceRange(
            note=f"Not classified: the thresholds are for {who}.", off_for_age=True
        )
    of_image = [row for row in of_age if modality is Modality.UNKNOWN or modality in row.modalities]
    if not of_image:
        note = f"Not classified: {set_id} is not made for {modality.value} images."
        return ReferenceRange(note=note)
    fitting = tuple(row for row in of_image if sex is Sex.UNKNOWN or sex in row.sexes)
    source = " / ".join(_distinct(row.provenance for row in fitting))
    cuts = tuple(cut.at for row in fitting for cut in row.cuts)
    return ReferenceRange(fitting, _common(fitting), source, thresholds=cuts)


def _fits_age(row: ThresholdRow, age: float | None, open_physes: bool) -> bool:
    """Without an age the patient is taken for an adult, unless the physes are open."""
    if not open_physes:
        return row.for_adults if age is None else row.fits_age(age)
    if age is None:
        return not row.for_adults
    return row.fits_age(min(age, ADULT_FROM_YEARS - 0.001))


def _common(rows: Iterable[ThresholdRow]) -> UsualRange | None:
    """What is usual under every row."""
    ranges = [row.usual for row in rows]
    if not ranges or None in ranges:
        return None
    lows = [r[0] for r in ranges if r is not None and r[0] is not None]
    highs = [r[1] for r in ranges if r is not None and r[1] is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    return None if low is not None and high is not None and low >= high else (low, high)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
