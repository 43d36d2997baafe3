"""Autosave: a file to which every step is appended, and what a crash leaves of it.

The first line holds the review as it was when the file was begun, the others what was done since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarks
from ..anatomy.mapping import map_landmarks
from ..errors import HipLandmarksError
from .changes import Edit
from .history import Review
from .journal_file import JournalFile, head_of, left_files, now, steps_of
from .store import ReviewText, compact, edit_from_dict, edit_to_dict, review_from_dict

ENDING = ".review.jsonl"
FORMAT = "hiplandmarks-journal-1"


def image_key(pixels: NDArray[np.generic]) -> str:
    """Key of an image: a hash of its grey values and shape, which tells nothing of the patient."""
    grey = np.ascontiguousarray(pixels)
    found = sha256(repr((grey.shape, grey.dtype.str)).encode("ascii"))
    found.update(grey.data.cast("B"))
    return found.hexdigest()[:40]


class InSpace(Protocol):
    """An image that lies somewhere, such as a :class:`~HipLandmarksLib.imaging.HipImage`."""

    @property
    def ijk_to_lps(self) -> NDArray[np.float64]:
        """4x4 from (i, j, k, 1) to LPS mm."""


class Journal:
    """The autosave of one review.

    Nothing is written before something was done.

    Args:
        folder: made when needed.
        key: of the image, see :func:`image_key`.
        review: as it is now.
    """

    def __init__(self, folder: Path | str, key: str, review: Review) -> None:
        self._begin = review
        self._file = JournalFile(Path(folder), key, ENDING, self._head)

    @property
    def path(self) -> Path | None:
        """The file, None while nothing was done."""
        return self._file.path

    def edit(self, edit: Edit) -> None:
        """A step was done.

        Raises:
            ReviewError: when the file cannot be written.
        """
        self._append({"op": "edit", "edit": edit_to_dict(edit)})

    def undo(self) -> None:
        """The last step was undone; raises as :meth:`edit`."""
        self._append({"op": "undo", "at": now()})

    def redo(self) -> None:
        """The step that was undone last was done again; raises as :meth:`edit`."""
        self._append({"op": "redo", "at": now()})

    def restart(self, review: Review) -> None:
        """Everything up to ``review`` is saved elsewhere: the file goes, a new one begins then."""
        self._file.discard()
        self._begin = review

    def keep(self, review: Review, edits: int) -> None:
        """Begin a new file with a review that is saved nowhere else; raises as :meth:`edit`.

        Args:
            review: as it is now.
            edits: how many changes it holds that are not saved.
        """
        self.restart(review)
        self._append({"op": "keep", "edits": edits, "at": now()})

    def close(self) -> None:
        """Let go of the file; it stays and will be offered."""
        self._file.close()

    def _append(self, data: dict[str, Any]) -> None:
        self._file.append(compact(data))

    def _head(self) -> str:
        return f'{{"head":{head_of(FORMAT)},"review":{ReviewText().write(self._begin)}}}'


@dataclass(frozen=True, eq=False)
class JournalOffer:
    """A review that was not saved when its program ended.

    Attributes:
        path: the file.
        started: when it was begun.
        last: when the last step was done, undone or done again.
        edits: how often something was done, undone or done again since it was begun.
        whole: False when its end was cut or damaged; everything before is there.
        review: as it was after the last whole line.
    """

    path: Path
    started: datetime
    last: datetime
    edits: int
    whole: bool
    review: Review = field(repr=False)

    def landmarks(self, image: InSpace) -> HipLandmarks:
        """Its points (LPS mm) where the image lies now."""
        return map_landmarks(self.review.landmarks, self.review.ijk_to_lps, image.ijk_to_lps)

    def discard(self) -> None:
        """Delete it."""
        self.path.unlink(missing_ok=True)


def find_offers(folder: Path | str, key: str) -> tuple[JournalOffer, ...]:
    """Unsaved reviews of an image, the latest first; those that a program has open are left out.

    Files that hold no step are deleted; those of which nothing can be read are left alone.
    """
    found: list[JournalOffer] = []
    for path, content in left_files(folder, key, ENDING):
        offer = _read(path, content)
        if offer is not None and offer.edits == 0:
            offer.discard()
        elif offer is not None:
            found.append(offer)
    return tuple(sorted(found, key=lambda offer: offer.last, reverse=True))


def _read(path: Path, content: bytes) -> JournalOffer | None:
    """What a file holds; None when not even its first line can be read."""
    steps, whole = steps_of(content)
    if not steps:
        return None
    try:
        head = steps[0]["head"]
        started = datetime.fromisoformat(head["started"])
        review = review_from_dict(steps[0]["review"])
        known = head["format"] == FORMAT
    except (HipLandmarksError, KeyError, TypeError, ValueError):
        return None
    if not known:
        return None
    edits, last = 0, started
    for step in steps[1:]:
        try:
            review, last = _after(review, step)
        except (HipLandmarksError, KeyError, TypeError, ValueError):
            whole = False
            break
        edits += int(step.get("edits", 1))
    return JournalOffer(path, started, last, edits, whole, review)


def _after(review: Review, step: dict[str, Any]) -> tuple[Review, datetime]:
    if step["op"] == "edit":
        edit = edit_from_dict(step["edit"])
        return review.with_edit(edit), edit.at
    if step["op"] == "keep":
        return review, datetime.fromisoformat(step["at"])
    follow = {"undo": Review.undo, "redo": Review.redo}[step["op"]]
    return follow(review), datetime.fromisoformat(step["at"])
