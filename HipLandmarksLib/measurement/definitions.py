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
from .definition import MeasurementDefinition, read_row

FORMAT = "hiplandmarks-measurements-2"


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

    def using(self, key: str) -> tuple[str, ...]:
        """Ids of the measurements that landmark ``key`` serves, also as a stand-in."""
        return tuple(d.id for d in self.definitions.values() if key in d.keys)

    def select(
        self, ids: Collection[str] | None, extra_points: bool = True
    ) -> tuple[MeasurementDefinition, ...]:
        """Definitions of ``ids`` in the order of display.

        Args:
            ids: measurement ids; None for all.
            extra_points: whether "all" includes those that need extra points.

        Raises:
            ConfigurationError: when an id is unknown.
        """
        if ids is None:
            return tuple(d for d in self.definitions.values() if extra_points or not d.extra)
        unknown = sorted(set(ids) - set(self.definitions))
        if unknown:
            raise ConfigurationError(
                f"There is no measurement {', '.join(unknown)}; known are {', '.join(self.ids)}."
            )
        return tuple(d for key, d in self.definitions.items() if key in ids)


def read_measurement_table(path: Path) -> MeasurementTable:
    """Read and check a table of measurements.

    A row states what differs from the file's ``defaults``.

    Raises:
        ConfigurationError: when the format, a field or a formula is missing or wrong.
    """
    try:
        data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, expected {FORMAT!r}")
        rows = [read_row({**data["defaults"], **row}) for row in data["measurements"]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The measurement table {path} is damaged: {error}") from error
    if len({row.id for row in rows}) != len(rows):
        raise ConfigurationError(f"The measurement table {path} holds an id twice.")
    return MeasurementTable({row.id: row for row in rows})


__all__ = ["MeasurementDefinition", "MeasurementTable", "read_measurement_table"]
