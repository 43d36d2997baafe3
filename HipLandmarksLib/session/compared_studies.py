"""Two studies of one patient compared: table, badges, both images side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..i18n import tr as _
from ..panel import (
    Badge,
    ComparisonPanel,
    ComparisonView,
    Message,
    Severity,
    comparison_text,
    in_order,
)
from ..panel.explorer import slice_badge
from ..scene import HipStudy, show_only
from ..scene.comparison import LinkedViews
from .explorers import Explorers
from .face import Face


class SideBySide(Protocol):
    """How a face arranges two slice views beside each other."""

    def enter(self) -> bool:
        """Make and arrange the views; False where there can be none."""

    def leave(self) -> None:
        """Go back to the arrangement before, unless another one was chosen since."""


class ComparedStudies:
    """Compares the study that is shown with another one of the scene.

    Args:
        face: what shows both.
        explorers: tell whether a study shows another slice than it is measured on.
        layout: arranges the views of both images.
    """

    def __init__(self, face: Face, explorers: Explorers, layout: SideBySide) -> None:
        self._face, self._explorers, self._layout = face, explorers, layout
        self._chosen = ""
        self._view, self._panel = ComparisonView(None), ComparisonPanel()
        self._linked: LinkedViews | None = None

    @property
    def view(self) -> ComparisonView:
        """What stands in the section, as of the last :meth:`update`."""
        return self._view

    @property
    def linked(self) -> LinkedViews | None:
        """The views of both studies; None while they are not shown side by side."""
        return self._linked

    @property
    def other(self) -> HipStudy | None:
        """The study that the shown one is compared with."""
        choice = self._view.choice
        if choice is None:
            return None
        return self._face.session.study(self._face.session.scene.GetNodeByID(choice.chosen))

    @property
    def badges(self) -> Sequence[Badge]:
        """What speaks against the comparison; that another slice is shown than is measured."""
        if not self._view.rows:
            return []
        found = [slice_badge(self._explorers.of(each)) for each in (self._face.study, self.other)]
        return [*self._view.badges, *(badge for badge in found if badge is not None)]

    @property
    def lines(self) -> Sequence[str]:
        """What every number depends on, or why there is none."""
        return [self._view.reason] if self._view.reason else self._view.summary

    def forget(self) -> None:
        """Begin anew, for another study; views of one that has gone are linked no more."""
        if self._linked is not None and not self._are_there(self._linked):
            self.leave()
        self._view = ComparisonView(None)

    def update(self) -> ComparisonView:
        """Compare anew."""
        face = self._face
        self._view = self._panel.view(face.study, face.session.studies, self._chosen)
        other = self.other
        if other is not None:
            other.watch(face.refresh)  # the shown study is watched by the face
        return self._view

    def choose(self, chosen: str) -> None:
        """Compare with another study, by its id."""
        self._chosen = chosen
        shown = self._linked is not None
        self.leave()
        self.update()
        if shown:
            self._link()

    def show_side_by_side(self, on: bool) -> None:
        """Show both images beside each other, or go back."""
        if on:
            self._link()
        else:
            self.leave()

    def look_at(self, row: int) -> None:
        """Let both images show the hip of a row of the table."""
        if self._linked is not None and 0 <= row < len(self._view.rows):
            self._linked.look_at(self._view.rows[row].difference.side)

    def text(self) -> str:
        """The table in tab-separated text, for a spreadsheet; empty without a study."""
        study = self._face.study
        return "" if study is None else comparison_text(self._view, study.landmarks.case_id)

    def leave(self) -> None:
        """Link the views no more and go back to the layout before."""
        if self._linked is None:
            return
        linked, self._linked = self._linked, None
        linked.close()
        study = self._face.study
        show_only([] if study is None else [study], self._face.session.studies)
        self._layout.leave()

    def _link(self) -> None:
        study, other = self._face.study, self.other
        if study is None or other is None:
            return
        entered = self._layout.enter()
        # after it: other views may let the face show itself anew, which hides what is not shown
        show_only([study, other], self._face.session.studies)
        linked = LinkedViews(*in_order(study, other))
        if entered and linked.show():
            self._linked = linked
            return
        linked.close()
        show_only([study], self._face.session.studies)
        self._layout.leave()
        told = _("There are no views to show both images in.")
        self._face.tell(Message(Severity.CAUTION, told))

    def _are_there(self, linked: LinkedViews) -> bool:
        live = self._face.session.studies
        shown = self._face.study in linked.studies
        return shown and all(s in live and s.volume_node is not None for s in linked.studies)
