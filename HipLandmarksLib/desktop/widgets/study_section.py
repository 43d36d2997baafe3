"""Study: the image, the samples and the badges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import qt
import slicer

from ...i18n import tr as _
from ...panel import Badge, Severity
from ...session.requirements import missing_packages
from ...session.samples import Sample, add_sample, add_sample_study, computing_line
from ..packages import ensure_torch
from .colours import coloured, is_dark
from .desk import Desk
from .messages import told


class StudySection:
    """Chooses the volume; shows what is known of its sides, spacing and calibration."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._labels: list[Any] = []
        self._shown: tuple[tuple[Badge, ...], bool] | None = None
        ui = desk.ui
        ui.openFilm.connect("clicked(bool)", self.open_film)
        ui.sampleXray.connect("clicked(bool)", self.load_xray)
        ui.sampleMri.connect("clicked(bool)", self.load_mri)

    def show(self) -> None:
        """Show the badges of the study."""
        shown = tuple(self.desk.panel.badges), is_dark(self.desk.ui.badgesFrame)
        if shown != self._shown:
            self._shown = shown
            self._write(shown[0])

    @told
    def load_xray(self, *_event: Any) -> None:
        """Add the simulated radiograph with its landmarks."""
        self._load(Sample.XRAY)

    @told
    def load_mri(self, *_event: Any) -> None:
        """Add the simulated MRI with its landmarks."""
        self._load(Sample.MRI)

    def _load(self, sample: Sample) -> None:
        """The image alone, to be read; with its exact landmarks where nothing can read it."""
        session, waiting = self.desk.session, self._tell_of_waiting
        with slicer.util.WaitCursor(), self._nothing_else_opens():
            if missing_packages():
                study = add_sample_study(session, sample, waiting, get_torch=ensure_torch)
                self.choose(study.volume_node)
                text = _("These are the exact landmarks of the simulation, to try the review on.")
                self.desk.say(text, Severity.NOTE)
            else:
                self.choose(add_sample(session.scene, sample, waiting, get_torch=ensure_torch))

    @contextmanager
    def _nothing_else_opens(self) -> Iterator[None]:
        """While a sample is computed the window lives, but a second click begins nothing."""
        ui = self.desk.ui
        buttons = (ui.openFilm, ui.sampleXray, ui.sampleMri)
        for button in buttons:
            button.enabled = False
        try:
            yield
        finally:
            for button in buttons:
                button.enabled = True

    def _tell_of_waiting(self) -> None:
        """Called while the film is computed: say so, and let the window live."""
        self.desk.say(computing_line(), Severity.NOTE)
        slicer.app.processEvents()

    def choose(self, volume: Any) -> None:
        """Make a volume the one that is shown and measured."""
        self.desk.parameters().inputVolume = volume  # the panel follows
        self.desk.reopen()

    @told
    def open_film(self, *_event: Any) -> None:
        """Let the user choose a file; its own geometry and calibration are taken."""
        path = qt.QFileDialog.getOpenFileName(self.desk.ui.openFilm, self.desk.ui.openFilm.text)
        if path:
            self.open_file(str(path))

    def open_file(self, path: str) -> None:
        """Read a film or an MRI and show it."""
        from ...imaging import read_image
        from ...scene import add_volume

        with slicer.util.WaitCursor():
            volume = add_volume(self.desk.session.scene, read_image(path))
        self.choose(volume)

    def _write(self, badges: Sequence[Badge]) -> None:
        layout = self.desk.ui.badgesFrame.layout()
        while len(self._labels) < len(badges):
            label = qt.QLabel()
            label.wordWrap = True
            layout.addWidget(label)
            self._labels.append(label)
        for index, label in enumerate(self._labels):
            label.visible = index < len(badges)
            if index < len(badges):
                badge = badges[index]
                label.text = coloured(label, badge.severity, badge.line)
                label.toolTip = badge.tooltip
