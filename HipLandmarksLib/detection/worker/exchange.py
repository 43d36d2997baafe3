"""The folder through which images and maps go between client and worker.

Each array is written once, mapped into memory by the other side, and its file removed at once.
Whoever of the two survives the other removes the folder; what is left when both are killed
together is swept away by the next worker of the same user.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ...errors import WorkerError

PREFIX = "hiplandmarks-worker-"
_LOCK = "lock"
_MEMORY = Path("/dev/shm")  # in memory on Linux, so that no image of a patient touches a disk
_ENOUGH_ROOM = 1 << 30
_ATTEMPTS = 5
"""The other side may be writing its last file."""


class Exchange:
    """One folder, readable by its owner only."""

    def __init__(self, folder: Path, lock: IO[bytes] | None = None) -> None:
        """Use a folder that :meth:`create` of the other process made."""
        self.folder = folder
        self._lock = lock

    @classmethod
    def create(cls, root: Path | None = None) -> Exchange:
        """A new folder in the memory of the computer, or else among its temporary files.

        It is locked for as long as this process lives. Forgotten folders are removed first.

        Args:
            root: where it is made; None chooses.

        Raises:
            WorkerError: when it cannot be made.
        """
        root = root or _chosen_root()
        try:
            for folder in filter(_is_forgotten, root.glob(f"{PREFIX}*")):
                shutil.rmtree(folder, ignore_errors=True)
            while True:
                folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
                lock = (folder / _LOCK).open("wb")
                if _try_lock(lock):  # else another process took it for a forgotten one
                    return cls(folder, lock)
        except OSError as error:
            raise WorkerError(_no_room(root, error)) from error

    def put(self, array: NDArray[np.generic]) -> dict[str, Any]:
        """Write an array; returns the JSON-ready note by which the other side takes it.

        Raises:
            WorkerError: when there is no room.
        """
        name = uuid4().hex
        whole = np.ascontiguousarray(array)
        try:
            with (self.folder / name).open("wb", buffering=0) as file:
                left = whole.data.cast("B")
                while left:
                    left = left[file.write(left) :]
        except OSError as error:
            raise WorkerError(_no_room(self.folder, error)) from error
        return {"file": name, "dtype": whole.dtype.str, "shape": list(array.shape)}

    def take(self, note: Mapping[str, Any]) -> NDArray[Any]:
        """The array of a note of the other side, mapped; writing to it changes a private copy.

        Its file is removed (Windows keeps a mapped file until the folder goes).
        """
        path = self.folder / note["file"]
        mapped = np.memmap(path, np.dtype(note["dtype"]), "c", shape=tuple(note["shape"]))
        with suppress(PermissionError):
            path.unlink()
        return np.asarray(mapped)

    def clear(self) -> None:
        """Remove the files of a job that is over; mapped ones go later."""
        for path in self.folder.glob("[0-9a-f]" * 32):
            with suppress(OSError):
                path.unlink()

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        if self._lock is not None:
            self._lock.close()
        for _ in range(_ATTEMPTS):
            if not self.folder.exists():
                return
            shutil.rmtree(self.folder, ignore_errors=True)


def _chosen_root() -> Path:
    with suppress(OSError):
        if shutil.disk_usage(_MEMORY).free >= _ENOUGH_ROOM:
            return _MEMORY
    return Path(tempfile.gettempdir())


def _is_forgotten(folder: Path) -> bool:
    """Whether the client that made it has ended."""
    with suppress(OSError), (folder / _LOCK).open("r+b") as lock:
        return _try_lock(lock)
    return False


def _try_lock(file: IO[bytes]) -> bool:
    """Lock a file until it is closed or the process ends; False when somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _no_room(where: Path, error: OSError) -> str:
    return (
        f"The image cannot be handed to the worker: {error.strerror or error} ({where}). Free some "
        "space there and try again."
    )
