"""Which program uses a file now; the answer ends with the program, however that ends."""

from __future__ import annotations

import importlib
import sys
from typing import IO

_FAR = 1 << 30
"""Windows locks bytes of the file against reading, so one is taken that no file of ours reaches."""


def try_lock(file: IO[bytes]) -> bool:
    """Take an open file for this process; False when another one, or this one, has it.

    The operating system gives it back when the file is closed or the process ends.
    """
    try:
        if sys.platform == "win32":
            windows = importlib.import_module("msvcrt")
            place = file.tell()
            file.seek(_FAR)
            try:
                windows.locking(file.fileno(), windows.LK_NBLCK, 1)
            finally:
                file.seek(place)
        else:
            posix = importlib.import_module("fcntl")
            posix.flock(file.fileno(), posix.LOCK_EX | posix.LOCK_NB)
    except OSError:
        return False
    return True
