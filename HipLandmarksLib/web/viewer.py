"""``Viewer``: scene, sections and page of one running viewer."""

from __future__ import annotations

from typing import Any, Protocol

from trame_slicer.core import SlicerApp

from ..errors import HipLandmarksError
from ..panel import Panel, message_of, research_notice
from ..panel.explorer import slice_badge
from ..scene import repairs_of, show_only
from ..scene.editing import guard_views
from ..scene.prepare import prepare_scene
from ..session.editors import Editors, reviews_folder
from ..session.explorers import Explorers
from ..session.hip_session import HipSession
from ..session.restoring import Restoring
from .bricks import message_brick, words_brick
from .desk import Desk
from .incoming import Incoming
from .live import LiveRefresh
from .options import ViewerOptions
from .outgoing import Download, Outgoing
from .sections.advanced import AdvancedSection
from .sections.calibration import CalibrationSection
from .sections.comparison import ComparisonSection
from .sections.detect import DetectSection
from .sections.explorer import ExplorerSection
from .sections.measurements import MeasurementSection
from .sections.overlay import OverlaySection
from .sections.restore import RestoreOffer
from .sections.review import ReviewSection
from .sections.study import StudySection
from .views import Views


class _Section(Protocol):
    def show(self) -> None:
        """Bring the section in line with the chosen study."""


class Viewer:
    """Everything between the page and the studies of the scene.

    Args:
        server: of trame.
        options: what the viewer was started with.
    """

    def __init__(self, server: Any, options: ViewerOptions) -> None:
        self.options = options
        self._app = SlicerApp()
        prepare_scene(self._app.scene)
        self._live = LiveRefresh(self._turn)
        server.state.update(_beginning(options))
        editors = Editors(reviews_folder())
        self.desk = Desk(
            server,
            HipSession(self._app.scene),
            Panel(),
            editors,
            Explorers(editors),
            Views(server, self._app),
            Incoming(options.upload_bytes),
            self._live.ask,
            self.show,
        )
        self.outgoing = Outgoing(
            lambda: self.desk.study, self.desk.incoming.folder, self._scene_saved
        )
        self.study = StudySection(self.desk)
        self.detect = DetectSection(self.desk)
        self.review = ReviewSection(self.desk)
        self.measurements = MeasurementSection(self.desk)
        self.explorer = ExplorerSection(self.desk)
        self.comparison = ComparisonSection(self.desk)
        self.overlay = OverlaySection(self.desk)
        self.calibration = CalibrationSection(self.desk)
        self.advanced = AdvancedSection(self.desk)
        self.restore = RestoreOffer(self.desk, Restoring(editors, self.desk.explorers))
        self._sections: tuple[_Section, ...] = (
            *(self.study, self.detect, self.review, self.measurements),
            *(self.explorer, self.comparison),
            *(self.overlay, self.calibration, self.advanced, self.restore),
        )
        self._guarded: Any = None
        self.show()

    def start(self) -> None:
        """The server runs: open what was given at the start."""
        for path in self.options.images:
            self.study.open_path(path)
        if self.options.sample is not None:
            self.desk.begin(self._measure_sample(self.options.sample))

    async def _measure_sample(self, name: str) -> None:
        """Show a sample with its numbers; work on it that is left is offered instead."""
        await self.study.add_sample(name)
        with self.desk.state:
            if self.desk.study is None and not self.desk.state.restore["shown"]:
                self.detect.press()

    def show(self) -> None:
        """Show the study of the chosen volume anew."""
        desk = self.desk
        study = desk.study
        studies = list(desk.session.studies)
        desk.explorers.keep_only(studies)
        desk.editors.keep_only(studies)
        editor = desk.editors.of(study)
        if study is not None:
            study.watch(self._live.ask)
        if editor is not None:
            editor.watch(self._live.ask)
        if self.comparison.compared.linked is None:
            show_only([] if study is None else [study], studies)
        volume = desk.volume
        repairs = [] if volume is None else [repair.text for repair in repairs_of(volume)]
        desk.panel.tell_slices(slice_badge(desk.explorer))
        desk.panel.show(study, editor, self._image(), repairs)
        self._guarded = None
        self._guard()
        desk.state.has_study = study is not None
        for section in self._sections:
            section.show()

    def close(self) -> None:
        """Cancel what runs, end the worker, remove every temporary file."""
        self._live.close()
        self.detect.cancel()
        self.calibration.close()
        self.comparison.close()
        self.explorer.close()
        self.desk.editors.close()
        self.desk.panel.show(None)
        self.desk.session.end()
        self.desk.incoming.close()

    def _scene_saved(self) -> None:
        """A downloaded scene holds every review: nothing of the autosave is needed any more."""
        for study in self.desk.session.studies:
            self.desk.editors.saved(study)
        self.desk.explorers.saved()

    def _turn(self) -> None:
        """Write what changed since the last turn of the event loop."""
        desk = self.desk
        with desk.state:
            if desk.study is not desk.panel.study:
                self.show()
                return
            self._guard()
            desk.panel.tell_slices(slice_badge(desk.explorer))
            change = desk.panel.update()
            if change.badges:
                self.study.show()
            self.review.update(change)
            self.measurements.update(change)
            self.explorer.update()
            self.comparison.update()

    def _guard(self) -> None:
        """No middle-drag of a whole list; tried until the views have made their widgets."""
        study = self.desk.study
        if study is not None and self._guarded is not study:
            managers = self.desk.views.markups_managers()
            self._guarded = study if guard_views(managers, study) > 0 else None

    def _image(self) -> Any:
        """The chosen image, for the badges while it has no study; tells why there is none."""
        try:
            return self.desk.read_image()
        except HipLandmarksError as error:
            self.desk.tell(message_of(error))
            return None


def _beginning(options: ViewerOptions) -> dict[str, Any]:
    downloads = [{"id": d.name.lower(), **words_brick(d.words)} for d in Download]
    return {
        "trame__title": "HipLandmarks",
        "dark": options.dark,
        "message": message_brick(None),
        "notice": research_notice(),
        "downloads": downloads,
        "has_study": False,
        "upload_mb": options.upload_mb,
    }
