"""The tables of an explored stack for people: a row per slice, a row per place of the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...anatomy import LandmarkStack, Side, StackSlice
from ...exploration import HipExploration
from ...exploration.radial_result import RadialMap
from ...i18n import tr as _
from ...measurement.uncertainty import Z95
from ...measurement.volume import SliceValue, clock_words
from ...report.exploration.slice_rows import Rows, SliceRow
from ...report.exploration.slice_table import value_words
from ..doubt.table import TextTable
from ..table import CLASS_NAME
from .nodes import ExplorerNodes

_MEASURED = ("alpha", "lce")
_NOTHING = "–"


class SliceTable:
    """A row per slice: angles of both hips with intervals, how much one slice more or less matters,
    what was edited, and what must be known of the slice.
    """

    def __init__(self, nodes: ExplorerNodes) -> None:
        node = nodes.get("table slices", CLASS_NAME, "slices (research use)", _prepare)
        self.table = TextTable(node, slice_titles())
        self._rows: dict[int, tuple[str, ...]] = {}
        self._marks: dict[int, str] = {}
        self._shown: Mapping[Side, int] = {}

    def show(
        self, stack: LandmarkStack, rows: Rows, shown: Mapping[Side, int], remark: str
    ) -> None:
        """All rows; only cells that changed are written."""
        of_slice: dict[int, dict[tuple[Side, str], SliceRow]] = {each.index: {} for each in stack}
        for key, measured in rows.items():
            for row in measured:
                of_slice[row.index][key] = row
        new, self._shown = not self._rows, dict(shown)
        self._marks = {index: _marks(own) for index, own in of_slice.items()}
        self._rows = {each.index: _slice_row(each, of_slice[each.index]) for each in stack}
        if new:
            star = _("A star: not to be compared with ranges, such as LCE off the head centre.")
            self.table.fill(self._marked(self._rows), f"{star} {remark}")
        else:
            self.table.update(self._marked(self._rows))

    def point_at(self, shown: Mapping[Side, int]) -> None:
        """Mark the slices that are shown."""
        changed = {*self._shown.values(), *shown.values()}
        self._shown = dict(shown)
        self.table.update(self._marked(changed))

    def _marked(self, indices: Iterable[int]) -> dict[int, tuple[str, ...]]:
        rows = ((index, self._rows[index]) for index in indices)
        return {index: (row[0], self._words(index), *row[1:]) for index, row in rows}

    def _words(self, index: int) -> str:
        """Which hips show a slice, and what else is special about it."""
        hips = " ".join(side.value for side in Side if self._shown.get(side) == index)
        shown = _("shown: {hips}").format(hips=hips) if hips else ""
        return ", ".join(filter(None, (shown, self._marks[index])))


class ClockTable:
    """A row per radial plane: alpha, height of a bump and how well it is seen, both hips."""

    def __init__(self, nodes: ExplorerNodes) -> None:
        node = nodes.get("table clock", CLASS_NAME, "alpha by the clock (research use)", _prepare)
        self.table = TextTable(node, clock_titles())

    def show(self, found: HipExploration) -> None:
        """All rows; the limits of the image stand in the description."""
        maps = {side: own.radial for side, own in found.sides.items()}
        thetas = sorted({t for each in maps.values() if each is not None for t, _v in each.samples})
        rows = {theta: _clock_row(maps, theta) for theta in thetas}
        limits = [line for each in maps.values() if each is not None for line in each.limits]
        reasons = [f"{side.word}: {own.radial_reason}" for side, own in found.sides.items()]
        reasons = [reason for reason in reasons if not reason.endswith(": ")]
        self.table.fill(rows, " ".join(dict.fromkeys([*limits, *reasons])))


def slice_titles() -> tuple[str, ...]:
    """Titles of the columns of the slices."""
    sides = [f"{side} {what}" for side in (_("Right"), _("Left")) for what in _slice_columns()]
    return (_("Slice"), _("Marks"), *sides, _("Note"))


def clock_titles() -> tuple[str, ...]:
    """Titles of the columns of the clock."""
    columns = (_("alpha"), _("bump, mm"), _("seen"))
    sides = [f"{side} {what}" for side in (_("Right"), _("Left")) for what in columns]
    return (_("Clock"), _("Degrees"), *sides)


def _slice_columns() -> tuple[str, ...]:
    spread = _("± 1 slice")
    return (_("from head, mm"), "alpha", f"alpha {spread}", "LCE", f"LCE {spread}")


def _slice_row(own: StackSlice, rows: Mapping[tuple[Side, str], SliceRow]) -> tuple[str, ...]:
    cells: list[str] = []
    for side in Side:
        first = rows.get((side, _MEASURED[0]))
        offset = None if first is None else first.entry.place.offset_mm
        cells.append(_NOTHING if offset is None else f"{offset:+.1f}")
        for id_ in _MEASURED:
            row = rows.get((side, id_))
            cells += (_NOTHING, _NOTHING) if row is None else (value_words(row), _spread(row.entry))
    return (str(own.index), *cells, own.unread)


def _spread(value: SliceValue) -> str:
    if value.value is None or value.spread is None:
        return _NOTHING
    return f"{round(value.spread)}°"


def _marks(rows: Mapping[tuple[Side, str], SliceRow]) -> str:
    """What is special about a slice, whatever is shown."""

    def hips(holds: Callable[[SliceRow], bool]) -> str:
        found = (rows.get((side, _MEASURED[0])) for side in Side)
        sides = zip(Side, found, strict=True)
        return " ".join(side.value for side, row in sides if row is not None and holds(row))

    words = (
        (_("measured: {hips}"), hips(lambda row: row.chosen)),
        (_("largest alpha: {hips}"), hips(lambda row: row.largest)),
        (_("edited: {hips}"), hips(lambda row: row.edited)),
    )
    return ", ".join(text.format(hips=found) for text, found in words if found)


def _clock_row(maps: Mapping[Side, RadialMap | None], theta: float) -> tuple[str, ...]:
    cells: Sequence[str] = [cell for side in Side for cell in _clock_cells(maps.get(side), theta)]
    return (clock_words(theta), f"{theta:g}", *cells)


def _clock_cells(found: RadialMap | None, theta: float) -> tuple[str, str, str]:
    if found is None:
        return (_NOTHING, _NOTHING, _NOTHING)
    own = found.at(theta)
    alpha = _NOTHING
    if own.alpha_deg is not None:
        half = "" if own.sigma_deg is None else f" ± {round(Z95 * own.sigma_deg)}"
        alpha = f"{round(own.alpha_deg)}°{half}"
    height = _NOTHING if own.cam_height_mm is None else f"{own.cam_height_mm:.1f}"
    return (alpha, height, own.sight.words)


def _prepare(node: Any) -> None:
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetUseFirstColumnAsRowHeader(False)
    node.SetLocked(True)
