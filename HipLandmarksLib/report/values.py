"""Values, ranges and flags in words, for tables and pictures."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..measurement import Measurement, MeasurementStatus, SideDifference, threshold_set
from ..measurement.result import display_value

if TYPE_CHECKING:
    from ..uncertainty import MeasurementDoubt

UsualRange = tuple[float | None, float | None]

ABOVE, BELOW, BORDERLINE = "▲", "▼", "≈"
LEGEND = {
    ABOVE: f"{ABOVE} above the usual range",
    BELOW: f"{BELOW} below it",
    BORDERLINE: f"{BORDERLINE} a published limit lies within the uncertainty",
}


def format_value(measurement: Measurement, doubt: MeasurementDoubt | None = None) -> str:
    """Value and its interval in the same words everywhere; a dash without value.

    Of a calibrated model ``43° (38 to 47)``, or the value alone where its calibration gives no
    interval; else ± half the 95 % interval of the stated covariances, such as ``43° ± 7°``.

    Args:
        measurement: to tell.
        doubt: about it, of a calibrated model.
    """
    if measurement.value is None:
        return measurement.display
    if doubt is not None:
        return _with_interval(measurement, doubt)
    if measurement.sigma is None:
        return measurement.display
    return with_half_interval(measurement.display, measurement.unit, measurement.sigma)


def _with_interval(measurement: Measurement, doubt: MeasurementDoubt) -> str:
    if doubt.interval is None or not doubt.conformal:
        return measurement.display
    low, high = (_number(value, measurement.unit) for value in doubt.interval)
    return f"{measurement.display} ({low} to {high})"


def _span(interval: tuple[float, float], unit: str) -> str:
    """Such as ``38 to 47°``: the unit once."""
    low, high = interval
    return f"{_number(low, unit)} to {display_value(high, unit)}"


def _number(value: float, unit: str) -> str:
    """As on the screen, without its unit."""
    return display_value(value, unit).removesuffix("°").removesuffix(f" {unit}")


def uncertainty_words(
    result: Measurement | SideDifference, doubt: MeasurementDoubt | None = None
) -> str:
    """How far the true value may lie off, for a column of its own; empty where nobody knows.

    Of a calibrated model ``38 to 47° (90 %)``, or why its calibration gives no interval; with
    points of a reader in it ``40 to 46° (90 %, by its points alone)``. Else ± half the 95 %
    interval of the stated covariances, such as ``± 7°``.

    Args:
        result: to tell.
        doubt: about it, of a calibrated model.
    """
    if doubt is None:
        half = half_interval(result)
        return f"± {half}" if half else ""
    if result.value is None:
        return ""
    if doubt.interval is None:
        return doubt.reason
    level = f"{100 * doubt.level:g} %" + ("" if doubt.conformal else ", by its points alone")
    return f"{_span(doubt.interval, result.unit)} ({level})"


def half_interval(result: Measurement | SideDifference) -> str:
    """Half the 95 % interval, rounded like a value; empty when it is not known."""
    if result.value is None or result.sigma is None:
        return ""
    return display_value(1.96 * result.sigma, result.unit)


def with_half_interval(text: str, unit: str, sigma: float) -> str:
    """``text``, which ends with a rounded value and its unit, ± half the 95 % interval."""
    return f"{text.removesuffix(f' {unit}')} ± {display_value(1.96 * sigma, unit)}"


def format_difference(difference: SideDifference) -> str:
    """Right against left in words, such as ``R longer by 6.0 ± 2.5 mm``; empty without a value."""
    if difference.value is None:
        return ""
    if difference.sigma is None or not any(letter.isdigit() for letter in difference.words):
        return difference.words
    return with_half_interval(difference.words, difference.unit, difference.sigma)


@lru_cache(maxsize=1024)
def format_usual(usual: UsualRange | None, unit: str) -> str:
    """A usual range such as ``25–39°``, ``-17 to 7 mm`` or ``< 60°``; empty without one."""
    low, high = usual or (None, None)
    end = {"deg": "°", "ratio": ""}.get(unit, f" {unit}")
    if low is not None and high is not None:
        return f"{low:g}{' to ' if low < 0 else '–'}{high:g}{end}"
    if high is not None:
        return f"< {high:g}{end}"
    return "" if low is None else f"≥ {low:g}{end}"


def flag_of(measurement: Measurement) -> str:
    """Whether the class of a value lies above or below the usual one, or is open; else empty.

    Both marks when a limit is near, yet not the usual range. A mark never stands alone: the
    class and its source are told beside it.
    """
    if measurement.value is None or measurement.classification is None:
        return ""
    if MeasurementStatus.BORDERLINE in measurement.status:
        return _clear_of_usual(measurement) + BORDERLINE
    return _flag_of_class(measurement.threshold_set, measurement.id, measurement.classification)


@lru_cache(maxsize=1024)
def _flag_of_class(set_id: str, measurement: str, classification: str) -> str:
    """Mark of a class by its text; the rows of both sexes may have given it together."""
    for row in threshold_set(set_id).rows.get(measurement, ()):
        here = next((n for n, label in enumerate(row.labels) if label in classification), None)
        if row.usual is not None and here is not None:
            usual = row.class_of(_inside(row.usual))
            return ABOVE if here > usual else BELOW if here < usual else ""
    return ""


def _clear_of_usual(measurement: Measurement) -> str:
    """Above or below when the whole 95 % interval lies outside the usual range."""
    if measurement.ci95 is None or measurement.usual is None:
        return ""
    (low, high), (usual_low, usual_high) = measurement.ci95, measurement.usual
    if usual_high is not None and low > usual_high:
        return ABOVE
    return BELOW if usual_low is not None and high < usual_low else ""


def _inside(usual: UsualRange) -> float:
    """Some value within a range."""
    low, high = usual
    if low is not None and high is not None:
        return (low + high) / 2
    return (low or 0.0) + 1e-6 if high is None else high - 1e-6
