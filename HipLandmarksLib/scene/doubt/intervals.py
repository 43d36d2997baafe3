"""Intervals of the measurements and probabilities of thresholds, as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping

from ...anatomy import AnySide, HipLandmarks
from ...measurement import Measurement
from ...measurement.result import display_value
from ...uncertainty import MeasurementDoubt
from .reading import ModelReading
from .table import TextTable

COLUMNS = (
    *("Measurement", "Side", "Value", "Level", "From", "To"),
    *("Threshold", "P(above threshold)", "Remark"),
)


def update_rows(
    table: TextTable,
    reading: ModelReading,
    measured: Mapping[tuple[str, AnySide], Measurement],
    landmarks: HipLandmarks,
) -> None:
    """Rewrite the rows of these measurements by a calibrated model's reading; what never had a
    value has none."""
    rows = {}
    for id_, each in measured.items():
        doubt = reading.doubt_about(each, landmarks)
        if doubt is not None and (each.value is not None or id_ in table):
            rows[id_] = interval_row(each, doubt)
    table.update(rows)


def interval_row(measurement: Measurement, doubt: MeasurementDoubt) -> tuple[str, ...]:
    """The row of a measurement, see :data:`COLUMNS`. Research software: not a diagnosis.

    Conformal while all its points are the model's; with a reader's point in it the interval is
    that of the points' covariances, and the remark says so.
    """
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
