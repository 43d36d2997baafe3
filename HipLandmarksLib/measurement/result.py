"""The result of one measurement: a value or null with a reason, and all that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..anatomy import AnySide, LandmarkState
from ..imaging import Calibration
from .drawing import Drawing
from .types import Edge, MeasurementStatus, Reference


@dataclass(frozen=True)
class MeasurementInput:
    """A landmark that entered a value.

    Attributes:
        side, key: the landmark.
        position: LPS mm.
        state: as stored with the landmark.
        sigma_mm: root mean square of the two in-plane standard deviations, None when unknown.
    """

    side: AnySide
    key: str
    position: tuple[float, float, float]
    state: LandmarkState
    sigma_mm: float | None


@dataclass(frozen=True)
class Measurement:
    """One measurement of one hip or of the pelvis. Research software: not a diagnosis.

    Attributes:
        id, side, unit: what was measured; ``deg``, ``mm``, ``%`` or ``ratio``.
        value: the number, or None; then ``status`` and ``reason`` say why. Never 0 for missing.
        status: ``(OK,)`` or everything a reader must know.
        reason: sentences for the statuses, empty when there is nothing to say.
        missing: keys of the landmarks that are not there.
        reference: line that was used (NONE when the measurement needs none).
        edge: which acetabular edge, None when it does not matter.
        inputs: the landmarks used.
        sigma, ci95: standard deviation and 95 % interval from the landmarks' covariances.
        classification: text of the published range, None where classifying is not allowed.
        threshold: nearest threshold; ``p_above_threshold``: probability to lie above it.
        threshold_set: id of the set.
        finding: relation or sign in words, such as ``fovea above the line``; None without one.
        usual: (low, high) of the usual range, None where it is open; None without a range.
        range_source: literature of the range, "" without one.
        method_version: construction, such as ``alpha/1``.
        name, short_name, definition: for tables, labels and help.
        calibration: provenance and factor of the pixel size.
        pixel_spacing: (row, column) in mm.
        drawing: primitives in LPS mm, None without a value.
    """

    id: str
    side: AnySide
    value: float | None
    unit: str
    status: tuple[MeasurementStatus, ...]
    reason: str
    missing: tuple[str, ...]
    reference: Reference
    edge: Edge | None
    inputs: tuple[MeasurementInput, ...]
    sigma: float | None
    ci95: tuple[float, float] | None
    classification: str | None
    threshold: float | None
    p_above_threshold: float | None
    threshold_set: str
    method_version: str
    name: str
    short_name: str
    definition: str
    calibration: Calibration
    pixel_spacing: tuple[float, float]
    drawing: Drawing | None
    finding: str | None = None
    usual: tuple[float | None, float | None] | None = None
    range_source: str = ""

    @property
    def display(self) -> str:
        """Value for the screen: whole degrees, half millimetres; a dash when there is none."""
        if self.value is None:
            return "–"
        return display_value(self.value, self.unit)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; the drawing is left out."""
        return {
            "id": self.id,
            "name": self.name,
            "side": self.side.value,
            "value": self.value,
            "unit": self.unit,
            "status": [status.value for status in self.status],
            "reason": self.reason,
            "missing": list(self.missing),
            "reference": self.reference.value,
            "edge": None if self.edge is None else self.edge.value,
            "inputs": [_input_to_dict(entry) for entry in self.inputs],
            "spacing": self._spacing_to_dict(),
            "sigma": self.sigma,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "classification": self.classification,
            "threshold": self.threshold,
            "p_above_threshold": self.p_above_threshold,
            "threshold_set": self.threshold_set,
            "finding": self.finding,
            "usual": None if self.usual is None else list(self.usual),
            "range_source": self.range_source,
            "method_version": self.method_version,
            "definition": self.definition,
        }

    def _spacing_to_dict(self) -> dict[str, Any]:
        return {
            "row": self.pixel_spacing[0],
            "column": self.pixel_spacing[1],
            "provenance": self.calibration.provenance.value,
            "factor": self.calibration.factor,
            "calibrated": self.calibration.calibrated,
        }


def display_value(value: float, unit: str) -> str:
    """A number for the screen: whole degrees and percent, half millimetres, two decimals.

    Finer is noise.
    """
    if unit == "mm":
        return f"{round(value * 2) / 2:.1f} mm"
    if unit == "ratio":
        return f"{value:.2f}"
    return f"{round(value)}°" if unit == "deg" else f"{round(value)} {unit}"


def _input_to_dict(entry: MeasurementInput) -> dict[str, Any]:
    return {
        "side": entry.side.value,
        "key": entry.key,
        "position": list(entry.position),
        "state": entry.state.value,
        "sigma_mm": entry.sigma_mm,
    }
