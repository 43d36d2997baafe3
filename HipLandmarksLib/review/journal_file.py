"""A file to which lines are appended, one per step; a crash costs no more than the last of them.

Each line is a checksum and JSON. A line that was cut by a crash is not whole and does not count.
File names hold a hash of the image's content and nothing of the patient.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic
from typing import IO, Any, Protocol, TypeVar
from uuid import uuid4
from zlib import crc32

from ..file_lock import try_lock
from .errors import ReviewError
from .store import compact

_TO_DISK_SECONDS = 2.0
"""The file outlives its program at once; it is brought to the disk, for a power cut, this often."""


class Dated(Protocol):
    """Something that a program left."""

    @property
    def last(self) -> datetime:
        """When it was changed at last."""


class JournalFile:
    """Nothing is written before the first line is appended; then this program has the file.

    Args:
        folder: made when needed.
        key: with which names of files begin.
        ending: with which they end.
        head: makes the first line, JSON.
    """

    def __init__(self, folder: Path, key: str, ending: str, head: Callable[[], str]) -> None:
        self._folder, self._key, self._ending, self._head = folder, key, ending, head
        self._file: IO[bytes] | None = None
        self._waited = monotonic()
        self.path: Path | None = None

    def append(self, *texts: str) -> None:
        """Write lines of JSON after those that are there.

        Raises:
            ReviewError: when the file cannot be written.
        """
        try:
            file = self._file or self._open()
            for text in texts:
                file.write(line_of(text))
            file.flush()
            if monotonic() - self._waited > _TO_DISK_SECONDS:
                os.fsync(file.fileno())
                self._waited = monotonic()
        except OSError as error:
            raise ReviewError(
                f"The review is not autosaved: {self._folder} cannot be written "
                f"({error.strerror}). Save the scene often, or choose another folder."
            ) from error

    def discard(self) -> None:
        """Delete the file; the next line begins another one."""
        path = self.path
        self.close()
        if path is not None:
            path.unlink(missing_ok=True)
        self.path = None

    def close(self) -> None:
        """Let go of the file; it stays and will be offered."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._key}-{uuid4().hex[:8]}{self._ending}"
        file = path.open("xb")
        try_lock(file)
        file.write(line_of(self._head()))
        self._file, self.path = file, path
        return file


def left_files(folder: Path | str, key: str, ending: str) -> Iterator[tuple[Path, bytes]]:
    """Path and content of files of a key that no program has open."""
    for path in sorted(Path(folder).glob(f"{key}-*{ending}")):
        try:
            with path.open("r+b") as file:
                if try_lock(file):
                    yield path, file.read()
        except OSError:  # gone meanwhile, or somebody else's
            continue


_Kept = TypeVar("_Kept", bound=Dated)


def kept_files(
    folder: Path | str, key: str, ending: str, read: Callable[[Path, bytes], _Kept | None]
) -> tuple[_Kept, ...]:
    """What ``read`` makes of :func:`left_files`, the latest first.

    Files of which it makes nothing are left alone.
    """
    found = [
        kept
        for path, content in left_files(folder, key, ending)
        if (kept := read(path, content)) is not None
    ]
    return tuple(sorted(found, key=lambda kept: kept.last, reverse=True))


def steps_of(content: bytes) -> tuple[list[dict[str, Any]], bool]:
    """The lines up to the first one that is not as it was written; whether that is all."""
    lines = content.split(b"\n")
    whole = lines.pop() == b""
    steps = list(_whole_lines(lines))
    return steps, whole and len(steps) == len(lines)


def line_of(text: str) -> bytes:
    """A line of a file: its checksum and the text."""
    data = text.encode("ascii")
    return b"%08x %s\n" % (crc32(data), data)


def head_of(format_: str) -> str:
    """JSON that tells what a file is, and that it begins now."""
    return compact({"format": format_, "started": now()})


def now() -> str:
    """The time, with its zone."""
    return datetime.now(timezone.utc).isoformat()


def _whole_lines(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        checksum, _, text = line.partition(b" ")
        if checksum != b"%08x" % crc32(text):
            return
        yield json.loads(text)
