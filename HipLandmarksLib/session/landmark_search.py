"""A search for landmarks as a person starts it: model, licence, download, progress, result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..detection.catalogue import LicenceAgreements, ModelCatalogue, ModelEntry
from ..detection.worker import Event, Failed, Notice, Progress
from ..panel import (
    DetectionPlan,
    DetectionView,
    Message,
    ProgressWords,
    cancelled_message,
    detection_view,
    download_line,
    finished_message,
    licence_question,
    message_of,
    percent,
    remark_message,
)
from ..scene.editing import current_slice
from .detecting import DetectionInProgress
from .explorers import Explorers
from .face import Face
from .model_download import ModelDownload

if TYPE_CHECKING:
    from ..detection import Detection


class SearchSection(Protocol):
    """The part of a face that shows a search."""

    @property
    def plan(self) -> DetectionPlan:
        """What was chosen for the next detection."""

    def require_packages(self) -> None:
        """Have what detection needs, or raise MissingDependencyError."""

    def search_changed(self) -> None:
        """Something begins or ends: buttons and choices are others."""

    def search_progressed(self) -> None:
        """Line and bar are others."""

    def show_found(self, volume: Any) -> None:
        """Let the views show the landmarks that were found in a volume node."""


@dataclass(frozen=True)
class SearchProgress:
    """How far a search or a download is.

    Attributes:
        line: in words; empty while nothing was told.
        percent: 0 to 100; None when it cannot be told.
    """

    line: str = ""
    percent: int | None = None


class LandmarkSearch:
    """Starts a detection and takes its result into the scene; gets models, too.

    While it :attr:`runs`, :meth:`poll` it from a timer.

    Args:
        face: whose volume is searched.
        section: shows it.
        explorers: take up what was found on all slices.

    Attributes:
        catalogue: the models that there are.
    """

    def __init__(self, face: Face, section: SearchSection, explorers: Explorers) -> None:
        self._face, self._section, self._explorers = face, section, explorers
        self.catalogue = ModelCatalogue()
        self._run: DetectionInProgress | None = None
        self._download: ModelDownload | None = None
        self._words, self._remarks, self._details = ProgressWords(), list[str](), ""
        self._progress = SearchProgress()

    @property
    def runs(self) -> bool:
        """Whether a detection or a download runs."""
        return self._run is not None or self._download is not None

    @property
    def progress(self) -> SearchProgress:
        """How far it is."""
        return self._progress

    @property
    def view(self) -> DetectionView:
        """What stands in the section."""
        return detection_view(self._face.image, self.catalogue.entries(), self._section.plan)

    def press(self) -> None:
        """The button: start; while something runs, cancel it. Raises as :meth:`start`."""
        if self._download is not None:
            self._stop_download()
        elif self._run is not None:
            self._run.cancel()
            self.poll()
        else:
            self.start()

    def start(self) -> None:
        """Begin to find the landmarks of the chosen volume; asks for a licence first.

        Raises:
            HipLandmarksError: when packages, model or image cannot be used.
        """
        view = self.view
        if self.runs or not view.ready or view.entry is None or not self._agreed(view.entry):
            return
        self._section.require_packages()
        volume, plan = self._coronal_volume(), self._section.plan.limited_to(view.choices)
        self._run = self._face.session.begin_detection(
            volume,
            model=view.entry.folder,
            slice_index=plan.slice_index(current_slice(volume) or 0),
            device=plan.device,
            side=None if plan.all_slices else plan.hip,
            all_slices=plan.all_slices,
        )
        self._words, self._remarks, self._details = ProgressWords(), [], ""
        self._progress = SearchProgress()
        self._face.tell(None)
        self._section.search_changed()

    def get_model(self) -> None:
        """Download the chosen model.

        Raises:
            OSError: when no process can be started for it.
        """
        entry = self.view.entry
        if entry is None or entry.release is None or self.runs:
            return
        self._download = ModelDownload(entry.release, self.catalogue.user_folder)
        self._progress = SearchProgress(download_line(entry.title), 0)
        self._section.search_changed()

    def poll(self) -> None:
        """Take what worker and download have told meanwhile; never waits."""
        if self._download is not None:
            self._poll_download(self._download)
        run = self._run
        if run is None:
            return
        for event in run.poll():
            self._hear(event)
        if run.is_over:
            self._finish(run)

    def cancel(self) -> None:
        """Cancel what runs; nothing is told."""
        if self._run is not None:
            self._run.cancel()
            self._run = None
        self._stop_download()

    def _agreed(self, entry: ModelEntry) -> bool:
        """Whether the licence needs no agreement or has it; else ask for it, once and for all."""
        summary, kept = entry.summary, LicenceAgreements()
        if summary is None or not kept.is_wanting(summary):
            return True

        def agree() -> None:
            kept.agree(summary)
            self.start()

        self._face.offer(*licence_question(summary), agree)
        return False

    def _coronal_volume(self) -> Any:
        """The volume whose slices can be read; another one than the chosen is chosen."""
        volume = self._face.volume
        coronal = self._face.session.coronal_volume(volume)
        if coronal is not volume:
            self._face.choose(coronal)
        return coronal

    def _hear(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._progress = SearchProgress(self._words.line(event), percent(event))
            self._section.search_progressed()
        elif isinstance(event, Notice):
            self._remarks.append(event.text)
            self._face.tell(remark_message(event.text))
        elif isinstance(event, Failed):
            self._details = event.details

    def _finish(self, run: DetectionInProgress) -> None:
        self._run, self._progress = None, SearchProgress()
        try:
            found = run.finish()
        except Exception as error:
            told = message_of(error)
            details = self._details or told.details
            self._face.tell(Message(told.severity, told.text, details))
        else:
            self._face.tell(self._told(found))
            if found is not None:
                self._explore(run)
                self._face.reopen()
                self._section.show_found(run.volume_node)
        self._section.search_changed()

    def _told(self, found: Detection | None) -> Message:
        if found is None:
            return cancelled_message()
        message = finished_message(found.model, found.device, found.seconds)
        remarks = [*self._remarks, *found.remarks]
        return remark_message(" ".join([message.text, *remarks])) if remarks else message

    def _explore(self, run: DetectionInProgress) -> None:
        """Explore what was found on all slices, if that was asked for."""
        study = self._face.session.study(run.volume_node)
        if run.whole is not None and study is not None:
            with self._face.telling():
                self._explorers.begin(study, run.whole)

    def _poll_download(self, download: ModelDownload) -> None:
        self._progress = SearchProgress(self._progress.line, download.percent)
        if download.is_over:
            self._download, self._progress = None, SearchProgress()
            with self._face.telling():
                download.finish()
            self._section.search_changed()
        else:
            self._section.search_progressed()

    def _stop_download(self) -> None:
        if self._download is not None:
            self._download.cancel()
            self._download, self._progress = None, SearchProgress()
            self._section.search_changed()
