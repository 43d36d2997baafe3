"""The list of the review: every landmark with state, source, expected error and reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from ..anatomy import ErrorBin, Landmark, LandmarkId, LandmarkState, LandmarkTable
from ..i18n import tr as _
from ..review import Doubt, DoubtKind, Progress, ReviewItem
from .bricks import Cell
from .review_words import side_word, source_word, state_word
from .severity import Severity
from .table_words import table_word
from .words import Words

if TYPE_CHECKING:
    from ..scene.doubt import Standing


class ReviewColumn(Enum):
    """Columns of the list, from left to right."""

    NUMBER = "number"
    LANDMARK = "landmark"
    SIDE = "side"
    CHECKED = "checked"
    STATE = "state"
    SOURCE = "source"
    ERROR = "error"
    REASON = "reason"


class ReviewSource(Protocol):
    """What the panel asks of the editor of a study; :class:`~HipLandmarksLib.scene.editing.
    StudyEditor` is one."""

    @property
    def items(self) -> Sequence[ReviewItem]:
        """The points, the most doubtful first."""

    @property
    def remark(self) -> str:
        """Why the order is less than it could be; empty otherwise."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One landmark of the list.

    Attributes:
        id: side and key.
        number: by which keys call it.
        cells: one per :class:`ReviewColumn`.
        checked: whether a person accepted or edited it.
        not_placed: there is nothing to review; it can be placed.
    """

    id: LandmarkId
    number: int
    cells: tuple[Cell, ...]
    checked: bool
    not_placed: bool

    def cell(self, column: ReviewColumn) -> Cell:
        """The cell of a column."""
        return self.cells[_PLACE[column]]


def review_columns() -> tuple[Words, ...]:
    """Heading and tooltip of every :class:`ReviewColumn`."""
    words = {
        ReviewColumn.NUMBER: Words(_("No."), _("The key of this number goes to the landmark.")),
        ReviewColumn.LANDMARK: Words(_("Landmark"), _("Click, and the views jump there.")),
        ReviewColumn.SIDE: Words(_("Side"), _("The patient's side.")),
        ReviewColumn.CHECKED: Words(_("Checked"), _("Whether a person has looked at it.")),
        ReviewColumn.STATE: Words(_("State"), _("Whether it is seen, estimated or not there.")),
        ReviewColumn.SOURCE: Words(_("By"), _("Who placed it.")),
        ReviewColumn.ERROR: Words(
            _("Expected error"), _("How far off the model's points of this kind lie on average.")
        ),
        ReviewColumn.REASON: Words(_("Why"), _("Why it is listed here, and what to check.")),
    }
    return tuple(words[column] for column in ReviewColumn)


def review_row(item: ReviewItem, standing: Standing | None, region: str) -> ReviewRow:
    """The row of a landmark.

    Args:
        item: of the review.
        standing: how the point stands to the model's reading; None when no model read it.
        region: name of the model's regions, such as ``90 % region``.
    """
    side, key = item.id
    definition = LandmarkTable.load()[key]
    cells = (
        Cell(str(item.number)),
        Cell(key, f"{table_word(definition.name)}. {definition.definition}"),
        Cell(side_word(side)),
        _checked(item.progress),
        _state(item.landmark),
        Cell(source_word(item.landmark), _source_tooltip(item.landmark)),
        _error(item, standing),
        _reason(item, standing, region),
    )
    return ReviewRow(item.id, item.number, cells, item.reviewed, not item.asked)


def grade_word(grade: ErrorBin) -> str:
    """The grade of an expected error."""
    return {
        ErrorBin.GREEN: _("small"),
        ErrorBin.AMBER: _("medium"),
        ErrorBin.RED: _("large"),
    }[grade]


def review_line(items: Sequence[ReviewItem]) -> str:
    """How far the review is, such as ``Checked: 5 of 28``."""
    asked = [item for item in items if item.asked]
    done = sum(item.reviewed for item in asked)
    return _("Checked: {done} of {total}").format(done=done, total=len(asked))


def _checked(progress: Progress) -> Cell:
    words, severity = {
        Progress.OPEN: (_("open"), None),
        Progress.ACCEPTED: (_("accepted"), Severity.GOOD),
        Progress.EDITED: (_("edited"), Severity.GOOD),
        Progress.UNPLACED: ("", None),
    }[progress]
    return Cell(words if severity is None else f"{severity.sign} {words}", "", severity)


def _state(landmark: Landmark | None) -> Cell:
    word = state_word(landmark)
    if landmark is None or landmark.state is LandmarkState.VISIBLE:
        return Cell(word)
    hint = LandmarkTable.load()[landmark.key].state_hint
    return Cell(f"{Severity.NOTE.sign} {word}", hint, Severity.NOTE)


def _source_tooltip(landmark: Landmark | None) -> str:
    if landmark is None:
        return ""
    return f"{landmark.source.name} {landmark.source.version}".strip()


def _error(item: ReviewItem, standing: Standing | None) -> Cell:
    """What the model expected; nothing of a point that a person has placed since."""
    doubt = item.doubt
    if item.progress is Progress.EDITED or doubt.length is None:
        return Cell()
    size, told = _length(doubt), _signs(doubt, standing)
    if doubt.kind is DoubtKind.SPREAD:
        why = _("Spread of the network's answer; it was never compared with its errors.")
        return Cell(_("spread {size}").format(size=size), f"{why} {told}".strip())
    if doubt.grade is None:
        return Cell(size, told)
    severity = _GRADES[doubt.grade]
    why = _("Mean distance from the true place, by the calibration.")
    text = f"{severity.sign} {size}, {grade_word(doubt.grade)}"
    return Cell(text, f"{why} {told}".strip(), severity)


def _signs(doubt: Doubt, standing: Standing | None) -> str:
    """What speaks for the landmark being there, and where it is."""
    told = []
    if doubt.presence is not None:
        told.append(_("Probability that it is there: {p:.2f}.").format(p=doubt.presence))
    if standing is not None and standing.agreement is not None:
        told.append(_("Lines to its neighbours agree: {a:.2f}.").format(a=standing.agreement))
    return " ".join(told)


def _length(doubt: Doubt) -> str:
    number = f"{doubt.length or 0.0:.1f}"
    if doubt.unit == "mm":
        return _("{n} mm").format(n=number)
    return _("{n} % of the head").format(n=number)


def _reason(item: ReviewItem, standing: Standing | None, region: str) -> Cell:
    told: list[str] = []
    landmark, original = item.landmark, item.original
    severity = None
    if standing is not None and standing.outside and landmark is not None:
        told.append(_("outside the model's {region}").format(region=region))
        severity = Severity.CAUTION
    if landmark is not None and landmark.note:
        told.append(landmark.note)
    if _is_offered(landmark):
        told.append(_("the model would have a place for it: press Suggested"))
    if original is not None and landmark is None:
        told.append(_("its place was taken away"))
    signed = f"{severity.sign} " if severity is not None and told else ""
    return Cell(signed + "; ".join(told), "", severity)


def _is_offered(landmark: Landmark | None) -> bool:
    """Whether the model reports it absent, yet has a place for it."""
    if landmark is None or landmark.state is not LandmarkState.ABSENT:
        return False
    return landmark.evidence is not None and landmark.evidence.suppressed_position is not None


_GRADES: Mapping[ErrorBin, Severity] = {
    ErrorBin.GREEN: Severity.GOOD,
    ErrorBin.AMBER: Severity.CAUTION,
    ErrorBin.RED: Severity.ALARM,
}
_PLACE = {column: number for number, column in enumerate(ReviewColumn)}
