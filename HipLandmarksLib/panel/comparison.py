"""The section that compares two studies of one patient, such as a radiograph and an MRI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..i18n import tr as _
from ..imaging import Modality
from ..measurement import Reference, Sex
from .bricks import Badge, Choice, Option
from .comparison_cells import (
    ComparisonRow,
    comparison_columns,
    percent_word,
    study_title,
)
from .control_words import research_notice
from .controls import Control
from .live_comparison import LiveComparison
from .measurement_cells import line_word
from .severity import Severity
from .words import Words

if TYPE_CHECKING:
    from ..scene import HipStudy


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """What stands in the section.

    Attributes:
        choice: the other studies of the scene; None when there is none.
        reason: why nothing is compared; empty when something is.
        columns: heading and tooltip of every :class:`ComparisonColumn`.
        rows: right hip first; where only one study has a value last.
        summary: what every number depends on.
        badges: what speaks against the comparison.
    """

    choice: Choice | None
    reason: str = ""
    columns: tuple[Words, ...] = ()
    rows: tuple[ComparisonRow, ...] = ()
    summary: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()


def comparison_view(
    study: HipStudy | None, others: Sequence[HipStudy], chosen: str = ""
) -> ComparisonView:
    """The section as it stands; see :meth:`ComparisonPanel.view`."""
    return ComparisonPanel().view(study, others, chosen)


class ComparisonPanel:
    """Makes the view of one comparison after the other; what did not change is kept."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._live = LiveComparison()

    def view(
        self, study: HipStudy | None, others: Sequence[HipStudy], chosen: str = ""
    ) -> ComparisonView:
        """The section as it stands.

        Args:
            study: that is shown in the panel.
            others: all studies of the scene, the shown one may be among them.
            chosen: id of the study to compare with, see :func:`study_id`; the first other one
                where there is none of that id.
        """
        if study is None:
            return ComparisonView(None, _("Detect or place the landmarks of this image first."))
        rest = [each for each in others if each is not study and each.volume_node is not None]
        if not rest:
            told = _("Load another image of the same patient and detect its landmarks, too.")
            return ComparisonView(None, told)
        other = next((each for each in rest if study_id(each) == chosen), rest[0])
        options = tuple(Option(study_id(each), study_title(each), "") for each in rest)
        choice = Choice(Control.COMPARE_WITH, options, study_id(other))
        problem = study.problem or other.problem
        if problem:
            return ComparisonView(choice, problem)
        first, second = in_order(study, other)
        rows, reference, level = self._live.update(first, second)
        return ComparisonView(
            choice,
            "",
            comparison_columns(first, second),
            rows,
            _summary(reference, level, first, second),
            _badges(reference, first, second),
        )


def in_order(study: HipStudy, other: HipStudy) -> tuple[HipStudy, HipStudy]:
    """The radiograph before the MRI; of two of a kind the other one before the shown one."""
    if study.image.modality is Modality.XRAY and other.image.modality is not Modality.XRAY:
        return study, other
    return other, study


def study_id(study: HipStudy) -> str:
    """Id of the image of a study in its scene."""
    return str(study.volume_node.GetID())


def comparison_text(view: ComparisonView, case: str) -> str:
    """The table in tab-separated text, for a spreadsheet."""
    head = [words.label for words in view.columns]
    lines = [[cell.text for cell in row.cells] for row in view.rows]
    told = _("Case: {case}").format(case=case)
    closing = [[told], *([line] for line in view.summary), [research_notice()]]
    return "\n".join("\t".join(map(_plain, line)) for line in (head, *lines, *closing)) + "\n"


def _plain(text: str) -> str:
    """Without what would begin another cell, and no text that a spreadsheet takes for a formula."""
    flat = " ".join(text.split())
    return f"\u2212{flat[1:]}" if flat.startswith("-") else flat.removeprefix("+")


def _summary(
    reference: Reference, level: float, first: HipStudy, second: HipStudy
) -> tuple[str, ...]:
    line = _("Both are measured against: {line}").format(line=line_word(reference))
    told = _("Intervals: {level}, from the doubt about the landmarks of both studies alone.")
    lines = [line, told.format(level=percent_word(level))]
    if first.image.modality is not second.image.modality:
        lines.append(
            _(
                "A radiograph is a projection of the hip, an MRI slice shows one plane of it, and "
                "the pelvis may have been tilted otherwise: that also makes a difference."
            )
        )
    return tuple(lines)


def _badges(reference: Reference, first: HipStudy, second: HipStudy) -> tuple[Badge, ...]:
    found = []
    sexes = {each.settings.sex for each in (first, second)} - {Sex.UNKNOWN}
    if len(sexes) > 1:
        tooltip = _("The images state different sexes: check that it is the same patient.")
        found.append(Badge(_("The same patient?"), tooltip, Severity.ALARM))
    if reference is Reference.IMAGE:
        tooltip = _(
            "The studies have no line of the pelvis in common: a pelvis that lies otherwise makes "
            "other angles of the acetabulum."
        )
        found.append(Badge(_("Measured against image axes"), tooltip, Severity.CAUTION))
    return tuple(found)
