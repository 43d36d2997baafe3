"""The explored stack of every study: made after a detection on all slices, found in a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..anatomy import LandmarkStack, Side
from ..exploration import HipExploration
from ..scene import HipStudy
from ..scene.exploration import StackExplorer
from ..scene.exploration.autosave import KeptStack, StackJournal
from .editors import Editors
from .exploring import ExplorationInProgress

if TYPE_CHECKING:
    from ..detection import SliceChoice, StackDetection


@dataclass(frozen=True)
class _Begun:
    """What is being explored."""

    study: HipStudy
    run: ExplorationInProgress
    choices: Mapping[Side, SliceChoice]


class Explorers:
    """Keeps one explorer per study that has a stack.

    Args:
        editors: of the studies, so that each slice has a history of its own; what is explored is
            autosaved in their folder.
    """

    def __init__(self, editors: Editors) -> None:
        self._editors = editors
        self._known: dict[int, tuple[HipStudy, StackExplorer | None]] = {}
        self._journals: dict[int, StackJournal] = {}
        self._begun: _Begun | None = None

    def of(self, study: HipStudy | None) -> StackExplorer | None:
        """The explorer of a study, taken up from the scene when it is first asked for.

        Raises:
            HipLandmarksError: when what the scene keeps of it is damaged; it is told once.
        """
        if study is None:
            return None
        if id(study) not in self._known:
            self._known[id(study)] = study, None
            reopened = StackExplorer.reopen(study, self._editors.of(study))
            if reopened is not None:
                self._take_up(reopened)
        explorer = self._known[id(study)][1]
        return explorer if explorer is not None and explorer.is_there else None

    @property
    def busy_with(self) -> HipStudy | None:
        """The study whose slices are being explored."""
        return None if self._begun is None else self._begun.study

    def begin(self, study: HipStudy, found: StackDetection) -> None:
        """Begin to explore what was found on all slices of a study's image; returns at once.

        An exploration that still runs is cancelled. Poll :meth:`advance` from a timer.

        Raises:
            WorkerError: when the process cannot be started.
        """
        self.cancel()
        run = ExplorationInProgress(study.image, found.stack, study.settings)
        self._begun = _Begun(study, run, found.choices)

    def advance(self) -> StackExplorer | None:
        """Take up an exploration that is over; None while there is none. Never waits.

        What somebody has done to the points of the study meanwhile counts.

        Raises:
            HipLandmarksError: why the stack cannot be explored.
        """
        begun = self._begun
        if begun is None or not begun.run.is_over:
            return None
        self._begun = None
        exploration = begun.run.finish()
        stack = as_they_are(begun.study, exploration.stack)
        return self.create(begun.study, exploration.measured_again(stack), begun.choices)

    def create(
        self,
        study: HipStudy,
        exploration: HipExploration,
        choices: Mapping[Side, SliceChoice] | None = None,
    ) -> StackExplorer:
        """Show an exploration of a study's stack, instead of an earlier one."""
        explorer = StackExplorer.create(
            study, exploration, choices=choices, editor=self._editors.of(study)
        )
        self.keep(explorer)
        self._journals[id(study)].begin()
        return explorer

    def restore(self, study: HipStudy, kept: KeptStack) -> StackExplorer:
        """Show what a crash left of an exploration; its file is used up."""
        explorer = self.create(study, kept.exploration(study), kept.found.choices)
        for side, index in kept.taken.items():
            if explorer.stack.chosen.get(side) != index:
                explorer.choose(side, index)
        kept.discard()
        return explorer

    def keep(self, explorer: StackExplorer) -> None:
        """Show an explorer that was made elsewhere, such as by a script, as that of its study."""
        self._drop(id(explorer.study))
        self._take_up(explorer)

    def saved(self) -> None:
        """The scene was saved: the autosave is dropped."""
        for journal in self._journals.values():
            journal.saved()

    def cancel(self) -> None:
        """End an exploration that runs; nothing is told."""
        begun, self._begun = self._begun, None
        if begun is not None:
            begun.run.cancel()

    def keep_only(self, studies: list[HipStudy]) -> None:
        """Close the explorers of studies that are no longer live."""
        if self._begun is not None and self._begun.study not in studies:
            self.cancel()
        alive = {id(study) for study in studies}
        for key in [key for key in self._known if key not in alive]:
            self._drop(key)

    def close(self) -> None:
        """Close all explorers; their nodes stay."""
        self.keep_only([])

    def _take_up(self, explorer: StackExplorer) -> None:
        study = explorer.study
        self._known[id(study)] = study, explorer
        self._journals[id(study)] = StackJournal(self._editors.folder, explorer)

    def _drop(self, key: int) -> None:
        explorer = self._known.pop(key, (None, None))[1]
        journal = self._journals.pop(key, None)
        if journal is not None:
            journal.end()
        if explorer is not None:
            explorer.close()


def as_they_are(study: HipStudy, stack: LandmarkStack) -> LandmarkStack:
    """A stack with the points of the study on the chosen slices, such as those that moved since."""
    for (side, _key), landmark in study.landmarks.items():
        index = stack.chosen.get(side) if isinstance(side, Side) else None
        if index is not None and stack.at(index).landmarks.get(landmark.id) != landmark:
            stack = stack.with_landmark(index, landmark)
    return stack
