"""A measurement together with the place of its slice in the femoral head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..plane import ViewPlane
from ..result import Measurement
from ..types import MeasurementStatus
from ..vector import Vec3
from .slice_rules import anterior_mm, offset_label, section_radius, through_head

CENTRAL_ONLY = frozenset({"lce"})
"""Measurements that may be compared with thresholds only on the slice through the head centre."""


@dataclass(frozen=True)
class HeadSphere:
    """Femoral head in space.

    Attributes:
        centre: LPS mm.
        radius: mm, None when it was not measured.
    """

    centre: Vec3
    radius: float | None = None


@dataclass(frozen=True)
class SlicePlace:
    """Where a slice lies.

    Attributes:
        position_mm: depth of the slice, mm to the front (the origin is the caller's).
        spacing_mm: between slices.
        offset_mm: mm to the front of the head centre, None when that is not known.
        section_radius_mm: radius of the circle that the slice cuts out of the head sphere, None
            when the sphere is not known or the slice passes it by.
        beside_head: whether the slice is known to pass the head by.
    """

    position_mm: float
    spacing_mm: float
    offset_mm: float | None
    section_radius_mm: float | None
    beside_head: bool

    @classmethod
    def of(
        cls, position_mm: float, spacing_mm: float, plane: ViewPlane, head: HeadSphere | None
    ) -> SlicePlace:
        """Place of a slice ``position_mm`` to the front in a stack of ``plane``."""
        if head is None:
            return cls(position_mm, spacing_mm, None, None, False)
        offset = position_mm - anterior_mm(plane, head.centre)
        if head.radius is None:
            return cls(position_mm, spacing_mm, offset, None, False)
        section = section_radius(head.radius, offset)
        return cls(position_mm, spacing_mm, offset, section, section is None)

    @property
    def central(self) -> bool:
        """Whether the slice is known to run through the head centre."""
        return self.offset_mm is not None and through_head(self.offset_mm, self.spacing_mm)

    @property
    def label(self) -> str:
        """Such as ``at +6.6 mm anterior``; empty on the central slice or when not known."""
        return "" if self.offset_mm is None else offset_label(self.offset_mm, self.spacing_mm)

    @property
    def note(self) -> str:
        """A sentence for a slice that is not known to be the central one, else empty."""
        if self.offset_mm is None:
            return "How far the slice lies from the head centre is not known."
        away = f"{abs(self.offset_mm):.1f} mm from"
        if self.beside_head:
            return f"The slice passes the femoral head by: it lies {away} its centre."
        return "" if self.central else f"The slice lies {away} the head centre."


@dataclass(frozen=True)
class SliceValue:
    """A measurement on one slice. Research software: not a diagnosis.

    Attributes:
        place: where the slice lies.
        measurement: as measured on the slice, whatever its place.
        spread: largest minus smallest value on this slice and its two neighbours, None when
            fewer than two of them have a value.
    """

    place: SlicePlace
    measurement: Measurement
    spread: float | None

    @property
    def value(self) -> float | None:
        """The number; None, with a reason, also on a slice that passes the head by."""
        return None if self.place.beside_head else self.measurement.value

    @property
    def sigma(self) -> float | None:
        """Standard deviation from the landmarks' covariances."""
        return None if self.value is None else self.measurement.sigma

    @property
    def name(self) -> str:
        """Such as ``LCE-bone at +6.6 mm anterior``."""
        return f"{self.measurement.name} {self.place.label}".strip()

    @property
    def status(self) -> tuple[MeasurementStatus, ...]:
        """What a reader must know."""
        refused = self.place.beside_head and self.measurement.value is not None
        return (MeasurementStatus.NOT_APPLICABLE,) if refused else self.measurement.status

    @property
    def reason(self) -> str:
        """Sentences for the statuses and for the place of the slice."""
        if self.measurement.value is None:
            return self.measurement.reason
        if self.place.beside_head:
            return self.place.note
        return " ".join(filter(None, (self.measurement.reason, self.place.note)))

    @property
    def may_be_classified(self) -> bool:
        """Whether the value may be compared with thresholds on a slice of this place."""
        return self.value is not None and (
            self.place.central or self.measurement.id not in CENTRAL_ONLY
        )

    @property
    def classification(self) -> str | None:
        """Text of the published range, None where classifying is not allowed."""
        return self.measurement.classification if self.may_be_classified else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        own: dict[str, Any] = {
            "name": self.name,
            "value": self.value,
            "status": [status.value for status in self.status],
            "reason": self.reason,
        }
        if self.value is None:
            own |= {"sigma": None, "ci95": None}
        if not self.may_be_classified:
            own |= {"classification": None, "threshold": None, "p_above_threshold": None}
        return {
            "position_mm": self.place.position_mm,
            "offset_mm": self.place.offset_mm,
            "section_radius_mm": self.place.section_radius_mm,
            "spread": self.spread,
            "measurement": {**self.measurement.to_dict(), **own},
        }
