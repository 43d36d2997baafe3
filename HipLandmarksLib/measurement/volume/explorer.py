"""Angles slice by slice through a stack: how much does the choice of the slice matter?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from ...anatomy import HipLandmarks, Side
from ...errors import ConfigurationError
from ..engine import measure
from ..plane import ViewPlane
from ..result import Measurement
from ..types import MeasurementSettings
from ..vector import Vec3
from .slice_rules import anterior_mm, on_slice, through_head

EXPLORED = ("alpha", "lce")


@dataclass(frozen=True)
class SliceValue:
    """A measurement on one slice.

    Attributes:
        position_mm: depth of the slice, mm to the front (the origin is the caller's).
        offset_mm: the same from the head centre, None when that is not known.
        measurement: value with sigma; its name tells when the slice is off the head centre.
        spread: largest minus smallest value on this slice and its two neighbours, None when
            fewer than two of them have a value.
    """

    position_mm: float
    offset_mm: float | None
    measurement: Measurement
    spread: float | None

    @property
    def value(self) -> float | None:
        """The number, None with a reason in ``measurement``."""
        return self.measurement.value


@dataclass(frozen=True)
class SliceProfile:
    """One angle of one hip through the stack. Research software: not a diagnosis.

    Attributes:
        side, id: what was measured.
        values: from the back to the front.
        centre: the slice through the head centre, None when there is none or it is not known.
        maximum: the slice of the largest value, None without values.
    """

    side: Side
    id: str
    values: tuple[SliceValue, ...]
    centre: SliceValue | None
    maximum: SliceValue | None

    @property
    def spread(self) -> float | None:
        """Spread across one slice to the front and to the back of the head centre."""
        return None if self.centre is None else self.centre.spread

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {
            "side": self.side.value,
            "id": self.id,
            "slices": [_value_to_dict(entry) for entry in self.values],
            "centre_position_mm": None if self.centre is None else self.centre.position_mm,
            "maximum": None if self.maximum is None else self.maximum.value,
            "maximum_position_mm": None if self.maximum is None else self.maximum.position_mm,
            "spread": self.spread,
        }


def explore_slices(
    slices: Mapping[float, HipLandmarks],
    plane: ViewPlane,
    settings: MeasurementSettings,
    head_centres: Mapping[Side, Vec3] | None = None,
    slice_spacing_mm: float | None = None,
    ids: Sequence[str] = EXPLORED,
) -> list[SliceProfile]:
    """Measure every slice of a stack by itself.

    Args:
        slices: landmarks (LPS mm) by depth of the slice, in mm to the front as
            :func:`~HipLandmarksLib.measurement.volume.slice_rules.anterior_mm` counts.
        plane: plane of the slices.
        settings: reference line, edge, thresholds.
        head_centres: centre of each head sphere, LPS mm; without it no slice counts as central
            and LCE is not compared with thresholds.
        slice_spacing_mm: from the depths by default; needed for a single slice.
        ids: measurements, alpha and LCE by default.

    Returns:
        One profile per hip and measurement.

    Raises:
        ConfigurationError: when there is no slice, the spacing of a single slice is not given,
            or a measurement is unknown.
    """
    if not slices:
        raise ConfigurationError("There is no slice to measure.")
    positions = sorted(slices)
    spacing = _spacing(positions) if slice_spacing_mm is None else slice_spacing_mm
    measured = {
        position: {(m.side, m.id): m for m in measure(slices[position], plane, settings, ids)}
        for position in positions
    }
    depths = {side: anterior_mm(plane, point) for side, point in (head_centres or {}).items()}
    return [
        _profile(
            side,
            id_,
            [(position, measured[position][(side, id_)]) for position in positions],
            depths.get(side),
            spacing,
        )
        for side in Side
        for id_ in ids
    ]


def _spacing(positions: Sequence[float]) -> float:
    if len(positions) < 2:
        raise ConfigurationError("The slice spacing must be given for a single slice.")
    return median(after - before for before, after in pairwise(positions))


def _profile(
    side: Side,
    id_: str,
    measured: Sequence[tuple[float, Measurement]],
    head: float | None,
    spacing: float,
) -> SliceProfile:
    values = []
    for i, (position, measurement) in enumerate(measured):
        offset = None if head is None else position - head
        spread = _spread(measured[max(0, i - 1) : i + 2], position, spacing)
        values.append(SliceValue(position, offset, on_slice(measurement, offset, spacing), spread))
    central = [
        entry
        for entry in values
        if entry.offset_mm is not None and through_head(entry.offset_mm, spacing)
    ]
    known = [entry for entry in values if entry.value is not None]
    return SliceProfile(
        side,
        id_,
        tuple(values),
        min(central, key=lambda entry: abs(entry.offset_mm or 0.0), default=None),
        max(known, key=lambda entry: entry.value or 0.0, default=None),
    )


def _spread(
    neighbours: Sequence[tuple[float, Measurement]], position: float, spacing: float
) -> float | None:
    """Over slices not farther than one and a half spacings: a gap in the stack is no neighbour."""
    values = [
        measurement.value
        for at, measurement in neighbours
        if measurement.value is not None and abs(at - position) <= 1.5 * spacing
    ]
    return max(values) - min(values) if len(values) > 1 else None


def _value_to_dict(entry: SliceValue) -> dict[str, Any]:
    return {
        "position_mm": entry.position_mm,
        "offset_mm": entry.offset_mm,
        "spread": entry.spread,
        "measurement": entry.measurement.to_dict(),
    }
