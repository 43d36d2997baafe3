"""Detect: model, slice, hip and processor; a run in the worker that can be cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

from ...errors import MissingDependencyError
from ...panel import Control, DetectionPlan, control_words, packages_message
from ...session.landmark_search import LandmarkSearch
from ...session.requirements import missing_packages
from ..bricks import badge_brick, choice_brick, line_bricks, words_brick
from ..desk import Desk

LOOK_EVERY_S = 0.05
CHOICES = (Control.MODEL, Control.SLICE, Control.SINGLE_HIP, Control.DEVICE)


class DetectSection:
    """Starts a detection, shows how far it is, takes its result into the scene."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.plan = DetectionPlan()
        self.search = LandmarkSearch(desk, self, desk.explorers)
        self._follows = False
        desk.state.update({"detect": {}, "progress": {"shown": False, "share": 0, "line": ""}})

    def choose(self, name: str, chosen: str) -> None:
        """Keep a choice for the next detection."""
        self.plan = self.plan.with_choice(Control(name), chosen)
        self.show()

    def show(self) -> None:
        """Bring the section in line with the chosen image."""
        view, runs = self.search.view, self.search.runs
        shown = {choice.control: choice for choice in view.choices}
        words = control_words(Control.CANCEL if runs else Control.DETECT)
        self.desk.state.detect = {
            "choices": {c.value: choice_brick(shown.get(c)) for c in CHOICES},
            "badges": [badge_brick(badge) for badge in view.badges],
            "card": line_bricks(view.card),
            "offered": view.offered,
            "ready": view.ready or runs,
            "reason": "" if runs else view.reason,
            "runs": runs,
            "button": words_brick(words),
        }

    def press(self) -> None:
        """Start; while it runs, cancel."""
        with self.desk.telling():
            self.search.press()

    def get_model(self) -> None:
        """Download the chosen model; it was asked for by the press of this button."""
        with self.desk.telling():
            self.search.get_model()

    def cancel(self) -> None:
        """Cancel what runs; nothing is told."""
        self.search.cancel()

    def require_packages(self) -> None:
        """Raise MissingDependencyError where something is not installed that detection needs."""
        missing = missing_packages()
        if missing:
            raise MissingDependencyError(packages_message(missing))

    def search_changed(self) -> None:
        """Something begins or ends."""
        self.show()
        self.search_progressed()
        if self.search.runs and not self._follows:
            self._follows = True
            self.desk.begin(self._follow())

    def search_progressed(self) -> None:
        """Line and bar are others."""
        progress = self.search.progress
        self.desk.state.progress = {
            "shown": self.search.runs,
            "share": -1 if progress.percent is None else progress.percent,
            "line": progress.line,
        }

    def show_found(self, volume: Any) -> None:
        """Let the views show the slice in which the hips were read; the zoom stays."""
        if volume is self.desk.volume:
            self.desk.show_points()

    async def _follow(self) -> None:
        """Look at worker and download until they are done; the page lives meanwhile."""
        try:
            while self.search.runs:
                with self.desk.state:
                    self.search.poll()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            self._follows = False
