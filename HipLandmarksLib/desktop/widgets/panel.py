"""``ModulePanel``: the sections of the module, kept in step with the chosen study."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Protocol

from ...errors import HipLandmarksError
from ...i18n import tr as _
from ...imaging import HipImage, Modality
from ...panel import Message, Panel, Severity, Words, message_of
from ...panel.explorer import slice_badge
from ...scene import HipStudy, repairs_of, show_only, take_as_radiograph
from ...scene.editing import guard_views
from ...scene.exploration import StackExplorer
from ...session.editors import Editors, reviews_folder
from ...session.explorers import Explorers
from ...session.hip_session import HipSession
from ...session.restoring import Restoring
from .. import films
from ..views import markups_managers, show_volume
from .advanced_section import AdvancedSection
from .calibration_section import CalibrationSection
from .comparison_section import ComparisonSection
from .desk import Desk
from .detect_section import DetectSection
from .explorer_section import ExplorerSection
from .live import LiveRefresh
from .measurement_section import MeasurementSection
from .messages import MessageArea
from .overlay_section import OverlaySection
from .restore_offer import RestoreOffer
from .review_section import ReviewSection
from .study_section import StudySection

_NOTHING_YET = "nothing was chosen yet"


class _Section(Protocol):
    def show(self) -> None:
        """Bring the section in line with the chosen study."""


class ModulePanel:
    """Everything between the widgets of the ``.ui`` file and the studies of the scene.

    Works without a main window and without torch; then nothing is shown in views and nothing can
    be detected.

    Args:
        ui: the widgets of the panel by name.
        session: the studies of the scene.
        parameters: the typed parameter node as it is now, None between two scenes.
    """

    def __init__(self, ui: Any, session: HipSession, parameters: Callable[[], Any]) -> None:
        self._live = LiveRefresh(self.update)
        self._panel = Panel()
        self._shown: str | None = _NOTHING_YET
        self._guarded = False
        self._messages = MessageArea(ui)
        self._editors = Editors(reviews_folder())
        self.explorers = Explorers(self._editors)
        self.desk = Desk(
            *(ui, session, self._panel, self._messages, parameters, self._live.ask, self.show)
        )
        self.study = StudySection(self.desk)
        self.detect = DetectSection(self.desk, self.explorers)
        self.review = ReviewSection(self.desk, self._editors, self.other_case, self._show_keys)
        self.measurements = MeasurementSection(self.desk)
        self.explorer = ExplorerSection(self.desk, self.explorers)
        self.comparison = ComparisonSection(self.desk, self.explorers)
        self.overlay = OverlaySection(self.desk)
        self.calibration = CalibrationSection(self.desk)
        self.advanced = AdvancedSection(self.desk, self.review.keyboard)
        self.restore = RestoreOffer(self.desk, Restoring(self._editors, self.explorers))
        self._sections: tuple[_Section, ...] = (
            *(self.study, self.detect, self.review, self.measurements),
            *(self.explorer, self.comparison),
            *(self.overlay, self.calibration, self.advanced, self.restore),
        )
        if self.review.keyboard.problem:
            self._messages.show(Message(Severity.CAUTION, self.review.keyboard.problem))

    def enter(self) -> None:
        """The module was opened: keys work in the slice views."""
        self.review.keyboard.bind()
        self.show()

    def exit(self) -> None:
        """Another module was opened: keys are given back."""
        self.review.keyboard.unbind()

    def follow_choice(self) -> None:
        """The parameter node changed: show another image when another one was chosen."""
        volume = self.desk.volume
        shown = None if volume is None else volume.GetID()
        if shown == self._shown:
            return
        self._shown = shown
        self._messages.clear()
        with self._messages.telling():
            if volume is None or self._is_ready(volume):
                self.show()

    def show(self) -> None:
        """Show the study of the chosen volume anew."""
        study = self.desk.study
        studies = list(self.desk.session.studies)
        self.explorers.keep_only(studies)
        self._editors.keep_only(studies)
        editor = self._editors.of(study)
        if study is not None:
            study.watch(self._live.ask)
        if editor is not None:
            editor.watch(self._live.ask)
        volume = self.desk.volume
        repairs = [] if volume is None else [repair.text for repair in repairs_of(volume)]
        self._tell_slices()
        self._panel.show(study, editor, self._image(), repairs)
        if self.comparison.linked is None:
            show_only([] if study is None else [study], studies)
        self._hide_maps()
        self._guarded = False
        self._guard()
        self._messages.recolour()
        for section in self._sections:
            section.show()

    def update(self) -> None:
        """Write what changed since the last turn of the event loop."""
        if self.desk.study is not self._panel.study:
            self.show()
            return
        self._guard()
        self._tell_slices()
        change = self._panel.update()
        if change.badges:
            self.study.show()
        self.review.update(change)
        self.measurements.update(change)
        self.explorer.update()
        self.comparison.update()

    def other_case(self, step: int) -> None:
        """Show the study that follows the present one in the scene, or the one before it."""
        volumes = [study.volume_node for study in self.desk.session.studies]
        if not volumes:
            return
        here = volumes.index(self.desk.volume) if self.desk.volume in volumes else 0
        self.study.choose(volumes[(here + step) % len(volumes)])

    def scene_saved(self) -> None:
        """The scene holds every review now."""
        for study in self.desk.session.studies:
            self._editors.saved(study)
        self.explorers.saved()

    def close(self) -> None:
        """Let go of scene, views and timers; the nodes of the studies stay."""
        self.review.keyboard.unbind()
        self.detect.close()
        self.calibration.close()
        self.comparison.leave()
        self.explorer.close()
        self._live.close()
        self.explorers.close()
        self._editors.close()
        self._panel.show(None)

    def forget_scene(self) -> None:
        """The scene is about to be closed: nothing of it may be shown any more."""
        self.detect.cancel()
        self.calibration.close()
        self.comparison.leave()
        self.explorer.close()
        self.explorers.close()
        self._editors.close()
        self._shown = _NOTHING_YET
        self._panel.show(None)

    def _is_ready(self, volume: Any) -> bool:
        """Set a film right and show it; False when another volume took its place."""
        prepared = films.prepare(volume)
        if prepared.node is not volume:
            self.desk.parameters().inputVolume = prepared.node  # comes here again
            return False
        study = self.desk.session.study(volume)
        explorer = self._explorer(study)
        with nullcontext() if explorer is None else explorer.views_arranged():
            show_volume(volume, study)
        image = self.desk.image
        if image is not None and image.n_slices == 1 and image.modality is Modality.UNKNOWN:
            self._ask_for_kind(volume)
        return True

    def _ask_for_kind(self, volume: Any) -> None:
        text = _("This image does not tell whether it is a radiograph.")
        words = Words(_("It is a radiograph"), _("Put it upright and read it as a radiograph."))
        self._messages.offer(
            Message(Severity.CAUTION, text), words, lambda: self._take_as_radiograph(volume)
        )

    def _take_as_radiograph(self, volume: Any) -> None:
        self.desk.parameters().inputVolume = take_as_radiograph(volume).node
        show_volume(self.desk.volume)
        self.show()

    def _tell_slices(self) -> None:
        """Say when numbers are those of another slice than the one that is measured."""
        self._panel.tell_slices(slice_badge(self._explorer(self.desk.study)))

    def _explorer(self, study: HipStudy | None) -> StackExplorer | None:
        """Of a study; one that is damaged is told of once."""
        try:
            return self.explorers.of(study)
        except HipLandmarksError as error:
            self._messages.show(message_of(error))
            return None

    def _hide_maps(self) -> None:
        """The maps of doubt are volumes, too, but nothing to measure."""
        doubts = [study.doubt for study in self.desk.session.studies]
        maps = [doubt.volume_node for doubt in doubts if doubt is not None]
        hidden = [node.GetID() for node in maps if node is not None]
        self.desk.ui.volume.sortFilterProxyModel().hiddenNodeIDs = hidden

    def _guard(self) -> None:
        """No middle-drag of a whole list; tried until the views have made their widgets."""
        study = self.desk.study
        if study is not None and not self._guarded:
            self._guarded = guard_views(markups_managers(), study) > 0

    def _image(self) -> HipImage | None:
        """The chosen image, for the badges while it has no study; tells why there is none."""
        try:
            return self.desk.read_image()
        except HipLandmarksError as error:
            self._messages.show(message_of(error))
            return None

    def _show_keys(self) -> None:
        ui = self.desk.ui
        ui.advancedSection.collapsed = False
        ui.keys.setFocus()
