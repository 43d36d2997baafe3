"""Thresholds are data: named sets of cut points with population, view, edge and source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..imaging import Modality
from ..resources import resource_path
from .types import Sex

FORMAT = "hiplandmarks-thresholds-2"
ADULT_FROM_YEARS = 16.0
"""Below this age, or with open physes, the thresholds for adults are off."""
DIFFERENCE_PREFIX = "delta:"
"""Rows such as ``delta:femoral_offset_mm`` are for the side difference right minus left."""

UsualRange = tuple[float | None, float | None]
"""(low, high) of a published usual range; None is open. For display: the class tells the rest."""


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
    """Thresholds of one measurement, for the patients of one sex and age, in one set.

    Attributes:
        measurement: measurement id; with ``delta:`` in front for a difference of the sides.
        sexes: to whom the row applies.
        ages: (from, below) in years, None: no upper limit.
        cuts: ascending thresholds.
        labels: one text per class, from low to high; one more than cuts.
        usual: published usual range for display, None when there is none.
        modalities: kinds of image the thresholds are made for.
        population, view, edge, source: to be shown with every range.
        alternatives: other published limits, in words.
    """

    measurement: str
    sexes: frozenset[Sex]
    ages: tuple[float, float | None]
    cuts: tuple[Cut, ...]
    labels: tuple[str, ...]
    usual: UsualRange | None
    modalities: frozenset[Modality]
    population: str
    view: str
    edge: str
    source: str
    alternatives: str

    @property
    def for_adults(self) -> bool:
        """Whether adults are among its patients."""
        return self.ages[1] is None

    @property
    def provenance(self) -> str:
        """Source, population, view and edge in one line."""
        edge = f"edge: {self.edge}" if self.edge else ""
        return "; ".join(part for part in (self.source, self.population, self.view, edge) if part)

    def fits_age(self, years: float) -> bool:
        """Whether the row is for patients of this age."""
        start, below = self.ages
        return start <= years and (below is None or years < below)

    def overlaps(self, other: ThresholdRow) -> bool:
        """Whether both rows are for patients of the same age."""
        end, other_end = (float("inf") if r.ages[1] is None else r.ages[1] for r in (self, other))
        return self.ages[0] < other_end and other.ages[0] < end

    def class_of(self, value: float) -> int:
        """Index of the class in which ``value`` falls, 0 for the lowest."""
        number = 0
        for cut in self.cuts:  # ascending
            if not cut.is_exceeded_by(value):
                break
            number += 1
        return number

    def label(self, value: float) -> str:
        """Text of the class in which ``value`` falls."""
        return self.labels[self.class_of(value)]


@dataclass(frozen=True)
class ThresholdSet:
    """A named set.

    Attributes:
        id: such as ``consensus_60``.
        title: one line for menus and reports.
        rows: by measurement id; several when sex or age matters.
        report_only: why a measurement has no limits, by measurement id.
    """

    id: str
    title: str
    rows: Mapping[str, tuple[ThresholdRow, ...]]
    report_only: Mapping[str, str]


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
    """Read and check threshold sets.

    A set may extend an earlier one: its rows replace those of the same measurement for patients
    of the same age.

    Raises:
        ConfigurationError: when a field is missing, cuts and labels do not fit, or two rows are
            for the same patients.
    """
    sets: dict[str, ThresholdSet] = {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, expected {FORMAT!r}")
        for entry in data["sets"]:
            base = sets[entry["extends"]] if entry["extends"] else None
            sets[entry["id"]] = _set(entry, base)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The threshold file {path} is damaged: {error}") from error
    return sets


def _set(entry: Mapping[str, Any], base: ThresholdSet | None) -> ThresholdSet:
    own: dict[str, list[ThresholdRow]] = {}
    for data in entry["rows"]:
        row = _row(data)
        own.setdefault(row.measurement, []).append(row)
    for rows in own.values():
        _check_rows_of_one_measurement(rows)
    both = set(own) & set(entry["report_only"])
    if both:
        raise ValueError(f"{', '.join(sorted(both))}: has limits and is called report only")
    inherited = {} if base is None else base.rows
    reasons = {} if base is None else base.report_only
    rows_by_id = {
        id_: _extended(inherited.get(id_, ()), own.get(id_, ())) for id_ in {**inherited, **own}
    }
    report_only = {**reasons, **entry["report_only"]}
    return ThresholdSet(
        entry["id"],
        entry["title"],
        rows_by_id,
        {id_: reason for id_, reason in report_only.items() if id_ not in rows_by_id},
    )


def _extended(
    inherited: Sequence[ThresholdRow], own: Sequence[ThresholdRow]
) -> tuple[ThresholdRow, ...]:
    kept = (row for row in inherited if not any(row.overlaps(new) for new in own))
    return (*own, *kept)


def _check_rows_of_one_measurement(rows: Sequence[ThresholdRow]) -> None:
    """No patient has two rows; rows between which a sex or age decides have like classes."""
    for a, b in combinations(rows, 2):
        if a.overlaps(b) and a.sexes & b.sexes:
            raise ValueError(f"{a.measurement}: two rows are for the same patients")
        if a.for_adults is b.for_adults and len(a.labels) != len(b.labels):
            raise ValueError(f"{a.measurement}: rows for sexes or ages need equally many classes")


def _row(row: Mapping[str, Any]) -> ThresholdRow:
    cuts = tuple(Cut(float(cut["at"]), bool(cut["belongs_above"])) for cut in row["cuts"])
    labels = tuple(row["labels"])
    if not cuts or len(labels) != len(cuts) + 1 or list(cuts) != sorted(cuts, key=lambda c: c.at):
        raise ValueError(f"{row['measurement']}: cuts must ascend and have one label more")
    for text in ("population", "view", "source"):
        if not row[text]:
            raise ValueError(f"{row['measurement']}: has no {text}")
    start, below = row["ages"]
    special = {
        "sexes": frozenset(Sex(sex) for sex in row["sexes"]),
        "ages": (float(start), None if below is None else float(below)),
        "cuts": cuts,
        "labels": labels,
        "usual": None if row["usual"] is None else _usual(row["measurement"], *row["usual"]),
        "modalities": frozenset(Modality(m) for m in row["modalities"]),
    }
    return ThresholdRow(**{**row, **special})


def _usual(measurement: str, low: float | None, high: float | None) -> UsualRange:
    if low is not None and high is not None and not low < high:
        raise ValueError(f"{measurement}: the usual range must ascend")
    return (None if low is None else float(low), None if high is None else float(high))
