"""A model is downloaded in a process of its own: the window never waits for a network."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ..detection.catalogue import ModelRelease
from ..detection.catalogue.download import part_path
from ..detection.worker.child import worker_command
from ..errors import ModelError
from ..private_folder import PrivateFolder
from .samples import COMMAND_LINE, LIBRARY

_PREFIX = "hiplandmarks: error: "


class ModelDownload:
    """``hiplandmarks models install`` beside the window; ask it now and then how far it is.

    Args:
        release: what to download.
        folder: of the user's models.
        index: that offers it; None: the one that ships.
    """

    def __init__(self, release: ModelRelease, folder: Path, index: Path | None = None) -> None:
        self._release, self._part = release, part_path(release, folder)
        self._room = PrivateFolder.create("hiplandmarks-download-")  # holds no file of that name
        command = [worker_command()[0], "-c", COMMAND_LINE, str(LIBRARY)]
        command += ["models", "install", release.summary.id, "--folder", str(folder.absolute())]
        command += [] if index is None else ["--index", str(index.absolute())]
        with (self._room.path / "told").open("wb") as told:
            self._process = subprocess.Popen(
                command,
                cwd=self._room.path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=told,
            )

    @property
    def is_over(self) -> bool:
        """Whether it ended, well or not."""
        return self._process.poll() is not None

    @property
    def percent(self) -> int:
        """Share of the file that has arrived."""
        try:
            return round(100 * self._part.stat().st_size / max(self._release.size_bytes, 1))
        except OSError:  # not begun, or unpacked already
            return 0

    def cancel(self) -> None:
        """End it; what has arrived is kept, and the next attempt goes on from there."""
        self._process.kill()
        self._process.wait()
        self._room.remove()

    def finish(self) -> None:
        """Tidy up after it is over.

        Raises:
            ModelError: when the model could not be had; the reason in one sentence.
        """
        code, words = self._process.wait(), (self._room.path / "told").read_text("utf-8", "replace")
        self._room.remove()
        if code:
            last = (words.replace("\r", "\n").strip().splitlines() or ["the process ended"])[-1]
            raise ModelError(last.removeprefix(_PREFIX))
