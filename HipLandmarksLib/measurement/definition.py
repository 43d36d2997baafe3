"""What one row of ``measurements.json`` says about a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import Any

from .drawing import check_drawing
from .formulas import Formula, find_formula
from .frames import FrameUse
from .hip import HEAD_CENTRE, HEDGE, sources_of
from .types import Edge

UNITS = ("deg", "mm", "%", "ratio")
FILM_KEYS = ("SYM", "SCJ")
"""Midline landmarks that tell how the pelvis was turned when the film was taken."""


class CalibrationNeed(str, Enum):
    """What a measurement needs of the pixel size."""

    RATIO = "ratio"
    """Only the ratio of row to column spacing."""
    MILLIMETRES = "millimetres"
    """True millimetres."""
    SIGN = "sign"
    """True millimetres for the number; its sign says something without them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Words for the sign of a value.

    Attributes:
        below, above: for a value below ``at``, and for any other.
        on: for a value that cannot be told from 0, None when there is no such class.
        band_mm: how near to 0 that is when the uncertainty is not known.
        at: where the class changes; other than 0 it needs true millimetres.
    """

    below: str
    above: str
    on: str | None = None
    band_mm: float = 0.0
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class DifferenceWords:
    """How a side difference is called: ``R longer by 6.0 mm``."""

    name: str
    more: str


@dataclass(frozen=True, slots=True)
class MeasurementDefinition:
    """One row of the table, with its formula.

    Attributes:
        id: identifier, also the name of the formula.
        name, short_name: for tables and for labels in the image.
        unit: ``deg``, ``mm``, ``%`` or ``ratio``.
        version: raised whenever the construction changes.
        pelvic: of the whole pelvis, not of one hip; its points are named such as ``TD_R``.
        points: names of the points that the formula reads.
        series: lists of numbered points that it reads, with the least number of points.
        consulted: points that a check of the value looks at when they are there.
        needs_radius: whether the formula reads the head radius.
        frame: what it needs of the reference line.
        calibration: what it needs of the pixel size.
        named_by_edge: whether the acetabular edge is part of the name (LCE-bone).
        may_coincide: whether two of its points may lie in the same place.
        film_check: a sign that tilt and rotation of the pelvis can turn around.
        extra: needs points that are not commonly placed; measured when asked for.
        max_obliquity_deg: largest tilt of the slices off coronal, None when it does not matter.
        hard_limits: values outside are implausible.
        negative_means_wrong_side: a negative value shows exchanged sides or points.
        cranial_point: ``{"axis": [from, to], "point": key}``: the point must lie cranially.
        roof_point: point that must lie above the head centre, else the value makes no sense.
        finding: words for the sign, None without.
        difference: words for the side difference, None for the usual ones.
        drawing: construction for :func:`HipLandmarksLib.measurement.drawing.draw`.
        definition: what is measured, for the reader.
        source: literature.
        formula: the function.
        pairs: points that must not coincide; the shaft needs more.
        needs_points_only: its own points are all it needs to be there.
    """

    id: str
    name: str
    short_name: str
    unit: str
    version: str
    pelvic: bool
    points: tuple[str, ...]
    series: Mapping[str, int]
    consulted: tuple[str, ...]
    needs_radius: bool
    frame: FrameUse
    calibration: CalibrationNeed
    named_by_edge: bool
    may_coincide: bool
    film_check: bool
    extra: bool
    max_obliquity_deg: float | None
    hard_limits: tuple[float, float]
    negative_means_wrong_side: bool
    cranial_point: Mapping[str, Any] | None
    roof_point: str | None
    finding: Finding | None
    difference: DifferenceWords | None
    drawing: Mapping[str, Any]
    definition: str
    source: str
    formula: Formula
    pairs: tuple[tuple[str, str], ...]
    needs_points_only: bool

    @property
    def reference(self) -> bool:
        """Whether the value depends on the direction of the reference line in use."""
        return self.frame is FrameUse.LINE

    @property
    def own_keys(self) -> frozenset[str]:
        """Landmark keys that can enter the value or its checks, without stand-ins."""
        named = {*self.points, *self.series, *self.consulted}
        if self.needs_radius or self.roof_point is not None:
            named |= {HEAD_CENTRE, HEDGE}
        if self.film_check:
            named |= set(FILM_KEYS)
        return frozenset(name.partition("_")[0] for name in named)

    @property
    def keys(self) -> frozenset[str]:
        """Landmark keys that can enter the value or its checks, stand-ins included."""
        own = self.own_keys
        return own.union(*(sources_of(key) for key in own))

    @property
    def is_length(self) -> bool:
        """Whether the value is in millimetres."""
        return self.unit == "mm"

    def display_name(self, edge: Edge) -> str:
        """Name with the edge where that is part of it, e.g. ``LCE-bone``."""
        if not self.named_by_edge:
            return self.name
        known = self.short_name if self.short_name.isupper() else self.name
        return f"{known}-{edge.value}"

    @property
    def method_version(self) -> str:
        """Identifies the construction in results, e.g. ``alpha/1``."""
        return f"{self.id}/{self.version}"


def read_row(row: Mapping[str, Any]) -> MeasurementDefinition:
    """A definition from a row of ``measurements.json`` with all its fields.

    Raises:
        KeyError, TypeError, ValueError: when a field or the formula is missing or wrong.
    """
    formula = find_formula(row["id"])
    if formula is None:
        raise ValueError(f"{row['id']} has no function of that name in the formulas")
    low, high = row["hard_limits"]
    if not low < high or row["unit"] not in UNITS:
        raise ValueError(f"{row['id']} has impossible limits or an unknown unit")
    if (row["unit"] == "mm") == (row["calibration"] == CalibrationNeed.RATIO.value):
        raise ValueError(f"{row['id']}: exactly the lengths need a calibration")
    check_drawing(row["id"], row["drawing"])
    points = tuple(row["points"])
    special = {
        "points": points,
        "consulted": tuple(row["consulted"]),
        "frame": FrameUse(row["frame"]),
        "calibration": CalibrationNeed(row["calibration"]),
        "finding": None if row["finding"] is None else Finding(**row["finding"]),
        "difference": None if row["difference"] is None else DifferenceWords(**row["difference"]),
        "hard_limits": (float(low), float(high)),
        "formula": formula,
        "needs_points_only": not row["series"]
        and not row["needs_radius"]
        and row["frame"] != FrameUse.TRIRADIATE.value,
        "pairs": () if row["may_coincide"] else tuple(combinations(points, 2)),
    }
    return MeasurementDefinition(**{**row, **special})
