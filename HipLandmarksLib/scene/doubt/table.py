"""What is known of every landmark's doubt, in words, as a table node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from vtkmodules.vtkCommonCore import vtkStringArray

from ...anatomy import HipLandmarks, Landmark, LandmarkId, LandmarkState, PresenceEvidence
from ..table import CLASS_NAME, NOTICE
from .reading import ModelReading

COLUMNS = (
    *("Landmark", "Side", "State", "Placed by", "Presence", "Expected error", "Grade"),
    *("Fields agree", "Model's region", "Reason"),
)

_STATES = {
    LandmarkState.VISIBLE: "there",
    LandmarkState.ESTIMATED: "estimated",
    LandmarkState.ABSENT: "not there",
    LandmarkState.PROSTHESIS: "prosthesis",
}
INSIDE, OUTSIDE = "inside", "outside"
PLACE_IT = "place the point to overrule the model"


@dataclass(frozen=True)
class Standing:
    """How a point stands to the model's reading now.

    Attributes:
        agreement: how far the fields bear the point out, in [0, 1]; None when not assessable.
        no_agreement: why it is not assessable; "" otherwise.
        outside: whether it lies outside the model's region; None when that cannot be said.
        no_region: why that cannot be said; "" otherwise.
    """

    agreement: float | None = None
    no_agreement: str = ""
    outside: bool | None = None
    no_region: str = ""


@dataclass(frozen=True)
class DoubtRow:
    """One row of the table, see :data:`COLUMNS`."""

    landmark: str
    side: str
    state: str
    placed_by: str
    presence: str
    expected_error: str
    grade: str
    agreement: str
    region: str
    reason: str


def row_of(
    id_: LandmarkId, point: Landmark | None, reading: ModelReading, now: Standing
) -> DoubtRow:
    """The row of a landmark.

    Args:
        id_: side and key.
        point: as it is now; None when it is not placed.
        reading: the model's.
        now: how the point stands to it.
    """
    side, key = id_
    state, placed_by, evidence = "still to be placed", "", PresenceEvidence()
    if point is not None:
        state, placed_by = _STATES[point.state], point.source.name or point.source.kind.value
        evidence = point.evidence or evidence
    presence = None if point is None else point.confidence
    return DoubtRow(
        key,
        side.word,
        state,
        placed_by,
        "" if presence is None else f"{presence:.2f}",
        _error(evidence),
        "" if evidence.error_bin is None else evidence.error_bin.value,
        now.no_agreement if now.agreement is None else f"{now.agreement:.2f}",
        _region(now, reading),
        "" if point is None else _reason(point),
    )


class DoubtTable:
    """A table node with one row per landmark; only cells that changed are written."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self._columns: list[Any] = []
        self._rows: dict[LandmarkId, int] = {}
        self._shown: dict[LandmarkId, DoubtRow] = {}

    @classmethod
    def create(cls, scene: Any, name: str) -> DoubtTable:
        """An empty table node."""
        node = scene.AddNewNodeByClass(CLASS_NAME, name)
        node.SetUseColumnTitleAsColumnHeader(True)
        node.SetUseFirstColumnAsRowHeader(False)
        node.SetLocked(True)
        return cls(node)

    def fill(self, rows: Mapping[LandmarkId, DoubtRow], remark: str) -> None:
        """Set all rows; ``remark`` goes into the node's description, with the notice."""
        modifying = self.node.StartModify()
        self.node.SetDescription(f"{NOTICE} {remark}".strip())
        self.node.RemoveAllColumns()
        self._columns = [self.node.AddColumn(_column(title)) for title in COLUMNS]
        self._rows, self._shown = {}, {}
        for id_ in rows:
            self._rows[id_] = self.node.AddEmptyRow()
        self.update(rows)
        self.node.EndModify(modifying)

    def update(self, rows: Mapping[LandmarkId, DoubtRow]) -> None:
        """Rewrite what changed; one event, none when nothing did."""
        changed: set[int] = set()
        for id_, row in rows.items():
            if id_ not in self._rows or self._shown.get(id_) == row:
                continue
            before = astuple(self._shown[id_]) if id_ in self._shown else ("",) * len(COLUMNS)
            for column, (old, new) in enumerate(zip(before, astuple(row), strict=True)):
                if old != new:
                    self._columns[column].SetValue(self._rows[id_], new)
                    changed.add(column)
            self._shown[id_] = row
        for column in changed:
            self._columns[column].Modified()
        if changed:
            self.node.GetTable().Modified()


def all_ids(landmarks: HipLandmarks, reading: ModelReading) -> list[LandmarkId]:
    """Every landmark that is there or that the model knows."""
    return list(dict.fromkeys([*reading.landmarks, *landmarks]))


def _error(evidence: PresenceEvidence) -> str:
    if evidence.expected_error_mm is not None:
        return f"{evidence.expected_error_mm:.1f} mm"
    if evidence.expected_error_percent is not None:
        return f"{evidence.expected_error_percent:.1f} % of the head"
    return ""


def _region(now: Standing, reading: ModelReading) -> str:
    if now.outside is None:
        return now.no_region
    return f"{OUTSIDE if now.outside else INSIDE} the {reading.words}"


def _reason(point: Landmark) -> str:
    place = None if point.evidence is None else point.evidence.suppressed_position
    offer = PLACE_IT if place is not None and point.state is LandmarkState.ABSENT else ""
    return "; ".join(text for text in (point.note, offer) if text)


def _column(title: str) -> Any:
    array = vtkStringArray()
    array.SetName(title)
    return array
