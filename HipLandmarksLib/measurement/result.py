"""The result of one measurement: a value or null with a reason, and all that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from ..anatomy import AnySide, LandmarkState
from ..imaging import Calibration
from .classification import Classification
from .definition import MeasurementDefinition
from .drawing import Drawing
from .types import Edge, MeasurementSettings, MeasurementStatus, Reference
from .uncertainty import interval95

PIXELS = "px"
"""Unit of a length where no millimetres are known."""


@dataclass(frozen=True, slots=True)
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


class Origin(Protocol):
    """Where a result comes from: what is only made when someone asks for it."""

    @property
    def definition(self) -> MeasurementDefinition:
        """The row of the measurement."""

    @property
    def settings(self) -> MeasurementSettings:
        """How it was measured."""

    @property
    def pixel_spacing(self) -> tuple[float, float]:
        """(row, column) in mm."""

    def inputs(self) -> tuple[MeasurementInput, ...]:
        """The landmarks used."""

    def drawing(self) -> Drawing:
        """The construction in LPS mm."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement of one hip or of the pelvis. Research software: not a diagnosis.

    Attributes:
        id, side, unit: what was measured; ``deg``, ``mm``, ``%`` or ``ratio``, and ``px`` for a
            length on an image that states no size at all.
        value: the number, or None; then ``status`` and ``reason`` say why. Never 0 for missing.
        status: ``(OK,)`` or everything a reader must know.
        reason: sentences for the statuses, empty when there is nothing to say.
        missing: keys of the landmarks that are not there.
        reference: line that was used (NONE when the measurement needs none).
        sigma: standard deviation from the landmarks' covariances, None when one is unknown.
        finding: relation or sign in words, such as ``fovea above the line``; None without one.
        found: comparison with the published thresholds.
        origin: what everything else is made from when it is asked for.
    """

    id: str
    side: AnySide
    value: float | None
    unit: str
    status: tuple[MeasurementStatus, ...]
    reason: str
    missing: tuple[str, ...]
    reference: Reference
    sigma: float | None
    finding: str | None
    found: Classification = field(repr=False)
    origin: Origin = field(repr=False, compare=False)

    @property
    def ci95(self) -> tuple[float, float] | None:
        """95 % interval, None without sigma."""
        if self.value is None or self.sigma is None:
            return None
        return interval95(self.value, self.sigma)

    @property
    def classification(self) -> str | None:
        """Text of the published range, None where classifying is not allowed."""
        return self.found.text

    @property
    def threshold(self) -> float | None:
        """The nearest threshold."""
        return self.found.threshold

    @property
    def p_above_threshold(self) -> float | None:
        """Probability that the true value exceeds the threshold."""
        return self.found.p_above

    @property
    def usual(self) -> tuple[float | None, float | None] | None:
        """(low, high) of the usual range, None where it is open; None without a range.

        Lengths in pixels have none.
        """
        return None if self.unit == PIXELS else self.found.usual

    @property
    def range_source(self) -> str:
        """Source, population, view and edge of the range; "" without one."""
        return self.found.source

    @property
    def threshold_set(self) -> str:
        """Id of the set of thresholds."""
        return self.origin.settings.threshold_set

    @property
    def edge(self) -> Edge | None:
        """Which acetabular edge, None when it does not matter."""
        return self.origin.settings.edge if self.origin.definition.named_by_edge else None

    @property
    def name(self) -> str:
        """For tables; with the edge where that matters."""
        return self.origin.definition.display_name(self.origin.settings.edge)

    @property
    def short_name(self) -> str:
        """For labels in the image."""
        return self.origin.definition.short_name

    @property
    def definition(self) -> str:
        """What is measured, for the reader."""
        return self.origin.definition.definition

    @property
    def method_version(self) -> str:
        """Construction, such as ``alpha/1``."""
        return self.origin.definition.method_version

    @property
    def calibration(self) -> Calibration:
        """Provenance and factor of the pixel size."""
        return self.origin.settings.calibration

    @property
    def pixel_spacing(self) -> tuple[float, float]:
        """(row, column) in mm."""
        return self.origin.pixel_spacing

    @property
    def inputs(self) -> tuple[MeasurementInput, ...]:
        """The landmarks used, those of the reference line last; made when asked for."""
        return self.origin.inputs()

    @property
    def drawing(self) -> Drawing | None:
        """The construction in LPS mm, None without a value; made when asked for."""
        return None if self.value is None else self.origin.drawing()

    @property
    def display(self) -> str:
        """Value for the screen: whole degrees, half millimetres; a dash when there is none."""
        return "–" if self.value is None else display_value(self.value, self.unit)

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
            "finding": self.finding,
            "classification": self.classification,
            "threshold": self.threshold,
            "p_above_threshold": self.p_above_threshold,
            "threshold_set": self.threshold_set,
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
