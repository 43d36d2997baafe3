"""The explored stack of every study: made after a detection on all slices, found in a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..scene import HipStudy
from ..scene.exploration import StackExplorer
from .editors import Editors

if TYPE_CHECKING:
    from ..detection import StackDetection


class Explorers:
    """Keeps one explorer per study that has a stack.

    Args:
        editors: of the studies, so that each slice has a history of its own.
    """

    def __init__(self, editors: Editors) -> None:
        self._editors = editors
        self._known: dict[int, tuple[HipStudy, StackExplorer | None]] = {}

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
            self._known[id(study)] = study, reopened
        explorer = self._known[id(study)][1]
        return explorer if explorer is not None and explorer.is_there else None

    def create(self, study: HipStudy, found: StackDetection) -> StackExplorer:
        """Explore what was found on all slices of a study's image, instead of an earlier stack.

        Raises:
            HipLandmarksError: when the stack does not belong to the image.
        """
        from ..exploration.explore import explore

        exploration = explore(study.image, found.stack, study.settings)
        explorer = StackExplorer.create(
            study, exploration, choices=found.choices, editor=self._editors.of(study)
        )
        self.keep(explorer)
        return explorer

    def keep(self, explorer: StackExplorer) -> None:
        """Show an explorer that was made elsewhere, such as by a script, as that of its study."""
        self._drop(id(explorer.study))
        self._known[id(explorer.study)] = explorer.study, explorer

    def keep_only(self, studies: list[HipStudy]) -> None:
        """Close the explorers of studies that are no longer live."""
        alive = {id(study) for study in studies}
        for key in [key for key in self._known if key not in alive]:
            self._drop(key)

    def close(self) -> None:
        """Close all explorers; their nodes stay."""
        self.keep_only([])

    def _drop(self, key: int) -> None:
        explorer = self._known.pop(key, (None, None))[1]
        if explorer is not None:
            explorer.close()
