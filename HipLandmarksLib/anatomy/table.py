"""The landmark table as data: what every point is, how to place it, what it serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, LandmarkFileError
from ..resources import resource_path
from .types import AnySide, Midline

LANDMARKS_FORMAT = "hiplandmarks-landmarks-table-1"
LIMBS_FORMAT = "hiplandmarks-limbs-1"
_KINDS = ("point", "points", "polyline")
_LISTS = ("points", "polyline")
_LATERALITIES = ("side", "midline")


@dataclass(frozen=True)
class LandmarkDefinition:
    """One row of the table.

    Attributes:
        key: short name, such as ``FHC``; the same on both sides.
        number: 1 to 12 as in paper 2, None for the others.
        name: full name.
        papers: papers that use it (1, 2); empty for the optional points.
        kind: ``point``, ``points`` (a loose set) or ``polyline``.
        laterality: ``side`` (one per hip) or ``midline``.
        views: kinds of image in which it can be placed.
        definition: how to find it.
        state_hint: when to call it estimated, absent or prosthesis.
        serves: what it is for, in words.
    """

    key: str
    number: int | None
    name: str
    papers: tuple[int, ...]
    kind: str
    laterality: str
    views: tuple[str, ...]
    definition: str
    state_hint: str
    serves: str

    @property
    def optional(self) -> bool:
        """Whether neither paper uses the point."""
        return not self.papers


@dataclass(frozen=True)
class Limb:
    """Pair of landmarks joined by a part affinity field, from ``start`` to ``end``.

    A bilateral limb runs from the right to the left landmark of the same key.
    """

    start: str
    end: str
    bilateral: bool


@dataclass(frozen=True)
class LandmarkTable:
    """All landmark definitions and limbs.

    Attributes:
        definitions: by key, in the order of the file.
        limbs: pairs of one side, then bilateral ones.
    """

    definitions: Mapping[str, LandmarkDefinition]
    limbs: tuple[Limb, ...]

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> LandmarkTable:
        """The table that ships with the product (read once).

        Raises:
            ConfigurationError: when a file is damaged.
        """
        return read_landmark_table(
            resource_path("Anatomy", "landmarks.json"), resource_path("Anatomy", "limbs.json")
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, in the order of the table."""
        return tuple(self.definitions)

    def __getitem__(self, key: str) -> LandmarkDefinition:
        """Definition of ``key``; a numbered point such as ``RIM2`` has that of its list.

        Raises:
            LandmarkFileError: when there is no such landmark.
        """
        if key not in self.definitions:
            of_list = self.definitions.get(key.rstrip("0123456789"))
            if of_list is not None and of_list.kind in _LISTS:
                return of_list
            raise LandmarkFileError(
                f"There is no landmark {key!r}; known are {', '.join(self.definitions)}."
            )
        return self.definitions[key]

    def of_paper(self, paper: int) -> tuple[LandmarkDefinition, ...]:
        """Landmarks of paper 1 or 2, in the order of the table (paper 2: by number)."""
        return tuple(d for d in self.definitions.values() if paper in d.papers)


@lru_cache(maxsize=1024)
def is_landmark(side: AnySide, key: str) -> bool:
    """Whether the table has such a point there; a list of points may hold others, too."""
    try:
        of_middle = LandmarkTable.load()[key].laterality == "midline"
    except LandmarkFileError:
        return False
    return of_middle is (side is Midline.PELVIS)


def read_landmark_table(landmarks: Path, limbs: Path) -> LandmarkTable:
    """Read and check the table of landmarks and the limbs.

    Raises:
        ConfigurationError: when a file is missing, damaged or contradicts the other.
    """
    try:
        definitions = _read_definitions(_read(landmarks, LANDMARKS_FORMAT))
        return LandmarkTable(definitions, _read_limbs(_read(limbs, LIMBS_FORMAT), definitions))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The landmark table is damaged: {error}") from error


def _read(path: Path, expected: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if data["format"] != expected:
        raise ValueError(f"{path.name} has the format {data['format']!r}, expected {expected!r}")
    return data


def _read_definitions(data: Mapping[str, Any]) -> dict[str, LandmarkDefinition]:
    rows = [_definition(row) for row in data["landmarks"]]
    definitions = {row.key: row for row in rows}
    numbers = sorted(row.number for row in rows if row.number is not None)
    if len(definitions) != len(rows):
        raise ValueError("a landmark key is given twice")
    if numbers != list(range(1, 13)):
        raise ValueError(f"the numbers must be 1 to 12, found {numbers}")
    return definitions


def _definition(row: Mapping[str, Any]) -> LandmarkDefinition:
    definition = LandmarkDefinition(
        **{
            **row,
            "papers": tuple(row["papers"]),
            "views": tuple(row["views"]),
        }
    )
    if definition.kind not in _KINDS or definition.laterality not in _LATERALITIES:
        raise ValueError(f"{definition.key} has an unknown kind or laterality")
    for text in ("name", "definition", "state_hint", "serves"):
        if not getattr(definition, text):
            raise ValueError(f"{definition.key} has no {text}")
    return definition


def _read_limbs(
    data: Mapping[str, Any], definitions: Mapping[str, LandmarkDefinition]
) -> tuple[Limb, ...]:
    pairs = (*data["same_side"], *data["same_side_paper_1"])
    same_side = [Limb(start, end, False) for start, end in pairs]
    limbs = (*same_side, *(Limb(key, key, True) for key in data["bilateral"]))
    for limb in limbs:
        if limb.start not in definitions or limb.end not in definitions:
            raise ValueError(f"the limb {limb.start}-{limb.end} names an unknown landmark")
    if len(set(limbs)) != len(limbs):
        raise ValueError("a limb is given twice")
    return limbs
