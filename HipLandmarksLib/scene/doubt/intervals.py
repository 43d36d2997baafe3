"""Intervals of the measurements and probabilities of thresholds, as rows of a table."""

from __future__ import annotations

from ...anatomy import HipLandmarks
from ...measurement import Measurement
from ...measurement.result import display_value
from ...uncertainty import Calibration, measurement_doubt

COLUMNS = (
    *("Measurement", "Side", "Value", "Level", "From", "To"),
    *("Threshold", "P(above threshold)", "Remark"),
)


def interval_row(
    calibration: Calibration, measurement: Measurement, landmarks: HipLandmarks
) -> tuple[str, ...]:
    """The row of a measurement, see :data:`COLUMNS`. Research software: not a diagnosis.

    Conformal while all its points are the model's; with a reader's point in it the interval is
    that of the points' covariances, and the remark says so.
    """
    doubt = measurement_doubt(calibration, measurement, landmarks)
    unit = measurement.unit
    low, high = (
        ("", "")
        if doubt.interval is None
        else (display_value(each, unit) for each in doubt.interval)
    )
    threshold = "" if doubt.threshold is None else display_value(doubt.threshold, unit)
    p_above = "" if doubt.p_above is None else f"{doubt.p_above:.2f}"
    level = f"{100 * doubt.level:.0f} %"
    about = (measurement.name, measurement.side.word, measurement.display, level)
    return (*about, low, high, threshold, p_above, doubt.reason)
