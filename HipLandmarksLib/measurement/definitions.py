"""The table of measurements: rows of ``measurements.json`` joined to their formulas."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..resources import resource_path
from . import formulas
from .drawing import DRAWING_KINDS
from .formulas import Formula
from .types import Edge, MeasurementStatus

FORMAT = "hiplandmarks-measurements-1"


@dataclass(frozen=True)
class Substitute:
    """A landmark that stands in for an absent one; the result carries ``flag``."""

    key: str
    flag: MeasurementStatus


@dataclass(frozen=True)
class MeasurementDefinition:
    """One row of the table, with its formula.

    Attributes:
        id: identifier, also the name of the formula.
        name, short_name: for tables and for labels in the image.
        unit: ``deg`` or ``mm``; a length needs a calibrated pixel size.
        version: raised whenever the construction changes.
        points: landmark keys of the own side that the formula reads.
        substitutes: stand-ins by landmark key.
        reference: whether the value depends on the reference line.
        named_by_edge: whether the acetabular edge is part of the name (LCE-bone).
        max_obliquity_deg: largest tilt of the slices off coronal, None when it does not matter.
        hard_limits: values outside are implausible.
        negative_means_wrong_side: a negative value shows exchanged sides or points.
        cranial_point: ``{"axis": [from, to], "point": key}``: the point must lie cranially.
        drawing: construction for :func:`HipLandmarksLib.measurement.drawing.draw`.
        definition: what is measured, for the reader.
        source: literature.
        formula: the function.
    """

    id: str
    name: str
    short_name: str
    unit: str
    version: str
    points: tuple[str, ...]
    substitutes: Mapping[str, Substitute]
    reference: bool
    named_by_edge: bool
    max_obliquity_deg: float | None
    hard_limits: tuple[float, float]
    negative_means_wrong_side: bool
    cranial_point: Mapping[str, Any] | None
    drawing: Mapping[str, Any]
    definition: str
    source: str
    formula: Formula

    @property
    def keys(self) -> frozenset[str]:
        """Landmark keys of the own side that can enter the value, stand-ins included."""
        return frozenset(self.points) | {s.key for s in self.substitutes.values()}

    @property
    def is_length(self) -> bool:
        """Whether the value is in millimetres."""
        return self.unit == "mm"

    def display_name(self, edge: Edge) -> str:
        """Name with the edge where that is part of it, e.g. ``LCE-bone``."""
        return f"{self.short_name}-{edge.value}" if self.named_by_edge else self.name

    @property
    def method_version(self) -> str:
        """Identifies the construction in results, e.g. ``alpha/1``."""
        return f"{self.id}/{self.version}"


@dataclass(frozen=True)
class MeasurementTable:
    """All measurements, in the order of display."""

    definitions: Mapping[str, MeasurementDefinition]

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> MeasurementTable:
        """The table that ships with the product (read once).

        Raises:
            ConfigurationError: when the file is damaged or a formula is missing.
        """
        return read_measurement_table(resource_path("Anatomy", "measurements.json"))

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all measurements, in the order of display."""
        return tuple(self.definitions)

    def select(self, ids: Collection[str] | None) -> tuple[MeasurementDefinition, ...]:
        """Definitions of ``ids`` (None: all) in the order of display.

        Raises:
            ConfigurationError: when an id is unknown.
        """
        if ids is None:
            return tuple(self.definitions.values())
        unknown = sorted(set(ids) - set(self.definitions))
        if unknown:
            raise ConfigurationError(
                f"There is no measurement {', '.join(unknown)}; known are {', '.join(self.ids)}."
            )
        return tuple(d for key, d in self.definitions.items() if key in ids)


def read_measurement_table(path: Path) -> MeasurementTable:
    """Read and check a table of measurements.

    Raises:
        ConfigurationError: when the format, a field or a formula is missing or wrong.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, expected {FORMAT!r}")
        rows = [_definition(row) for row in data["measurements"]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The measurement table {path} is damaged: {error}") from error
    if len({row.id for row in rows}) != len(rows):
        raise ConfigurationError(f"The measurement table {path} holds an id twice.")
    return MeasurementTable({row.id: row for row in rows})


def _definition(row: Mapping[str, Any]) -> MeasurementDefinition:
    formula = getattr(formulas, row["id"], None)
    if formula is None:
        raise ValueError(f"{row['id']} has no function of that name in formulas.py")
    low, high = row["hard_limits"]
    if not low < high or row["unit"] not in ("deg", "mm"):
        raise ValueError(f"{row['id']} has impossible limits or an unknown unit")
    if row["drawing"]["kind"] not in DRAWING_KINDS:
        raise ValueError(f"{row['id']} names an unknown drawing {row['drawing']['kind']!r}")
    substitutes = {
        key: Substitute(s["key"], MeasurementStatus(s["flag"]))
        for key, s in row["substitutes"].items()
    }
    special = {
        "points": tuple(row["points"]),
        "substitutes": substitutes,
        "hard_limits": (float(low), float(high)),
        "formula": formula,
    }
    return MeasurementDefinition(**{**row, **special})
