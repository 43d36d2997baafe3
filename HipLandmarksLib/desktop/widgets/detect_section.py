"""Detect: the model, its card, slice and processor; a run in the worker that can be cancelled."""

from __future__ import annotations

from html import escape
from typing import Any

import qt

from ...panel import Control, DetectionPlan, DetectionView, control_words
from ...session.explorers import Explorers
from ...session.landmark_search import LandmarkSearch
from ..packages import ensure_detection_packages
from ..views import show_volume
from .choices import ChoiceBox
from .colours import coloured
from .desk import Desk
from .messages import told

POLL_MS = 50
_CHOICES = (Control.MODEL, Control.SLICE, Control.SINGLE_HIP, Control.DEVICE)


class DetectSection:
    """Starts a detection, shows how far it is, takes its result into the scene.

    Args:
        desk: what the sections share.
        explorers: take up what was found on all slices.
    """

    def __init__(self, desk: Desk, explorers: Explorers) -> None:
        self.desk = desk
        self.search = LandmarkSearch(desk, self, explorers)
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self.poll)
        ui = desk.ui
        self._boxes = {
            control: ChoiceBox(getattr(ui, control.object_name), _keeper(self, control))
            for control in _CHOICES
        }
        ui.modelCardText.visible = False
        ui.modelCard.connect("toggled(bool)", self._show_card)
        ui.detect.connect("clicked(bool)", self.press)
        ui.getModel.connect("clicked(bool)", self.get_model)

    @property
    def plan(self) -> DetectionPlan:
        """What was chosen; kept in the scene."""
        kept = self.desk.parameters()
        if kept is None:
            return DetectionPlan()
        return DetectionPlan(kept.model, kept.slice, kept.singleHip, kept.device)

    def choose(self, control: Control, chosen: str) -> None:
        """Keep a choice for the next detection."""
        plan, kept = self.plan.with_choice(control, chosen), self.desk.parameters()
        kept.model, kept.slice, kept.singleHip, kept.device = (
            *(plan.model, plan.slice),
            *(plan.side, plan.device),
        )
        self.show()

    def show(self) -> None:
        """Bring the section in line with the chosen volume."""
        view = self.search.view
        shown = {choice.control: choice for choice in view.choices}
        ui = self.desk.ui
        for control, box in self._boxes.items():
            box.show(shown.get(control))
            for name in (control.object_name, f"{control.object_name}Label"):
                getattr(ui, name).visible = control in shown
        ui.getModel.visible = view.offered
        self._write_card(view)
        self._show_button(view)

    @told
    def press(self, *_event: Any) -> None:
        """Start; while it runs, cancel; a download, too."""
        self.search.press()

    @told
    def get_model(self, *_event: Any) -> None:
        """Download the chosen model; it was asked for by the press of this button."""
        self.search.get_model()

    def poll(self) -> None:
        """Take what worker and download have told meanwhile; called by the timer."""
        self.search.poll()
        if not self.search.runs:
            self._timer.stop()

    def cancel(self) -> None:
        """Cancel what runs; nothing is told."""
        self.search.cancel()
        self._timer.stop()

    def close(self) -> None:
        """Cancel what runs and never look again."""
        self.cancel()
        self._timer.disconnect("timeout()", self.poll)

    def require_packages(self) -> None:
        """Ask for what detection needs and install it."""
        ensure_detection_packages()

    def search_changed(self) -> None:
        """Something begins or ends."""
        self.show()
        self.search_progressed()
        if self.search.runs:
            self._timer.start()

    def search_progressed(self) -> None:
        """Line and bar are others."""
        progress, bar = self.search.progress, self.desk.ui.progressBar
        bar.maximum = 0 if progress.percent is None else 100
        bar.value = progress.percent or 0
        if self.search.runs:
            self.desk.ui.progressLabel.text = escape(progress.line)

    def show_found(self, volume: Any) -> None:
        """Show the volume at the landmarks that were found."""
        show_volume(volume, self.desk.session.study(volume))

    def _show_button(self, view: DetectionView) -> None:
        ui, runs = self.desk.ui, self.search.runs
        words = control_words(Control.CANCEL if runs else Control.DETECT)
        ui.detect.text = words.label
        ui.detect.toolTip = words.tooltip if runs or view.ready else view.reason
        ui.detect.enabled = runs or view.ready
        ui.progressBar.visible = runs
        ui.progressLabel.visible = runs or not view.ready
        if not runs:
            ui.progressLabel.text = "" if view.ready else escape(view.reason)

    def _show_card(self, shown: bool) -> None:
        self.desk.ui.modelCardText.visible = shown

    def _write_card(self, view: DetectionView) -> None:
        label, above = self.desk.ui.modelCardText, self.desk.ui.modelBadges
        badges = [coloured(above, badge.severity, badge.line) for badge in view.badges]
        above.text, above.visible = "<br>".join(badges), bool(badges)
        above.toolTip = " ".join(badge.tooltip for badge in view.badges)
        lines = [f"<b>{escape(heading)}</b>: {escape(text)}" for heading, text in view.card]
        label.text = "<br>".join(lines)
        self.desk.ui.modelCard.enabled = bool(lines)


def _keeper(section: DetectSection, control: Control) -> Any:
    return lambda chosen: section.choose(control, chosen)
