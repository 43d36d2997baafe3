"""Detect: model, slice, hip and processor; a run in the worker that can be cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ...detection.catalogue import LicenceAgreements, ModelCatalogue, ModelEntry
from ...detection.worker import Failed, Notice, Progress
from ...errors import MissingDependencyError
from ...i18n import tr as _
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
from ...session.requirements import missing_packages
from ..bricks import badge_brick, choice_brick, line_bricks, words_brick
from ..desk import Desk

if TYPE_CHECKING:
    from ...session.detecting import DetectionInProgress

LOOK_EVERY_S = 0.05
CHOICES = (Control.MODEL, Control.SLICE, Control.SINGLE_HIP, Control.DEVICE)


class DetectSection:
    """Starts a detection, shows how far it is, takes its result into the scene."""

    def __init__(self, desk: Desk, explorers: Explorers) -> None:
        self.desk, self._explorers = desk, explorers
        self.plan = DetectionPlan()
        self._catalogue = ModelCatalogue()
        self._run: DetectionInProgress | None = None
        desk.state.update({"detect": {}, "progress": {"shown": False, "share": 0, "line": ""}})

    @property
    def runs(self) -> bool:
        """Whether a detection runs."""
        return self._run is not None

    def choose(self, name: str, chosen: str) -> None:
        """Keep a choice for the next detection."""
        self.plan = self.plan.with_choice(Control(name), chosen)
        self.show()

    def show(self) -> None:
        """Bring the section in line with the chosen image."""
        view = self._view()
        shown = {choice.control: choice for choice in view.choices}
        words = control_words(Control.CANCEL if self.runs else Control.DETECT)
        self.desk.state.detect = {
            "choices": {c.value: choice_brick(shown.get(c)) for c in CHOICES},
            "badges": [badge_brick(badge) for badge in view.badges],
            "card": line_bricks(view.card),
            "ready": view.ready or self.runs,
            "reason": "" if self.runs else view.reason,
            "runs": self.runs,
            "button": words_brick(words),
        }

    def press(self) -> None:
        """Start; while it runs, cancel."""
        if self._run is not None:
            self._run.cancel()
            return
        with self.desk.telling():
            self._start()

    def cancel(self) -> None:
        """Cancel what runs; nothing is told."""
        if self._run is not None:
            self._run.cancel()
            self._run = None

    def _start(self) -> None:
        view, desk = self._view(), self.desk
        if not view.ready or view.entry is None:
            return
        missing = missing_packages()
        if missing:
            raise MissingDependencyError(
                _("Detection needs {names}: pip install 'HipLandmarksLib[app]'.").format(
                    names=", ".join(missing)
                )
            )
        if not self._agreed(view.entry):
            return
        self._cut_coronally()
        plan = self.plan
        self._run = desk.session.begin_detection(
            desk.volume,
            model=view.entry.folder,
            slice_index=plan.slice_index(desk.views.current_slice(desk.volume)),
            device=plan.device,
            side=None if plan.all_slices else plan.hip,
            all_slices=plan.all_slices,
        )
        desk.tell(None)
        self.show()
        desk.begin(self._follow(self._run))

    def _agreed(self, entry: ModelEntry) -> bool:
        """Whether the licence needs no agreement or has it; else ask for it, once and for all."""
        summary, kept = entry.summary, LicenceAgreements()
        if summary is None or not kept.is_wanting(summary):
            return True

        def agree() -> None:
            kept.agree(summary)
            self._start()

        self.desk.offer(*licence_question(summary), agree)
        return False

    def _cut_coronally(self) -> None:
        """Go on with the volume whose slices can be read, where that is another one."""
        desk = self.desk
        coronal = desk.session.coronal_volume(desk.volume)
        if coronal is not desk.volume:
            desk.volume = coronal
            desk.views.show(coronal)
            desk.reopen()

    async def _follow(self, run: DetectionInProgress) -> None:
        """Look at the worker until it is done; the page lives meanwhile."""
        words, remarks, details = ProgressWords(), list[str](), ""
        state = self.desk.state
        while not run.is_over:
            for event in run.poll():
                with state:
                    if isinstance(event, Progress):
                        self._show_progress(words, event)
                    elif isinstance(event, Notice):
                        remarks.append(event.text)
                        self.desk.tell(remark_message(event.text))
                    elif isinstance(event, Failed):
                        details = event.details
            await asyncio.sleep(LOOK_EVERY_S)
        with state:
            self._finish(run, remarks, details)

    def _finish(self, run: DetectionInProgress, remarks: list[str], details: str) -> None:
        if self._run is run:
            self._run = None
        self.desk.state.progress = {"shown": False, "share": 0, "line": ""}
        try:
            found = run.finish()
        except Exception as error:
            told = message_of(error)
            self.desk.tell(Message(told.severity, told.text, details or told.details))
        else:
            self.desk.tell(_told(found, remarks))
            if found is not None:
                self._explore(run)
                self.desk.reopen()
                self._look_at(run.volume_node)
        self.show()

    def _explore(self, run: DetectionInProgress) -> None:
        """Explore what was found on all slices, if that was asked for."""
        study = self.desk.session.study(run.volume_node)
        if run.whole is not None and study is not None:
            with self.desk.telling():
                self._explorers.begin(study, run.whole)
                self.desk.begin(self._follow_exploration())

    async def _follow_exploration(self) -> None:
        while self._explorers.busy_with is not None:
            await asyncio.sleep(LOOK_EVERY_S)
            study = self._explorers.busy_with
            with self.desk.state, self.desk.telling():
                explorer = self._explorers.advance()
                if explorer is not None and study is self.desk.study:
                    self.desk.views.show_explored()
                    self.desk.reopen()
                    explorer.show_slices()
        with self.desk.state:
            self.desk.reopen()
            self.desk.views.render()

    def _look_at(self, volume: Any) -> None:
        study = self.desk.session.study(volume)
        if study is not None:
            self.desk.views.look_at_hips(study)
        self.desk.views.render()

    def _show_progress(self, words: ProgressWords, event: Progress) -> None:
        share = percent(event)
        self.desk.state.progress = {
            "shown": True,
            "share": -1 if share is None else share,
            "line": words.line(event),
        }

    def _view(self) -> DetectionView:
        return detection_view(self.desk.image, self._catalogue.entries(), self.plan)


def _told(found: Any, remarks: list[str]) -> Message:
    if found is None:
        return cancelled_message()
    message = finished_message(found.model, found.device, found.seconds)
    every = [*remarks, *found.remarks]
    return remark_message(" ".join([message.text, *every])) if every else message
