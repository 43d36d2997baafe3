"""Downloading a released model: streamed, resumable, never larger than stated, checked.

``urllib`` takes the proxies that the environment or the system states.
"""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from ... import __version__
from ...errors import ModelError
from ...files import HALF_WRITTEN
from ..bundle_files import file_sha256
from .index import ModelRelease

Heard = Callable[[int, int], None]
"""Called with (bytes that are there, bytes of the whole)."""
Cancelled = Callable[[], bool]

TIMEOUT_S = 30.0
_CHUNK_BYTES = 1 << 18
_PARTIAL_CONTENT = 206
_NOTHING_THERE = 416


class DownloadCancelledError(ModelError):
    """The user cancelled; what has arrived is kept, and the next attempt goes on from there."""


def download(
    release: ModelRelease,
    folder: Path,
    heard: Heard | None = None,
    cancelled: Cancelled | None = None,
) -> Path:
    """The archive of a release in ``folder``, complete and with the checksum of the index.

    A download that was interrupted goes on where it ended, if the server can do that.

    Args:
        release: what to download.
        folder: exists and can be written.
        heard: told of every piece.
        cancelled: asked before every piece.

    Raises:
        DownloadCancelledError: when ``cancelled`` said so.
        ModelError: when it cannot be had, or is not what the index says.
    """
    part = part_path(release, folder)
    _check_space(release, folder)
    try:
        if _size(part) < release.size_bytes:
            _fetch(release, part, heard or _nobody, cancelled or _never)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        if getattr(error, "code", None) == _NOTHING_THERE:
            part.unlink()  # the file there is smaller than what has arrived: another one
        raise ModelError(_failed(release, error)) from error
    if _size(part) < release.size_bytes:
        raise ModelError(_failed(release, ConnectionError("the connection ended early")))
    if _size(part) != release.size_bytes or file_sha256(part) != release.sha256:
        part.unlink()
        raise ModelError(
            f"The download of {release.summary.title} is not the file that the index names "
            "(size or SHA-256 differs), so it was deleted: try again later or tell whoever "
            "publishes it."
        )
    return part


def part_path(release: ModelRelease, folder: Path) -> Path:
    """Where an unfinished download lies; named after its content."""
    return folder / f"{HALF_WRITTEN}{release.sha256[:16]}.zip"


def _fetch(release: ModelRelease, part: Path, heard: Heard, cancelled: Cancelled) -> None:
    there = _size(part)
    headers = {"User-Agent": f"HipLandmarks/{__version__}", "Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    request = urllib.request.Request(release.url, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        goes_on = there > 0 and _begins_at(answer) == there
        with part.open("ab" if goes_on else "wb") as file:
            _copy(answer, file, there if goes_on else 0, release, heard, cancelled)


def _copy(
    answer: Any,
    file: BinaryIO,
    there: int,
    release: ModelRelease,
    heard: Heard,
    cancelled: Cancelled,
) -> None:
    while True:
        if cancelled():
            raise DownloadCancelledError(
                f"The download of {release.summary.title} was cancelled; the next attempt goes on "
                "from there."
            )
        chunk = answer.read(_CHUNK_BYTES)
        if not chunk:
            return
        there += len(chunk)
        file.write(chunk)
        heard(min(there, release.size_bytes), release.size_bytes)
        if there > release.size_bytes:  # never fill a disk: the caller sees the wrong size
            return


def _begins_at(answer: Any) -> int | None:
    """First byte of a partial answer, such as 100 of ``bytes 100-199/200``."""
    if answer.status != _PARTIAL_CONTENT:
        return None
    stated = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(stated) if stated.isdigit() else None


def _check_space(release: ModelRelease, folder: Path) -> None:
    needed = 2 * release.size_bytes  # the archive and what is in it
    if shutil.disk_usage(folder).free < needed:
        raise ModelError(
            f"{folder} has too little space for {release.summary.title}: {needed >> 20} MB are "
            "needed."
        )


def _failed(release: ModelRelease, error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    host = urlsplit(release.url).netloc or release.url
    return (
        f"{release.summary.title} cannot be downloaded from {host} ({reason}). Check the network "
        "and the proxy (HTTPS_PROXY), or fetch the archive on another computer and install the "
        "file."
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _nobody(done: int, total: int) -> None:
    """Nobody wants to hear of it."""


def _never() -> bool:
    return False
