"""Angles slice by slice through a stack: how much does the choice of the slice matter?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from ...anatomy import AnySide, HipLandmarks, Side
from ...errors import ConfigurationError
from ..engine import measure
from ..plane import ViewPlane
from ..result import Measurement
from ..types import MeasurementSettings
from .slice_rules import clock_resolution_deg
from .slice_value import HeadSphere, SlicePlace, SliceValue

EXPLORED = ("alpha", "lce")

KnownValues = Mapping[float, Mapping[tuple[AnySide, str], Measurement]]
"""By depth of the slice, then by side and measurement."""


@dataclass(frozen=True)
class SliceProfile:
    """One angle of one hip through the stack. Research software: not a diagnosis.

    Attributes:
        side, id: what was measured.
        values: from the back to the front.
        centre: the slice through the head centre, None when there is none or it is not known.
        maximum: the slice of the largest value, among those whose points are sure where there are
            any; None without values.
        clock_resolution_deg: degrees of the clock face between neighbouring slices, None when
            the head radius is not known; nothing may be read off more finely.
    """

    side: Side
    id: str
    values: tuple[SliceValue, ...]
    centre: SliceValue | None
    maximum: SliceValue | None
    clock_resolution_deg: float | None

    @property
    def spread(self) -> float | None:
        """Spread across one slice to the front and to the back of the head centre."""
        return None if self.centre is None else self.centre.spread

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        centre, top = self.centre, self.maximum
        return {
            "side": self.side.value,
            "id": self.id,
            "slices": [entry.to_dict() for entry in self.values],
            "centre_position_mm": None if centre is None else centre.place.position_mm,
            "maximum": None if top is None else top.value,
            "maximum_position_mm": None if top is None else top.place.position_mm,
            "spread": self.spread,
            "clock_resolution_deg": self.clock_resolution_deg,
        }


def explore_slices(
    slices: Mapping[float, HipLandmarks],
    plane: ViewPlane,
    settings: MeasurementSettings,
    heads: Mapping[Side, HeadSphere] | None = None,
    slice_spacing_mm: float | None = None,
    ids: Sequence[str] = EXPLORED,
    known: KnownValues | None = None,
) -> list[SliceProfile]:
    """Measure every slice of a stack by itself.

    Args:
        slices: landmarks (LPS mm) by depth of the slice, in mm to the front as
            :func:`~HipLandmarksLib.measurement.volume.slice_rules.anterior_mm` counts.
        plane: plane of the slices.
        settings: reference line, edge, thresholds.
        heads: the head spheres; without them no slice counts as central and LCE is not compared
            with thresholds. A slice that passes the sphere by has no value.
        slice_spacing_mm: from the depths by default; needed for a single slice.
        ids: measurements, alpha and LCE by default.
        known: measurements of slices that were measured in the same way before; they are taken
            as they are.

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
        position: (known or {}).get(position)
        or {(m.side, m.id): m for m in measure(slices[position], plane, settings, ids)}
        for position in positions
    }
    profiles = []
    for side in Side:
        head = (heads or {}).get(side)
        places = [SlicePlace.of(position, spacing, plane, head) for position in positions]
        radius = None if head is None else head.radius
        resolution = None if radius is None else clock_resolution_deg(spacing, radius)
        for id_ in ids:
            row = [measured[position][(side, id_)] for position in positions]
            profiles.append(_profile(side, id_, _values(places, row), resolution))
    return profiles


def _spacing(positions: Sequence[float]) -> float:
    if len(positions) < 2:
        raise ConfigurationError("The slice spacing must be given for a single slice.")
    return median(after - before for before, after in pairwise(positions))


def _values(places: Sequence[SlicePlace], row: Sequence[Measurement]) -> tuple[SliceValue, ...]:
    alone = [SliceValue(place, m, None) for place, m in zip(places, row, strict=True)]
    return tuple(
        SliceValue(entry.place, entry.measurement, _spread(alone[max(0, i - 1) : i + 2], entry))
        for i, entry in enumerate(alone)
    )


def _spread(neighbours: Sequence[SliceValue], entry: SliceValue) -> float | None:
    """Over slices not farther than one and a half spacings: a gap in the stack is no neighbour."""
    limit = 1.5 * entry.place.spacing_mm
    values = [
        other.value
        for other in neighbours
        if other.value is not None
        and abs(other.place.position_mm - entry.place.position_mm) <= limit
    ]
    return max(values) - min(values) if len(values) > 1 else None


def _profile(
    side: Side, id_: str, values: tuple[SliceValue, ...], resolution: float | None
) -> SliceProfile:
    central = [entry for entry in values if entry.place.central]
    known = [entry for entry in values if entry.value is not None]
    sure = [e for e in known if all(status.may_be_classified for status in e.status)]
    return SliceProfile(
        side=side,
        id=id_,
        values=values,
        centre=min(central, key=lambda entry: abs(entry.place.offset_mm or 0.0), default=None),
        maximum=max(sure or known, key=lambda entry: entry.value or 0.0, default=None),
        clock_resolution_deg=resolution,
    )
