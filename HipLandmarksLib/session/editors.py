"""One editor per study: history, review list and autosave."""

from __future__ import annotations

from pathlib import Path

from ..detection.catalogue import user_models_folder
from ..scene import HipStudy
from ..scene.editing import StudyEditor
from ..scene.editing.kept_settings import SettingsJournal


def reviews_folder() -> Path:
    """Where reviews are autosaved: beside the user's models; need not exist yet."""
    return user_models_folder().parent / "reviews"


class Editors:
    """Keeps the editor of every study that was shown.

    Args:
        folder: where reviews are autosaved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._editors: dict[int, tuple[HipStudy, StudyEditor]] = {}
        self._journals: dict[int, SettingsJournal] = {}

    def of(self, study: HipStudy | None) -> StudyEditor | None:
        """The editor of a study, made when it is first asked for."""
        if study is None:
            return None
        found = self._editors.get(id(study))
        if found is None:
            found = study, StudyEditor(study, journal_folder=self.folder)
            self._editors[id(study)] = found
            self._journals[id(study)] = SettingsJournal(self.folder, found[1])
        return found[1]

    def saved(self, study: HipStudy) -> None:
        """The scene was saved: what was autosaved of a study is dropped."""
        editor = self.of(study)
        if editor is not None:
            editor.saved()
            self._journals[id(study)].saved()

    def keep_only(self, studies: list[HipStudy]) -> None:
        """Close the editors of studies that are no longer live."""
        alive = {id(study) for study in studies}
        for key in [key for key in self._editors if key not in alive]:
            self._editors.pop(key)[1].close()
            self._journals.pop(key).close()

    def close(self) -> None:
        """Close all editors."""
        self.keep_only([])
