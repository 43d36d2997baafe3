"""Autosave of an explored stack: what was found, and which slices somebody took for the hips.

What is done to points is autosaved with the review of their slice; this file lets the slices be
shown again without another detection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ...anatomy import LandmarkStack, Side, parse_side
from ...errors import HipLandmarksError
from ...exploration import HipExploration
from ...imaging import HipImage
from ...review import ReviewError, image_key
from ...review.journal_file import JournalFile, head_of, kept_files, now, steps_of
from ...review.store import compact
from ..study import HipStudy
from .explorer import StackExplorer
from .store import Found, found_from_text, stack_from_text

ENDING = ".slices.jsonl"
FORMAT = "hiplandmarks-slices-1"


class StackJournal:
    """Follows an explorer; a full disk keeps nobody from exploring.

    Args:
        folder: of the autosave.
        explorer: whose stack is kept.

    Attributes:
        problem: why it is not autosaved; else empty.
    """

    def __init__(self, folder: Path, explorer: StackExplorer) -> None:
        self.explorer, self.problem = explorer, ""
        key = image_key(explorer.study.image.pixels)
        self._file = JournalFile(folder, key, ENDING, self._head)
        self._taken = dict(explorer.stack.chosen)
        explorer.watch(self._follow)

    def begin(self) -> None:
        """Keep what was found: no scene file has it yet."""
        self._append()

    def saved(self) -> None:
        """The scene file has everything."""
        self._file.discard()

    def end(self) -> None:
        """Follow no more: the file stays, unless the explorer was taken out of the scene."""
        self.explorer.stop_watching(self._follow)
        if self.explorer.is_there:
            self._file.close()
        else:
            self._file.discard()

    def _follow(self) -> None:
        chosen = dict(self.explorer.stack.chosen)
        taken = [(s, index) for s, index in chosen.items() if self._taken.get(s) != index]
        self._taken = chosen
        if taken:
            self._append(*(_taken(side, index) for side, index in taken))

    def _append(self, *lines: str) -> None:
        try:
            self._file.append(*lines)
        except ReviewError as error:
            self.problem = str(error)

    def _head(self) -> str:
        found, stack = self.explorer.kept_texts
        return f'{{"head":{head_of(FORMAT)},"found":{found},"stack":{stack}}}'


@dataclass(frozen=True, eq=False)
class KeptStack:
    """An explored stack that was in no saved scene when its program ended.

    Attributes:
        path: the file.
        last: when it was begun, or a slice was taken.
        edits: how often a slice was taken.
        found: what was found in space.
        stack: its points as they were when the file was begun, each hip on its first slice.
        taken: the slices on which somebody wants the hips to be measured.
    """

    path: Path
    last: datetime
    edits: int
    found: Found = field(repr=False)
    stack: LandmarkStack = field(repr=False)
    taken: Mapping[Side, int]

    def fits(self, image: HipImage) -> bool:
        """Whether the image lies where it lay."""
        return bool(np.allclose(image.ijk_to_lps, self.found.ijk_to_lps, atol=1e-6))

    def exploration(self, study: HipStudy) -> HipExploration:
        """It again, measured as the study is."""
        return self.found.exploration(self.stack, study.plane, study.settings)

    def discard(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)


def find_stacks(folder: Path | str, image: HipImage) -> tuple[KeptStack, ...]:
    """What a crash left of explorations of an image, the latest first.

    Files of which nothing can be read are left alone.

    Args:
        folder: of the autosave.
        image: any image with the same grey values has the same ones.
    """
    return kept_files(folder, image_key(image.pixels), ENDING, _read)


def _read(path: Path, content: bytes) -> KeptStack | None:
    steps, _whole = steps_of(content)
    try:
        head, *rest = steps
        if head["head"]["format"] != FORMAT:
            return None
        found = found_from_text(json.dumps(head["found"]))
        stack = stack_from_text(json.dumps(head["stack"]))
        taken = dict(stack.chosen)
        for side, index in found.home.items():
            stack = stack.with_chosen(side, index)
        last = datetime.fromisoformat(head["head"]["started"])
        for step in rest:
            taken[Side(parse_side(step["side"]).value)] = int(step["index"])
            last = datetime.fromisoformat(step["at"])
    except (HipLandmarksError, KeyError, TypeError, ValueError):
        return None
    return KeptStack(path, last, len(rest), found, stack, taken)


def _taken(side: Side, index: int) -> str:
    data: dict[str, Any] = {"op": "taken", "side": side.value, "index": index, "at": now()}
    return compact(data)
