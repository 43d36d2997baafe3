"""Autosave: a file to which every step is appended, and what a crash leaves of it.

Each line is a checksum and JSON. The first holds the review as it was when the file was begun,
the others what was done since. A line that was cut by a crash is not whole and does not count.
File names hold a hash of the image's content and nothing of the patient.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import IO, Any, Protocol
from uuid import uuid4
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..anatomy import HipLandmarks
from ..anatomy.mapping import map_landmarks
from ..errors import HipLandmarksError
from .changes import Edit
from .errors import ReviewError
from .file_lock import try_lock
from .history import Review
from .store import ReviewText, compact, edit_from_dict, edit_to_dict, review_from_dict

ENDING = ".review.jsonl"
FORMAT = "hiplandmarks-journal-1"
_TO_DISK_SECONDS = 2.0
"""The file outlives its program at once; it is brought to the disk, for a power cut, this often."""


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
        self._folder = Path(folder)
        self._key = key
        self._begin = review
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._waited = monotonic()

    @property
    def path(self) -> Path | None:
        """The file, None while nothing was done."""
        return self._path

    def edit(self, edit: Edit) -> None:
        """A step was done.

        Raises:
            ReviewError: when the file cannot be written.
        """
        self._append({"op": "edit", "edit": edit_to_dict(edit)})

    def undo(self) -> None:
        """The last step was undone; raises as :meth:`edit`."""
        self._append({"op": "undo", "at": _now()})

    def redo(self) -> None:
        """The step that was undone last was done again; raises as :meth:`edit`."""
        self._append({"op": "redo", "at": _now()})

    def restart(self, review: Review) -> None:
        """Everything up to ``review`` is saved elsewhere: the file goes, a new one begins then."""
        path = self._path
        self.close()
        if path is not None:
            path.unlink(missing_ok=True)
        self._path, self._begin = None, review

    def keep(self, review: Review, edits: int) -> None:
        """Begin a new file with a review that is saved nowhere else; raises as :meth:`edit`.

        Args:
            review: as it is now.
            edits: how many changes it holds that are not saved.
        """
        self.restart(review)
        self._append({"op": "keep", "edits": edits, "at": _now()})

    def close(self) -> None:
        """Let go of the file; it stays and will be offered."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, data: dict[str, Any]) -> None:
        try:
            file = self._file or self._open()
            file.write(_line(compact(data)))
            file.flush()
            if monotonic() - self._waited > _TO_DISK_SECONDS:
                os.fsync(file.fileno())
                self._waited = monotonic()
        except OSError as error:
            raise ReviewError(
                f"The review is not autosaved: {self._folder} cannot be written "
                f"({error.strerror}). Save the scene often, or choose another folder."
            ) from error

    def _open(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._key}-{uuid4().hex[:8]}{ENDING}"
        file = path.open("xb")
        try_lock(file)
        head = compact({"format": FORMAT, "started": _now()})
        file.write(_line(f'{{"head":{head},"review":{ReviewText().write(self._begin)}}}'))
        self._file, self._path = file, path
        return file


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
    for path in sorted(Path(folder).glob(f"{key}-*{ENDING}")):
        try:
            with path.open("r+b") as file:
                if not try_lock(file):
                    continue
                offer = _read(path, file)
        except OSError:  # gone meanwhile, or somebody else's
            continue
        if offer is not None and offer.edits == 0:
            offer.discard()
        elif offer is not None:
            found.append(offer)
    return tuple(sorted(found, key=lambda offer: offer.last, reverse=True))


def _read(path: Path, file: IO[bytes]) -> JournalOffer | None:
    """What a file holds; None when not even its first line can be read."""
    lines = file.read().split(b"\n")
    whole = lines.pop() == b""
    steps = list(_whole_lines(lines))
    whole = whole and len(steps) == len(lines)
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


def _whole_lines(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    """The lines up to the first one that is not as it was written."""
    for line in lines:
        checksum, _, text = line.partition(b" ")
        if checksum != b"%08x" % crc32(text):
            return
        yield json.loads(text)


def _line(text: str) -> bytes:
    data = text.encode("ascii")
    return b"%08x %s\n" % (crc32(data), data)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
