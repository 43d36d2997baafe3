"""Autosave of how a study is measured: reference, edge, calibration, patient.

What is done to points is autosaved with its review; without this the numbers of a restored review
would be measured in another way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ...imaging import HipImage
from ...measurement import MeasurementSettings
from ...review import ReviewError, image_key
from ...review.journal_file import JournalFile, head_of, kept_files, now, steps_of
from ...review.store import compact
from ..record import StudyRecord
from ..study import HipStudy
from .editor import StudyEditor

ENDING = ".settings.jsonl"
FORMAT = "hiplandmarks-settings-1"


class SettingsJournal:
    """Follows a study and its editor; nothing is written before something was done.

    Args:
        folder: of the autosave.
        editor: of the study.

    Attributes:
        problem: why it is not autosaved; else empty.
    """

    def __init__(self, folder: Path, editor: StudyEditor) -> None:
        self.problem = ""
        self._editor, self._study = editor, editor.study
        key = image_key(self._study.image.pixels)
        self._file = JournalFile(folder, key, ENDING, self._head)
        self._begin = self._last = self._study.settings
        self._edit = editor.last_edit
        self._study.watch(self._settings_may_be_others)
        editor.watch(self._edited)

    def saved(self) -> None:
        """The scene file has everything."""
        self._file.discard()
        self._begin, self._edit = self._study.settings, self._editor.last_edit

    def close(self) -> None:
        """Follow no more; the file stays."""
        self._study.stop_watching(self._settings_may_be_others)
        self._file.close()

    def _settings_may_be_others(self, _change: Any) -> None:
        if self._study.settings != self._last:
            self._last = self._study.settings
            told = {"op": "settings", "at": now(), "record": _text(self._study, self._last)}
            self._write(lambda: self._file.append(compact(told)))

    def _edited(self) -> None:
        if self._file.path is None and self._editor.last_edit is not self._edit:
            self._write(self._file.append)

    def _write(self, write: Callable[[], None]) -> None:
        """A full disk keeps nobody from measuring; the editor tells of it."""
        try:
            write()
        except ReviewError as error:
            self.problem = str(error)

    def _head(self) -> str:
        record = compact(_text(self._study, self._begin))
        return f'{{"head":{head_of(FORMAT)},"record":{record}}}'


@dataclass(frozen=True, eq=False)
class KeptSettings:
    """How a study was measured that was in no saved scene when its program ended.

    Attributes:
        path: the file.
        last: when it was begun, or something was set.
        edits: how often something was set.
        settings: as they were at last.
    """

    path: Path
    last: datetime
    edits: int
    settings: MeasurementSettings

    def discard(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)


def find_settings(folder: Path | str, image: HipImage) -> tuple[KeptSettings, ...]:
    """What a crash left of how studies of an image were measured, the latest first.

    Args:
        folder: of the autosave.
        image: any image with the same grey values has the same ones.
    """
    return kept_files(folder, image_key(image.pixels), ENDING, _read)


def _read(path: Path, content: bytes) -> KeptSettings | None:
    steps, _whole = steps_of(content)
    try:
        head, *rest = steps
        if head["head"]["format"] != FORMAT:
            return None
        record = StudyRecord.from_text((rest[-1] if rest else head)["record"])
        last = datetime.fromisoformat(rest[-1]["at"] if rest else head["head"]["started"])
    except (KeyError, TypeError, ValueError):
        return None
    return KeptSettings(path, last, len(rest), record.settings)


def _text(study: HipStudy, settings: MeasurementSettings) -> str:
    return StudyRecord(study.landmarks.case_id, None, settings).to_text()
