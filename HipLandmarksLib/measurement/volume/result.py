"""The result of a measurement in space: a value or null with a reason, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...anatomy import Side
from ..result import MeasurementInput
from ..types import MeasurementStatus


@dataclass(frozen=True)
class VolumeMeasurement:
    """One measurement of one hip in space. Research software: not a diagnosis.

    Attributes:
        id, name, side, unit: what was measured.
        value: the number, or None; then ``status`` and ``reason`` say why. Never 0 for missing.
        status: ``(OK,)`` or everything a reader must know.
        reason: sentences for the statuses, empty when there is nothing to say.
        missing: keys of the landmarks that are not there.
        method: the construction in words; values of different methods must not be compared.
        method_version: identifies the construction, such as ``femoral_version/1``.
        definition, source: what is measured, and the literature.
        inputs: the landmarks used, LPS mm.
        sigma, ci95: standard deviation and 95 % interval from the landmarks' covariances, None
            when a landmark has none.
        theta_deg: place on the clock face for measurements in a radial plane, else None.
    """

    id: str
    name: str
    side: Side
    value: float | None
    unit: str
    status: tuple[MeasurementStatus, ...]
    reason: str
    missing: tuple[str, ...]
    method: str
    method_version: str
    definition: str
    source: str
    inputs: tuple[MeasurementInput, ...]
    sigma: float | None = None
    ci95: tuple[float, float] | None = None
    theta_deg: float | None = None

    @property
    def display(self) -> str:
        """Value for the screen: whole degrees; a dash when there is none."""
        if self.value is None:
            return "–"
        return f"{round(self.value)}°" if self.unit == "deg" else f"{self.value:.1f} {self.unit}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "id": self.id,
            "name": self.name,
            "side": self.side.value,
            "value": self.value,
            "unit": self.unit,
            "status": [status.value for status in self.status],
            "reason": self.reason,
            "missing": list(self.missing),
            "method": self.method,
            "method_version": self.method_version,
            "definition": self.definition,
            "source": self.source,
            "inputs": [_input_to_dict(entry) for entry in self.inputs],
            "sigma": self.sigma,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "theta_deg": self.theta_deg,
        }


def _input_to_dict(entry: MeasurementInput) -> dict[str, Any]:
    return {
        "side": entry.side.value,
        "key": entry.key,
        "position": list(entry.position),
        "state": entry.state.value,
        "sigma_mm": entry.sigma_mm,
    }
