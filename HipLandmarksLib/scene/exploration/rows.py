"""The tables of an explored stack for people: a row per slice, a row per place of the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...anatomy import Side, StackSlice
from ...exploration import HipExploration
from ...exploration.radial_result import RadialMap
from ...i18n import tr as _
from ...measurement.uncertainty import Z95
from ...measurement.volume import SliceValue, clock_words
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
        self._shown: Mapping[Side, int] = {}

    def show(self, found: HipExploration, shown: Mapping[Side, int]) -> None:
        """All rows; only cells that changed are written."""
        new, self._shown = not self._rows, dict(shown)
        self._rows = {each.index: _slice_row(found, each) for each in found.stack}
        rows = self._marked(found, self._rows)
        if new:
            self.table.fill(
                rows, _("In brackets: LCE off the head centre, not to be compared with ranges.")
            )
        else:
            self.table.update(rows)

    def point_at(self, found: HipExploration, shown: Mapping[Side, int]) -> None:
        """Mark the slices that are shown."""
        changed = {*self._shown.values(), *shown.values()}
        self._shown = dict(shown)
        self.table.update(self._marked(found, changed))

    def _marked(self, found: HipExploration, indices: Iterable[int]) -> dict[int, tuple[str, ...]]:
        rows = ((index, self._rows[index]) for index in indices)
        shown = self._shown
        return {index: (row[0], _marks(found, index, shown), *row[1:]) for index, row in rows}


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


def value_text(value: SliceValue | None) -> str:
    """Such as ``52° ± 6``; in brackets where it may not be compared with ranges, or a dash."""
    if value is None or value.value is None:
        return _NOTHING
    half = "" if value.sigma is None else f" ± {round(Z95 * value.sigma)}"
    text = f"{round(value.value)}°{half}"
    return text if value.may_be_classified else f"({text})"


def _slice_columns() -> tuple[str, ...]:
    spread = _("± 1 slice")
    return (_("from head, mm"), "alpha", f"alpha {spread}", "LCE", f"LCE {spread}")


def _slice_row(found: HipExploration, own: StackSlice) -> tuple[str, ...]:
    cells: list[str] = []
    for side in Side:
        values = [_at(found, side, id_, own) for id_ in _MEASURED]
        offset = None if values[0] is None else values[0].place.offset_mm
        cells.append(_NOTHING if offset is None else f"{offset:+.1f}")
        for value in values:
            cells += (value_text(value), _spread(value))
    return (str(own.index), *cells, own.unread)


def _at(found: HipExploration, side: Side, id_: str, own: StackSlice) -> SliceValue | None:
    values = found.sides[side].profiles[id_].values
    return next((each for each in values if each.place.position_mm == own.depth_mm), None)


def _spread(value: SliceValue | None) -> str:
    if value is None or value.value is None or value.spread is None:
        return _NOTHING
    return f"{round(value.spread)}°"


def _marks(found: HipExploration, index: int, shown: Mapping[Side, int]) -> str:
    """Which hips show, or are measured on, a slice, and whether somebody changed it."""
    chosen = found.stack.chosen
    words = [_("shown: {hips}").format(hips=hips) if (hips := _hips(shown, index)) else ""]
    words.append(_("measured: {hips}").format(hips=hips) if (hips := _hips(chosen, index)) else "")
    words.append(
        _("largest alpha: {hips}").format(hips=hips) if (hips := _largest(found, index)) else ""
    )
    words.append(_("edited") if found.stack.at(index).is_edited else "")
    return ", ".join(filter(None, words))


def _hips(slices: Mapping[Side, int], index: int) -> str:
    return " ".join(side.value for side in Side if slices.get(side) == index)


def _largest(found: HipExploration, index: int) -> str:
    depth = found.stack.at(index).depth_mm
    tops = {side: own.profiles["alpha"].maximum for side, own in found.sides.items()}
    places = {side: top.place.position_mm for side, top in tops.items() if top is not None}
    return " ".join(side.value for side in Side if places.get(side) == depth)


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
