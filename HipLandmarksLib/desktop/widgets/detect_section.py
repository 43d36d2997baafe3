"""Detect: the model, its card, slice and processor; a run in the worker that can be cancelled."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import qt

from ...detection.catalogue import LicenceAgreements, ModelCatalogue
from ...detection.worker import Failed, Notice, Progress
from ...panel import (
    Control,
    DetectionPlan,
    DetectionView,
    Message,
    ProgressWords,
    cancelled_message,
    control_words,
    detection_view,
    finished_message,
    licence_question,
    message_of,
    percent,
    remark_message,
)
from ...session.explorers import Explorers
from ...session.model_download import ModelDownload
from ..packages import ensure_detection_packages
from ..views import current_slice, show_volume
from .choices import ChoiceBox
from .colours import coloured
from .desk import Desk
from .messages import told

if TYPE_CHECKING:
    from ...detection.catalogue import ModelEntry
    from ...session.detecting import DetectionInProgress

POLL_MS = 50
_CHOICES = (Control.MODEL, Control.SLICE, Control.SINGLE_HIP, Control.DEVICE)


class DetectSection:
    """Starts a detection, shows how far it is, takes its result into the scene.

    Args:
        desk: what the sections share.
        explorers: take up what was found on all slices.
    """

    def __init__(self, desk: Desk, explorers: Explorers) -> None:
        self.desk, self._explorers = desk, explorers
        self._catalogue = ModelCatalogue()
        self._run: DetectionInProgress | None = None
        self._words = ProgressWords()
        self._remarks: list[str] = []
        self._download: ModelDownload | None = None
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
        view = self._view()
        shown = {choice.control: choice for choice in view.choices}
        ui = self.desk.ui
        for control, box in self._boxes.items():
            box.show(shown.get(control))
            for name in (control.object_name, f"{control.object_name}Label"):
                getattr(ui, name).visible = control in shown
        offered = view.entry is not None and not view.entry.usable and view.entry.problem is None
        ui.getModel.visible = offered
        self._write_card(view)
        self._show_button(view)

    @told
    def press(self, *_event: Any) -> None:
        """Start; while it runs, cancel; a download, too."""
        if self._download is not None:
            self._stop_download()
        elif self._run is None:
            self.start()
        else:
            self._run.cancel()
            self.poll()

    def start(self) -> None:
        """Begin to find the landmarks of the chosen volume.

        Raises:
            HipLandmarksError: when packages, model or image cannot be used.
        """
        view, volume = self._view(), self.desk.volume
        plan = self.plan.limited_to(view.choices)
        if not view.ready or view.entry is None:
            return
        if not self._agreed(view.entry):
            return
        ensure_detection_packages()
        volume = self._cut_coronally(volume)
        index = plan.slice_index(current_slice(volume) or 0)
        self._run = self.desk.session.begin_detection(
            volume,
            model=view.entry.folder,
            slice_index=index,
            device=plan.device,
            side=None if plan.all_slices else plan.hip,
            all_slices=plan.all_slices,
        )
        self._words, self._remarks = ProgressWords(), []
        self.desk.messages.clear()
        self._show_button(view)
        self._timer.start()

    def _agreed(self, entry: ModelEntry) -> bool:
        """Whether the licence needs no agreement or has it; else ask for it, once and for all."""
        summary, kept = entry.summary, LicenceAgreements()
        if summary is None or not kept.is_wanting(summary):
            return True

        def agree() -> None:
            kept.agree(summary)
            self.start()

        self.desk.messages.offer(*licence_question(summary), agree)
        return False

    def _cut_coronally(self, volume: Any) -> Any:
        """The volume whose slices can be read; another one than the chosen is chosen."""
        coronal = self.desk.session.coronal_volume(volume)
        if coronal is not volume:
            self.desk.parameters().inputVolume = coronal  # the panel follows
        return coronal

    def poll(self) -> None:
        """Take what worker and download have told meanwhile; called by the timer."""
        run = self._run
        if self._download is not None:
            self._poll_download(self._download)
        elif run is None:
            self._timer.stop()
        if run is None:
            return
        details = ""
        for event in run.poll():
            if isinstance(event, Progress):
                self._show_progress(event)
            elif isinstance(event, Notice):
                self._remarks.append(event.text)
                self.desk.messages.show(remark_message(event.text))
            elif isinstance(event, Failed):
                details = event.details
        if run.is_over:
            self._finish(run, details)

    @told
    def get_model(self, *_event: Any) -> None:
        """Download the chosen model; it was asked for by the press of this button."""
        entry = self._view().entry
        if entry is None or entry.release is None or self._download is not None:
            return
        self._download = ModelDownload(entry.release, self._catalogue.user_folder)
        self._show_button(self._view())
        self._timer.start()

    def _poll_download(self, download: ModelDownload) -> None:
        bar = self.desk.ui.progressBar
        bar.maximum, bar.value = 100, download.percent
        if download.is_over:
            self._download = None
            with self.desk.messages.telling():
                download.finish()
            self.show()

    def _stop_download(self) -> None:
        if self._download is not None:
            self._download.cancel()
            self._download = None
            self.show()

    def cancel(self) -> None:
        """Cancel what runs; nothing is told."""
        self._stop_download()
        if self._run is not None:
            self._run.cancel()
            self._run = None
        self._timer.stop()

    def close(self) -> None:
        """Cancel what runs and never look again."""
        self.cancel()
        self._timer.disconnect("timeout()", self.poll)

    def _view(self) -> DetectionView:
        return detection_view(self.desk.image, self._catalogue.entries(), self.plan)

    def _finish(self, run: DetectionInProgress, details: str) -> None:
        self._run = None
        self._timer.stop()
        try:
            found = run.finish()
        except Exception as error:
            told_of = message_of(error)
            self.desk.messages.show(
                Message(told_of.severity, told_of.text, details or told_of.details)
            )
        else:
            self._tell(found)
            if found is not None:
                self._explore(run)
                self.desk.reopen()
                show_volume(run.volume_node, self.desk.session.study(run.volume_node))
        self.show()

    def _explore(self, run: DetectionInProgress) -> None:
        """Explore what was found on all slices, if that was asked for."""
        study = self.desk.session.study(run.volume_node)
        if run.whole is None or study is None:
            return
        with self.desk.messages.telling():
            self._explorers.begin(study, run.whole)

    def _tell(self, found: Any) -> None:
        if found is None:
            self.desk.messages.show(cancelled_message())
            return
        message = finished_message(found.model, found.device, found.seconds)
        remarks = [*self._remarks, *found.remarks]
        if remarks:
            message = remark_message(" ".join([message.text, *remarks]))
        self.desk.messages.show(message)

    def _show_progress(self, event: Progress) -> None:
        share, bar = percent(event), self.desk.ui.progressBar
        bar.maximum = 0 if share is None else 100
        bar.value = share or 0
        self.desk.ui.progressLabel.text = escape(self._words.line(event))

    def _show_button(self, view: DetectionView) -> None:
        ui, runs = self.desk.ui, self._run is not None or self._download is not None
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
