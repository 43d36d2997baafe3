"""Thresholds are data: named sets of cut points with population, view and source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..imaging import Modality
from ..resources import resource_path

FORMAT = "hiplandmarks-thresholds-1"


@dataclass(frozen=True)
class Cut:
    """One threshold; ``belongs_above`` tells in which class the threshold itself falls."""

    at: float
    belongs_above: bool

    def is_exceeded_by(self, value: float) -> bool:
        """Whether ``value`` lies in the upper class."""
        return value >= self.at if self.belongs_above else value > self.at


@dataclass(frozen=True)
class ThresholdRow:
    """Thresholds of one measurement in one set.

    Attributes:
        measurement: measurement id.
        cuts: ascending thresholds.
        labels: one text per class, from low to high; one more than cuts.
        modalities: kinds of image the thresholds are made for.
        population, view, edge, source: to be shown with every range.
    """

    measurement: str
    cuts: tuple[Cut, ...]
    labels: tuple[str, ...]
    modalities: frozenset[Modality]
    population: str
    view: str
    edge: str
    source: str

    def label(self, value: float) -> str:
        """Text of the class in which ``value`` falls."""
        return self.labels[sum(cut.is_exceeded_by(value) for cut in self.cuts)]


@dataclass(frozen=True)
class ThresholdSet:
    """A named set.

    Attributes:
        id: such as ``consensus_60``.
        title: one line for menus and reports.
        rows: by measurement id.
    """

    id: str
    title: str
    rows: Mapping[str, ThresholdRow]


@lru_cache(maxsize=1)
def load_threshold_sets() -> Mapping[str, ThresholdSet]:
    """The sets that ship with the product, by id (read once).

    Raises:
        ConfigurationError: when the file is damaged.
    """
    return read_threshold_sets(resource_path("Anatomy", "thresholds.json"))


def threshold_set(id_: str) -> ThresholdSet:
    """The shipped set ``id_``.

    Raises:
        ConfigurationError: when there is no such set.
    """
    sets = load_threshold_sets()
    if id_ not in sets:
        raise ConfigurationError(f"There is no threshold set {id_!r}; known are {', '.join(sets)}.")
    return sets[id_]


def read_threshold_sets(path: Path) -> Mapping[str, ThresholdSet]:
    """Read and check threshold sets; a set may extend an earlier one.

    Raises:
        ConfigurationError: when a field is missing or cuts and labels do not fit.
    """
    sets: dict[str, ThresholdSet] = {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, expected {FORMAT!r}")
        for entry in data["sets"]:
            base = dict(sets[entry["extends"]].rows) if entry["extends"] else {}
            own = {row["measurement"]: _row(row) for row in entry["rows"]}
            sets[entry["id"]] = ThresholdSet(entry["id"], entry["title"], {**base, **own})
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The threshold file {path} is damaged: {error}") from error
    return sets


def _row(row: Mapping[str, Any]) -> ThresholdRow:
    cuts = tuple(Cut(float(cut["at"]), bool(cut["belongs_above"])) for cut in row["cuts"])
    labels = tuple(row["labels"])
    if not cuts or len(labels) != len(cuts) + 1 or list(cuts) != sorted(cuts, key=lambda c: c.at):
        raise ValueError(f"{row['measurement']}: cuts must ascend and have one label more")
    special = {
        "cuts": cuts,
        "labels": labels,
        "modalities": frozenset(Modality(m) for m in row["modalities"]),
    }
    return ThresholdRow(**{**row, **special})
