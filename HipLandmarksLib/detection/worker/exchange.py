"""The folder through which images and maps go between client and worker.

Each array is written once, mapped into memory by the other side, and its file removed at once.
Whoever of the two survives the other removes the folder; what is left when both are killed
together is swept away by the next worker of the same user.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ...errors import WorkerError
from ...private_folder import PrivateFolder, remove_folder

PREFIX = "hiplandmarks-worker-"
_MEMORY = Path("/dev/shm")  # in memory on Linux, so that no image of a patient touches a disk
_ENOUGH_ROOM = 1 << 30


class Exchange:
    """One folder, readable by its owner only."""

    def __init__(self, folder: Path, own: PrivateFolder | None = None) -> None:
        """Use a folder that :meth:`create` of the other process made."""
        self.folder = folder
        self._own = own

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
            own = PrivateFolder.create(PREFIX, root)
        except OSError as error:
            raise WorkerError(_no_room(root, error)) from error
        return cls(own.path, own)

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
        if self._own is not None:
            self._own.remove()
        remove_folder(self.folder)


def _chosen_root() -> Path:
    with suppress(OSError):
        if shutil.disk_usage(_MEMORY).free >= _ENOUGH_ROOM:
            return _MEMORY
    return Path(tempfile.gettempdir())


def _no_room(where: Path, error: OSError) -> str:
    return (
        f"The image cannot be handed to the worker: {error.strerror or error} ({where}). Free some "
        "space there and try again."
    )
