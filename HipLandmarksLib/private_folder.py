"""A folder for temporary files that only its owner reads and that does not outlive its program."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from .file_lock import try_lock

_LOCK = "lock"
_ATTEMPTS = 5
"""Another process may be writing its last file."""


class PrivateFolder:
    """Locked for as long as this process lives, so that nobody else takes it for a forgotten one.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path, lock: IO[bytes]) -> None:
        """Use what :meth:`create` made."""
        self.path = path
        self._lock = lock

    @classmethod
    def create(cls, prefix: str, root: Path | None = None) -> PrivateFolder:
        """A new folder; those of the same prefix whose programs were killed are removed first.

        Args:
            prefix: how its name begins.
            root: where it is made; None: among the temporary files.

        Raises:
            OSError: when it cannot be made.
        """
        root = root or Path(tempfile.gettempdir())
        for folder in filter(_is_forgotten, root.glob(f"{prefix}*")):
            shutil.rmtree(folder, ignore_errors=True)
        while True:
            path = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
            lock = (path / _LOCK).open("wb")
            if try_lock(lock):  # else another process took it for a forgotten one
                return cls(path, lock)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self._lock.close()
        remove_folder(self.path)


def remove_folder(path: Path) -> None:
    """Remove a folder into which another process may still be writing its last file."""
    for _ in range(_ATTEMPTS):
        if not path.exists():
            return
        shutil.rmtree(path, ignore_errors=True)


def _is_forgotten(folder: Path) -> bool:
    """Whether the process that made it has ended."""
    with suppress(OSError), (folder / _LOCK).open("r+b") as lock:
        return try_lock(lock)
    return False
